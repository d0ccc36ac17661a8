"""Every file of src/touchpoints keeps the house rules of tests/house_rules.py.

Each rule has small snippets that break it, with the lines at fault, so that a rule which stopped
seeing anything fails too.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import touchpoints
from tests import house_rules
from tests.house_rules import (
    MOST_FILE_LINES,
    MOST_FUNCTION_LINES,
    MOST_MEMBERS,
    OPEN_KEYWORDS,
    ROOT,
    RULES,
    Rule,
    functions,
    module_of,
    source_modules,
)

# -------------------------------------------------------------------- snippets that break each rule

LONG_FUNCTION = "def f() -> None:\n" + "    step()\n" * (MOST_FUNCTION_LINES + 1)
LARGE_CLASS = "class A:\n" + "".join(
    f"    def m{number}(self) -> None: ...\n" for number in range(MOST_MEMBERS + 1)
)
LONG_FILE = "x = 1\n" * (MOST_FILE_LINES + 1)

BREAKS: list[tuple[Rule, str, list[int]]] = [
    (house_rules.at_most_two_positional, "def f(a, b, c) -> int: ...", [1]),
    (house_rules.at_most_two_positional, "class A:\n    def f(self, a, b, c) -> int: ...", [2]),
    (
        house_rules.at_most_two_positional,
        "class A:\n    def __init__(self, a, b, c) -> None: ...",
        [2],
    ),
    (house_rules.at_most_two_positional, "if x:\n    def f(a, b, /, c) -> int: ...", [2]),
    (house_rules.at_most_two_positional, "def f(a, b, *rest) -> int: ...", [1]),
    (house_rules.defaults_are_keyword_only, "def f(a, b=1) -> int: ...", [1]),
    (house_rules.no_open_keywords, "def f(a, **more) -> int: ...", [1]),
    (house_rules.no_parameter_bags, "def f(a, *, parameters=None) -> int: ...", [1]),
    (house_rules.no_parameter_bags, "def _f(kwargs) -> int: ...", [1]),
    (house_rules.no_parameter_bags, "def f(a, *, options: dict[str, Any]) -> int: ...", [1]),
    (house_rules.functions_are_short, LONG_FUNCTION, [1]),
    (house_rules.classes_are_small, LARGE_CLASS, [1]),
    (house_rules.files_are_short, LONG_FILE, [MOST_FILE_LINES]),
    (house_rules.no_print, "def f() -> None:\n    print('here')", [2]),
    (house_rules.no_swallowed_errors, "try:\n    f()\nexcept:\n    g()", [3]),
    (house_rules.no_swallowed_errors, "try:\n    f()\nexcept Exception:\n    pass", [3]),
    (house_rules.no_swallowed_errors, "try:\n    f()\nexcept Exception:\n    ...", [3]),
    (house_rules.no_swallowed_errors, "with contextlib.suppress(Exception):\n    f()", [1]),
    (house_rules.no_assert, "def f(a) -> None:\n    assert a > 0", [2]),
    (house_rules.no_global_state, "known = {}\nseen: list[str] = []\ncache = set()", [1, 2, 3]),
    (house_rules.no_global_state, "found = collections.defaultdict(list)", [1]),
    (house_rules.no_global_state, "def f() -> None:\n    global total\n    total = 1", [2]),
    (house_rules.names_say_the_quantity, "def get_edges() -> int: ...", [1]),
    (house_rules.names_say_the_quantity, "class A:\n    def _compute_rate(self) -> int: ...", [2]),
    (house_rules.names_say_the_quantity, "def run_model() -> int: ...", [1]),
    (house_rules.returns_are_annotated, "def f(a): ...", [1]),
    (house_rules.one_return_type, "def f(a) -> dict[str, float] | list[float]: ...", [1]),
    (house_rules.one_return_type, "def f(a) -> Union[Table, float]: ...", [1]),
    (house_rules.one_return_type, "def f(a) -> 'Journeys | nx.DiGraph | None': ...", [1]),
    (house_rules.imports_from_home, "import touchpoints as tp", [1]),
    (house_rules.imports_from_home, "from touchpoints import InvalidInputError", [1]),
]

KEEPS: list[tuple[Rule, str]] = [
    (house_rules.at_most_two_positional, "def f(a, b, *, c, d=1) -> int: ..."),
    (
        house_rules.at_most_two_positional,
        "class A:\n    @classmethod\n    def f(cls, a, b) -> int: ...",
    ),
    (house_rules.at_most_two_positional, "def f(*items) -> int: ..."),
    (house_rules.at_most_two_positional, "def _kernel(a, b, c, d) -> int: ..."),
    (house_rules.at_most_two_positional, "def f() -> int:\n    def inner(a, b, c) -> int: ..."),
    (house_rules.defaults_are_keyword_only, "def f(a, *, b=1) -> int: ..."),
    (
        house_rules.no_open_keywords,
        "class Taxonomy:\n    def touchpoint(self, type, **facets) -> int: ...",
    ),
    (house_rules.no_open_keywords, "def f(a, **options: Unpack[Options]) -> int: ..."),
    (house_rules.no_parameter_bags, "def _f(log: Log, options: Options) -> int: ..."),
    (
        house_rules.functions_are_short,
        'def f() -> None:\n    """Doc.\n\n' + "    more\n" * 60 + '    """\n    g()',
    ),
    (
        house_rules.classes_are_small,
        "class A:\n" + "".join(f"    m{number}: int\n" for number in range(20)),
    ),
    (
        house_rules.no_swallowed_errors,
        "try:\n    f()\nexcept Exception as error:\n    raise E from error",
    ),
    (house_rules.no_swallowed_errors, "try:\n    f()\nexcept KeyError:\n    pass"),
    (house_rules.no_global_state, "LIMITS = {'a': 1}\ndef f() -> None:\n    seen = []"),
    (house_rules.one_return_type, "def f(a) -> int | str | None: ..."),
    (house_rules.one_return_type, "def f(a) -> Table | None: ..."),
    (
        house_rules.one_return_type,
        "class A:\n    def __getitem__(self, k) -> Journey | Journeys: ...",
    ),
    (
        house_rules.imports_from_home,
        "from touchpoints import errors\nfrom touchpoints.errors import PluginError",
    ),
]


def rule_name(value: object) -> str | None:
    """Name a rule in the report of a test."""
    return value.__name__ if callable(value) else ""


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    """Every file of the package keeps every rule; a breach is named with its file and line."""
    found = [
        f"src/touchpoints/{module.path}:{breach.line}: {breach.what}"
        for module in source_modules()
        for breach in rule(module)
    ]
    assert not found, "\n".join([f"{rule.__name__}: {rule.__doc__}", *found])


@pytest.mark.parametrize(("rule", "text", "lines"), BREAKS, ids=rule_name)
def test_a_rule_sees_what_breaks_it(rule: Rule, text: str, lines: list[int]) -> None:
    """A rule finds the lines at fault in a snippet that breaks it."""
    assert lines == [breach.line for breach in rule(module_of(text))]


@pytest.mark.parametrize(("rule", "text"), KEEPS, ids=rule_name)
def test_a_rule_lets_pass_what_keeps_it(rule: Rule, text: str) -> None:
    """A rule finds nothing in a snippet that comes near and keeps it."""
    assert [] == list(rule(module_of(text)))


def test_every_rule_has_a_snippet_that_breaks_it() -> None:
    """No rule is without proof that it can fail."""
    assert set(RULES) == {rule for rule, _, _ in BREAKS}


def test_private_modules_may_pass_arrays_by_position() -> None:
    """Kernels take arrays by position: the public face begins outside files named with _."""
    text = "def kernel(codes, offsets, counts, size) -> int: ..."
    assert [] == list(house_rules.at_most_two_positional(module_of(text, "_arrays/counting.py")))
    assert 1 == len(list(house_rules.at_most_two_positional(module_of(text, "paths/steps.py"))))


def test_helpers_that_no_all_exports_are_not_public() -> None:
    """A helper shared between files may take three arguments by position; an export may not."""
    module = module_of("def helper(a, b, c) -> int: ...\ndef verb(a, b, c) -> int: ...")
    exported = frozenset(house_rules.exports_of(ast.parse("__all__ = ['verb']")))
    breaches = house_rules.at_most_two_positional(module._replace(exported=exported))
    assert [2] == [breach.line for breach in breaches]


def test_what_a_stub_lists_is_public() -> None:
    """A package that imports its names lazily lists them in the stub beside it."""
    text = "from home import verb as verb\nfrom home import helper\nimport typing"
    assert ["verb"] == house_rules.exports_of(ast.parse(text))
    exported = house_rules.source_modules()[0].exported
    assert exported is not None
    assert {"Rules", "rules", "Term", "from_frame"} <= exported


# --------------------------------------------------------------------- what the public face exports


def without_example(name: str, value: object) -> str:
    """Say where an exported function or class lives if its docstring has no example."""
    if isinstance(value, type) and issubclass(value, BaseException):
        return ""
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return ""
    if ">>>" in (value.__doc__ or ""):
        return ""
    file = Path(inspect.getsourcefile(value) or "")
    line = inspect.getsourcelines(value)[1]
    shown = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name
    return f"{shown}:{line}: {name} has no >>> example"


def test_every_export_shows_an_example() -> None:
    """Whoever calls help() on a public function or class sees it used."""
    exported = [(name, getattr(touchpoints, name)) for name in exports()]
    found = [line for name, value in exported if (line := without_example(name, value))]
    assert not found, "\n".join(found)


def exports() -> list[str]:
    """Return the names of the public face."""
    return list(getattr(touchpoints, "__all__", ()))


def test_an_export_without_example_is_seen() -> None:
    """The check above names file and line of a function whose docstring shows nothing."""

    def bare() -> None:
        """Do nothing."""

    line = inspect.getsourcelines(bare)[1]
    assert f"tests/test_conventions.py:{line}: bare has no >>> example" == without_example(
        "bare", bare
    )


def test_every_export_exists() -> None:
    """`from touchpoints import *` and editors find every name the public face lists."""
    assert [] == [name for name in exports() if not hasattr(touchpoints, name)]


def test_the_exceptions_to_the_rules_are_still_needed() -> None:
    """An allowance for `**` is dropped when the function it was made for has no `**` any more."""
    used = {
        function.name
        for module in source_modules()
        for function in functions(module)
        if function.node.args.kwarg
    }
    owners = {name.partition(".")[0] for name in OPEN_KEYWORDS}
    written = {
        node.name
        for module in source_modules()
        for node in module.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    missing = {
        owner
        for owner in owners & written
        if not any(name.partition(".")[0] == owner for name in used & set(OPEN_KEYWORDS))
    }
    assert set() == missing
