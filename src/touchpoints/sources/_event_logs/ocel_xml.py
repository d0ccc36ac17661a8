"""OCEL 2.0 in XML, streamed."""

from __future__ import annotations

from typing import Any

from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.object_log import EVENT, OBJECT, ObjectLog
from touchpoints.sources._event_logs.xml import Xml, attributes_of, prefix_of_root
from touchpoints.sources._shared.skipped import Skipped

_RELATIONS = ("relationship", "object")
_TYPES = {"object-type": OBJECT, "event-type": EVENT}


def read_xml(path: Any, skipped: Skipped) -> ObjectLog:
    """Return the log of a file."""
    return _Reader(path, skipped).read()


class _Reader:
    """The elements of a file, one after the other."""

    def __init__(self, path: Any, skipped: Skipped) -> None:
        self._xml = Xml(path)
        self._log = ObjectLog(skipped, self._xml.where)
        self._skipped = skipped
        self._root = ""
        self._path: list[str] = []
        self._open: dict[str, str] = {}  # the event, object or type that is open
        self._values: list[tuple[str | None, str, str | None]] = []
        self._relations: list[tuple[str, str | None]] = []
        self._attribute: dict[str, str] = {}
        self._text: list[str] = []

    def read(self) -> ObjectLog:
        parser = self._xml.parser
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text.append
        self._xml.read()
        return self._log

    def _start(self, tag: str, given: list[str]) -> None:
        if not self._path:
            self._root = prefix_of_root(tag, expected="log", xml=self._xml)
        name, depth = tag.removeprefix(self._root), len(self._path)
        self._text.clear()
        if depth == 1 and name == "global":
            raise InvalidInputError(
                "this is OCEL 1.0 in XML, or XES, and OCEL 2.0 is read here",
                where=self._xml.where(),
                mend="tp.sources.xes reads XES; export OCEL 1.0 as JSON, or as OCEL 2.0",
            )
        if depth == 2:
            self._open = attributes_of(given)
            self._values, self._relations = [], []
        elif depth == 4 and name == "attribute":
            self._attribute = attributes_of(given)
        elif depth == 4 and name in _RELATIONS:
            fields = attributes_of(given)
            self._relations.append((fields.get("object-id", ""), fields.get("qualifier")))
        self._path.append(name)

    def _end(self, _tag: str) -> None:
        name, depth = self._path.pop(), len(self._path)
        if depth == 4 and name == "attribute":
            kept = self._attribute
            text = "".join(self._text) if "type" not in kept else kept["type"]
            self._values.append((kept.get("name"), text, kept.get("time")))
        elif depth == 2:
            self._close(name, self._path[1])
        self._text.clear()

    def _close(self, name: str, inside: str) -> None:
        log, fields = self._log, self._open
        if name in _TYPES and inside == f"{name}s":
            pairs = [(attribute, kind) for attribute, kind, _ in self._values]
            log.declare(_TYPES[name], fields.get("name"), pairs)
        elif name == OBJECT and inside == "objects":
            number = log.add_object(fields.get("id"), fields.get("type"))
            if number is not None:
                for attribute, text, time in self._values:
                    log.change(number, attribute, text, time)
                for other, qualifier in self._relations:
                    log.related.add(number, log.number(other), qualifier)
        elif name == EVENT and inside == "events":
            values = [(attribute, text) for attribute, text, _ in self._values if attribute]
            row = log.add_event(
                fields.get("id"), fields.get("type"), time=fields.get("time"), attributes=values
            )
            if row is not None:
                for other, qualifier in self._relations:
                    log.touched.add(row, log.number(other), qualifier)
        else:
            self._skipped.note(
                "an element that is none of OCEL (names are case-sensitive), left out"
            )
