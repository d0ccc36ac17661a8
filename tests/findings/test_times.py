"""Times as other programs write them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp

MAKERS = [dict, pd.DataFrame, pl.DataFrame, pa.table]
SECONDS = 1_767_225_600  # 2026-01-01T00:00 UTC


def read(times: Any, make: Any = dict, **options: Any) -> tp.Journeys:
    """Read a journey for each time."""
    numbers = list(range(len(times)))
    source = make({"id": numbers, "at": times, "what": ["x"] * len(times)})
    return tp.from_frame(source, journey="id", time="at", touchpoint="what", **options)


def shown(journeys: tp.Journeys) -> list[str]:
    """Return the times as text, to the minute."""
    return [str(one)[:16] for one in journeys.times]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("number", "time_format"),
    [(SECONDS, "epoch_ms"), (SECONDS * 1000, "epoch_us"), (SECONDS * 1000, "epoch_ns")],
)
def test_numbers_of_a_larger_unit_are_said(make: Any, number: int, time_format: str) -> None:
    """Seconds read as milliseconds fall into January 1970, which nobody means."""
    for times in ([number, number + 1], [number + 0.5, float("nan")]):
        with pytest.warns(tp.errors.TouchpointsWarning, match=r"all times.*'at'.*another unit"):
            read(times, make, time_format=time_format)


@pytest.mark.parametrize("make", MAKERS)
def test_mixed_units_and_zeros_are_said(make: Any) -> None:
    """One time in seconds among milliseconds, or a zero that stands for none."""
    for odd in (SECONDS, 0):
        with pytest.warns(tp.errors.TouchpointsWarning, match="1 of the 3 times"):
            read([SECONDS * 1000, odd, SECONDS * 1000], make, time_format="epoch_ms")


def test_numbers_of_the_unit_said_are_quiet() -> None:
    """Times of this century, and gaps, are nothing to remark on."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        journeys = read(np.array([SECONDS, np.nan]), time_format="epoch_s")
    assert ["2026-01-01T00:00"] == shown(journeys)
