"""Ids: which rows are of one journey, and which ids cannot be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp

BIG = 123_456_789_012_345_678
DAYS = ["2026-01-01", "2026-01-02", "2026-01-03"]


def read(source: Any, **roles: str) -> tp.Journeys:
    """Read a table whose columns are id, day and what."""
    named = {"journey": "id", "time": "day", "touchpoint": "what", **roles}
    return tp.from_frame(source, **named)


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("role", ["journey", "person", "instance", "touchpoint"])
def test_ids_that_became_floats_and_lost_digits_are_refused(make: Any, role: str) -> None:
    """Two ids of 18 digits that differ by one, turned into floats by a missing value, are one."""
    columns = {"id": ["a", "b", "c"], "day": DAYS, "what": list("xyz"), "stage": ["start"] * 3,
               "odd": np.array([BIG, BIG + 1, np.nan])}  # fmt: skip
    roles = {role: "odd"} | ({"lifecycle": "stage"} if role == "instance" else {})
    with pytest.raises(tp.errors.InvalidInputError, match=r"column 'odd'.*float64.*(?s:.*)text"):
        read(make(columns), **roles)


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table])
def test_the_first_whole_number_a_float_cannot_tell_from_the_next_is_refused(make: Any) -> None:
    """2**53 and 2**53 + 1 are one float; 2**53 - 1 is only itself, as 2**24 - 1 is in 32 bits."""
    for kind, bits in ((np.float64, 53), (np.float32, 24)):
        columns = {"day": DAYS[:2], "what": list("xy")}
        with pytest.raises(tp.errors.InvalidInputError, match="apart"):
            read(make({**columns, "id": np.array([2**bits, np.nan], kind)}))

        exact = read(make({**columns, "id": np.array([2**bits - 1, 2**bits - 2], kind)}))
        assert [2**bits - 1, 2**bits - 2] == exact.ids.tolist()


def test_large_whole_numbers_beside_a_gap_stay_exact_in_lists() -> None:
    """Python's whole numbers have all their digits, so a missing id beside them harms nothing."""
    for gap in (None, float("nan")):
        journeys = read({"id": [BIG, BIG + 1, gap], "day": DAYS, "what": list("xyz")})
        assert [BIG, BIG + 1] == journeys.ids.tolist()
        assert 1 == journeys.meta.report.without_journey


def test_floats_among_large_whole_numbers_in_a_list_are_refused() -> None:
    """One float among exact ids has lost its digits already."""
    with pytest.raises(tp.errors.InvalidInputError, match="apart"):
        read({"id": [BIG, float(BIG + 1), 1], "day": DAYS, "what": list("xyz")})
