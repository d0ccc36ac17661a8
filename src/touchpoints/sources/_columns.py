"""The columns of a log and the arguments that name them: of records, and of a table by roles."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from touchpoints._core.checks import check_option, require_kind
from touchpoints._core.columns import (
    ColumnRoles,
    IdColumn,
    Log,
    check_not_empty_column,
    keys_of_columns,
    one_or_several,
    ranks_of,
)
from touchpoints._core.datetimes import BadTimes, Instants
from touchpoints._core.frozen import Array, is_missing
from touchpoints._core.instants import checked_format, from_objects
from touchpoints._core.messages import agreeing, counted, first_few, quoted
from touchpoints._core.reading import Table
from touchpoints._core.text import is_blank
from touchpoints._core.zones import Ambiguous, HowTimes, zoned
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.errors import InvalidInputError, WrongKindError, warn
from touchpoints.sources._assemble import Duplicates, Missing, Options, PersonConflicts

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy


BY_KEY = "touchpoint"
"""The name in ``tiebreak=`` that is no column: ties go by the key of the touchpoint."""


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
    time = _times(table, names, how)
    end = None if names.end is None else table.instants(names.end, open_too)
    _check_format_used(names, time, end, how.time_format)
    return Log(
        rows=table.rows,
        journey=_journey_keys(table, names.journey),
        time=time,
        timed=bool(names.time),
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
        named = (*names.time, *(() if names.end is None else (names.end,)))
        where = " and ".join(map(repr, named))
        raise InvalidInputError(
            f"time_format={quoted(time_format)} says how times are written, but the values of "
            f"{where} are instants already",
            mend="leave time_format= out; where the instants are wrong, pass the column as it was "
            "before it was converted",
        )


def check_used(names: ColumnRoles) -> None:
    """Raise for options that would be ignored, because what they belong to is not given."""
    if not names.time and (names.end is not None or names.lifecycle is not None):
        raise InvalidInputError(
            "end= and lifecycle= say when interactions end, but time=None says there are no times",
            mend="leave them out, or name the column of times",
        )
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


def _times(table: Table, names: ColumnRoles, how: HowTimes) -> Instants:
    """Return the times of the rows; without times, numbers that keep them in order."""
    if not names.time:
        if how != HowTimes():
            raise InvalidInputError(
                "time_format=, tz=, ambiguous= and bad_times= say how times are read, but "
                "time=None says that there are none",
                mend="leave them out, or name the column of times",
            )
        if table.lazy:
            check_ordered(names)
        return Instants(_places(table, names))
    if len(names.time) == 1:
        return table.instants(names.time[0], how)
    called = " and ".join(names.time)
    days, hours = (map(_written, _without_zones(table.values(name), name)) for name in names.time)
    pairs = zip(days, hours, strict=True)
    joined = [None if None in (day, hour) else f"{day} {hour}" for day, hour in pairs]
    found = from_objects(joined, called, how.time_format, bad_times=how.bad_times)
    return zoned(found, called, how)


def _without_zones(values: list[Any], name: str) -> list[Any]:
    """Return dates or times of day, or raise for dates with a zone, which joining would lose."""
    for value in values:
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            raise InvalidInputError(
                f"column {name!r} of time= has dates with a zone, such as '{value}'",
                mend="remove the zone from the dates, and pass it as tz=",
            )
    return values


def check_ordered(names: ColumnRoles) -> None:
    """Raise where nothing orders the rows of a lazy table."""
    if not names.time and not names.tiebreak:
        raise InvalidInputError(
            "a lazy table has no order of rows, and time=None gives it none",
            mend="pass tiebreak= with columns that order the rows, or collect the table first",
        )


def _places(table: Table, names: ColumnRoles) -> Array:
    """Return the order of the rows: by the columns that break ties, or as they stand."""
    columns = [ranks_of(table.kept(name), name) for name in names.tiebreak]
    if not columns:
        return np.arange(table.rows, dtype=np.int64)
    order = np.lexsort(columns[::-1])
    later = np.zeros(table.rows, dtype=bool)
    for one in columns:
        later[1:] |= one[order][1:] != one[order][:-1]
    places = np.empty(table.rows, dtype=np.int64)
    places[order] = np.cumsum(later)
    return places


def _written(value: Any) -> str | None:
    """Return a date or a time of day as ISO text, or a text as it is; None where it is missing."""
    if is_missing(value) or (isinstance(value, str) and is_blank(value)):
        return None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()  # a date, as pandas and numpy hold it
    return value.strip() if isinstance(value, str) else str(value)


def _journey_keys(table: Table, names: tuple[str, ...]) -> IdColumn:
    parts = [table.keys(name) for name in names]
    for name, part in zip(names, parts, strict=True):
        missing = 0 if part.missing is None else int(part.missing.sum())
        check_not_empty_column(name, table.rows, missing, "journey")
    return keys_of_columns(parts)


def times_named(time: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns of the time: one, a date and a time, or none."""
    names = () if time is None else one_or_several("time", time)
    if len(names) > len(("date", "time")):
        raise InvalidInputError(
            f"time must name one column, or two with date and time, got {names!r}"
        )
    return names


def tiebreaks(tiebreak: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns that break ties, in order."""
    return () if tiebreak is None else one_or_several("tiebreak", tiebreak)


def ties_by_key(names: ColumnRoles, columns: Sequence[str]) -> tuple[ColumnRoles, bool]:
    """Return whether ties go by the key of the touchpoint in the end, and the roles without that.

    ``"touchpoint"`` says so where it is the last name of ``tiebreak=`` and no column has it.
    """
    last = names.tiebreak[-1] if names.tiebreak else None
    if not isinstance(last, str) or last != BY_KEY or BY_KEY in columns:
        return names, False
    return attrs.evolve(names, tiebreak=names.tiebreak[:-1]), True


def column_of(touchpoint: str | Classifier) -> str | None:
    """Return the column of names, if that is what the argument names."""
    return touchpoint if isinstance(touchpoint, str) else None


def fields_of(touchpoint: str | Classifier) -> tuple[str, ...]:
    """Return the columns that a classifier reads."""
    if isinstance(touchpoint, str):
        return ()
    check_classifier_object(touchpoint)
    return touchpoint.reads


def checked_options(
    taxonomy: Taxonomy | None,
    touchpoint: str | Classifier,
    unmatched: Unmatched,
    duplicates: Duplicates,
    missing: Missing,
    person_conflicts: PersonConflicts,
    stages: Mapping[str, int],
) -> Options:
    """Return the options of reading, or raise for one that is not known."""
    return Options(
        taxonomy=taxonomy,
        classifier=None if isinstance(touchpoint, str) else touchpoint,
        unmatched=check_option("unmatched", unmatched, Unmatched),
        duplicates=check_option("duplicates", duplicates, Duplicates),
        missing=check_option("missing", missing, Missing),
        person_conflicts=check_option("person_conflicts", person_conflicts, PersonConflicts),
        stages=stages,
    )
