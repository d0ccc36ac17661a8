"""Sessions: journeys split after a pause, at a new campaign or at midnight."""

from __future__ import annotations

import datetime as dt

import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.segments.lasting import stamps_of
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times, split_where
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.periods import clock_of


@public
def sessions(
    journeys: Journeys,
    *,
    gap: dt.timedelta,
    new_campaign: str | None = None,
    midnight: bool = False,
) -> Journeys:
    """Split journeys into sessions: after a pause, and at a new campaign or at midnight.

    Parameters
    ----------
    gap
        The longest pause within one session; positive. A pause lasts from the latest known end of
        all earlier interactions of the journey, or from their beginning where no end is known, to
        the beginning of the next.
    new_campaign
        A per-interaction column of text: an interaction with another value than the last known one
        of the journey begins a session, and so does the first known value. An interaction
        without a value begins none.
    midnight
        Whether the first interaction of a day, in the time zone of the log, begins a session.

    Returns
    -------
    Journeys
        As `split_by_gap`: one journey for each session, with ids ``id#1``, ``id#2`` … and the old
        id in ``per_journey["origin"]``.

    Raises
    ------
    NotFoundError
        When the journeys have no such column.
    InvalidInputError
        Without times; when the gap is not positive or the column does not hold text; when journeys
        have outcomes or values, because it is unknown to which session they belong.

    See Also
    --------
    split_by_gap : Split where the beginnings of neighbouring interactions are far apart.
    session_channel : Find the arrival channel of each session.

    Notes
    -----
    Google's Universal Analytics split after 30 minutes, at midnight and at a new campaign;
    Google Analytics 4 splits after the pause only. Direct interactions continue the campaign before
    them where the column has no value for them. O(m log m) where ends are known, else O(m).

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "at": "2026-01-05 10:00", "end": "2026-01-05 10:50", "what": "call"},
    ...     {"who": "ana", "at": "2026-01-05 11:00", "end": None, "what": "email"},
    ...     {"who": "ana", "at": "2026-01-05 23:50", "end": None, "what": "visit"},
    ...     {"who": "ana", "at": "2026-01-06 00:10", "end": None, "what": "visit"},
    ... ]
    >>> names = {"journey": "who", "time": "at", "end": "end", "touchpoint": "what"}
    >>> journeys = tp.from_records(rows, **names)
    >>> [one.keys for one in tp.sessions(journeys, gap=dt.timedelta(minutes=30))]
    [('call', 'email'), ('visit', 'visit')]
    >>> len(tp.sessions(journeys, gap=dt.timedelta(minutes=30), midnight=True))
    3
    """
    times = require_times(journeys, "sessions")
    limit = microseconds(gap, "gap")
    stamps, ends = stamps_of(times, journeys.ends)
    first = journeys.offsets[:-1][journeys.offsets[:-1] < len(stamps)]
    breaks = _differ(stamps, _busy_until(journeys, stamps, ends), limit)
    if new_campaign is not None:
        breaks |= _new_values(_texts(journeys, new_campaign), first)
    if midnight:
        clock = clock_of(journeys, "day", name="midnight")
        days = clock.number(clock.shown(stamps))
        breaks[1:] |= days[1:] != days[:-1]
    breaks[first] = False
    return split_where(journeys, breaks)


def _differ(stamps: Array, busy: Array, limit: int) -> Array:
    """Return whether each row begins more than a limit after all rows before it, bool (m,)."""
    breaks = np.zeros(len(stamps), dtype=bool)
    breaks[1:] = stamps[1:] - busy[:-1] > limit
    return breaks


def _busy_until(journeys: Journeys, stamps: Array, ends: Array) -> Array:
    """Return the latest beginning or end so far in the journey of each row, int64 (m,)."""
    if journeys.ends is None or not len(stamps):
        return stamps
    moments, ranks = np.unique(np.maximum(stamps, ends), return_inverse=True)
    floors = owners_of(journeys.offsets).astype(np.int64) * len(moments)
    latest: Array = moments[np.maximum.accumulate(floors + ranks) - floors]
    return latest


def _texts(journeys: Journeys, column: str) -> Array:
    """Return the codes of a per-interaction column of text, -1 where it is missing."""
    kept = journeys.per_interaction
    if column not in kept:
        raise not_found(
            "per-interaction column", column, tuple(kept), where="given as new_campaign="
        )
    found = kept[column]
    if not isinstance(found, Coded):
        raise InvalidInputError(f"column {column!r} must hold text: the names of campaigns")
    return found.codes


def _new_values(codes: Array, first: Array) -> Array:
    """Return the rows with another known value than the last known one of the journey, bool (m,).

    ``first`` are the first rows of journeys.
    """
    known = np.where(codes >= 0, np.arange(len(codes)), -1)
    known[first] = first  # a journey begins anew, known or not
    last = np.maximum.accumulate(known) if len(known) else known
    before = codes[last[:-1]]
    new = np.zeros(len(codes), dtype=bool)
    new[1:] = (codes[1:] >= 0) & (codes[1:] != before)
    return new
