"""Naive times that a change of clocks repeats or skips."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import polars as pl
import pytest

import touchpoints as tp

# In Madrid the clocks went back on 25 October 2026 at 03:00 to 02:00, and on 29 March 2026 forward.
REPEATED = ["2026-10-25T01:30", "2026-10-25T02:30", "2026-10-25T03:30"]
SKIPPED = ["2026-03-29T01:30", "2026-03-29T02:30", "2026-03-29T03:30"]


def hours(times: list[str], make: Any = dict, **options: Any) -> list[str]:
    """Return the times of day in UTC of one journey in Madrid."""
    source = make({"id": ["a"] * len(times), "at": times, "what": ["x"] * len(times)})
    journeys = tp.from_frame(
        source, journey="id", time="at", touchpoint="what", tz="Europe/Madrid", **options
    )
    assert 1 == journeys.meta.report.ambiguous_times
    return [str(one)[11:16] for one in journeys.times]


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame])
def test_a_repeated_time_is_said_with_its_row(make: Any) -> None:
    """Without ambiguous= it is the earlier of the two, with a warning."""
    with pytest.warns(tp.errors.TouchpointsWarning, match=r"1 time of column 'at'.*rows 1"):
        assert ["23:30", "00:30", "02:30"] == hours(REPEATED, make)


def test_the_caller_says_which_of_the_two_it_is() -> None:
    """The later is one hour after the earlier; nothing is left to say then."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ["23:30", "00:30", "02:30"] == hours(REPEATED, ambiguous="earlier")
        assert ["23:30", "01:30", "02:30"] == hours(REPEATED, ambiguous="later")


def test_a_repeated_time_can_be_an_error() -> None:
    """With its row, and with what to pass instead."""
    for times in (REPEATED, SKIPPED):
        with pytest.raises(tp.errors.InvalidInputError, match=r"1 time.*Europe/Madrid.*rows 1"):
            hours(times, ambiguous="raise")


def test_a_skipped_time_is_read_as_if_the_clocks_had_not_changed() -> None:
    """02:30 does not exist on that day: it is half an hour after 02:00, which is 01:00 UTC."""
    with pytest.warns(tp.errors.TouchpointsWarning, match="skipped"):
        assert ["00:30", "01:30", "01:30"] == hours(SKIPPED)
    assert ["00:30", "01:30", "01:30"] == hours(SKIPPED, ambiguous="later")


def test_ambiguous_is_checked_on_entry() -> None:
    """A misspelt choice is refused, with the choices."""
    with pytest.raises(tp.errors.TouchpointsError, match=r"earlier.*later.*raise"):
        hours(REPEATED, ambiguous="first")
