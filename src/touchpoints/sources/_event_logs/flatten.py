"""An object-centric event log seen by one type of objects: a row for each event of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import not_found
from touchpoints.sources._event_logs.attributes import picked
from touchpoints.sources._event_logs.names import Names, names_of
from touchpoints.sources._event_logs.object_log import ObjectLog
from touchpoints.sources._event_logs.placing import placed_column, placed_times
from touchpoints.sources._event_logs.times import Parsed
from touchpoints.sources._shared.skipped import Skipped

Changes = Literal["last", "at_event"]
"""Which value of an attribute of an object is kept: its last one, or that at each event."""

_UNTOUCHED = "an event that touches no object of the type"
_CONVERGING = "an event that touches several objects of the type, repeated for each"
_REPEATED = "a repetition of an event that touches several objects of the type"
_DIVERGING = "an object with several events of the same type"
_UNDECLARED = "a relation to an object that the log does not declare, left out"
_SEVERAL = "an object of the type with several persons at once, of which the first was kept"
PERSON = "person"


@attrs.frozen(eq=False, kw_only=True)
class FlatLog:
    """A log of the objects of one type, as a table.

    Attributes
    ----------
    columns
        The columns of the rows; one is ``object``, the id of the journey.
    names
        What attributes of events and of objects are called.
    tz
        The zone of naive times, or UTC.
    ids, cases
        The ids of all objects of the type, and their attributes.
    persons
        To whom these objects are related; None if the persons are not objects.
    """

    columns: dict[str, Any]
    names: Names
    tz: str | None
    ids: list[str]
    cases: dict[str, Coded | Array]
    persons: Coded | None = None


@attrs.frozen(eq=False)
class _Rows:
    """Each event of each object: the row of the event, and the place of the object among all."""

    events: Array
    objects: Array


def flattened(
    log: ObjectLog,
    object_type: str,
    *,
    qualifier: Sequence[str] | None,
    changes: Changes,
    person: str | None,
    tz: str | None,
    skipped: Skipped,
) -> FlatLog:
    """Return the events of the objects of a type; what repeats by this is counted."""
    for asked in (object_type, person):
        if asked is not None and asked not in log.types:
            raise not_found("object type", asked, list(log.types))
    members, persons = _members(log, object_type), _members(log, person)
    rows = _touching(log, members, qualifier, skipped)
    times = log.times.finish(log.rows)
    time, zone = placed_times(times, log.rows, key="time", tz=tz)
    names = log.names.finish(log.rows)
    _count(rows, names, log.rows, skipped)
    events = _placed(log.events.finish(log.rows, skipped), tz or zone, skipped)
    values = _placed(log.changes.finish(len(log.change_of), skipped), tz or zone, skipped)
    called = names_of(events, values)
    ids: list[str] = np.array(list(log.objects), dtype=object)[members].tolist()
    columns: dict[str, Any] = {
        "time": time[rows.events],
        "name": picked(names, rows.events),
        "object": Coded(owned(rows.objects.astype(np.int32)), tuple(ids)),
        **{called.events[key]: picked(one, rows.events) for key, one in events.items()},
    }
    history = _history(log, members)
    cases = {called.cases[key]: picked(one, history.last(one)) for key, one in values.items()}
    for key, one in values.items():
        if changes == "at_event":
            valid = history.at(one, rows.objects, times.stamps[rows.events])
            columns[called.cases[key]] = picked(one, valid)
        else:
            columns[called.cases[key]] = picked(cases[called.cases[key]], rows.objects)
    of_objects = None
    if person is not None:
        columns[PERSON], of_objects = _persons(log, rows, members, persons, skipped)
    elif PERSON in called.cases:
        columns[PERSON] = columns[called.cases[PERSON]]
    readable = np.flatnonzero(~np.isin(rows.events, times.bad))
    found = {name: picked(one, readable) for name, one in columns.items()}
    return FlatLog(columns=found, names=called, tz=zone, ids=ids, cases=cases, persons=of_objects)


def _members(log: ObjectLog, kind: str | None) -> Array:
    """Return the numbers of the objects of a type."""
    found = [number for number in range(len(log.objects)) if log.object_types.get(number) == kind]
    return np.array([] if kind is None else found, dtype=np.int64)


def _placed(
    columns: dict[str, Coded | Array | Parsed], zone: str | None, skipped: Skipped
) -> dict[str, Coded | Array]:
    return {
        key: placed_column(one, name=key, zone=zone, skipped=skipped)
        if isinstance(one, Parsed)
        else one
        for key, one in columns.items()
    }


def _touching(
    log: ObjectLog, members: Array, qualifier: Sequence[str] | None, skipped: Skipped
) -> _Rows:
    """Return the pairs of an event and an object of the type, each once, by event and object."""
    events, objects = log.touched.arrays()
    undeclared = [number for number in range(len(log.objects)) if number not in log.object_types]
    skipped.note(_UNDECLARED, int(np.isin(objects, undeclared).sum()))
    place = _places(log, members)
    kept = place[objects] >= 0
    if qualifier is not None:
        qualifiers = log.touched.qualifiers()
        for one in qualifier:
            if one not in qualifiers.categories:
                raise not_found("qualifier", one, qualifiers.categories)
        wanted = np.array([*(one in qualifier for one in qualifiers.categories), False])
        kept &= wanted[qualifiers.codes]
    pairs = np.unique(np.stack([events[kept], place[objects[kept]]], axis=1), axis=0)
    return _Rows(pairs[:, 0], pairs[:, 1])


def _count(rows: _Rows, names: Any, events: int, skipped: Skipped) -> None:
    touches = np.bincount(rows.events, minlength=events)
    skipped.leave_out(_UNTOUCHED, int((touches == 0).sum()))
    skipped.note(_CONVERGING, int((touches > 1).sum()))
    skipped.note(_REPEATED, int(np.maximum(touches - 1, 0).sum()))
    pairs = np.stack([rows.objects, names.codes[rows.events]], axis=1)
    distinct, counts = np.unique(pairs, axis=0, return_counts=True)
    skipped.note(_DIVERGING, len(np.unique(distinct[counts > 1, 0])))


@attrs.frozen(eq=False)
class _History:
    """The values that attributes of objects took: rows in order of object, time and file.

    ``owners`` is the place of each row's object among the ``size`` of the type.
    """

    rows: Array
    owners: Array
    stamps: Array
    size: int

    def last(self, column: Coded | Array) -> Array:
        """Return the row with the last value of each object; -1 where it has none."""
        known = _known(column)[self.rows]
        found = np.full(self.size, -1)
        found[self.owners[known]] = self.rows[known]  # later rows replace earlier ones
        return found

    def at(self, column: Coded | Array, objects: Array, stamps: Array) -> Array:
        """Return the row with the value that each object had at a time; -1 where it had none."""
        known = _known(column)[self.rows]
        if not known.any():
            return np.full(len(objects), -1)
        rows, owners, taken = self.rows[known], self.owners[known], self.stamps[known]
        moments = np.unique(np.append(taken, stamps))
        keys = owners * len(moments) + np.searchsorted(moments, taken)
        asked = objects * len(moments) + np.searchsorted(moments, stamps)
        latest = np.searchsorted(keys, asked, side="right") - 1
        valid = (latest >= 0) & (owners[latest] == objects)
        return np.where(valid, rows[latest], -1)


def _history(log: ObjectLog, members: Array) -> _History:
    objects = np.array(log.change_of, dtype=np.int64)
    stamps = log.change_times.finish(len(objects)).stamps
    place = _places(log, members)
    owners = place[objects]
    rows = np.lexsort((np.arange(len(objects)), stamps, owners))
    rows = rows[owners[rows] >= 0]
    return _History(rows, owners[rows], stamps[rows], len(members))


def _places(log: ObjectLog, members: Array) -> Array:
    """Return the place of each object among those of a type, -1 for others."""
    place = np.full(len(log.objects) + 1, -1)
    place[members] = np.arange(len(members))
    return place


def _known(column: Coded | Array) -> Array:
    """Return which values are not missing, bool (m,)."""
    if isinstance(column, Coded):
        return np.asarray(column.codes >= 0)
    return np.asarray(column == column)  # nan and NaT are unlike themselves


def _persons(
    log: ObjectLog, rows: _Rows, members: Array, persons: Array, skipped: Skipped
) -> tuple[Coded, Coded]:
    """Return the person of each row, and of each object of the type.

    That of a row is touched by the event, or else related to the object. An object that is a
    person is its own.
    """
    ids = list(log.objects)
    texts = tuple(ids[number] for number in persons.tolist())
    place = _places(log, persons)
    events, objects = log.touched.arrays()
    by_event, shared_event = _first(events, place[objects], log.rows)
    left, right = log.related.arrays()
    by_object, shared_object = _first(
        np.append(left, right), place[np.append(right, left)], len(log.objects)
    )
    by_object[persons], shared_object[persons] = place[persons], False
    of_event, of_object = by_event[rows.events], members[rows.objects]
    known = (of_event >= 0) & (place[of_object] < 0)
    several = np.where(known, shared_event[rows.events], shared_object[of_object])
    skipped.note(_SEVERAL, len(np.unique(rows.objects[several])))
    found = np.where(known, of_event, by_object[of_object])
    of_members = by_object[members].astype(np.int32)
    return Coded(owned(found.astype(np.int32)), texts), Coded(owned(of_members), texts)


def _first(owners: Array, persons: Array, size: int) -> tuple[Array, Array]:
    """Return the first known person of each owner, -1 where none is, and who has several."""
    found = np.full(size, -1)
    known = np.flatnonzero(persons >= 0)[::-1]
    found[owners[known]] = persons[known]
    several = np.zeros(size, dtype=bool)
    several[owners[known][persons[known] != found[owners[known]]]] = True
    return found, several
