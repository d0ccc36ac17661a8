"""Columns of the events of Google Analytics 4: from nested records, and from flat tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.columns import id_text
from touchpoints._core.datetimes import FIRST, LAST
from touchpoints._core.frozen import Array, Coded, code_values, owned
from touchpoints._core.messages import first_few
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.files import lines_of, opened
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.records import begins_array, records_of, records_of_lines
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.tables import Flat, first_known, rows_of
from touchpoints.sources._shared.web.ga4_arrow import batches_of_json, columns_of_batch, has_arrow
from touchpoints.sources._shared.web.ga4_names import (
    IDS,
    LAST_CLICK,
    LAST_CLICKS,
    NUMBERS,
    OF_PARAMETERS,
    OF_TOP,
    PARAMETERS,
    SESSION,
    STRUCTS,
    Names,
    flat_names,
    parameter_names,
)

_BATCH = 1 << 15


class BadEventError(ValueError):
    """An event that is not written as GA4 exports it; the text is the reason."""


def nested_columns(source: Any, skipped: Skipped, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of records, each event with ``event_params`` or flat."""
    reading = _Reading(skipped=skipped, wanted=wanted)
    reading.add(records_of(source, skipped))
    return reading.finish()


def columns_of_lines(path: Any, skipped: Skipped, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of a file of JSON lines, or of a JSON array.

    Lines are read by pyarrow where it is installed, block by block. A block with anything that
    pyarrow does not take as it is documented is read event by event, which finds out what it is.
    """
    reading = _Reading(skipped=skipped, wanted=wanted)
    with opened(path) as file:
        if not has_arrow() or begins_array(file):
            return nested_columns(path, skipped, wanted)
        first = 1
        for block, batch in batches_of_json(lines_of(file)):
            found = None if batch is None else columns_of_batch(batch, reading.names)
            if found is None:
                reading.add(records_of_lines(io.BytesIO(block), skipped, first=first))
            else:
                reading.columns.add_rows(batch.num_rows, found)
            first += block.count(b"\n")
    return reading.finish()


def columns_of_arrow(table: Any, skipped: Skipped, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of a nested table of pyarrow."""
    reading = _Reading(skipped=skipped, wanted=wanted)
    first = 0
    for batch in table.to_batches(max_chunksize=_BATCH):
        found = columns_of_batch(batch, reading.names)
        if found is None:
            rows = enumerate(batch.to_pylist(), first)
            reading.add((f"record {place}", one) for place, one in rows)
        else:
            reading.columns.add_rows(batch.num_rows, found)
        first += batch.num_rows
    return reading.finish()


@attrs.define(kw_only=True)
class _Reading:
    """The columns of the events that were read so far."""

    skipped: Skipped
    wanted: tuple[str, ...]
    columns: Growing = attrs.field(factory=lambda: Growing(times=("time",), numbers=NUMBERS))

    @property
    def names(self) -> dict[str, str]:
        """The column of each parameter."""
        return parameter_names(self.wanted)

    def add(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Add events, one by one; those that cannot be read are raised or counted."""
        names, flat = self.names, flat_names(self.wanted)
        for where, record in records:
            try:
                row = _row_of(record, names, flat)
                unread = _read_numbers(row)
            except BadEventError as error:
                self.skipped.refuse(str(error), where=where)
            except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
                self.skipped.refuse(
                    "a field of an event is not of the shape that GA4 exports", where=where
                )
            else:
                self.columns.add_row(row)
                if unread:
                    self.skipped.note(f"{unread} is not a number: missing")

    def finish(self) -> dict[str, Any]:
        """Return all columns of the format; those that no event has are missing."""
        return with_missing(self.columns.finish(), self.columns.rows, self.wanted)


def with_missing(found: dict[str, Any], rows: int, wanted: Iterable[str]) -> dict[str, Any]:
    """Return all columns of the format: those that a table lacks are missing in all rows.

    Columns are texts, but for times, numbers and the parameters that are wanted.
    """
    texts = dict.fromkeys((*flat_names(wanted).values(), *OF_PARAMETERS.values()))
    nothing = Coded(owned(np.full(rows, -1, dtype=np.int32)), ())
    as_they_are = {*NUMBERS, "time", *wanted}
    return {
        **{name: nothing for name in texts if name not in NUMBERS},
        **{
            name: one
            if isinstance(one, Coded) or name in as_they_are
            else code_values(one.tolist(), called=name)
            for name, one in found.items()
        },
    }


def _row_of(record: Mapping[str, Any], names: Names, flat: Names) -> dict[str, Any]:
    given = record.get(PARAMETERS)
    row: dict[str, Any] = {}
    if given is None:
        _put_fields(row, record, flat)
    else:
        _put_parameters(row, given, names)
        _put_fields(row, record, OF_TOP)
    for name, fields in STRUCTS.items():
        struct = record.get(name)
        if struct:
            _put_fields(row, struct, fields)
    last_click = record.get(LAST_CLICK)
    if last_click:
        for kind, fields in LAST_CLICKS.items():
            struct = last_click.get(kind)
            if struct:
                _put_fields(row, struct, fields)
    for value in row.values():
        hash(value)  # a list or a record is not a single value: TypeError
    return row


def _put_fields(row: dict[str, Any], record: Mapping[str, Any], fields: Names) -> None:
    """Put the fields of a record that are known into a row."""
    get = record.get
    for field, column in fields.items():
        value = get(field)
        if value is not None:
            row[column] = value


def _put_parameters(row: dict[str, Any], given: Any, names: Names) -> None:
    """Put the parameters that are read into a row: of a list of pairs, or of a mapping."""
    if isinstance(given, Mapping):
        row.update((names[key], one) for key, one in given.items() if key in names)
        return
    for one in given:
        key = one["key"]
        if key in names:
            value = one["value"]
            found = value.get("string_value")
            if found is None:
                found = _number_of(value)
            if found is not None:
                row[names[key]] = found


def _number_of(value: Mapping[str, Any]) -> int | float | None:
    number = value.get("int_value")
    if number is not None and number == number:
        return int(number)
    for kind in ("double_value", "float_value"):
        number = value.get(kind)
        if number is not None and number == number:
            return float(number)
    return None


def _read_numbers(row: dict[str, Any]) -> str:
    """Read numbers, ids and the time of a row in place; return which number cannot be read."""
    unread = ""
    for name in NUMBERS:
        value = row.get(name)
        if value is not None and type(value) is not float:
            try:
                row[name] = float(value)
            except ValueError:
                del row[name]
                unread = name if value else ""
    for name in IDS:
        value = row.get(name)
        if value is not None and type(value) is not str:
            row[name] = id_text(value)
    time = row.pop("event_timestamp", "")
    if time != "" and time == time:
        row["time"] = _microseconds(time)
    return unread


def _microseconds(time: Any) -> int:
    try:
        stamp = int(time)
    except (TypeError, ValueError, OverflowError) as error:
        what = "event_timestamp is not an integer number of microseconds"
        raise BadEventError(what) from error
    if not FIRST <= stamp <= LAST:
        raise BadEventError("event_timestamp is outside the years 1 to 9999")
    return stamp


def flat_columns(
    source: Any, skipped: Skipped, wanted: tuple[str, ...], *, sessions: bool
) -> dict[str, Any]:
    """Return the columns of a flat table, in which parameters are columns."""
    names = flat_names(wanted)
    table = Flat(source, required=("event_name", "event_timestamp"), optional=names)
    given: dict[str, list[str]] = {}
    for name, column in names.items():
        if table.has(name):
            given.setdefault(column, []).append(name)
    if sessions and SESSION not in given:
        raise InvalidInputError(
            f"the events have no {SESSION}, without which there are no sessions",
            where=f"columns: {', '.join(table.names[:20])}",
            mend=f'export the parameter {SESSION}, or pass journey="person"',
        )
    _check_ids(table)
    stamps, readable = table.times("event_timestamp", skipped=skipped, time_format="epoch_us")
    found: dict[str, Any] = {"time": owned(stamps.view("datetime64[us]"))}
    for column, ones in given.items():
        if column in NUMBERS:
            found[column] = _numbers(table, ones)
        elif column in wanted:
            found[column] = table.kept(ones[0])
        elif column != "event_timestamp":
            found[column] = first_known(*(table.text(one) for one in ones))
    return with_missing(rows_of(found, readable), int(readable.sum()), wanted)


def _check_ids(table: Flat) -> None:
    """Refuse ids that somebody read as floats: 1234567890.1700000000 has lost its zeros."""
    ids = table.kept("user_pseudo_id")
    if not isinstance(ids, Coded) and ids.dtype.kind == "f" and not np.isnan(ids).all():
        raise InvalidInputError(
            "user_pseudo_id holds floats, which have lost digits of the ids",
            where=first_few(ids[~np.isnan(ids)][:3].tolist()),
            mend="read the column as text, for example dtype={'user_pseudo_id': str} in pandas",
        )


def _numbers(table: Flat, names: Iterable[str]) -> Array:
    found = np.full(table.rows, np.nan)
    for name in names:
        found = np.where(np.isnan(found), table.numbers(name), found)
    return owned(found)
