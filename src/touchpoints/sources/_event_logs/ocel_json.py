"""OCEL in JSON: version 2.0, and version 1.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from touchpoints._core.messages import first_few, quoted
from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.object_log import EVENT, OBJECT, ObjectLog
from touchpoints.sources._event_logs.own import HEADER
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.records import parsed
from touchpoints.sources._shared.skipped import Skipped


class _Place:
    """Where in the document the reader is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.now = ""

    def __call__(self) -> str:
        return f"{self.name}, {self.now}"


def read_json(path: Any, skipped: Skipped) -> tuple[ObjectLog, str | None]:
    """Return the log of a file, and what it says of the journeys it was written from."""
    with opened(path) as file:
        content = file.read()
    place = _Place(Path(path).name)
    document = parsed(content, where=place.name)
    del content
    log = ObjectLog(skipped, place)
    if isinstance(document, dict) and "ocel:events" in document:
        _read_first(document, log, place)
        return log, None
    lacks = [one for one in ("events", "objects") if one not in (document or ())]
    if not isinstance(document, dict) or lacks:
        raise InvalidInputError(
            f"the JSON is not OCEL: it has no {' and no '.join(lacks) or 'events'}",
            where=place.name,
            mend="an object with eventTypes, objectTypes, events and objects is OCEL 2.0",
        )
    _read_second(document, log, place)
    header = document.get(HEADER)
    return log, header if isinstance(header, str) else None


def _read_second(document: Mapping[str, Any], log: ObjectLog, place: _Place) -> None:
    """Read version 2.0."""
    for what, key in ((EVENT, "eventTypes"), (OBJECT, "objectTypes")):
        for one in _objects(document, key, log, place):
            inside = _inside(one, "attributes", log, place)
            log.declare(what, one.get("name"), [(a.get("name"), a.get("type")) for a in inside])
    for one in _objects(document, "objects", log, place):
        number = log.add_object(one.get("id"), one.get("type"))
        if number is not None:
            for a in _inside(one, "attributes", log, place):
                log.change(number, a.get("name"), a.get("value"), a.get("time"))
            for a in _inside(one, "relationships", log, place):
                log.related.add(number, log.number(str(a.get("objectId"))), a.get("qualifier"))
    for one in _objects(document, "events", log, place):
        values = [(a.get("name"), a.get("value")) for a in _inside(one, "attributes", log, place)]
        row = log.add_event(one.get("id"), one.get("type"), time=one.get("time"), attributes=values)
        if row is not None:
            for a in _inside(one, "relationships", log, place):
                log.touched.add(row, log.number(str(a.get("objectId"))), a.get("qualifier"))


def _objects(
    document: Mapping[str, Any], key: str, log: ObjectLog, place: _Place
) -> Iterator[Mapping[str, Any]]:
    """Yield the members of an array of the document that are objects; others are counted."""
    found = document.get(key, [])
    if not isinstance(found, list):
        raise InvalidInputError(f"{key} must be an array, got {quoted(found)}", where=place.name)
    for position, one in enumerate(found):
        place.now = f"{key}[{position}]"
        if isinstance(one, dict):
            yield one
        else:
            log.skipped.refuse(
                f"a member of {key} is not an object", where=f"{place()}: {quoted(one)}"
            )


def _inside(
    one: Mapping[str, Any], key: str, log: ObjectLog, place: _Place
) -> list[Mapping[str, Any]]:
    """Return the objects in an array within a member; other values are refused or counted."""
    found = one.get(key) or []
    if isinstance(found, list) and all(isinstance(part, dict) for part in found):
        return found
    log.skipped.refuse_value(
        f"{key} must be an array of objects",
        where=f"{place()}: {quoted(found)}",
        mend='pass on_error="skip" to read the others and count them',
    )
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _read_first(document: Mapping[str, Any], log: ObjectLog, place: _Place) -> None:
    """Read version 1.0, in which events and objects are by id and attributes have no types."""
    events, objects = document["ocel:events"], document.get("ocel:objects", {})
    if not isinstance(events, dict) or not isinstance(objects, dict):
        raise InvalidInputError(
            "ocel:events and ocel:objects must be objects by id",
            where=f"{place.name}: {first_few([type(events).__name__, type(objects).__name__])}",
        )
    for key, one in objects.items():
        place.now = f"ocel:objects[{quoted(key)}]"
        number = log.add_object(key, _get(one, "ocel:type"))
        if number is not None:
            for name, value in (_get(one, "ocel:ovmap") or {}).items():
                log.change(number, name, value, None)
    for key, one in events.items():
        place.now = f"ocel:events[{quoted(key)}]"
        values = list((_get(one, "ocel:vmap") or {}).items())
        time = _get(one, "ocel:timestamp")
        row = log.add_event(key, _get(one, "ocel:activity"), time=time, attributes=values)
        if row is not None:
            for other in _get(one, "ocel:omap") or []:
                log.touched.add(row, log.number(str(other)), None)


def _get(one: Any, key: str) -> Any:
    return one.get(key) if isinstance(one, dict) else None
