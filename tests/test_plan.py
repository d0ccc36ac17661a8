"""Plans: TOML to touchpoints in order, every problem at once, and the graph."""

from __future__ import annotations

import contextlib
import pickle
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import ProblemsError
from touchpoints.plan import parse_plan, plan_graph, read_plan
from touchpoints.taxonomy import load_taxonomy

VISIT = """
name = "clinic visit"
version = "2"

[stages]
before = "Before the visit"
visit = "At the clinic"

[touchpoints.book]
stage = "before"

[touchpoints.reminder]
stage = "before"
optional = true
repeated = 3

[touchpoints."Blood test"]
stage = "visit"
label = "Blood taken"
then = ["see_doctor"]

[touchpoints.see_doctor]
stage = "visit"
repeated = true
failures = ["no_show"]
then = []
"""


SAME = '[touchpoints."live_chat[channel=chat]"]'


def problems(text: str, **more: object) -> list[str]:
    """Return the problems of a plan."""
    with pytest.raises(ProblemsError) as caught:
        parse_plan(text, where="plan", **more)
    return list(caught.value.problems)


def test_a_plan_is_read_as_written(tmp_path: Path) -> None:
    """Names, stages, what may be left out or repeated; without `then`, the next in the file."""
    path = tmp_path / "visit.toml"
    path.write_text(VISIT, encoding="utf-8")

    plan = read_plan(path)

    assert ("clinic visit", "2") == (plan.name, plan.version)
    assert ["before", "visit"] == list(plan.stages)
    assert ["book", "reminder", "Blood test", "see_doctor"] == list(plan.touchpoints)
    assert [("reminder",), ("Blood test",), ("see_doctor",), ()] == [
        one.then for one in plan.touchpoints.values()
    ]
    assert [1, 3, 1, None] == [one.most for one in plan.touchpoints.values()]
    assert [False, True, False, False] == [one.optional for one in plan.touchpoints.values()]
    assert ("no_show",) == plan.touchpoints["see_doctor"].failures
    assert (("book",), ("see_doctor",)) == (plan.first, plan.last)
    assert plan == pickle.loads(pickle.dumps(plan))
    assert "<Plan 'clinic visit': 4 touchpoints, 2 stages>" == repr(plan)


def test_every_problem_is_told_at_once_with_its_place() -> None:
    """Unknown keys, stages and names with near ones, wrong kinds, circles."""
    found = problems(
        """
nam = "x"
[stages]
before = 7
[touchpoints.book]
stage = "befor"
optional = "yes"
repeated = 0
then = ["remindr"]
[touchpoints.reminder]
then = ["see"]
[touchpoints.see]
then = ["reminder", "see"]
failures = ["book"]
"""
    )

    for expected in (
        "plan: nam: nothing is called so here (did you mean 'name'?)",
        "plan: name: there is none",
        'plan: stages.before: expected text, found the number 7 (write "7")',
        "plan: touchpoints.book.stage: no stage 'befor'",
        "plan: touchpoints.book.optional: expected true or false, found the text 'yes'",
        "plan: touchpoints.book.then: no touchpoint 'remindr' here (did you mean 'reminder'?)",
        "plan: touchpoints.see.then: leads to itself: write repeated = true",
        "plan: touchpoints.see.failures: 'book' is planned, so it is no failure",
        "plan: touchpoints.reminder.then: goes round in a circle: reminder > see > reminder",
    ):
        assert expected in found
    assert any("repeated: expected true, false or a whole number" in one for one in found)


def test_unknown_types_are_told_with_near_ones() -> None:
    """With a taxonomy every name is one of its types, or a key of one."""
    found = problems(
        "name='x'\ntaxonomy='customer'\n[touchpoints.live_chatt]\n[touchpoints.purchase]\n"
        '[touchpoints."live_chat[channel=fax]"]'
    )

    assert 2 == len(found)
    assert "touchpoints.live_chatt: no touchpoint type 'live_chatt'" in found[0]
    assert "did you mean 'live_chat'" in found[0]
    assert "no term of channel 'fax'" in found[1]


def test_a_taxonomy_can_be_named_or_given() -> None:
    """By name, by the path of a file, or as an object, which comes first."""
    text = "name='x'\n{}[touchpoints.live_chat]"

    assert "" == parse_plan(text.format("")).touchpoints["live_chat"].touchpoint.type
    named = parse_plan(text.format("taxonomy='customer'\n"))
    given_ = parse_plan(text.format(""), taxonomy=load_taxonomy("customer"))
    assert "live_chat" == named.touchpoints["live_chat"].touchpoint.type
    assert named == given_
    assert ["plan: taxonomy: no taxonomy 'custmer' (did you mean 'customer'?)"] == problems(
        text.format("taxonomy='custmer'\n")
    )
    assert ["plan: taxonomy: there is no file 'mine.toml'"] == problems(
        text.format("taxonomy='mine.toml'\n")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "this is not TOML"),
        ("name = 'x'", "touchpoints: there is none"),
        ("name = 'x'\ntouchpoints = 3", "expected a table"),
        ("name = 'x'\n[touchpoints.a]\nthen = 'b'", "expected a list of texts"),
        (
            "name='x'\n[touchpoints.a]\nfailures=['e']\n[touchpoints.b]\nfailures=['e']",
            "'e' is already a failure of 'a'",
        ),
        (
            f"name='x'\ntaxonomy='customer'\n[touchpoints.live_chat]\n{SAME}",
            "is the same touchpoint as 'live_chat'",
        ),
    ],
)
def test_hostile_plans_are_problems_not_crashes(text: str, said: str) -> None:
    """Each says what is wrong."""
    assert any(said in one for one in problems(text))


def test_a_file_that_is_no_text_is_a_problem(tmp_path: Path) -> None:
    """And one that is not there is an error of the system."""
    path = tmp_path / "bad.toml"
    path.write_bytes(b"name = '\xff'")

    with pytest.raises(ProblemsError, match="not UTF-8"):
        read_plan(path)
    with pytest.raises(FileNotFoundError):
        read_plan(tmp_path / "none.toml")


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_a_list_of_problems(text: str) -> None:
    """Nothing else is ever raised."""
    with contextlib.suppress(ProblemsError):
        parse_plan(text)


def test_the_graph_of_a_plan_draws_all_of_it() -> None:
    """Labels, stages and types on nodes; what may follow what as edges; it keeps the schema."""
    G = plan_graph(parse_plan(VISIT))

    assert type(G) is nx.DiGraph
    assert () == tp.check_graph(G)
    assert ["book", "reminder", "Blood test", "see_doctor"] == list(G)
    assert "Blood taken" == G.nodes["Blood test"]["label"]
    assert "before" == G.nodes["reminder"]["stage"]
    assert (True, True) == (G.nodes["reminder"]["optional"], G.nodes["reminder"]["repeated"])
    assert {("book", "reminder"), ("reminder", "Blood test"), ("see_doctor", "see_doctor")} < set(
        G.edges
    )
    assert all(data == {"planned": True} for *_, data in G.edges(data=True))
    typed = plan_graph(
        parse_plan("name='x'\ntaxonomy='customer'\n[touchpoints.live_chat]"), lang="es"
    )
    assert ("Chat en vivo", "live_chat") == (
        typed.nodes["live_chat"]["label"],
        typed.nodes["live_chat"]["type"],
    )
    assert () == tp.check_graph(typed)


def test_the_order_puts_everything_behind_what_may_come_before() -> None:
    """Also where the file has it the other way round."""
    plan = parse_plan(
        "name='x'\n[touchpoints.c]\nthen=[]\n[touchpoints.b]\nthen=['c']\n[touchpoints.a]\nthen=['b']"
    )

    assert ("a", "b", "c") == plan.in_order
