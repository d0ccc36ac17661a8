"""Handover of work and coverage of variants as bupaR's documentation prints them."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

import touchpoints as tp

pytestmark = pytest.mark.real


def columns_of(path: Path, names: list[str], **only: str) -> dict[str, list[str]]:
    """Return some columns of a CSV file, of the rows that hold these values."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if all(row[name] == value for name, value in only.items())
        ]
    return {name: [row[name] for row in rows] for name in names}


def test_the_printed_handover_of_resources(logs: Path) -> None:
    """Resource maps of `patients`: who hands over to whom (B18)."""
    names = ["handling", "patient", "time", "employee"]
    journeys = tp.from_columns(
        columns_of(logs / "patients.csv.gz", names, registration_type="start"),
        journey="patient",
        time="time",
        touchpoint="handling",
        per_interaction=["employee"],
    )
    found = tp.paths.transitions(tp.collapse(journeys, by="employee"))
    edges = zip(found.source, found.target, found.count.tolist(), strict=True)
    inner = {f"{u}>{v}": count for u, v, count in edges if not (u + v).count("(")}
    expected = {
        "r1>r2": 500,
        "r2>r3": 237,
        "r2>r5": 261,
        "r3>r4": 236,
        "r4>r6": 236,
        "r5>r6": 259,
        "r6>r7": 492,
    }
    assert expected == inner
    every = tp.paths.gaps(tp.collapse(journeys, by="employee"))
    assert sum(expected.values()) == every.count.sum()


def test_five_variants_cover_ninety_five_percent(logs: Path) -> None:
    """Of the 10,000 fines 9,599 take one of the five most frequent of 44 variants."""
    journeys = tp.from_columns(
        columns_of(logs / "traffic_fines.csv.gz", ["activity", "case_id", "timestamp"]),
        journey="case_id",
        time="timestamp",
        touchpoint="activity",
    )
    found = tp.paths.variants(journeys)
    assert len(found) == 44
    assert found.journeys[:10].tolist() == [3428, 3273, 1890, 758, 250, 151, 78, 37, 24, 13]
    reached = int((found.cumulative < 0.95).sum()) + 1
    assert reached == 5
    assert int(found.journeys[:reached].sum()) == 9_599
    counted = Counter(one.keys for one in journeys)
    assert [count for _, count in counted.most_common(5)] == found.journeys[:5].tolist()
