"""Logs in: from dataframes, plain columns or records to `Journeys`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints._core.checks import (
    check_option,
    require_kind,
)
from touchpoints._core.columns import ColumnRoles, Log, ranks_of, several
from touchpoints._core.datetimes import BadTimes
from touchpoints._core.frozen import Array
from touchpoints._core.messages import agreeing, counted, first_few
from touchpoints._core.reading import Table, table_of
from touchpoints._core.zones import Ambiguous, HowTimes
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.sources._assemble import Duplicates, Missing, Options, assemble
from touchpoints.sources._lifecycle import Stages, check_stages, warn_of_lifecycle

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys
    from touchpoints.taxonomy import Taxonomy


def from_frame(
    frame: Any,
    *,
    journey: str,
    time: str,
    touchpoint: str | Classifier,
    person: str | None = None,
    end: str | None = None,
    lifecycle: str | None = None,
    instance: str | None = None,
    stages: Stages | None = None,
    count: str | None = None,
    taxonomy: Taxonomy | None = None,
    per_interaction: Sequence[str] = (),
    per_journey: Sequence[str] = (),
    unmatched: Unmatched = "raise",
    missing: Missing = "drop",
    tiebreak: str | None = None,
    duplicates: Duplicates = "keep",
    tz: str | None = None,
    ambiguous: Ambiguous | None = None,
    time_format: str | None = None,
    bad_times: BadTimes = "raise",
) -> Journeys:
    """Read an event log from a dataframe.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame, a polars LazyFrame, a pyarrow Table, a duckdb relation, or
        any other table narwhals reads, or columns by name. One row an event, in any order. It is
        not changed, and of a lazy one only the columns named are read.
    journey, time, touchpoint
        The columns with the id of the journey, the time of the event, and what happened. Instead
        of a column, ``touchpoint`` can be a classifier (see `classifier`), called once for each
        distinct tuple of the columns it reads; those columns are kept for `retype`.
    person
        Column with whose journey it is, where a person can have several: tests and intervals
        then treat the journeys of one person as one cluster.
    end
        Column with the time the interaction ended.
    lifecycle, instance
        For logs that record the start and the complete of an activity in rows of their own: the
        column that says which (``start``, ``complete``, in any case), and the column that ties
        the two together. Without ``instance``, rows of one touchpoint in a journey belong
        together. In order of time a complete takes the oldest start that is still open; where
        there is none it stands alone, without an end.
    stages
        What the stages are called, where not ``start`` and ``complete``: ``{"start": "begin",
        "complete": ["end", "closed"]}``, in any case. Rows of other stages (suspend and resume,
        say) are left out and counted.
    count
        Column with how many real journeys the journey stands for (a whole number, the same in
        all rows of a journey).
    taxonomy
        Look each touchpoint up in it by id, alias or label; resolve the type ids a classifier
        answers with. Without one, each distinct text is an untyped touchpoint.
    per_interaction, per_journey
        Further columns to keep: one value an interaction, or one a journey. Numbers stay numbers,
        times instants and durations become seconds; all else is kept as coded text.
    unmatched
        What to do with rows without a touchpoint name and rows that match no type: ``"raise"``,
        ``"drop"``, or ``"keep"`` as untyped touchpoints. Dropping may leave journeys empty; they
        stay.
    missing
        What to do with rows without journey id or time: ``"drop"`` or ``"raise"``.
    tiebreak
        Column that orders rows of one journey and time. Text that is all numbers is ordered as
        numbers, other text by code point. Without it they keep the order of the rows; for a lazy
        table, which has none, such rows are an error.
    duplicates
        What to do with rows that repeat an earlier one of their journey in every column read:
        ``"keep"`` or ``"drop"``.
    tz
        The time zone of naive times, such as ``"Europe/Madrid"``. Times with a zone of their own
        are turned to UTC anyhow.
    ambiguous
        Which instant a naive time is that a change of clocks repeats: the ``"earlier"`` of the two
        or the ``"later"``; ``"raise"`` refuses such times, and those that clocks skip. Without it
        they are the earlier, with a warning. Skipped ones are read as if the clocks had not changed
        yet.
    time_format
        A ``strptime`` format for text times and for numbers such as 20260131; ``"epoch_s"``,
        ``"epoch_ms"``, ``"epoch_us"`` or ``"epoch_ns"`` for numbers since 1970, ``"excel"`` for the
        days of a spreadsheet. Without it text must be ISO 8601: nothing is guessed.
    bad_times
        What to do with times that cannot be read or lie outside the years 1 to 9999: ``"raise"``,
        or ``"drop"`` to take them as missing, counted, with a warning that shows the first.

    Returns
    -------
    Journeys
        Journeys in the order of their first rows. ``meta.report`` holds what was dropped, merged,
        not matched or not ordered, in counts.

    Raises
    ------
    NotFoundError
        When a column is not there; the message proposes near ones.
    InvalidInputError
        When a column is missing in every row, times do not parse or mix naive and aware ones,
        counts are no whole numbers, or rows are unmatched and ``unmatched="raise"``.

    Warns
    -----
    TouchpointsWarning
        When the log looks as if it recorded start and complete rows and ``lifecycle`` is not
        given: each activity would count twice. When ``tiebreak`` orders text such as
        ``"step 9"`` and ``"step 10"`` otherwise than the numbers in it. When numbers of time fall
        within days of 1970, since they probably count another unit. When clocks repeat or skip
        naive times and ``ambiguous`` is not given.

    Notes
    -----
    Text that is empty or blank counts as missing. Times finer than a microsecond decide the order
    and are then rounded down. Ids and texts are compared exactly, without regard to unicode normal
    forms.
    O(m log m) in the number of rows: one vectorised sort where rows are in time order within
    journeys, three otherwise.

    Examples
    --------
    >>> import pandas as pd
    >>> import touchpoints as tp
    >>> log = pd.DataFrame(
    ...     {
    ...         "case": ["a", "b", "a"],
    ...         "at": pd.to_datetime(["2026-01-02 10:00", "2026-01-02 11:00", "2026-01-02 09:00"]),
    ...         "step": ["purchase", "search", "search"],
    ...     }
    ... )
    >>> journeys = tp.from_frame(log, journey="case", time="at", touchpoint="step")
    >>> [journey.keys for journey in journeys]
    [('search', 'purchase'), ('search',)]
    """
    names = ColumnRoles(
        journey=journey,
        time=time,
        touchpoint=_column_of(touchpoint),
        fields=_fields_of(touchpoint),
        person=person,
        end=end,
        lifecycle=lifecycle,
        instance=instance,
        count=count,
        tiebreak=tiebreak,
        per_interaction=several("per_interaction", per_interaction),
        per_journey=several("per_journey", per_journey),
    )
    options = Options(
        taxonomy=taxonomy,
        classifier=None if isinstance(touchpoint, str) else touchpoint,
        unmatched=check_option("unmatched", unmatched, Unmatched),
        duplicates=check_option("duplicates", duplicates, Duplicates),
        missing=check_option("missing", missing, Missing),
        stages=check_stages(stages, lifecycle=lifecycle),
    )
    how = HowTimes(
        time_format=time_format,
        tz=tz,
        bad_times=check_option("bad_times", bad_times, BadTimes),
        ambiguous=None if ambiguous is None else check_option("ambiguous", ambiguous, Ambiguous),
    )
    table = table_of(frame)
    table.load(names.asked())
    if lifecycle is None:
        warn_of_lifecycle(table.names, table.samples(), names)
    return assemble(_log(table, names, how), names, options)


def from_columns(
    columns: Mapping[str, Any],
    *,
    journey: str,
    time: str,
    touchpoint: str | Classifier,
    person: str | None = None,
    end: str | None = None,
    lifecycle: str | None = None,
    instance: str | None = None,
    stages: Stages | None = None,
    count: str | None = None,
    taxonomy: Taxonomy | None = None,
    per_interaction: Sequence[str] = (),
    per_journey: Sequence[str] = (),
    unmatched: Unmatched = "raise",
    missing: Missing = "drop",
    tiebreak: str | None = None,
    duplicates: Duplicates = "keep",
    tz: str | None = None,
    ambiguous: Ambiguous | None = None,
    time_format: str | None = None,
    bad_times: BadTimes = "raise",
) -> Journeys:
    """Read an event log from plain columns, without any dataframe library.

    Parameters
    ----------
    columns
        Lists, tuples or one-dimensional arrays of one length, by name. Times can be ISO 8601
        text, ``datetime``, ``date`` or ``numpy.datetime64``. None, nan and blanks are missing.
    journey, time, touchpoint, person, end, lifecycle, instance, stages, count, taxonomy, \
per_interaction, per_journey, unmatched, missing, tiebreak, duplicates, tz, ambiguous, \
time_format, bad_times
        As for `from_frame`.

    Returns
    -------
    Journeys

    Raises
    ------
    InvalidInputError
        As `from_frame`, and when columns differ in length or are not one-dimensional.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.from_columns(
    ...     {"id": [1, 1, 2], "day": ["2026-01-01", "2026-01-02", "2026-01-02"], "do": list("aba")},
    ...     journey="id",
    ...     time="day",
    ...     touchpoint="do",
    ... )
    <Journeys: 2 journeys, 3 interactions, 2 touchpoints, 2026-01-01 to 2026-01-02>
    """
    mend = "tp.from_frame reads a dataframe, tp.from_records a sequence of mappings"
    require_kind(columns, Mapping, takes="a mapping of names to columns", mend=mend)
    return from_frame(
        columns,
        journey=journey,
        time=time,
        touchpoint=touchpoint,
        person=person,
        end=end,
        lifecycle=lifecycle,
        instance=instance,
        stages=stages,
        count=count,
        taxonomy=taxonomy,
        per_interaction=per_interaction,
        per_journey=per_journey,
        unmatched=unmatched,
        missing=missing,
        tiebreak=tiebreak,
        duplicates=duplicates,
        tz=tz,
        ambiguous=ambiguous,
        time_format=time_format,
        bad_times=bad_times,
    )


def from_records(
    records: Iterable[Mapping[str, Any]],
    *,
    journey: str,
    time: str,
    touchpoint: str | Classifier,
    person: str | None = None,
    end: str | None = None,
    lifecycle: str | None = None,
    instance: str | None = None,
    stages: Stages | None = None,
    count: str | None = None,
    taxonomy: Taxonomy | None = None,
    per_interaction: Sequence[str] = (),
    per_journey: Sequence[str] = (),
    unmatched: Unmatched = "raise",
    missing: Missing = "drop",
    tiebreak: str | None = None,
    duplicates: Duplicates = "keep",
    tz: str | None = None,
    ambiguous: Ambiguous | None = None,
    time_format: str | None = None,
    bad_times: BadTimes = "raise",
) -> Journeys:
    """Read an event log from records such as ``csv.DictReader`` or JSON lines give.

    Parameters
    ----------
    records
        One mapping an event; a field a record lacks is missing there.
    journey, time, touchpoint, person, end, lifecycle, instance, stages, count, taxonomy, \
per_interaction, per_journey, unmatched, missing, tiebreak, duplicates, tz, ambiguous, \
time_format, bad_times
        As for `from_frame`.

    Returns
    -------
    Journeys

    Raises
    ------
    InvalidInputError
        As `from_frame`.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.from_records(
    ...     [{"id": 1, "day": "2026-01-01", "what": "visit"}],
    ...     journey="id",
    ...     time="day",
    ...     touchpoint="what",
    ... )
    <Journeys: 1 journey, 1 interaction, 1 touchpoint, 2026-01-01 to 2026-01-01>
    """
    asked = (
        journey,
        time,
        *_fields_of(touchpoint),
        *per_interaction,
        *per_journey,
        *filter(None, (_column_of(touchpoint), person, end, lifecycle, instance, count, tiebreak)),
    )
    return from_frame(
        _columns_of_records(records, asked),
        journey=journey,
        time=time,
        touchpoint=touchpoint,
        person=person,
        end=end,
        lifecycle=lifecycle,
        instance=instance,
        stages=stages,
        count=count,
        taxonomy=taxonomy,
        per_interaction=per_interaction,
        per_journey=per_journey,
        unmatched=unmatched,
        missing=missing,
        tiebreak=tiebreak,
        duplicates=duplicates,
        tz=tz,
        ambiguous=ambiguous,
        time_format=time_format,
        bad_times=bad_times,
    )


def _columns_of_records(records: Iterable[Mapping[str, Any]], asked: Sequence[str]) -> Any:
    """Return the columns of records; of no records, the columns asked for, empty."""
    mend = "tp.from_frame reads a dataframe, tp.from_columns a mapping of columns"
    require_kind(records, Iterable, takes="records, a mapping each", mend=mend)
    rows = list(records)
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            what = f"record {place} is no mapping of names to values: {first_few([row])}"
            raise WrongKindError(what, mend=mend)
    ragged = {place: row[None] for place, row in enumerate(rows) if None in row}  # type: ignore[index]
    if ragged:
        raise InvalidInputError(
            f"{counted(len(ragged), 'record')} {agreeing(len(ragged), 'have')} more cells than "
            "there are names of columns",
            where=f"records {first_few(ragged)}: {first_few(ragged.values())}",
            mend="a cell that holds the delimiter needs quotes; csv.DictReader keeps the cells "
            "without a name under None",
        )
    names = dict.fromkeys((name for row in rows for name in row) if rows else asked)
    return {name: [row.get(name) for row in rows] for name in names}


def _column_of(touchpoint: str | Classifier) -> str | None:
    return touchpoint if isinstance(touchpoint, str) else None


def _fields_of(touchpoint: str | Classifier) -> tuple[str, ...]:
    if isinstance(touchpoint, str):
        return ()
    check_classifier_object(touchpoint)
    return touchpoint.reads


def _log(table: Table, names: ColumnRoles, how: HowTimes) -> Log:
    open_too = attrs.evolve(how, may_be_open=True)
    kept = dict.fromkeys((*names.fields, *names.per_interaction))
    return Log(
        rows=table.rows,
        journey=table.keys(names.journey),
        time=table.instants(names.time, how),
        touchpoint=None if names.touchpoint is None else table.text(names.touchpoint),
        fields={name: table.kept(name) for name in kept},
        per_interaction=names.per_interaction,
        per_journey={name: table.kept(name) for name in names.per_journey},
        person=None if names.person is None else table.keys(names.person),
        end=None if names.end is None else table.instants(names.end, open_too),
        lifecycle=None if names.lifecycle is None else table.text(names.lifecycle),
        instance=None if names.instance is None else table.keys(names.instance),
        count=None if names.count is None else table.numbers(names.count),
        tiebreak=None if names.tiebreak is None else _ranks(table, names.tiebreak),
        row_order=not table.lazy,
    )


def _ranks(table: Table, name: str) -> Array:
    return ranks_of(table.kept(name), name)
