"""Very small and very large numbers give the answers that moderate ones give."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.naive_paths import built
from touchpoints._core.arrays.distances import clustering
from touchpoints._core.arrays.statistics.survival import Dependence, product_limit


@pytest.mark.parametrize("scale", [1e-15, 1e-12, 1.0, 1e12])
def test_a_permutation_p_does_not_depend_on_the_unit_of_the_measure(scale: float) -> None:
    """All ten of a have a touchpoint, and none of b, whatever a touchpoint counts."""
    pair = tp.compare.pair(built(["ab"] * 10), built(["b"] * 10))

    def measure(journeys: tp.Journeys) -> float:
        present = [("a" in one.keys) * one.count for one in journeys]
        return scale * sum(present) / max(int(journeys.counts.sum()), 1)

    found = tp.compare.measured(pair, measure, seed=1, resamples=99)

    assert found.p.tolist() == [0.01]


def test_rounding_is_no_difference() -> None:
    """Groups that are alike have p = 1, also where their number is large and inexact."""
    pair = tp.compare.pair(built(["ab", "b"] * 5), built(["b", "ab"] * 5))

    def measure(journeys: tp.Journeys) -> float:
        shares = [1e9 / 3 + ("a" in one.keys) * 1e-9 for one in journeys for _ in range(one.count)]
        return sum(shares) / len(shares)

    assert tp.compare.measured(pair, measure, seed=1, resamples=99).p.tolist() == [1.0]


@pytest.mark.parametrize("count", [10, 10**4, 2**31, 4 * 10**9, 2**52])
def test_greenwoods_variance_at_any_count(count: int) -> None:
    """Half of ``2 count`` end at time 1 and half of the rest at time 2.

    Each adds events / (watched * left): 1 / (2 n) and 1 / (2 n) by hand.
    """
    # Rows: count end at 1, count / 2 end at 2, count / 2 are watched until 3.
    alike = np.array([count, count // 2, count // 2])
    each = Dependence(of=np.arange(3), repeats=alike, within=np.ones(3, dtype=np.int64), apart=True)

    found = product_limit(np.array([1, 2, 3]), np.array([True, True, False]), each)

    first = count / (2 * count * count)
    second = (count / 2) / (count * (count / 2))
    assert found.spread[:2].tolist() == pytest.approx([first, first + second])


def test_the_interval_of_a_time_to_an_outcome_narrows_with_the_square_root_of_counts() -> None:
    """A million times the journeys, a thousand times narrower."""
    day = np.array(["2026-01-01", "2026-01-02", "2026-01-01", "2026-01-02", "2026-01-03"], "M8[us]")
    log = built(["ab", "acb"], times=day)
    widths = []
    for count in (10**6, 10**12):
        found = tp.paths.time_to(attrs.evolve(log, counts=[count, count]), place="b", start="a")
        row = next(row for row in found.to_dicts() if row["survival"] == 0.5)
        widths.append(row["high"] - row["low"])

    assert widths[0] / widths[1] == pytest.approx(1000, rel=1e-3)


@pytest.mark.parametrize("scale", [1e-15, 1.0])
def test_medoids_do_not_depend_on_the_unit_of_distances(scale: float) -> None:
    """Two clear clusters on a line are found, however small the distances."""
    points = np.array([0.0, 1.0, 2.0, 100.0, 101.0, 102.0])
    matrix = np.abs(points[:, None] - points) * scale

    found = clustering.best_medoids(
        matrix, np.ones(6), 2, starts=1, rng=np.random.default_rng(0), advance=lambda: None
    )

    assert sorted(found.tolist()) == [1, 4]
