"""Counts of touchpoints and transitions, and median gaps, compared with dicts."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays import counting
from touchpoints._core.arrays.counting import states
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics import gaps
from touchpoints.errors import InvalidInputError

K = 5
Counted = list[tuple[list[int], int]]
JOURNEYS = st.lists(st.tuples(st.lists(st.integers(0, K - 1), max_size=5), st.integers(0, 3)))
PLAIN = st.lists(st.tuples(st.lists(st.integers(0, K - 1), max_size=5), st.just(1)))
EITHER = JOURNEYS | PLAIN


def arrays(drawn: Counted) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return codes, offsets and counts."""
    paths = [path for path, _ in drawn]
    counts = np.array([count for _, count in drawn], dtype=np.int64)
    return np.array(naive.flat(paths), np.int32), np.array(naive.offsets_of(paths)), counts


def lists(drawn: Counted) -> tuple[list[list[int]], list[int]]:
    """Return paths and counts."""
    return [path for path, _ in drawn], [count for _, count in drawn]


def as_counter(totals: np.ndarray) -> Counter[int]:
    """Return the totals that are not zero."""
    return Counter({code: total for code, total in enumerate(totals.tolist()) if total})


def as_pairs(pairs: counting.BigramCounts) -> Counter[tuple[int, int]]:
    """Return the pairs as a counter."""
    keys = zip(pairs.sources.tolist(), pairs.targets.tolist(), strict=True)
    return Counter(dict(zip(keys, pairs.totals.tolist(), strict=True)))


@given(EITHER)
def test_pairs_never_reach_across_journeys(drawn: Counted) -> None:
    """Only neighbours within a journey count, with empty journeys anywhere between."""
    codes, offsets, counts = arrays(drawn)
    weights = counting.row_weights(offsets, counts)
    expected = naive.pairs_of(*lists(drawn))

    dense = counting.bigram_counts(codes, offsets, K, weights)
    wide = counting.bigram_counts(codes, offsets, 5000, weights)  # 5000² pairs: sparse counting

    assert expected == as_pairs(dense)
    assert expected == as_pairs(wide)
    assert sorted(as_pairs(wide)) == list(as_pairs(wide))


def test_pairs_are_counted_across_blocks_of_rows() -> None:
    """A journey longer than a block of the counting loop loses no transition."""
    codes = np.random.default_rng(3).integers(0, K, 1_200_000).astype(np.int32)
    offsets = np.array([0, 600_000, len(codes)])
    pairs = counting.bigram_counts(codes, offsets, K, None)

    expected = Counter(zip(codes[:-1].tolist(), codes[1:].tolist(), strict=True))
    expected[int(codes[599_999]), int(codes[600_000])] -= 1

    assert expected == as_pairs(pairs)


@given(EITHER, st.data())
def test_terminals_count_how_journeys_begin_and_end(drawn: Counted, data: st.DataObject) -> None:
    """A journey that did not begin has no start; an empty journey that began still has an end."""
    codes, offsets, counts = arrays(drawn)
    flags = st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=len(drawn))
    terminals = data.draw(flags)[: len(drawn)]
    starts: Counter[int] = Counter()
    stops: Counter[tuple[int, int]] = Counter()
    for (path, count), (began, end) in zip(drawn, terminals, strict=True):
        if path and began:
            starts[path[0]] += count
        if path or began:
            stops[path[-1] if path else K, end] += count

    began = np.array([one for one, _ in terminals], dtype=bool)
    ends = np.array([one for _, one in terminals], dtype=np.int64)
    found, table = counting.terminal_totals(
        codes, offsets, K, counts=counts, began=began, ends=ends, kinds=3
    )

    assert +starts == as_counter(found)
    assert (
        +stops
        == Counter(
            {(row, kind): int(table[row, kind]) for row in range(K + 1) for kind in range(3)}
        )
        - Counter()
    )


@given(EITHER)
@pytest.mark.parametrize("k", [K, 33, 70, 5000])
def test_journeys_with_a_touchpoint_are_counted_once_each(k: int, drawn: Counted) -> None:
    """A touchpoint that recurs in a journey counts once, for any number of codes."""
    codes, offsets, counts = arrays(drawn)

    assert naive.journeys_with(*lists(drawn)) == as_counter(
        counting.segments_with_code(codes, offsets, k, counts)
    )


def test_journeys_with_a_touchpoint_in_many_blocks() -> None:
    """Words of bits are computed in blocks, and journeys may be longer than a block."""
    random = np.random.default_rng(5)
    lengths = random.choice([0, 1, 7, 50_000], 40, p=[0.2, 0.3, 0.4, 0.1])
    paths = [random.integers(0, 60, length).tolist() for length in lengths]
    counts = random.integers(0, 4, len(paths)).tolist()
    codes, offsets, given_counts = arrays(list(zip(paths, counts, strict=True)))

    assert naive.journeys_with(paths, counts) == as_counter(
        counting.segments_with_code(codes, offsets, 60, given_counts)
    )


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3))))
def test_keys_are_summed(rows: list[tuple[int, int]]) -> None:
    """Distinct keys are sorted; a key whose weights are all 0 does not occur."""
    keys = np.array([key for key, _ in rows], dtype=np.int64)
    weights = np.array([weight for _, weight in rows], dtype=np.float64)
    expected: Counter[int] = Counter()
    for key, weight in rows:
        expected[key] += weight

    once, often = counting.sum_by_key(keys, None)
    weighted, totals = counting.sum_by_key(keys, weights)

    assert Counter(key for key, _ in rows) == dict(zip(once.tolist(), often.tolist(), strict=True))
    assert sorted((+expected).items()) == list(zip(weighted.tolist(), totals.tolist(), strict=True))


@given(EITHER, st.data())
def test_flags_are_counted_by_touchpoint(drawn: Counted, data: st.DataObject) -> None:
    """Two flags of each interaction are counted separately; rows with both count in both."""
    codes, offsets, counts = arrays(drawn)
    several = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=len(codes))
    flags = data.draw(several)[: len(codes)]
    owners = naive.owners_of([path for path, _ in drawn])
    expected = np.zeros((K, 2), dtype=int)
    for code, owner, both in zip(codes.tolist(), owners, flags, strict=True):
        expected[code] += np.array(both) * drawn[owner][1]

    left, right = (np.array([pair[at] for pair in flags], dtype=bool) for at in (0, 1))
    weights = counting.row_weights(offsets, counts)

    assert (
        expected.tolist() == counting.flag_totals_by_code(codes, K, (left, right), weights).tolist()
    )


def test_counts_beyond_exact_sums_are_refused() -> None:
    """Counts whose sums a float cannot hold are an error, not a rounded number."""
    with pytest.raises(InvalidInputError, match=r"2\*\*53"):
        counting.row_weights(np.array([0, 2]), np.array([2**52]))


def test_counts_of_one_need_no_weights() -> None:
    """In the common case, in which every row is one journey, no array is allocated."""
    assert counting.row_weights(np.array([0, 2, 2]), np.array([1, 1])) is None


# ----------------------------------------------------------------------------------------- gaps


@st.composite
def timed(draw: st.DrawFn) -> tuple[Counted, list[list[int]]]:
    """Draw journeys with non-decreasing times."""
    drawn = draw(EITHER)
    gap = st.integers(0, 3) | st.sampled_from([50_000, 10**12])
    times = []
    for path, _ in drawn:
        gaps_of_path = draw(st.lists(gap, min_size=len(path), max_size=len(path)))
        times.append(np.cumsum(gaps_of_path).astype(int).tolist())
    return drawn, times


@given(timed())
@pytest.mark.parametrize("k", [K, 300, 5000])
def test_gaps_have_the_median_of_every_transition(
    k: int, drawn: tuple[Counted, list[list[int]]]
) -> None:
    """The median gap of each transition weights every journey by its count."""
    counted, times = drawn
    codes, offsets, counts = arrays(counted)
    stamps = np.array(naive.flat(times), dtype=np.int64)
    weights = counting.row_weights(offsets, counts)

    pairs, medians = gaps.bigram_gaps(codes, offsets, stamps, k, weights)

    assert naive.pairs_of(*lists(counted)) == as_pairs(pairs)
    expected = naive.gaps_by_pair(*lists(counted)[:1], times, lists(counted)[1])
    assert expected == dict(zip(as_pairs(pairs), medians.tolist(), strict=True))


# ---------------------------------------------------------------------------- states and ranking


@given(EITHER, st.integers(1, 3))
def test_states_are_the_last_touchpoints(drawn: Counted, order: int) -> None:
    """A state is a code with the codes before it in its journey, up to the order."""
    codes, offsets, _ = arrays(drawn)
    found = states.last_codes(codes, offsets, K, order=order)

    assert naive.last_codes(lists(drawn)[0], order) == [
        found.members[code] for code in found.codes.tolist()
    ]
    assert len(set(found.members)) == len(found.members)


@given(st.lists(st.integers(0, 2**40), max_size=20), st.booleans())
def test_dense_numbers_rise_with_their_keys(keys: list[int], wide: bool) -> None:
    """Numbers without gaps, by table or by sort."""
    small = keys if wide else [key % 100 for key in keys]
    ranks = {key: rank for rank, key in enumerate(sorted(set(small)))}

    numbers, size = states.dense_numbers(np.array(small, np.int64), 2**41 if wide else 100)

    assert [ranks[key] for key in small] == numbers.tolist()
    assert len(ranks) == size


@given(st.lists(st.integers(0, 4)), st.none() | st.integers(0, 6))
def test_the_most_frequent_come_first_and_ties_keep_their_order(
    counts: list[int], top: int | None
) -> None:
    """Equal counts keep their order; ``top`` limits the number of positions."""
    expected = sorted(range(len(counts)), key=lambda at: (-counts[at], at))[:top]

    assert expected == most_frequent(np.array(counts, dtype=np.int64), top).tolist()


@pytest.mark.parametrize("top", [-1, 2.0, True, "3"])
def test_top_must_be_an_integer(top: object) -> None:
    """A negative, float, bool or text ``top`` raises."""
    with pytest.raises(InvalidInputError, match="top"):
        most_frequent(np.array([1, 2]), top)
