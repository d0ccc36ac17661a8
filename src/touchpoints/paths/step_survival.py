"""Kaplan-Meier estimate of the share of journeys that continue after each step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    product_limit,
    survival_bounds,
)
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, column
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import units_of


@attrs.frozen(kw_only=True, repr=False)
class StepSurvival(Estimated):
    """Kaplan-Meier estimate of journeys that continue; one row per step (and group).

    ``as_dict()`` returns ``{step: survival}``; with groups, the keys begin with the group.

    Attributes
    ----------
    step : int64
        Number of touchpoints so far.
    at_risk : int64
        Journeys that reached this step and for which it is known whether they continued.
    events, censored : int64
        Journeys whose last touchpoint this was: finished journeys, and journeys the log cuts off
        there.
    survival, low, high : float64
        The share of journeys that continue after this step, in [0, 1], and its interval; nan where
        no journey is at risk.
    left_out : int64
        Journeys that began before the log: their steps cannot be numbered.
    """

    main = "survival"
    labels = ("step",)

    step: Array = column(np.int64)
    at_risk: Array = column(np.int64)
    events: Array = column(np.int64)
    censored: Array = column(np.int64)
    survival: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: Array = column(np.int64)


@public
def survival_by_step(
    journeys: Journeys, *, by: str | Sequence[str] | None = None, level: float = 0.95
) -> StepSurvival:
    """Compute the Kaplan-Meier estimate of the share of journeys that continue after each step.

    Parameters
    ----------
    journeys
        Counts are honoured.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    StepSurvival
        One row per step, from 1 (0 where there are empty journeys) to the length of the longest
        journey.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When ``level`` does not lie between 0 and 1.

    See Also
    --------
    step_matrix : Which touchpoints journeys are at in each step.
    time_to : The same estimate over time instead of steps.

    Notes
    -----
    Whether an open journey continues after its last recorded touchpoint is not known: the journey
    counts for the steps before that one and is then censored, never treated as an exit. Journeys
    that began before the log are left out and counted; an empty journey ends after step 0.
    Intervals are those of `time_to`. O(n log n) in journeys, and one row per step.

    References
    ----------
    E. L. Kaplan and P. Meier (1958), Nonparametric estimation from incomplete observations,
    Journal of the American Statistical Association 53(282), 457-481,
    doi:10.1080/01621459.1958.10501452. M. Greenwood (1926), The natural duration of cancer,
    Reports on Public Health and Medical Subjects 33, HMSO. R. L. Williams (1995), Product-limit
    survival functions with correlated survival times, Lifetime Data Analysis 1(2), 171-186,
    doi:10.1007/BF00985768.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> tp.paths.survival_by_step(journeys).survival.round(2).tolist()
    [0.67, 0.33, 0.0]
    """
    checks.level(level)
    return by_group(journeys, by, partial(_survival, level=level))


def _survival(journeys: Journeys, *, level: float) -> StepSurvival:
    units = units_of(journeys, None)
    there = np.flatnonzero(journeys.began & (journeys.counts > 0))
    lengths = lengths_of(journeys.offsets)[there]
    done = journeys.finished[there]
    steps = np.arange(min(1, int(lengths.min(initial=1))), int(lengths.max(initial=0)) + 1)
    # Whether an open journey continues after its last step is not known: it is censored before it.
    found = product_limit(
        np.where(done, lengths, lengths - 1),
        done,
        Dependence(
            of=units.of[there],
            repeats=units.repeats,
            within=units.within[there],
            apart=units.unit == "journey",
        ),
        also=steps,
    )
    low, high = survival_bounds(found, level)
    counts = journeys.counts[there].astype(np.float64)
    cut_off = np.bincount(np.searchsorted(steps, lengths[~done]), counts[~done], len(steps))
    ended = np.bincount(np.searchsorted(steps, lengths[done]), counts[done], len(steps))
    at = np.searchsorted(found.times, steps)
    at_risk = found.at_risk[at]
    return StepSurvival(
        step=steps,
        at_risk=at_risk,
        events=ended.astype(np.int64),
        censored=cut_off.astype(np.int64),
        survival=np.where(at_risk > 0, found.share[at], np.nan),
        low=np.where(at_risk > 0, low[at], np.nan),
        high=np.where(at_risk > 0, high[at], np.nan),
        left_out=np.full(len(steps), int(journeys.counts[~journeys.began].sum())),
        level=level,
        **units.facts(chosen=there),
    )
