"""Marking outcomes: what journeys led to, and whether one can know."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.checks import RESERVED_OUTCOMES
from touchpoints.journeys.cutting import NAT, cut, microseconds, require_times
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, checked_journeys, derive
from touchpoints.journeys.places.anchors import Place, first_spans, is_plain, rows_at
from touchpoints.journeys.places.selectors import meant
from touchpoints.journeys.watching import end_of_log


def until(
    journeys: Journeys, touchpoint: Place, *, outcome: str, include: bool = False
) -> Journeys:
    """Keep what came before a touchpoint first occurred, and mark whether it came.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.
    outcome
        The name of the outcome.
    include
        Whether the first occurrence itself stays. Analyses of what leads to the outcome
        (`outcome_graph`, `tp.paths.absorption`) refuse journeys that still hold the touchpoint
        that defines it, which ``meta.defining`` keeps.

    Returns
    -------
    Journeys
        Cut before the first occurrence; a journey without the touchpoint stays whole and one
        that begins with it becomes empty. ``outcomes[outcome]`` is 1 where it came, 0 where it
        did not, nan where it did not but the log cuts the journey off (``finished`` False).
        ``outcome_times[outcome]`` is when. Ids, counts and per-journey columns stay.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, facet or term.
    InvalidInputError
        When the outcome's name is empty or reserved.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "t": "2026-01-01", "w": "visit"},
    ...     {"id": 1, "t": "2026-01-02", "w": "purchase"},
    ...     {"id": 1, "t": "2026-01-03", "w": "visit"},
    ...     {"id": 2, "t": "2026-01-01", "w": "visit"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> paid = tp.until(journeys, "purchase", outcome="purchase")
    >>> [one.keys for one in paid], paid.outcomes["purchase"].tolist()
    ([('visit',), ('visit',)], [1.0, 0.0])
    """
    checked_journeys(journeys)
    check_outcome_name(outcome)
    first, last = first_spans(journeys, touchpoint)
    came = first >= 0
    stops = np.where(came, last + 1 if include else first, journeys.offsets[1:])
    changes = _marked(journeys, outcome, last, _reached(came, journeys.finished))
    finished = owned(came | journeys.finished)
    part = cut(journeys, journeys.offsets[:-1], stops, finished=finished, **changes)
    hits = part.offsets[1:][came] - 1 if include else part.offsets[:0]
    return derive(part, meta=_defined(part, outcome, touchpoint, hits))


def check_outcome_name(name: object) -> None:
    """Raise when a name cannot be that of an outcome."""
    if not isinstance(name, str) or not name:
        raise WrongKindError(f"an outcome's name is text, not {name!r}")
    if name in RESERVED_OUTCOMES or name.startswith("no "):
        raise InvalidInputError(f"{name!r} is no name for an outcome: graphs use it")


def _reached(came: Array, watched: Array) -> Array:
    """Return 1 where it came, 0 where it did not and would have been seen, else nan."""
    return np.where(came, 1.0, np.where(watched, 0.0, np.nan))


def _marked(journeys: Journeys, name: str, first: Array, reached: Array) -> dict[str, Any]:
    """Return the outcome columns with one more outcome; its time is that of row ``first``."""
    changes: dict[str, Any] = {"outcomes": {**journeys.outcomes, name: owned(reached)}}
    if journeys.times is not None:
        when = np.full(len(journeys), NAT)
        came = reached == 1
        when[came] = journeys.times[first[came]]
        changes["outcome_times"] = {**journeys.outcome_times, name: owned(when)}
    return changes


def _defined(journeys: Journeys, name: str, place: Place, hits: Array) -> Meta:
    """Return the meta that says which touchpoints are the outcome.

    Of a pattern they are those that occur nowhere but where a match ends: rows ``hits``.
    """
    if is_plain(place):
        chosen = meant(journeys, place)
    else:
        met = np.bincount(journeys.codes, minlength=len(journeys.touchpoints))
        there = np.bincount(journeys.codes[hits], minlength=len(met))
        chosen = (there > 0) & (there == met)
    keys = [journeys.touchpoints[code].key for code in np.flatnonzero(chosen).tolist()]
    defining = {**journeys.meta.defining, name: keys}
    return attrs.evolve(journeys.meta, defining=defining)


def mark(
    journeys: Journeys,
    name: str,
    *,
    when: Place,
    within: dt.timedelta | None = None,
    value: str | None = None,
) -> Journeys:
    """Mark an outcome without cutting the journeys.

    Parameters
    ----------
    name
        The name of the outcome; one of the same name is replaced.
    when
        The touchpoint whose occurrence is the outcome: a key, type id, `Touchpoint`, mapping of
        facets to terms, several of those, an `Anchor`, or a pattern, which occurs where its match
        ends.
    within
        Count it only up to this long after the journey's first interaction, inclusive.
    value
        A per-interaction column of numbers: its sum over the occurrences (missing ones count 0),
        times the journey's count, goes to ``values[name]``.

    Returns
    -------
    Journeys
        ``outcomes[name]`` is 1 where it occurred (in time), 0 where it did not, and nan where it
        did not and may still: the journey is not finished or, with ``within``, was watched for
        less than that (``observed_until``, else the last time of the log or of an outcome).
        ``meta.defining`` keeps which touchpoints it is: analyses of what leads to it refuse
        journeys that hold them.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, facet, term or column.
    InvalidInputError
        When ``within`` is given and there are no times, or ``value`` holds no numbers.

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
    """
    checked_journeys(journeys)
    check_outcome_name(name)
    hits = rows_at(journeys, when)
    meta, watched = _defined(journeys, name, when, np.flatnonzero(hits)), journeys.finished
    if within is not None:
        hits, watched = _in_time(journeys, hits, microseconds(within, "within"))
    first = segments.first_row_where(hits, journeys.offsets)
    changes = _marked(journeys, name, first, _reached(first >= 0, watched)) | {"meta": meta}
    if value is not None:
        amounts = np.where(hits, np.nan_to_num(_amounts(journeys, value)), 0.0)
        sums = segments.sum_by_segment(amounts, journeys.offsets) * journeys.counts
        changes["values"] = {**journeys.values, name: owned(sums)}
    return derive(journeys, **changes)


def _in_time(journeys: Journeys, hits: Array, limit: int) -> tuple[Array, Array]:
    """Return the hits up to a limit after the first interaction, and who was watched that long."""
    stamps = require_times(journeys, "mark(within=…)").view(np.int64)
    filled = segments.lengths_of(journeys.offsets) > 0
    began = np.zeros(len(journeys), dtype=np.int64)
    began[filled] = stamps[journeys.offsets[:-1][filled]]
    deadline = began + limit
    late = stamps > np.repeat(deadline, segments.lengths_of(journeys.offsets))
    watched = np.where(
        filled, watched_until(journeys).view(np.int64) >= deadline, journeys.finished
    )
    return hits & ~late, watched.astype(bool)


def watched_until(journeys: Journeys) -> Array:
    """Return how long each journey was watched, datetime64[us] (n,).

    By default the last time of the log or of an outcome.
    """
    if journeys.observed_until is not None:
        return journeys.observed_until
    end = end_of_log(require_times(journeys, "observed_until"), journeys.outcome_times)
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


def _amounts(journeys: Journeys, name: str) -> Array:
    column = journeys.per_interaction.get(name)
    if column is None:
        raise not_found("per-interaction column", name, list(journeys.per_interaction))
    if isinstance(column, Coded) or column.dtype.kind not in "biuf":
        raise InvalidInputError(f"the column {name!r} holds no numbers")
    return column.astype(np.float64)


def mark_open(journeys: Journeys, *, within: dt.timedelta) -> Journeys:
    """Say which journeys may go on: those whose last interaction is too recent to tell.

    Parameters
    ----------
    within
        A journey counts as finished once nothing has happened for this long.

    Returns
    -------
    Journeys
        ``finished`` is False where the journey was watched for less than ``within`` after its
        last interaction (``observed_until``, else the last time of the log or of an outcome), and
        stays False where it was. Empty journeys stay as they are.

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
