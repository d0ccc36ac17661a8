"""An object-centric event log as it is read: events, objects, their attributes and relations."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import quoted
from touchpoints._core.text import is_blank
from touchpoints.sources._event_logs.attributes import (
    FLAG,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    Attributes,
    Problems,
    Texts,
    Times,
)
from touchpoints.sources._shared.skipped import Skipped

NO_TIME = "the time of an event is not a date and time"
EVENT, OBJECT = "event", "object"
_KINDS = {kind: kind for kind in (TEXT, TIME, INTEGER, NUMBER, FLAG)}
_TYPES = {
    "string": TEXT, "text": TEXT, "id": TEXT,
    "time": TIME, "date": TIME, "timestamp": TIME, "datetime": TIME,
    "integer": INTEGER, "int": INTEGER, "bigint": INTEGER,
    "float": NUMBER, "real": NUMBER, "double": NUMBER, "number": NUMBER, "numeric": NUMBER,
    "boolean": FLAG, "bool": FLAG,
}  # fmt: skip
_AGAIN = "an event id that an earlier event has"
_OBJECT_AGAIN = "an object id that an earlier object has: its attributes and relations were added"
_NO_ID, _NO_TYPE = "an event has no id", "an event has no type"
_NO_OBJECT_ID, _NO_OBJECT_TYPE = "an object has no id", "an object has no type"
Attribute = tuple[Any, Any]


class Relations:
    """Pairs of numbers with a qualifier."""

    def __init__(self) -> None:
        self.left, self.right = array("q"), array("q")
        self._qualifiers = array("i")
        self._known: dict[str, int] = {}

    def add(self, left: int, right: int, qualifier: Any) -> None:
        """Add a pair."""
        self.left.append(left)
        self.right.append(right)
        text = "" if qualifier is None else str(qualifier)
        self._qualifiers.append(self._known.setdefault(text, len(self._known)))

    def arrays(self) -> tuple[Array, Array]:
        """Return both sides, int64."""
        return np.array(self.left, dtype=np.int64), np.array(self.right, dtype=np.int64)

    def qualifiers(self) -> Coded:
        """Return the qualifier of each pair; empty text where it has none."""
        return Coded(owned(np.array(self._qualifiers, dtype=np.int32)), tuple(self._known))


class ObjectLog:
    """The events and objects of a log, as columns that grow.

    Attributes
    ----------
    events, changes
        Attributes of the events; values that attributes of objects took, one row each.
    rows
        The number of events.
    names, times
        The type and the time of each event.
    objects
        The number of each object by its id, in the order in which they were met.
    object_types
        The type of each object by its number; missing for those that the log does not declare.
    types
        The types of objects that are declared or occur.
    change_of, change_times
        The object and the time of each row of ``changes``.
    touched, related
        Relations of events to objects, and of objects to objects.
    """

    def __init__(self, skipped: Skipped, where: Callable[[], str]) -> None:
        self.skipped = skipped
        self._problems = problems = Problems(skipped, where)
        self.events = Attributes(problems, _KINDS, called="an event")
        self.changes = Attributes(problems, _KINDS, called="an object")
        self.rows = 0
        self._ids: set[str] = set()
        self.names = Texts(problems)
        self.times = Times(problems, "the time of an event", reason=NO_TIME)
        self.objects: dict[str, int] = {}
        self.object_types: dict[int, str] = {}
        self.types: dict[str, None] = {}
        self.change_of = array("q")
        self.change_times = Times(problems, "the time of a value of an object")
        self.touched, self.related = Relations(), Relations()
        self._declared: dict[tuple[str, str, str], str] = {}
        self._put = (self.names.putting(), self.times.putting(), self.change_times.putting())

    def declare(self, what: str, name: Any, attributes: Iterable[tuple[Any, Any]]) -> None:
        """Take note of a type of events or objects and of the types of its attributes."""
        if what == OBJECT:
            self.types[str(name)] = None
        for attribute, kind in attributes:
            key = (what, str(name), str(attribute))
            self._declared[key] = _TYPES.get(str(kind).casefold(), TEXT)

    def add_event(
        self, key: Any, kind: Any, *, time: Any, attributes: Iterable[Attribute]
    ) -> int | None:
        """Add an event and return its row, or None where it is none and that was counted."""
        if not (self._known(key, _NO_ID) and self._known(kind, _NO_TYPE)):
            return None
        row = self.rows
        if str(key) in self._ids:
            self.skipped.leave_out(_AGAIN)
            return None
        self._ids.add(str(key))
        self._put[0](row, str(kind))
        self._put[1](row, "" if time is None else str(time))
        for name, value in attributes:
            self._set(self.events, row, (EVENT, str(kind), name), value)
        self.rows += 1
        return row

    def add_object(self, key: Any, kind: Any) -> int | None:
        """Add an object and return its number, or None where it is none and that was counted."""
        if not (self._known(key, _NO_OBJECT_ID) and self._known(kind, _NO_OBJECT_TYPE)):
            return None
        number = self.number(str(key))
        if number in self.object_types:
            self.skipped.note(_OBJECT_AGAIN)
        else:
            self.object_types[number] = str(kind)
        self.types[str(kind)] = None
        return number

    def change(self, number: int, name: Any, value: Any, time: Any) -> None:
        """Add a value that an attribute of an object took at a time; None: from the beginning."""
        row = len(self.change_of)
        self.change_of.append(number)
        self._put[2](row, "" if time is None else str(time))
        self._set(self.changes, row, (OBJECT, self.object_types[number], name), value)

    def number(self, key: str) -> int:
        """Return the number of an object, also of one that is declared later or never."""
        return self.objects.setdefault(key, len(self.objects))

    def _known(self, value: Any, reason: str) -> bool:
        if value is None or isinstance(value, (dict, list)) or is_blank(str(value)):
            self.skipped.refuse(reason, where=f"{self._problems.where()}: {quoted(value)}")
            return False
        return True

    def _set(
        self, attributes: Attributes, row: int, which: tuple[str, str, Any], value: Any
    ) -> None:
        what, kind, name = which
        if value is None or name is None:
            return
        if isinstance(value, (dict, list, bytes)):
            self.skipped.note("a value of an attribute that is not a single value, left out")
            return
        name, text = str(name), str(value)
        declared = self._declared.get((what, kind, name), _kind_of(value))
        if declared != TEXT and is_blank(text):
            return
        if declared == INTEGER and isinstance(value, float) and value.is_integer():
            text = str(int(value))
        put = attributes.putting[declared].get(name) or attributes.new(declared, name, name=name)
        put(row, text)


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, int):
        return INTEGER
    return NUMBER if isinstance(value, float) else TEXT
