"""Journeys to journeys: choose some, cut them, merge what repeats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, code_values, owned
from touchpoints._core.messages import counted, first_few
from touchpoints.errors import InvalidInputError, WrongKindError, warn
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


def select(journeys: Journeys, chosen: Any) -> Journeys:
    """Keep some of the journeys, whole; or, of every journey, the interactions of some touchpoints.

    Parameters
    ----------
    chosen : bool (n,), or a selector
        Any sequence or column of truth values, one a journey: where it is true the journey stays,
        with all its columns. Or a key, type id, `Touchpoint`, mapping of facets to terms, or
        several of those: what they mean stays, and journeys may become empty.

    Raises
    ------
    WrongKindError
        When it is neither touchpoints nor truth values.
    InvalidInputError
        When the truth values are not one a journey.
    NotFoundError
        When there is no such touchpoint, facet or term.

    Warns
    -----
    TouchpointsWarning
        When a choice by the facet ``directness`` leaves out the direct or the indirect touchpoints
        and so breaks paths: what lay between is gone, and touchpoints become neighbours that were
        none. `tp.paths.direct_and_indirect` shows both kinds together and what either alone hides.

    Notes
    -----
    O(n + rows kept) for truth values, O(m) for touchpoints. The table of touchpoints stays whole.
    The journeys in which a touchpoint occurs, whole, are those of `containing`.

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
    flags = np.asarray(chosen)
    if flags.dtype != np.bool_:
        raise WrongKindError(
            f"a mask holds truth values, not {flags.dtype}",
            mend="compare the column with something, or use journeys[start:stop] for positions",
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
    """Warn when no direct, or no indirect, touchpoint is kept of journeys that have some."""
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
        f"{counted(emptied, 'journey', verb='are')} left empty. Keep both kinds, or see both and "
        "what is lost: tp.paths.direct_and_indirect(journeys).losses"
    )


def _kinds_met(journeys: Journeys, rows: Array) -> set[str]:
    codes = np.flatnonzero(np.bincount(journeys.codes[rows]))
    return {journeys.touchpoints[code].directness for code in codes.tolist()}


def _joined(journeys: Journeys, kept: Array, counts: Array) -> str:
    """Say how many steps the choice makes up, and which of them most often."""
    rows = np.flatnonzero(kept)
    owners = segments.owners_of(journeys.offsets)[rows]
    bridged = np.flatnonzero((owners[1:] == owners[:-1]) & (rows[1:] > rows[:-1] + 1))
    k = len(journeys.touchpoints)
    codes = journeys.codes[rows].astype(np.int64)
    keys, places = np.unique(codes[bridged] * k + codes[bridged + 1], return_inverse=True)
    totals = np.bincount(places, counts[rows[bridged]]).astype(np.int64)
    steps = counted(int(totals.sum()), "step", verb="join")
    said = f"{steps} touchpoints between which something happened"
    if not totals.any():
        return said
    source, target = divmod(int(keys[totals.argmax()]), k)
    names = [journeys.touchpoints[code].key for code in (source, target)]
    return f"{said} (most often {names[0]} > {names[1]}, {counted(int(totals.max()), 'time')})"


def containing(journeys: Journeys, touchpoint: Place) -> Journeys:
    """Keep the journeys in which a touchpoint occurs.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, facet or term.

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
    """Keep of journey j the interactions ``starts[j]:stops[j]``; for other transforms."""
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


def before_first(journeys: Journeys, touchpoint: Place, *, include: bool = False) -> Journeys:
    """Keep of each journey what came before a touchpoint first occurred.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.
    include
        Whether the first occurrence itself stays.

    Returns
    -------
    Journeys
        A journey without the touchpoint stays whole; one that begins with it becomes empty. One
        with the touchpoint is finished, as behind `until`: its part came to its end, also where the
        log cuts off what is behind. Unlike `until` this marks no outcome.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("abcb", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.before_first(journeys, "b")[0].keys
    ('a',)
    """
    checked_journeys(journeys)
    first, last = first_spans(journeys, touchpoint)
    stops = np.where(first < 0, journeys.offsets[1:], last + 1 if include else first)
    finished = owned((first >= 0) | journeys.finished)
    return cut(journeys, journeys.offsets[:-1], stops, finished=finished)


def after_last(journeys: Journeys, touchpoint: Place, *, include: bool = False) -> Journeys:
    """Keep of each journey what came after a touchpoint last occurred.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.
    include
        Whether the last occurrence itself stays.

    Returns
    -------
    Journeys
        A journey without the touchpoint becomes empty: nothing came after it. One with the
        touchpoint began: its part has its beginning in the log, also where the journey has not.

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


def between(journeys: Journeys, start: Place, *, end: Place) -> Journeys:
    """Keep of each journey what lies from one place to the next of another, both included.

    Parameters
    ----------
    start
        The part begins at its first occurrence: a touchpoint, a pattern or an `Anchor`.
    end
        It stops where this is first reached behind the start: an interaction behind it, or the
        last one of a match that begins behind it.

    Returns
    -------
    Journeys
        A journey without the start, or without an end behind it, becomes empty, and is open still
        where it was. A part found both began and finished, whatever the log cuts off around it.

    Notes
    -----
    A match of several interactions is whole in the part, at either end. The matches of a pattern
    are those found from the beginning of the journey, whatever the start: `.*` may begin before it
    and reach beyond, so that there is no end behind it. Write ``.*?``, or the last touchpoint of
    the pattern alone.

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


def split_by_gap(journeys: Journeys, gap: dt.timedelta) -> Journeys:
    """Split journeys wherever nothing happened for longer than a gap.

    Parameters
    ----------
    gap
        The longest time between two interactions of one piece; positive.

    Returns
    -------
    Journeys
        Pieces are named ``id#1``, ``id#2`` …, also where there is only one. The old id goes to
        ``per_journey["origin"]`` and, where there were no persons, to ``persons``. Each piece has
        the counts and per-journey columns of its journey; an end that the split makes is no
        censored end.

    Raises
    ------
    InvalidInputError
        Without times, when the gap is not positive, or when journeys have outcomes or values:
        which piece they belong to is not known, so mark them afterwards.

    Notes
    -----
    A gap is the time from the beginning of one interaction to the beginning of the next.

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
    if journeys.outcomes or journeys.values:
        raise InvalidInputError(
            "journeys with outcomes or values cannot be split",
            where=first_few([*journeys.outcomes, *journeys.values]),
            mend="split first, then mark outcomes with tp.mark or tp.until",
        )
    stamps = times.view(np.int64)
    far = np.zeros(len(stamps), dtype=bool)
    if len(stamps):
        np.greater(stamps[1:] - stamps[:-1], limit, out=far[1:])
        far[journeys.offsets[:-1][journeys.offsets[:-1] < len(stamps)]] = False
    breaks = np.flatnonzero(far)
    offsets = np.sort(np.concatenate([journeys.offsets, breaks]), kind="stable")
    pieces = 1 + segments.sum_by_segment(far.view(np.int8), journeys.offsets, dtype=np.int64)
    owner = np.repeat(np.arange(len(journeys)), pieces)
    return _pieces(journeys, offsets, owner, pieces)


def _pieces(journeys: Journeys, offsets: Array, owner: Array, pieces: Array) -> Journeys:
    ends = np.cumsum(pieces)
    number = np.arange(len(owner)) - np.repeat(ends - pieces, pieces) + 1
    columns = journey_columns(journeys, owner)
    old = columns["ids"]
    names = [f"{one}#{place}" for one, place in zip(old.tolist(), number.tolist(), strict=True)]
    first, last = number == 1, number == pieces[owner]
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
    """Return the times, or raise an error that says how to get some."""
    times = checked_journeys(journeys).times
    if times is None:
        raise InvalidInputError(
            f"{what} needs times, and these journeys have none",
            mend="read the log with tp.from_frame(…, time=…): distinct and from_paths keep none",
        )
    return times


def microseconds(duration: dt.timedelta, name: str) -> int:
    """Return a positive duration in microseconds."""
    if not isinstance(duration, dt.timedelta):
        raise WrongKindError(
            f"{name} is a datetime.timedelta, not {type(duration).__name__}",
            mend=f"for example {name}=datetime.timedelta(minutes=30)",
        )
    if duration <= dt.timedelta(0):
        raise InvalidInputError(f"{name} must be positive, not {duration}")
    return duration // dt.timedelta(microseconds=1)


def collapse_repeats(journeys: Journeys) -> Journeys:
    """Merge neighbouring interactions of one journey that are the same touchpoint.

    Returns
    -------
    Journeys
        Each run keeps the time and the columns of its first interaction, and the latest end of all
        of them; NaT where none of them has one.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("aabba", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.collapse_repeats(journeys)[0].keys
    ('a', 'b', 'a')
    """
    checked_journeys(journeys)
    repeats = segments.repeats_within(journeys.codes, journeys.offsets)
    rows = np.flatnonzero(~repeats)
    if len(rows) == len(repeats):
        return journeys
    columns = interaction_columns(journeys, rows)
    if journeys.times is not None and journeys.ends is not None:
        columns["ends"] = owned(_latest_ends(journeys.times, journeys.ends, rows))
    offsets = segments.offsets_after(~repeats, journeys.offsets)
    return part_of(journeys, offsets=owned(offsets), **columns)


def _latest_ends(times: Array, ends: Array, rows: Array) -> Array:
    """Return the latest end of each run that starts in these rows; NaT where none is known.

    An interaction without an end lasts at least to its beginning.
    """
    latest = np.fmax.reduceat(np.fmax(ends, times), rows)
    known = np.logical_or.reduceat(~np.isnat(ends), rows)
    return np.where(known, latest, NAT)


def select_interactions(journeys: Journeys, kept: Array) -> Journeys:
    """Keep the interactions where ``kept`` is true; journeys may become empty."""
    offsets = segments.offsets_after(kept, journeys.offsets)
    return part_of(journeys, offsets=owned(offsets), **interaction_columns(journeys, kept))
