"""Comparisons at places: touchpoints, facets, patterns and anchors."""

from __future__ import annotations

import statistics

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.compare import naive_compare
from tests.logs import log
from tests.paths import naive_timing
from tests.paths.naive_timing import Spot
from touchpoints import compare
from touchpoints.errors import InvalidInputError, NotFoundError

DAY = 86_400.0
PATHS = st.lists(st.text("abc", max_size=5), min_size=1, max_size=4)
SPOTS = (
    Spot("a", "a"),
    Spot(["a", "c"], "[ac]"),
    Spot(tp.pattern("a+ b"), "a+b"),
    Spot(tp.Anchor(pattern="a", occurrence="all", offset=1), "a", "all", "start", 1),
)


def two(a: list[str], b: list[str]) -> compare.Pair:
    """Return a pair of single-letter journeys, one touchpoint per day."""
    journeys = log(**{f"j{row}": f"z{path}" for row, path in enumerate([*a, *b, "abc"])})
    return compare.pair(journeys[: len(a)], journeys[len(a) : -1])


@given(a=PATHS, b=PATHS, start=st.sampled_from(SPOTS), end=st.sampled_from(SPOTS[:3]))
def test_gaps_between_places_are_those_of_each_group(a, b, start, end) -> None:
    """Medians, sizes and Cliff's delta from the list of gaps, for any number of gaps."""
    pair = two(a, b)
    sides = [
        list(map(float, naive_timing.between(journeys, start, end)["values"]))
        for journeys in (pair.a, pair.b)
    ]

    def ask() -> compare.Comparison:
        return compare.gaps(pair, seed=1, start=start.place, end=end.place, resamples=5)

    if not any(sides):
        with pytest.raises(InvalidInputError, match="no journey gets from"):
            ask()
        return
    (row,) = ask().to_dicts()
    assert (row["n_a"], row["n_b"]) == tuple(map(len, sides))
    for name, values in zip("ab", sides, strict=True):
        if values:
            assert row[name] == statistics.median(values)
        else:
            assert row[name] != row[name]
    if all(sides):
        assert row["effect"] == pytest.approx(naive_compare.cliff(*sides))


def test_gaps_between_places_are_labelled_with_the_places() -> None:
    """One row, whatever ``min_count``; counts are honoured."""
    pair = two(["axxb", "ab"], ["axb"])
    counted = compare.pair(attrs.evolve(pair.a, counts=[3, 1]), pair.b)

    found = compare.gaps(pair, seed=1, start="a", end=tp.pattern("b $"), resamples=5)
    heavy = compare.gaps(counted, seed=1, start="a", end="b", resamples=5)

    assert found.label.tolist() == [("a", "b $")]
    assert (found.a[0], found.b[0], found.left_out) == (2 * DAY, 2 * DAY, 0)
    assert (heavy.a[0], heavy.n_a[0], heavy.measured_as) == (3 * DAY, 4, "cliff_delta")


def test_presence_at_places() -> None:
    """Each place counts once per journey, as in a funnel with this step alone."""
    pair = two(["ab", "aab", "ba"], ["b", "ab"])
    late = tp.Anchor(pattern="b", offset=1)
    places = ["a", tp.pattern("a+ b"), late, "a", ["a", "b"]]

    found = compare.presence(pair, seed=1, places=places, resamples=5)

    rows = {row["label"]: row for row in found.to_dicts()}
    names = ["a (1)", "a+ b", "Anchor(pattern='b', offset=1)", "a (4)", "a | b"]
    assert set(names) == set(rows)
    for side, journeys in (("a", pair.a), ("b", pair.b)):
        shares = tp.paths.funnel(journeys, places, kind="open").of_all.tolist()
        assert [rows[name][side] for name in names] == pytest.approx(shares)
        assert {rows[name][f"n_{side}"] for name in names} == {len(journeys)}
    every = compare.presence(pair, seed=1, min_count=0, resamples=5)
    assert rows["a (1)"]["a"] == {row["label"]: row["a"] for row in every.to_dicts()}["a"]


def test_funnels_take_patterns_and_anchors() -> None:
    """The steps of a comparison equal those of the funnel of each group."""
    pair = two(["abcb", "aab", "acb"], ["ab", "cab", "bc"])
    steps = [tp.pattern("a+"), tp.Anchor(pattern="b", occurrence="last"), {"channel": "unknown"}]

    found = compare.funnels(pair, steps, seed=1, resamples=5)

    rows = {row["label"]: row for row in found.to_dicts()}
    for side, journeys in (("a", pair.a), ("b", pair.b)):
        expected = tp.paths.funnel(journeys, steps)
        shares = [rows[step][side] for step in expected.step]
        assert shares == pytest.approx(expected.of_all.tolist())


def test_bad_places_get_clear_errors() -> None:
    """A single place, zero places, not a sequence, unknown touchpoints."""
    pair = two(["ab"], ["ab"])

    with pytest.raises(InvalidInputError, match=r"compare\.gaps .* no end=.*\nadd end=…"):
        compare.gaps(pair, seed=1, start="a")
    with pytest.raises(NotFoundError, match="no touchpoint 'buy'"):
        compare.gaps(pair, seed=1, start="a", end="buy")
    with pytest.raises(InvalidInputError, match=r"no journey gets from 'b' to 'a'"):
        compare.gaps(pair, seed=1, start="b", end="a")
    for one in ("a", tp.pattern("a b"), {"channel": "unknown"}):
        with pytest.raises(
            InvalidInputError, match=r"places must be a sequence of places.*\nplaces=\["
        ):
            compare.presence(pair, seed=1, places=one)
    with pytest.raises(InvalidInputError, match=r"must contain at least one place.*\n.*places="):
        compare.presence(pair, seed=1, places=[])
    with pytest.raises(NotFoundError, match="no touchpoint 'buy'"):
        compare.presence(pair, seed=1, places=["a", "buy"])
