"""Compassion beside efficiency: how kindly people are treated, and how long they wait."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import column
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens, seen_through
from touchpoints.experience._shared.metrics import Metric, scores_of
from touchpoints.experience._shared.scored import OfScores
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.ratios import means_of, medians_of
from touchpoints.uncertainty.units import units_of

_SECOND = 1e6


@attrs.frozen(kw_only=True, repr=False)
class CompassionAndEfficiency(OfScores):
    """How kind and how quick touchpoints are, side by side; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: compassion}``; with groups, the keys begin with the group.
    The two are never merged into one number.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or the label of the lens.
    interactions : int64
        The number of its interactions.
    answers : int64
        The number of those with a score.
    compassion, low, high : float64
        The mean score, and its interval; nan without scores.
    waits : int64
        The number of interactions with another one before them in the journey.
    wait, wait_low, wait_high : float64
        The median time in seconds since the one before ended (began, where its end is not known),
        and its interval.
    durations : int64
        The number of interactions with an end.
    duration, duration_low, duration_high : float64
        The median time in seconds from beginning to end, and its interval.
    metric : str
        The name of the metric.
    outside : int
        The number of scores outside the scale, which are left out.
    """

    main = "compassion"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    interactions: Array = column(np.int64)
    answers: Array = column(np.int64)
    compassion: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    waits: Array = column(np.int64)
    wait: Array = column(np.float64)
    wait_low: Array = column(np.float64)
    wait_high: Array = column(np.float64)
    durations: Array = column(np.int64)
    duration: Array = column(np.float64)
    duration_low: Array = column(np.float64)
    duration_high: Array = column(np.float64)


@public
def compassion_and_efficiency(
    journeys: Journeys,
    *,
    metric: str | Metric = "empathy",
    lens: Lens = TOUCHPOINT,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> CompassionAndEfficiency:
    """Show compassion beside efficiency: mean scores of empathy, and median waits and durations.

    Parameters
    ----------
    metric
        The metric of compassion, whose scores are in the per-interaction column of its name.
    lens
        What to tell apart, as in `touchpoints.experience`; touchpoints by default.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    CompassionAndEfficiency
        One row per touchpoint, by key.

    Raises
    ------
    NotFoundError
        When the metric, the column of scores or the lens does not exist.
    InvalidInputError
        When the journeys have no times.

    See Also
    --------
    service : Response and resolution times of tickets, with those that are still open.
    assessments : All summaries of scores.

    Notes
    -----
    A patient can be treated kindly and late, or quickly and coldly: a single score would hide which
    of the two. Waits are negative where an interaction begins before the one before it has ended.
    Means have Student's interval, medians Woodruff's; persons are the units. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "at": "2026-01-05 09:00", "what": "check-in", "empathy": None},
    ...     {"id": 1, "at": "2026-01-05 09:40", "what": "visit", "empathy": 5.0},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="at", touchpoint="what", per_interaction=["empathy"]
    ... )
    >>> found = tp.experience.compassion_and_efficiency(journeys)
    >>> found.compassion.tolist(), (found.wait / 60).tolist()
    ([nan, 5.0], [nan, 40.0])
    """
    checked_journeys(journeys)
    require_times(journeys, "compassion_and_efficiency")
    level = checks.level(level)
    return by_group(journeys, by, partial(_both, metric=metric, lens=lens, level=level))


def _both(
    journeys: Journeys, *, metric: str | Metric, lens: Lens, level: float
) -> CompassionAndEfficiency:
    scores, seen = scores_of(journeys, metric), seen_through(journeys, lens)
    owners, units = owners_of(journeys.offsets).astype(np.int64), units_of(journeys, None)
    weights = journeys.counts[owners].astype(np.float64)
    real = weights > 0
    rows = np.flatnonzero(scores.known & real)
    how: Any = {"size": seen.k, "level": level}
    found = means_of(units, owners[rows], seen.codes[rows], values=scores.values[rows], **how)
    columns: dict[str, Any] = {"compassion": found[0], "low": found[1], "high": found[2]}
    columns["answers"] = np.bincount(seen.codes[rows], weights[rows], seen.k)
    for name, number, (there, spans) in (
        ("wait", "waits", _waits(journeys, owners)),
        ("duration", "durations", _durations(journeys)),
    ):
        rows = np.flatnonzero(there & real)
        middle = medians_of(units, owners[rows], seen.codes[rows], values=spans[rows], **how)
        for end, values in zip(("", "_low", "_high"), middle, strict=True):
            columns[name + end] = values / _SECOND
        columns[number] = np.bincount(seen.codes[rows], weights[rows], seen.k)
    return CompassionAndEfficiency(
        touchpoint=text_array(seen.labels),
        interactions=np.bincount(seen.codes[real], weights[real], seen.k),
        **columns,
        metric=scores.metric.name,
        outside=int(weights[scores.outside].sum()),
        level=level,
        **units.facts(),
    )


def _waits(journeys: Journeys, owners: Array) -> tuple[Array, Array]:
    """Return which interactions have one before them, and the time since that ended."""
    times = require_times(journeys, "compassion_and_efficiency")
    ends = (
        times if journeys.ends is None else np.where(np.isnat(journeys.ends), times, journeys.ends)
    )
    there = np.zeros(len(times), dtype=bool)
    there[1:] = owners[1:] == owners[:-1]
    waits = np.zeros(len(times), dtype=np.int64)
    waits[1:] = times[1:].view(np.int64) - ends[:-1].view(np.int64)
    return there, waits


def _durations(journeys: Journeys) -> tuple[Array, Array]:
    """Return which interactions have an end, and how long they took."""
    times = require_times(journeys, "compassion_and_efficiency")
    if journeys.ends is None:
        return np.zeros(len(times), dtype=bool), np.zeros(len(times), dtype=np.int64)
    there = ~np.isnat(journeys.ends)
    return there, np.where(there, (journeys.ends - times).view(np.int64), 0)
