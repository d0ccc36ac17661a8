"""The units that permutations deal out to two groups, and their sums."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import chi2

import touchpoints as tp
from touchpoints.compare._shared import dealt
from touchpoints.compare._shared.bit_table import BitTable, ScoreTable
from touchpoints.compare._shared.contrasts import Studentised, contrast_of
from touchpoints.compare._shared.dealt import Dealt, Urns
from touchpoints.compare._shared.draws import sides_of
from touchpoints.compare._shared.features import gap_medians, transition_shares

# person (None: not known), group, count of the row
Row = tuple[str | None, str, int]


def pair_of(rows: list[Row]) -> tp.compare.Pair:
    """Return groups a and b of journeys "x > y" of some persons."""
    known = any(person is not None for person, _, _ in rows)
    log = tp.from_paths({"path": ["x > y"] * len(rows)}, path="path")
    log = attrs.evolve(
        log,
        counts=[one[2] for one in rows],
        persons=[one[0] for one in rows] if known else None,
        per_journey={"side": [one[1] for one in rows]},
    )
    return tp.compare.groups(log, "side", a="a", b="b")


def dealt_of(pair: tp.compare.Pair) -> Dealt:
    """Return the units of two groups; those in both are permuted within."""
    sides = sides_of(pair, "within", test="permutation")
    return Dealt.among(sides, pair.journeys.counts)


MIXED: list[Row] = [
    ("ana", "a", 1),
    ("ana", "b", 1),
    ("bob", "a", 2),
    ("bob", "a", 1),
    (None, "b", 3),
    ("eve", "b", 1),
    ("ana", "a", 1),
    ("leo", "b", 0),
    (None, "a", 1),
]


def test_a_permutation_keeps_the_sizes_and_moves_persons_whole() -> None:
    """Three units of b and two of a are dealt; of Ana's three journeys two stay in a."""
    pair = pair_of(MIXED)
    units, rng = dealt_of(pair), np.random.default_rng(1)
    draws = units.permuted(rng)
    seen = [tuple(units.spread(next(draws)).tolist()) for _ in range(500)]
    for rows in seen:
        assert rows[0] + rows[1] + rows[6] == 2
        assert (rows[2], rows[3]) in {(0, 0), (2, 1)}
        assert (rows[2] > 0) + rows[4] + rows[5] + rows[8] == 2
        assert rows[7] == 0
    assert len(set(seen)) == 3 * len({rows[2:6] + rows[8:] for rows in seen})
    assert {rows[4] for rows in seen} == {0, 1, 2}


def test_all_halves_are_equally_probable() -> None:
    """Four journeys without persons, two of them in a: six ways, by chi-square at 0.001."""
    pair = pair_of([(None, "a", 1), (None, "b", 1), (None, "a", 1), (None, "b", 1)])
    draws = dealt_of(pair).permuted(np.random.default_rng(5))
    seen = Counter(tuple(next(draws).tolist()) for _ in range(6000))
    assert len(seen) == math.comb(4, 2)
    assert sum((one - 1000) ** 2 / 1000 for one in seen.values()) < 20.5


@pytest.mark.parametrize("short", [64, 3])
def test_each_persons_journeys_are_drawn_evenly(short: int, monkeypatch: Any) -> None:
    """In any order of rows: the given number of each person, and all sets equally frequent."""
    monkeypatch.setattr(dealt, "_SHORT", short)
    owner = np.array([1, 0, 2, 1, 1, 0, 1])
    urns = Urns.filled(np.arange(7), owner, np.array([1, 2, 0]))
    draw = urns.drawing(np.random.default_rng(2))

    drawn = [tuple(sorted(urns.distinct[draw()].tolist())) for _ in range(6000)]

    assert {(1, 2, 0)} == {tuple(np.bincount(owner[list(one)], minlength=3)) for one in drawn}
    found = Counter(drawn)
    assert len(found) == 2 * math.comb(4, 2)
    assert sum((one - 500) ** 2 / 500 for one in found.values()) < float(chi2.ppf(0.999, 11))


def test_units_that_cannot_move_are_in_no_group() -> None:
    """All of b is in both groups, so those only in a stay where they are."""
    pair = pair_of([("ana", "a", 1), ("ana", "b", 1), ("bob", "a", 1)])
    units = dealt_of(pair)
    draws = units.permuted(np.random.default_rng(2))
    assert {tuple(units.spread(next(draws)).tolist()) for _ in range(50)} == {(1, 0, 0), (0, 1, 0)}


@given(st.data())
def test_times_and_rows_of_the_observed_groups_agree(data: st.DataObject) -> None:
    """Whatever units there are, the units of group a spread to the counts of group a."""
    row = st.tuples(st.sampled_from(["p", "q", "r", None]), st.sampled_from("ab"), st.just(1))
    rows = [*data.draw(st.lists(row, max_size=12)), ("s", "a", 1), ("t", "b", 1)]
    pair = pair_of(rows)
    units = dealt_of(pair)
    for side in (pair.in_a, ~pair.in_a):
        counts = np.where(side, pair.journeys.counts, 0)
        assert units.spread(units.times(counts)[0]).tolist() == counts.tolist()
        added = units.added(sparse.csr_array(np.diag(counts))).toarray()
        assert added.sum() == counts.sum()


@pytest.mark.parametrize("persons", [False, True])
def test_sums_by_bits_are_those_of_the_table(persons: bool) -> None:
    """Hits and trials above one, their squares and products: the same whole numbers."""
    log = tp.datasets.shop(400, seed=3)
    log = log if persons else attrs.evolve(log, persons=None)
    pair = tp.compare.groups(log, "device")
    units = dealt_of(pair)
    found = contrast_of(transition_shares(log), log.counts, units, 10)
    assert isinstance(found, Studentised)
    assert found.bits is not None
    assert len(found.parts) == 6
    draws = units.permuted(np.random.default_rng(3))
    for many in (1, 64, 70):
        times = np.stack([next(draws) for _ in range(many)])
        expected = times.astype(np.float64) @ found.table.astype(np.float64).toarray()
        assert (found.sums(times) == expected).all()


def test_sums_of_scores_are_those_of_the_table() -> None:
    """Ranks of gaps, with several gaps of a person: whole numbers, but for large squares."""
    log = tp.datasets.shop(400, seed=3)
    pair = tp.compare.groups(log, "device")
    units = dealt_of(pair)
    medians = gap_medians(log, what="gaps", hours=None)
    found = contrast_of(medians, log.counts, units, 10)
    assert isinstance(found, Studentised)
    assert isinstance(found.bits, ScoreTable)
    assert found.bits.scores[2].nnz > 0
    draws = units.permuted(np.random.default_rng(3))
    times = np.stack([next(draws) for _ in range(70)])
    expected = times.astype(np.float64) @ found.table.toarray()
    np.testing.assert_allclose(found.sums(times), expected, rtol=1e-13, atol=0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=90))
def test_columns_of_equal_amounts_are_counted_together(cells: list[tuple[int, int]]) -> None:
    """One column of y and m each: sums of y, m, y², y m, m² and m > 0 by the definition."""
    y, m = (np.array(one, dtype=np.float64)[:, None] for one in zip(*cells, strict=True))
    table = BitTable.of(
        sparse.csr_array(y), sparse.csr_array(m), np.zeros(1, dtype=np.int64), alone=False
    )
    halves = np.random.default_rng(len(cells)).random((3, len(cells))) < 0.5
    if table is not None:
        columns = np.hstack([y, m, y**2, y * m, m**2, np.ones_like(m)])
        assert (table.sums(halves) == halves @ columns).all()
    else:
        assert len(cells) < 31
