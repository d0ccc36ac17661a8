"""What FHIR resources tell of a patient's journey: a row of columns for each kind of resource."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from touchpoints.sources._shared.fields import Unreadable, field, in_utc, moment_of, text
from touchpoints.sources._shared.hospital.bundles import DELETED, Resource, type_of
from touchpoints.sources._shared.skipped import Skipped

Row = dict[str, Any]

BOOKED = "Appointment.booked"
PLANNED = "a plan: a resource that is planned, booked, proposed or a draft"

_PATIENT = "Patient"
_PLANS = frozenset({"planned", "proposed", "pending", "booked", "waitlist", "preparation", "draft"})
_ONGOING = frozenset({"arrived", "triaged", "in-progress", "onleave", "on-hold", "checked-in"})
_DONE = frozenset(
    {"finished", "completed", "fulfilled", "active", "amended", "stopped", "discharged"}
    | {"discontinued", "unknown"}
)
_ASIDE = {
    "entered-in-error": "a resource that was entered in error",
    "cancelled": "a resource that was cancelled",
    "not-done": "a procedure or immunization that was not done",
    DELETED: "a resource that was deleted later",
}
_OWN_NAMES = frozenset({"noshow"})
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MICROSECOND = dt.timedelta(microseconds=1)


def instant(
    record: Mapping[str, Any], *paths: str, skipped: Skipped, end: bool = False
) -> dt.datetime | None:
    """Return a dateTime as an instant, None if it is missing.

    A year, a month or a day is its first instant in UTC, or as the end of a period its last.
    """
    value = field(record, *paths)
    if value is None:
        return None
    partial = _PARTIAL.fullmatch(value) if isinstance(value, str) else None
    try:
        found = None if partial is None else _of_parts(partial, end=end)
    except ValueError as error:
        raise Unreadable(f"{paths[0]} must be a date or time of FHIR", value) from error
    if partial is not None and found is not None:
        unit = "day" if partial[3] else "month" if partial[2] else "year"
        which = "last" if end else "first"
        skipped.note(f"times that only name a {unit}, read as its {which} instant in UTC")
        return found
    moment = moment_of(value) if isinstance(value, (str, dt.datetime)) else None
    if moment is None:
        raise Unreadable(f"{paths[0]} must be a date or time of FHIR", value)
    return in_utc(moment, skipped)


def _of_parts(partial: re.Match[str], *, end: bool) -> dt.datetime:
    year, month, day = partial.groups()
    first = dt.datetime(int(year), int(month or 1), int(day or 1), tzinfo=dt.UTC)
    if not end:
        return first
    if day is not None:
        return first + dt.timedelta(days=1) - _MICROSECOND
    if month is not None:
        later = first + dt.timedelta(days=31)
        return later.replace(day=1) - _MICROSECOND
    return dt.datetime(first.year, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)


def _concept(record: Mapping[str, Any], *paths: str) -> str | None:
    """Return a CodeableConcept or a list of them as people read it."""
    tried = [
        f"{path}{position}.{part}"
        for path in paths
        for part in ("text", "coding.0.display")
        for position in ("", ".0")
    ]
    return text(record, *tried)


def _code(record: Mapping[str, Any], *paths: str) -> str | None:
    tried = [f"{path}{position}.coding.0.code" for path in paths for position in ("", ".0")]
    return text(record, *tried)


def _who(resource: Resource, *paths: str) -> str | None:
    """Return a provider by its name, or else by its reference."""
    named = text(resource.of, *(f"{path}.display" for path in paths))
    return named if named is not None else resource.reference(*paths)


def _of_encounter(resource: Resource, skipped: Skipped) -> Row:
    of = resource.of
    where = text(of, "class.code", "class.0.coding.0.code")
    return {
        "time": instant(of, "period.start", skipped=skipped),
        "end": instant(of, "period.end", skipped=skipped, end=True),
        "name": _concept(of, "type") or (f"Encounter.{where}" if where else "Encounter"),
        "person": resource.reference("subject"),
        "encounter": resource.key,
        "class": where,
        "code": _code(of, "type"),
        "provider": _who(resource, "serviceProvider"),
        "reason": _concept(of, "reasonCode"),
    }


def _of_appointment(resource: Resource, skipped: Skipped) -> Row:
    of = resource.of
    people = field(of, "participant")
    count = len(people) if isinstance(people, list) else 0
    actors = [f"participant.{place}.actor" for place in range(count)]
    by_path = {path: resource.reference(path) for path in actors}
    patients = [path for path, one in by_path.items() if _is_patient(of, path, one)]
    if len(patients) > 1:
        skipped.note("appointments of several patients, read as the first one's")
    others = [path for path in actors if path not in patients]
    return {
        "time": instant(of, "start", skipped=skipped),
        "end": instant(of, "end", skipped=skipped, end=True),
        "name": _concept(of, "appointmentType", "serviceType") or "Appointment",
        "person": by_path[patients[0]] if patients else None,
        "code": _code(of, "appointmentType", "serviceType"),
        "provider": _who(resource, *others) if others else None,
        "reason": _concept(of, "reasonCode"),
    }


def _is_patient(of: Mapping[str, Any], path: str, reference: str | None) -> bool:
    named = text(of, f"{path}.type")
    return _PATIENT in (named, None if reference is None else type_of(reference))


def _of_procedure(resource: Resource, skipped: Skipped) -> Row:
    of = resource.of
    return {
        "time": instant(of, "performedDateTime", "performedPeriod.start", skipped=skipped),
        "end": instant(of, "performedPeriod.end", skipped=skipped, end=True),
        "name": _concept(of, "code") or "Procedure",
        "person": resource.reference("subject"),
        "encounter": resource.reference("encounter"),
        "code": _code(of, "code"),
        "provider": _who(resource, "performer.0.actor", "location"),
        "reason": _concept(of, "reasonCode"),
    }


def _of_immunization(resource: Resource, skipped: Skipped) -> Row:
    of = resource.of
    return {
        "time": instant(of, "occurrenceDateTime", skipped=skipped),
        "name": _concept(of, "vaccineCode") or "Immunization",
        "person": resource.reference("patient"),
        "encounter": resource.reference("encounter"),
        "code": _code(of, "vaccineCode"),
        "provider": _who(resource, "performer.0.actor", "location"),
        "reason": _concept(of, "reasonCode"),
    }


def _of_answers(resource: Resource, skipped: Skipped) -> Row:
    of = resource.of
    asked = text(of, "questionnaire")
    return {
        "time": instant(of, "authored", skipped=skipped),
        "name": "QuestionnaireResponse",
        "person": resource.reference("subject"),
        "encounter": resource.reference("encounter"),
        "code": None if asked is None else asked.split("|")[0].rsplit("/", 1)[-1],
    }


def _of_claim(resource: Resource, skipped: Skipped) -> Row:
    of = resource.of
    code = _code(of, "type")
    return {
        "time": instant(of, "created", "billablePeriod.start", skipped=skipped),
        "name": _concept(of, "type") or (f"Claim.{code}" if code else "Claim"),
        "person": resource.reference("patient"),
        "encounter": resource.reference("item.0.encounter.0"),
        "code": code,
        "provider": _who(resource, "provider"),
    }


_READ: Mapping[str, Callable[[Resource, Skipped], Row]] = {
    "Encounter": _of_encounter,
    "Appointment": _of_appointment,
    "Procedure": _of_procedure,
    "Immunization": _of_immunization,
    "QuestionnaireResponse": _of_answers,
    "Claim": _of_claim,
}


# At one time: what was booked, the contact, what happened in it, the bill.
_RANKS = {"Appointment": 1.0, "Encounter": 2.0, "Claim": 4.0}
_OTHER_RANK = 3.0


def rows_of_resource(resource: Resource, kind: str, skipped: Skipped) -> Iterator[Row]:
    """Yield the rows of a resource: one, and for an appointment that of its booking.

    A row that is not an interaction has the reason in ``aside``. Resources of other kinds have no
    row.
    """
    read = _READ.get(kind)
    if read is None:
        return
    status = (text(resource.of, "status") or "").casefold()
    shared = {"resource": kind, "status": status or None}
    aside = _ASIDE.get(status, PLANNED if status in _PLANS else None)
    if status == DELETED:
        yield {**shared, "aside": aside}
        return
    row = {**read(resource, skipped), **shared}
    if status not in _DONE | _ONGOING | _PLANS | _OWN_NAMES | _ASIDE.keys():
        said = "whose status is none of FHIR" if status else "without a status"
        skipped.note(f"resources {said}, read as interactions")
    person = row["person"]
    if person is not None and type_of(person) not in (None, _PATIENT):
        aside = "a resource about somebody or something that is not a patient"
    row |= {"aside": aside, "ongoing": 1.0 if status in _ONGOING else None}
    row["rank"] = _RANKS.get(kind, _OTHER_RANK)
    booked = instant(resource.of, "created", skipped=skipped) if kind == "Appointment" else None
    if booked is not None and (aside is None or aside in (PLANNED, _ASIDE["cancelled"])):
        plain = {**row, "time": booked, "end": None, "aside": None, "ongoing": None}
        yield {**plain, "name": BOOKED, "rank": 0.0}
    if status in _OWN_NAMES:
        row["name"] = f"{kind}.{status}"
    yield row
