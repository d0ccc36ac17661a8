"""Distinct tuples of several columns, compared with a dict."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.sorting import tuples
from touchpoints._core.frozen import code_values

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from([0.0, 2.5, None]),
        st.booleans(),
        st.integers(-2, 2),
    ),
    max_size=30,
)


def columns(rows: list[tuple[Any, ...]]) -> list[Any]:
    """Return coded text, floats with nan, flags and integers."""
    text, number, flag, whole = zip(*rows, strict=True) if rows else ((), (), (), ())
    return [
        code_values(list(text)),
        np.array([np.nan if one is None else one for one in number], dtype=np.float64),
        np.array(flag, dtype=bool),
        np.array(whole, dtype=np.int64),
    ]


@given(ROWS)
@pytest.mark.parametrize("flags", [tuples._FLAGS, 1])
def test_each_row_finds_its_tuple_again(flags: int, rows: list[tuple[Any, ...]]) -> None:
    """Rows and their tuples agree, and each tuple occurs once, by table and by sort."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuples, "_FLAGS", flags)
        codes, values = tuples.distinct_tuples(columns(rows))
    distinct = list(zip(*values, strict=True))

    assert rows == [distinct[code] for code in codes.tolist()]
    assert len(set(rows)) == len(distinct)


def test_one_column_is_enough() -> None:
    """A single column has as many tuples as values."""
    codes, values = tuples.distinct_tuples([code_values(["b", None, "b", "a"])])

    assert [["b", "a", None]] == values
    assert [0, 2, 0, 1] == codes.tolist()


def test_a_column_of_missing_text_is_one_tuple() -> None:
    """Text that is missing in every row is one value, None."""
    codes, values = tuples.distinct_tuples([code_values([None, None])])

    assert [[None]] == values
    assert [0, 0] == codes.tolist()


def test_values_are_plain_python() -> None:
    """A classifier gets Python values, for any dtype of the column."""
    _, values = tuples.distinct_tuples([np.array([1], np.int32), np.array([True]), np.array([0.5])])

    assert [int, bool, float] == [type(column[0]) for column in values]


def test_times_are_datetimes_whatever_their_unit() -> None:
    """Nanoseconds, which ``datetime`` does not support, are returned as datetimes too."""
    times = np.array(["2026-01-02", "NaT", "2026-01-01"], dtype="datetime64[ns]")
    codes, [values] = tuples.distinct_tuples([times])

    assert [dt.datetime(2026, 1, 2), None, dt.datetime(2026, 1, 1)] == [
        values[code] for code in codes.tolist()
    ]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_the_limits_of_integer_types_are_kept(dtype: Any) -> None:
    """The minimum and the maximum of a dtype are distinct."""
    info = np.iinfo(dtype)
    column = np.array([info.min, info.max, info.min, 1], dtype=dtype)
    codes, [values] = tuples.distinct_tuples([column])

    assert column.tolist() == [values[code] for code in codes.tolist()]


def test_a_large_range_of_numbers_needs_no_large_table() -> None:
    """Integers of a large range are sorted instead."""
    column = np.array([0, 10**15, 0])
    codes, values = tuples.distinct_tuples([column, column])

    assert [[0, 10**15]] * 2 == values
    assert [0, 1, 0] == codes.tolist()
