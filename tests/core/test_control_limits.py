"""Control limits: moving ranges, runs, and how often they are false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from touchpoints._core.arrays.statistics.control_limits import (
    average_run_length,
    moving_range,
    runs_on_one_side,
)


def test_the_moving_range_by_hand() -> None:
    """Differences of 2, 1 and 3 have the mean 2."""
    assert moving_range(np.array([1.0, 3.0, 2.0, 5.0])) == pytest.approx(2 / 1.128)
    assert np.isnan(moving_range(np.array([1.0])))


def test_runs_by_hand() -> None:
    """The third of three above, the fourth as well; a value on the centre ends a run."""
    values = np.array([1, 1, 1, 1, -1, 0, 1, 1, 0, 1, -1, -1, -1.0])

    assert np.flatnonzero(runs_on_one_side(values, 0.0, length=3)).tolist() == [2, 3, 12]


def test_average_run_lengths_are_those_published() -> None:
    """Champ and Woodall (1987): 152.73 with runs of eight; 370.40 with limits alone."""
    assert average_run_length(length=8) == pytest.approx(152.73, abs=0.005)
    assert average_run_length(length=200) == pytest.approx(370.40, abs=0.005)


def test_average_run_lengths_in_simulated_series() -> None:
    """Runs of four on one side: the mean of 4,000 series, within its error."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(4000, 200))
    firsts = []
    for one in values:
        alarm = (np.abs(one) > 3) | runs_on_one_side(one, 0.0, length=4)
        firsts.append(np.flatnonzero(alarm)[0] + 1)
    error = np.std(firsts) / np.sqrt(4000)
    assert abs(np.mean(firsts) - average_run_length(length=4)) < 3.3 * error
