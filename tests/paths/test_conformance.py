"""Journeys against a plan: the four deviations, fitness, and both in one graph."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping

import attrs
import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.naive_paths import built
from tests.paths import naive_conformance as naive
from tests.paths.naive_grouping import each_alone, warned_of_ungrouped
from touchpoints.errors import NotFoundError, WrongKindError
from touchpoints.graphs.plan import Plan, parse_plan
from touchpoints.paths.conformance import conformance, fitness, journey_conformance
from touchpoints.paths.plan_against import plan_against
from touchpoints.taxonomy import load_taxonomy

LINE = parse_plan("name = 'line'\n[touchpoints.a]\n[touchpoints.b]\n[touchpoints.c]")


def plan_of(plan: Mapping[str, naive.Planned]) -> Plan:
    """Write a plan as text and parse it."""
    lines = ["name = 'drawn'", "[any_order]"]
    groups = dict.fromkeys(planned.together for planned in plan.values() if planned.together)
    lines += [f"group{position} = {list(group)}" for position, group in enumerate(groups)]
    for name, planned in plan.items():
        lines += [
            f"[touchpoints.{name}]",
            f"then = {list(planned.then)}",
            f"optional = {str(planned.optional).lower()}",
            f"repeated = {planned.max_occurrences}",
        ]
    return parse_plan("\n".join(lines))


@st.composite
def plans(draw: st.DrawFn) -> dict[str, naive.Planned]:
    """Draw plans of three or four touchpoints that branch, join and repeat."""
    names = "abcd"[: draw(st.integers(1, 4))]
    return {
        name: naive.Planned(
            then=tuple(
                draw(st.sets(st.sampled_from(names[position + 1 :])))
                if names[position + 1 :]
                else ()
            ),
            optional=draw(st.booleans()),
            max_occurrences=draw(st.integers(1, 2)),
        )
        for position, name in enumerate(names)
    }


@st.composite
def grouped_plans(draw: st.DrawFn) -> dict[str, naive.Planned]:
    """Draw plans of up to five touchpoints, some of which may come in any order."""
    names, blocks = "abcde"[: draw(st.integers(2, 5))], []
    while names:
        size = draw(st.integers(1, 3))
        blocks.append(names[:size])
        names = names[size:]
    plan = {}
    for position, block in enumerate(blocks):
        later = blocks[position + 1 :]
        then = sorted(draw(st.sets(st.sampled_from(later)))) if later else []
        for name in block:
            plan[name] = naive.Planned(
                then=tuple(one for other in then for one in other),
                optional=draw(st.booleans()),
                max_occurrences=draw(st.integers(1, 2)),
                together=tuple(block) if len(block) > 1 else (),
            )
    return plan


def deviations(path: str, plan: Plan = LINE, **columns: object) -> set[tuple[str, str]]:
    """Return the deviations of one journey."""
    return set(conformance(built([path], **columns), plan).as_dict())


# --------------------------------------------------------------------------- the four deviations


def test_each_of_the_four_deviations_is_found() -> None:
    """B19: ad hoc, out of order, failed and missing, one case each, and one that fits."""
    journeys = built(
        ["abc", "axbc", "acb", "abc", "ab"],
        per_interaction={"failed": [*[0] * 3, *[0] * 4, *[0] * 3, *[0, 1, 0], *[0] * 2]},
    )

    found = conformance(journeys, LINE, failed="failed")
    each = journey_conformance(journeys, LINE, failed="failed")

    assert {
        ("ad_hoc", "x"): 0.2,
        ("out_of_order", "b"): 0.2,
        ("failed", "b"): 0.2,
        ("missing", "c"): 0.2,
    } == found.as_dict()
    assert [0, 1, 0, 0, 0] == each.ad_hoc.tolist()
    assert [0, 0, 1, 0, 0] == each.out_of_order.tolist()
    assert [0, 0, 0, 1, 0] == each.failed.tolist()
    assert [0, 0, 0, 0, 1] == each.missing.tolist()


def test_what_comes_too_late_is_out_of_order_and_not_missing() -> None:
    """A touchpoint at another position than planned is one deviation, not two."""
    assert {("out_of_order", "b")} == deviations("acb")
    assert {("out_of_order", "a")} == deviations("bca")


def test_direct_repeats_beyond_the_plan_are_failures() -> None:
    """A direct repeat failed; a later repeat is out of order."""
    assert {("failed", "b")} == deviations("abbc")
    assert {("out_of_order", "a")} == deviations("abca")
    again = parse_plan("name='r'\n[touchpoints.a]\nrepeated=2\n[touchpoints.b]\nrepeated=true")
    assert set() == deviations("aabbbb", again)
    assert {("failed", "a")} == deviations("aaab", again)


def test_a_touchpoint_that_marks_a_failure_counts_as_that_failure() -> None:
    """`failures` of the plan name the touchpoint that failed."""
    plan = parse_plan("name='f'\n[touchpoints.a]\nfailures=['e']\n[touchpoints.b]")

    assert {("failed", "a")} == deviations("eab", plan)
    assert {("failed", "a"), ("missing", "a")} == deviations("eb", plan)


def test_optional_touchpoints_are_not_missing() -> None:
    """Absent: no deviation. At another position: out of order."""
    plan = parse_plan("name='o'\n[touchpoints.a]\n[touchpoints.b]\noptional=true\n[touchpoints.c]")

    assert set() == deviations("ac", plan)
    assert set() == deviations("abc", plan)
    assert {("out_of_order", "b")} == deviations("acb", plan)


TESTS = parse_plan(
    "name='t'\n[any_order]\ntests=['b','c']\n[touchpoints.a]\n[touchpoints.b]\n"
    "[touchpoints.c]\n[touchpoints.d]"
)


def test_touchpoints_in_any_order_fit_in_each_order() -> None:
    """B19: two tests in either order conform; the touchpoint after them requires both."""
    assert set() == deviations("abcd", TESTS)
    assert set() == deviations("acbd", TESTS)
    assert {("missing", "b")} == deviations("acd", TESTS)
    assert {("out_of_order", "c")} == deviations("abdc", TESTS)
    assert {("out_of_order", "b")} == deviations("acdb", TESTS)
    assert {("failed", "b")} == deviations("abbcd", TESTS)
    assert {("out_of_order", "b")} == deviations("abcbd", TESTS)


def test_groups_of_eight_and_consecutive_groups_are_aligned() -> None:
    """The largest group fits in any of its 40,320 orders; a group can follow a group."""
    names = "abcdefgh"
    eight = plan_of({name: naive.Planned(together=tuple(names)) for name in names})
    two = plan_of(
        {
            **{name: naive.Planned(then=("c", "d"), together=("a", "b")) for name in "ab"},
            **{name: naive.Planned(together=("c", "d")) for name in "cd"},
        }
    )

    assert [0, 0, 1, 1] == (
        journey_conformance(
            built(["hgfedcba", "badcfehg", "hgfedcb", "hgfexdcba"]), eight
        ).cost.tolist()
    )
    assert [0, 0, 2, 0] == (
        journey_conformance(built(["abcd", "badc", "acbd", "bacd"]), two).cost.tolist()
    )


def test_only_touchpoints_of_the_branch_taken_can_be_missing() -> None:
    """The better fitting of two branches is taken as the intended one."""
    plan = parse_plan(
        "name='br'\n[touchpoints.a]\nthen=['x','b']\n[touchpoints.x]\nthen=['y']\n"
        "[touchpoints.y]\nthen=[]\n[touchpoints.b]\nthen=[]"
    )

    assert set() == deviations("ab", plan)
    assert set() == deviations("axy", plan)
    assert {("missing", "y")} == deviations("ax", plan)


def test_nothing_is_missing_in_journeys_the_log_cuts_off() -> None:
    """Missing touchpoints may come later or came before; other deviations still count."""
    journeys = built(["ab", "bc", "ab", "ax"], finished=[False, True, True, False])
    journeys = attrs.evolve(journeys, began=[True, False, True, True])

    each = journey_conformance(journeys, LINE)

    assert [0, 0, 1, 0] == each.missing.tolist()
    assert [1.0, 1.0, 0.8, 0.5] == pytest.approx(each.fitness.tolist())
    assert [False, False, True, False] == each.whole.tolist()
    found = conformance(journeys, LINE)
    assert {("ad_hoc", "x"): 0.25, ("missing", "c"): 1.0} == found.as_dict()


# ------------------------------------------------------------------------------------------ fitness


def assert_cheapest(
    plan: dict[str, naive.Planned], paths: list[str], *, began: bool, finished: bool
) -> None:
    """Compare costs and fitness with trying every run of the plan."""
    count = len(paths)
    journeys = built([*paths, "a"], began=[began] * (count + 1), finished=[finished] * (count + 1))
    each = journey_conformance(journeys, plan_of(plan))

    expected = [naive.least_cost(plan, path, began=began, finished=finished) for path in paths]
    assert expected == each.cost.tolist()[:count]
    needed = naive.fewest(plan) if began and finished else 0
    worst = [max(len(path) + needed, 1) for path in paths]
    assert each.fitness.tolist()[:count] == pytest.approx(
        [1 - cost / most for cost, most in zip(expected, worst, strict=True)]
    )


@strategies.examples(120)
@given(
    plan=plans(),
    paths=st.lists(st.text("abcdx", max_size=5), min_size=1, max_size=4),
    began=st.booleans(),
    finished=st.booleans(),
)
def test_costs_are_the_least_over_all_runs(
    plan: dict[str, naive.Planned], paths: list[str], began: bool, finished: bool
) -> None:
    """No run of the plan fits a journey better than the one found."""
    assert_cheapest(plan, paths, began=began, finished=finished)


@strategies.examples(150)
@given(
    plan=grouped_plans(),
    paths=st.lists(st.text("abcdex", max_size=6), min_size=1, max_size=3),
    began=st.booleans(),
    finished=st.booleans(),
)
def test_costs_in_any_order_are_the_least_over_all_permutations(
    plan: dict[str, naive.Planned], paths: list[str], began: bool, finished: bool
) -> None:
    """B19: every order of a group is a run of the plan, and the best fitting one counts."""
    assert_cheapest(plan, paths, began=began, finished=finished)


@strategies.examples(120)
@given(
    plan=plans() | grouped_plans(),
    paths=st.lists(st.text("abcdx", max_size=5), min_size=1, max_size=4),
)
def test_a_journey_fits_perfectly_exactly_when_nothing_deviates(
    plan: dict[str, naive.Planned], paths: list[str]
) -> None:
    """Cost 0 is equivalent to no deviations, whose number never exceeds the cost."""
    each = journey_conformance(built(paths), plan_of(plan))
    total = each.ad_hoc + each.out_of_order + each.failed + each.missing

    assert ((total == 0) == (each.cost == 0)).tolist() == [True] * len(paths)
    assert (total <= each.cost).all()


def test_fitness_of_all_journeys() -> None:
    """The mean, the share without deviations, and the share with each kind of deviation."""
    journeys = built(["abc", "axbc", "ab"], counts=[2, 1, 1])

    found = fitness(journeys, LINE).to_dicts()[0]

    assert found["fitness"] == pytest.approx((2 + (1 - 1 / 7) + (1 - 1 / 5)) / 4)
    assert (0.5, 0.25, 0.25) == (found["fitting"], found["ad_hoc"], found["missing"])
    assert (found["low"], found["high"]) == pytest.approx(tp.wilson(2, 4))
    empty = fitness(journeys[:0], LINE)
    assert np.isnan(empty.fitness[0])
    assert (
        1.0
        == fitness(built([""]), parse_plan("name='o'\n[touchpoints.a]\noptional=true")).fitness[0]
    )


# --------------------------------------------------------------------------------------------- laws


def test_counts_equal_repeated_journeys() -> None:
    """A count of two equals the journey twice."""
    merged = built(["axc", "abc"], counts=[2, 3])
    spread = built(["axc"] * 2 + ["abc"] * 3)

    assert conformance(merged, LINE) == conformance(spread, LINE)
    assert fitness(merged, LINE) == fitness(spread, LINE)


def test_groups_are_rows_of_the_same_table() -> None:
    """by= adds one column."""
    journeys = built(["abc", "ab", "axbc"], per_journey={"site": ["new", "old", "old"]})

    found = conformance(journeys, LINE, by="site")
    fitting = fitness(journeys, LINE, by="site")

    assert ["old", "old"] == found.group.tolist()
    assert [("old", "ad_hoc", "x"), ("old", "missing", "c")] == list(found.as_dict())
    assert [1.0, 0.0] == fitting.fitting.tolist()
    assert ["new", "old"] == fitting.group.tolist()


@given(strategies.journeys(keys="abcx"))
def test_journeys_by_group_are_those_of_each_group_alone(journeys) -> None:
    """The group comes first, and only with by=; journeys without a group are left out."""
    assume((journeys.per_journey["segment"].codes >= 0).any())

    with warned_of_ungrouped(journeys, "segment"):
        found = journey_conformance(journeys, LINE, by="segment")

    expected = each_alone(journeys, "segment", lambda one: journey_conformance(one, LINE))
    assert expected == found.to_dicts()
    assert "group" == next(iter(found.to_dicts()[0]))
    assert journey_conformance(journeys, LINE).group is None


def test_order_of_journeys_does_not_matter() -> None:
    """Shuffled journeys give the same deviations, and each journey the same fitness."""
    paths = ["abc", "cab", "xx", "", "abbc", "bc"]
    forth, back = (journey_conformance(built(some), LINE) for some in (paths, paths[::-1]))

    assert forth.fitness.tolist() == back.fitness.tolist()[::-1]
    assert (
        conformance(built(paths), LINE).as_dict() == conformance(built(paths[::-1]), LINE).as_dict()
    )


# ------------------------------------------------------------------------------------- touchpoints


def test_a_type_of_the_plan_means_any_touchpoint_of_that_type() -> None:
    """A chat in the app is a chat; a key of the plan matches only itself, with priority."""
    customer = load_taxonomy("customer")
    log = [
        {"id": 1, "n": 1, "w": "live_chat[channel=app]"},
        {"id": 1, "n": 2, "w": "purchase"},
        {"id": 2, "n": 1, "w": "purchase"},
    ]
    records = [{**row, "t": f"2026-01-0{row['n']}"} for row in log]
    plain = tp.from_records(records, journey="id", time="t", touchpoint="w")
    touchpoints = tuple(
        customer.touchpoint("live_chat", channel="app")
        if one.key.startswith("live_chat")
        else customer.touchpoint("purchase")
        for one in plain.touchpoints
    )
    journeys = attrs.evolve(plain, touchpoints=touchpoints)
    any_chat = parse_plan(
        "name='p'\ntaxonomy='customer'\n[touchpoints.live_chat]\n[touchpoints.purchase]"
    )
    app_chat = parse_plan(
        "name='p'\ntaxonomy='customer'\n[touchpoints.live_chat]\noptional=true\n"
        '[touchpoints."live_chat[channel=app]"]\n[touchpoints.purchase]'
    )

    assert {("missing", "live_chat")} == set(conformance(journeys, any_chat).as_dict())
    assert {("missing", "live_chat[channel=app]")} == set(conformance(journeys, app_chat).as_dict())
    G = plan_against(journeys, any_chat)
    assert 1 == G.nodes["live_chat"]["visits"]
    assert "live_chat[channel=app]" not in G


def test_bad_questions_get_clear_errors() -> None:
    """Unknown columns, and columns without truth values."""
    journeys = built(["ab"], per_interaction={"failed": ["no", "yes"]})

    with pytest.raises(NotFoundError, match="did you mean 'failed'"):
        conformance(journeys, LINE, failed="faild")
    with pytest.raises(WrongKindError, match="must hold truth values or numbers"):
        conformance(journeys, LINE, failed="failed")
    for analysis in (conformance, fitness, journey_conformance):
        with pytest.raises(NotFoundError, match="column or facet 'site'"):
            analysis(journeys, LINE, by="site")


@pytest.mark.parametrize("analysis", [conformance, fitness, journey_conformance, plan_against])
@pytest.mark.parametrize("plan", ["plan.toml", None, {"name": "x"}])
def test_anything_but_a_plan_is_refused(analysis: Callable[..., object], plan: object) -> None:
    """The message says how to read a plan."""
    with pytest.raises(WrongKindError, match="tp.read_plan") as caught:
        analysis(built(["ab"]), plan)
    assert f"not {type(plan).__name__}" in str(caught.value)


def test_long_and_many_journeys_are_aligned_in_blocks() -> None:
    """One journey of a few thousand interactions, among empty journeys."""
    paths = ["abc" * 700, "", "abc", "a" * 900]
    each = journey_conformance(built(paths), LINE)

    assert [2097, 3, 0, 901] == each.cost.tolist()


# ----------------------------------------------------------------------------------- the two graphs


def test_planned_touchpoints_are_drawn_even_if_never_observed() -> None:
    """B19: a planned, never observed node has no visits, and its edges have no weight."""
    G = plan_against(built(["ax", "a"]), LINE)

    assert type(G) is nx.DiGraph
    assert () == tp.check_graph(G)
    assert {"planned": True, "observed": False, "visits": 0} == {
        name: G.nodes["c"][name] for name in ("planned", "observed", "visits")
    }
    assert {"planned": True, "observed": False} == dict(G["b"]["c"])
    assert (False, True, 1) == tuple(
        G["a"]["x"][name] for name in ("planned", "observed", "weight")
    )
    assert not G.nodes["x"]["planned"]
    assert G["(start)"]["a"]["planned"]
    assert not G["a"]["(end)"]["planned"]
    assert "c" in tp.to_mermaid(G)
    assert "c" in plan_against(built(["ax"])[:0], LINE)


def test_transitions_past_optional_touchpoints_are_planned() -> None:
    """From the start, between touchpoints, and to the end."""
    plan = parse_plan(
        "name='o'\n[touchpoints.a]\noptional=true\n[touchpoints.b]\n[touchpoints.c]\noptional=true"
    )
    G = plan_against(built(["b", "abc", "ac"]), plan)

    planned = {
        edge: data["planned"] for *edge, data in G.edges(data=True) for edge in [tuple(edge)]
    }
    assert planned[("(start)", "b")]
    assert planned[("b", "(end)")]
    assert planned[("a", "b")]
    assert not planned[("a", "c")]


def test_touchpoints_in_any_order_have_planned_transitions_in_both_directions() -> None:
    """Both are drawn; every member leads out, and only optional groups can be skipped."""
    G = plan_against(built(["acbd", "ad"], finished=[True, False]), TESTS)

    assert () == tp.check_graph(G)
    assert "tests" == G.nodes["b"]["any_order"]
    assert "any_order" not in G.nodes["a"]
    assert {"planned": True, "observed": False, "any_order": True} == dict(G["b"]["c"])
    assert (True, True, True, 1) == tuple(
        G["c"]["b"][name] for name in ("planned", "observed", "any_order", "weight")
    )
    assert not G["a"]["d"]["planned"]
    assert {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")} < set(G.edges)
    assert {("b", "c"), ("c", "b")} < set(tp.plan_graph(TESTS).edges)
    some = parse_plan(
        "name='s'\n[any_order]\ng=['b','c']\n[touchpoints.a]\n[touchpoints.b]\noptional=true\n"
        "[touchpoints.c]\noptional=true\n[touchpoints.d]"
    )
    assert plan_against(built(["ad"]), some)["a"]["d"]["planned"]


def test_a_transition_into_open_is_not_a_deviation() -> None:
    """The next touchpoint is unknown; only journeys that finished too early deviate."""
    G = plan_against(built(["ab", "a"], finished=[False, True]), LINE)

    assert (True, True) == (G.nodes["(open)"]["planned"], G["b"]["(open)"]["planned"])
    assert not G["a"]["(end)"]["planned"]


@pytest.mark.parametrize("draw", [tp.to_mermaid, tp.to_dot])
def test_pictures_tell_planned_unplanned_and_unseen_apart(draw: Callable[..., str]) -> None:
    """B19: by style and in words; planned and observed elements have the plain style."""
    text = draw(plan_against(built(["abxd", "abcd"]), TESTS))

    assert ["x · not planned"] == re.findall(r'"(x · [^"]+)"', text)
    assert 3 == text.count('· not planned"')
    assert (1, 1) == (text.count(' · any order"'), text.count('"any order · not seen"'))
    assert "not seen" in text
    assert "unseen" not in draw(plan_against(built(["abcd", "acbd"]), TESTS))


def test_mermaid_names_the_classes_it_uses() -> None:
    """Nodes have classes, and unplanned links have a style, referred to by number."""
    lines = tp.to_mermaid(plan_against(built(["axb"]), LINE)).splitlines()

    assert any(one.endswith('["x · not planned"]:::unplanned') for one in lines)
    assert any(one.endswith('["c · not seen"]:::unseen') for one in lines)
    links = [one for one in lines if "-->" in one or "-.->" in one]
    red = next(one for one in lines if "linkStyle" in one).split()[1].split(",")
    assert red == [str(n) for n, one in enumerate(links) if "not planned" in one]
    assert ["-.->" in one for one in links] == ['"not seen"' in one for one in links]


DOT = shutil.which("dot")


@pytest.mark.skipif(DOT is None, reason="Graphviz is not installed")
def test_graphviz_draws_the_styles() -> None:
    """The text is valid DOT, and its classes appear in the picture."""
    text = tp.to_dot(plan_against(built(["axb"]), LINE))
    drawn = subprocess.run(
        [str(DOT), "-Tsvg"], input=text, capture_output=True, text=True, check=True
    ).stdout

    assert 'class="node unplanned"' in drawn
    assert 'class="edge unseen"' in drawn


# --------------------------------------------------------------------------------------- a clinic

CARE = """
name = "planned care"
[any_order]
tests = ["Blood test", "X-ray"]
[touchpoints."Appointment booked (phone)"]
optional = true
then = ["Reminder sent"]
[touchpoints."Appointment booked (online)"]
optional = true
[touchpoints."Reminder sent"]
optional = true
[touchpoints.Consultation]
[touchpoints."Blood test"]
optional = true
[touchpoints.X-ray]
optional = true
[touchpoints."Results discussed"]
optional = true
[touchpoints.Treatment]
optional = true
repeated = true
[touchpoints."Follow-up call"]
optional = true
[touchpoints."Survey answered"]
optional = true
"""


def test_patients_of_a_clinic_against_planned_care() -> None:
    """B19: booking and visit conform; a booking without a visit lacks a consultation."""
    clinic = tp.datasets.clinic(300, seed=2)
    booked = tp.select(clinic, [one.keys[:1] != ("Emergency visit",) for one in clinic])
    plan = parse_plan(CARE)

    each = journey_conformance(booked, plan)

    lacking = [
        "Consultation" not in one.keys and bool(one.keys) and done
        for one, done in zip(booked, booked.finished.tolist(), strict=True)
    ]
    assert lacking == [count > 0 for count in each.missing.tolist()]
    assert not each.ad_hoc.any()
    twice = [one.keys.count("Consultation") > 1 for one in booked]
    assert all(wrong for wrong, more in zip(each.out_of_order > 0, twice, strict=True) if more)
    strict = parse_plan(CARE.replace('[any_order]\ntests = ["Blood test", "X-ray"]\n', ""))
    turned = tp.relabel(booked, {"Blood test": "X-ray", "X-ray": "Blood test"})
    both = [{"Blood test", "X-ray"} <= set(one.keys) for one in booked]
    assert each.cost.tolist() == journey_conformance(turned, plan).cost.tolist()
    worse = journey_conformance(turned, strict).cost > each.cost
    assert worse[np.array(both)].any()
    assert not worse[~np.array(both)].any()


def test_clinical_and_non_clinical_turns_of_patients() -> None:
    """Typed by the patient taxonomy: bookings are direct and non-clinical, tests are clinical."""
    patient = load_taxonomy("patient")
    clinic = tp.datasets.clinic(300, seed=2)
    names = {
        one.key: "pt_booking" if "booked" in one.key else "pt_test"
        for one in clinic.touchpoints
        if "booked" in one.key or one.key in ("Blood test", "X-ray")
    }
    typed = tp.relabel(clinic, {old: patient.touchpoint(new) for old, new in names.items()})

    found = tp.paths.presence(tp.collapse(typed, by=["directness", "clinicality"])).to_dicts()

    times = {row["touchpoint"]: row["occurrences"] for row in found}
    met = [key for one in clinic for key in one.keys]
    for kind, type_ in (("non_clinical", "pt_booking"), ("clinical", "pt_test")):
        seen = sum(names.get(key) == type_ for key in met)
        assert seen == times[f"[directness=direct,clinicality={kind}]"]
