"""Blank text is missing in every role and reader, and all that is not 0 in the report is said."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import attrs
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp
from touchpoints.errors import TouchpointsWarning
from touchpoints.journeys.meta import BY_TEXT, SIZES, Report

SPACES = ["", " ", "\t\n", "\u00a0", "\u3000", "\u2028"]
UNSEEN = [
    "\u200b",
    "\ufeff",
    "\u2060",
    "\xad",
    "\u200d\u200e",
    " \u200b ",
    "\x00",
    "\x7f",
    "\u3164",
]
BLANKS = SPACES + UNSEEN
LOG: dict[str, list[Any]] = {
    "id": ["1", "1", "1", "2", "2", "3"],
    "at": [f"2026-01-0{day}" for day in (1, 1, 3, 4, 5, 6)],
    "what": list("abcabc"),
    "who": ["ana", "ana", "leo", "leo", "leo", "eva"],
    "plan": list("xxyzzz"),
    "page": list("uvwuvw"),
    "stage": ["start", "complete", "start", "complete", "start", "complete"],
    "visit": list("pppqqr"),
    "end": [f"2026-01-0{day}" for day in (2, 2, 2, 5, 6, 7)],
}
NAMES: dict[str, Any] = {
    "journey": "id",
    "time": "at",
    "touchpoint": "what",
    "person": "who",
    "per_journey": ["plan"],
    "per_interaction": ["page"],
    "unmatched": "drop",
}
STAGES = {"lifecycle": "stage", "instance": "visit"}
ROLES = ["id", "what", "who", "plan", "page", "stage", "visit", "at", "end"]


def records(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the rows of columns."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


READERS: dict[str, Callable[..., tp.Journeys]] = {
    "columns": tp.from_columns,
    "records": lambda columns, **names: tp.from_records(records(columns), **names),
    "pandas": lambda columns, **names: tp.from_frame(pd.DataFrame(columns), **names),
    "categories": lambda columns, **names: tp.from_frame(
        pd.DataFrame(columns).astype("category"), **names
    ),
    "polars": lambda columns, **names: tp.from_frame(pl.DataFrame(columns), **names),
    "arrow": lambda columns, **names: tp.from_frame(pa.table(columns), **names),
}


def read(reader: str, role: str, cell: str | None) -> tp.Journeys:
    """Read the log with one cell of a column replaced."""
    columns = {**LOG, role: [*LOG[role][:2], cell, *LOG[role][3:]]}
    more = {"end": "end"} if role == "end" else STAGES
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TouchpointsWarning)
        return READERS[reader](columns, **NAMES, **more)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("role", ROLES)
def test_blank_text_is_missing(reader: str, role: str) -> None:
    """A log with blanks is the log with nothing there, and is counted so."""
    expected = read(reader, role, None)

    for blank in BLANKS:
        found = read(reader, role, blank)
        assert "" == tp.first_difference(expected, found)
        assert expected.meta.report == found.meta.report


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("role", ROLES)
def test_what_is_counted_is_said_and_the_repr_says_how_much(reader: str, role: str) -> None:
    """Each count has its own sentence; the rows of the log are accounted for."""
    journeys = read(reader, role, " ")
    report = journeys.meta.report
    counts = {
        field.name: getattr(report, field.name)
        for field in attrs.fields(Report)
        if field.name not in SIZES and field.name not in BY_TEXT
    }
    for name, count in counts.items():
        others = dict.fromkeys(set(counts) - {name}, 0)
        assert bool(count) == bool(attrs.evolve(report, **others).sentences())
    said = re.search(r"(\d+) remarks?", repr(journeys))
    assert report.remarks == (0 if said is None else int(said[1]))
    left = re.search(r"(\d+) rows? left out", repr(journeys))
    assert report.dropped == (0 if left is None else int(left[1]))


def test_blank_names_of_a_path_are_refused() -> None:
    """Between two separators, at the ends, and of any blank."""
    for blank in BLANKS[1:]:
        with pytest.raises(tp.errors.InvalidInputError, match="an empty name"):
            tp.from_paths({"path": [f"a > {blank} > b"]}, path="path")
