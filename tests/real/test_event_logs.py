"""Real logs written as event logs and read back: equal, with the published graphs (A4, B38)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import touchpoints as tp
from tests.real.test_dfg import columns_of, published, rows_of, weights
from touchpoints.journeys.model import first_difference

pytestmark = pytest.mark.real

WAYS = {
    "log.xes": (tp.sources.write_xes, tp.sources.xes, {}),
    "log.xes.gz": (tp.sources.write_xes, tp.sources.xes, {}),
    "log.jsonocel": (tp.sources.write_ocel, tp.sources.ocel, {"object_type": "journey"}),
}


def patients(logs: Path) -> tp.Journeys:
    """Read the emergency-department log with starts and completes."""
    rows = rows_of(logs / "patients.csv.gz")
    names = ["handling", "patient", "time", "employee", "handling_id", "registration_type"]
    return tp.from_columns(
        columns_of(rows, names),
        journey="patient",
        time="time",
        touchpoint="handling",
        lifecycle="registration_type",
        instance="handling_id",
        per_interaction=["employee"],
    )


def traffic_fines(logs: Path) -> tp.Journeys:
    """Read the log of road-traffic fines with all that it says."""
    rows = rows_of(logs / "traffic_fines.csv.gz")
    names = [one for one in rows[0] if one not in {"activity", "case_id", "timestamp"}]
    return tp.from_columns(
        columns_of(rows, ["activity", "case_id", "timestamp", *names]),
        journey="case_id",
        time="timestamp",
        touchpoint="activity",
        per_interaction=names,
    )


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize(
    ("log", "file", "journeys"),
    [
        (patients, "published_dfg_patients.csv", 500),
        (traffic_fines, "published_dfg_traffic_fines.csv", 10_000),
    ],
)
def test_a_real_log_is_the_same_after_writing(
    logs: Path,
    tmp_path: Path,
    log: Callable[[Path], tp.Journeys],
    file: str,
    journeys: int,
    name: str,
) -> None:
    """Every column, and every edge of the graph that the documentation prints."""
    write, read, options = WAYS[name]
    given = log(logs)
    write(given, tmp_path / name)
    back = read(tmp_path / name, **options)

    assert first_difference(given, back) == ""
    assert published(logs / file) == weights(tp.transition_graph(back))
    assert len(back) == journeys


def test_the_patients_as_other_tools_write_them(logs: Path, tmp_path: Path) -> None:
    """Rows of start and complete by hand: joined by instance, as many as were published."""
    cases: dict[str, list[str]] = {}
    for row in rows_of(logs / "patients.csv.gz"):
        time = row["time"].replace(" ", "T")
        cases.setdefault(row["patient"], []).append(
            f'<event><string key="concept:name" value="{row["handling"]}"/>'
            f'<string key="concept:instance" value="{row["handling_id"]}"/>'
            f'<string key="lifecycle:transition" value="{row["registration_type"]}"/>'
            f'<date key="time:timestamp" value="{time}"/></event>'
        )
    traces = "".join(
        f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'
        for name, events in cases.items()
    )
    path = tmp_path / "patients.xes"
    path.write_text(f"<log>{traces}</log>", encoding="utf-8")
    journeys = tp.sources.xes(path)

    assert (len(journeys), len(journeys.codes)) == (500, 2_721)
    assert journeys.meta.report.paired == 2_721
    graph = weights(tp.transition_graph(journeys))
    assert graph == published(logs / "published_dfg_patients.csv")
    expected = patients(logs)
    begun = zip(expected.ids.tolist(), expected.times[expected.offsets[:-1]], strict=True)
    assert sorted(begun) == sorted((one.id, one.times[0]) for one in journeys)
