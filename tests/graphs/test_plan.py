"""Plans: reading TOML, collecting all problems, and the graph of a plan."""

from __future__ import annotations

import contextlib
import pickle
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import ProblemsError, WrongKindError
from touchpoints.graphs.plan import parse_plan, plan_graph, read_plan
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
    """Names, stages, optional and repeated touchpoints; ``then`` defaults to the next one."""
    path = tmp_path / "visit.toml"
    path.write_text(VISIT, encoding="utf-8")

    plan = read_plan(path)

    assert ("clinic visit", "2") == (plan.name, plan.version)
    assert ["before", "visit"] == list(plan.stages)
    assert ["book", "reminder", "Blood test", "see_doctor"] == list(plan.touchpoints)
    assert [("reminder",), ("Blood test",), ("see_doctor",), ()] == [
        one.then for one in plan.touchpoints.values()
    ]
    assert [1, 3, 1, None] == [one.max_occurrences for one in plan.touchpoints.values()]
    assert [False, True, False, False] == [one.optional for one in plan.touchpoints.values()]
    assert ("no_show",) == plan.touchpoints["see_doctor"].failures
    assert (("book",), ("see_doctor",)) == (plan.first, plan.last)
    assert plan == pickle.loads(pickle.dumps(plan))
    assert "<Plan 'clinic visit': 4 touchpoints, 2 stages>" == repr(plan)


def test_all_problems_are_reported_together_with_their_tables() -> None:
    """Unknown keys, stages and names with similar ones, wrong types, cycles."""
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
        "plan: nam: unknown key (did you mean 'name'?)",
        "plan: name: is missing",
        'plan: stages.before: expected text, found the number 7 (write "7")',
        "plan: touchpoints.book.stage: no stage 'befor'",
        "plan: touchpoints.book.optional: expected true or false, found the text 'yes'",
        (
            "plan: touchpoints.book.then: no touchpoint 'remindr' in this plan "
            "(did you mean 'reminder'?)"
        ),
        "plan: touchpoints.see.then: leads to itself: write repeated = true",
        "plan: touchpoints.see.failures: 'book' is a planned touchpoint, so it cannot be a failure",
        "plan: touchpoints.reminder.then: forms a cycle: reminder > see > reminder",
    ):
        assert any(one.startswith(expected) for one in found), expected
    assert any("repeated: expected true, false or an integer from 1 to 100" in one for one in found)


def test_unknown_types_are_reported_with_similar_ones() -> None:
    """With a taxonomy each name must be one of its types, or a key."""
    found = problems(
        "name='x'\ntaxonomy='customer'\n[touchpoints.live_chatt]\n[touchpoints.purchase]\n"
        '[touchpoints."live_chat[channel=fax]"]'
    )

    assert 2 == len(found)
    assert "touchpoints.live_chatt: no touchpoint type 'live_chatt'" in found[0]
    assert "did you mean 'live_chat'" in found[0]
    assert "no term of channel 'fax'" in found[1]


def test_a_taxonomy_can_be_named_or_given() -> None:
    """By name, by the path of a file, or as an object, which takes precedence."""
    text = "name='x'\n{}[touchpoints.live_chat]"

    assert "" == parse_plan(text.format("")).touchpoints["live_chat"].touchpoint.type
    named = parse_plan(text.format("taxonomy='customer'\n"))
    given_ = parse_plan(text.format(""), taxonomy=load_taxonomy("customer"))
    assert "live_chat" == named.touchpoints["live_chat"].touchpoint.type
    assert named == given_
    assert ["plan: taxonomy: no taxonomy 'custmer' (did you mean 'customer'?)"] == problems(
        text.format("taxonomy='custmer'\n")
    )
    assert ["plan: taxonomy: the file 'mine.toml' does not exist"] == problems(
        text.format("taxonomy='mine.toml'\n")
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "this is not TOML"),
        ("name = 'x'", "touchpoints: must contain at least one touchpoint"),
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
def test_invalid_plans_are_reported_as_problems(text: str, message: str) -> None:
    """Each problem states what is wrong."""
    assert any(message in one for one in problems(text))


def test_a_file_that_is_not_text_is_a_problem(tmp_path: Path) -> None:
    """A missing file raises FileNotFoundError."""
    path = tmp_path / "bad.toml"
    path.write_bytes(b"name = '\xff'")

    with pytest.raises(ProblemsError, match="not UTF-8"):
        read_plan(path)
    with pytest.raises(FileNotFoundError):
        read_plan(tmp_path / "none.toml")


@given(
    st.dictionaries(
        st.sampled_from(["g", "h", "a"]),
        st.lists(st.sampled_from("abcdz"), max_size=4),
        max_size=3,
    ),
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.sampled_from("abcdghz"), max_size=2)),
)
def test_any_groups_make_a_plan_or_a_list_of_problems(
    groups: dict[str, list[str]], then: dict[str, list[str]]
) -> None:
    """Journeys can be aligned with any plan that parses; other errors never occur."""
    lines = ["name = 'x'", "[any_order]", *(f"{name} = {one}" for name, one in groups.items())]
    for name in "abcd":
        lines.append(f"[touchpoints.{name}]")
        lines += [f"then = {then[name]}"] if name in then else []
    with contextlib.suppress(ProblemsError):
        plan = parse_plan("\n".join(lines))
        journeys = tp.from_paths({"path": ["a > b > c > d", "d > c"]}, path="path")
        assert 2 == len(tp.paths.journey_conformance(journeys, plan).cost)


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_a_list_of_problems(text: str) -> None:
    """Other errors never occur."""
    with contextlib.suppress(ProblemsError):
        parse_plan(text)


def test_the_graph_of_a_plan_contains_all_of_it() -> None:
    """Nodes have labels, stages and types; edges are planned transitions; the schema holds."""
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


def test_in_order_is_a_topological_order() -> None:
    """Also if the file has the reverse order."""
    plan = parse_plan(
        "name='x'\n[touchpoints.c]\nthen=[]\n[touchpoints.b]\nthen=['c']\n[touchpoints.a]\nthen=['b']"
    )

    assert ("a", "b", "c") == plan.in_order


TESTS = """
name = "tests"
[any_order]
tests = ["x_ray", "blood_test"]
[touchpoints.check_in]
[touchpoints.blood_test]
repeated = 2
[touchpoints.x_ray]
optional = true
[touchpoints.see_doctor]
"""


def test_touchpoints_in_any_order_share_predecessors_and_successors() -> None:
    """What leads to one touchpoint leads to all, and all lead on, in the order of the file."""
    plan = parse_plan(TESTS)

    assert {"tests": ("blood_test", "x_ray")} == plan.any_order
    assert [("blood_test", "x_ray"), ("see_doctor",), ("see_doctor",), ()] == [
        one.then for one in plan.touchpoints.values()
    ]
    assert (("check_in",), ("see_doctor",)) == (plan.first, plan.last)
    assert plan == pickle.loads(pickle.dumps(plan))
    assert {} == parse_plan(VISIT).any_order


@pytest.mark.parametrize("named", ["tests", "x_ray"])
def test_then_names_a_group_by_its_name_or_by_a_member(named: str) -> None:
    """The ``then`` of any member is the ``then`` of the group."""
    plan = parse_plan(
        "name='x'\n[any_order]\ntests=['blood','x_ray']\n[touchpoints.end]\nthen=[]\n"
        "[touchpoints.blood]\n[touchpoints.x_ray]\nthen=['end']\n"
        f"[touchpoints.a]\nthen=['{named}']"
    )

    assert ("blood", "x_ray") == plan.touchpoints["a"].then
    assert ("end",) == plan.touchpoints["blood"].then
    assert ("a", "blood", "x_ray", "end") == plan.in_order


def test_all_problems_of_groups_are_reported_together() -> None:
    """Unknown names, overlaps, ``then`` that contradicts a group, names already in use."""
    found = problems(
        """
name = "x"
[any_order]
tests = ["blod", "blood", "x_ray"]
more = ["x_ray", "scan"]
one = ["scan"]
book = ["book", "book", "scan"]
text = "scan"
[touchpoints.book]
[touchpoints.blood]
then = ["x_ray", "scan"]
[touchpoints.x_ray]
then = ["bill"]
[touchpoints.scan]
[touchpoints.bill]
"""
    )

    for expected in (
        "plan: any_order.tests: no touchpoint 'blod' in this plan (did you mean 'blood'?)",
        "plan: any_order.more: 'x_ray' is already in the group 'tests'",
        "plan: any_order.one: a group must have at least two touchpoints",
        "plan: any_order.book: is the name of a touchpoint: rename the group",
        "plan: any_order.book: 'book' occurs twice: write repeated = true in its table",
        "plan: any_order.book: 'blood' stands between its touchpoints: put them side by side",
        "plan: any_order.text: expected a list of texts, found the text 'scan'",
        "plan: touchpoints.blood.then: 'x_ray' is in the same group any_order.tests",
        "plan: touchpoints.x_ray.then: differs from that of 'blood' in the same group any_order",
    ):
        assert any(one.startswith(expected) for one in found), expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("any_order = ['a', 'b']", "any_order: expected a table of groups, like tests = ["),
        ("any_order = 3", "any_order: expected a table of groups"),
        (f"[any_order]\ng = {list('abcdefghi')}", "a group must have at most 8 touchpoints, got 9"),
        (
            f"[any_order]\ng = {list('abcdefgh')}\n[touchpoints.a]\nrepeated=100\n",
            "have too many orders: write repeated = true for any number",
        ),
        (
            "[any_order]\ng = ['a', 'b']\n[touchpoints.a]\nthen=['c']\n[touchpoints.c]\nthen=['b']",
            "forms a cycle: a > c > a",
        ),
    ],
)
def test_invalid_groups_are_problems(text: str, message: str) -> None:
    """Wrong types, groups that are too large, and cycles through a group."""
    rest = "".join(
        f"[touchpoints.{one}]\n" for one in "abcdefghi" if f"[touchpoints.{one}]" not in text
    )
    assert any(message in one for one in problems(f"name='x'\n{text}\n{rest}"))


def test_a_cycle_of_two_suggests_any_order() -> None:
    """A ``then`` in both directions usually means any order."""
    text = "name='x'\n[touchpoints.a]\nthen=['b']\n[touchpoints.b]\nthen=['a']"

    assert any(
        "a > b > a (use [any_order] for touchpoints in any order)" in one for one in problems(text)
    )


@pytest.mark.parametrize("value", [None, {"name": "x"}, 3])
def test_other_objects_than_text_or_path_are_refused(value: object) -> None:
    """The message names the other function."""
    with pytest.raises(WrongKindError, match="tp.read_plan"):
        parse_plan(value)
    with pytest.raises(WrongKindError, match="tp.parse_plan"):
        read_plan(value)
    with pytest.raises(WrongKindError, match="tp.read_plan"):
        plan_graph(value)


def test_a_name_is_refused_as_taxonomy() -> None:
    """The message shows how to get a taxonomy."""
    with pytest.raises(WrongKindError, match="tp.load_taxonomy"):
        parse_plan(TESTS, taxonomy="customer")
