"""Variants and transitions of real logs, against what bupaR's documentation prints."""

from __future__ import annotations

import polars as pl
import pytest

import touchpoints as tp

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def patients(logs):
    """Read the emergency department: start events only."""
    frame = pl.read_csv(logs / "patients.csv.gz").filter(pl.col("registration_type") == "start")
    return tp.from_frame(frame, journey="patient", time="time", touchpoint="handling")


@pytest.fixture(scope="module")
def fines(logs):
    """Read the traffic fines: days, so that ties keep the order of the file."""
    frame = pl.read_csv(logs / "traffic_fines.csv.gz", infer_schema_length=None)
    return tp.from_frame(
        frame, journey="case_id", time="timestamp", touchpoint="activity", lifecycle="lifecycle"
    )


def printed(file):
    """Return the edges of a printed graph with their counts, terminals named as here."""
    names = {"Start": "(start)", "End": "(end)"}
    return {
        (names.get(row["from"], row["from"]), names.get(row["to"], row["to"])): row["absolute"]
        for row in pl.read_csv(file).to_dicts()
    }


def counted(journeys):
    """Return the edges that were found with their counts."""
    table = tp.paths.transitions(journeys)
    return dict(
        zip(zip(table.source, table.target, strict=True), table.count.tolist(), strict=True)
    )


def test_the_variants_of_patients_are_the_printed_ones(patients) -> None:
    """7 variants: 258, 234, 2, 2, 2, 1, 1 of 500 patients (bupaR documentation)."""
    table = tp.paths.variants(patients)

    assert [258, 234, 2, 2, 2, 1, 1] == table.journeys.tolist()
    assert 500 == table.journeys.sum()
    assert "X-Ray" in table.variant[0]


def test_the_variants_of_traffic_fines_are_the_printed_ones(fines) -> None:
    """44 variants, the printed top ten, and five that cover 95 % of 10,000 cases."""
    table = tp.paths.variants(fines)

    assert 44 == len(table)
    assert [3428, 3273, 1890, 758, 250, 151, 78, 37, 24, 13] == table.journeys[:10].tolist()
    assert 9599 == table.journeys[:5].sum()
    assert table.cumulative[3] < 0.95 < table.cumulative[4]


def test_the_transitions_of_patients_are_the_printed_ones(patients, logs) -> None:
    """The 13 edges of bupaR's map of the emergency department, start and end included."""
    edges = printed(logs / "published_dfg_patients.csv")

    assert 13 == len(edges)
    assert edges == counted(patients)


def test_the_transitions_of_traffic_fines_are_the_printed_ones(fines, logs) -> None:
    """All 47 edges of bupaR's process matrix, and no other."""
    edges = printed(logs / "published_dfg_traffic_fines.csv")

    assert 47 == len(edges)
    assert edges == counted(fines)


def test_the_journeys_behind_an_edge_of_patients(patients) -> None:
    """Triage directly followed by the blood test keeps the variants 234, 2, 1."""
    through = tp.journeys_through(patients, "Triage and Assessment", "Blood test")

    assert [234, 2, 1] == tp.paths.variants(through).journeys.tolist()
    assert 492 == len(tp.journeys_through(patients, "Check-out", "(end)"))
