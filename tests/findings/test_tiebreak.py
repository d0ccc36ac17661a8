"""The order of rows at one time: numbers written as text are numbers."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp


def order(ranks: list[Any], make: Any = dict) -> list[str]:
    """Return the touchpoints of rows at one time, each called like its rank."""
    columns = {"id": ["a"] * len(ranks), "at": ["2026-01-05"] * len(ranks), "rank": ranks,
               "what": [str(one) for one in ranks]}  # fmt: skip
    source = make(columns)
    journeys = tp.from_frame(source, journey="id", time="at", touchpoint="what", tiebreak="rank")
    return list(journeys[0].keys)


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table])
def test_text_that_is_all_numbers_orders_as_numbers(make: Any) -> None:
    """As csv.DictReader gives them, "9" comes before "10"."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ["9", "10", "11"] == order(["10", "11", "9"], make)
        assert ["-2", "-1.5", "1e1", "10.5"] == order(["10.5", "-1.5", "1e1", "-2"], make)


def test_long_numbers_in_text_are_ordered_exactly() -> None:
    """Numbers of twenty digits that differ in the last keep their order, of any length."""
    texts = ["9" * 19 + "8", "9" * 19 + "7", "1" + "0" * 5000]
    assert [texts[1], texts[0], texts[2]] == order(texts)


def test_equal_numbers_written_differently_keep_the_order_of_the_rows() -> None:
    """07 and 7 are one number, so that neither comes first by it."""
    assert ["07", "7", "8"] == order(["8", "07", "7"])
    assert ["7", "07", "8"] == order(["8", "7", "07"])


@pytest.mark.parametrize("texts", [["9", "10", "x"], ["step 9", "step 10"], ["1.10.2", "1.9.1"]])
def test_text_that_orders_otherwise_than_its_numbers_is_said(texts: list[str]) -> None:
    """Where not all of the text is numbers it is ordered as text, with a warning that says so."""
    with pytest.warns(tp.errors.TouchpointsWarning, match=r"'rank' holds text.*ordered as text"):
        assert sorted(texts) == order(texts)


@pytest.mark.parametrize("texts", [["b", "a"], ["2026-01-10", "2026-01-09"], ["p10", "p09", "q"]])
def test_text_whose_numbers_agree_with_its_order_is_quiet(texts: list[str]) -> None:
    """Words, dates and padded numbers order the same either way."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sorted(texts) == order(texts)
