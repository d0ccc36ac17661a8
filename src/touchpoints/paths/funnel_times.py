"""The time that journeys take through a funnel, with quantiles and intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import apart
from touchpoints._core.time_units import TimeUnit
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.paths._shared.durations import Collected, Durations, Shown, durations_of
from touchpoints.paths._shared.funnel_search import (
    Kind,
    Question,
    Steps,
    question,
    reached,
)


@public
def funnel_times(
    journeys: Journeys,
    steps: Steps,
    *,
    kind: Kind = "closed",
    within: dt.timedelta | None = None,
    exclude: Place | None = None,
    optional: Collection[str] = (),
    holding: str | None = None,
    quantiles: Sequence[float] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Durations:
    """Summarise the time from the first step of a funnel to each later step.

    Parameters
    ----------
    steps, kind, within, exclude, optional, holding
        As for `funnel`; at least two steps, and no open funnel.
    quantiles
        Further quantiles, as shares in [0, 1].
    by, hours, unit
        Shared arguments: see `touchpoints.paths`.
    level
        The confidence level of intervals of means, medians and quantiles; none by default.

    Returns
    -------
    Durations
        One row per later step, the most frequent first: ``source`` is the first step, ``target``
        the step. The row of the last step is the time of the whole funnel. ``unreached`` and
        ``open`` are the journeys that reach the first step and not the target: those that cannot
        any more (or went on without it), and those that still may.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `funnel`; and when there is one step only, the funnel is an open one, or the journeys
        have no times.

    See Also
    --------
    funnel : The numbers of journeys, and the median times from step to step.
    time_to : Kaplan-Meier estimate of a time, which takes account of journeys still open.

    Notes
    -----
    The time is that of the best start of each journey: among those that get furthest, the earliest.
    In a hybrid funnel it lasts until the step and all steps listed before it are reached. Only
    journeys that reach the step have a time: while many are open, the times are too short.

    Examples
    --------
    >>> import touchpoints as tp
    >>> paths = {"ana": ["01", "02", "05"], "leo": ["01", "03", "04"]}
    >>> rows = [
    ...     {"who": who, "at": f"2026-01-{day}", "what": what}
    ...     for who, days in paths.items()
    ...     for day, what in zip(days, ["visit", "cart", "buy"])
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    >>> found = tp.paths.funnel_times(journeys, ["visit", "cart", "buy"], quantiles=[0.9])
    >>> dict(zip(found.target.tolist(), (found.median / 86_400).tolist()))
    {'cart': 1.5, 'buy': 3.5}
    """
    require_times(journeys, "funnel_times")
    options: dict[str, Any] = {"exclude": exclude, "optional": optional, "holding": holding}
    asked = question(journeys, steps, kind=kind, within=within, **options)
    if asked.kind == "open":
        raise InvalidInputError("funnel_times needs a first step, and kind='open' has none")
    if len(asked.names) == 1:
        raise InvalidInputError("funnel_times needs at least two steps, got one")
    collect = partial(_collected, asked=asked)
    shown = Shown(hours=hours, unit=unit)
    return durations_of(journeys, collect, quantiles=quantiles, by=by, level=level, shown=shown)


def _collected(journeys: Journeys, clock: Clock, *, asked: Question) -> Collected:
    stamps = clock(require_times(journeys, "funnel_times").view(np.int64))
    found = reached(journeys, asked)
    size = len(asked.names) - 1
    rows = np.empty((0, len(journeys)), np.int64) if found.found is None else found.found.rows
    owners, groups, values = [], [], []
    unreached, still = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for step in range(1, size + 1):
        there = np.flatnonzero(found.steps[step])
        last = rows[step][there]
        if asked.kind == "hybrid":
            last = rows[1 : step + 1, there].max(axis=0)
        owners.append(there)
        groups.append(np.full(len(there), step - 1))
        values.append(stamps[last] - stamps[rows[0][there]])
        missing = found.steps[0] & ~found.steps[step]
        unreached[step - 1] = journeys.counts[missing & found.over].sum()
        still[step - 1] = journeys.counts[missing & ~found.over].sum()
    names = apart(asked.names)
    return Collected(
        labels={"source": text_array([names[0]] * size), "target": text_array(names[1:])},
        groups=np.concatenate(groups),
        values=np.concatenate(values),
        owners=partial(np.concatenate, owners),
        size=size,
        extra={"unreached": unreached, "open": still},
        every=True,
        ties=(np.arange(size),),
    )
