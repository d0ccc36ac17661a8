"""Ids that several columns form together, journeys that name several persons, several tiebreaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, TouchpointsWarning, WrongKindError

ROWS = [
    {"user": "ana", "session": 1, "at": "2026-01-05T10:00", "what": "search"},
    {"user": "leo", "session": 1, "at": "2026-01-05T10:01", "what": "visit"},
    {"user": "ana", "session": 1, "at": "2026-01-05T10:02", "what": "buy"},
    {"user": "ana", "session": 2, "at": "2026-01-06T10:00", "what": "visit"},
]
COLUMNS: dict[str, Any] = {name: [row[name] for row in ROWS] for name in ROWS[0]}
NAMES = {"time": "at", "touchpoint": "what"}
SHARED = {"journey": "session", "person": "user"}
FRAMES = [
    dict,
    pd.DataFrame,
    pl.DataFrame,
    pa.table,
    lambda columns: {**columns, "session": np.array(columns["session"])},
    lambda columns: pd.DataFrame(columns).astype({"user": "category", "session": "Int64"}),
]


@pytest.mark.parametrize("make", FRAMES)
def test_several_columns_form_an_id_together(make: Any) -> None:
    """Session ids that are unique for each user only are not merged, and no person is lost."""
    journeys = tp.from_frame(
        make(COLUMNS), journey=("user", "session"), **NAMES, person="user", per_journey=("session",)
    )

    assert ["ana/1", "leo/1", "ana/2"] == journeys.ids.tolist()
    assert ["ana", "leo", "ana"] == journeys.persons.tolist()
    assert [1, 1, 2] == journeys.per_journey["session"].tolist()
    assert [("search", "buy"), ("visit",), ("visit",)] == [one.keys for one in journeys]
    assert () == journeys.meta.report.sentences()


def test_columns_and_records_take_several_columns_too() -> None:
    """As from_frame does; a list of names is as good as a tuple, and one name is the column."""
    ids = ["ana/1", "leo/1", "ana/2"]

    assert ids == tp.from_columns(COLUMNS, journey=["user", "session"], **NAMES).ids.tolist()
    assert ids == tp.from_records(ROWS, journey=("user", "session"), **NAMES).ids.tolist()
    assert [1, 2] == tp.from_columns(COLUMNS, journey=("session",), **NAMES).ids.tolist()
    three = tp.from_records(ROWS, journey=("user", "session", "what"), **NAMES)
    assert ["ana/1/search", "leo/1/visit", "ana/1/buy", "ana/2/visit"] == three.ids.tolist()


def test_different_values_never_form_one_id() -> None:
    """A slash within a value is escaped; without it 'a/b' and 'c' would be 'a' and 'b/c'."""
    columns = {**COLUMNS, "user": ["a/b", "a", "a\\", "a"], "session": ["c", "b/c", "/c", "\\/c"]}

    journeys = tp.from_columns(columns, journey=("user", "session"), **NAMES)

    assert [r"a\/b/c", r"a/b\/c", r"a\\/\/c", r"a/\\\/c"] == journeys.ids.tolist()


def test_an_id_is_missing_where_one_of_its_parts_is() -> None:
    """Such rows are left out and counted, as rows without an id are."""
    columns = {**COLUMNS, "user": ["ana", "", None, "ana"], "session": [1, 1, 1, None]}

    journeys = tp.from_columns(columns, journey=("user", "session"), **NAMES)

    assert (["ana/1"], 3) == (journeys.ids.tolist(), journeys.meta.report.without_journey)
    with pytest.raises(InvalidInputError, match="columns 'user', 'session', rows 1, 2, 3"):
        tp.from_columns(columns, journey=("user", "session"), **NAMES, missing="raise")


def test_errors_name_the_column_that_is_at_fault() -> None:
    """A part that is missing everywhere, that does not exist, or that is no name."""
    with pytest.raises(InvalidInputError, match="column 'user', given as journey, is missing in"):
        tp.from_columns({**COLUMNS, "user": [None] * 4}, journey=("user", "session"), **NAMES)
    columns = {**COLUMNS, "user": ["a", "a", None, None], "session": [None, None, 1, 1]}
    with pytest.raises(InvalidInputError, match="columns 'user', 'session', .* are together miss"):
        tp.from_columns(columns, journey=("user", "session"), **NAMES)
    with pytest.raises(NotFoundError, match="did you mean 'session'"):
        tp.from_columns(COLUMNS, journey=("user", "sesion"), **NAMES)
    with pytest.raises(WrongKindError, match="journey must be the name of a column, got 5"):
        tp.from_columns(COLUMNS, journey=("user", 5), **NAMES)
    with pytest.raises(InvalidInputError, match="journey must name at least one column"):
        tp.from_columns(COLUMNS, journey=(), **NAMES)


PARTS = st.one_of(st.sampled_from(["a", "b", "/", "a/", "\\"]), st.none())


@given(st.lists(st.tuples(PARTS, PARTS, st.integers(0, 3)), min_size=1))
def test_grouping_agrees_with_a_dict_of_tuples(rows: list[tuple[Any, Any, int]]) -> None:
    """Journeys come in the order of their first rows, each with the rows of one pair."""
    expected: dict[tuple[Any, ...], list[str]] = {}
    for row, (one, two, three) in enumerate(rows):
        if one is not None and two is not None:
            expected.setdefault((one, two, three), []).append(f"t{row}")
    if not expected:
        return
    columns = {
        **{name: [row[place] for row in rows] for place, name in enumerate("abc")},
        "at": [f"2026-01-01T00:00:{row % 60:02}.{row:06}" for row in range(len(rows))],
        "what": [f"t{row}" for row in range(len(rows))],
    }

    journeys = tp.from_columns(columns, journey=("a", "b", "c"), **NAMES)

    parts = sorted(sorted(one) for one in expected.values())
    assert parts == sorted(sorted(one.keys) for one in journeys)
    assert len(set(journeys.ids)) == len(expected)


def test_journeys_of_several_persons_warn() -> None:
    """An id shared by two persons merges what they did: the warning says how to keep them apart."""
    with pytest.warns(
        TouchpointsWarning,
        match=r"1 journey names several persons, and the first was kept .*journeys 1\)"
        r".*journey=\('user', 'session'\)",
    ):
        journeys = tp.from_columns(COLUMNS, **SHARED, **NAMES)

    assert (["ana", "ana"], 1) == (journeys.persons.tolist(), journeys.meta.report.person_conflicts)


def test_journeys_of_several_persons_can_be_errors_or_meant() -> None:
    """person_conflicts="raise" names the journeys; "ignore" counts them."""
    with pytest.raises(InvalidInputError, match="1 journey names several persons") as caught:
        tp.from_records(ROWS, **SHARED, **NAMES, person_conflicts="raise")
    assert "journeys 1" in caught.value.where
    assert "journey=('user', 'session')" in caught.value.mend

    journeys = tp.from_columns(COLUMNS, **SHARED, **NAMES, person_conflicts="ignore")

    assert 1 == journeys.meta.report.person_conflicts
    assert "and 1 remark (meta.report)" in repr(journeys)
    with pytest.raises(InvalidInputError, match="person_conflicts"):
        tp.from_columns(COLUMNS, **SHARED, **NAMES, person_conflicts="warning")


def test_several_columns_break_ties() -> None:
    """Each column orders what those before it leave tied."""
    columns = {
        "id": [1] * 4,
        "at": ["2026-01-05"] * 4,
        "what": ["d", "b", "c", "a"],
        "page": [2, 1, 2, 1],
        "index": [2, 2, 1, 1],
    }

    def order(*tiebreak: str) -> str:
        journeys = tp.from_columns(columns, journey="id", **NAMES, tiebreak=tiebreak)
        return "".join(journeys[0].keys)

    assert ("abcd", "acbd") == (order("page", "index"), order("index", "page"))
    assert ("badc", "cadb") == (order("page"), order("index"))
    assert "acbd" == "".join(
        tp.from_records(
            [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
            journey="id",
            **NAMES,
            tiebreak=["index", "page"],
        )[0].keys
    )
