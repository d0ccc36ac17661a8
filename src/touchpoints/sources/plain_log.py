"""Read event logs from plain columns or records, without a dataframe library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from touchpoints._core.checks import public, require_kind
from touchpoints._core.columns import one_or_several
from touchpoints._core.datetimes import BadTimes
from touchpoints._core.zones import Ambiguous
from touchpoints.classify.contract.protocol import Classifier
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.sources._assemble import Duplicates, Missing, PersonConflicts
from touchpoints.sources._columns import (
    column_of,
    columns_of_records,
    fields_of,
    tiebreaks,
    times_named,
)
from touchpoints.sources._lifecycle import Stages
from touchpoints.sources.log import from_frame

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys
    from touchpoints.taxonomy import Taxonomy


@public
def from_columns(
    columns: Mapping[str, Any],
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
) -> Journeys:
    """Read an event log from plain columns, without a dataframe library.

    Parameters
    ----------
    columns
        Lists, tuples or one-dimensional arrays of equal length, by name. Times can be ISO 8601
        text, ``datetime``, ``date`` or ``numpy.datetime64``. None, nan and blank text are missing.
    journey, time, touchpoint, person, end, lifecycle, instance, stages, count, taxonomy, \
per_interaction, per_journey, unmatched, missing, person_conflicts, tiebreak, duplicates, tz, \
ambiguous, time_format, bad_times
        As for `from_frame`.

    Returns
    -------
    Journeys

    Raises
    ------
    InvalidInputError
        As for `from_frame`, and when columns differ in length or are not one-dimensional.

    See Also
    --------
    from_frame : Read a dataframe; describes all arguments.
    from_records : Read a list of mappings.

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
        person_conflicts=person_conflicts,
        tiebreak=tiebreak,
        duplicates=duplicates,
        tz=tz,
        ambiguous=ambiguous,
        time_format=time_format,
        bad_times=bad_times,
    )


@public
def from_records(
    records: Iterable[Mapping[str, Any]],
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
) -> Journeys:
    """Read an event log from records, for example of ``csv.DictReader`` or of JSON lines.

    Parameters
    ----------
    records
        One mapping for each event; a field that a record lacks is missing there.
    journey, time, touchpoint, person, end, lifecycle, instance, stages, count, taxonomy, \
per_interaction, per_journey, unmatched, missing, person_conflicts, tiebreak, duplicates, tz, \
ambiguous, time_format, bad_times
        As for `from_frame`.

    Returns
    -------
    Journeys

    Raises
    ------
    InvalidInputError
        As for `from_frame`.

    See Also
    --------
    from_frame : Read a dataframe; describes all arguments.
    from_columns : Read a mapping of columns.

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
    used = (
        *one_or_several("journey", journey),
        *times_named(time),
        *fields_of(touchpoint),
        *per_interaction,
        *per_journey,
        *filter(None, (column_of(touchpoint), person, end, lifecycle, instance, count)),
        *tiebreaks(tiebreak),
    )
    return from_frame(
        columns_of_records(records, used),
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
        person_conflicts=person_conflicts,
        tiebreak=tiebreak,
        duplicates=duplicates,
        tz=tz,
        ambiguous=ambiguous,
        time_format=time_format,
        bad_times=bad_times,
    )
