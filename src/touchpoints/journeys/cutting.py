"""Transforms that select and cut journeys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, code_values, owned, unmasked
from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError, WrongKindError, warn
from touchpoints.journeys.checks import refuse_split
from touchpoints.journeys.model import (
    Journeys,
    checked_journeys,
    derive,
    interaction_columns,
    journey_columns,
    part_of,
    take,
)
from touchpoints.journeys.places.anchors import Place, first_spans, has_place, next_spans
from touchpoints.journeys.places.selectors import rows_meant
from touchpoints.taxonomy import Touchpoint

NAT = np.datetime64("NaT", "us")


@public
def select(journeys: Journeys, chosen: Any) -> Journeys:
    """Select whole journeys by a mask, or the interactions of some touchpoints in every journey.

    Parameters
    ----------
    chosen : bool (n,), or a selector
        A mask, any sequence or column of bools with one entry for each journey: where it is true
        the journey is kept, with all its columns. Or a key, type id, `Touchpoint`, mapping of
        facets to terms, or several of those: the interactions with these touchpoints are kept, and
        journeys may become empty.

    Raises
    ------
    WrongKindError
        When ``chosen`` is neither a selector nor bools.
    InvalidInputError
        When the length of the mask is not the number of journeys.
    NotFoundError
        When the touchpoint, facet or term does not exist.

    Warns
    -----
    TouchpointsWarning
        When a selection by the facet ``directness`` leaves out the direct or the indirect
        touchpoints and so breaks paths: touchpoints become neighbours that were not neighbours
        before. `tp.paths.direct_and_indirect` shows both kinds, and what each alone hides.

    Notes
    -----
    O(n + rows kept) for a mask, O(m) for touchpoints. The table of touchpoints does not change.

    See Also
    --------
    containing : Keep the whole journeys that contain a touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(50, seed=1)
    >>> long = tp.select(shop, np.diff(shop.offsets) >= 3)
    >>> min(len(journey) for journey in long) >= 3
    True
    >>> {key for journey in tp.select(shop, {"channel": "email"}) for key in journey.keys}
    {'email_reminder'}
    """
    checked_journeys(journeys)
    if _names_touchpoints(chosen):
        kept = rows_meant(journeys, chosen)
        if isinstance(chosen, Mapping) and "directness" in chosen:
            _warn_of_broken_paths(journeys, kept)
        return select_interactions(journeys, kept)
    flags = np.asarray(unmasked(chosen, name="the mask"))
    if flags.shape == (0,):
        flags = flags.astype(bool)
    if flags.dtype != np.bool_:
        raise WrongKindError(
            f"a mask must hold bools, got {flags.dtype}",
            mend="compare the column with a value, or use journeys[start:stop] for positions",
        )
    if flags.shape != (len(journeys),):
        raise InvalidInputError(
            f"the mask has {flags.size:,} entries for {counted(len(journeys), 'journey')}"
        )
    return take(journeys, np.flatnonzero(flags))


def _names_touchpoints(chosen: Any) -> bool:
    if isinstance(chosen, (list, tuple, set, frozenset)) and chosen:
        return all(isinstance(one, (str, Touchpoint)) for one in chosen)
    return isinstance(chosen, (str, Touchpoint, Mapping))


def _warn_of_broken_paths(journeys: Journeys, kept: Array) -> None:
    """Warn when all direct, or all indirect, touchpoints of the journeys are left out."""
    counts = journeys.counts[segments.owners_of(journeys.offsets)]
    lost = _kinds_met(journeys, counts > 0) - _kinds_met(journeys, kept & (counts > 0))
    lost &= {"direct", "indirect"}
    if not lost:
        return
    left = segments.sum_by_segment(kept.view(np.int8), journeys.offsets, dtype=np.int64)
    before = segments.lengths_of(journeys.offsets)
    broken = int(journeys.counts[left < before].sum())
    emptied = int(journeys.counts[(left == 0) & (before > 0)].sum())
    warn(
        f"leaving out {' and '.join(sorted(lost))} touchpoints breaks the paths of {broken:,} of "
        f"{counted(int(journeys.counts.sum()), 'journey')}: {_joined(journeys, kept, counts)}, and "
        f"{counted(emptied, 'journey', verb='are')} left empty. Keep both kinds, or compare them "
        "and the losses: tp.paths.direct_and_indirect(journeys).losses"
    )


def _kinds_met(journeys: Journeys, rows: Array) -> set[str]:
    codes = np.flatnonzero(np.bincount(journeys.codes[rows]))
    return {journeys.touchpoints[code].directness for code in codes.tolist()}


def _joined(journeys: Journeys, kept: Array, counts: Array) -> str:
    """Phrase the number of transitions that the selection creates, and the most frequent one."""
    rows = np.flatnonzero(kept)
    owners = segments.owners_of(journeys.offsets)[rows]
    bridged = np.flatnonzero((owners[1:] == owners[:-1]) & (rows[1:] > rows[:-1] + 1))
    k = len(journeys.touchpoints)
    codes = journeys.codes[rows].astype(np.int64)
    keys, inverse = np.unique(codes[bridged] * k + codes[bridged + 1], return_inverse=True)
    totals = np.bincount(inverse, counts[rows[bridged]]).astype(np.int64)
    joins = counted(int(totals.sum()), "transition", verb="join")
    phrase = f"{joins} touchpoints between which something happened"
    if not totals.any():
        return phrase
    source, target = divmod(int(keys[totals.argmax()]), k)
    names = [journeys.touchpoints[code].key for code in (source, target)]
    return f"{phrase} (most often {names[0]} > {names[1]}, {counted(int(totals.max()), 'time')})"


@public
def containing(journeys: Journeys, touchpoint: Place) -> Journeys:
    """Keep the journeys that contain a touchpoint.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.

    Raises
    ------
    NotFoundError
        When the touchpoint, facet or term does not exist.

    See Also
    --------
    select : Keep journeys by a mask, or the interactions of some touchpoints.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(50, seed=1)
    >>> all("purchase" in journey.keys for journey in tp.containing(shop, "purchase"))
    True
    """
    checked_journeys(journeys)
    return take(journeys, np.flatnonzero(has_place(journeys, touchpoint)))


def cut(journeys: Journeys, starts: Array, stops: Array, **changes: Any) -> Journeys:
    """Keep the interactions ``starts[j]:stops[j]`` of each journey j; for other transforms."""
    lengths = stops - starts
    if bool((starts == journeys.offsets[:-1]).all()) and bool(
        (stops == journeys.offsets[1:]).all()
    ):
        return derive(journeys, **changes) if changes else journeys
    offsets = segments.offsets_of(lengths)
    rows = np.arange(offsets[-1], dtype=np.int64)
    rows += np.repeat(starts - offsets[:-1], lengths)
    columns = {**interaction_columns(journeys, rows), **changes}
    return part_of(journeys, offsets=owned(offsets), **columns)


@public
def before_first(
    journeys: Journeys,
    touchpoint: Place | None = None,
    *,
    channel: str | Sequence[str] | None = None,
    include: bool = False,
) -> Journeys:
    """Cut each journey before a touchpoint first occurs.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.
    channel
        Instead of ``touchpoint``, a channel or several: ``("website", "app")`` is what happened
        before the site was found.
    include
        Whether the first occurrence itself is kept.

    Returns
    -------
    Journeys
        A journey without the touchpoint stays whole; a journey that begins with it becomes empty.
        A journey with the touchpoint is finished, because the end of its part was observed, even
        where the log cuts off the rest. Unlike `until`, no outcome is marked.

    See Also
    --------
    until : Cut in the same place, and mark an outcome.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("abcb", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.before_first(journeys, "b")[0].keys
    ('a',)
    >>> tp.before_first(tp.datasets.shop(9, seed=1), channel="website")[0].keys
    ('search_query',)
    """
    checked_journeys(journeys)
    none = isinstance(channel, (tuple, list)) and not channel
    if (touchpoint is None) == (channel is None) or none:
        raise InvalidInputError(
            "before_first needs a touchpoint or a channel, and not both",
            mend='for example channel=("website", "app")',
        )
    place: Place = {"channel": channel} if channel is not None else touchpoint  # type: ignore[assignment]
    first, last = first_spans(journeys, place)
    stops = np.where(first < 0, journeys.offsets[1:], last + 1 if include else first)
    finished = owned((first >= 0) | journeys.finished)
    return cut(journeys, journeys.offsets[:-1], stops, finished=finished)


@public
def after_last(journeys: Journeys, touchpoint: Place, *, include: bool = False) -> Journeys:
    """Keep the part of each journey after the last occurrence of a touchpoint.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.
    include
        Whether the last occurrence itself is kept.

    Returns
    -------
    Journeys
        A journey without the touchpoint becomes empty. A journey with the touchpoint began,
        because the beginning of its part is in the log, even where that of the journey is not.

    See Also
    --------
    before_first : The part before the first occurrence.
    between : The part from one place to another.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("abcb", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.after_last(journeys, "a")[0].keys
    ('b', 'c', 'b')
    """
    checked_journeys(journeys)
    first, last = first_spans(journeys, touchpoint, last=True)
    starts = np.where(first < 0, journeys.offsets[1:], first if include else last + 1)
    began = owned((first >= 0) | journeys.began)
    return cut(journeys, starts, journeys.offsets[1:], began=began)


@public
def between(journeys: Journeys, start: Place, *, end: Place) -> Journeys:
    """Keep the part of each journey from one place to the next occurrence of another, inclusive.

    Parameters
    ----------
    start
        A touchpoint, a pattern or an `Anchor`; the part begins at its first occurrence.
    end
        The part ends where this place is first reached after the start: at an interaction, or at
        the last interaction of a match that begins after the start.

    Returns
    -------
    Journeys
        A journey without the start, or without an end after it, becomes empty, and stays open
        where it was. A part that is found has both began and finished, even where the log cuts off
        the journey around it.

    Notes
    -----
    A match of several interactions is kept whole at both ends. The matches of a pattern are found
    from the beginning of the journey, independently of the start: a match of ``.*`` can begin
    before the start and reach beyond it, so that no end is found after the start. Use ``.*?``, or
    only the last touchpoint of the pattern.

    See Also
    --------
    after_last : The part after a place, to the end of the journey.
    until : Cut journeys at a touchpoint, and mark an outcome.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("cabcb", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.between(journeys, "a", end="c")[0].keys
    ('a', 'b', 'c')
    """
    checked_journeys(journeys)
    starts, left = first_spans(journeys, start)
    before = np.where(starts < 0, -1, journeys.offsets[1:])
    stops = next_spans(journeys, end, left, before=before)[1]
    whole = stops >= 0
    first = journeys.offsets[:-1]
    flags = {
        "began": owned(whole | journeys.began),
        "finished": owned(whole | journeys.finished),
    }
    bounds = np.where(whole, starts, first), np.where(whole, stops + 1, first)
    return cut(journeys, *bounds, **flags)


@public
def split_by_gap(journeys: Journeys, gap: dt.timedelta) -> Journeys:
    """Split journeys into sessions where nothing happens for longer than a gap (sessionization).

    Parameters
    ----------
    gap
        The longest time between neighbouring interactions of one session; positive.

    Returns
    -------
    Journeys
        One journey for each session, with ids ``id#1``, ``id#2`` …, also where a journey has only
        one session. The old id becomes ``per_journey["origin"]`` and, where there were no persons,
        ``persons``. Each session has the counts and per-journey columns of its journey. An end
        that the split creates is not censored.

    Raises
    ------
    InvalidInputError
        Without times, when the gap is not positive, or when journeys have outcomes or values: it
        is unknown to which session they belong, so mark them after the split.

    Notes
    -----
    A gap is the time from the beginning of one interaction to the beginning of the next.

    See Also
    --------
    sessions : Measure from known ends; split at a new campaign or at midnight as well.
    mark_open : Mark the journeys that may go on.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> days = ["2026-01-01", "2026-01-02", "2026-02-20"]
    >>> rows = [{"who": "ana", "t": day, "w": "visit"} for day in days]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> [(one.id, len(one)) for one in tp.split_by_gap(journeys, dt.timedelta(days=30))]
    [('ana#1', 2), ('ana#2', 1)]
    """
    times = require_times(journeys, "split_by_gap")
    limit = microseconds(gap, "gap")
    stamps = times.view(np.int64)
    far = np.zeros(len(stamps), dtype=bool)
    if len(stamps):
        np.greater(stamps[1:] - stamps[:-1], limit, out=far[1:])
        far[journeys.offsets[:-1][journeys.offsets[:-1] < len(stamps)]] = False
    return split_where(journeys, far)


def split_where(journeys: Journeys, breaks: Array) -> Journeys:
    """Split journeys before the rows where ``breaks`` is true, none of them a first row."""
    refuse_split([*journeys.outcomes, *journeys.values])
    rows = np.flatnonzero(breaks)
    offsets = np.sort(np.concatenate([journeys.offsets, rows]), kind="stable")
    sessions = 1 + segments.sum_by_segment(breaks.view(np.int8), journeys.offsets, dtype=np.int64)
    owner = np.repeat(np.arange(len(journeys)), sessions)
    return _sessions(journeys, offsets, owner, sessions)


def _sessions(journeys: Journeys, offsets: Array, owner: Array, sessions: Array) -> Journeys:
    ends = np.cumsum(sessions)
    number = np.arange(len(owner)) - np.repeat(ends - sessions, sessions) + 1
    columns = journey_columns(journeys, owner)
    old = columns["ids"]
    names = [f"{one}#{k}" for one, k in zip(old.tolist(), number.tolist(), strict=True)]
    first, last = number == 1, number == sessions[owner]
    origin = old if old.dtype == np.int64 else code_values(old.tolist())
    return Journeys(
        **{
            **columns,
            "touchpoints": journeys.touchpoints,
            "codes": journeys.codes,
            "times": journeys.times,
            "ends": journeys.ends,
            "per_interaction": journeys.per_interaction,
            "meta": journeys.meta,
            "offsets": owned(offsets),
            "ids": names,
            "persons": old if journeys.persons is None else columns["persons"],
            "began": columns["began"] | ~first,
            "finished": columns["finished"] | ~last,
            "per_journey": {**columns["per_journey"], "origin": origin},
        }
    )


def require_times(journeys: Journeys, what: str) -> Array:
    """Return the times, or raise an error that says how to read them."""
    times = checked_journeys(journeys).times
    if times is None:
        raise InvalidInputError(
            f"{what} needs times, and these journeys have none",
            mend="read the log with tp.from_frame(…, time=…): distinct, from_paths keep no times",
        )
    return times


def select_interactions(journeys: Journeys, kept: Array) -> Journeys:
    """Keep the interactions where ``kept`` is true; journeys may become empty."""
    offsets = segments.offsets_after(kept, journeys.offsets)
    return part_of(journeys, offsets=owned(offsets), **interaction_columns(journeys, kept))
