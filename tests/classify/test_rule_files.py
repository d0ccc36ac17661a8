"""Rule files: defaults, files beside them, values from fields, tests, and errors that teach."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints._core.text import fold, fold_spaced, origins_of
from touchpoints.classify import Verdict
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.errors import ProblemsError, WrongKindError
from touchpoints.testing import check_rules

CUSTOMER = tp.load_taxonomy("customer")
ORDER = {"when": {"event": "order"}, "type": "purchase"}


def written(folder: Path, **files: str) -> Path:
    """Write files into a folder; the path of ``rules.toml``."""
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder / "rules.toml"


def problems_of(source: Any, taxonomy: Any = CUSTOMER) -> str:
    """Return the problems of rules as one text."""
    with pytest.raises(ProblemsError) as caught:
        tp.classify.rules(source, taxonomy=taxonomy)
    return "\n".join(caught.value.problems)


def answer(
    rule: dict[str, Any], event: dict[str, Any], taxonomy: Any = CUSTOMER, **top: Any
) -> Any:
    """Return the answer of one rule to an event."""
    return tp.classify.rules({"rule": [rule], **top}, taxonomy=taxonomy)(event)


# ------------------------------------------------------------------------------- errors that teach


@pytest.mark.parametrize(
    ("assigned", "message"),
    [
        (
            {"type": "email"},
            "'email': a channel is not a touchpoint (write channel = 'email', and as type what",
        ),
        ({"type": "save_money"}, "a need is not a touchpoint (write need = 'save_money'"),
        ({"type": "LIVE  chat"}, "no touchpoint type 'LIVE  chat' (ids only: 'live_chat')"),
        ({"need": "ahorrar dinero"}, "no term of need 'ahorrar dinero' (ids only: 'save_money')"),
        ({"need": "save_mony"}, "no term of need 'save_mony' (did you mean 'save_money'"),
    ],
)
def test_the_id_that_is_meant_is_proposed(assigned: dict[str, Any], message: str) -> None:
    """Labels, channels given as types, and slips: each with what to write."""
    assert message in problems_of({"rule": [{"when": {"x": "a"}, **assigned}]})


def test_a_shadowed_rule_says_where_to_move_it() -> None:
    """Above the first of the rules that take its events."""
    rules = [{"when": {"x": {"contains": "a"}}, "type": "purchase"}, {**ORDER, "when": {"x": "ab"}}]
    assert "(move it above rule 1, or drop it)" in problems_of({"rule": rules})


def test_names_of_a_megabyte_are_shortened() -> None:
    """In every message that has them."""
    long = "x" * 1_000_000
    for source in (
        {"rule": [{"name": long, "when": {"x": "a"}}]},
        {"rule": [{"when": {long: {"startz": "a"}}, "type": "purchase"}]},
        {"rule": [{"when": {"x": "a"}, "type": long}]},
        {"rule": [{"when": {"x": "a"}, "columns": {"y": {"group": long}}}]},
        {"rule": [{"when": {"x": {"in": {"file": long}}}, "type": "purchase"}]},
        {"rule": [{"include": long}]},
        {"rule": [ORDER], "test": [{"name": long, "event": {}}]},
    ):
        assert len(problems_of(source)) < 5_000


# ----------------------------------------------------------------------------------------- defaults


def test_the_default_answers_where_no_rule_does() -> None:
    """After all rules, wherever it stands in the file."""
    found = tp.classify.rules({"default": {"type": "website_visit"}, "rule": [ORDER]})
    assert ["purchase", "website_visit"] == found.batch([{"event": "order"}, {"event": "x"}])
    told = repr(tp.classify.explain(found, {"event": "x"}))
    assert "decided    the default: no conditions -> website_visit" in told


@pytest.mark.parametrize(
    ("default", "message"),
    [
        ({"type": "purchase", "when": {}}, "the default: when: a default has no condition"),
        ({}, "the default: it assigns nothing"),
        ("purchase", "the default: expected a table"),
        ({"type": "email"}, "the default: type: no touchpoint type 'email'"),
    ],
)
def test_mistakes_in_a_default(default: Any, message: str) -> None:
    """It is a rule without a condition."""
    assert message in problems_of({"rule": [ORDER], "default": default})


def test_a_default_after_a_rule_that_always_holds_is_shadowed() -> None:
    """It could never answer."""
    rules = [ORDER, {"when": {}, "type": "website_visit"}]
    assert "the default can never match: rule 2" in problems_of(
        {"rule": rules, "default": {"leave_out": "noise"}}
    )


# ------------------------------------------------------------------------------- lists from files


def test_values_stand_in_a_file(tmp_path: Path) -> None:
    """One a line, without blank lines and remarks; compared like values in the rules."""
    path = written(
        tmp_path,
        rules_toml='[[rule]]\nwhen.brand.in = { file = "brands.txt" }\ntype = "a"\n'
        '[[rule]]\nwhen.text.words = { file = "words.txt" }\ntype = "b"\n'
        '[[rule]]\nwhen.text.not.contains = { file = "words.txt" }\ntype = "c"',
        brands_txt="\ufeff# our brands\n\n  Áurea \r\nb&b\nÁurea\n",
        words_txt="cheap\nsale",
    )
    found = tp.classify.rules(path)
    events = [
        {"brand": "aurea", "text": None},
        {"brand": "# our brands", "text": "for sale"},
        {"brand": None, "text": "sales"},
        {"brand": "B&B", "text": "x"},
        {"brand": "x", "text": "x"},
    ]
    assert ["a", "b", None, "a", "c"] == found.batch(events)
    assert found == pickle.loads(pickle.dumps(found))


def test_a_long_list_is_read_and_compared_fast(tmp_path: Path) -> None:
    """A hundred thousand values for ``in``; ``contains`` refuses as many."""
    lines = "\n".join(f"brand {number}" for number in range(100_000))
    rule = '[[rule]]\nwhen.brand.{} = {{ file = "b.txt" }}\ntype = "a"'
    path = written(tmp_path, rules_toml=rule.format("in"), b_txt=lines)
    assert ["a", None] == tp.classify.rules(path).batch([{"brand": "Brand 99999"}, {"brand": "b"}])
    path = written(tmp_path, rules_toml=rule.format("contains"))
    assert "contains searches for at most 10,000 texts, the file has 100,000" in problems_of(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("brand.txt", "no file 'brand.txt' in the folder of the rule file (did you mean 'brands"),
        ("../secret.txt", "'../secret.txt' is outside the folder of the rule file"),
        ("sub/../../secret.txt", "is outside the folder of the rule file"),
        (r"..\\secret.txt", "is outside the folder of the rule file"),
        ("/etc/passwd", "'/etc/passwd' is outside the folder of the rule file"),
        ("C:/secret.txt", "'C:/secret.txt' is outside the folder of the rule file"),
        ("link.txt", "'link.txt' is outside the folder of the rule file"),
        ("linked/secret.txt", "'linked/secret.txt' is outside the folder of the rule file"),
        ("inner.txt", None),
        ("latin.txt", "latin.txt: line 2 is not UTF-8 text"),
        ("empty.txt", "the file 'empty.txt' has no values (one a line)"),
        ("sub", "'sub' is a folder"),
        (r"a\u0000b", "is not the path of a file"),
        ("", "the text is empty"),
    ],
)
def test_only_files_inside_the_folder_are_read(
    tmp_path: Path, name: str, message: str | None
) -> None:
    """Not by dots, absolute paths or links; what cannot be read is named."""
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (home / "link.txt").symlink_to(tmp_path / "secret.txt")
    (home / "linked").symlink_to(tmp_path)
    (home / "brands.txt").write_text("a")
    (home / "inner.txt").symlink_to(home / "brands.txt")
    (home / "latin.txt").write_bytes(b"a\n\xe1\n")
    (home / "empty.txt").write_text("# nothing\n")
    path = written(
        home, rules_toml=f'[[rule]]\nwhen.x.in = {{ file = "{name}" }}\ntype = "purchase"'
    )
    if message is None:
        assert "purchase" == tp.classify.rules(path)({"x": "a"})
    else:
        assert message in problems_of(path)


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ({"x": {"in": {"file": "a.txt"}}}, "a mapping has no folder to read files from"),
        ({"x": {"in": {"path": "a.txt"}}}, "unknown key"),
        ({"x": {"in_file": "a.txt"}}, 'write in = { file = "values.txt" }'),
    ],
)
def test_mistakes_in_lists_from_files(when: Any, message: str) -> None:
    """A mapping has no folder; the table has one key."""
    assert message in problems_of({"rule": [{"when": when, "type": "purchase"}]})


# ----------------------------------------------------------------------------------------- include


def test_included_rules_stand_where_they_are_named(tmp_path: Path) -> None:
    """Between the rules before and after; numbers are those of their file."""
    (tmp_path / "more").mkdir()
    written(
        tmp_path / "more",
        b_toml='[[rule]]\nwhen.x = "1"\ntype = "b"\n[[rule]]\ninclude = "c.toml"',
        c_toml='decimal = ","\n[[rule]]\nname = "c"\nwhen.x.min = 2.5\ntype = "c"',
    )
    path = written(
        tmp_path,
        rules_toml='[[rule]]\nwhen.y = "1"\ntype = "a"\n[[rule]]\ninclude = "more/b.toml"\n'
        '[[rule]]\nwhen.x.min = 2\ntype = "d"',
    )
    found = tp.classify.rules(path)
    assert ["a", "b", "c", "d", None] == found.batch(
        [
            {"x": "1", "y": "1"},
            {"x": "1", "y": "2"},
            {"x": "2,6", "y": "2"},
            {"x": "2", "y": "2"},
            {"x": "1.5", "y": "2"},
        ]
    )
    assert ["rule 1", "rule 1 of 'more/b.toml'", "rule 1 of 'c.toml' 'c'", "rule 3"] == [
        one.label for one in found.rules
    ]


def test_an_included_file_takes_the_notation_of_the_file_around_it(tmp_path: Path) -> None:
    """Unless it states its own; texts are folded alike in both."""
    path = written(
        tmp_path,
        rules_toml='decimal = ","\n[[rule]]\ninclude = "b.toml"',
        b_toml='[[rule]]\nwhen.x.min = 2\ntype = "b"',
    )
    assert "b" == tp.classify.rules(path)({"x": "2,5"})
    written(tmp_path, b_toml='fold = false\n[[rule]]\nwhen.x = "A"\ntype = "b"')
    assert "'b.toml': fold: it must be as in the file that includes this one" in problems_of(path)


def test_a_file_that_includes_itself_is_named(tmp_path: Path) -> None:
    """Directly, over others, and by a link to itself."""
    path = written(tmp_path, rules_toml='[[rule]]\ninclude = "rules.toml"')
    assert "the file includes itself: rules.toml -> rules.toml" in problems_of(path)
    path = written(
        tmp_path,
        rules_toml='[[rule]]\ninclude = "b.toml"',
        b_toml='[[rule]]\ninclude = "rules.toml"',
    )
    assert (
        "rule 1 of 'b.toml': include: the file includes itself: rules.toml -> b.toml -> rules.toml"
    ) in problems_of(path)


def test_files_that_include_others_twice_come_to_an_end(tmp_path: Path) -> None:
    """Thirty files, each included twice by the one before: not a thousand million rules."""
    for number in range(30):
        twice = f'[[rule]]\ninclude = "f{number + 1}.toml"\n' * 2
        (tmp_path / f"f{number}.toml").write_text(twice)
    (tmp_path / "f30.toml").write_text('[[rule]]\nwhen.x = "a"\ntype = "t"')
    assert "more than 100 files are included" in problems_of(tmp_path / "f0.toml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[rule", "rule 1: include: b.toml: this is not TOML"),
        ("x = 1", "'b.toml': x: unknown key"),
        ("", "'b.toml': rule: the file has no rules"),
        ('[[rule]]\nwhen.x.startz = "a"\ntype = "purchase"', "rule 1 of 'b.toml': when.x.startz"),
        ('[[rule]]\ninclude = "../x.toml"', "rule 1 of 'b.toml': include: '../x.toml' is outside"),
        ('[[rule]]\nname = "n"\nwhen.x = "a"\ntype = "purchase"', "are both called 'n'"),
    ],
)
def test_mistakes_in_an_included_file(tmp_path: Path, content: str, message: str) -> None:
    """Each with the name of its file, all in one error."""
    path = written(
        tmp_path,
        rules_toml='[[rule]]\ninclude = "b.toml"\n[[rule]]\nname = "n"\nwhen.z = "a"\n'
        'type = "purchase"\n[[rule]]\nwhen.z = "b"\ntype = "live_chatt"',
        b_toml=content,
    )
    found = problems_of(path)
    assert message in found
    assert "rule 3: type: no touchpoint type 'live_chatt'" in found


def test_an_included_file_must_be_utf_8(tmp_path: Path) -> None:
    """As the rule file itself; the line is named."""
    path = written(tmp_path, rules_toml='[[rule]]\ninclude = "b.toml"')
    (tmp_path / "b.toml").write_bytes(b'note = "x"\nname = "\xe1"')
    assert "rule 1: include: b.toml: line 2 is not UTF-8 text" in problems_of(path)
    path.write_bytes(b'\n\nname = "\xe1"')
    assert "line 3 is not UTF-8 text" in problems_of(path)


def test_an_include_has_nothing_else() -> None:
    """It is no rule; a mapping has no folder."""
    found = problems_of({"rule": [{"include": "b.toml", "type": "purchase"}]})
    assert "rule 1: type: unknown key" in found
    assert "rule 1: include: a mapping has no folder" in found


def test_a_default_in_an_included_file_takes_all_that_follows(tmp_path: Path) -> None:
    """The rules after it are reported; as the last rule it is welcome."""
    default = '[[rule]]\nwhen.x = "a"\ntype = "a"\n[default]\ntype = "b"'
    after = '[[rule]]\nwhen.x = "c"\ntype = "c"'
    include = '[[rule]]\ninclude = "b.toml"\n'
    path = written(tmp_path, rules_toml=f"{after}\n{include}", b_toml=default)
    assert ["c", "a", "b"] == tp.classify.rules(path).batch([{"x": one} for one in "cax"])
    path = written(tmp_path, rules_toml=f"{include}\n{after}")
    assert "rule 2 can never match: the default of 'b.toml' already" in problems_of(path, None)


# ------------------------------------------------------------------------------ values from fields


def test_a_facet_is_taken_from_a_field() -> None:
    """By id, label or alias; it counts as observed, unless the rule says otherwise."""
    rule = {"when": {"event": "chat"}, "type": "live_chat", "need": {"field": "reason"}}
    seen = Verdict("live_chat", facets={"need": "save_money"}, observed=("need",))
    for reason in ("save_money", " Ahorrar  dinero ", "SAVE MONEY"):
        assert seen == answer(rule, {"event": "chat", "reason": reason})
    assert "live_chat" == answer(rule, {"event": "chat", "reason": None})
    assert "live_chat" == answer(rule, {"event": "chat", "reason": "the weather"})
    assert None is answer(rule, {"event": "call", "reason": "save_money"})
    assert Verdict("live_chat", facets={"need": "save_money"}) == answer(
        {**rule, "provenance": "rule"}, {"event": "chat", "reason": "save_money"}
    )
    own = {**rule, "need": {"field": "reason", "terms": {"Price": "save_money"}}}
    assert seen == answer(own, {"event": "chat", "reason": "price"})


def test_unknown_terms_are_counted() -> None:
    """With the values that could not be read; a missing one is not unknown."""
    rules = tp.classify.rules(
        {
            "rule": [
                {"when": {"event": "x"}, "type": "purchase"},
                {"when": {}, "type": "live_chat", "need": {"field": "reason"}},
            ]
        },
        taxonomy=CUSTOMER,
    )
    rows = [("chat", "the weather"), ("chat", "learn"), ("chat", None), ("x", "the weather")]
    journeys = tp.from_records(
        [
            {"id": 1, "t": f"2026-01-0{day}", "event": event, "reason": reason}
            for day, (event, reason) in enumerate(rows, start=1)
        ],
        journey="id",
        time="t",
        touchpoint=rules,
        taxonomy=CUSTOMER,
    )
    assert {"reason 'the weather'": 1} == journeys.meta.report.unread_texts
    assert [3, 1] == [journeys.per_interaction["need_from"].tolist()[at] for at in (1, 0)]


def test_a_column_is_taken_from_a_field_or_a_group() -> None:
    """As written in the log: case and accents are kept although they are not compared."""
    rule = {
        "when": {"page": {"regex": r"/producto/(?P<sku>[^/?]+)(\?color=(?P<colour>\w+))?"}},
        "type": "product_view",
        "columns": {
            "sku": {"group": "sku"},
            "colour": {"group": "colour"},
            "agent": {"field": "agent"},
            "kind": "page",
        },
    }
    found = answer(rule, {"page": "/PRODUCTO/Ñandú-7?color=Ámbar", "agent": " Ana "})
    assert {"sku": "Ñandú-7", "colour": "Ámbar", "agent": "Ana", "kind": "page"} == dict(
        found.facets
    )
    found = answer(rule, {"page": "/producto/b", "agent": None})
    assert {"sku": "b", "kind": "page"} == dict(found.facets)


def test_captured_columns_are_in_the_journeys() -> None:
    """One value for each interaction, missing where the rule does not hold."""
    rules = tp.classify.rules(
        {
            "rule": [
                {
                    "when": {"page": {"regex": "/p/(?P<sku>.+)"}},
                    "type": "product_view",
                    "columns": {"sku": {"group": "sku"}},
                }
            ],
            "default": {"type": "website_visit"},
        }
    )
    pages = ["/p/A1", "/", "/p/b2", "/p/A1"]
    log = {"id": [1] * 4, "t": [f"2026-01-0{day}" for day in range(1, 5)], "page": pages}
    journeys = tp.from_columns(log, journey="id", time="t", touchpoint=rules)
    assert ["A1", None, "b2", "A1"] == journeys.per_interaction["sku"].to_list()


@pytest.mark.parametrize(
    ("assigned", "message"),
    [
        (
            {"columns": {"a": {"group": "skk"}}},
            "no group 'skk' in a regex of the rule (its groups: 'sku'",
        ),
        ({"columns": {"a": {"field": "f", "group": "sku"}}}, "write the field or the group"),
        ({"columns": {"a": {}}}, "write the field or the group"),
        ({"columns": {"a": {"feld": "x"}}}, "columns.a.feld: unknown key (did you mean 'field'?)"),
        ({"columns": {"need": {"field": "x"}}}, "it is a facet: write it next to the type"),
        ({"need": {"field": "x", "terms": {"a": "lern"}}}, "need.terms: no term of need 'lern'"),
        ({"need": {"field": ""}}, "need.field: the text is empty"),
        ({"nedd": {"field": "x"}}, "no such facet (did you mean 'need'?)"),
        (
            {"type": {"field": "x"}},
            "type: it is not taken from a field: write a rule for each type, or use by_column",
        ),
        ({"leave_out": "why", "need": {"field": "x"}}, "assigns nothing else, but has 'need'"),
    ],
)
def test_mistakes_in_values_from_fields(assigned: dict[str, Any], message: str) -> None:
    """A group that is not there, a table with too much or too little."""
    rule = {"when": {"page": {"regex": "/(?P<sku>.)"}}, **assigned}
    assert message in problems_of({"rule": [rule]})
    if "skk" in message:
        other = {"when": {"page": "/"}, **assigned}
        assert "(it has none; write (?P<skk>...)" in problems_of({"rule": [other]})


def test_a_negated_regex_has_no_groups_to_take() -> None:
    """Where it holds, nothing was found."""
    rule = {
        "when": {"page": {"not": {"regex": "/(?P<sku>.)"}}},
        "type": "purchase",
        "columns": {"a": {"group": "sku"}},
    }
    assert "no group 'sku' in a regex of the rule (it has none" in problems_of({"rule": [rule]})


def test_fields_of_the_log_are_checked_for_values_too() -> None:
    """A slip in a field that only an assignment reads is found."""
    rule = {**ORDER, "columns": {"a": {"field": "agnt"}}}
    with pytest.raises(ProblemsError, match="no field 'agnt' .did you mean 'agent'"):
        tp.classify.rules({"rule": [rule]}, fields=["event", "agent"])


@given(st.text(max_size=12))
def test_each_folded_letter_has_its_place_in_the_text(text: str) -> None:
    """Folding the text up to that place gives what stands before the letter."""
    folded, origins = fold_spaced(text), origins_of(text)
    assert len(folded) == len(origins)
    assert origins == sorted(origins)
    for letter, at in zip(folded, origins, strict=True):
        assert letter in fold(text[at]) or (letter == " " and fold(text[at])[:1].isspace())


@given(st.text("aÁé 1/\u0301ﬁ本", max_size=8), st.text("bÉ/ ", max_size=4), st.booleans())
def test_a_group_captures_what_python_would(inner: str, after: str, folded: bool) -> None:
    """Without folding exactly; folded, the same text once it is folded."""
    text = f"p/{inner}/{after}"
    pattern = Pattern(r"\bp/(?P<one>[^/]*)/(?P<two>b*)", folded=folded)
    compared = fold_spaced(text) if folded else text
    expected = re.search(pattern.text, compared)
    for group in ("one", "two"):
        found = pattern.captured(text, group)
        if expected is None or found is None:
            assert (found is None) == (expected is None)
        elif folded:
            assert fold_spaced(expected[group]) == fold_spaced(found)
        else:
            assert expected[group].strip() == found


# ------------------------------------------------------------------------------ tests beside rules

TESTED = {
    "rule": [
        {"name": "large", "when": {"event": "order", "amount": {"min": 200}}, "type": "purchase"},
        {"when": {"event": "consent"}, "leave_out": "consent"},
        {"when": {"event": "chat"}, "type": "live_chat", "need": {"field": "reason"}},
    ]
}
GOOD = [
    {"event": {"event": "order", "amount": 250}, "expect": "purchase"},
    {"event": {"event": "consent"}, "expect": "(left out)"},
    {"event": {"event": "consent"}, "expect": {"leave_out": "consent"}},
    {"event": {"event": "order"}, "expect": "(none)"},
    {
        "event": {"event": "chat", "reason": "learn"},
        "expect": {"type": "live_chat", "need": "learn"},
    },
    {
        "event": {"event": "order", "amount": 250},
        "expect": {"channel": "website"},
        "note": "default",
    },
]


def test_rules_that_pass_their_tests_are_silent(tmp_path: Path) -> None:
    """As a mapping, as rules, and as a file."""
    rules = tp.classify.rules({**TESTED, "test": GOOD}, taxonomy=CUSTOMER)
    assert None is check_rules(rules, taxonomy=CUSTOMER)
    assert None is check_rules({**TESTED, "test": GOOD}, taxonomy=CUSTOMER)
    rule, test = '[[rule]]\nwhen.x = "a"\ntype = "t"', '[[test]]\nevent.x = "A"\nexpect = "t"'
    assert None is check_rules(written(tmp_path, rules_toml=f"{rule}\n{test}"))


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (
            {
                "name": "euros",
                "event": {"event": "order", "amount": "250,00"},
                "expect": "purchase",
            },
            "type 'purchase', got '(none)'; no rule matches; silent: rule 1 'large' (amount='250",
        ),
        (
            {"event": {"event": "consent"}, "expect": "purchase"},
            "test 1: expected type 'purchase', got '(left out)'; from rule 2 (event='consent'",
        ),
        (
            {"event": {"event": "consent"}, "expect": {"leave_out": "noise"}},
            "expected leave_out 'noise', got 'consent'; from rule 2",
        ),
        (
            {"event": {"event": "chat"}, "expect": {"type": "purchase", "need": "learn"}},
            "expected type 'purchase', got 'live_chat', need 'learn', got '(none)'; from rule 3",
        ),
    ],
)
def test_a_test_that_fails_says_which_rule_answered(test: Any, message: str) -> None:
    """And why the rule that should have answered did not."""
    with pytest.raises(ProblemsError) as caught:
        check_rules({**TESTED, "test": [test]})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({"event": {}}, "test 1: expect: it is missing"),
        ({"expect": "purchase"}, "test 1: event: it is missing"),
        ({"event": {}, "expect": 3}, "test 1: expect: expected a table, found the number 3"),
        ({"event": {}, "expect": {}}, "nothing is expected (write '(none)' for no answer)"),
        ({"event": "x", "expect": "a"}, "test 1: event: expected a table"),
        ({"event": {}, "expcet": "a"}, "test 1: expcet: unknown key (did you mean 'expect'?)"),
        ("x", "test 1: expected a table"),
    ],
)
def test_mistakes_in_a_test(test: Any, message: str) -> None:
    """They are problems of the file, found when it is read."""
    assert message in problems_of({**TESTED, "test": [test]}, None)


def test_rules_without_tests_are_not_checked() -> None:
    """A check that checks nothing does not pass; nor does a wrong kind."""
    with pytest.raises(ProblemsError, match="they have no tests"):
        check_rules(TESTED)
    with pytest.raises(WrongKindError):
        check_rules(5)  # type: ignore[arg-type]
    assert "expected a list of tables" in problems_of({**TESTED, "test": {}}, None)


def test_of_a_thousand_failures_the_first_are_listed() -> None:
    """Twenty in full."""
    with pytest.raises(ProblemsError, match="980 more"):
        check_rules({**TESTED, "test": [{"event": {}, "expect": "purchase"}] * 1_000})


# ------------------------------------------------------------------- mistakes of people who write


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ({"event": {"words": "*order"}}, "star that is not at the end of a word: write regex = "),
        ({"event": {"words": "or*der"}}, "not at the end of a word: write regex = 'or.*der'"),
        ({"event": {"words": ["ok", "buy * now"]}}, "'buy * now' has a star that is not at"),
        ({"event": {"contains": "a*b"}}, "write regex = 'a.*b', or regex"),
        ({"event": {"contains": "*paid*"}}, "write contains = 'paid', or regex"),
        ({"event": {"starts": "*paid"}}, "write contains = 'paid', or regex"),
        ({"event": "a*b"}, "write regex = '^a.*b$', or regex"),
        ({"day": {"min": "25 of May"}}, "without quotation marks, such as 200 or 2026-11-25"),
    ],
)
def test_a_star_or_a_bound_that_cannot_hold_is_refused(when: Any, message: str) -> None:
    """A star within a word is no wildcard anywhere; a bound is no text."""
    assert message in problems_of({"rule": [{"when": when, "type": "purchase"}]})


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    """The message does not propose the folder itself."""
    (tmp_path / "lists").mkdir()
    path = written(
        tmp_path, rules_toml='[[rule]]\nwhen.a.in = { file = "lists" }\ntype = "purchase"'
    )
    assert "'lists' is a folder: name a file in it" in problems_of(path)


def test_a_type_is_not_taken_from_a_field() -> None:
    """The message says what does that."""
    rule = {"when": {"a": "x"}, "type": {"field": "kind"}}
    assert "write a rule for each type, or use by_column" in problems_of({"rule": [rule]})


def test_a_group_may_stand_in_each_alternative() -> None:
    """The expression that matches states the text; the first one where both do."""
    either = [{"page": {"regex": "/p/(?P<sku>[a-z]+)"}}, {"ref": {"regex": "sku=(?P<sku>[a-z]+)"}}]
    rule = {
        "when": {"any": either},
        "type": "product_view",
        "columns": {"sku": {"group": "sku"}},
    }
    rules = tp.classify.rules({"rule": [rule]}, taxonomy=CUSTOMER)

    def sku(page: str | None, ref: str | None) -> str:
        return rules({"page": page, "ref": ref}).facets["sku"]

    assert sku("/p/ab", None) == "ab"
    assert sku(None, "sku=cd") == sku("/p/1", "sku=cd") == "cd"
    assert sku("/p/ab", "sku=cd") == "ab"


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("purchaze", "test 1: expect: no touchpoint type 'purchaze' (did you mean 'purchase'?)"),
        ("(nothing)", "no answer '(nothing)' (write '(none)' or '(left out)')"),
        ({"type": "purchase", "needs": "learn"}, "no facet or column 'needs' (did you mean 'need'"),
        ({"need": "lern"}, "no term of need 'lern' (did you mean 'learn'"),
    ],
)
def test_what_no_rule_can_answer_is_a_mistake_of_the_test(expect: Any, message: str) -> None:
    """A misspelt type, facet or answer is said to be one, not to differ from the answer."""
    source = {"rule": [ORDER], "test": [{"event": {"event": "order"}, "expect": expect}]}
    with pytest.raises(ProblemsError) as caught:
        check_rules(source, taxonomy=CUSTOMER)
    assert message in "\n".join(caught.value.problems)
