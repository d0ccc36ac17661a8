"""The elements of XES (IEEE 1849) as columns of events and of traces, in one pass."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.attributes import (
    FLAG,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    Attributes,
    Problems,
)
from touchpoints.sources._event_logs.times import Parsed
from touchpoints.sources._event_logs.xml import Xml, attributes_of, prefix_of_root
from touchpoints.sources._shared.skipped import Skipped

NAME, TIMESTAMP, TRANSITION = "concept:name", "time:timestamp", "lifecycle:transition"
INSTANCE = "concept:instance"

TYPES = {
    "string": TEXT,
    "date": TIME,
    "int": INTEGER,
    "float": NUMBER,
    "boolean": FLAG,
    "id": TEXT,
}
_MANY = ("list", "container")
_STRUCTURE = ("log", "trace", "event")
_PREFIXES = {
    "concept", "lifecycle", "org", "time", "semantic", "identity", "cost", "micro", "swcomm",
    "software", "artifactlifecycle",
}  # fmt: skip
NO_TIME = "the time:timestamp of an event is not a date and time"
_GLOBAL, _PASSED = "global ", "passed over"
_LISTED = "a list or container of attributes, left out"
_NESTED = "an attribute within another attribute, left out"
_UNKNOWN = "an element that is none of XES (names are case-sensitive), left out"
Defaults = dict[str, dict[str, tuple[str, str]]]


class XesLog:
    """A log of XES as it is read.

    Attributes
    ----------
    events, traces
        The attributes of both, by canonical key.
    rows
        The number of events.
    starts
        The row of the first event of each trace.
    classifiers
        The keys of each event classifier, by its name.
    attributes
        The attributes of the log itself: texts by key.
    defaults
        What the log declares global: (type, text) by scope and key.
    """

    def __init__(self, path: Any, skipped: Skipped) -> None:
        self.xml = Xml(path)
        problems = Problems(skipped, self.xml.where)
        needed = {TIMESTAMP: NO_TIME}
        self.events = Attributes(problems, TYPES, called="an event", needed=needed)
        self.traces = Attributes(problems, TYPES, called="a trace")
        self.skipped = skipped
        self.rows = 0
        self.starts = array("q")
        self.classifiers: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        self.defaults: Defaults = {"event": {}, "trace": {}}
        self._prefixes: dict[str, str] = {}
        self._root = ""
        self._path: list[str] = []  # names of the elements that are open, events' excluded
        self.outside = (self._start, self._end)
        self._within_event = _event_handlers(self)

    def read(self) -> XesLog:
        """Read the whole file."""
        parser = self.xml.parser
        parser.StartElementHandler, parser.EndElementHandler = self.outside
        self.xml.read()
        return self

    def owners(self) -> Array:
        """Return the trace of each event, int64 (m,)."""
        sizes = np.diff(np.append(np.frombuffer(self.starts, dtype=np.int64), self.rows))
        return np.repeat(np.arange(len(sizes)), sizes)

    def sizes(self) -> Array:
        """Return the number of events of each trace."""
        return np.diff(np.append(np.frombuffer(self.starts, dtype=np.int64), self.rows))

    def columns(self) -> tuple[dict[str, Coded | Array | Parsed], ...]:
        """Return the columns of the events and of the traces; can be asked once."""
        return (
            self.events.finish(self.rows, self.skipped),
            self.traces.finish(len(self.starts), self.skipped),
        )

    def named(self, key: str) -> str:
        """Return the canonical form of a key: with the standard prefix of its extension."""
        prefix, colon, name = key.partition(":")
        return f"{self._prefixes[prefix]}:{name}" if colon and prefix in self._prefixes else key

    def canonical(self, tag: str) -> str:
        """Return the name of an element without the prefix of the log's namespace."""
        return tag.removeprefix(self._root)

    # ----------------------------------------------------------------------- outside of events

    def _start(self, tag: str, given: list[str]) -> None:
        path = self._path
        if not path:
            self._begin(tag)
            return
        name, inside = self.canonical(tag), path[-1]
        if name == "event" and path == ["log", "trace"]:
            parser = self.xml.parser
            parser.StartElementHandler, parser.EndElementHandler = self._within_event
            return
        if name in _STRUCTURE:
            name = self._open(name, path)
        elif inside == "trace":
            self.attribute(self.traces, len(self.starts) - 1, name, given)
        elif inside == "log":
            self._of_log(name, given)
        elif inside.startswith(_GLOBAL):
            self._default(inside.removeprefix(_GLOBAL), name, given)
        elif inside in TYPES:
            self.skipped.note(_NESTED)
        scope = "trace" if "trace" in given[1::2] else "event"
        path.append(_GLOBAL + scope if name == "global" else name)

    def _begin(self, tag: str) -> None:
        self._root = prefix_of_root(tag, expected="log", xml=self.xml)
        for name in list(TYPES):  # elements are looked up by their names as written
            for one in (self.events, self.traces):
                one.putting[self._root + name] = one.putting[name]
        self._path.append("log")

    def _open(self, name: str, path: list[str]) -> str:
        """Open a trace; an event outside of traces is counted, and what it holds is passed over."""
        if path == ["log"] and name == "trace":
            self.starts.append(self.rows)
            return name
        if path == ["log"] and name == "event":
            self.skipped.leave_out("an event outside of any trace")
        else:
            self.misplaced(name)
        return _PASSED

    def _end(self, _tag: str) -> None:
        self._path.pop()

    def _of_log(self, name: str, given: list[str]) -> None:
        if name in TYPES:
            fields = attributes_of(given)
            self.attributes[fields.get("key", "")] = fields.get("value", "")
        elif name == "extension":
            fields = attributes_of(given)
            standard = fields.get("uri", "").rpartition("/")[2].removesuffix(".xesext")
            if standard in _PREFIXES and fields.get("prefix", standard) != standard:
                self._prefixes[fields["prefix"]] = standard
        elif name == "classifier":
            fields = attributes_of(given)
            if fields.get("scope", "event") == "event":
                self.classifiers[fields.get("name", "")] = fields.get("keys", "")
        elif name in _MANY:
            self.skipped.note(_LISTED)
        elif name not in ("global", "properties"):
            self.skipped.note(_UNKNOWN)

    def _default(self, scope: str, name: str, given: list[str]) -> None:
        fields = attributes_of(given)
        if name in TYPES and "key" in fields and "value" in fields:
            self.defaults[scope][self.named(fields["key"])] = name, fields["value"]

    def within(self, outer: str, tag: str) -> None:
        """Count what stands within an attribute."""
        if self.canonical(tag) in _STRUCTURE:
            self.misplaced(self.canonical(tag))
        elif self.canonical(outer) in TYPES:
            self.skipped.note(_NESTED)

    def misplaced(self, name: str) -> None:
        """Raise for a log, trace or event where none may be, or count it."""
        self.skipped.refuse(f"<{name}> stands where XES has none", where=self.xml.where())

    # ---------------------------------------------------------------------- of traces and events

    def attribute(self, attributes: Attributes, row: int, name: str, given: list[str]) -> None:
        """Set the value of an attribute that is not yet known or not written key first."""
        if name in _MANY:
            self.skipped.note(_LISTED)
            return
        if name not in TYPES:
            self.skipped.note(_UNKNOWN)
            return
        fields = attributes_of(given)
        if "key" not in fields or "value" not in fields:
            lacks = "value" if "key" in fields else "key"
            self.skipped.refuse_value(
                f"an attribute has no {lacks}=",
                where=f"{self.xml.where()}: <{name}> {quoted(fields)}",
                mend='pass on_error="skip" to leave such attributes out and count them',
            )
            return
        key = fields["key"]
        put = attributes.putting[name].get(key)
        if put is None:
            put = attributes.new(name, key, name=self.named(key))
        put(row, fields["value"])


def _event_handlers(log: XesLog) -> tuple[Any, Any]:
    """Return the handlers of elements within an event: nearly all of a log is read by these."""
    putting, parser = log.events.putting, log.xml.parser
    depth = row = 0  # of the elements that are open within the event; the number of the event
    outer = ""

    def start(tag: str, given: list[str]) -> None:
        nonlocal depth, outer
        depth += 1
        if depth > 1:
            log.within(outer, tag)
            return
        outer = tag
        try:
            key, name, value, text = given
            put = putting[tag][name]
        except (KeyError, ValueError):
            _unusual(log, tag, given)
            return
        if key == "key" and value == "value":
            put(row, text)
        else:
            _unusual(log, tag, given)

    def end(_tag: str) -> None:
        nonlocal depth, row
        if depth:
            depth -= 1
            return
        row += 1
        log.rows = row
        parser.StartElementHandler, parser.EndElementHandler = log.outside

    return start, end


def _unusual(log: XesLog, tag: str, given: list[str]) -> None:
    name = log.canonical(tag)
    if name in _STRUCTURE:
        log.misplaced(name)
    else:
        log.attribute(log.events, log.rows, name, given)


def keys_of_classifier(text: str) -> tuple[str, ...]:
    """Return the keys of a classifier, separated by space; those with a space are in quotes.

    Raises
    ------
    InvalidInputError
        When a quote is not closed.
    """
    pieces = text.split("'")
    if len(pieces) % 2 == 0:
        raise InvalidInputError(f"a quote is not closed in the keys of a classifier: {text!r}")
    found: list[str] = []
    for place, piece in enumerate(pieces):
        found += [piece] if place % 2 else piece.split()
    return tuple(found)
