"""Clinical and non-clinical touchpoints in a hospital's log and in FHIR encounters (B38)."""

from __future__ import annotations

from collections import Counter

import pytest

import touchpoints as tp
from tests.example_scripts import load, printed, shown

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def script(logs):
    """Return the script, where its logs are."""
    return load("clinical")


@pytest.fixture(scope="module")
def patient():
    """Return the built-in taxonomy of patients."""
    return tp.load_taxonomy("patient")


@pytest.fixture(scope="module")
def department(script, logs):
    """Return the emergency department's log."""
    return script.emergency_department(logs / "patients.csv.gz")


@pytest.fixture(scope="module")
def encounters(script, logs):
    """Return the encounters."""
    return script.encounters(logs / "fhir10" / "Encounter.000.ndjson.gz")


def happened(source, patient):
    """Return every interaction's touchpoint."""
    return [one for journey in source.journeys(patient) for one in journey.touchpoints]


def test_registration_and_check_out_are_not_clinical(department, patient) -> None:
    """500 registrations and 492 check-outs of 2,721 activities; all else is clinical (B38)."""
    seen = happened(department, patient)

    assert {"clinical": 1729, "non_clinical": 992} == Counter(one.clinicality for one in seen)
    assert {"pt_registration": 500, "pt_check_out": 492} == Counter(
        one.type for one in seen if one.clinicality == "non_clinical"
    )


def test_a_lens_of_clinicality_keeps_what_happened(department, patient) -> None:
    """Of the published edges, 500 lead into care, 492 out of it, and 1,229 stay in it (B38)."""
    seen = tp.collapse(department.journeys(patient), "clinicality")
    steps = tp.paths.transitions(seen)
    counts = dict(zip(zip(steps.source, steps.target, strict=True), steps.count, strict=True))
    shown = tp.paths.presence(seen)

    assert {"clinical": 1729, "non_clinical": 992} == dict(
        zip(shown.touchpoint.tolist(), shown.occurrences.tolist(), strict=True)
    )
    assert counts["non_clinical", "clinical"] == 500
    assert counts["clinical", "non_clinical"] == 492
    assert counts["clinical", "clinical"] == 261 + 259 + 237 + 236 + 236
    ends = dict(zip(shown.touchpoint.tolist(), shown.ends.tolist(), strict=True))
    assert ends == {"clinical": 3 + 2 + 2 + 1, "non_clinical": 492}


def test_every_activity_is_as_labelled_by_hand(department, patient) -> None:
    """The rules and the labels agree on all 2,721 activities (B38)."""
    found = department.agreements(patient)["clinicality"]

    assert 2721 == found.events.sum()
    assert (1.0, 1.0) == (found.share, found.kappa)


def test_encounters_are_where_their_class_says(encounters, patient) -> None:
    """1,133 ambulatory, 49 inpatient, 23 emergency, 9 at home and 1 virtual encounter (B38)."""
    places = Counter(one.channel for one in happened(encounters, patient))

    assert {
        "clinic": 1133,
        "ward": 49,
        "emergency_dept": 23,
        "home_care": 9,
        "telehealth": 1,
    } == places


def test_encounters_are_all_taken_for_clinical(encounters, patient) -> None:
    """Only three death certificates are labelled otherwise, and kappa sees through it (B38)."""
    found = encounters.agreements(patient)["clinicality"]

    assert [(3, "non_clinical", "clinical")] == [
        (row["events"], row["first"], row["second"]) for row in found.disagreements()
    ]
    assert found.share > 0.99
    assert 0 == pytest.approx(found.kappa, abs=1e-12)


def test_hospital_logs_under_record_what_is_not_clinical(
    script, department, encounters, patient
) -> None:
    """Of 16 non-clinical types the log has two, the encounters none, office records eight (B38)."""
    around = set(script.types_around_care(patient)["non_clinical"])
    counts = [
        len(around & {one.type for one in happened(source, patient)})
        for source in (department, encounters, script.office_records(patient))
    ]

    assert 16 == len(around)
    assert [2, 0, 8] == counts


def test_the_page_shows_what_the_script_prints(script, logs) -> None:
    """docs/clinical.md shows the output letter by letter."""
    assert shown("clinical.md", "clinical").strip() == printed(script, logs).strip()
