"""The end of every reader: a table and the roles of its columns become `Journeys`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import check_option
from touchpoints._core.columns import MEND_EMPTY, one_or_several
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, FrozenMap, owned
from touchpoints._core.messages import did_you_mean, first_few, quoted
from touchpoints.classify.contract.protocol import Classifier
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.meta import Report
from touchpoints.journeys.model import Journeys, derive
from touchpoints.sources._assemble import Duplicates, Missing, PersonConflicts
from touchpoints.sources._shared.growing import microseconds_of
from touchpoints.sources._shared.skipped import OnError, Skipped, frequent
from touchpoints.sources.log import from_frame

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy

_GOES_ON, _WENT_BEFORE = "touchpoints:goes_on", "touchpoints:went_before"


class ReadOptions(TypedDict, total=False):
    """The options that all readers share; what each means stands at `touchpoints.sources`."""

    journey: str | Sequence[str]
    touchpoint: str | Classifier
    taxonomy: Taxonomy | None
    unmatched: Unmatched
    per_interaction: Sequence[str]
    per_journey: Sequence[str]
    missing: Missing
    person_conflicts: PersonConflicts
    duplicates: Duplicates
    on_error: OnError
    observed_until: dt.datetime | None


@attrs.frozen(eq=False, kw_only=True)
class Events:
    """The events of a source as a table, and the roles of its columns.

    Attributes
    ----------
    table
        Columns by name (lists, arrays, `Coded`), or a dataframe.
    journeys
        The columns that form the id of a journey, by what the user calls such a journey; the first
        is the default.
    time, end, name, person
        The columns of these roles.
    kept, per_journey
        Columns that are kept if the user does not name any; those that the table lacks are not.
    tiebreak, lifecycle, instance
        As for `from_frame`.
    tz
        The zone of naive times; ``"UTC"`` for columns of instants.
    goes_on, went_before : bool (m,), optional
        Whether a row shows that its journey had not ended, or had begun before the source does.
    """

    table: Any
    journeys: Mapping[str, tuple[str, ...]]
    time: str = "time"
    end: str | None = None
    name: str = "name"
    person: str | None = None
    kept: tuple[str, ...] = ()
    per_journey: tuple[str, ...] = ()
    tiebreak: tuple[str, ...] = ()
    lifecycle: str | None = None
    instance: str | None = None
    tz: str | None = None
    goes_on: Array | None = None
    went_before: Array | None = None


def check_names(given: Iterable[str], declared: type, *, called: str) -> None:
    """Raise for an option that the ``TypedDict`` of a reader's options does not declare."""
    known = declared.__annotations__
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise WrongKindError(
            f"{unknown}= is not an option of this reader{did_you_mean(unknown, known)}",
            mend=f"{called} {', '.join(known)}",
        )


def skipping(options: ReadOptions, *, called: str = "record") -> Skipped:
    """Return the counts of records that a reader skips, after a check of the options' names."""
    check_names(options, ReadOptions, called="all readers take")
    how = check_option("on_error", options.get("on_error", "raise"), OnError)
    return Skipped(on_error=how, called=called)


def journeys_of(events: Events, skipped: Skipped, options: ReadOptions) -> Journeys:
    """Read the events as journeys, with the counts of what was skipped in the report."""
    names = list(events.table) if isinstance(events.table, Mapping) else None
    signs = {
        name: one
        for name, one in ((_GOES_ON, events.goes_on), (_WENT_BEFORE, events.went_before))
        if one is not None
    }
    table = {**events.table, **signs} if signs else events.table
    kept = several_or(options.get("per_interaction"), events.kept, names)
    passed: dict[str, Any] = {
        name: options[name]
        for name in ("taxonomy", "unmatched", "missing", "person_conflicts", "duplicates")
        if name in options
    }
    try:
        journeys = from_frame(
            table,
            journey=_journey_columns(options.get("journey"), events),
            time=events.time,
            end=events.end,
            touchpoint=options.get("touchpoint", events.name),
            person=events.person,
            lifecycle=events.lifecycle,
            instance=events.instance,
            tiebreak=events.tiebreak or None,
            per_interaction=(*kept, *signs),
            per_journey=several_or(options.get("per_journey"), events.per_journey, names),
            tz=events.tz,
            **passed,
        )
    except InvalidInputError as error:
        role = error.mend.removeprefix(MEND_EMPTY)
        given = options.get(role)
        own = role not in options or (isinstance(given, str) and given in events.journeys)
        if role == error.mend or not own:  # another error, or of a column that the user names
            raise
        raise _nothing_known(error, role, skipped) from error
    return ended(_censored(journeys), skipped, options.get("observed_until"))


def _nothing_known(error: InvalidInputError, role: str, skipped: Skipped) -> InvalidInputError:
    """Return the error for a column of a reader's own that has no value in any row."""
    return InvalidInputError(
        error.what.replace(f", given as {role},", ""),
        where=f"what the reader takes as {role}",
        mend=f"no {skipped.called} of the source has it: the documentation of the reader says "
        "where it is looked for",
    )


def ended(journeys: Journeys, skipped: Skipped, until: dt.datetime | None) -> Journeys:
    """Return journeys with the counts of what was skipped, and the time of the export."""
    skipped.tell()
    return _observed(_with_report(journeys, skipped), until)


def several_or(
    given: Sequence[str] | None, default: tuple[str, ...], names: list[str] | None
) -> tuple[str, ...]:
    """Return the columns that the user names, or those of the default that the table has."""
    if given is not None:
        return tuple(given) if not isinstance(given, str) else (given,)
    return tuple(name for name in default if names is None or name in names)


def _journey_columns(given: str | Sequence[str] | None, events: Events) -> tuple[str, ...]:
    if given is None:
        return next(iter(events.journeys.values()))
    if isinstance(given, str) and given in events.journeys:
        return events.journeys[given]
    columns = one_or_several("journey", given)
    known = list(events.table) if isinstance(events.table, Mapping) else []
    unknown = [one for one in columns if known and one not in known]
    if unknown:
        hint = did_you_mean(quoted(unknown[0]), [*events.journeys, *known])
        raise InvalidInputError(
            f"journey={quoted(given)} names no column{hint}",
            mend=f"one of {first_few(events.journeys)}, or columns: {first_few(known, most=30)}",
        )
    return columns


def _censored(journeys: Journeys) -> Journeys:
    """Turn the signs of rows into ``began`` and ``finished`` of their journeys."""
    signs = {
        "finished": journeys.per_interaction.get(_GOES_ON),
        "began": journeys.per_interaction.get(_WENT_BEFORE),
    }
    found = {
        name: owned(~segments.any_by_segment(np.asarray(mask, dtype=bool), journeys.offsets))
        for name, mask in signs.items()
        if mask is not None
    }
    if not found:
        return journeys
    columns = {
        name: one
        for name, one in journeys.per_interaction.items()
        if name not in (_GOES_ON, _WENT_BEFORE)
    }
    return derive(journeys, per_interaction=columns, **found)


def _with_report(journeys: Journeys, skipped: Skipped) -> Journeys:
    report = journeys.meta.report
    aside = skipped.aside.total()
    changed = report.plus(
        Report(
            rows=skipped.bad.total() + aside,
            skipped=skipped.bad.total(),
            skipped_reasons=frequent(skipped.bad),
            left_out=aside,
            left_out_reasons=frequent(skipped.aside),
            noted=FrozenMap(skipped.noted),
        )
    )
    return derive(journeys, meta=attrs.evolve(journeys.meta, report=changed))


def _observed(journeys: Journeys, until: dt.datetime | None) -> Journeys:
    if until is None:
        return journeys
    if not isinstance(until, dt.datetime):
        raise WrongKindError(
            f"observed_until must be a datetime, got {quoted(until)}",
            mend="for example observed_until=datetime(2026, 3, 31, tzinfo=UTC), the time of the "
            "export",
        )
    known = journeys.meta.timezone is not None
    if known != (until.tzinfo is not None):
        raise InvalidInputError(
            f"observed_until is {'naive' if known else 'aware'}, but the times of the source are "
            f"{'aware' if known else 'naive'}",
            mend="pass a datetime with tzinfo=" if known else "pass a datetime without tzinfo",
        )
    stamp = microseconds_of(until)
    last = max(
        (
            int(one.view(np.int64).max())
            for one in (journeys.times, journeys.ends)
            if one is not None and len(one)
        ),
        default=NAT,
    )
    if stamp < last:
        raise InvalidInputError(
            f"observed_until={until.isoformat()} is before the last time of the source",
            where=str(np.datetime64(last, "us")),
            mend="pass the time of the export",
        )
    ends = np.full(len(journeys), stamp).view("datetime64[us]")
    return derive(journeys, observed_until=owned(ends))
