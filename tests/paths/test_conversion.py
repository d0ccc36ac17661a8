"""Conversion between two places, its base rate, and converted against dropped journeys."""

from __future__ import annotations

import datetime as dt
import math

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from tests.naive_paths import built
from tests.paths import naive_routes
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take

PATHS = st.lists(st.text("abc", min_size=1, max_size=6), max_size=5)
DAYS = st.none() | st.integers(1, 4)


def named(paths):
    """Return journeys with one letter per day."""
    return log(**{f"j{position}": path for position, path in enumerate(paths)})


@given(PATHS, DAYS)
def test_conversion_agrees_with_looking_at_each_journey(paths, days) -> None:
    """Started, converted and base rate; any start can convert, not only the first."""
    paths = [*paths, "abc"]
    within = None if days is None else dt.timedelta(days=days)

    row = tp.paths.conversion(named(paths), "a", end="b", within=within).to_dicts()[0]

    started = sum("a" in path for path in paths)
    converted = sum(naive_routes.converts(path, "a", "b", days) for path in paths)
    reached = sum(naive_routes.reaches(path, "b", days) for path in paths)
    assert (row["started"], row["converted"]) == (started, converted)
    last = max(map(len, paths)) - 1
    still = sum(
        naive_routes.may_convert(path, "a", days, last)
        for path in paths
        if not naive_routes.converts(path, "a", "b", days)
    )
    assert (row["lost"], row["open"]) == (started - converted - still, still)
    assert (row["rate"], row["base"]) == pytest.approx((converted / started, reached / len(paths)))
    assert (row["low"], row["high"]) == pytest.approx(tp.wilson(converted, started))
    assert row["lift"] == pytest.approx(row["rate"] / row["base"])


@given(PATHS, DAYS)
def test_what_was_met_agrees_with_looking_at_each_journey(paths, days) -> None:
    """Between start and end in converted journeys, after the start in dropped ones."""
    paths = [*paths, "abc", "acc"]
    within = None if days is None else dt.timedelta(days=days)

    found = tp.paths.converted_and_dropped(named(paths), "a", end="b", within=within)

    won = [path for path in paths if naive_routes.converts(path, "a", "b", days)]
    last = max(map(len, paths)) - 1
    lost = [
        path
        for path in paths
        if "a" in path and path not in won and not naive_routes.may_convert(path, "a", days, last)
    ]
    expected = {
        key: [
            sum(key in naive_routes.met(path, "a", "b", days) for path in some)
            for some in (won, lost)
        ]
        for key in "abc"
    }
    rows = {row["touchpoint"]: [row["converted"], row["dropped"]] for row in found.to_dicts()}
    assert {key: row for key, row in expected.items() if any(row)} == rows
    for row in found.to_dicts():
        dropped = row["dropped"] / len(lost) if lost else math.nan
        assert row["difference"] == pytest.approx(
            row["converted"] / len(won) - dropped, nan_ok=True
        )


def test_the_time_is_that_of_the_start_that_converts() -> None:
    """The first start that gets there in time, and the median over journeys."""
    journeys = log(one="axxxab", two="axb", three="ax")

    row = tp.paths.conversion(journeys, "a", end="b", within=dt.timedelta(days=2)).to_dicts()[0]

    assert (row["converted"], row["median_time"]) == (2, 1.5 * 86_400)


def test_journeys_cut_off_are_open() -> None:
    """They may still convert, so they are neither lost nor dropped."""
    journeys = attrs.evolve(built(["ab", "ac", "ac"]), finished=[True, True, False])

    row = tp.paths.conversion(journeys, "a", end="b").to_dicts()[0]
    met = tp.paths.converted_and_dropped(journeys, "a", end="b").to_dicts()

    assert (row["lost"], row["open"]) == (1, 1)
    assert [("c", 1, 1.0)] == [
        (one["touchpoint"], one["dropped"], one["dropped_share"]) for one in met
    ]


def test_patterns_are_places() -> None:
    """Only an `a` after an `x` is a start here."""
    journeys = built(["xab", "ab", "xac"])

    row = tp.paths.conversion(journeys, tp.pattern("x a"), end="b").to_dicts()[0]

    assert (row["started"], row["converted"]) == (2, 1)


@given(PATHS, st.randoms())
def test_shuffling_changes_nothing(paths, random) -> None:
    """The order of the journeys matters only for ties."""
    journeys = built([*paths, "abc"])
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order))

    assert tp.paths.conversion(journeys, "a", end="b") == tp.paths.conversion(mixed, "a", end="b")
    found, again = (
        tp.paths.converted_and_dropped(one, "a", end="b").as_dict() for one in (journeys, mixed)
    )
    assert found == pytest.approx(again, nan_ok=True)


def test_counts_groups_and_renaming() -> None:
    """Count 2 equals the journey twice; by= adds a column; names do not matter."""
    merged = built(["acb", "ac", "b"], counts=np.array([2, 3, 1]))
    spread = built(["acb", "acb", "ac", "ac", "ac", "b"])
    renamed = built(["xzy", "xzy", "xz", "xz", "xz", "y"])
    for analysis in (tp.paths.conversion, tp.paths.converted_and_dropped):
        assert analysis(merged, "a", end="b") == analysis(spread, "a", end="b")
    assert tp.paths.conversion(renamed, "x", end="y") == tp.paths.conversion(spread, "a", end="b")
    grouped = attrs.evolve(merged, per_journey={"device": ["web", "app", "app"]})
    found = tp.paths.conversion(grouped, "a", end="b", by="device")
    assert ["app", "web"] == found.group.tolist()
    assert [0.0, 1.0] == found.rate.tolist()
    assert ("web", "rate") in found.as_dict()
    met = tp.paths.converted_and_dropped(grouped, "a", end="b", by="device")
    assert {("app", "c"), ("web", "c")} == set(met.as_dict())


def test_persons_widen_the_interval() -> None:
    """Journeys of people who always do the same carry less information."""
    alone = built(["ab"] * 5 + ["a"] * 5)
    people = attrs.evolve(alone, persons=["ana"] * 5 + ["leo"] * 5)

    narrow, wide = (tp.paths.conversion(one, "a", end="b") for one in (alone, people))

    assert wide.unit == "person"
    assert wide.low[0] < narrow.low[0]


def test_no_journeys_give_nan() -> None:
    """No journeys give nan, not an error."""
    row = tp.paths.conversion(built(["ab"])[:0], "a", end="b").to_dicts()[0]

    assert row["started"] == 0
    assert np.isnan([row["rate"], row["base"], row["lift"], row["median_time"]]).all()
    assert 0 == len(tp.paths.converted_and_dropped(built(["ab"])[:0], "a", end="b"))


def test_bad_questions_get_clear_errors() -> None:
    """Unknown touchpoints and columns, windows of zero or without times."""
    journeys = built(["ab"])
    for analysis in (tp.paths.conversion, tp.paths.converted_and_dropped):
        with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
            analysis(journeys, "a", end="q")
        with pytest.raises(NotFoundError, match="column or facet 'device'"):
            analysis(journeys, "a", end="b", by="device")
        with pytest.raises(InvalidInputError, match="must be positive"):
            analysis(journeys, "a", end="b", within=dt.timedelta(0))
        with pytest.raises(InvalidInputError, match="needs times"):
            analysis(journeys, "a", end="b", within=dt.timedelta(1))
        with pytest.raises(InvalidInputError, match="level must lie between 0 and 1"):
            analysis(journeys, "a", end="b", level=2)
