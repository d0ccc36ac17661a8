"""From the columns of XES to a table of events with roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, code_values, owned
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.attributes import texts_of
from touchpoints.sources._event_logs.globals import fill_defaults
from touchpoints.sources._event_logs.names import Names, names_of
from touchpoints.sources._event_logs.placing import (
    as_times,
    is_timeless,
    placed_column,
    placed_times,
)
from touchpoints.sources._event_logs.times import Parsed
from touchpoints.sources._event_logs.xes_parser import (
    INSTANCE,
    NAME,
    NO_TIME,
    TIMESTAMP,
    TRANSITION,
    XesLog,
    keys_of_classifier,
)
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.tables import rows_of

PERSON = "person"
_COMPLETE = "complete"
_NAMELESS = "an event of a trace without a concept:name"
_NAMELESS_EMPTY = "a trace without a concept:name and without events, left out"
_AGAIN = "a trace with the concept:name of an earlier trace, which is one journey with it"
_NO_STAGE = "an event without a lifecycle:transition, read as complete"
_JOINED = "+"


@attrs.frozen(eq=False, kw_only=True)
class XesTable:
    """A log of XES as a table.

    Attributes
    ----------
    columns
        The columns of the events that can be read.
    names
        What attributes are called.
    stages
        The column of lifecycle transitions if it has starts and completes, else None.
    instance
        The column of activity instances, where start and complete are to be joined by it.
    tz
        The zone of naive times, or UTC.
    timeless
        Whether no event has a time, so that only their order is known.
    person
        The name of the column of persons, or None.
    ids, cases
        The distinct ids of all traces in order, and the columns of the traces that are the first
        of their id, by the name of the column.
    """

    columns: dict[str, Any]
    names: Names
    stages: str | None
    instance: str | None
    tz: str | None
    timeless: bool
    person: str | None
    ids: list[str]
    cases: dict[str, Coded | Array]


def table_of_xes(
    log: XesLog, *, classifier: Any, person: str | None, tz: str | None, skipped: Skipped
) -> XesTable:
    """Return the events of a log that was read as a table."""
    events, traces = log.columns()
    fill_defaults(events, log.rows, log.defaults["event"], but=(TIMESTAMP,), skipped=skipped)
    fill_defaults(traces, len(log.starts), log.defaults["trace"], but=(NAME,), skipped=skipped)
    ids = _ids(log, traces, skipped)
    keys = _classifier_keys(classifier, log, list(events))
    times = as_times(events.pop(TIMESTAMP, None), key=TIMESTAMP, reason=NO_TIME, skipped=skipped)
    time, zone = placed_times(times, log.rows, key=TIMESTAMP, tz=tz)
    named = _named(events, keys, log.rows)
    of_events = [key for key in events if key != NAME]
    names = names_of(of_events, traces, cases_called={NAME: "trace"})
    known, place = tz or zone, log.owners()

    def settled(column: Coded | Array | Parsed, name: str) -> Coded | Array:
        if isinstance(column, Parsed):
            return placed_column(column, name=name, zone=known, skipped=skipped)
        return column

    of_traces = {names.cases[key]: settled(one, key) for key, one in traces.items()}
    of_traces["trace"] = ids
    columns: dict[str, Any] = {"time": time, "name": named, **rows_of(of_traces, place)}
    for key in names.events:
        columns[names.events[key]] = settled(events.pop(key), key)
    stages = _stages(columns, names.events.get(TRANSITION), skipped)
    found = _person(columns, names, person)
    kept = columns["trace"].codes >= 0
    kept[[] if times is None else times.bad] = False
    first = _first_of_each(ids)
    return XesTable(
        columns=columns if kept.all() else rows_of(columns, kept),
        names=names,
        stages=stages,
        instance=names.events.get(INSTANCE),
        tz=zone,
        timeless=log.rows > 0 and is_timeless(times),
        person=found,
        ids=[ids.categories[code] for code in ids.codes[first].tolist()],
        cases=rows_of(of_traces, first),
    )


def _ids(log: XesLog, traces: dict[str, Any], skipped: Skipped) -> Coded:
    """Return the id of each trace; those without one, and repeats, are raised or counted."""
    n = len(log.starts)
    column = traces.pop(NAME, None)
    ids = Coded(owned(np.full(n, -1, dtype=np.int32)), ()) if column is None else texts_of(column)
    traces[NAME] = ids
    sizes = log.sizes()
    for row in np.flatnonzero(ids.codes < 0).tolist():
        if sizes[row]:
            where = f"trace {row + 1:,} of the file"
            skipped.refuse(_NAMELESS, where=where)
            skipped.bad[_NAMELESS] += int(sizes[row]) - 1
        else:
            skipped.note(_NAMELESS_EMPTY)
    known = ids.codes[ids.codes >= 0]
    skipped.note(_AGAIN, len(known) - len(np.unique(known)))
    return ids


def _first_of_each(ids: Coded) -> Array:
    codes, first = np.unique(ids.codes, return_index=True)
    return np.sort(first[codes >= 0])


def _classifier_keys(given: Any, log: XesLog, known: Sequence[str]) -> tuple[str, ...]:
    """Return the keys that form the name of an event."""
    if given is None:
        return (NAME,)
    if isinstance(given, str):
        if given in log.classifiers:
            text = log.named(log.classifiers[given].strip())
            keys = (text,) if text in known else keys_of_classifier(log.classifiers[given])
            keys = tuple(map(log.named, keys))
        elif given in known:
            keys = (given,)
        else:
            raise not_found("classifier", given, [*log.classifiers, *known])
    else:
        keys = tuple(given)
    if not keys:
        raise InvalidInputError("a classifier needs at least one key", where=repr(given))
    for key in keys:
        if log.rows and key not in known:
            raise not_found("attribute of events", key, known, where="given by classifier=")
    return keys


def _named(events: dict[str, Any], keys: tuple[str, ...], rows: int) -> Coded:
    """Return what each event is called: its values of the keys, joined by a plus."""
    parts = [texts_of(events[key]) for key in keys if key in events]
    if not parts:
        return Coded(owned(np.full(rows, -1, dtype=np.int32)), ())
    if len(parts) == 1:
        return parts[0]
    tuples = np.stack([one.codes for one in parts], axis=1)
    distinct, codes = np.unique(tuples, axis=0, return_inverse=True)
    texts = [
        None
        if max(row) < 0
        else _JOINED.join(
            one.categories[code] if code >= 0 else "" for one, code in zip(parts, row, strict=True)
        )
        for row in distinct.tolist()
    ]
    return code_values(texts).take(codes.reshape(-1))


def _stages(columns: dict[str, Any], name: str | None, skipped: Skipped) -> str | None:
    """Return the column of transitions if starts and completes occur; fill in what lacks."""
    if name is None:
        return None
    stages = texts_of(columns[name])
    rows = np.bincount(stages.codes + 1, minlength=len(stages.categories) + 1)[1:].tolist()
    seen = {
        text.strip().casefold()
        for text, count in zip(stages.categories, rows, strict=True)
        if count
    }
    if not {"start", _COMPLETE} <= seen:
        return None
    gone = stages.codes < 0
    if gone.any():
        skipped.note(_NO_STAGE, int(gone.sum()))
        known = tuple(dict.fromkeys((*stages.categories, _COMPLETE)))
        codes = np.where(gone, known.index(_COMPLETE), stages.codes).astype(np.int32)
        stages = Coded(owned(codes), known)
    columns[name] = stages
    return name


def _person(columns: dict[str, Any], names: Names, key: str | None) -> str | None:
    """Return the column of persons, called ``person``, from an attribute of traces or events."""
    wanted = PERSON if key is None else key
    found = names.cases.get(wanted, names.events.get(wanted))
    if found is None or found == "trace":
        if key is None:
            return None
        known = [one for one in (*names.cases, *names.events) if one != NAME]
        raise not_found("attribute", key, known, where="given as person")
    columns[PERSON] = columns[found]
    return PERSON


def codes_of_stages(table: XesTable) -> tuple[str, ...]:
    """Put codes in place of transitions that are kept as they are, and return their texts.

    A column that holds starts and completes would be taken for one that was forgotten to be joined.
    """
    column = table.columns[table.stages or ""]
    table.columns[table.stages or ""] = column.codes
    return tuple(column.categories)
