"""How many journeys go on after each step."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.statistics.survival import (
    Clustered,
    product_limit,
    survival_bounds,
)
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, column
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import units_of


@attrs.frozen(kw_only=True, repr=False)
class StepSurvival(Estimated):
    """How many journeys go on after each step; one row a step (and group).

    Attributes
    ----------
    step : int64
        How many touchpoints a journey has had.
    at_risk : int64
        Journeys that got there and of which it is known whether they went on.
    ended, open : int64
        Journeys whose last touchpoint this was: finished ones, and ones the log cuts off there.
    share, low, high : float64
        The share of journeys that go on after this step, in [0, 1], and its interval; nan where
        nobody is at risk.
    left_out : int64
        Journeys that began before the log: at which step they are is not known.
    """

    value = "share"
    labels = ("step",)

    step: Array = column(np.int64)
    at_risk: Array = column(np.int64)
    ended: Array = column(np.int64)
    open: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: Array = column(np.int64)


def survival_by_step(
    journeys: Journeys, *, by: str | None = None, level: float = 0.95
) -> StepSurvival:
    """Estimate the share of journeys that go on after each step.

    Parameters
    ----------
    journeys
        Counts are honoured.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    StepSurvival
        One row a step, from 1 (0 where there are empty journeys) to the length of the longest
        journey.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        When the level is no share.

    Notes
    -----
    Whether an open journey goes on after the last touchpoint the log has of it is not known: it
    counts for the steps before that one and is censored there, never taken for an exit. Journeys
    that began before the log are left out and counted; an empty journey ends after step 0.
    Intervals are Greenwood's on the scale of log(-log), over persons where there are any; nan
    when all journeys are of one person. O(n log n) in journeys, and a row a step.

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
    >>> tp.paths.survival_by_step(journeys).share.round(2).tolist()
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
    # An open journey says nothing about the step behind its last: it is last watched before.
    found = product_limit(
        np.where(done, lengths, lengths - 1),
        done,
        Clustered(
            of=units.of[there],
            repeats=units.repeats,
            within=units.within[there],
            apart=units.unit == "journey",
        ),
        also=steps,
    )
    low, high = survival_bounds(found, level)
    counts = journeys.counts[there].astype(np.float64)
    opened = np.bincount(np.searchsorted(steps, lengths[~done]), counts[~done], len(steps))
    ended = np.bincount(np.searchsorted(steps, lengths[done]), counts[done], len(steps))
    at = np.searchsorted(found.times, steps)
    watched = found.at_risk[at]
    return StepSurvival(
        step=steps,
        at_risk=watched,
        ended=ended.astype(np.int64),
        open=opened.astype(np.int64),
        share=np.where(watched > 0, found.share[at], np.nan),
        low=np.where(watched > 0, low[at], np.nan),
        high=np.where(watched > 0, high[at], np.nan),
        left_out=np.full(len(steps), int(journeys.counts[~journeys.began].sum())),
        level=level,
        **units.facts(),
    )
