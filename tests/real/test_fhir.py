"""Synthea's FHIR resources as a bulk export: patients, classes, order of instants (A4, B38)."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import touchpoints as tp
from tests.example_scripts import load
from tests.house_rules import ROOT

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def folder(logs: Path) -> Path:
    """Return the folder of the export."""
    return logs / "fhir10"


@pytest.fixture(scope="module")
def encounters(folder: Path) -> list[dict]:
    """Return the encounters as they stand in their file."""
    with gzip.open(folder / "Encounter.000.ndjson.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_every_encounter_is_read(folder: Path) -> None:
    """1,215 encounters of 13 patients, by class as published."""
    journeys = tp.sources.fhir(folder / "Encounter.000.ndjson.gz")

    assert len(journeys) == 13
    assert Counter(journeys.per_interaction["class"].to_list()) == {
        "AMB": 1133, "IMP": 49, "EMER": 23, "HH": 9, "VR": 1,
    }  # fmt: skip
    assert journeys.finished.all()
    assert journeys.meta.report.dropped == 0


def test_times_are_in_order_across_changing_offsets(folder: Path, encounters: list[dict]) -> None:
    """The order of each patient is that of the instants, of summer and winter alike."""
    journeys = tp.sources.fhir(folder / "Encounter.000.ndjson.gz")
    offsets: set[str] = set()
    for journey in journeys:
        own = [one for one in encounters if one["subject"]["reference"] == journey.id]
        starts = [dt.datetime.fromisoformat(one["period"]["start"]) for one in own]
        order = sorted(range(len(own)), key=starts.__getitem__)
        ids = [f"Encounter/{own[place]['id']}" for place in order]
        instants = [starts[place].astimezone(dt.UTC).replace(tzinfo=None) for place in order]

        assert journey.times.tolist() == instants
        assert (
            list(journeys.per_interaction["event_id"].to_list()[slice_of(journeys, journey)]) == ids
        )
        offsets |= {own[place]["period"]["start"][-6:] for place in order}
    assert {"-04:00", "-05:00"} <= offsets


def slice_of(journeys: tp.Journeys, journey: tp.Journey) -> slice:
    """Return the rows of a journey."""
    place = journeys.ids.tolist().index(journey.id)
    return slice(int(journeys.offsets[place]), int(journeys.offsets[place + 1]))


def test_ends_are_those_of_the_periods(folder: Path, encounters: list[dict]) -> None:
    """The total duration is the sum of the periods."""
    journeys = tp.sources.fhir(folder / "Encounter.000.ndjson.gz")
    parse = dt.datetime.fromisoformat
    total = sum(
        (parse(one["period"]["end"]) - parse(one["period"]["start"]) for one in encounters),
        dt.timedelta(),
    )

    assert (journeys.ends - journeys.times).sum().item() == total


def test_a_folder_holds_encounters_patients_and_immunizations(folder: Path) -> None:
    """161 immunizations come after the encounter that they belong to, and patients are facts."""
    journeys = tp.sources.fhir(folder)
    kinds = journeys.per_interaction["resource"].to_list()

    assert Counter(kinds) == {"Encounter": 1215, "Immunization": 161}
    assert set(journeys.per_journey["gender"].categories) == {"female", "male"}
    own = journeys.per_interaction["encounter"].to_list()
    before: set[str] = set()
    for kind, encounter in zip(kinds, own, strict=True):
        if kind == "Encounter":
            before.add(encounter)
        else:
            assert encounter in before


def test_encounters_are_journeys_with_their_immunizations(folder: Path) -> None:
    """Each of 1,215 encounters is a journey."""
    journeys = tp.sources.fhir(folder, journey="encounter")

    assert len(journeys) == 1215
    assert len(journeys.codes) == 1376
    assert len(set(journeys.persons.tolist())) == 13


def test_the_rules_of_the_worked_case_type_what_is_read(folder: Path, logs: Path) -> None:
    """B38: the same types as of the columns that the worked case makes by hand."""
    patient = tp.load_taxonomy("patient")
    text = (ROOT / "docs" / "examples" / "fhir_rules.toml").read_text(encoding="utf-8")
    rules = tp.classify.rules(tomllib.loads(text.replace("kind", "name")), taxonomy=patient)
    path = folder / "Encounter.000.ndjson.gz"
    journeys = tp.sources.fhir(path, touchpoint=rules, taxonomy=patient)
    by_hand = load("clinical").encounters(path).journeys(patient)

    seen, expected = (
        Counter(touchpoint.type for journey in log for touchpoint in journey.touchpoints)
        for log in (journeys, by_hand)
    )
    assert seen == expected
    assert len(seen) == 7
