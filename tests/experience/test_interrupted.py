"""Interrupted time series: level and slope before and after a change."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy.stats import binom

import touchpoints as tp
from tests.experience.test_changes import change_on, log_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

E = tp.experience
WEEK = dt.timedelta(days=7)


def weekly(shares: Array, size: int) -> tp.Journeys:
    """Return ``size`` journeys in each week from Monday, 5 January 2026, so many of them hits."""
    weeks = len(shares)
    days = (
        4 + np.repeat(np.arange(weeks) * 7.0, size) + np.tile(np.arange(size) * 7.0 / size, weeks)
    )
    reached = np.tile(np.arange(size), weeks) < np.repeat(np.round(shares * size), size)
    return log_of(np.append(days, days.max() + 7), np.append(reached, 0))


def test_a_step_and_a_slope_by_hand() -> None:
    """.2 rising by .01 a week; at the change .1 more, and from then on .02 a week."""
    before, after = 0.2 + 0.01 * np.arange(10), 0.4 + 0.02 * np.arange(10)
    log = weekly(np.append(before, after), 100)
    found = E.interrupted_series(log, change_on("2026-03-16"), measure="outcome")

    assert found.as_dict() == pytest.approx(
        {"level before": 0.3, "slope before": 0.01, "level change": 0.1, "slope change": 0.01}
    )
    assert found.p[2] < 1e-6
    assert (found.periods_before, found.periods_after) == (10, 10)
    assert found.left_out == 1  # the last week is not over
    assert "no control group" in repr(found)
    assert "few periods" not in repr(found)


def test_the_period_of_the_change_is_left_out() -> None:
    """Made on a Wednesday: its week is on neither side; time runs on."""
    before, after = 0.2 + 0.01 * np.arange(10), 0.4 + 0.02 * np.arange(10)
    log = weekly(np.append(before, after), 100)
    found = E.interrupted_series(log, change_on("2026-03-18"), measure="outcome")
    same = E.interrupted_series(log, change_on("2026-03-18"), measure="outcome", every=WEEK)

    assert (found.periods_before, found.periods_after, found.left_out) == (10, 9, 101)
    assert found.estimate == pytest.approx([0.3, 0.01, 0.1, 0.01])
    # Periods of a duration begin at the change, so that none is cut in two.
    assert (same.periods_before, same.periods_after) == (11, 10)


def test_few_periods_are_told_and_fewer_refused() -> None:
    """Five on a side are few, two no series."""
    rng = np.random.default_rng(1)
    log = weekly(rng.uniform(0.2, 0.4, 10), 50)
    assert "few periods (5 before and 5 after)" in repr(
        E.interrupted_series(log, change_on("2026-02-09"), measure="outcome")
    )
    with pytest.raises(InvalidInputError, match="at least 3 periods .* got 2 before"):
        E.interrupted_series(log, change_on("2026-01-19"), measure="outcome")
    with pytest.raises(InvalidInputError, match="date= must lie within the log"):
        E.interrupted_series(log, change_on("2027-01-19"), measure="outcome")
    with pytest.raises(InvalidInputError, match="every='year' is not an option"):
        E.interrupted_series(log, change_on("2026-02-09"), measure="outcome", every="year")  # type: ignore[arg-type]


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_a_change_without_effect_raises_no_alarm_beyond_the_rate(correlation: float) -> None:
    """B34: 200 worlds of 30 weeks, in which the share wanders around .3 by itself."""
    rng = np.random.default_rng(int(10 * correlation))
    worlds, alarms = 200, np.zeros(2)
    days = 4 + np.repeat(np.arange(30) * 7.0, 40) + rng.uniform(0, 7, 1200)
    for _ in range(worlds):
        drift = rng.normal(size=60)
        for at in range(1, 60):
            drift[at] += correlation * drift[at - 1]
        share = np.clip(0.3 + 0.08 * drift[30:], 0, 1)
        log = log_of(np.append(days, 220), np.append(rng.random(1200) < share.repeat(40), 0))
        found = E.interrupted_series(log, change_on("2026-04-20"), measure="outcome")
        alarms += found.p[2:] < 0.05
    assert binom.sf(alarms - 1, worlds, 0.05).min() > 1e-3
    assert binom.cdf(alarms, worlds, 0.05).min() > 1e-3
