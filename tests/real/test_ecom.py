"""A web shop's clickstream: users as journeys, sessions as journeys, from every library."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.real.ecom import SESSIONS, USERS, clicks
from touchpoints._core.arrays import counting

pytestmark = pytest.mark.real

KEPT = {"per_interaction": ("platform",), "per_journey": ("acquisition_channel", "user_cohort")}
LIBRARIES = ["pandas", "polars", "polars lazy", "pyarrow", "duckdb"]


@pytest.fixture(scope="module")
def rows(logs: Path) -> list[dict[str, Any]]:
    """The log as records, numbered as they stand in the file."""
    return clicks(logs)


@pytest.fixture(scope="module")
def frame(rows: list[dict[str, Any]]) -> Any:
    """The log as a pandas frame of text and numbers, times parsed."""
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(rows)
    return table.assign(timestamp=pandas.to_datetime(table["timestamp"], format="ISO8601"))


def of_library(frame: Any, library: str) -> Any:
    """Return the log as a table of a library."""
    if library == "pandas":
        return frame
    if library.startswith("polars"):
        polars = pytest.importorskip("polars")
        table = polars.from_pandas(frame)
        return table.lazy() if library == "polars lazy" else table
    arrow = pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)
    if library == "pyarrow":
        return arrow
    return pytest.importorskip("duckdb").from_arrow(arrow)


def edges(journeys: tp.Journeys) -> Counter[tuple[str, str]]:
    """Return how often each event is followed by each other."""
    found = counting.bigram_counts(
        journeys.codes, journeys.offsets, len(journeys.touchpoints), None
    )
    keys = [touchpoint.key for touchpoint in journeys.touchpoints]
    pairs = [(keys[one], keys[two]) for one, two in zip(found.sources, found.targets, strict=True)]
    return Counter(dict(zip(pairs, found.totals.tolist(), strict=True)))


def edges_by_hand(rows: list[dict[str, Any]], journey: str) -> Counter[tuple[str, str]]:
    """Count neighbours with lists and dicts."""
    journeys: dict[str, list[tuple[str, int, str]]] = {}
    for row in rows:
        if row[journey]:
            journeys.setdefault(row[journey], []).append(
                (row["timestamp"], row["number"], row["event"])
            )
    counted: Counter[tuple[str, str]] = Counter()
    for events in journeys.values():
        ordered = [event for _, _, event in sorted(events)]
        counted.update(itertools.pairwise(ordered))
    return counted


def test_the_log_has_the_published_sizes(rows: list[dict[str, Any]]) -> None:
    """31,106 events of 19 kinds by 600 users in 3,605 sessions."""
    users = tp.from_records(rows, **USERS)
    sessions = tp.from_records(rows, **SESSIONS)

    assert (600, 31_106, 19) == (len(users), len(users.codes), len(users.touchpoints))
    assert (3_605, 31_106) == (len(sessions), len(sessions.codes))
    assert 600 == len(set(sessions.persons.tolist()))
    assert 0 == users.meta.report.dropped == sessions.meta.report.dropped


@pytest.mark.parametrize("names", [USERS, SESSIONS], ids=["users", "sessions"])
def test_transitions_agree_with_counting_by_hand(
    rows: list[dict[str, Any]], names: dict[str, str]
) -> None:
    """With the user and with the session as the journey."""
    journeys = tp.from_records(rows, **names)

    assert edges_by_hand(rows, names["journey"]) == edges(journeys)
    assert len(journeys.codes) - len(journeys) == sum(edges(journeys).values())


@pytest.mark.parametrize("names", [USERS, SESSIONS], ids=["users", "sessions"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_gives_the_same_journeys(
    rows: list[dict[str, Any]], frame: Any, library: str, names: dict[str, str]
) -> None:
    """The same ids, orders, times, persons and kept columns; the same report."""
    expected = tp.from_records(rows, **names, **KEPT, tiebreak="number")

    journeys = tp.from_frame(of_library(frame, library), **names, **KEPT, tiebreak="number")

    assert "" == tp.first_difference(expected, journeys)
    assert expected.meta.report == journeys.meta.report
    assert edges(expected) == edges(journeys)


def test_a_session_lies_within_its_user(rows: list[dict[str, Any]]) -> None:
    """Sessions of one user make up the user's journey: the same events, fewer transitions."""
    users = tp.from_records(rows, **USERS)
    sessions = tp.from_records(rows, **SESSIONS)
    events = Counter(np.repeat(sessions.persons, np.diff(sessions.offsets)).tolist())

    assert events == dict(zip(users.ids.tolist(), np.diff(users.offsets).tolist(), strict=True))
    assert 0 == sessions.meta.report.person_conflicts
    assert sum(edges(users).values()) - sum(edges(sessions).values()) == len(sessions) - len(users)
