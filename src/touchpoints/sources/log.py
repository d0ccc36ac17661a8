"""Read event logs from dataframes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints._core.checks import public
from touchpoints._core.columns import ColumnRoles, one_or_several, several
from touchpoints._core.datetimes import BadTimes
from touchpoints._core.reading import table_of
from touchpoints._core.zones import Ambiguous, HowTimes
from touchpoints.classify.contract.protocol import Classifier
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.sources._assemble import Duplicates, Missing, Options, PersonConflicts, assemble
from touchpoints.sources._columns import (
    check_used,
    checked_options,
    checked_times,
    column_of,
    fields_of,
    log_of,
    tiebreaks,
    ties_by_key,
    times_named,
)
from touchpoints.sources._engine.options import (
    BLOCKS,
    LIMIT,
    LONGEST,
    Sample,
    Summary,
    sample_of,
    summary_of,
)
from touchpoints.sources._lifecycle import Stages, check_stages, warn_of_lifecycle

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys
    from touchpoints.taxonomy import Taxonomy


@public
def from_frame(
    frame: Any,
    *,
    journey: str | Sequence[str],
    time: str | Sequence[str] | None,
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
    person_conflicts: PersonConflicts = "warn",
    tiebreak: str | Sequence[str] | None = None,
    duplicates: Duplicates = "keep",
    tz: str | None = None,
    ambiguous: Ambiguous | None = None,
    time_format: str | None = None,
    bad_times: BadTimes = "raise",
    distinct: bool | Sequence[str] = False,
    collapse: str | Sequence[str] | None = None,
    collapse_repeats: bool = False,
    first: int | None = None,
    last: int | None = None,
    limit: int = LIMIT,
    longest: int = LONGEST,
    blocks: int = BLOCKS,
    sample: tuple[float, int] | None = None,
) -> Journeys:
    """Read an event log from a dataframe.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame, a polars LazyFrame, a pyarrow Table, a duckdb relation,
        another table that narwhals reads, or a mapping of columns by name. One row for each event,
        in any order. It is not changed; from a lazy frame only the named columns are read.
    journey, time, touchpoint
        The columns with the id of the journey (the case), the time of the event, and the name of
        what happened (the activity). Instead of a column, ``touchpoint`` can be a classifier (see
        `classifier`), which is called once for each distinct tuple of the columns it reads; those
        columns are kept for `retype`. Several columns form the id of a journey together, such as
        ``journey=("user", "session")`` where session ids are unique for each user only; the id is
        then text, the values joined by a slash (``"ana/2"``), and it is missing where one of them
        is. A slash within a value is escaped by a backslash, so that different values never form
        one id. Date and time in two columns are one time together: ``time=("date", "time")``.
        ``time=None`` reads a log in order that has no times.
    person
        Column with the person whose journey it is, where a person can have several journeys: tests
        and intervals then treat the journeys of one person as one unit.
    end
        Column with the time the interaction ended.
    lifecycle, instance
        For logs that record the start and the complete of an activity in separate rows: the column
        with the stage (``start`` or ``complete``, in any case), and the column with the id of the
        activity instance that both rows share. Without ``instance``, rows of one touchpoint in a
        journey are one instance. In order of time, a complete closes the oldest start that is
        still open; a complete without an open start has no end.
    stages
        The names of the stages, if not ``start`` and ``complete``: ``{"start": "begin",
        "complete": ["end", "closed"]}``, in any case. Rows of other stages, for example suspend
        and resume, are left out and counted.
    count
        Column with the number of real journeys that the journey stands for (an integer of at least
        0, equal in all rows of a journey).
    taxonomy
        The taxonomy in which each touchpoint is looked up by id, alias or label, and in which the
        type ids of a classifier are resolved. Without a taxonomy, each distinct text is an untyped
        touchpoint.
    per_interaction, per_journey
        Further columns to keep, with one value for each interaction or for each journey. Numbers
        stay numbers, times become instants and durations seconds; other values are kept as coded
        text.
    unmatched
        How to treat rows without a touchpoint name and rows that match no type: ``"raise"``,
        ``"drop"``, or ``"keep"`` as untyped touchpoints. Dropping can leave journeys empty; empty
        journeys are kept. Events that the classifier leaves out are dropped in any case.
    missing
        How to treat rows without a journey id or a time: ``"drop"`` or ``"raise"``.
    person_conflicts
        How to treat journeys whose rows name several persons: ``"warn"``, ``"raise"`` or
        ``"ignore"``. The first person is kept and the journeys are counted. Mostly ids that are
        unique for each person only were given as ids of journeys.
    tiebreak
        Column that orders rows of the same journey and time, or several columns, of which each
        orders what those before it leave tied. Text that is all numbers is ordered as numbers,
        other text by code point. Without it they keep the order of the rows; in a lazy table, which
        has no order of rows, ties raise an error. Without times it alone orders the rows. Where no
        column is called ``"touchpoint"``, that name, given last, orders what is still tied by the
        key of the touchpoint: an order that is the same each time, and means nothing.
    duplicates
        How to treat rows that repeat an earlier row of their journey in every column that is read:
        ``"keep"`` or ``"drop"``.
    tz
        The time zone of naive times, for example ``"Europe/Madrid"``. Aware times are always
        converted to UTC.
    ambiguous
        Which instant a naive time means that a clock change repeats: the ``"earlier"`` or the
        ``"later"``; ``"raise"`` refuses such times, and times that a clock change skips. Without
        it, the earlier is taken, with a warning. Skipped times are read with the offset before the
        change.
    time_format
        A ``strptime`` format for text times and for numbers such as 20260131; ``"epoch_s"``,
        ``"epoch_ms"``, ``"epoch_us"`` or ``"epoch_ns"`` for numbers since 1970, ``"excel"`` for the
        days of a spreadsheet. Without it text must be ISO 8601; formats are not guessed.
    bad_times
        How to treat times that cannot be read or are outside the years 1 to 9999: ``"raise"``, or
        ``"drop"`` to set them to missing and count them, with a warning that shows the first.
    distinct
        Bring back only the distinct paths with their counts, as `distinct` merges them: True, or
        the names of the per-journey columns to keep. For a lazy frame they are counted in its
        engine, and the events stay there. With ``person``, ``persons`` are ``blocks`` of persons.
    collapse, collapse_repeats, first, last
        What shortens the paths before they are counted: the facets to group touchpoints by, as in
        `collapse`; whether to merge runs of the same touchpoint; and to how many of their first or
        last interactions journeys are cut, which leaves them open at that end.
    limit, longest
        The most distinct paths that are brought here, and the most rows of one journey; a lazy
        frame with more raises an error.
    blocks
        Number of groups of persons, by hash, within which paths are counted; at least 2.
    sample
        A share of the persons in (0, 1] and a seed, such as ``(0.01, 7)``: read only the journeys
        of these persons, whole. Drawn by hash in the engine of a lazy frame; without ``person``,
        journeys are drawn.

    Returns
    -------
    Journeys
        Journeys in the order of their first rows; with ``distinct`` of a lazy frame, the most
        frequent path first. ``meta.report`` counts the rows that were dropped, merged, unmatched or
        tied.

    Raises
    ------
    NotFoundError
        When a column does not exist; the message proposes similar names.
    InvalidInputError
        When a column is missing in every row, times do not parse or mix naive and aware times,
        counts are not integers of at least 0, rows are unmatched and ``unmatched="raise"``, or
        journeys name several persons and ``person_conflicts="raise"``. With ``distinct`` of a lazy
        frame also where an argument needs single rows or times, a limit is exceeded, or the engine
        fails.

    Warns
    -----
    TouchpointsWarning
        When the rows of a journey name several persons (see ``person_conflicts``).
        When the log seems to record start and complete rows and ``lifecycle`` is not given: each
        activity would count twice.
        When ``tiebreak`` orders text such as ``"step 9"`` and ``"step 10"`` differently from the
        numbers in it.
        When times fall within days of 1970: they were probably numbers of another unit.
        When a clock change repeats or skips naive times and ``ambiguous`` is not given.

    Notes
    -----
    Text without a visible character counts as missing: it is empty, or nothing but space, controls
    and invisible marks such as U+200B and U+FEFF. Times finer than a microsecond decide the order
    and are then rounded down. Ids and texts are compared exactly, without unicode normalization.
    O(m log m) in the number of rows: one vectorised sort on all cores, whatever their order.

    An engine gives the same paths as this machine, in about one scan and one ordered window; rows
    that repeat others are not looked for there, text in ``tiebreak`` is ordered as the engine
    orders text, and which persons a sample or a block holds depends on the engine.

    See Also
    --------
    distinct : Merge journeys that are here.
    from_columns, from_records : Read a log without a dataframe library.
    from_paths : Read an aggregated path table.
    classifier : Make a classifier of a function.

    Examples
    --------
    >>> import pandas as pd
    >>> import touchpoints as tp
    >>> log = pd.DataFrame(
    ...     {
    ...         "case": ["a", "b", "a"],
    ...         "at": pd.to_datetime(["2026-01-02 10:00", "2026-01-02 11:00", "2026-01-02 09:00"]),
    ...         "what": ["purchase", "search", "search"],
    ...     }
    ... )
    >>> journeys = tp.from_frame(log, journey="case", time="at", touchpoint="what")
    >>> [journey.keys for journey in journeys]
    [('search', 'purchase'), ('search',)]

    Session ids that are unique for each user only:

    >>> log = log.assign(user=["ana", "leo", "leo"], session=[1, 1, 1])
    >>> names = {"time": "at", "touchpoint": "what", "person": "user"}
    >>> tp.from_frame(log, journey=("user", "session"), **names).ids.tolist()
    ['ana/1', 'leo/1']

    The distinct paths, counted in the engine of a lazy frame:

    >>> import polars as pl
    >>> lazy = pl.from_pandas(log).lazy()
    >>> paths = tp.from_frame(lazy, journey="case", time="at", touchpoint="what", distinct=True)
    >>> [(path.keys, int(count)) for path, count in zip(paths, paths.counts)]
    [(('search',), 1), (('search', 'purchase'), 1)]
    """
    names = ColumnRoles(
        journey=one_or_several("journey", journey),
        time=times_named(time),
        touchpoint=column_of(touchpoint),
        fields=fields_of(touchpoint),
        person=person,
        end=end,
        lifecycle=lifecycle,
        instance=instance,
        count=count,
        tiebreak=tiebreaks(tiebreak),
        per_interaction=several("per_interaction", per_interaction),
        per_journey=several("per_journey", per_journey),
    )
    check_used(names)
    how = checked_times(time_format=time_format, tz=tz, bad_times=bad_times, ambiguous=ambiguous)
    meant = check_stages(stages, lifecycle=lifecycle)
    options = checked_options(
        taxonomy, touchpoint, unmatched, duplicates, missing, person_conflicts, meant
    )
    summary = summary_of(
        distinct=distinct,
        collapse=collapse,
        collapse_repeats=collapse_repeats,
        first=first,
        last=last,
        limit=limit,
        longest=longest,
        blocks=blocks,
    )
    return _read(frame, names, options, how, summary=summary, sample=sample_of(sample))


def _read(
    frame: Any,
    names: ColumnRoles,
    options: Options,
    how: HowTimes,
    *,
    summary: Summary | None,
    sample: Sample | None,
) -> Journeys:
    """Read a table: here, or what its engine answers where only a part or a summary is wanted."""
    table = table_of(frame)
    names, by_key = ties_by_key(names, table.names)
    options = attrs.evolve(options, ties_by_key=by_key)
    if table.lazy and summary is not None:
        from touchpoints.sources._engine.reading import read_distinct

        return read_distinct(table.given, names, options, how, summary=summary, sample=sample)
    if table.lazy and sample is not None:
        from touchpoints.sources._engine.reading import read_sample

        return read_sample(table.given, names, options, how, sample)
    if summary is not None:
        names = attrs.evolve(names, per_journey=(*names.per_journey, *summary.keep))
    table.load(names.asked())
    if names.lifecycle is None:
        warn_of_lifecycle(table.names, table.samples(), names)
    log = [log_of(table, names, how)]
    del table  # what it read of a file is not needed any more
    journeys = assemble(log.pop(), names, options)
    if summary is None and sample is None:
        return journeys
    from touchpoints.sources._engine.locally import summarised

    return summarised(journeys, summary, sample)
