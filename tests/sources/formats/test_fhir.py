"""Resources of FHIR: patients, versions, statuses, times of changing offsets (A4, B38)."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.sources import story
from tests.sources.story import Contact

FIXTURE = Path(__file__).parent / "data" / "patients.ndjson"
MIA, TOM = "Patient/mia", "Patient/tom"
PATIENTS = [
    [
        Contact(MIA, "2026-03-29T00:30:00", "Encounter.EMER"),  # before the clocks changed
        Contact(MIA, "2026-03-29T03:20:00", "Appointment.booked"),
        Contact(MIA, "2026-03-29T18:00:00", "QuestionnaireResponse"),
        Contact(MIA, "2026-03-30T07:05:00", "Follow-up visit"),
        Contact(MIA, "2026-03-30T07:05:00", "Tetanus and diphtheria"),
        Contact(MIA, "2026-04-08T00:00:00", "Removal of suture"),
        Contact(MIA, "2026-04-10T12:00:00", "Claim.professional"),
    ],
    [Contact(TOM, "2026-03-31T10:00:00", "Appointment.noshow")],
]


def lines() -> list[dict[str, Any]]:
    """Return the resources of the fixture."""
    return [json.loads(line) for line in FIXTURE.read_text(encoding="utf-8").splitlines()]


def encounter(id_: object = "1", **more: Any) -> dict[str, Any]:
    """Return an encounter of Mia."""
    return {
        "resourceType": "Encounter",
        "id": id_,
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": MIA},
        "period": {"start": "2026-03-02T10:00:00+01:00"},
        **more,
    }


def names(journeys: tp.Journeys) -> list[tuple[str, ...]]:
    """Return the keys of each journey."""
    return [one.keys for one in journeys]


def test_the_story_is_read() -> None:
    """A4, B38: six kinds of resources of a patient, in the order of instants."""
    journeys = tp.sources.fhir(FIXTURE)

    assert story.told(journeys) == story.expected(PATIENTS)
    assert journeys.finished.tolist() == [False, True]  # Mia has another appointment
    assert journeys.meta.timezone == "UTC"
    kept = journeys.per_interaction
    assert kept["class"].to_list() == ["EMER", None, None, "AMB", None, None, None, None]
    assert kept["reason"].to_list()[3] == "Cut on the hand"
    assert kept["provider"].to_list()[:6] == [
        None, "Dr Ruiz", None, "North clinic", None, "Practitioner/p1",
    ]  # fmt: skip
    assert kept["code"].to_list()[2:7] == [
        "before-visit", "390906007", "113", None, "professional",
    ]  # fmt: skip
    assert kept["event_id"].to_list()[3:5] == ["Encounter/e1", "Immunization/i1"]
    assert (journeys.ends - journeys.times)[3] == np.timedelta64(35, "m")
    assert journeys.per_journey["gender"].to_list() == ["female", None]
    assert journeys.per_journey["birth_year"][0] == 1984
    assert np.isnan(journeys.per_journey["birth_year"][1])


def test_what_is_no_interaction_is_counted() -> None:
    """Plans, what was cancelled, other types, and the appointment of an encounter."""
    report = tp.sources.fhir(FIXTURE).meta.report

    assert report.left_out_reasons == {
        "a resource of type Observation": 1,
        "a plan: a resource that is planned, booked, proposed or a draft": 1,
        "a resource that was cancelled": 1,
        "an appointment whose encounter is in the source": 1,
    }
    assert report.noted == {"times that only name a day, read as its first instant in UTC": 1}


def test_a_bundle_reads_as_its_resources(tmp_path: Path) -> None:
    """References by urn:uuid name what stands beside them; a Bundle of several lines is a file."""
    urns = {f"{one['resourceType']}/{one['id']}": f"urn:uuid:{n}" for n, one in enumerate(lines())}
    text = json.dumps(lines())
    for key, urn in urns.items():
        text = text.replace(f'"reference": "{key}"', f'"reference": "{urn}"')
    entries = [
        {"fullUrl": urn, "resource": one}
        for urn, one in zip(urns.values(), json.loads(text), strict=True)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    (tmp_path / "bundle.json").write_text(json.dumps(bundle, indent=1), encoding="utf-8")

    for source in (bundle, [bundle], tmp_path / "bundle.json"):
        journeys = tp.sources.fhir(source)
        assert story.told(journeys) == story.expected(PATIENTS)


def test_files_and_folders_are_read_in_any_order(tmp_path: Path) -> None:
    """At one time an encounter is before what happened in it, whichever file is first."""
    (tmp_path / "README.txt").write_text("no resources")
    for number, one in enumerate(reversed(lines())):
        whole = gzip.compress(json.dumps(one).encode())
        (tmp_path / f"{number:02}.ndjson.gz").write_bytes(whole)
    paths = sorted(tmp_path.glob("*.gz"), reverse=True)

    for source in (tmp_path, str(tmp_path), paths, lines()[::-1], iter(lines())):
        journeys = tp.sources.fhir(source)
        assert sorted(story.told(journeys)) == sorted(story.expected(PATIENTS))


def test_encounters_are_journeys() -> None:
    """What happened in them belongs to them, and what names no encounter is in none."""
    journeys = tp.sources.fhir(FIXTURE, journey="encounter")

    found = dict(zip(journeys.ids.tolist(), names(journeys), strict=True))
    assert found == {
        "Encounter/e1": ("Follow-up visit", "Tetanus and diphtheria", "Claim.professional"),
        "Encounter/e0": ("Encounter.EMER",),
    }
    assert journeys.finished.all()  # a plan is no part of an encounter
    assert journeys.meta.report.without_journey == 4


def test_clinical_and_non_clinical_touchpoints_are_told_apart() -> None:
    """B38: rules on the kept columns type them in the taxonomy of patients."""
    taxonomy = tp.load_taxonomy("patient")
    rules = tp.classify.rules(
        {
            "rule": [
                {"when": {"name": "Appointment.booked"}, "type": "pt_booking"},
                {"when": {"resource": "Claim"}, "type": "pt_billing"},
                {"when": {"resource": "QuestionnaireResponse"}, "type": "pt_survey"},
                {"when": {"resource": "Immunization"}, "type": "pt_vaccination"},
                {"when": {"resource": "Procedure"}, "type": "pt_procedure"},
                {"when": {"resource": "Encounter"}, "type": "pt_consultation"},
            ]
        },
        taxonomy=taxonomy,
    )
    journeys = tp.sources.fhir(FIXTURE, touchpoint=rules, taxonomy=taxonomy, unmatched="keep")

    assert [one.clinicality for one in journeys[0].touchpoints] == [
        "clinical", "non_clinical", "non_clinical", "clinical", "clinical", "clinical",
        "non_clinical",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "key", "finished"),
    [
        ("finished", "Encounter.AMB", True),
        ("unknown", "Encounter.AMB", True),
        ("in-progress", "Encounter.AMB", False),
        ("arrived", "Encounter.AMB", False),
        ("planned", None, False),
        ("cancelled", None, True),
        ("entered-in-error", None, True),
    ],
)
def test_the_status_says_whether_it_happened(status: str, key: str | None, finished: bool) -> None:
    """Encounter.status: what is not over goes on, what did not happen is left out."""
    earlier = encounter("0", period={"start": "2026-03-01T10:00:00Z"})
    journeys = tp.sources.fhir([earlier, encounter(status=status)])

    assert names(journeys) == [("Encounter.AMB",) + ((key,) if key else ())]
    assert journeys.finished.tolist() == [finished]
    assert journeys.meta.report.left_out == (key is None)


def test_the_last_version_of_a_resource_holds() -> None:
    """By lastUpdated, then versionId, then position; what was taken back is gone."""
    versions = [
        encounter("a", meta={"versionId": "10"}, type=[{"text": "tenth"}]),
        encounter("a", meta={"versionId": "9"}, type=[{"text": "ninth"}]),
        encounter("b", meta={"lastUpdated": "2026-03-03T00:00:00Z"}, type=[{"text": "new"}]),
        encounter("b", meta={"lastUpdated": "2026-03-02T23:00:00-02:00"}, type=[{"text": "newer"}]),
        encounter("c", type=[{"text": "first"}]),
        encounter("c", type=[{"text": "second"}]),
        encounter("d", meta={"versionId": "1"}),
        encounter("d", meta={"versionId": "2"}, status="entered-in-error"),
        encounter("e", meta={"versionId": "2"}),
        encounter("e", meta={"versionId": "1"}, status="planned"),
    ]
    journeys = tp.sources.fhir(versions)

    assert set(names(journeys)[0]) == {"tenth", "newer", "second", "Encounter.AMB"}
    assert len(journeys.codes) == 4
    assert journeys.finished.all()  # e was planned once, and took place
    assert journeys.meta.report.left_out_reasons == {
        "an older version of a resource": 5,
        "a resource that was entered in error": 1,
    }


def test_a_history_begins_with_the_newest() -> None:
    """Without meta, position says which is new; a deletion takes a resource away."""
    entries = [
        {"request": {"method": "DELETE", "url": "Encounter/2"}},
        {"resource": encounter("1", type=[{"text": "new"}])},
        {"resource": encounter("1", type=[{"text": "old"}])},
        {"resource": encounter("2")},
        {"response": {"status": "200"}},
    ]
    journeys = tp.sources.fhir({"resourceType": "Bundle", "type": "history", "entry": entries})

    assert names(journeys) == [("new",)]
    assert journeys.meta.report.left_out_reasons == {
        "an older version of a resource": 2,
        "a resource that was deleted later": 1,
        "an entry of a Bundle without a resource": 1,
    }


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026", "2026-01-01T00:00:00", "2026-12-31T23:59:59.999999"),
        ("2026-02", "2026-02-01T00:00:00", "2026-02-28T23:59:59.999999"),
        ("2024-12", "2024-12-01T00:00:00", "2024-12-31T23:59:59.999999"),
        ("2026-03-02", "2026-03-02T00:00:00", "2026-03-02T23:59:59.999999"),
        ("9999", "9999-01-01T00:00:00", "9999-12-31T23:59:59.999999"),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00", "2026-03-02T08:00:00"),
        ("2026-03-02T10:00:00.123Z", "2026-03-02T10:00:00.123", "2026-03-02T10:00:00.123"),
    ],
)
def test_partial_dates_are_read_and_counted(written: str, first: str, last: str) -> None:
    """The start of a period is its first instant, the end its last."""
    journeys = tp.sources.fhir([encounter(period={"start": written, "end": written})])

    assert journeys.times[0] == np.datetime64(first, "us")
    assert journeys.ends[0] == np.datetime64(last, "us")
    assert sum(journeys.meta.report.noted.values()) == (0 if "T" in written else 2)


def test_times_without_an_offset_are_counted() -> None:
    """FHIR forbids them, and exports have them."""
    journeys = tp.sources.fhir([encounter(period={"start": "2026-03-02T10:00:00"})])

    assert journeys.times[0] == np.datetime64("2026-03-02T10:00:00")
    assert journeys.meta.report.noted == {"times without an offset, which are read as UTC": 1}


@pytest.mark.parametrize(
    ("subject", "person"),
    [
        ({"reference": "Patient/mia/_history/3"}, "Patient/mia"),
        ({"reference": "https://ehr.example/fhir/Patient/mia"}, "https://ehr.example/fhir/Patient/mia"),
        ({"reference": "urn:uuid:5"}, "urn:uuid:5"),
        ({"reference": "Patient?identifier=https://x.example/Mrn|7"},
         "Patient?identifier=https://x.example/Mrn|7"),
        ({"identifier": {"system": "https://x.example/Mrn/", "value": 7}}, "https://x.example/Mrn/|7"),
    ],
)  # fmt: skip
def test_references_name_the_patient(subject: dict[str, Any], person: str) -> None:
    """As written, without the version."""
    assert tp.sources.fhir([encounter(subject=subject)]).ids.tolist() == [person]


def test_appointments_without_an_encounter_are_contacts() -> None:
    """A cancelled one was booked all the same; group appointments are counted."""
    people = [{"actor": {"reference": one}} for one in ("Location/1", MIA, TOM)]
    shared = {"resourceType": "Appointment", "start": "2026-03-05T09:00:00Z", "participant": people}
    rows = [
        {**shared, "id": "1", "status": "fulfilled"},
        {**shared, "id": "2", "status": "cancelled", "created": "2026-03-01"},
        {**shared, "id": "3", "status": "entered-in-error", "created": "2026-03-01"},
    ]
    journeys = tp.sources.fhir(rows)

    assert journeys.ids.tolist() == [MIA]
    assert names(journeys) == [("Appointment.booked", "Appointment")]
    assert journeys.per_interaction["provider"].to_list() == ["Location/1"] * 2
    assert journeys.meta.report.noted["appointments of several patients, read as the first one's"]


def test_what_is_about_no_patient_is_counted() -> None:
    """A group, and nobody."""
    rows = [encounter("1"), encounter("2", subject={"reference": "Group/4"})]
    rows += [encounter("3", subject=None), encounter("4", subject={"reference": "#contained"})]
    report = tp.sources.fhir(rows).meta.report

    assert report.left_out == 1
    assert report.without_journey == 2


def test_a_resource_without_a_time_is_counted() -> None:
    """Procedures can be timed in words."""
    procedure = {
        "resourceType": "Procedure",
        "status": "completed",
        "subject": {"reference": MIA},
        "performedString": "in childhood",
    }
    journeys = tp.sources.fhir([encounter(), procedure])

    assert journeys.meta.report.without_time == 1
    assert names(journeys) == [("Encounter.AMB",)]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no type": ({"resourceType": None}, "a record has no resourceType"),
    "type of no kind": ({"resourceType": {}}, "resourceType must be text"),
    "time in words": ({"period": {"start": "yesterday"}}, r"period\.start must be a date or time"),
    "no such day": ({"period": {"start": "2026-02-30"}}, r"period\.start must be a date or time"),
    "no such month": ({"period": {"end": "2026-13"}}, r"period\.end must be a date or time"),
    "year nought": ({"period": {"start": "0000"}}, r"period\.start must be a date or time"),
    "month nought": ({"period": {"start": "2026-00"}}, r"period\.start must be a date or time"),
    "a number": ({"period": {"start": 1772442000}}, r"period\.start must be a date or time"),
    "text as subject": ({"subject": MIA}, "subject must be a Reference"),
    "status of no kind": ({"status": ["finished"]}, "status must be text"),
    "bad version": ({"meta": {"lastUpdated": "then"}}, "lastUpdated must be a date or time"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_resource_that_cannot_be_read_is_refused_or_counted(bad: str) -> None:
    """The message says which element, and where."""
    change, says = BAD[bad]
    rows = [encounter("1"), {**encounter("2"), **change}]

    with pytest.raises(tp.errors.InvalidInputError, match=says) as error:
        tp.sources.fhir(rows)
    assert "record 1" in str(error.value)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 resource cannot be read"):
        journeys = tp.sources.fhir(rows, on_error="skip")
    assert len(journeys.codes) == 1


@pytest.mark.parametrize("change", [{"period": "2026"}, {"class": "AMB"}, {"type": "visit"}])
def test_elements_of_another_shape_are_missing(change: dict[str, Any]) -> None:
    """Where an object should be and none is, there is nothing to read."""
    journeys = tp.sources.fhir([encounter("1"), {**encounter("2"), **change}])

    assert journeys.meta.report.without_time == ("period" in change)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """Cut off, no JSON, a folder without resources, entries of no kind; nothing is no error."""
    line = json.dumps(encounter()).encode()
    (tmp_path / "cut.ndjson").write_bytes(gzip.compress(line * 9)[:-9])
    (tmp_path / "half.ndjson").write_bytes(line + b"\n" + line[:40] + b"\n")
    (tmp_path / "array.ndjson").write_bytes(b"[" + line + b"]")
    (tmp_path / "none").mkdir()
    (tmp_path / "empty.ndjson").touch()

    with pytest.raises(tp.errors.InvalidInputError, match="cut off or damaged"):
        tp.sources.fhir(tmp_path / "cut.ndjson")
    with pytest.raises(tp.errors.InvalidInputError, match="not JSON") as error:
        tp.sources.fhir([tmp_path / "array.ndjson", tmp_path / "half.ndjson"])
    assert "line 2" in str(error.value)
    with pytest.raises(tp.errors.NotFoundError, match="no file of resources"):
        tp.sources.fhir(tmp_path / "none")
    with pytest.raises(tp.errors.NotFoundError, match="does not exist"):
        tp.sources.fhir(tmp_path / "nowhere.ndjson")
    with pytest.raises(tp.errors.InvalidInputError, match="must be a list of objects"):
        tp.sources.fhir({"resourceType": "Bundle", "entry": [3]})
    assert len(tp.sources.fhir(tmp_path / "empty.ndjson")) == 0
    assert len(tp.sources.fhir({"resourceType": "Bundle"})) == 0
    assert len(tp.sources.fhir(tmp_path / "array.ndjson")) == 1


def test_a_contained_patient_is_who_its_identifier_says() -> None:
    """The id of a contained resource means nothing outside: #p of two resources are two persons."""

    def visit(number: int, patient: dict[str, Any]) -> dict[str, Any]:
        return {
            "resourceType": "Encounter",
            "id": str(number),
            "status": "finished",
            "subject": {"reference": "#p"},
            "contained": [{"resourceType": "Device", "id": "d"}, {"id": "p", **patient}],
            "period": {"start": f"2026-03-0{number}T10:00:00Z"},
        }

    known = [{"system": "urn:ward", "value": one} for one in ("7", "8")]
    journeys = tp.sources.fhir(
        [
            visit(1, {"identifier": known[:1]}),
            visit(2, {"identifier": known[1:]}),
            visit(3, {"identifier": known[:1]}),
            visit(4, {}),
        ]
    )

    assert journeys.ids.tolist() == ["urn:ward|7", "urn:ward|8"]
    assert [len(one) for one in journeys] == [2, 1]
    assert journeys.meta.report.without_journey == 1


def test_a_source_in_which_no_resource_has_a_patient_is_told_in_the_words_of_the_reader() -> None:
    """A column that the reader makes is not one that the user could name."""
    visit = {"resourceType": "Encounter", "id": "1", "period": {"start": "2026-03-01T10:00:00Z"}}

    for options in ({}, {"journey": "person"}):
        with pytest.raises(tp.errors.InvalidInputError, match="takes as journey") as caught:
            tp.sources.fhir([visit], **options)
        assert "no resource of the source has it" in caught.value.mend
    with pytest.raises(tp.errors.InvalidInputError, match="'provider', given as journey"):
        tp.sources.fhir([visit], journey=["provider"])


def test_a_status_that_is_none_of_fhir_is_noted() -> None:
    """Canceled with one l is no status: the encounter is read, and counted."""
    visits = [
        {
            "resourceType": "Encounter",
            "id": str(number),
            "subject": {"reference": "Patient/1"},
            "period": {"start": "2026-03-01T10:00:00Z"},
            **({"status": status} if status else {}),
        }
        for number, status in enumerate(["finished", "Canceled", None, "cancelled"])
    ]
    journeys = tp.sources.fhir(visits)

    assert len(journeys[0]) == 3
    assert journeys.meta.report.noted == {
        "resources whose status is none of FHIR, read as interactions": 1,
        "resources without a status, read as interactions": 1,
    }


@pytest.mark.parametrize(
    ("pages", "lacking"),
    [([["self", "next"]], 1), ([["self"]], 0), ([["self", "next"], ["self", "previous"]], 0)],
)
def test_a_search_whose_last_page_is_not_there_is_noted(pages: Any, lacking: int) -> None:
    """A Bundle says by a link that another page follows."""
    bundles = [
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "link": [{"relation": one, "url": "https://ehr.example/fhir"} for one in links],
            "entry": [],
        }
        for links in pages
    ]

    noted = tp.sources.fhir(bundles).meta.report.noted
    assert sum(noted[one] for one in noted if one.startswith("pages of the answer lack")) == lacking


def test_an_end_that_nobody_has_seen_is_missing() -> None:
    """A day in a period.end lasts until midnight; a stay may have a planned end."""

    def stay(id_: str, start: str, end: str) -> dict[str, Any]:
        return {
            "resourceType": "Encounter",
            "id": id_,
            "status": "finished",
            "subject": {"reference": "Patient/1"},
            "period": {"start": start, "end": end},
        }

    stays = [
        stay("before", "2026-10-24", "2026-10-24"),
        stay("day of the export", "2026-10-25", "2026-10-25"),
        stay("at the export", "2026-10-25T08:00:00Z", "2026-10-25T12:00:00Z"),
        stay("planned", "2026-10-25T11:00:00Z", "2026-10-28T10:00:00Z"),
    ]
    export = dt.datetime(2026, 10, 25, 14, tzinfo=dt.timezone(dt.timedelta(hours=2)))  # 12:00 UTC
    journeys = tp.sources.fhir(stays, observed_until=export)

    assert np.isnat(journeys.ends).tolist() == [False, True, False, True]
    assert journeys.ends[2] == journeys.observed_until[0] == np.datetime64("2026-10-25T12:00")
    noted = journeys.meta.report.noted
    assert noted["ends after observed_until, which nobody has seen: missing"] == 2
    assert not np.isnat(tp.sources.fhir(stays).ends).any()
    with pytest.raises(tp.errors.InvalidInputError, match="before the last time"):
        tp.sources.fhir(stays, observed_until=export - dt.timedelta(days=1))
