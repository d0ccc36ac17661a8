"""Look-back windows: how long before the outcome an interaction can count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import microseconds
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array
from touchpoints.errors import WrongKindError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, rows_at


@attrs.frozen(kw_only=True)
class Window:
    """How long before the outcome interactions of one kind count.

    Parameters
    ----------
    within
        The longest time from the interaction to the outcome, inclusive.
    place
        Which interactions: touchpoints by key, type or facet, or a pattern; all that no earlier
        window in the list is about, by default.
    unless_later
        They count only where none of these interactions comes later in the same journey before the
        outcome: a view only where no click follows.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> tp.attribution.Window(within=dt.timedelta(days=1), place="view", unless_later="click").place
    'view'
    """

    within: dt.timedelta
    place: Place | None = None
    unless_later: Place | None = None

    def __attrs_post_init__(self) -> None:
        microseconds(self.within, "within")


Lookback: TypeAlias = "dt.timedelta | Window | Sequence[Window]"


def windows_of(lookback: Lookback) -> list[Window]:
    """Return a look-back as a list of windows."""
    if isinstance(lookback, dt.timedelta):
        return [Window(within=lookback)]
    several = [lookback] if isinstance(lookback, Window) else lookback
    if not isinstance(several, (list, tuple)) or not several:
        raise WrongKindError(_REFUSAL.format(lookback))
    wrong = [one for one in several if not isinstance(one, Window)]
    if wrong:
        raise WrongKindError(_REFUSAL.format(wrong[0]))
    return list(several)


_REFUSAL = "lookback must be a datetime.timedelta, a Window or a list of them, got {!r}"


def within_windows(journeys: Journeys, lookback: Lookback, deadlines: Array) -> Array:
    """Return which interactions count, bool (m,).

    Parameters
    ----------
    deadlines : int64 (n,)
        The time of the outcome of each journey in microseconds.
    """
    times = require_times(journeys, "lookback").view(np.int64)
    ages = np.repeat(deadlines, segments.lengths_of(journeys.offsets)) - times
    counts, open_ = np.ones(len(times), dtype=bool), np.ones(len(times), dtype=bool)
    for window in windows_of(lookback):
        meant = open_ if window.place is None else open_ & rows_at(journeys, window.place)
        good = ages <= microseconds(window.within, "within")
        if window.unless_later is not None:
            later = rows_at(journeys, window.unless_later) & (ages >= 0)
            last = segments.last_row_where(later, journeys.offsets)
            ends = np.repeat(last, segments.lengths_of(journeys.offsets))
            good &= np.arange(len(times)) >= ends
        counts &= good | ~meant
        open_ = open_ & ~meant
    return counts


def deadlines_of(journeys: Journeys, outcome: str) -> Array | None:
    """Return when each journey reached the outcome, else its last interaction, int64 (n,) µs.

    None where the journeys have no times.
    """
    if journeys.times is None:
        return None
    times = journeys.times.view(np.int64)
    filled = segments.lengths_of(journeys.offsets) > 0
    answer = np.full(len(journeys), NAT)
    answer[filled] = times[journeys.offsets[1:][filled] - 1]
    if outcome in journeys.outcome_times:
        when = journeys.outcome_times[outcome].view(np.int64)
        reached = (journeys.outcomes[outcome] == 1) & (when != NAT)
        answer[reached] = when[reached]
    return answer
