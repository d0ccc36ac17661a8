"""Needs by stage: planned and observed, by hand and against the definition."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.experience.naive_needs import cells
from tests.experience.need_logs import need_log, written_out
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
CUSTOMER = tp.load_taxonomy("customer")
PLAN = tp.parse_plan(
    """
    name = "small"
    [touchpoints.search_query]
    then = ["purchase"]
    [touchpoints.purchase]
    """,
    taxonomy=CUSTOMER,
)


def small() -> tp.Journeys:
    """Return two people: ten interactions, eight of which the plan serves."""
    paths = {
        "ana": ["search_query", "search_query", "purchase", "live_chat"],
        "leo": ["search_query"] * 4 + ["purchase", "live_chat"],
    }
    rows = [
        {"who": who, "t": f"2026-01-{day + 1:02}", "w": what}
        for who, path in paths.items()
        for day, what in enumerate(path)
    ]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w", taxonomy=CUSTOMER)


def test_coverage_worked_by_hand() -> None:
    """Six searches and two purchases of ten interactions are planned; the chats are not."""
    found = E.need_coverage(small(), plan=PLAN)

    assert found.covered[0] == pytest.approx(8 / 10)
    rows = {(row["need"], row["stage"]): row for row in found.to_dicts()}
    search, chat = rows["learn", "consideration"], rows["solve_problem", "consideration"]
    assert (search["planned"], search["interactions"], search["journeys"]) == (1, 6, 2)
    assert search["share"] == pytest.approx(0.6)
    assert (chat["planned"], chat["interactions"]) == (0, 2)
    # A search also serves the other needs that are typical of it, although nobody came with them.
    assert rows["compare", "consideration"]["planned"] == 1
    assert rows["compare", "consideration"]["interactions"] == 0


def test_empty_cells_are_rows() -> None:
    """B17: each need of the taxonomy at each of its stages, and on each channel."""
    needs, stages = (len(CUSTOMER.facets[one].terms) for one in ("need", "stage"))
    found = E.need_coverage(small())
    assert len(found) == needs * stages
    assert len(found.gaps()) == needs * stages - 3
    assert "nothing observed in" in repr(found)

    channels = {row.id for row in CUSTOMER.facets["channel"].terms.values()}
    areas = E.need_coverage(small(), area="channel")
    found_by = areas.by_stage(rows="area")
    assert set(found_by) <= channels
    assert len(areas) == needs * stages * len(found_by)
    assert sum(number for row in found_by.values() for number in row.values()) == 10
    assert ("learn", "advocacy", "chat") in areas.gaps()


def test_without_a_plan_the_types_of_the_taxonomy_are_planned() -> None:
    """The number of types that serve a need at a stage, counted from the taxonomy."""
    found = E.need_coverage(small())
    rows = {(row["need"], row["stage"]): row["planned"] for row in found.to_dicts()}
    wanted = [
        one
        for one in CUSTOMER.types.values()
        if one.defaults["stage"] == "retention" and "solve_problem" in one.needs
    ]
    assert rows["solve_problem", "retention"] == len(wanted) > 0


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("persons", [True, False])
def test_as_defined(seed: int, persons: bool) -> None:
    """Interactions, journeys and people of each cell, in logs without a taxonomy."""
    log = need_log(seed, persons=persons)
    naive, left_out = cells(log)
    found = E.need_coverage(log)

    rows = {
        (row["need"], row["stage"]): [row["interactions"], row["journeys"], row["people"]]
        for row in found.to_dicts()
    }
    assert {cell: one for cell, one in rows.items() if one[0]} == naive
    assert found.left_out == left_out
    assert found.planned is None
    assert np.isnan(found.covered).all()
    total = sum(one[0] for one in naive.values())
    assert found.share.sum() == pytest.approx(1 if total else np.nan, nan_ok=True)


@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_count_is_as_many_rows(seed: int, persons: bool) -> None:
    """A row of count 3 is three rows, in every column."""
    log = need_log(seed, persons=persons)
    one, other = (
        {(row["need"], row["stage"]): row for row in E.need_coverage(each).to_dicts()}
        for each in (log, written_out(log))
    )
    for cell, row in other.items():
        assert one[cell] == pytest.approx(row, nan_ok=True)


def test_an_area_that_the_plan_does_not_have() -> None:
    """By a column, or without a channel, what is planned counts in every area."""
    halves = np.array(["north", "south"] * 5, dtype=object)
    log = attrs.evolve(small(), per_interaction={"shop": halves})
    found = E.need_coverage(log, plan=PLAN, area="shop")
    rows = {(row["need"], row["stage"], row["area"]): row for row in found.to_dicts()}
    assert [rows["learn", "consideration", one]["planned"] for one in ("north", "south")] == [1, 1]
    assert found.covered[0] == pytest.approx(8 / 10)

    text = 'name = "n"\n[touchpoints."purchase[channel=unknown]"]'
    found = E.need_coverage(log, plan=tp.parse_plan(text, taxonomy=CUSTOMER), area="channel")
    planned = [row for row in found.to_dicts() if row["planned"]]
    assert {row["area"] for row in planned} == set(found.area)
    assert found.covered[0] == pytest.approx(2 / 10)


def test_stages_in_a_column_are_compared_with_planned_ones() -> None:
    """The observed stage may be in the data; the planned one is that of the plan."""
    told = np.array(["consideration"] * 5 + ["purchase"] * 5, dtype=object)
    log = attrs.evolve(small(), per_interaction={"told": told})
    found = E.need_coverage(log, plan=PLAN, stage="told")
    rows = {(row["need"], row["stage"]): row for row in found.to_dicts()}
    search = rows["learn", "consideration"], rows["learn", "purchase"]
    assert [(row["planned"], row["interactions"]) for row in search] == [(1, 3), (0, 3)]


def test_planted_demand_is_recovered() -> None:
    """Three in four come to learn, one in four to buy; the plan serves those who buy."""
    table = {"path": ["search_query", "purchase"], "n": [75, 25]}
    seen = tp.from_paths(table, path="path", count="n", taxonomy=CUSTOMER)
    log = tp.simulate(tp.transition_graph(seen), n=4000, seed=1, taxonomy=CUSTOMER)
    plan = tp.parse_plan('name = "p"\n[touchpoints.purchase]', taxonomy=CUSTOMER)
    found = E.need_coverage(log, plan=plan)
    assert found.covered_low[0] < 0.25 < found.covered_high[0]


def test_bad_input() -> None:
    """No plan, no stage, no area of that name; numbers by area without areas, or of groups."""
    log = small()
    with pytest.raises(WrongKindError, match="takes a Plan"):
        E.need_coverage(log, plan="plan.toml")
    with pytest.raises(NotFoundError, match="'stages'"):
        E.need_coverage(log, stage="stages")
    with pytest.raises(NotFoundError, match="'chanel'"):
        E.need_coverage(log, area="chanel")
    with pytest.raises(InvalidInputError, match="numbers by stage must be of a table of areas"):
        E.need_coverage(log).by_stage(rows="area")
    shop = tp.datasets.shop(30, seed=1)
    with pytest.raises(InvalidInputError, match="numbers by stage must be of a table of one group"):
        E.need_coverage(shop, by="device").by_stage()


def test_no_interactions() -> None:
    """Without interactions every cell of the taxonomy is empty, and coverage is nan."""
    found = E.need_coverage(small()[:0])
    assert (found.interactions == 0).all()
    assert np.isnan(found.covered).all()
    assert np.isnan(found.share).all()
