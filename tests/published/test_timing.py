"""Times as bupaR's documentation prints them, of two real-looking logs."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints.journeys.model import Journeys

pytestmark = pytest.mark.real

WEEK = 7 * 86_400


def columns_of(path: Path, names: list[str]) -> dict[str, list[str]]:
    """Return some columns of a CSV file."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in names}


@pytest.fixture(scope="module")
def patients(logs: Path) -> Journeys:
    """Read the emergency-department log: start and complete of each activity instance."""
    names = ["handling", "patient", "time", "registration_type", "handling_id"]
    return tp.from_columns(
        columns_of(logs / "patients.csv.gz", names),
        journey="patient",
        time="time",
        touchpoint="handling",
        lifecycle="registration_type",
        instance="handling_id",
    )


def test_the_printed_idle_minutes(patients: Journeys) -> None:
    """Performance maps, `idle_time`: mean minutes from the end of source to the start of target."""
    found = tp.paths.idle_times(patients)
    minutes = {edge: mean / 60 for edge, mean in found.as_dict().items()}
    triage, discuss = "Triage and Assessment", "Discuss Results"
    expected = {
        ("Registration", triage): 775.19,
        (triage, "Blood test"): 3030.52,
        (triage, "X-Ray"): 3173.28,
        ("Blood test", "MRI SCAN"): 1524.19,
        ("MRI SCAN", discuss): 1281.65,
        ("X-Ray", discuss): 1723.77,
        (discuss, "Check-out"): 1893.83,
    }
    assert expected == pytest.approx({edge: minutes[edge] for edge in expected}, abs=0.005)
    assert found.without_end.sum() == 0


def test_the_printed_processing_minutes(patients: Journeys) -> None:
    """Performance maps, `processing_time`: mean minutes of each activity."""
    found = tp.paths.processing_times(patients)
    expected = {
        "Registration": 165.23,
        "Triage and Assessment": 786.33,
        "X-Ray": 290.76,
        "Blood test": 332.15,
        "MRI SCAN": 248.99,
        "Discuss Results": 166.55,
        "Check-out": 123.77,
    }
    minutes = {key: mean / 60 for key, mean in found.as_dict().items()}
    assert expected == pytest.approx(minutes, abs=0.005)
    assert found.count.sum() == 2_721
    assert (found.ends_before_starts, found.without_end.sum()) == (0, 0)


def test_the_printed_throughput_weeks(logs: Path) -> None:
    """Throughput time of the road-traffic fines, in weeks; the longest case is A1280."""
    journeys = tp.from_columns(
        columns_of(logs / "traffic_fines.csv.gz", ["activity", "case_id", "timestamp"]),
        journey="case_id",
        time="timestamp",
        touchpoint="activity",
    )
    found = tp.paths.throughput_times(journeys)
    weeks = {name: getattr(found, name)[0] / WEEK for name in ("q1", "median", "mean", "q3", "max")}
    assert weeks == pytest.approx(
        {"q1": 1, "median": 17.85714, "mean": 42.30501, "q3": 85.14286, "max": 279.4286}, rel=1e-6
    )
    assert found.count.tolist() == [10_000]
    each = tp.paths.journey_times(journeys)
    assert each.journey[each.throughput.argmax()] == "A1280"
