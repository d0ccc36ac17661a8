"""Outcomes of journeys without cutting them, and which journeys are right-censored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import microseconds, public, require_kind
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.checks import RESERVED_OUTCOMES
from touchpoints.journeys.cutting import NAT, require_times
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, checked_journeys, derive, end_of_log
from touchpoints.journeys.places.anchors import Place, first_spans, is_plain, rows_at
from touchpoints.journeys.places.selectors import meant


def check_outcome_name(name: object) -> None:
    """Raise when an outcome must not have this name."""
    if not isinstance(name, str) or is_blank(name):
        raise WrongKindError(f"the name of an outcome must be non-empty text, got {name!r}")
    if name in RESERVED_OUTCOMES or name.startswith("no "):
        raise InvalidInputError(f"an outcome must not be named {name!r}: graphs use that name")


def reached_or_not(came: Array, watched: Array) -> Array:
    """Return 1 where it came, 0 where it did not although the journey was observed, else nan."""
    return np.where(came, 1.0, np.where(watched, 0.0, np.nan))


def marked(journeys: Journeys, name: str, first: Array, reached: Array) -> dict[str, Any]:
    """Return the outcome columns with one more outcome, whose time is that of row ``first``."""
    changes: dict[str, Any] = {"outcomes": {**journeys.outcomes, name: owned(reached)}}
    if journeys.times is not None:
        when = np.full(len(journeys), NAT)
        came = reached == 1
        when[came] = journeys.times[first[came]]
        changes["outcome_times"] = {**journeys.outcome_times, name: owned(when)}
    return changes


def defined_by(journeys: Journeys, name: str, place: Place, *, hits: Array) -> Meta:
    """Return the meta with the touchpoints that define an outcome.

    For a pattern these are the touchpoints that occur only where a match ends: at rows ``hits``.
    """
    if not is_plain(place):
        return _defined(journeys, name, _only_at(journeys, hits))
    return _defined(journeys, name, meant(journeys, place))


def defined_where(journeys: Journeys, name: str, place: Place, hits: Array) -> Meta:
    """Return the same for an outcome with conditions: what occurs only where it counts."""
    chosen = _only_at(journeys, np.flatnonzero(hits))
    if is_plain(place):
        elsewhere = np.zeros(len(chosen), dtype=bool)
        elsewhere[journeys.codes] = True
        chosen |= meant(journeys, place) & ~elsewhere
    return _defined(journeys, name, chosen)


def _only_at(journeys: Journeys, hits: Array) -> Array:
    """Return which touchpoints occur at these rows and nowhere else, bool (k,)."""
    met = np.bincount(journeys.codes, minlength=len(journeys.touchpoints))
    there = np.bincount(journeys.codes[hits], minlength=len(met))
    return np.asarray((there > 0) & (there == met))


def _defined(journeys: Journeys, name: str, chosen: Array) -> Meta:
    keys = [journeys.touchpoints[code].key for code in np.flatnonzero(chosen).tolist()]
    defining = {**journeys.meta.defining, name: keys}
    return attrs.evolve(journeys.meta, defining=defining)


@public
def mark(
    journeys: Journeys,
    name: str,
    *,
    when: Place,
    after: Place | None = None,
    within: dt.timedelta | None = None,
    absent: bool = False,
    value: str | None = None,
) -> Journeys:
    """Mark an outcome without cutting the journeys.

    Parameters
    ----------
    name
        The name of the outcome; an existing outcome of the same name is replaced.
    when
        The touchpoint whose occurrence is the outcome: a key, type id, `Touchpoint`, mapping of
        facets to terms, several of those, an `Anchor`, or a pattern, which occurs where its match
        ends.
    after
        Only occurrences after the first occurrence of this place count, and ``within`` counts from
        there; by default all count, from the journey's first interaction. With the same place as
        ``when`` the outcome is that it happens again.
    within
        The longest time to the occurrence, inclusive; later occurrences do not count.
    absent
        Whether the outcome is that the touchpoint does not occur: no visit for 90 days, for
        example. Its time is when ``within`` is over.
    value
        A per-interaction column of numbers. Its sum over the occurrences (missing numbers count as
        0), multiplied by the journey's count, becomes ``values[name]``.

    Returns
    -------
    Journeys
        ``outcomes[name]`` is 1 where it occurred (in time), 0 where it did not, and nan where it
        has not yet occurred but still can: the journey is not finished or, with ``within``, was
        observed for less than that (until ``observed_until``, else the last time of the log or of
        an outcome). It is nan also where ``after`` never occurs. With ``absent`` 1 and 0 change
        places. ``meta.defining`` records the touchpoints that define the outcome: analyses of
        what leads to it refuse journeys that contain them.

    Raises
    ------
    NotFoundError
        When the touchpoint, facet, term or column does not exist.
    InvalidInputError
        When ``within`` is given and there are no times, when ``value`` does not hold numbers, or
        when it is given with ``absent``.

    See Also
    --------
    until : Mark an outcome and cut the journeys before it, with the same conditions.
    until_each : Mark every occurrence, of a journey of its own.
    mark_by : Mark an outcome by a column.
    mark_open : Mark the journeys that may go on.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "t": "2026-01-01", "w": "visit", "paid": 0.0},
    ...     {"id": 1, "t": "2026-01-09", "w": "purchase", "paid": 30.0},
    ...     {"id": 2, "t": "2026-01-08", "w": "visit", "paid": 0.0},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="t", touchpoint="w", per_interaction=["paid"]
    ... )
    >>> week = tp.mark(journeys, "sale", when="purchase", within=dt.timedelta(days=7))
    >>> week.outcomes["sale"].tolist()
    [0.0, nan]
    >>> tp.mark(journeys, "sale", when="purchase", value="paid").values["sale"].tolist()
    [30.0, 0.0]
    >>> silent = tp.mark(
    ...     journeys, "silent", when="purchase", within=dt.timedelta(days=1), absent=True
    ... )
    >>> silent.outcomes["silent"].tolist()
    [1.0, 1.0]
    """
    checked_journeys(journeys)
    check_outcome_name(name)
    if absent and value is not None:
        raise InvalidInputError(
            "an outcome that is an absence has no value", mend="leave value= out"
        )
    meta = defined_by(journeys, name, when, hits=np.flatnonzero(rows_at(journeys, when)))
    found = occurrences_of(journeys, when, after=after, within=within)
    changes = found.columns(journeys, name, absent=absent) | {"meta": meta}
    if value is not None:
        amounts = np.where(found.hits, known_amounts(journeys, value), 0.0)
        sums = segments.sum_by_segment(amounts, journeys.offsets) * journeys.counts
        changes["values"] = {**journeys.values, name: owned(sums)}
    return derive(journeys, **changes)


@attrs.frozen(eq=False, kw_only=True)
class Occurrences:
    """Where the touchpoint of an outcome occurs, of what counts.

    Attributes
    ----------
    hits : bool (m,)
        The occurrences that count.
    anchors : int64 (n,)
        The row from which each journey counts; -1 for none.
    first : int64 (n,)
        The row of the first occurrence; -1 for none.
    reached : float64 (n,)
        1 where it occurs, 0 where it does not, nan where that is not known (yet).
    limit : int, optional
        The longest time from the anchor, in microseconds.
    """

    hits: Array
    anchors: Array
    first: Array
    reached: Array
    limit: int | None

    def columns(self, journeys: Journeys, name: str, *, absent: bool) -> dict[str, Any]:
        """Return the outcome columns with one more outcome: that it occurs, or does not."""
        changes = marked(journeys, name, self.first, self.reached)
        if absent:
            reached = 1.0 - self.reached
            changes |= _without(journeys, name, self.anchors, reached, self.limit)
        return changes


def occurrences_of(
    journeys: Journeys, when: Place, *, after: Place | None, within: dt.timedelta | None
) -> Occurrences:
    """Return where a touchpoint occurs after the first occurrence of another, in time."""
    hits, watched = rows_at(journeys, when), journeys.finished
    anchors = _anchors(journeys, after)
    if after is not None:
        lengths = segments.lengths_of(journeys.offsets)
        hits &= np.arange(len(hits)) > np.repeat(np.where(anchors < 0, len(hits), anchors), lengths)
    limit = None if within is None else microseconds(within, "within")
    if limit is not None:
        hits, watched = _in_time(journeys, hits, anchors, limit)
    first = segments.first_row_where(hits, journeys.offsets)
    known = watched & ((anchors >= 0) | (after is None))
    reached = reached_or_not(first >= 0, known)
    return Occurrences(hits=hits, anchors=anchors, first=first, reached=reached, limit=limit)


@public
def mark_by(journeys: Journeys, name: str, *, column: str, equals: object = True) -> Journeys:
    """Mark an outcome by a per-journey column.

    Parameters
    ----------
    name
        The name of the outcome; an existing outcome of the same name is replaced.
    column
        The name of the column.
    equals
        The value, or a collection of values, that mean that the outcome was reached.

    Returns
    -------
    Journeys
        ``outcomes[name]`` is 1 where the column has the value, 0 where it has another, and nan
        where it has none.

    Raises
    ------
    NotFoundError
        When there is no such column.
    InvalidInputError
        When no journey has a value.

    See Also
    --------
    mark : Mark an outcome by a touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "t": "2026-01-01", "w": "visit", "again": "yes"},
    ...     {"id": 2, "t": "2026-01-01", "w": "visit", "again": "no"},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="t", touchpoint="w", per_journey=["again"]
    ... )
    >>> tp.mark_by(journeys, "readmitted", column="again", equals="yes").outcomes["readmitted"]
    array([1., 0.])
    """
    checked_journeys(journeys)
    check_outcome_name(name)
    require_kind(column, str, takes="the name of a per-journey column", mend='column="readmitted"')
    if column not in journeys.per_journey:
        raise not_found("per-journey column", column, list(journeys.per_journey))
    kept = journeys.per_journey[column]
    values = kept.to_list() if isinstance(kept, Coded) else kept.tolist()
    wanted = (
        {equals} if isinstance(equals, str) or not isinstance(equals, Collection) else {*equals}
    )
    known = [one is not None and one == one for one in values]
    if not any(known):
        raise InvalidInputError(f"no journey has a value of {column!r}")
    if not any(one in wanted for one in values):
        shown = first_few(
            dict.fromkeys(one for one, there in zip(values, known, strict=True) if there)
        )
        raise InvalidInputError(
            f"no journey has one of the values {first_few(wanted)} in {column!r}",
            where=f"values are {shown}",
        )
    marks = [
        float(one in wanted) if there else np.nan for one, there in zip(values, known, strict=True)
    ]
    outcomes = {**journeys.outcomes, name: owned(np.array(marks))}
    defining = {key: one for key, one in journeys.meta.defining.items() if key != name}
    return derive(
        journeys,
        outcomes=outcomes,
        outcome_times={key: one for key, one in journeys.outcome_times.items() if key != name},
        meta=attrs.evolve(journeys.meta, defining=defining),
    )


def _anchors(journeys: Journeys, after: Place | None) -> Array:
    """Return the row where the clock of each journey starts, int64 (n,); -1 for none."""
    if after is not None:
        return first_spans(journeys, after)[1]
    filled = segments.lengths_of(journeys.offsets) > 0
    return np.where(filled, journeys.offsets[:-1], -1)


def _without(
    journeys: Journeys, name: str, anchors: Array, reached: Array, limit: int | None
) -> dict[str, Any]:
    """Return the columns of an outcome that is reached when time is over."""
    changes: dict[str, Any] = {"outcomes": {**journeys.outcomes, name: owned(reached)}}
    if journeys.times is not None:
        when = np.full(len(journeys), NAT)
        over = (reached == 1) & (anchors >= 0) & (limit is not None)
        when[over] = journeys.times[anchors[over]] + np.timedelta64(limit or 0, "us")
        changes["outcome_times"] = {**journeys.outcome_times, name: owned(when)}
    return changes


def _in_time(journeys: Journeys, hits: Array, anchors: Array, limit: int) -> tuple[Array, Array]:
    """Return the hits within a limit, and whether each journey was observed that long."""
    stamps = require_times(journeys, "mark(within=…)").view(np.int64)
    filled = anchors >= 0
    began = np.zeros(len(journeys), dtype=np.int64)
    began[filled] = stamps[anchors[filled]]
    deadline = began + limit
    late = stamps > np.repeat(deadline, segments.lengths_of(journeys.offsets))
    watched = np.where(
        filled, watched_until(journeys).view(np.int64) >= deadline, journeys.finished
    )
    return hits & ~late, watched.astype(bool)


def watched_until(journeys: Journeys) -> Array:
    """Return the time until which each journey was observed, datetime64[us] (n,).

    By default the last time of the log, of an end or of an outcome.
    """
    if journeys.observed_until is not None:
        return journeys.observed_until
    times = require_times(journeys, "observed_until")
    end = end_of_log(times, journeys.ends, journeys.outcome_times)
    return np.full(len(journeys), end).view("datetime64[us]")


def window_is_over(journeys: Journeys, rows: Array, limit: int | None) -> Array:
    """Return which journeys can get no further from what they started in these rows, bool (n,).

    Without a limit those that are finished; else those watched for as many microseconds after the
    row, whether or not they go on. -1 is no start, and over.
    """
    if limit is None:
        return journeys.finished
    stamps = require_times(journeys, "within").view(np.int64)
    over = rows < 0
    started = np.flatnonzero(~over)
    over[started] = watched_until(journeys).view(np.int64)[started] >= stamps[rows[started]] + limit
    return over


def amounts_of(journeys: Journeys, name: str) -> Array:
    """Return a per-interaction column of numbers as float64 (m,)."""
    column = journeys.per_interaction.get(name)
    if column is None:
        raise not_found("per-interaction column", name, list(journeys.per_interaction))
    if isinstance(column, Coded) or column.dtype.kind not in "biuf":
        raise InvalidInputError(f"the column {name!r} must hold numbers")
    return column.astype(np.float64)


def known_amounts(journeys: Journeys, name: str) -> Array:
    """Return a per-interaction column of finite numbers, 0 where one is missing."""
    amounts = amounts_of(journeys, name)
    wrong = np.flatnonzero(np.isinf(amounts))
    if len(wrong):
        owner = int(np.searchsorted(journeys.offsets, wrong[0], side="right")) - 1
        raise InvalidInputError(
            f"the column {name!r} must hold finite numbers, got {amounts[wrong[0]]}",
            where=f"{counted(len(wrong), 'interaction')}, the first of journey "
            f"{journeys.ids[[owner]].tolist()[0]!r}",
            mend="leave amounts that are not known empty: they count as 0",
        )
    return np.where(np.isnan(amounts), 0.0, amounts)


@public
def mark_open(journeys: Journeys, *, within: dt.timedelta) -> Journeys:
    """Mark right-censored journeys: those whose last interaction is too recent to be final.

    Parameters
    ----------
    within
        The time without interactions after which a journey counts as finished.

    Returns
    -------
    Journeys
        ``finished`` is False where the journey was observed for less than ``within`` after its
        last interaction (until ``observed_until``, else the last time of the log or of an
        outcome), and stays False where it already was. Empty journeys do not change.

    See Also
    --------
    mark : Mark an outcome, unknown in journeys that are not finished.
    split_by_gap : Split journeys after the same time without interactions.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [{"id": one, "t": f"2026-01-{one:02}", "w": "visit"} for one in (1, 15, 16)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.mark_open(journeys, within=dt.timedelta(days=7)).finished.tolist()
    [True, False, False]
    """
    stamps = require_times(journeys, "mark_open").view(np.int64)
    limit = microseconds(within, "within")
    filled = np.flatnonzero(segments.lengths_of(journeys.offsets))
    finished = journeys.finished.copy()
    idle = watched_until(journeys).view(np.int64)[filled] - stamps[journeys.offsets[1:][filled] - 1]
    finished[filled] &= idle >= limit
    return derive(journeys, finished=owned(finished))
