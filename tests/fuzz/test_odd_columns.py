"""Columns of odd kinds are read as what they are, or refused by name, row and remedy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp
from tests.fuzz.odd_columns import ODD
from touchpoints.errors import InvalidInputError, TouchpointsError

REST = {"of": ["a", "b"], "at": ["2026-01-01", "2026-01-02"], "do": ["x", "y"]}
READERS: dict[str, Callable[..., tp.Journeys]] = {
    "lists": tp.from_columns,
    "pandas": lambda columns, **names: tp.from_frame(pd.DataFrame(columns), **names),
    "polars": lambda columns, **names: tp.from_frame(pl.DataFrame(columns), **names),
    "arrow": lambda columns, **names: tp.from_frame(pa.table(columns), **names),
}
ROLES: dict[str, dict[str, Any]] = {
    "journey": {"journey": "id"},
    "person": {"person": "id"},
    "touchpoint": {"touchpoint": "id"},
    "kept by journey": {"per_journey": ["id"]},
    "kept by interaction": {"per_interaction": ["id"]},
    "tiebreak": {"tiebreak": "id"},
    "count": {"count": "id"},
}
CASES = [
    pytest.param(holder, make, expected, id=f"{holder}: {name}")
    for holder, kinds in ODD.items()
    for name, (make, expected) in kinds.items()
]
NAMES = {"journey": "of", "time": "at", "touchpoint": "do", "unmatched": "drop"}


def read(holder: str, make: Callable[[], Any], **roles: Any) -> tp.Journeys:
    """Read two rows of which a column is odd."""
    return READERS[holder]({"id": make(), **REST}, **{**NAMES, **roles})


@pytest.mark.filterwarnings("ignore::touchpoints.errors.TouchpointsWarning")
@pytest.mark.parametrize(("holder", "make", "expected"), CASES)
def test_odd_columns_are_read_or_refused(
    holder: str, make: Callable[[], Any], expected: str | tuple[list[Any], list[Any]]
) -> None:
    """As ids, and as what is kept; what is refused is refused in each of these roles."""
    if isinstance(expected, str):
        for roles in ({"journey": "id"}, {"person": "id"}, {"per_interaction": ["id"]}):
            with pytest.raises(TouchpointsError) as caught:
                read(holder, make, **roles)
            assert expected in str(caught.value)
        return
    ids, kept = expected
    found = read(holder, make, per_journey=["id"]).per_journey["id"]
    values = found.to_list() if hasattr(found, "to_list") else found.tolist()
    assert ids == read(holder, make, journey="id").ids.tolist()
    np.testing.assert_equal(values, kept)


@pytest.mark.filterwarnings("ignore::touchpoints.errors.TouchpointsWarning")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("holder", "make", "expected"), CASES)
def test_no_odd_column_ends_in_an_error_of_another_library(
    holder: str, make: Callable[[], Any], expected: object, role: str
) -> None:
    """In any role it is read, or refused by an error of this library."""
    assert expected
    with contextlib.suppress(TouchpointsError):
        assert repr(read(holder, make, **ROLES[role]))


@pytest.mark.parametrize(
    "amounts",
    [
        np.array([1 + 1j, 2]),
        np.array([1, 2], "m8[s]"),
        np.array(["2026-01-01", "2026-01-02"], "M8[D]"),
        [np.timedelta64(1, "s"), 2],
        [np.complex128(1), 2],
        [b"1", b"2"],
        [{"a": 1}, 2],
    ],
)
def test_what_numpy_makes_floats_of_is_no_number(amounts: Any) -> None:
    """A complex number would lose a part, and instants and durations would count some unit."""
    with pytest.raises(InvalidInputError, match="column 'id' must hold numbers"):
        tp.from_columns({"id": amounts, **REST}, **NAMES, count="id")
    with pytest.raises(InvalidInputError, match="column 'n' must hold numbers"):
        tp.from_paths({"path": ["a", "b"], "n": amounts}, path="path", value="n")


def test_persons_that_are_no_single_value_are_refused() -> None:
    """Where they are told apart."""
    log = tp.from_columns(REST, journey="of", time="at", touchpoint="do")
    odd = np.empty(2, dtype=object)
    odd[:] = [[1], [2]]
    journeys = tp.Journeys(
        touchpoints=log.touchpoints, codes=log.codes, offsets=log.offsets, persons=odd
    )

    with pytest.raises(InvalidInputError, match="a person must be a single value"):
        tp.paths.presence(journeys)
    with pytest.raises(InvalidInputError, match="2 times in column 'at' do not parse"):
        tp.from_columns({**REST, "at": list(np.array([1, 2], "m8[s]"))}, **NAMES)
