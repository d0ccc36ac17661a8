"""Write journeys as an event log in XES (IEEE 1849)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public, require_path
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.replacing import replacing_packed
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.sources._event_logs.cells import instants_as_text, typed_texts, xml_text
from touchpoints.sources._event_logs.own import HEADER, Written, written
from touchpoints.sources._event_logs.xes_parser import INSTANCE, NAME, TIMESTAMP, TRANSITION

Elements = Callable[[Any], list[str]]

_CHUNK = 1 << 14
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" \
uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <classifier name="Event Name" scope="event" keys="concept:name"/>
"""


@public
def write_xes(journeys: Journeys, path: str | os.PathLike[str]) -> None:
    """Write journeys as an event log in XES that `xes` reads back.

    Parameters
    ----------
    journeys
        Each journey is a trace, its id the ``concept:name``, ``per_journey`` and ``persons`` its
        attributes. Each interaction is an event of the touchpoint's key (or raw text, where it is
        untyped), with ``per_interaction`` as attributes. Where journeys have ``ends``, an
        interaction with an end is an event of start and one of complete, which share a
        ``concept:instance``; one without is a complete alone.
    path
        The name of the file; ``.gz`` at its end compresses. An existing file is replaced once the
        new one is complete.

    Raises
    ------
    InvalidInputError
        When a text has a control character, which XML cannot hold.
    OSError
        When the file cannot be written.

    Notes
    -----
    ``tp.sources.xes(path, taxonomy=journeys.meta.taxonomy)`` gives equal journeys: facets, types of
    columns, outcomes, counts and censoring are kept in attributes that other tools can ignore,
    whose keys begin with ``touchpoints:``. The report of reading is not written. Times are written
    in UTC with ``Z``, naive ones as they are. Equal journeys give equal bytes.

    References
    ----------
    IEEE 1849-2023, "IEEE Standard for eXtensible Event Stream (XES) for Achieving Interoperability
    in Event Logs and Event Streams".

    See Also
    --------
    xes : Read the file back.
    write_ocel : Write an object-centric event log.
    touchpoints.write_journeys : Write a file that only this library reads, faster.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import touchpoints as tp
    >>> log = {"id": ["a", "a"], "day": ["2026-01-01", "2026-01-03"], "what": ["search", "visit"]}
    >>> journeys = tp.from_columns(log, journey="id", time="day", touchpoint="what")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "shop.xes")
    ...     tp.sources.write_xes(journeys, file)
    ...     tp.sources.xes(file) == journeys
    True
    """
    checked_journeys(journeys)
    require_path(path, mend="for example tp.sources.write_xes(journeys, 'shop.xes')")
    used = (NAME, TIMESTAMP, *((TRANSITION, INSTANCE) if journeys.ends is not None else ()))
    log = written(journeys, events=used, cases=(NAME,))
    with replacing_packed(path) as file:
        _write(journeys, log, file)


def _elements(key: str, column: Coded | Array, *, aware: bool) -> Elements:
    """Return a function from rows to elements of XES; empty text where a value is missing."""
    name = xml_text(key, what="the name of a column")

    def of(column: Coded | Array) -> list[str]:
        kind, texts = typed_texts(
            column, aware=aware, text=lambda one: xml_text(one, what=repr(key))
        )
        begin = f'<{kind} key="{name}" value="'
        return ["" if text is None else f'{begin}{text}"/>' for text in texts]

    if not isinstance(column, Coded):
        return lambda rows: of(column[rows])
    codes = column.codes
    known = of(Coded(np.arange(len(column.categories), dtype=np.int32), column.categories))
    table = np.array([*known, ""], dtype=object)
    return lambda rows: table[codes[rows]].tolist()


def _write(journeys: Journeys, log: Written, file: BinaryIO) -> None:
    header = xml_text(log.header, what="the header")
    file.write(f'{_HEAD}  <string key="{HEADER}" value="{header}"/>\n'.encode())
    aware = journeys.meta.timezone is not None
    cases = [_elements(key, one, aware=aware) for key, one in log.cases.items()]
    of_events = [
        _elements(key, one, aware=aware) for key, one in ((NAME, log.names), *log.events.items())
    ]
    ids = [xml_text(one, what="the id of a journey") for one in log.ids]
    for first in range(0, len(ids), _CHUNK):
        rows = slice(first, first + _CHUNK)
        columns = [elements(rows) for elements in cases]
        names = [f'<string key="{NAME}" value="{one}"/>' for one in ids[rows]]
        heads = ["".join(parts) for parts in zip(names, *columns, strict=True)]
        bounds = journeys.offsets[first : first + _CHUNK + 1]
        events = _events(journeys, of_events, slice(int(bounds[0]), int(bounds[-1])))
        sizes = _sizes(journeys, bounds)
        for head, size in zip(heads, sizes, strict=True):
            inside = "\n".join(next(events) for _ in range(size))
            text = (
                f"  <trace>{head}\n{inside}\n  </trace>\n" if size else f"  <trace>{head}</trace>\n"
            )
            file.write(text.encode())
    file.write(b"</log>\n")


def _sizes(journeys: Journeys, bounds: Array) -> Sequence[int]:
    """Return the number of events of each journey: two where an interaction has an end."""
    sizes = np.diff(bounds)
    if journeys.ends is not None:
        known = journeys.ends[bounds[0] : bounds[-1]].view(np.int64) != NAT
        counts = np.append(0, np.cumsum(known))
        sizes = sizes + np.diff(counts[bounds - bounds[0]])
    found: list[int] = sizes.tolist()
    return found


def _events(journeys: Journeys, columns: Sequence[Elements], rows: slice) -> Iterator[str]:
    """Yield the events of rows, in order of time within each journey."""
    positions = np.arange(rows.start, rows.stop)
    times, stages = journeys.times, None
    if journeys.ends is not None and times is not None:
        positions, times, stages = _with_completes(journeys, rows)
    elif times is not None:
        times = times[rows]
    parts = [elements(positions) for elements in columns]
    if times is not None:
        texts = instants_as_text(times, aware=journeys.meta.timezone is not None)
        parts.append([f'<date key="{TIMESTAMP}" value="{one}"/>' for one in texts])
    if stages is not None:
        parts.append([_STAGES[one] for one in stages.tolist()])
        numbers = (positions + 1).tolist()
        parts.append([f'<string key="{INSTANCE}" value="{one}"/>' for one in numbers])
    for elements in zip(*parts, strict=True):
        yield f"    <event>{''.join(elements)}</event>"


_STAGES = [f'<string key="{TRANSITION}" value="{one}"/>' for one in ("start", "complete")]


def _with_completes(journeys: Journeys, rows: slice) -> tuple[Array, Array, Array]:
    """Return the position, the time and the stage (0 start, 1 complete) of the events of rows."""
    if journeys.times is None or journeys.ends is None:
        raise InvalidInputError("journeys have ends but no times")
    times, ends = journeys.times[rows].view(np.int64), journeys.ends[rows].view(np.int64)
    known = np.flatnonzero(ends != NAT)
    owners = segments.owners_of(journeys.offsets)[rows]
    place = np.append(np.arange(len(times)), known)
    stamps = np.append(times, ends[known])
    stages = np.append((ends == NAT).astype(np.int8), np.ones(len(known), np.int8))
    # A start is before its complete, also where it takes no time; otherwise by time.
    order = np.lexsort((stages, place, stamps, owners[place]))
    return (
        place[order] + rows.start,
        stamps[order].view("datetime64[us]"),
        stages[order],
    )
