"""Read resources of FHIR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.fields import Unreadable, field, finished, needed, number, text
from touchpoints.sources._shared.growing import Growing, microseconds_of
from touchpoints.sources._shared.hospital.bundles import Resource, resources_in
from touchpoints.sources._shared.hospital.resources import (
    BOOKED,
    PLANNED,
    instant,
    rows_of_resource,
)
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.tables import rows_of

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_KEPT = ("resource", "class", "code", "status", "provider", "reason", "encounter", "event_id")
_TEXTS = ("name", "person", "aside", *_KEPT)
_OF_PATIENT = ("gender", "birth_year")
_HAS_ENCOUNTER = "an appointment whose encounter is in the source"


@public
def fhir(source: Any, **options: Unpack[ReadOptions]) -> Journeys:
    """Read resources of FHIR R4, one journey for each patient.

    Parameters
    ----------
    source
        The path of a file (NDJSON as bulk exports write it, or a Bundle; gzip too), several paths,
        a folder of such files, a Bundle or a resource as a dict, or resources as dicts.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"person"`` (the default:
        the patient) or ``"encounter"``.

    Returns
    -------
    Journeys
        The person is the reference of the patient, such as ``Patient/1``. Interactions are
        Encounter, Appointment (and ``Appointment.booked``, when it was created), Procedure,
        Immunization, QuestionnaireResponse and Claim. The name is what the type or code of the
        resource says to people, else ``Encounter.AMB`` or the kind of resource. Kept:
        ``resource``, ``class``, ``code``, ``status``, ``provider``, ``reason``, ``encounter`` and
        ``event_id``; of each journey the ``gender`` and the ``birth_year`` of the patient, if the
        source has patients.

    Raises
    ------
    NotFoundError
        When a file does not exist, or a folder has none.
    InvalidInputError
        When a record is not a resource, or an element cannot be read, and ``on_error="raise"``.

    Notes
    -----
    Times are instants: offsets that change with the season do not change the order. A year, month
    or day is its first instant in UTC, in ``period.end`` its last, and is counted. At one time an
    encounter is before what happens in it, and a claim is last. What is cancelled, not done or
    entered in error is left out and counted; so are plans, which leave the journey of their patient
    unfinished, as resources in progress do. A patient who did not come has an
    ``Appointment.noshow``. An appointment whose encounter is in the source is left out: it is the
    same contact. Of several versions of a resource the last holds, by ``meta.lastUpdated``,
    ``meta.versionId`` and position. Resources of other types are counted by type. Ends after
    ``observed_until``, which are planned or only name the day of the export, are missing, and
    counted.

    See Also
    --------
    touchpoints.load_taxonomy : ``load_taxonomy("patient")``, clinical and non-clinical touchpoints.

    References
    ----------
    HL7, FHIR Release 4 (v4.0.1), Encounter, Appointment, Procedure, Immunization,
    QuestionnaireResponse, Claim, Bundle; HL7, FHIR Bulk Data Access.

    Examples
    --------
    >>> import touchpoints as tp
    >>> encounters = [
    ...     {
    ...         "resourceType": "Encounter",
    ...         "id": id_,
    ...         "status": "finished",
    ...         "class": {"code": "AMB"},
    ...         "subject": {"reference": "Patient/mia"},
    ...         "period": {"start": start},
    ...     }
    ...     for id_, start in (
    ...         ("b", "2026-03-29T08:00:00+02:00"),
    ...         ("a", "2026-03-29T01:30:00+01:00"),
    ...     )
    ... ]
    >>> journeys = tp.sources.fhir(encounters)
    >>> journeys.ids.tolist(), journeys.per_interaction["event_id"].to_list()
    (['Patient/mia'], ['Encounter/a', 'Encounter/b'])
    """
    skipped = skipping(options, called="resource")
    rows = Growing(
        times=("time", "end", "updated"), numbers=("version", "resource_number", "ongoing", "rank")
    )
    patients: dict[str, dict[str, Any]] = {}
    fulfilled: list[tuple[int, str]] = []
    for resource_number, one in enumerate(resources_in(source, skipped)):
        try:
            kind = needed(text(one.of, "resourceType"), "a record has no resourceType")
            if kind == "Patient":
                patients[one.key or ""] = _facts(one)
                continue
            found = list(rows_of_resource(one, kind, skipped))
            shared = {"resource_number": resource_number, **_version(one, skipped)}
            fulfils = _appointments(one) if kind == "Encounter" else []
        except Unreadable as error:
            error.refuse(skipped, where=one.where)
            continue
        if not found:
            skipped.leave_out(f"a resource of type {kind}")
        fulfilled += [(rows.rows, reference) for reference in fulfils]
        for row in found:
            rows.add_row({**row, **shared})
    columns = finished(rows, *_TEXTS)
    latest = _latest(columns)
    older = np.unique(columns["resource_number"][~latest])
    skipped.leave_out("an older version of a resource", len(older))
    kept = latest & _interactions(columns, latest, fulfilled, skipped)
    goes_on = _goes_on(columns, latest, by_person=options.get("journey", "person") == "person")
    table = {**rows_of(columns, kept), **_of_patients(columns["person"].take(kept), patients)}
    table["end"] = _seen_ends(table["end"], options.get("observed_until"), skipped)
    return journeys_of(_events(table, goes_on[kept]), skipped, options)


def _events(table: Mapping[str, Any], goes_on: Array) -> Events:
    return Events(
        table=table,
        journeys={"person": ("person",), "encounter": ("encounter",)},
        end="end",
        person="person",
        kept=_KEPT,
        per_journey=_OF_PATIENT,
        tiebreak=("rank",),
        tz="UTC",
        goes_on=goes_on,
    )


def _seen_ends(ends: Array, until: Any, skipped: Skipped) -> Array:
    """Return the ends up to the time of the export; later ones are planned, or only name a day."""
    if not isinstance(until, dt.datetime) or until.tzinfo is None:  # refused later
        return ends
    later = ends > np.datetime64(microseconds_of(until), "us")
    skipped.note("ends after observed_until, which nobody has seen: missing", int(later.sum()))
    return owned(np.where(later, np.datetime64("NaT", "us"), ends))


def _facts(patient: Resource) -> dict[str, Any]:
    born = (text(patient.of, "birthDate") or "").split("-")[0]
    return {
        "gender": text(patient.of, "gender"),
        "birth_year": number({"birthDate": born}, "birthDate"),
    }


def _version(resource: Resource, skipped: Skipped) -> dict[str, Any]:
    updated = instant({"lastUpdated": resource.updated}, "lastUpdated", skipped=skipped)
    written = text(resource.of, "meta.versionId")
    known = written is not None and written.isascii() and written.isdigit()
    version = number(resource.of, "meta.versionId") if known else None
    return {"event_id": resource.key, "updated": updated, "version": version}


def _appointments(encounter: Resource) -> list[str]:
    """Return the appointments that an encounter fulfils."""
    named = field(encounter.of, "appointment") or []
    count = len(named) if isinstance(named, list) else 0
    found = [encounter.reference(f"appointment.{place}") for place in range(count)]
    return [one for one in found if one is not None]


def _latest(columns: Mapping[str, Any]) -> Array:
    """Return which rows are of the last version of their resource, bool (m,)."""
    keys, position = columns["event_id"].codes, columns["resource_number"]
    version = np.nan_to_num(columns["version"], nan=-1)
    updated = columns["updated"].view(np.int64)  # NaT is the least
    order = np.lexsort((position, version, updated, keys))
    ends = np.append(np.flatnonzero(np.diff(keys[order])), len(order) - 1) if len(order) else order
    newest = np.full(int(keys.max(initial=-1)) + 2, -1.0)  # the last is of rows without a key
    newest[keys[order[ends]]] = position[order[ends]]
    return np.asarray((keys < 0) | (newest[keys] == position))


def _interactions(
    columns: Mapping[str, Any], latest: Array, fulfilled: list[tuple[int, str]], skipped: Skipped
) -> Array:
    """Return which rows are interactions, bool (m,); the others are counted by their reason."""
    reasons = columns["aside"]
    for code, reason in enumerate(reasons.categories):
        skipped.leave_out(reason, int((latest & (reasons.codes == code)).sum()))
    found = reasons.codes < 0
    met = {reference for row, reference in fulfilled if latest[row] and found[row]}
    again = found & _among(columns["event_id"], met) & ~_among(columns["name"], {BOOKED})
    skipped.leave_out(_HAS_ENCOUNTER, int((again & latest).sum()))
    return np.asarray(found & ~again)


def _among(column: Coded, texts: set[str]) -> Array:
    table = np.array([*(one in texts for one in column.categories), False], dtype=bool)
    return np.asarray(table[column.codes])


def _goes_on(columns: Mapping[str, Any], latest: Array, *, by_person: bool) -> Array:
    """Return which rows show that their journey has not ended: in progress, or more is planned."""
    found = np.asarray(latest & (columns["ongoing"] == 1))
    if by_person:
        persons = columns["person"].codes
        plans = latest & _among(columns["aside"], {PLANNED}) & (persons >= 0)
        found |= np.isin(persons, persons[plans])
    return found


def _of_patients(persons: Coded, patients: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the facts of the patient of each row, none if no patient is known."""
    if not patients:
        return {}
    known = [patients.get(one, {}) for one in persons.categories]
    return {
        name: [known[code].get(name) if code >= 0 else None for code in persons.codes.tolist()]
        for name in _OF_PATIENT
    }
