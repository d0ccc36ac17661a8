"""Fields of records: nested objects or flat columns, read as texts, numbers, truths and times."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import attrs
import numpy as np

from touchpoints._core.frozen import Coded, is_missing, owned
from touchpoints._core.messages import quoted, shortened, wrong_kind
from touchpoints.errors import WrongKindError
from touchpoints.sources._shared.files import is_path
from touchpoints.sources._shared.frames import frame_of_file, kind_of_file
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.records import NO_RECORD, TAKES, records_of
from touchpoints.sources._shared.skipped import Skipped

T = TypeVar("T")

_TRUE, _FALSE = frozenset({"true", "1", "yes", "t"}), frozenset({"false", "0", "no", "f"})
OUTSIDE = "a time is outside the years 1 to 9999 in UTC"

_NEXT = ("next_page", "links.next", "paging.next", "meta.next_token")

_NESTED = frozenset({dict, list})
_MEND = "for example the path 'export.json', or a list of dicts"


@attrs.frozen
class Unreadable(Exception):  # noqa: N818 - it is caught by the reader, which raises or counts it
    """What is wrong with a field of a record, without its value, and the value."""

    reason: str
    value: Any = None

    def refuse(self, skipped: Skipped, *, where: str, mend: str = "") -> None:
        """Raise or count the record."""
        said = where if self.value is None else f"{where}: {quoted(self.value)}"
        skipped.refuse(self.reason, where=shortened(said), mend=mend)


def field(record: Mapping[str, Any], *paths: str) -> Any:
    """Return the first value that is not missing at paths such as ``via.channel``, or None.

    A path is a flat column of this name, or leads through nested objects; a number in it is a
    position in a list.
    """
    for path in paths:
        value = record.get(path)
        if value is None and "." in path:
            value = _within(record, _steps(path))
        if value is not None and (type(value) in _NESTED or not is_missing(value)):
            return value
    return None


@functools.cache
def _steps(path: str) -> tuple[tuple[str, int | None], ...]:
    """Return the names of a path, each with the position in a list that it may mean."""
    return tuple((one, int(one) if one.isdecimal() else None) for one in path.split("."))


def _within(record: Any, steps: tuple[tuple[str, int | None], ...]) -> Any:
    value = record
    for name, position in steps:
        if type(value) is dict or isinstance(value, Mapping):
            value = value.get(name)
        elif position is not None and isinstance(value, (list, tuple)) and position < len(value):
            value = value[position]
        else:
            return None
    return value


def text(record: Mapping[str, Any], *paths: str) -> str | None:
    """Return a field as text, None where it is missing; 7, 7.0 and "7" are one text."""
    value = field(record, *paths)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        raise Unreadable(f"{paths[0]} must be text", value)
    if isinstance(value, Integral):
        return str(int(value))
    found = float(value)
    return str(int(found) if found.is_integer() else found)


def number(record: Mapping[str, Any], *paths: str, least: float = -math.inf) -> float | None:
    """Return a field as a finite number, None where it is missing; the text "2.5" is one."""
    value = field(record, *paths)
    if value is None:
        return None
    found = math.nan
    if isinstance(value, str) or (isinstance(value, Real) and not isinstance(value, bool)):
        found = _float(value)
    if not math.isfinite(found) or found < least:
        bound = "" if least == -math.inf else f" of at least {least:g}"
        raise Unreadable(f"{paths[0]} must be a number{bound}", value)
    return found


def _float(value: Any) -> float:
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def truth(record: Mapping[str, Any], *paths: str) -> bool | None:
    """Return a field that is true or false, as texts and as 1 and 0 too; None where missing."""
    value = field(record, *paths)
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    said = str(value).strip().casefold()
    said = said.removesuffix(".0")
    if said not in _TRUE | _FALSE:
        raise Unreadable(f"{paths[0]} must be true or false", value)
    return said in _TRUE


def time(record: Mapping[str, Any], *paths: str) -> dt.datetime | None:
    """Return a field as a datetime, naive if it is written without an offset; None if missing."""
    value = field(record, *paths)
    if value is None:
        return None
    found = moment_of(value)
    if found is None:
        raise Unreadable(f"{paths[0]} must be a time in ISO 8601", value)
    return found


def instant(record: Mapping[str, Any], *paths: str, skipped: Skipped) -> dt.datetime | None:
    """Return a field as a time with an offset, None if it is missing; see `in_utc`."""
    found = time(record, *paths)
    return None if found is None else in_utc(found, skipped)


def needed(found: T | None, reason: str) -> T:
    """Return what a record must have, or say what it lacks."""
    if found is None:
        raise Unreadable(reason)
    return found


def moment_of(value: Any) -> dt.datetime | None:
    """Return a time as a datetime, None where it is none: ISO 8601, a datetime or a date."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        return None
    written = value.strip()
    if written.endswith(" UTC"):
        written = f"{written.removesuffix(' UTC')}Z"
    try:
        return dt.datetime.fromisoformat(written)
    except ValueError:
        return None


def in_utc(moment: dt.datetime, skipped: Skipped) -> dt.datetime:
    """Return a time in UTC; one without an offset is read as UTC, and counted."""
    if moment.tzinfo is None:
        skipped.note("times without an offset, which are read as UTC")
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise Unreadable(OUTSIDE, moment.isoformat()) from error


def rows_in(
    source: Any, skipped: Skipped, *, within: Collection[str] = ()
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the rows of a table or the records of an export, each with where it stands.

    Parameters
    ----------
    source
        The path of a file (JSON lines, JSON, CSV, Parquet), records, a mapping of columns or a
        dataframe.
    within
        The names under which a page of an export lists its records, as in ``{"tickets": […]}``.
    """
    pages = Pages()
    for where, record in _rows(source, skipped, within):
        lists = [name for name in within if isinstance(record.get(name), list)]
        if not lists:
            yield where, record
        else:
            pages.see(goes_on=_goes_on(record))
        for name in lists:
            for position, one in enumerate(record[name]):
                place = f"{where}, {name} {position}"
                if isinstance(one, Mapping):
                    yield place, one
                else:
                    skipped.refuse(NO_RECORD, where=place, kind=WrongKindError)
    pages.tell(skipped)


@attrs.define
class Pages:
    """The pages of an answer that a source holds: whether one of them is the last."""

    _seen: int = 0
    _going_on: int = 0

    def see(self, *, goes_on: bool) -> None:
        """Take note of a page, and whether it says that another one follows."""
        self._seen += 1
        self._going_on += goes_on

    def tell(self, skipped: Skipped) -> None:
        """Note that pages lack, where each page says that another one follows."""
        if self._seen and self._seen == self._going_on:
            skipped.note("pages of the answer lack: each that was read says that another follows")


def _goes_on(page: Mapping[str, Any]) -> bool:
    """Tell whether a page says that another follows; some name the next one at the end too."""
    ends, more = field(page, "end_of_stream"), field(page, "meta.has_more")
    if isinstance(ends, bool):
        return not ends
    return more if isinstance(more, bool) else field(page, *_NEXT) is not None


def _rows(
    source: Any, skipped: Skipped, within: Collection[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if is_path(source):
        if kind_of_file(source) == "json":
            yield from records_of(source, skipped)
            return
        source = frame_of_file(source)
    if not isinstance(source, Mapping):
        yield from records_of(source, skipped)
        return
    if _is_page(source, within):
        yield "the page", source
        return
    columns = {name: _cells(cells) for name, cells in source.items()}
    sizes = {len(cells) for cells in columns.values()}
    if len(sizes) > 1:
        raise wrong_kind(source, takes=TAKES, mend="give columns of one length")
    for row, cells in enumerate(zip(*columns.values(), strict=True)):
        yield f"row {row}", dict(zip(columns, cells, strict=True))


def _is_page(source: Mapping[str, Any], within: Collection[str]) -> bool:
    """Tell whether a mapping is a page of records, and no mapping of columns."""
    return any(
        isinstance(cells, list) and all(isinstance(one, Mapping) for one in cells)
        for cells in (source.get(name) for name in within)
    )


def _cells(cells: Any) -> Sequence[Any]:
    if isinstance(cells, Coded):
        return cells.to_list()
    sized = hasattr(cells, "__len__") and hasattr(cells, "__iter__")
    if not sized or isinstance(cells, (str, bytes, Mapping)):
        raise wrong_kind(cells, takes=TAKES, mend=_MEND)
    return list(cells)


def finished(growing: Growing, *names: str) -> dict[str, Any]:
    """Return the columns of a reader; those named are there even if no row has a value."""
    columns = growing.finish()
    nothing = Coded(owned(np.full(growing.rows, -1, dtype=np.int32)), ())
    return {**dict.fromkeys(names, nothing), **columns}
