"""Two groups compared by how fast they get somewhere, where some were not watched to the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.compare._shared.draws import Shared, Sides, permuted, redrawn, sides_of
from touchpoints.compare._shared.pairs import (
    Pair,
    checked_pair,
)
from touchpoints.compare._shared.testing import (
    Asked,
    blocks,
    p_permuted,
    quantiles,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import microseconds
from touchpoints.journeys.places.anchors import Place
from touchpoints.paths.time_to import Waits, waits_of

_SECOND = 1e6
_ROOM = 1 << 21


@attrs.frozen(kw_only=True, repr=False)
class TimeToComparison(Labelled):
    """How fast two groups get somewhere: one row a group, a first.

    Attributes
    ----------
    group : object
        What the group is called.
    journeys, events, left_out : int64
        Journeys with a known start; those of them that got there; journeys without.
    expected : float64
        How many would have got there if both groups were equally fast.
    median : float64
        Seconds until half got there (Kaplan and Meier's); nan where that was not watched.
    mean : float64
        Seconds waited on average within the horizon: the area under the curve up to there.
    horizon : float
        Seconds up to which the means are taken.
    difference, low, high : float
        The mean of a minus that of b, and the ends of its interval.
    chi2 : float
        The log-rank statistic.
    p : float
        How often chance alone makes a statistic as large, in (0, 1].
    hazard_ratio : float
        How many times as fast as b those in a get there: events / expected of a, over that of b.
    resamples : int
        How often the groups were drawn.
    level : float
        The level of the interval.
    unit : str
        What was drawn as a whole.
    shared : int
        How many of those have journeys in both groups.
    """

    value = "mean"

    group: Array = column(object)
    journeys: Array = column(np.int64)
    events: Array = column(np.int64)
    left_out: Array = column(np.int64)
    expected: Array = column(np.float64)
    median: Array = column(np.float64)
    mean: Array = column(np.float64)
    horizon: float
    difference: float
    low: float
    high: float
    chi2: float
    p: float
    hazard_ratio: float
    resamples: int
    level: float
    unit: str
    shared: int


def time_to(
    pair: Pair,
    *,
    seed: int,
    place: Place | None = None,
    outcome: str | None = None,
    start: Place | None = None,
    horizon: dt.timedelta | None = None,
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> TimeToComparison:
    """Compare how fast journeys get somewhere; those not watched long enough are censored.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    place, outcome, start
        Where they get and where the clock starts, as for `tp.paths.time_to`.
    horizon
        How long to look for the mean; by default as long as both groups were watched.
    seed, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    TimeToComparison
        One row a group, and the test.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint or outcome.
    InvalidInputError
        As `tp.paths.time_to`; when no journey of a group has a known start, a group was not
        watched up to the horizon, or persons are in both groups and ``shared="refuse"``.

    Notes
    -----
    Mantel's log-rank test adds up, over the times at which anyone gets there, those of a that did
    minus those expected among all still waiting. It sees differences in speed that keep their
    sign; of curves that cross it may see nothing. Its p is that of persons (or journeys) dealt out
    to the groups anew, so people with many journeys are no trouble; as the statistic is divided by
    its own deviation in each deal, groups that were watched differently long are none either when
    they are large (Neuhaus 1993). Without persons ``chi2`` can be held against the chi-square
    distribution with one degree of freedom. The interval is that of persons redrawn within their
    group. The mean counts a journey that takes longer as the horizon: it is no mean of all times.
    A resample costs O(n) and one pass over the different times at which anyone got there.

    References
    ----------
    N. Mantel (1966), Evaluation of survival data and two new rank order statistics arising in its
    consideration, Cancer Chemotherapy Reports 50(3), 163-170. G. Neuhaus (1993), Conditional rank
    tests for the two-sample problem under random censorship, Annals of Statistics 21(4),
    1760-1779, doi:10.1214/aos/1176349396. P. Royston and M. K. B. Parmar (2013), Restricted mean
    survival time, BMC Medical Research Methodology 13, 152, doi:10.1186/1471-2288-13-152.
    G. Berry, R. M. Kitchin and P. A. Mock (1991), A comparison of two simple hazard ratio
    estimators based on the logrank test, Statistics in Medicine 10(5), 749-755,
    doi:10.1002/sim.4780100510.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.time_to(two, place="purchase", seed=1, resamples=100)
    >>> found.group.tolist(), 0 < found.p <= 1
    (['computer', 'phone'], True)
    """
    asked = Asked(seed, resamples, level, "permutation", shared, progress=progress)
    waits = waits_of(checked_pair(pair).journeys, place=place, outcome=outcome, start=start)
    sides = sides_of(pair, asked.shared, test=asked.test)
    limit = _limit(pair, waits, horizon)
    curves = Curves.of(waits, limit / _SECOND)
    counts = pair.journeys.counts
    counts_of = [np.where(side, counts, 0)[None, :] for side in (pair.in_a, ~pair.in_a)]
    sums = [curves.sums(one) for one in counts_of]
    observed, expected, variance = (one[0] for one in curves.log_rank(sums[0], sums[0] + sums[1]))
    p, ends = _drawn(pair, sides, curves, asked)
    reached = np.array([curves.events(one)[0].sum() for one in sums])
    expected_of = np.array([expected, reached.sum() - expected])
    with np.errstate(divide="ignore", invalid="ignore"):
        chi2 = np.float64(observed - expected) ** 2 / variance
        speed = reached / expected_of
        ratio = speed[0] / speed[1]
    means = [float(curves.means(one)[0]) for one in sums]
    known = [int(one[0, waits.chosen].sum()) for one in counts_of]
    return TimeToComparison(
        group=text_array(list(pair.names)),
        journeys=np.array(known),
        events=reached.astype(np.int64),
        left_out=np.array(pair.sizes) - known,
        expected=expected_of,
        median=np.array([curves.median(one) for one in sums]),
        mean=np.array(means),
        horizon=limit / _SECOND,
        difference=means[0] - means[1],
        low=ends[0],
        high=ends[1],
        chi2=float(chi2),
        p=p,
        hazard_ratio=float(ratio),
        resamples=int(asked.resamples),
        level=asked.level,
        unit=sides.units.unit,
        shared=len(sides.both),
    )


def _limit(pair: Pair, waits: Waits, horizon: dt.timedelta | None) -> int:
    """Return the horizon in microseconds."""
    in_a = pair.in_a[waits.chosen]
    wanted = None if horizon is None else microseconds(horizon, "horizon")
    watched = []
    for name, side in zip(pair.names, (in_a, ~in_a), strict=True):
        if not side.any():
            raise InvalidInputError(f"no journey of {name!r} has a known start")
        watched.append(int(waits.times[side].max()))
        if wanted is not None and wanted > watched[-1]:
            longest = dt.timedelta(microseconds=watched[-1])
            raise InvalidInputError(
                f"{name!r} was watched for {longest} at most, less than horizon={horizon}"
            )
    return min(watched) if wanted is None else wanted


def _drawn(
    pair: Pair, sides: Sides, curves: Curves, asked: Asked
) -> tuple[float, tuple[float, float]]:
    """Return p of the log-rank statistic, and the ends of the interval of the difference."""
    rngs = [np.random.default_rng(one) for one in np.random.SeedSequence(asked.seed).spawn(2)]
    movable = np.where(sides.movable, pair.journeys.counts, 0)
    whole = curves.sums(movable[None, :])
    seen = curves.deviation(curves.sums(np.where(pair.in_a, movable, 0)[None, :]), whole)[0]
    both = curves.apart(sides.in_a)
    rounds = 2 * -(-asked.resamples // curves.block())
    with reporting(asked.progress, rounds, what="compare") as step:

        def measured(draws: Iterator[Array], measure: Callable[[Array], Array]) -> Iterator[Array]:
            for block in blocks(draws, asked.resamples, curves.block()):
                yield measure(block)
                step()

        dealt = measured(
            permuted(pair, sides, rngs[0]), lambda one: curves.deviation(curves.sums(one), whole)
        )
        p = p_permuted(dealt, seen, np.abs(seen))
        means = np.concatenate(
            list(measured(redrawn(sides, rngs[1]), lambda one: both.means_of_both(both.sums(one))))
        )
    differences = means[:, :1] - means[:, 1:]
    low, high = quantiles(differences, np.zeros(1), asked.level)
    if sides.fewest < 2:
        return float(p[0]), (np.nan, np.nan)
    return float(p[0]), (float(low[0]), float(high[0]))


@attrs.frozen(eq=False, kw_only=True)
class Curves:
    """Product-limit curves of groups that are given by how often each journey is in them.

    Attributes
    ----------
    times : float64 (t,)
        The seconds after which anyone got there, rising.
    horizon : float
        Up to where the mean is taken.
    owners : int64 (w,)
        The rows of the journeys that were still waiting at the first of these times, by cell.
    starts : int64 (cells + 1,)
        Cell c owns ``owners[starts[c]:starts[c + 1]]``. A cell is the last of these times at which
        a journey was waiting; t further if it got there then; 2 t further if its group is the
        second of two drawn together.
    """

    times: Array
    horizon: float
    owners: Array
    starts: Array

    @classmethod
    def of(cls, waits: Waits, horizon: float) -> Curves:
        """Return the curves of journeys that waited."""
        times = np.unique(waits.times[waits.reached])
        last = np.searchsorted(times, waits.times, side="right") - 1
        some = last >= 0
        cells = (last + len(times) * waits.reached)[some]
        empty = np.zeros(0, dtype=np.int64)
        curves = cls(times=times / _SECOND, horizon=horizon, owners=empty, starts=empty)
        return curves._with(waits.chosen[some], cells, size=2 * len(times))

    def _with(self, owners: Array, cells: Array, *, size: int) -> Curves:
        order = np.argsort(cells, kind="stable")
        starts = np.searchsorted(cells[order], np.arange(size + 1))
        return attrs.evolve(self, owners=owners[order], starts=starts)

    def block(self) -> int:
        """Return how many groups to measure at once."""
        return max(1, _ROOM // max(len(self.owners), 2 * len(self.times), 1))

    def sums(self, weights: Array) -> Array:
        """Return how many were last waiting at each time, and how many got there, (b, any)."""
        running = np.zeros(len(self.owners) + 1, dtype=np.int64)
        found = np.empty((len(weights), len(self.starts) - 1), dtype=np.int64)
        for one, row in zip(weights, found, strict=True):
            np.cumsum(one[self.owners].astype(np.int64, copy=False), out=running[1:])
            row[:] = np.diff(running[self.starts])
        return found

    def apart(self, in_a: Array) -> Curves:
        """Return the curves of those in a, and then of the others."""
        size = 2 * len(self.times)
        cells = np.repeat(np.arange(size), np.diff(self.starts))
        cells = np.where(in_a[self.owners], cells, cells + size)
        return self._with(self.owners, cells, size=2 * size)

    def events(self, sums: Array) -> Array:
        """Return how many got there at each time, (b, t)."""
        found: Array = sums[:, len(self.times) :]
        return found

    def at_risk(self, sums: Array) -> Array:
        """Return how many were waiting just before each time, (b, t)."""
        leaving = sums[:, : len(self.times)] + self.events(sums)
        found: Array = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
        return found

    def waiting(self, sums: Array) -> Array:
        """Return the share still waiting after each time, (b, t)."""
        risk = self.at_risk(sums)
        found: Array = (1 - self.events(sums) / np.maximum(risk, 1)).cumprod(axis=1)
        return found

    def means(self, sums: Array) -> Array:
        """Return the mean within the horizon of each group, (b,)."""
        edges = np.minimum(np.concatenate([[0.0], self.times, [self.horizon]]), self.horizon)
        widths = np.diff(edges)
        found: Array = widths[0] + self.waiting(sums) @ widths[1:]
        return found

    def means_of_both(self, sums: Array) -> Array:
        """Return the means of those in a and of the others, (b, 2); for what `apart` returns."""
        return np.stack([self.means(one) for one in np.split(sums, 2, axis=1)], axis=1)

    def median(self, sums: Array) -> float:
        """Return the first time at which half or fewer of one group are waiting."""
        hits = np.flatnonzero(self.waiting(sums)[0] <= 0.5)
        return float(self.times[hits[0]]) if len(hits) else np.nan

    def log_rank(self, first: Array, whole: Array) -> tuple[Array, Array, Array]:
        """Return how many of the first group got there, how many expected, and the variance.

        The variance is hypergeometric: at each time those who get there are drawn from all
        waiting.
        """
        events, risk = self.events(whole), self.at_risk(whole)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(risk > 0, self.at_risk(first) / risk, 0.0)
            chance = np.where(risk > 1, events * (risk - events) / (risk - 1), 0.0)
        observed = self.events(first).sum(axis=1)
        return observed, (events * part).sum(axis=1), (chance * part * (1 - part)).sum(axis=1)

    def deviation(self, first: Array, whole: Array) -> Array:
        """Return how many standard deviations the first group is off, (b, 1)."""
        observed, expected, variance = self.log_rank(first, whole)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = ((observed - expected) / np.sqrt(variance))[:, None]
        return np.where(np.isfinite(found), found, np.nan)
