"""OCEL 2.0 in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from touchpoints._core.messages import first_few
from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.object_log import EVENT, OBJECT, ObjectLog
from touchpoints.sources._shared.skipped import Skipped

_TABLES = ("event", "object", "event_object", "event_map_type", "object_map_type")
_ID, _TIME, _CHANGED = "ocel_id", "ocel_time", "ocel_changed_field"


def read_sqlite(path: Any, skipped: Skipped) -> ObjectLog:
    """Return the log of a file, which is opened for reading only."""
    file = Path(path).resolve()
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            return _Reader(database, file.name, skipped).read()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"the SQLite file cannot be read: {error}",
            where=file.name,
            mend="copy or export the file again",
        ) from error


def _select(columns: Iterable[str], table: str) -> str:
    """Return a query; names that the file itself gives are quoted."""
    return f"SELECT {', '.join(columns)} FROM {_quoted(table)}"  # noqa: S608 - names are quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Reader:
    """The tables of a file."""

    def __init__(self, database: sqlite3.Connection, name: str, skipped: Skipped) -> None:
        self._database = database
        self._name = name
        self._now = ""
        self._log = ObjectLog(skipped, lambda: f"{name}, {self._now}")

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        yield from self._database.execute(query)

    def read(self) -> ObjectLog:
        known = {
            name for (name,) in self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        lacks = [name for name in _TABLES if name not in known]
        if lacks:
            raise InvalidInputError(
                f"the SQLite file is not OCEL 2.0: it has no table {first_few(lacks)}",
                where=f"{self._name}, which has {first_few(sorted(known), most=12)}",
            )
        self._objects(known)
        places = self._events(known)
        self._now = "table event_object"
        for event, number, qualifier in self._rows(
            "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"
        ):
            row = places.get(str(event))
            if row is None:
                self._log.skipped.note("a relation of an event that the log does not have")
            else:
                self._log.touched.add(row, self._log.number(str(number)), qualifier)
        if "object_object" in known:
            for source, target, qualifier in self._rows(
                "SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object"
            ):
                numbers = self._log.number(str(source)), self._log.number(str(target))
                self._log.related.add(*numbers, qualifier)
        return self._log

    def _tables(self, what: str, known: set[str]) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each type, the table of its attributes and their names."""
        for kind, suffix in list(
            self._rows(_select(("ocel_type", "ocel_type_map"), f"{what}_map_type"))
        ):
            table = f"{what}_{suffix}"
            columns: list[tuple[str, str]] = []
            if table in known:
                self._now = f"table {table}"
                found = self._rows(f"PRAGMA table_info({_quoted(table)})")
                columns = [(str(one[1]), str(one[2]).partition("(")[0]) for one in found]
            self._log.declare(
                what, kind, [one for one in columns if not one[0].startswith("ocel_")]
            )
            yield str(kind), table, [name for name, _ in columns]

    def _objects(self, known: set[str]) -> None:
        self._now = "table object"
        for key, kind in self._rows("SELECT ocel_id, ocel_type FROM object"):
            self._log.add_object(key, kind)
        for _, table, columns in self._tables(OBJECT, known):
            names = [one for one in columns if not one.startswith("ocel_")]
            if not {_ID, _TIME} <= set(columns):
                continue
            changed = _CHANGED if _CHANGED in columns else "NULL"
            query = _select((_ID, _TIME, changed, *map(_quoted, names)), table)
            for key, time, field, *values in self._rows(query):
                number = self._log.objects.get(str(key))
                if number is None:
                    self._log.skipped.note("attributes of an object that the log does not have")
                    continue
                for name, value in zip(names, values, strict=True):
                    if value is not None and field in (None, "", name):
                        self._log.change(number, name, value, time)

    def _events(self, known: set[str]) -> dict[str, int]:
        """Read the events in the order of their table; return their rows by id."""
        rows: dict[str, tuple[Any, list[tuple[str, Any]]]] = {}
        for _, table, columns in self._tables(EVENT, known):
            names = [one for one in columns if not one.startswith("ocel_")]
            if not {_ID, _TIME} <= set(columns):
                continue
            query = _select((_ID, _TIME, *map(_quoted, names)), table)
            for key, time, *values in self._rows(query):
                rows[str(key)] = (time, list(zip(names, values, strict=True)))
        self._now = "table event"
        places: dict[str, int] = {}
        for key, kind in self._rows("SELECT ocel_id, ocel_type FROM event"):
            time, values = rows.pop(str(key), (None, []))
            row = self._log.add_event(key, kind, time=time, attributes=values)
            if row is not None:
                places[str(key)] = row
        return places
