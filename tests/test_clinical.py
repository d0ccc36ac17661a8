"""Clinical and non-clinical touchpoints in appointments, claims, messages and encounters (B38)."""

from __future__ import annotations

from collections import Counter

import pytest

import touchpoints as tp
from tests.example_scripts import EXAMPLES, load


@pytest.fixture(scope="module")
def patient():
    """Return the built-in taxonomy of patients."""
    return tp.load_taxonomy("patient")


@pytest.fixture(scope="module")
def office(patient):
    """Return the appointments, claims and portal messages."""
    return load("clinical").office_records(patient)


def test_both_kinds_are_in_the_records(office, patient) -> None:
    """By the rules as by the labels each kind of record but claims is of both kinds (B38)."""
    labelled = Counter((row["record"], row["clinicality"]) for row in office.events)
    assert {"clinical", "non_clinical"} == {kind for _, kind in labelled if kind}
    assert 0 == labelled["claim", "clinical"]
    assert min(labelled["appointment", kind] for kind in ("clinical", "non_clinical")) > 5
    assert min(labelled["message", kind] for kind in ("clinical", "non_clinical")) > 4

    kinds = Counter(
        one.clinicality for journey in office.journeys(patient) for one in journey.touchpoints
    )
    assert {"clinical", "non_clinical"} == set(kinds)


def test_the_rules_agree_with_the_labels(office, patient) -> None:
    """41 of 44 records are as labelled by hand, far beyond chance; the types in 40 (B38)."""
    found = office.agreements(patient)

    assert round(41 / 44, 6) == round(found["clinicality"].share, 6)
    assert found["clinicality"].kappa_low > 0.7
    assert 40 / 44 == pytest.approx(found["type"].share)
    assert found["type"].kappa_low > 0.8


def test_an_evaluation_says_the_same_as_the_agreement(office, patient) -> None:
    """Kappa and the share of records as labelled do not depend on who asks (B38)."""
    pairs = [
        (row, {"clinicality": row["clinicality"] or None, "type": row["type"] or None})
        for row in office.events
    ]
    table = tp.classify.evaluate_classifier(
        office.classifier(patient), pairs, taxonomy=patient
    ).facets
    found = office.agreements(patient)

    for row in table.to_dicts():
        assert found[row["facet"]].kappa == pytest.approx(row["kappa"])
        assert found[row["facet"]].share == pytest.approx(row["right"])


def test_an_appointment_that_was_missed_is_no_touchpoint(office, patient) -> None:
    """Nothing happened to the patient: no type, and the report counts it (B38)."""
    missed = next(row for row in office.events if row["status"] == "noshow")

    assert office.classifier(patient)(missed) is None
    assert 1 == office.journeys(patient).meta.report.unmatched


def test_a_clinician_makes_a_message_clinical(office, patient) -> None:
    """The same words from the patient are not a medical service (B38)."""
    rules = office.classifier(patient)
    said = {"record": "message", "status": "sent", "text": "Is a lower dose enough?"}

    answers = [rules({**said, "via": via}) for via in ("patient", "clinician")]
    kinds = [tp.classify.Verdict() if isinstance(one, str) else one for one in answers]
    assert [None, "clinical"] == [one.facets.get("clinicality") for one in kinds]


@pytest.mark.parametrize(
    ("code", "kind", "type_", "channel"),
    [
        ("AMB", "Encounter for problem", "pt_consultation", "clinic"),
        ("AMB", "Well child visit (procedure)", "pt_screening", "clinic"),
        ("AMB", "Follow-up encounter", "pt_follow_up_visit", "clinic"),
        ("AMB", "Administration of vaccine", "pt_vaccination", "clinic"),
        ("SS", "Surgical day care", "pt_consultation", "clinic"),
        ("EMER", "Emergency room admission", "pt_consultation", "emergency_dept"),
        ("IMP", "Hospital admission", "pt_admission", "ward"),
        ("ACUTE", "Hospital admission", "pt_admission", "ward"),
        ("OBSENC", "Observation", "pt_admission", "ward"),
        ("HH", "Home visit", "pt_home_visit", "home_care"),
        ("VR", "Follow-up encounter", "pt_telehealth", "telehealth"),
    ],
)
def test_the_class_of_an_encounter_says_where(patient, code, kind, type_, channel) -> None:
    """Each FHIR class leads to the channel that carries its code, and to a clinical type (B38)."""
    journeys = tp.from_records(
        [{"patient": "7", "start": "2026-03-02T10:00", "class": code, "kind": kind}],
        journey="patient",
        time="start",
        touchpoint=tp.classify.rules(EXAMPLES / "fhir_rules.toml", taxonomy=patient),
        taxonomy=patient,
    )
    one = journeys[0].touchpoints[0]

    assert (type_, channel, "clinical") == (one.type, one.channel, one.clinicality)
    carried = patient.facets["channel"].terms[channel].attributes["fhir"]
    assert carried == code or code in {"SS", "ACUTE", "OBSENC"}


def test_an_encounter_of_another_class_is_left_alone(patient) -> None:
    """A class without a rule is not guessed at (B38)."""
    rules = tp.classify.rules(EXAMPLES / "fhir_rules.toml", taxonomy=patient)
    assert rules({"class": "PRENC", "kind": "Pre-admission"}) is None
    assert rules({"class": None, "kind": "Encounter for problem"}) is None
