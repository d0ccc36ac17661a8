"""Laws that hold for any journeys: what a transform may change, and what it must not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from itertools import pairwise

import attrs
import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from touchpoints.uncertainty.units import units_of

Paths = list[tuple[str, ...]]


def paths_of(journeys: tp.Journeys) -> Paths:
    """Return each journey's keys."""
    return [journey.keys for journey in journeys]


def pairs_of(journeys: tp.Journeys) -> Counter[tuple[str, str]]:
    """Count neighbouring touchpoints, each journey as often as it stands for."""
    pairs: Counter[tuple[str, str]] = Counter()
    for journey in journeys:
        for pair in pairwise(journey.keys):
            pairs[pair] += journey.count
    return +pairs


@given(strategies.journeys(), st.data())
def test_selecting_then_putting_together_again_is_the_log_itself(
    journeys: tp.Journeys, data: st.DataObject
) -> None:
    """A mask and its complement hold every journey once."""
    mask = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(journeys), max_size=len(journeys))), bool
    )

    parts = tp.select(journeys, mask), tp.select(journeys, ~mask)

    assert sorted(paths_of(parts[0]) + paths_of(parts[1])) == sorted(paths_of(journeys))
    assert pairs_of(parts[0]) + pairs_of(parts[1]) == pairs_of(journeys)


@given(strategies.journeys(columns=False), st.integers(0, 6))
def test_putting_a_split_log_together_gives_it_back(journeys: tp.Journeys, place: int) -> None:
    """Concatenation undoes slicing, wherever the cut."""
    assert tp.concat([journeys[:place], journeys[place:]]) == journeys


@given(strategies.journeys())
def test_distinct_changes_no_count_of_paths(journeys: tp.Journeys) -> None:
    """The same paths, counted the same, in rows that all differ."""
    merged = tp.distinct(journeys)

    def counted(some: tp.Journeys) -> Counter[tuple[str, ...]]:
        totals: Counter[tuple[str, ...]] = Counter()
        for journey in some:
            totals[journey.keys] += journey.count
        return +totals

    assert counted(merged) == counted(journeys)
    rows = [
        (
            journey.keys,
            bool(began),
            bool(finished),
            *(str(one) for one in journey.outcomes.values()),
        )
        for journey, began, finished in zip(merged, merged.began, merged.finished, strict=True)
    ]
    assert len(set(rows)) == len(rows)
    assert tp.distinct(merged) == merged


@given(strategies.journeys())
def test_merging_within_persons_keeps_whose_journeys_they_are(journeys: tp.Journeys) -> None:
    """The same count of each path of each person, the same units, and rows that all differ."""
    merged = tp.distinct(journeys, within_persons=True)

    def counted(some: tp.Journeys) -> Counter[tuple[object, ...]]:
        totals: Counter[tuple[object, ...]] = Counter()
        for one in some:
            totals[one.person, one.keys, *map(str, one.outcomes.values())] += one.count
        return +totals

    assert counted(merged) == counted(journeys)
    rows = [
        (one.person, one.keys, *map(str, one.outcomes.values()), bool(began), bool(finished))
        for one, began, finished in zip(merged, merged.began, merged.finished, strict=True)
    ]
    assert len(set(rows)) == len(rows)
    assert units_of(merged, None).total == units_of(journeys, None).total
    assert tp.distinct(merged, within_persons=True) == merged
    assert tp.distinct(merged) == tp.distinct(journeys)


@given(strategies.journeys(), st.lists(st.integers(0, 6), max_size=3), st.booleans())
def test_parts_merged_apart_add_up_to_the_whole(
    journeys: tp.Journeys, cuts: list[int], within_persons: bool
) -> None:
    """Merging parts, concatenating and merging again is merging the whole log at once."""
    kept = partial(tp.distinct, keep=["segment"], within_persons=within_persons)
    edges = [0, *sorted(cuts), len(journeys)]
    parts = [kept(journeys[low:high]) for low, high in pairwise(edges)]

    assert kept(tp.concat(parts)) == kept(journeys)


@given(strategies.journeys())
def test_values_are_conserved_by_merging(journeys: tp.Journeys) -> None:
    """The total of each value is what it was."""
    merged = tp.distinct(journeys)

    for name, column in journeys.values.items():
        np.testing.assert_allclose(merged.values[name].sum(), column.sum())


@given(strategies.journeys(keys="abc"), st.sampled_from("abc"))
def test_what_came_before_and_what_came_after_are_parts_of_the_journey(
    journeys: tp.Journeys, key: str
) -> None:
    """Cutting at the first and at the last occurrence never invents or reorders anything."""
    assume(key in {one.key for one in journeys.touchpoints})
    before = paths_of(tp.before_first(journeys, key))
    until = tp.until(journeys, key, outcome="came")
    after = paths_of(tp.after_last(journeys, key))
    for path, head, tail in zip(paths_of(journeys), before, after, strict=True):
        assert head == (path[: path.index(key)] if key in path else path)
        assert tail == (path[len(path) - path[::-1].index(key) :] if key in path else ())
    assert paths_of(until) == before
    expected = [1.0 if key in path else 0.0 for path in paths_of(journeys)]
    known = journeys.finished | np.array(expected, bool)
    assert np.where(known, until.outcomes["came"], -1).tolist() == [
        value if sure else -1 for value, sure in zip(expected, known, strict=True)
    ]


@given(strategies.journeys())
def test_collapsing_repeats_leaves_no_repeats_and_is_done_once(journeys: tp.Journeys) -> None:
    """No two neighbours are alike afterwards, and doing it again changes nothing."""
    merged = tp.collapse_repeats(journeys)

    assert all(left != right for path in paths_of(merged) for left, right in pairwise(path))
    assert tp.collapse_repeats(merged) == merged


@given(strategies.journeys(keys="abcd"))
def test_renaming_before_counting_is_counting_before_renaming(journeys: tp.Journeys) -> None:
    """Merging two touchpoints adds the transitions of both (collapse commutes with counting)."""
    names = {one.key: "x" if one.key in "ab" else one.key for one in journeys.touchpoints}

    renamed = tp.relabel(journeys, names)

    expected: Counter[tuple[str, str]] = Counter()
    for (left, right), count in pairs_of(journeys).items():
        expected[names[left], names[right]] += count
    assert pairs_of(renamed) == expected


@given(strategies.journeys(counted=False, columns=False))
def test_a_count_of_two_is_the_journey_twice(journeys: tp.Journeys) -> None:
    """Doubling counts and doubling journeys merge to the same paths."""
    doubled = attrs.evolve(journeys, counts=np.full(len(journeys), 2))
    again = attrs.evolve(journeys, ids=[f"again {one}" for one in journeys.ids.tolist()])
    twice = tp.concat([journeys, again]) if len(journeys) else journeys

    assert tp.distinct(doubled) == tp.distinct(twice)


@given(strategies.journeys(columns=False))
def test_splitting_by_gap_loses_no_interaction(journeys: tp.Journeys) -> None:
    """The pieces of a journey, one after the other, are the journey."""
    pieces = tp.split_by_gap(journeys, dt.timedelta(minutes=1))

    joined: dict[str, tuple[str, ...]] = {}
    for origin, piece in zip(pieces.per_journey["origin"].to_list(), pieces, strict=True):
        joined[origin] = joined.get(origin, ()) + piece.keys
    assert list(joined.values()) == paths_of(journeys)
    limit = np.timedelta64(1, "m")
    assert all((np.diff(piece.times) <= limit).all() for piece in pieces)


@given(strategies.journeys(), st.integers(0, 20), st.integers(0, 5))
def test_a_sample_holds_no_more_of_a_row_than_there_is(
    journeys: tp.Journeys, size: int, seed: int
) -> None:
    """Counts are drawn from the counts, and their sum is what was asked for."""
    total = int(journeys.counts.sum())
    drawn = tp.sample(journeys, min(size, total), seed=seed)

    known = dict(zip(journeys.ids.tolist(), journeys.counts.tolist(), strict=True))
    assert int(drawn.counts.sum()) == min(size, total)
    assert all(0 < journey.count <= known[journey.id] for journey in drawn)
