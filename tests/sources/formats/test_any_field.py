"""Whatever stands in a field, a reader answers, or says what is wrong: tickets, surveys, FHIR."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp

DATA = Path(__file__).parent / "data"
TICKET = {
    **json.loads((DATA / "tickets.json").read_text(encoding="utf-8"))["tickets"][0],
    "metric_set": json.loads((DATA / "ticket_metrics.json").read_text(encoding="utf-8"))[
        "ticket_metrics"
    ][0],
}
AUDITS = json.loads((DATA / "ticket_audits.json").read_text(encoding="utf-8"))["audits"]
ANSWER = {
    "response_id": "r1",
    "respondent": "ana",
    "submitted_at": "2026-03-06T18:00:00Z",
    "metric": "nps",
    "score": 9,
    "touchpoint_ref": "purchase",
    "text": "Easy",
}
POST = json.loads((DATA / "social.ndjson").read_text(encoding="utf-8").splitlines()[0])
RESOURCES = [
    json.loads(line) for line in (DATA / "patients.ndjson").read_text(encoding="utf-8").splitlines()
]
BUNDLE = {
    "resourceType": "Bundle",
    "type": "history",
    "entry": [
        {"fullUrl": "urn:uuid:1", "resource": RESOURCES[1]},
        {"request": {"method": "DELETE", "url": "Encounter/e0"}},
    ],
}

Read = Callable[[Any], tp.Journeys]
READERS: dict[str, tuple[Read, list[Any]]] = {
    "tickets": (lambda one: tp.sources.tickets([one], on_error="skip"), [TICKET]),
    "audits": (
        lambda one: tp.sources.tickets([TICKET], events=[one], on_error="skip"),
        AUDITS[:4],
    ),
    "surveys": (lambda one: tp.sources.surveys([one], on_error="skip"), [ANSWER]),
    "social": (lambda one: tp.sources.social([one], on_error="skip"), [POST]),
    "fhir": (lambda one: tp.sources.fhir([RESOURCES[1], one], on_error="skip"), RESOURCES),
    "bundles": (lambda one: tp.sources.fhir(one, on_error="skip"), [BUNDLE]),
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, 1e308, -0.0]),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(
        ["2026-03-02T10:00:00+14:00", "9999-12-31T23:59:59-01:00", "0001-01-01", "2026", "1e999",
         "٣", "9/10", "#", "Patient/x", "Group/x", "urn:uuid:1", "\ud800", "solved", "\u200b"]
    ),
    st.lists(st.none() | st.text(max_size=2) | st.integers(), max_size=3),
    st.dictionaries(st.sampled_from(["reference", "text", "start", "0"]), st.text(max_size=2)),
)  # fmt: skip


def places(record: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value of a record, those within first."""
    pairs = record.items() if isinstance(record, dict) else enumerate(record)
    for name, value in pairs:
        if isinstance(value, (dict, list)):
            yield from ((name, *rest) for rest in places(value))
        yield (name,)


def changed(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value at a path."""
    found = copy.deepcopy(record)
    within = found
    for name in path[:-1]:
        within = within[name]
    within[path[-1]] = value
    return found


def answered(read: Read, record: Any) -> str:
    """Return what a reader says of a record: its error, or nothing where it read it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tp.errors.TouchpointsWarning)
        try:
            found = read(record)
        except tp.errors.TouchpointsError as error:
            return error.what
    return "" if len(found.codes) <= found.meta.report.rows else "more interactions than rows"


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
def test_any_value_of_a_field_is_read_or_refused(reader: str, data: st.DataObject) -> None:
    """No field makes a reader fail in another way than with an error that says what is wrong."""
    read, records = READERS[reader]
    record = data.draw(st.sampled_from(records))
    path = data.draw(st.sampled_from(list(places(record))))

    assert "more" not in answered(read, changed(record, path, data.draw(VALUES)))


@pytest.mark.parametrize("reader", READERS)
def test_every_value_can_be_missing(reader: str) -> None:
    """A field that is null is missing, refused or counted."""
    read, records = READERS[reader]
    said = {
        answered(read, changed(record, path, None)) for record in records for path in places(record)
    }

    assert "" in said
    assert all("missing" in one or "no " in one for one in said - {""}), said
