"""Directly-follows counts and transition probabilities."""

from __future__ import annotations

import importlib

import attrs
import numpy as np
import pytest
from hypothesis import given

import touchpoints as tp
from tests import naive_paths
from tests.naive_paths import END, OPEN, START, built, small_journeys
from touchpoints import paths
from touchpoints._core.arrays import counting
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.graphs import flows


def rows_of(table):
    """Return {edge: row} of a table of transitions."""
    edges = zip(table.source.tolist(), table.target.tolist(), strict=True)
    columns = (table.count, table.probability, table.low, table.high, table.journeys)
    return dict(zip(edges, zip(*(one.tolist() for one in columns), strict=True), strict=True))


def check_against_the_twin(journeys) -> None:
    """Compare every number of every edge."""
    naive = naive_paths.transitions(journeys)
    table = rows_of(paths.transitions(journeys))
    assert naive.keys() == table.keys()
    for edge, expected in naive.items():
        assert expected == pytest.approx(table[edge], abs=1e-9), edge


@given(small_journeys())
def test_transitions_are_those_of_a_walk_over_every_journey(journeys) -> None:
    """Counts, probabilities, clustered intervals and journeys agree with the naive twin."""
    check_against_the_twin(journeys)


@given(small_journeys())
def test_blocks_of_journeys_and_many_touchpoints_change_nothing(journeys) -> None:
    """The code for long logs and for many touchpoints gives the same numbers."""
    with pytest.MonkeyPatch.context() as patch:
        # The package has a function of this name, so the module is imported by its full name.
        module = importlib.import_module("touchpoints.paths.transitions")
        patch.setattr(module, "_BLOCK", 3)
        patch.setattr(module, "DENSE", 0)
        patch.setattr(counting, "DENSE", 0)
        check_against_the_twin(journeys)


@given(small_journeys())
def test_the_edges_are_those_of_the_transition_graph(journeys) -> None:
    """Table and graph agree on every edge, terminals included."""
    graph = tp.transition_graph(journeys)
    table = paths.transitions(journeys)

    edges = zip(table.source, table.target, table.count.tolist(), strict=True)
    assert {(u, v): w for u, v, w in graph.edges(data="weight")} == {
        (source, target): count for source, target, count in edges
    }
    shares = {(u, v): share for u, v, share in graph.edges(data="probability")}
    assert shares == pytest.approx(table.as_dict())


def test_the_most_frequent_come_first_and_equal_ones_by_their_touchpoints() -> None:
    """The order does not depend on how the counting is done."""
    table = paths.transitions(built(["ab", "ab", "ac"]))

    assert [(START, "a"), ("a", "b"), ("b", END), ("a", "c"), ("c", END)] == list(
        zip(table.source.tolist(), table.target.tolist(), strict=True)
    )
    assert [3, 2, 2, 1, 1] == table.count.tolist()
    assert [3, 2] == paths.transitions(built(["ab", "ab", "ac"]), top=2).count.tolist()


def test_probabilities_include_transitions_to_the_end() -> None:
    """The denominator is all transitions from the source, the end included: they sum to 1."""
    shares = paths.transitions(built(["ab", "a", "aa", "ac"], finished=[1, 0, 1, 1])).as_dict()

    assert {
        (START, "a"): 1, ("a", "b"): 0.2, ("a", OPEN): 0.2, ("a", "a"): 0.2, ("a", END): 0.2,
        ("a", "c"): 0.2, ("b", END): 1, ("c", END): 1,
    } == shares  # fmt: skip


def test_an_empty_journey_goes_from_the_start_to_its_terminal() -> None:
    """Its transition belongs to no touchpoint, and is counted."""
    table = paths.transitions(built(["", "", "a"], finished=[True, False, True]))

    assert {(START, END): 1 / 3, (START, OPEN): 1 / 3, (START, "a"): 1 / 3, ("a", END): 1} == (
        pytest.approx(table.as_dict())
    )


def test_a_journey_caught_under_way_comes_from_nowhere() -> None:
    """Its first touchpoint is not an entry; its other transitions count."""
    assert {("a", "b"): 1, ("b", END): 1} == paths.transitions(built(["ab"], began=[0])).as_dict()
    assert {} == paths.transitions(built([""], began=[False])).as_dict()


def test_a_transition_taken_twice_counts_two_transitions_of_one_journey() -> None:
    """`count` counts transitions, `journeys` counts the journeys that have them."""
    table = rows_of(paths.transitions(built(["abab", "ab"], counts=[1, 4])))

    assert (6, 5) == (table["a", "b"][0], table["a", "b"][4])
    assert (1, 1) == (table["b", "a"][0], table["b", "a"][4])


def test_intervals_are_plain_where_each_journey_passes_once() -> None:
    """Transitions of independent journeys have Wilson's interval of their count."""
    table = rows_of(paths.transitions(built(["ab", "ac"], counts=[30, 10]), level=0.9))

    assert tp.wilson(30, 40, level=0.9) == pytest.approx(table["a", "b"][2:4])


def test_intervals_know_that_one_person_is_one_person() -> None:
    """Many transitions, identical within each person, carry the information of the persons."""
    many = built(["ab"] * 50 + ["ac"] * 50, persons=["ana"] * 50 + ["leo"] * 50)
    table = rows_of(paths.transitions(many))

    # Leaving out either person moves the share by 1/2: 99 times the variance of 100 transitions,
    # and of 1 person more than seen 50 times. Beyond what t says, never wider than the square of
    # that over 50.
    size = 100 / (((99 + 50 / 4) / (1 + 1 / 4)) ** 2 / 50)
    assert tp.wilson(0.5 * size, size) == pytest.approx(table["a", "b"][2:4])
    certain = rows_of(paths.transitions(built(["ab"] * 50, persons=["ana"] * 50)))
    assert tp.wilson(1, 1) == pytest.approx(certain["a", "b"][2:4])


def test_intervals_are_about_as_wide_as_the_bootstrap_says() -> None:
    """The formula for units agrees with redrawing them."""
    rng = np.random.default_rng(4)
    taste = rng.beta(1, 1, 120)
    journeys = built(
        ["a" + ("b" if rng.random() < share else "c") for share in taste for _ in range(4)],
        persons=np.repeat(np.arange(120), 4),
    )
    low, high = rows_of(paths.transitions(journeys))["a", "b"][2:4]
    redrawn = tp.bootstrap(journeys, paths.transitions, seed=2, resamples=600).to_dicts()
    row = next(one for one in redrawn if one["label"] == ("a", "b"))

    assert high - low == pytest.approx(row["high"] - row["low"], rel=0.1)
    plain = tp.wilson(round(row["estimate"] * 480), 480)
    assert high - low > 1.3 * (plain.high - plain.low)


def test_a_level_outside_0_and_1_is_refused() -> None:
    """95 is not a level; the mend shows how to write it."""
    with pytest.raises(InvalidInputError, match="level=0.95"):
        paths.transitions(built(["a"]), level=95)


def test_no_journeys_have_no_transitions() -> None:
    """Empty journeys give an empty table, not an error."""
    assert 0 == len(paths.transitions(built([])))
    assert 0 == len(paths.transitions(built(["ab"], counts=[0])))
    assert 0 == len(paths.transitions(built(["ab"], counts=[0], persons=["ana"])))


# ------------------------------------------------------------------------- journeys of an edge


@given(small_journeys())
def test_the_journeys_of_an_edge_are_those_that_take_it(journeys) -> None:
    """For every edge, existing or not, the same journeys as by hand."""
    keys = [touchpoint.key for touchpoint in journeys.touchpoints]
    for u in (START, *keys):
        for v in (*keys, END, OPEN):
            expected = [
                position
                for position, journey in enumerate(journeys)
                if (u, v)
                in zip(
                    (START if journeys.began[position] else "", *journey.keys),
                    (*journey.keys, END if journeys.finished[position] else OPEN),
                    strict=True,
                )
            ]
            assert expected == flows.journeys_through(journeys, u, v).ids.tolist()


def test_journeys_of_an_edge_keep_their_columns() -> None:
    """Persons, counts and the caller's columns come along."""
    journeys = built(
        ["ab", "b", "aab"], persons=["ana", "leo", None], counts=[1, 2, 3],
        per_journey={"segment": ["x", None, "y"]},
    )  # fmt: skip
    through = tp.journeys_through(journeys, "a", "b")

    assert ["ana", None] == through.persons.tolist()
    assert [1, 3] == through.counts.tolist()
    assert ["x", "y"] == through.per_journey["segment"].to_list()


def test_an_unknown_touchpoint_is_answered_with_near_ones() -> None:
    """A misspelt key is an error, not an empty result."""
    journeys = built([["search", "buy"]])
    with pytest.raises(NotFoundError, match="did you mean 'search'"):
        tp.journeys_through(journeys, "serach", "buy")
    with pytest.raises(NotFoundError, match=r"no touchpoint '\(start\)'"):
        tp.journeys_through(journeys, "search", START)


def test_transitions_of_groups_are_those_of_each_group_alone() -> None:
    """by= adds one column, and the rows of each group are those the group would have alone."""
    journeys = attrs.evolve(
        tp.from_paths({"path": ["a > b", "a", "a > b", "b > a"]}, path="path"),
        per_journey={"device": ["web", "app", "web", "app"]},
    )

    found = tp.paths.transitions(journeys, by="device")

    for device in ("app", "web"):
        mask = [one == device for one in journeys.per_journey["device"].to_list()]
        alone = tp.paths.transitions(tp.select(journeys, mask))
        rows = [row for row in found.to_dicts() if row.pop("group") == device]
        assert rows == alone.to_dicts()
