"""Medians of waits, where the share still waiting is a half up to rounding."""

from __future__ import annotations

import numpy as np
import pytest

import touchpoints as tp
from touchpoints import compare
from touchpoints._core.arrays.statistics.survival import first_at_most

SECOND = np.timedelta64(1, "s")


def waits(n: int) -> tp.Journeys:
    """Return n journeys that wait 1, 2, … n seconds, each of them in two groups."""
    start = np.datetime64("2026-01-05T00:00:00", "us")
    rows = [
        {"who": f"{group}{wait}", "t": start + after * SECOND, "w": what, "group": group}
        for group in "ab"
        for wait in range(1, n + 1)
        for after, what in ((0, "visit"), (wait, "buy"))
    ]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w", per_journey=["group"])


@pytest.mark.parametrize("n", range(2, 201, 2))
def test_half_of_an_even_number_of_journeys_is_there_at_the_middle(n: int) -> None:
    """Of n journeys that wait 1, 2, … n seconds, half are there after n / 2."""
    found = tp.paths.median_time_to(waits(n), place="buy", by="group")

    assert found.median.tolist() == [n / 2, n / 2]


@pytest.mark.parametrize("n", [2, 6, 24, 48, 100, 198])
def test_compared_groups_have_the_same_medians(n: int) -> None:
    """Comparing two groups gives the medians that each of them has alone."""
    two = compare.groups(waits(n), "group")

    found = compare.time_to(two, place="buy", seed=1, resamples=2)

    assert found.median.tolist() == [n / 2, n / 2]


def test_an_end_of_an_interval_at_a_half_counts() -> None:
    """The ends of intervals are found by the same comparison as the median."""
    times = np.array([1, 2, 3])

    assert first_at_most(times, np.array([0.8, np.nextafter(0.5, 1), 0.2]), 0.5) == 2.0
    assert first_at_most(times, np.array([0.8, 0.500001, 0.2]), 0.5) == 3.0
    assert np.isnan(first_at_most(times, np.array([0.8, 0.7, 0.6]), 0.5))
