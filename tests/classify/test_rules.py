"""Rule files: their comparisons, their answers, and the errors for each kind of mistake."""

from __future__ import annotations

import datetime as dt
import pickle
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from touchpoints.classify import Verdict, rules
from touchpoints.errors import ProblemsError, WrongKindError


def one_rule(when: Any, **more: Any) -> tp.classify.Rules:
    """Return rules that consist of a single rule."""
    return rules({"rule": [{"when": when, "type": "t"}], **more})


def holds(when: Any, value: Any, **more: Any) -> bool:
    """Return whether a condition holds for an event with the field x."""
    return one_rule(when, **more)({"x": value}) == "t"


# -------------------------------------------------------------------------------------- comparisons


@pytest.mark.parametrize(
    ("asked", "yes", "no"),
    [
        ("Ad", ["ad", "AD", "Àd", " ad  "], ["a d", "ads"]),
        ({"equals": "a b"}, ["A  B"], ["ab"]),
        (["a", "b"], ["a", "B"], ["c"]),
        ({"in": [4, "two", True]}, [4, 4.0, "4", "4.0", "TWO", True, "True"], [2, "one", False]),
        (7, [7, 7.0, "7", "07"], [8, "seven", "7 days", True]),
        (True, [True, "true", "TRUE", 1, 1.0, "1", "Yes", "sí"], [False, 0, "no", 2, "y", "ok"]),
        (False, [False, "False", 0, "0", "NO"], [True, 1, "yes", "none"]),
        ({"words": "add"}, ["Add", "add to cart", "to_add", "¡ADD!"], ["address", "app", "a dd"]),
        ({"words": "add to"}, ["please add  to cart"], ["add now to", "add, to", "to add"]),
        ({"words": ["order*", "cita previa"]}, ["Orders", "una CITA previa"], ["reorder", "cita"]),
        ({"not": {"words": "no"}}, ["now", "yes"], ["no", "oh, no!"]),
        ({"contains": "cam"}, ["CÁMARA", "webcam"], ["c am"]),
        ({"contains": ["x", "y"]}, ["ax", "by"], ["z"]),
        ({"starts": ["/a", "/b"]}, ["/abc", "/B"], ["c/a"]),
        ({"ends": ".pdf"}, ["A.PDF"], ["pdf.txt"]),
        ({"regex": r"^/p/\d+$"}, ["/p/12", "/P/1"], ["/p/", "/p/1/2"]),
        ({"min": 10}, [10, 10.5, "11", "1e3"], [9, "9", "-11"]),
        ({"max": 2.5}, [2, "2.5", -1], [3]),
        ({"min": 1, "max": 3}, [1, 2, 3], [0, 4]),
        (2**53 + 1, [2**53 + 1, str(2**53 + 1)], [2**53, 2.0**53]),
        (
            {"min": dt.date(2026, 11, 20)},
            [dt.datetime(2026, 11, 20, 1), "2026-11-21"],
            ["2026-11-19"],
        ),
        ({"not": "a"}, ["b", 3], ["a", "A"]),
        ({"not": {"in": ["a", "b"]}}, ["c"], ["a"]),
        ({"not": ["a", "b"]}, ["c"], ["b"]),
        ({"contains": "a", "not": {"contains": "b"}}, ["ca"], ["ab"]),
        ({"missing": True}, [None, "", float("nan")], ["x", 0, False]),
        ({"missing": False}, ["x", 0, False], [None, ""]),
    ],
)
def test_a_field_is_compared(asked: Any, yes: list[Any], no: list[Any]) -> None:
    """Each comparison holds for the right values, whether they are text or numbers."""
    assert (yes, []) == (
        [v for v in yes if holds({"x": asked}, v)],
        [v for v in no if holds({"x": asked}, v)],
    )


@pytest.mark.parametrize(
    "asked",
    [
        *("a", ["a"], 0, False),
        *({"contains": "a"}, {"starts": "a"}, {"ends": "a"}, {"regex": "a"}, {"regex": ".*"}),
        *({"min": 0}, {"max": 0}),
        *({"not": "a"}, {"not": {"contains": "a"}}, {"not": {"min": 3}}),
    ],
)
@pytest.mark.parametrize("value", [None, "", float("nan"), np.datetime64("NaT", "us")])
def test_a_missing_field_answers_nothing(asked: Any, value: Any) -> None:
    """For a null value no comparison holds, and no negation of it: only `missing` holds."""
    assert not holds({"x": asked}, value)
    assert not holds({"not": {"x": asked}}, value)
    assert one_rule({"any": [{"x": asked}, {"x": {"missing": True}}]})({}) == "t"


def test_a_text_that_is_not_a_number_is_neither_below_nor_above() -> None:
    """Neither a bound nor its negation holds for a value that is not a number."""
    assert not holds({"x": {"min": 3}}, "many")
    assert not holds({"x": {"not": {"min": 3}}}, "many")


def test_conditions_are_joined() -> None:
    """All, any and not can be nested; several fields of one table must all hold."""
    when = {
        "x": {"not": {"missing": True}},
        "any": [{"x": "a"}, {"all": [{"x": {"starts": "b"}}, {"not": {"x": "bad"}}]}],
    }
    assert [True, True, False, False] == [holds(when, one) for one in ("a", "bc", "bad", "c")]


def test_without_folding_case_and_accents_count() -> None:
    """`fold = false` compares texts as they are written."""
    assert [True, False, False] == [
        holds({"x": "Año"}, one, fold=False) for one in ("Año", "año", "Ano")
    ]
    assert not holds({"x": {"regex": "a"}}, "A", fold=False)
    assert holds({"x": {"contains": " b"}}, "a  b", fold=False)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("عروض الصيف", "الصيف"),
        ("🎉 oferta 🎉", "🎉"),
        ("日本語", "本"),
        ("\u200fعروض\u200e", "ض"),
        ("caf\u0065\u0301", "é"),
    ],
)
def test_any_script_is_compared(text: str, part: str) -> None:
    """Right-to-left text and emoji are compared as any text; direction marks are ignored."""
    assert holds({"x": text}, f" {text} ")
    assert holds({"x": {"contains": part}}, text)
    assert holds({"x": {"regex": f"^.*{part}.*$"}}, text)


def test_a_megabyte_of_text_is_compared_fast() -> None:
    """Regular expressions and substrings are found in a long field in less than ten seconds."""
    found = rules(
        {
            "rule": [{"when": {"x": {"regex": f"{word}.*{word}$"}}, "type": "t"} for word in "abc"]
            + [{"when": {"x": {"contains": ["q1", "q2"], "ends": "zzz"}}, "type": "u"}]
        }
    )
    started = time.process_time()
    assert found({"x": "ñandú y ábaco " * 70_000}) is None
    assert time.process_time() - started < 10


# ------------------------------------------------------------------------------------------ answers


def test_the_first_rule_wins() -> None:
    """The order of the rules decides the answer."""
    tables = [
        {"when": {"x": {"contains": "sale"}}, "type": "first"},
        {"when": {"x": {"starts": "flash"}}, "type": "second"},
    ]
    assert "first" == rules({"rule": tables})({"x": "flash sale"})
    assert "second" == rules({"rule": tables[::-1]})({"x": "flash sale"})
    assert rules({"rule": tables})({"x": "nothing"}) is None


@pytest.mark.parametrize(
    ("assigned", "answer"),
    [
        ({"type": "t"}, "t"),
        ({"need": "learn"}, tp.Facets(need="learn")),
        ({"need": "learn", "provenance": "data"}, tp.Facets(need="learn", provenance="data")),
        ({"type": "t", "need": "learn"}, Verdict("t", facets={"need": "learn"})),
        (
            {"type": "t", "need": "learn", "provenance": "data"},
            Verdict("t", facets={"need": "learn"}, observed=("need",)),
        ),
        ({"arrival_channel": "email"}, tp.Facets(arrival_channel="email")),
        ({"type": "t", "columns": {"score": "5"}}, Verdict("t", facets={"score": "5"})),
    ],
)
def test_a_rule_answers_with_what_it_assigns(assigned: dict[str, Any], answer: Any) -> None:
    """The answer is the simplest that holds all: a type id, facets, or both with provenance."""
    assert answer == rules({"rule": [{"when": {"x": "a"}, **assigned}]})({"x": "a"})


def test_an_empty_condition_always_holds() -> None:
    """The last rule may match all remaining events."""
    found = rules({"rule": [{"when": {"x": "a"}, "type": "t"}, {"when": {}, "type": "other"}]})
    assert ["t", "other", "other"] == found.batch([{"x": "a"}, {"x": "b"}, {}])


@strategies.examples(60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"x": st.sampled_from([None, "a", "b", 1, 1.0, True, "1", ["no", "hash"]])}
        ),
        max_size=12,
    )
)
def test_a_batch_answers_as_one_by_one(events: list[dict[str, Any]]) -> None:
    """Events get the same answers in a batch as one by one."""
    found = rules(
        {
            "rule": [
                {"when": {"x": True}, "type": "flag"},
                {"when": {"x": 1}, "type": "one"},
                {"when": {"any": [{"x": "a"}, {"x": {"contains": "no"}}]}, "type": "text"},
            ]
        }
    )
    assert [found(event) for event in events] == found.batch(events)


def test_rules_can_be_pickled() -> None:
    """Rules can be sent to other processes, including their regular expressions."""
    found = one_rule({"x": {"regex": "(a+)+b"}})
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert "t" == again({"x": "aab"})


# ----------------------------------------------------------------------------------------- mistakes


@pytest.fixture
def problems() -> Any:
    """Return a function from rules, given as tables, to their problems."""
    customer = tp.load_taxonomy("customer")

    def of(*tables: Any, fields: Any = None, **top: Any) -> list[str]:
        with pytest.raises(ProblemsError) as caught:
            rules({"rule": list(tables), **top}, taxonomy=customer, fields=fields)
        return [one.removeprefix("<rules>: ") for one in caught.value.problems]

    return of


def test_all_problems_come_at_once(problems: Any) -> None:
    """All mistakes of a file are reported in one error, each with its rule."""
    found = problems(
        {"name": "a", "when": {"x": {"startz": "y"}, "z": {"exists": True}}, "type": "live_chatt"},
        {"name": "a", "when": {"x": {"regex": "a(b"}}, "nedd": "learn", "channel": "appp"},
        {"when": {"any": []}, "type": "live_chat", "provenance": "guess"},
        {"type": "live_chat"},
        {"when": {"x": "q"}},
        ruel=1,
    )
    starts = [
        "ruel: unknown key (did you mean 'rule'?)",
        "rule 1 'a': when.x.startz: no such comparison (did you mean 'starts'?)",
        "rule 1 'a': when.z.exists: no such comparison (write missing = false)",
        "rule 1 'a': type: no touchpoint type 'live_chatt' (did you mean 'live_chat'?)",
        "rule 2 'a': when.x.regex: in the regex, missing ), unterminated subpattern (character 2)",
        "rule 2 'a': nedd: no such facet (did you mean 'need'?)",
        "rule 2 'a': channel: no term of channel 'appp' (did you mean 'app'?)",
        "rule 3: when.any: expected a list of tables",
        "rule 3: provenance: must be one of 'rule', 'data', got 'guess'",
        "rule 4: when: it is missing (write when = {} for a rule that always holds)",
        "rule 5",
        "rules 1 and 2 are both called 'a'",
    ]
    assert starts == [one[: len(start)] for one, start in zip(found, starts, strict=True)]
    assert "assigns nothing" in found[10]
    assert found[4].endswith("\n    a(b\n     ^")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"when": {"x": {"min": 5, "max": 3}}}, "min 5 is above max 3"),
        ({"when": {"x": {"min": "5"}}}, "expected a number or a date"),
        (
            {"when": {"x": {"min": 1, "max": dt.date(2026, 1, 1)}}},
            "min and max must be of the same type, got int and datetime",
        ),
        ({"when": {"x": dt.date(2026, 1, 1)}}, "a date is compared with min and max"),
        ({"when": {"x": ""}}, "the text is empty (write missing = true"),
        ({"when": {"x": []}}, "the list is empty"),
        ({"when": {"x": {}}}, "the field has no comparison"),
        ({"when": {"x": {"in": "a"}}}, "expected a list"),
        ({"when": {"x": {"contains": 5}}}, 'expected text, found the number 5 (write "5")'),
        ({"when": {"x": {"contains": "\u0301"}}}, "is empty without its accents and spaces"),
        ({"when": {"x": {"missing": "yes"}}}, "expected true or false"),
        ({"when": {"x": {"regex": "(?=a)"}}}, "lookahead is not supported, as it can take very"),
        (
            {"when": {"page": {"url": {"equals": "a"}}}},
            'quote the name of a field that has a dot: "page.url"',
        ),
        ({"when": {"not": {}}}, "the condition is empty"),
        ({"when": {"all": [3]}}, "expected a table"),
        ({"when": "x == 1"}, "expected a table, found the text"),
        ({"when": {"x": {"between": [1, 2]}}}, "write min and max"),
        ({"when": {"x": "a"}, "type": "Live chat"}, "ids only: 'live_chat'"),
        ({"when": {"x": "a"}, "need": 3}, "expected text"),
        ({"when": {"x": "a"}, "columns": {"need": "learn"}}, "write it next to the type"),
        ({"when": {"x": "a"}, "columns": {"need_from": "2"}}, "the name is reserved"),
        ({"when": {"x": "a"}, "weather": "rain"}, "no such facet (facets: channel"),
        ("x", "expected a table, found the text"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(problems: Any, rule: Any, message: str) -> None:
    """Each kind of mistake has a message with the rule and the key where it is."""
    table = {"type": "live_chat", **rule} if isinstance(rule, dict) else rule
    found = problems(table)
    assert any(message in one and one.startswith("rule 1") for one in found), found


def test_a_field_no_event_has_is_found_when_asked_for(problems: Any) -> None:
    """With `fields=`, unknown fields are problems, reported together with near names."""
    found = problems(
        {"when": {"sorce": "a", "not": {"mediun": "b"}}, "type": "live_chat"},
        {"when": {"campain": "a"}, "type": "purchase"},
        fields=["source", "medium", "campaign"],
    )
    assert [
        "rule 1: when: no field 'sorce' (did you mean 'source'?)",
        "rule 1: when: no field 'mediun' (did you mean 'medium'?)",
        "rule 2: when: no field 'campain' (did you mean 'campaign'?)",
    ] == found


def test_shadowed_rules_are_reported_with_the_other_problems(problems: Any) -> None:
    """A rule that can never match is reported in the same error as all other problems."""
    found = problems(
        {"when": {"x": ["a", "b"]}, "type": "live_chatt"}, {"when": {"x": "B"}, "type": "purchase"}
    )
    sentence = (
        "rule 2 can never match: rule 1 already matches every event that it would match "
        "(move it above rule 1, or drop it)"
    )
    assert sentence == found[-1]
    assert 2 == len(found)


@pytest.mark.parametrize(
    "document", [{}, {"rule": []}, {"rule": [{"when": {}, "type": "t"}]}, {"rule": 3}]
)
def test_a_file_without_rules_is_a_problem(document: Any) -> None:
    """A file without a rule, or without a condition on a field, is refused."""
    with pytest.raises(ProblemsError, match="has no rules|no rule has a condition on a field"):
        rules(document)


def test_without_a_taxonomy_only_slips_are_found() -> None:
    """Unknown facets are accepted, except those similar to one of the five default facets."""
    found = rules({"rule": [{"when": {"x": "a"}, "stage": "awareness", "owner": "brand"}]})
    assert tp.Facets(stage="awareness", owner="brand") == found({"x": "a"})
    with pytest.raises(ProblemsError, match="did you mean 'channel'"):
        rules({"rule": [{"when": {"x": "a"}, "chanel": "app"}]})


def test_nothing_in_a_file_is_evaluated(tmp_path: Path) -> None:
    """Code in a rule file is compared as text."""
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rule]]\nwhen.x = "__import__(\'os\').getcwd()"\ntype = "t"\n', encoding="utf-8"
    )
    assert rules(path)({"x": "anything"}) is None
    assert "t" == rules(str(path))({"x": "__import__('os').getcwd()"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[[rule]\n", "this is not TOML"),
        (b"\n\nname = 'caf\xe9'", "line 3 is not UTF-8"),
        (b"when = [" + b"[" * 10_000, "not TOML|nested too deeply"),
    ],
)
def test_a_file_that_is_not_toml_is_a_problem(tmp_path: Path, content: bytes, message: str) -> None:
    """The error of a broken file gives the line, never a traceback of the parser."""
    path = tmp_path / "rules.toml"
    path.write_bytes(content)
    with pytest.raises(ProblemsError, match=message):
        rules(path)


def test_only_files_and_mappings_are_rules() -> None:
    """A list is refused by its type, and a missing file is an error."""
    with pytest.raises(WrongKindError, match="path of a TOML file or a mapping"):
        rules(["rule"])
    with pytest.raises(FileNotFoundError):
        rules("no_such_file.toml")


def test_fields_come_from_the_log() -> None:
    """A rule with a column that the log does not have is an error with near names."""
    found = one_rule({"sorce": "a"})
    with pytest.raises(tp.errors.NotFoundError, match="'sorce'.*did you mean 'source'"):
        tp.from_records(
            [{"id": 1, "t": "2026-01-01", "source": "a"}], journey="id", time="t", touchpoint=found
        )
