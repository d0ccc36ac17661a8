"""The house rules a syntax tree can show: functions from a module to its breaches."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "touchpoints"

MOST_POSITIONAL = 2
MOST_FUNCTION_LINES = 40
MOST_FILE_LINES = 450
MOST_MEMBERS = 12

# Functions that may take `**`, and why a misspelt name cannot pass unnoticed there.
OPEN_KEYWORDS = {
    "untyped": "the names are facets, checked against those that exist",
    "Taxonomy.untyped": "the names are the taxonomy's facets, unknown ones are refused",
    "Taxonomy.touchpoint": "the names are the taxonomy's facets, unknown ones are refused",
    "Facets": "the names are facets or columns, checked against the taxonomy when used",
    "Facets.__init__": "the names are facets or columns, checked against the taxonomy when used",
    "Journeys.pipe": "handed to the caller's own function, which checks them",
}
# Functions that may take three things by position, and why.
MORE_POSITIONAL = {
    "journeys_through": "an edge is a pair of nodes, as in G.has_edge(u, v)",
    "agreement": "two judges and what they are asked",
}
# Functions whose second argument may be left out, and why.
OPTIONAL_SECOND = {
    "before_first": "channel= says the same place in other words",
    "JourneyFeatures.fit": "scikit-learn calls fit(X, y)",
    "JourneyFeatures.get_feature_names_out": "scikit-learn calls it with the names of its input",
}
# Functions whose name is another package's, and whose.
NAMED_ELSEWHERE = {"get_feature_names_out": "scikit-learn's, of every transformer"}
BAGS = {"parameters", "params", "kwargs", "options", "opts", "config"}
SCALARS = {"str", "int", "float", "bool", "bytes", "complex", "date", "datetime", "timedelta"}
EVERYTHING = {"Exception", "BaseException"}
EMPTY_MAKERS = {"dict", "list", "set", "defaultdict", "OrderedDict", "deque", "Counter"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One source file: where it is below the package, its text, its tree, and the public names."""

    path: str
    lines: list[str]
    tree: ast.Module
    exported: frozenset[str] | None = None

    def is_public(self, name: str) -> bool:
        """Tell whether users see a name: it some `__all__` or stub of the package exports it."""
        return not private(name) and (self.exported is None or name in self.exported)


class Breach(NamedTuple):
    """A line that breaks a rule, and what is wrong with it."""

    line: int
    what: str


class Defined(NamedTuple):
    """A function with its dotted name and the class it belongs to, if any."""

    name: str
    node: Function
    owner: ast.ClassDef | None
    public: bool


Rule = Callable[[Module], Iterator[Breach]]


def module_of(text: str, path: str = "module.py") -> Module:
    """Parse a source text."""
    return Module(path, text.splitlines(), ast.parse(text))


@functools.cache
def source_modules() -> tuple[Module, ...]:
    """Parse every file of the package, once."""
    files = sorted(PACKAGE.rglob("*.py"))
    modules = [
        module_of(file.read_text(encoding="utf-8"), file.relative_to(PACKAGE).as_posix())
        for file in files
    ]
    stubs = [ast.parse(stub.read_text(encoding="utf-8")) for stub in PACKAGE.rglob("*.pyi")]
    trees = [*(module.tree for module in modules), *stubs]
    exported = frozenset(name for tree in trees for name in exports_of(tree))
    return tuple(module._replace(exported=exported) for module in modules)


def exports_of(tree: ast.Module) -> list[str]:
    """Return the names in the `__all__` of a file, or those a stub imports as themselves."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(ast.unparse(target) == "__all__" for target in targets):
            found = node.value.elts if isinstance(node.value, ast.List) else []
            return [item.value for item in found if isinstance(item, ast.Constant)]
    names = [one for node in tree.body for one in getattr(node, "names", ())]
    return [one.name for one in names if one.name == one.asname]


# ------------------------------------------------------------------------------- what is in a file


def private(name: str) -> bool:
    """Tell whether a name is private; constructors and calls are part of the public face."""
    return name.startswith("_") and name not in {"__init__", "__call__"}


def functions(module: Module) -> Iterator[Defined]:
    """Yield every function and method, nested ones too (those are never public)."""
    hidden = any(part.startswith("_") and part != "__init__.py" for part in Path(module.path).parts)
    for node, owner in definitions(module.tree.body):
        public = not hidden and module.is_public(node.name)
        if isinstance(node, ast.ClassDef):
            for method, within in definitions(node.body, owner=node):
                if isinstance(method, Function):
                    name = f"{node.name}.{method.name}"
                    yield from _with_nested(method, within, name, public=public)
        else:
            yield from _with_nested(node, owner, node.name, public=public)


def definitions(
    body: list[ast.stmt], *, owner: ast.ClassDef | None = None
) -> Iterator[tuple[Function | ast.ClassDef, ast.ClassDef | None]]:
    """Yield the functions and classes of a block, those under `if`, `try` and `with` too."""
    for node in body:
        if isinstance(node, ast.ClassDef | Function):
            yield node, owner
            continue
        for _, block in ast.iter_fields(node):
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield from definitions(block, owner=owner)


def _with_nested(
    node: Function, owner: ast.ClassDef | None, name: str, *, public: bool
) -> Iterator[Defined]:
    yield Defined(name, node, owner, public and not private(node.name))
    for inner, _ in definitions(node.body):
        if isinstance(inner, Function):
            yield from _with_nested(inner, None, f"{name}.{inner.name}", public=False)


def positional(function: Defined) -> list[ast.arg]:
    """Return the arguments that can be given by position, without self or cls."""
    arguments = [*function.node.args.posonlyargs, *function.node.args.args]
    decorators = {ast.unparse(decorator) for decorator in function.node.decorator_list}
    if function.owner is not None and "staticmethod" not in decorators:
        return arguments[1:]
    return arguments


def code_lines(module: Module, function: Function) -> int:
    """Count the lines of a body, without docstring, comments and blank lines."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    text = module.lines[body[0].lineno - 1 : function.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in text)


# --------------------------------------------------------------------------------------- the rules


def at_most_two_positional(module: Module) -> Iterator[Breach]:
    """Allow the object and the thing asked; the rest is named at the call."""
    for function in functions(module):
        given = positional(function)
        several = function.node.args.vararg is not None
        allowed = not function.public or function.name in MORE_POSITIONAL
        if not allowed and (len(given) > MOST_POSITIONAL or (several and len(given) > 1)):
            names = ", ".join(argument.arg for argument in given)
            yield Breach(function.node.lineno, f"{function.name} takes by position: {names}")


def defaults_are_keyword_only(module: Module) -> Iterator[Breach]:
    """What has a default is an option, and an option is named at the call."""
    for function in functions(module):
        if function.public and function.node.args.defaults and function.name not in OPTIONAL_SECOND:
            count = len(function.node.args.defaults)
            names = ", ".join(argument.arg for argument in positional(function)[-count:])
            yield Breach(function.node.lineno, f"{function.name}: put * before {names}")


def no_open_keywords(module: Module) -> Iterator[Breach]:
    """With `**` a misspelt option is silently the default."""
    for function in functions(module):
        open_keywords = function.node.args.kwarg
        if open_keywords and ast.unparse(open_keywords).split(": ")[-1].startswith("Unpack["):
            continue  # each name is declared, in a TypedDict
        if function.public and open_keywords and function.name not in OPEN_KEYWORDS:
            yield Breach(function.node.lineno, f"{function.name} takes **{open_keywords.arg}")


def no_parameter_bags(module: Module) -> Iterator[Breach]:
    """An option is an argument with a name, not an entry of a dict called parameters."""
    for function in functions(module):
        arguments = function.node.args
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            if argument.arg in BAGS and is_loose(argument.annotation):
                yield Breach(argument.lineno, f"{function.name} takes {argument.arg!r}")


def is_loose(annotation: ast.expr | None) -> bool:
    """Tell whether an annotation lets any names in; a frozen record has fields that are checked."""
    kinds = set() if annotation is None else {ast.unparse(part) for part in ast.walk(annotation)}
    return not kinds or bool(kinds & {"dict", "Mapping", "Any", "object"})


def functions_are_short(module: Module) -> Iterator[Breach]:
    """A body fits on a screen; docstring, comments and the list of arguments are not counted."""
    for function in functions(module):
        length = code_lines(module, function.node)
        if length > MOST_FUNCTION_LINES:
            yield Breach(function.node.lineno, f"{function.name} has {length} lines of code")


def classes_are_small(module: Module) -> Iterator[Breach]:
    """A class has few public methods and properties; its data fields are not counted."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            members = {
                item.name
                for item in node.body
                if isinstance(item, Function) and not item.name.startswith("_")
            }
            if len(members) > MOST_MEMBERS:
                yield Breach(node.lineno, f"{node.name} has {len(members)} public members")


def files_are_short(module: Module) -> Iterator[Breach]:
    """A file answers one question."""
    if len(module.lines) > MOST_FILE_LINES:
        yield Breach(MOST_FILE_LINES, f"the file has {len(module.lines)} lines")


def no_print(module: Module) -> Iterator[Breach]:
    """A library returns what it has to say."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            yield Breach(node.lineno, "print(...)")


def no_swallowed_errors(module: Module) -> Iterator[Breach]:
    """An error is mended, translated or let through, never dropped unseen."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            idle = all(
                isinstance(step, ast.Pass | ast.Continue)
                or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
                for step in node.body
            )
            if not caught:
                yield Breach(node.lineno, "bare except")
            elif idle and caught in EVERYTHING:
                yield Breach(node.lineno, f"except {caught} that does nothing")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            kinds = {ast.unparse(kind) for kind in node.args}
            if kinds & EVERYTHING:
                yield Breach(node.lineno, "suppresses every exception")


def no_assert(module: Module) -> Iterator[Breach]:
    """`python -O` removes asserts; what must hold is raised as an error of this library."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assert):
            yield Breach(node.lineno, "assert")


def no_global_state(module: Module) -> Iterator[Breach]:
    """An empty container at module level waits to be filled: a hidden registry or cache."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield Breach(node.lineno, f"global {', '.join(node.names)}")
    for node in module.tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is not None and is_empty_container(value):
            yield Breach(node.lineno, f"{ast.unparse(node)} at module level")


def is_empty_container(value: ast.expr) -> bool:
    """Tell whether an expression makes a mutable container with nothing in it."""
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List):
        return not value.elts
    if isinstance(value, ast.Call):
        maker = ast.unparse(value.func).rpartition(".")[2]
        return maker in EMPTY_MAKERS and (not value.args or maker == "defaultdict")
    return False


def names_say_the_quantity(module: Module) -> Iterator[Breach]:
    """`removal_effects`, not `compute_removal_effects`; a kernel may be about runs, as a noun."""
    for function in functions(module):
        verbs = ("get_", "compute_", "run_") if function.public else ("get_", "compute_")
        named = function.node.name not in NAMED_ELSEWHERE
        if named and function.node.name.lstrip("_").startswith(verbs):
            yield Breach(function.node.lineno, function.name)


def returns_are_annotated(module: Module) -> Iterator[Breach]:
    """The reader of a signature sees what comes back."""
    for function in functions(module):
        if function.node.returns is None:
            yield Breach(function.node.lineno, f"{function.name} has no return annotation")


def one_return_type(module: Module) -> Iterator[Breach]:
    """What comes back does not depend on an option: no union that holds a container or a record."""
    for function in functions(module):
        returns = function.node.returns
        if function.public and returns is not None:
            kinds = [kind for kind in union_members(returns) if kind != "None"]
            if len(kinds) > 1 and not set(kinds) <= SCALARS:
                yield Breach(function.node.lineno, f"{function.name} returns {' or '.join(kinds)}")


def union_members(annotation: ast.expr) -> list[str]:
    """Return the members of `A | B`, `Union[A, B]` and `Optional[A]`, or the annotation alone."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return union_members(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*union_members(annotation.left), *union_members(annotation.right)]
    if isinstance(annotation, ast.Subscript):
        name = ast.unparse(annotation.value).rpartition(".")[2]
        if name in {"Union", "Optional"}:
            inner = annotation.slice
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return [member for part in parts for member in union_members(part)]
    return [ast.unparse(annotation)]


def imports_from_home(module: Module) -> Iterator[Breach]:
    """A module imports a thing from the file it lives in, never from the public face above it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name == "touchpoints":
                    yield Breach(node.lineno, "imports the public face")
        elif isinstance(node, ast.ImportFrom) and node.module == "touchpoints":
            for name in node.names:
                home = PACKAGE / name.name
                if module.path != "__init__.py" and not (
                    home.is_dir() or home.with_suffix(".py").exists()
                ):
                    yield Breach(node.lineno, f"imports {name.name} from the public face")


RULES: list[Rule] = [
    at_most_two_positional,
    defaults_are_keyword_only,
    no_open_keywords,
    no_parameter_bags,
    functions_are_short,
    classes_are_small,
    files_are_short,
    no_print,
    no_swallowed_errors,
    no_assert,
    no_global_state,
    names_say_the_quantity,
    returns_are_annotated,
    one_return_type,
    imports_from_home,
]
