"""How many touchpoints go with one purchase, in a window that moves along the log."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.arrays.statistics.rolling import RollingSums, rolling_sums
from touchpoints._core.clocks import offsets_between
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.customers import reached_of
from touchpoints.experience._shared.lenses import Lens, seen_through
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.uncertainty import Units, units_of

Step = Literal["day", "week"]
ALL = "(all)"
_DAY = 86_400_000_000
_MONDAY = 3  # 1970-01-01 was a Thursday, three days after a Monday
_MOST = 100_000
_TWO = 2.0


@attrs.frozen(kw_only=True, repr=False)
class TouchpointRatio(Estimated):
    """Touchpoints per purchase in windows that move along the log; a row per window and label.

    ``as_dict()`` returns ``{(end, label): ratio}``; with groups, the keys begin with the group.

    Attributes
    ----------
    start, end : datetime64[us]
        The window, ``end`` excluded; local time of the log's time zone.
    label : object
        What the touchpoints are under the lens; ``"(all)"`` for all of them.
    whole : bool
        Whether the window lies within the log. The edges of the log cut off part of the others.
    purchases : int64
        The times that the outcome was reached in the window, whatever the label.
    touchpoints : int64
        The interactions with the label in the window, of all journeys.
    ratio, low, high : float64
        ``touchpoints / purchases`` and its interval; nan without purchases. The interval is nan
        without touchpoints, and with fewer than two effective persons who purchased.
    of_converting : int64
        The interactions of journeys that reached the outcome, in the window or later.
    ratio_converting, converting_low, converting_high : float64
        ``of_converting / purchases`` and its interval.
    without_time : int
        The purchases left out because their time is not known.
    """

    main = "ratio"
    labels = ("end", "label")

    start: Array = column("datetime64[us]")
    end: Array = column("datetime64[us]")
    label: Array = column(object)
    whole: Array = column(bool)
    purchases: Array = column(np.int64)
    touchpoints: Array = column(np.int64)
    ratio: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    of_converting: Array = column(np.int64)
    ratio_converting: Array = column(np.float64)
    converting_low: Array = column(np.float64)
    converting_high: Array = column(np.float64)
    without_time: int = fact(of_groups=sum, default=0, repr=False)

    def _remarks(self) -> list[str]:
        """Return what is nan, cut off or left out."""
        said = [*super()._remarks()]
        rows = counted(len(self), "row")
        if cut := int((~self.whole).sum()):
            said.append(f"{cut:,} of {rows}: the edges of the log cut off part of the window")
        if none := int((self.purchases == 0).sum()):
            said.append(f"{none:,} of {rows}: no purchase in the window, and the ratio is nan")
        if few := int((np.isnan(self.low) & (self.touchpoints > 0) & (self.purchases > 0)).sum()):
            said.append(f"{few:,} of {rows}: fewer than two people purchased, and no interval")
        if self.without_time:
            said.append(f"{counted(self.without_time, 'purchase')} left out: no time is known")
        return said


@attrs.frozen(eq=False, kw_only=True)
class _Timed:
    """Local times of interactions (m,) and purchases (p,), with the rows of the latter."""

    touched: Array
    bought: Array
    buyers: Array
    bounds: tuple[int, int]
    without: int


def ratio_of_windows(
    journeys: Journeys,
    *,
    width: int,
    step: Step,
    lens: Lens,
    outcome: str | None,
    level: float,
    units: Units | None = None,
) -> TouchpointRatio:
    timed = _timed(journeys, outcome)
    ends = _edges(timed.bounds, step)
    seen = seen_through(journeys, lens)
    units = units_of(journeys, None) if units is None else units
    owners = owners_of(journeys.offsets).astype(np.int64)
    chosen = np.flatnonzero(journeys.counts[owners] > 0)
    touches = (owners[chosen], seen.codes[chosen], timed.touched[chosen])
    reached = reached_of(journeys, outcome) == 1
    purchases = (timed.buyers, timed.bought)
    every, converting = _sums(
        units, touches, purchases, (ends, width), reached=reached, size=seen.k
    )
    labels = (*seen.labels, ALL)
    order = np.argsort(text_array(labels), kind="stable")
    wide = len(labels)
    bought = np.repeat(_whole(every.second[:, -1]), wide)
    starts = ends - width
    first, last = timed.bounds
    return TouchpointRatio(
        start=np.repeat(starts, wide).view("datetime64[us]"),
        end=np.repeat(ends, wide).view("datetime64[us]"),
        label=np.tile(text_array(labels)[order], len(ends)),
        whole=np.repeat((starts >= first) & (ends <= last), wide),
        purchases=bought,
        **_columns(every, order, level, ("touchpoints", "ratio", "low", "high")),
        **_columns(
            converting,
            order,
            level,
            ("of_converting", "ratio_converting", "converting_low", "converting_high"),
        ),
        level=level,
        without_time=timed.without,
        **units.facts(),
    )


def _timed(journeys: Journeys, outcome: str | None) -> _Timed:
    """Return the times of interactions and purchases that clocks of the log's zone show."""
    touched = require_times(journeys, "touchpoint_ratio").view(np.int64)
    name = chosen_outcome(journeys, outcome)
    if name not in journeys.outcome_times:
        raise InvalidInputError(
            f"touchpoint_ratio needs the times of the outcome {name!r}, which are not known",
            mend=f'tp.until(journeys, "purchase", outcome={name!r}) marks them with their times',
        )
    when = journeys.outcome_times[name].view(np.int64)
    real = (journeys.outcomes[name] == 1) & (journeys.counts > 0)
    buyers = np.flatnonzero(real & (when != NAT))
    until = watched_until(journeys).view(np.int64)
    if journeys.meta.timezone is not None:
        known = np.concatenate([touched, when, until])
        clock = offsets_between(journeys.meta.timezone, known)
        touched, when, until = clock.local(touched), clock.local(when), clock.local(until)
    every = np.concatenate([touched, when[buyers]])
    if not len(every) or not journeys.counts[owners_of(journeys.offsets)].any():
        raise InvalidInputError(
            "touchpoint_ratio needs at least one interaction, and there is none"
        )
    last = max(int(every.max()), int(until.max()))
    return _Timed(
        touched=touched,
        bought=when[buyers],
        buyers=buyers,
        bounds=(int(every.min()), last),
        without=int(journeys.counts[real & (when == NAT)].sum()),
    )


def _edges(bounds: tuple[int, int], step: Step) -> Array:
    """Return the ends of the windows: of each day or week from the first to the last time."""
    days = 7 if step == "week" else 1
    first, last = ((one // _DAY + (_MONDAY if days > 1 else 0)) // days for one in bounds)
    if last - first >= _MOST:
        raise InvalidInputError(
            f"there must be at most {_MOST:,} windows, got {last - first + 1:,}",
            mend='step="week", or drop interactions whose time is wrong',
        )
    numbers = np.arange(first, last + 1, dtype=np.int64) + 1
    return (numbers * days - (_MONDAY if days > 1 else 0)) * _DAY


def _sums(
    units: Units,
    touches: tuple[Array, Array, Array],
    purchases: tuple[Array, Array],
    windows: tuple[Array, int],
    *,
    reached: Array,
    size: int,
) -> list[RollingSums]:
    """Return the sums of each window and label, those of all labels last: all, and converting."""
    (owners, codes, touched), (buyers, bought) = touches, purchases
    wide = size + 1
    pairs = np.concatenate([units.of[owners] * wide + codes, units.of[owners] * wide + size])
    keys, _ = runs(np.concatenate([pairs, units.of[buyers] * wide + size]))  # by sorting
    who = units.of[buyers]
    begins = np.searchsorted(keys, who * wide)
    many = np.searchsorted(keys, who * wide + wide) - begins  # labels of each buyer
    each = np.repeat(np.arange(len(who)), many)
    theirs = np.repeat(begins - np.append(0, np.cumsum(many)[:-1]), many) + np.arange(len(each))
    stamps = np.concatenate([touched, touched, bought[each]])
    within = units.within.astype(np.float64)
    nothing, converting = np.zeros(len(each)), (within * reached)[owners]
    amounts = (
        np.concatenate([within[owners], within[owners], nothing]),
        np.concatenate([converting, converting, nothing]),
        np.concatenate([np.zeros(len(pairs)), within[buyers][each]]),
    )
    ends, width = windows
    spans = (
        np.searchsorted(ends, stamps, side="right"),
        np.searchsorted(ends, stamps + width, side="right"),
    )
    cells = np.concatenate([np.searchsorted(keys, pairs), theirs])
    return rolling_sums(
        spans,
        cells,
        amounts,
        groups=keys % wide,
        repeats=units.repeats[keys // wide],
        windows=len(ends),
    )


def _columns(
    sums: RollingSums, order: Array, level: float, names: tuple[str, ...]
) -> dict[str, Any]:
    """Return touchpoints, ratio and the ends of its interval, under their names."""
    from scipy.special import stdtrit

    touched, bought = sums.first, sums.second[:, [-1]]
    squares = sums.second_squares[:, [-1]]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(bought > 0, touched / bought, np.nan)
        strayed = sums.first_squares - 2 * ratio * sums.products + ratio**2 * squares
        persons = np.where(squares > 0, bought**2 / squares, 0.0)
        error = np.sqrt(np.maximum(strayed, 0.0) * persons / (persons - 1)) / touched
        reach = np.exp(stdtrit(np.fmax(persons - 1, 1.0), (1 + level) / 2) * error)
        known = (touched > 0) & (persons > _TWO - 1e-9)
        low, high = np.where(known, ratio / reach, np.nan), np.where(known, ratio * reach, np.nan)
    parts = (_whole(touched), ratio, low, high)
    return {name: part[:, order].ravel() for name, part in zip(names, parts, strict=True)}


def _whole(sums: Array) -> Array:
    return np.rint(sums).astype(np.int64)
