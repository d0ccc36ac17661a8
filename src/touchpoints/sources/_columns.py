"""The columns of a log: of records, and of a table by their roles."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from touchpoints._core.checks import check_option, require_kind
from touchpoints._core.columns import (
    ColumnRoles,
    IdColumn,
    Log,
    check_not_empty_column,
    keys_of_columns,
    ranks_of,
)
from touchpoints._core.datetimes import BadTimes, Instants
from touchpoints._core.instants import checked_format
from touchpoints._core.messages import agreeing, counted, first_few, quoted
from touchpoints._core.reading import Table
from touchpoints._core.zones import Ambiguous, HowTimes
from touchpoints.errors import InvalidInputError, WrongKindError, warn


def columns_of_records(records: Iterable[Mapping[str, Any]], used: Sequence[str]) -> Any:
    """Return the columns of records; if there are none, the columns used, empty."""
    mend = "tp.from_frame reads a dataframe, tp.from_columns a mapping of columns"
    require_kind(records, Iterable, takes="a sequence of records (mappings)", mend=mend)
    rows = list(_numbered(records)) if isinstance(records, csv.DictReader) else list(records)
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            what = f"record {position} must be a mapping of names to values, got {first_few([row])}"
            raise WrongKindError(what, mend=mend)
    ragged = {position: row[None] for position, row in enumerate(rows) if None in row}  # type: ignore[index]
    if ragged:
        raise InvalidInputError(
            f"{counted(len(ragged), 'record')} {agreeing(len(ragged), 'have')} more cells than "
            "there are names of columns",
            where=f"records {first_few(ragged)}: {first_few(ragged.values())}",
            mend="a cell that holds the delimiter needs quotes; csv.DictReader keeps the cells "
            "without a name under None",
        )
    names = dict.fromkeys((name for row in rows for name in row) if rows else used)
    return {name: [row.get(name) for row in rows] for name in names}


def _numbered(reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file; warn of rows with fewer cells than there are columns."""
    short: list[int] = []
    try:
        for row in reader:
            if None in row.values():
                short.append(reader.line_num)
            yield row
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"the CSV file is not written in {error.encoding}, as which it was opened",
            where=f"after line {reader.line_num}",
            mend='save it as UTF-8, or open it in its own encoding: open(path, encoding="cp1252")',
        ) from error
    except csv.Error as error:
        raise InvalidInputError(
            f"the CSV file cannot be read: {error}",
            where=f"line {reader.line_num + 1}",
            mend="a quote that is never closed makes one cell of many lines; longer cells need "
            "csv.field_size_limit(…)",
        ) from error
    if short:
        warn(
            f"{counted(len(short), 'row')} of the CSV file {agreeing(len(short), 'have')} fewer "
            f"cells than there are columns (lines {first_few(short)}): what is not there is missing"
        )


def log_of(table: Table, names: ColumnRoles, how: HowTimes) -> Log:
    """Return the columns of a table in their roles."""
    open_too = attrs.evolve(how, may_be_open=True)
    kept = dict.fromkeys((*names.fields, *names.per_interaction))
    time = table.instants(names.time, how)
    end = None if names.end is None else table.instants(names.end, open_too)
    _check_format_used(names, time, end, how.time_format)
    return Log(
        rows=table.rows,
        journey=_journey_keys(table, names.journey),
        time=time,
        touchpoint=None if names.touchpoint is None else table.text(names.touchpoint),
        fields={name: table.kept(name) for name in kept},
        per_interaction=names.per_interaction,
        per_journey={name: table.kept(name) for name in names.per_journey},
        person=None if names.person is None else table.keys(names.person),
        end=end,
        lifecycle=None if names.lifecycle is None else table.text(names.lifecycle),
        instance=None if names.instance is None else table.keys(names.instance),
        count=None if names.count is None else table.numbers(names.count),
        tiebreak=tuple(ranks_of(table.kept(name), name) for name in names.tiebreak),
        row_order=not table.lazy,
    )


def _check_format_used(
    names: ColumnRoles, time: Instants, end: Instants | None, time_format: str | None
) -> None:
    """Raise where a format is given of times that need none."""
    columns = [one for one in (time, end) if one is not None]
    if time_format is None or not all(one.held for one in columns):
        return
    if not all(one.missing.all() for one in columns):
        where = " and ".join(repr(one) for one in (names.time, names.end) if one is not None)
        raise InvalidInputError(
            f"time_format={quoted(time_format)} says how times are written, but the values of "
            f"{where} are instants already",
            mend="leave time_format= out; where the instants are wrong, pass the column as it was "
            "before it was converted",
        )


def check_used(names: ColumnRoles) -> None:
    """Raise for options that would be ignored, because what they belong to is not given."""
    if names.instance is not None and names.lifecycle is None:
        raise InvalidInputError(
            "instance= says which start and complete rows belong together, but lifecycle= names no "
            "column",
            mend="pass lifecycle= with the column of stages, or leave instance= out",
        )
    if names.lifecycle is not None and names.end is not None:
        raise InvalidInputError(
            "end= and lifecycle= both say when interactions end",
            mend="leave one of them out: end= for one row an interaction, lifecycle= for start and "
            "complete rows",
        )


def checked_times(
    *, time_format: str | None, tz: str | None, bad_times: BadTimes, ambiguous: Ambiguous | None
) -> HowTimes:
    """Return how times are written, or raise for options that are wrong or would be ignored."""
    if ambiguous is not None and tz is None:
        raise InvalidInputError(
            "ambiguous= says which of two naive times is meant where the clocks change, but tz= "
            "names no zone",
            mend="pass tz= with the zone of the times, or leave ambiguous= out",
        )
    return HowTimes(
        time_format=checked_format(time_format),
        tz=tz,
        bad_times=check_option("bad_times", bad_times, BadTimes),
        ambiguous=None if ambiguous is None else check_option("ambiguous", ambiguous, Ambiguous),
    )


def _journey_keys(table: Table, names: tuple[str, ...]) -> IdColumn:
    parts = [table.keys(name) for name in names]
    for name, part in zip(names, parts, strict=True):
        missing = 0 if part.missing is None else int(part.missing.sum())
        check_not_empty_column(name, table.rows, missing, "journey")
    return keys_of_columns(parts)
