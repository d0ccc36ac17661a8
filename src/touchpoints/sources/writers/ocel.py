"""Write journeys as an object-centric event log (OCEL 2.0) in JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO

import numpy as np

from touchpoints._core.checks import public, require_path
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.replacing import replacing_packed
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.sources._event_logs.cells import instants_as_text, json_text, typed_texts
from touchpoints.sources._event_logs.own import END, HEADER, Written, written

_TYPE, _UNNAMED = "journey", "(missing)"
_BEGINNING = "1970-01-01T00:00:00Z"
_TYPES = {
    "string": "string",
    "date": "time",
    "int": "integer",
    "float": "float",
    "boolean": "boolean",
}


@public
def write_ocel(journeys: Journeys, path: str | os.PathLike[str]) -> None:
    """Write journeys as an object-centric event log that `ocel` reads back: OCEL 2.0 in JSON.

    Parameters
    ----------
    journeys
        Each journey is an object of the type ``journey``, ``per_journey`` and ``persons`` its
        attributes. Each interaction is an event of the touchpoint's key (or raw text, where it is
        untyped) that touches it, with ``per_interaction`` as attributes.
    path
        The name of the file; ``.gz`` at its end compresses. An existing file is replaced once the
        new one is complete.

    Raises
    ------
    InvalidInputError
        When journeys have no times, which events of OCEL must have.
    OSError
        When the file cannot be written.

    Notes
    -----
    ``tp.sources.ocel(path, "journey", taxonomy=journeys.meta.taxonomy)`` gives equal journeys:
    ends, facets, types of columns, outcomes, counts and censoring are kept in attributes that other
    tools can ignore, whose names begin with ``touchpoints:``. The report of reading is not written.
    Times are written in UTC with ``Z``, naive ones as they are. Equal journeys give equal bytes.

    References
    ----------
    Berti, A. et al. (2024). "OCEL (Object-Centric Event Log) 2.0 Specification". arXiv:2403.01975.

    See Also
    --------
    ocel : Read the file back.
    write_xes : Write an event log of cases.
    touchpoints.write_journeys : Write a file that only this library reads, faster.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import touchpoints as tp
    >>> log = {"id": ["a", "a"], "day": ["2026-01-01", "2026-01-03"], "what": ["search", "visit"]}
    >>> journeys = tp.from_columns(log, journey="id", time="day", touchpoint="what")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "shop.jsonocel")
    ...     tp.sources.write_ocel(journeys, file)
    ...     tp.sources.ocel(file, "journey") == journeys
    True
    """
    checked_journeys(journeys)
    require_path(path, mend="for example tp.sources.write_ocel(journeys, 'shop.jsonocel')")
    if journeys.times is None:
        raise InvalidInputError(
            "these journeys have no times, and events of OCEL must have one",
            mend="tp.sources.write_xes and tp.write_journeys write journeys without times",
        )
    log = written(journeys, events=(END,), cases=(), unnamed=_UNNAMED)
    with replacing_packed(path) as file:
        _write(journeys, log, file)


def _write(journeys: Journeys, log: Written, file: BinaryIO) -> None:
    aware = journeys.meta.timezone is not None
    events = dict(log.events)
    if journeys.ends is not None:
        events[END] = journeys.ends
    of_events, of_cases = (
        {key: _cells(key, one, aware=aware) for key, one in columns.items()}
        for columns in (events, log.cases)
    )
    names = [json_text(one, what="the name of a touchpoint") for one in log.names.categories]
    head = {
        HEADER: log.header,
        "objectTypes": [{"name": _TYPE, "attributes": _declared(of_cases)}],
        "eventTypes": [{"name": one, "attributes": _declared(of_events)} for one in names],
    }
    file.write(_json(head)[:-1].encode() + b',\n"objects": [')
    file.writelines(
        (",\n" if place else "\n").encode() + _json(one).encode()
        for place, one in enumerate(_objects(log, of_cases))
    )
    file.write(b'],\n"events": [')
    file.writelines(
        (",\n" if place else "\n").encode() + _json(one).encode()
        for place, one in enumerate(_events(journeys, log, names, of_events))
    )
    file.write(b"]}\n")


_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
Cells = tuple[str, list[str | None]]


def _cells(key: str, column: Coded | Array, *, aware: bool) -> Cells:
    """Return the type of a column in OCEL, and its values as text; None where missing."""
    json_text(key, what="the name of a column")
    kind, texts = typed_texts(column, aware=aware, text=partial(json_text, what=repr(key)))
    return _TYPES[kind], list(texts)


def _declared(columns: Mapping[str, Cells]) -> list[dict[str, str]]:
    return [{"name": key, "type": kind} for key, (kind, _) in columns.items()]


def _objects(log: Written, columns: Mapping[str, Cells]) -> Iterator[dict[str, Any]]:
    for row, one in enumerate(log.ids):
        yield {
            "id": json_text(one, what="the id of a journey"),
            "type": _TYPE,
            "attributes": [
                {"name": key, "time": _BEGINNING, "value": texts[row]}
                for key, (_, texts) in columns.items()
                if texts[row] is not None
            ],
        }


def _events(
    journeys: Journeys, log: Written, names: list[str], columns: Mapping[str, Cells]
) -> Iterator[dict[str, Any]]:
    owners = np.repeat(np.arange(len(journeys)), np.diff(journeys.offsets)).tolist()
    times = instants_as_text(np.asarray(journeys.times), aware=journeys.meta.timezone is not None)
    codes = log.names.codes.tolist()
    for row, (owner, time, code) in enumerate(zip(owners, times, codes, strict=True)):
        yield {
            "id": f"e{row + 1}",
            "type": names[code],
            "time": time,
            "attributes": [
                {"name": key, "value": texts[row]}
                for key, (_, texts) in columns.items()
                if texts[row] is not None
            ],
            "relationships": [{"objectId": log.ids[owner], "qualifier": _TYPE}],
        }
