"""Events as a classifier receives them: the fields it declared, for one event or for many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from touchpoints._core.checks import require_kind
from touchpoints._core.messages import counted, did_you_mean, quoted, wrong_kind
from touchpoints.errors import ClassifierError, WrongKindError

_SHOWN = 200


def checked_event(event: Any, *, where: str = "") -> Mapping[str, Any]:
    """Return an event; raise where it is no mapping of fields to values."""
    if not isinstance(event, Mapping):
        raise WrongKindError(
            f"an event must be a mapping of fields to values, got {quoted(event)}",
            where=where,
            mend='for example {"page": "/shop"}, or dict(row) of the row of a table',
        )
    return event


def checked_events(events: Any) -> list[Mapping[str, Any]]:
    """Return events as a list; raise where they are no sequence of mappings."""
    mend = 'for example [{"page": "/shop"}, {"page": "/help"}]'
    if isinstance(events, (str, Mapping)):
        raise wrong_kind(events, takes="a sequence of events", mend=mend)
    require_kind(events, Iterable, takes="a sequence of events", mend=mend)
    return [checked_event(one, where=f"event {place}") for place, one in enumerate(events)]


class Event(Mapping[str, Any]):
    """One event, read-only, with the fields a classifier declared; any other field is an error."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        if name not in self._fields:
            raise _undeclared(name, self._fields)
        return self._fields[name]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Event({dict(self._fields)!r})"


def _undeclared(name: str, declared: Iterable[str]) -> ClassifierError:
    known = tuple(declared)
    return ClassifierError(
        f"the classifier reads {name!r}, which it did not declare{did_you_mean(name, known)}",
        mend=f"add it: @tp.classifier(reads={(*known, name)!r})",
    )


class Events(Sequence[Event]):
    """A sequence of `Event`, stored as columns.

    Parameters
    ----------
    columns
        The values of each field, one value per event; all columns have the same length.
    size
        The number of events.
    """

    __slots__ = ("_columns", "_size")

    def __init__(self, columns: Mapping[str, Sequence[Any]], size: int) -> None:
        self._columns = columns
        self._size = size

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a field, one value per event."""
        if name not in self._columns:
            raise _undeclared(name, self._columns)
        return self._columns[name]

    def select(self, names: Sequence[str]) -> Events:
        """Return the events with these fields only; a field that does not exist is None."""
        missing = [None] * self._size
        return Events({name: self._columns.get(name, missing) for name in names}, self._size)

    def take(self, positions: Sequence[int]) -> Events:
        """Return the events at these positions."""
        taken = {
            name: [values[position] for position in positions]
            for name, values in self._columns.items()
        }
        return Events(taken, len(positions))

    @overload
    def __getitem__(self, position: int) -> Event: ...
    @overload
    def __getitem__(self, position: slice) -> Events: ...
    def __getitem__(self, position: int | slice) -> Event | Events:
        if isinstance(position, slice):
            return self.take(range(self._size)[position])
        if not -self._size <= position < self._size:
            raise IndexError(position)
        return Event({name: values[position] for name, values in self._columns.items()})

    def __iter__(self) -> Iterator[Event]:
        names = tuple(self._columns)
        if not names:
            return (Event({}) for _ in range(self._size))
        rows = zip(*self._columns.values(), strict=True)
        return (Event(dict(zip(names, row, strict=True))) for row in rows)

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"<{counted(self._size, 'event')} with the fields {', '.join(self._columns)}>"


def events_of(events: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Events:
    """Return the named fields of events; a field that an event lacks is None."""
    if isinstance(events, Events):
        return events.select(names)
    return Events({name: [event.get(name) for event in events] for name in names}, len(events))


def shown(event: Mapping[str, Any]) -> str:
    """Return an event as text for a message, with long values cut."""
    fields = (f"{name!r}: {brief(value)}" for name, value in event.items())
    return f"event {{{', '.join(fields)}}}"


def brief(value: object, *, max_length: int = _SHOWN) -> str:
    """Return the `repr` of a value, cut when it is longer than ``max_length`` characters."""
    if isinstance(value, str) and len(value) > max_length:
        return f"{value[:max_length]!r}… ({len(value):,} characters)"
    text = repr(value)
    return text if len(text) <= max_length + 2 else f"{text[:max_length]}…"
