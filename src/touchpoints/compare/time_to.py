"""Comparison of the time to a place between two groups: log-rank test, RMST, hazard ratio."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import cached_property

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.survival import first_at_most
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import OpeningHours
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.compare._shared.dealt import Dealt
from touchpoints.compare._shared.draws import Shared, Sides, redrawn, sides_of
from touchpoints.compare._shared.pairs import (
    Pair,
    checked_pair,
)
from touchpoints.compare._shared.student import Student, Trust
from touchpoints.compare._shared.testing import (
    Options,
    blocks,
    p_permuted,
    persons_of,
    remarks_of,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.places.anchors import Place
from touchpoints.paths.time_to import Event, EventTimes, event_times

_NOISE = 1e-12  # of a standardized statistic
_SECOND = 1e6
_ROOM = 1 << 17  # numbers that stay in the cache


@attrs.frozen(kw_only=True, repr=False)
class TimeToComparison(Labelled):
    """Time to a place or outcome in two groups, with the log-rank test: one row per group, a first.

    Attributes
    ----------
    group : object
        The name of the group.
    journeys, events, left_out : int64
        Journeys with a known start; those of them that reached the place; journeys without a known
        start, which are left out.
    expected : float64
        The number of events expected if both groups had the same hazard.
    median : float64
        The Kaplan–Meier median in seconds; nan if the survival curve does not reach one half.
    mean : float64
        The restricted mean survival time in seconds: the area under the survival curve up to the
        horizon. It is the value of ``as_dict``.
    horizon : float
        The horizon of the means in seconds.
    difference, low, high : float
        The mean of a minus the mean of b in seconds, and the ends of its interval.
    chi2 : float
        The log-rank statistic.
    p : float
        The permutation p-value: the share of permutations with a statistic at least as large, in
        (0, 1].
    hazard_ratio : float
        The hazard of a relative to b: events / expected of a, divided by the same of b.
    resamples : int
        The number of resamples.
    level : float
        The level of the interval.
    unit : str
        The unit that was permuted and resampled whole: ``"person"`` or ``"journey"``.
    shared : int
        The number of units with journeys in both groups.
    persons, effective : tuple, optional
        As in `Comparison`, of the journeys with a known start.

    See Also
    --------
    time_to : The function that returns this table.
    tp.paths.TimeTo : The survival curves.
    """

    main = "mean"

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
    persons: tuple[int, int] | None = attrs.field(default=None, repr=False)
    effective: tuple[float, float] | None = attrs.field(default=None, repr=False)

    def _remarks(self) -> list[str]:
        return remarks_of(self.group.tolist(), self.persons, self.effective)


@public
def time_to(
    pair: Pair,
    *,
    seed: int,
    place: Place | None = None,
    outcome: str | None = None,
    start: Place | None = None,
    horizon: dt.timedelta | None = None,
    hours: OpeningHours | None = None,
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> TimeToComparison:
    """Compare the time to a place or outcome: log-rank test and restricted mean survival time.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    place, outcome, start
        The event and the start of the clock, as for `tp.paths.time_to`.
    horizon
        The horizon of the restricted mean; by default the shorter of the longest observation times
        of the two groups.
    hours
        When the service is open: only that time counts, as in `tp.paths.time_to`; also for the
        horizon.
    seed, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    TimeToComparison
        One row per group, and the test.

    Raises
    ------
    NotFoundError
        When no touchpoint or outcome has this name.
    InvalidInputError
        As `tp.paths.time_to`; when no journey of a group has a known start, when a group was not
        observed up to the horizon, or when persons have journeys in both groups and
        ``shared="refuse"``.

    See Also
    --------
    gaps : Compare the gaps of journeys that reached the place.
    tp.paths.time_to : The survival curves of one group or several.
    tp.paths.median_time_to : Median times with intervals.

    Notes
    -----
    Journeys that have not reached the place by the end of their observation are right-censored.
    Mantel's log-rank statistic sums, over the event times, the events in a minus the events
    expected in a among all journeys at risk. It detects differences of one sign; if the curves
    cross, it may detect nothing. Its p-value comes from permuting group labels, whole persons at a
    time where persons are known, so persons with many journeys do not bias it. The statistic is
    standardized in each permutation, so in large groups different censoring does not bias it
    either (Neuhaus 1993). Without persons ``chi2`` can be compared with the chi-square
    distribution with one degree of freedom. The interval is Student's, with the bootstrap standard
    error: persons are resampled within their group, as for `measured`. The restricted mean counts
    longer times as the horizon, so it is not the mean of all times. A resample costs O(n) and one
    pass over the distinct event times.

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
    options = Options(seed, resamples, level, "permutation", shared, progress=progress)
    event = Event(place=place, outcome=outcome, start=start, hours=hours)
    durations = event_times(checked_pair(pair).journeys, event)
    sides = sides_of(pair, options.shared, test=options.test)
    limit = _limit(pair, durations, horizon)
    curves = Curves.of(durations, limit / _SECOND)
    counts = pair.journeys.counts
    counts_of = [np.where(side, counts, 0)[None, :] for side in (pair.in_a, ~pair.in_a)]
    sums = [curves.sums(one) for one in counts_of]
    every = curves.drawn_from(sums[0] + sums[1])
    observed, expected, variance = (one[0] for one in curves.log_rank(sums[0], every))
    reached = np.array([curves.events(one)[0].sum() for one in sums])
    expected_of = np.array([expected, reached.sum() - expected])
    with np.errstate(divide="ignore", invalid="ignore"):
        chi2 = np.float64(observed - expected) ** 2 / variance
        ratio = np.divide(*(reached / expected_of))
    means = [float(curves.means(one)[0]) for one in sums]
    p, ends = _drawn(pair, sides, curves, options, means[0] - means[1])
    known = [int(one[0, durations.chosen].sum()) for one in counts_of]
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
        resamples=int(options.resamples),
        level=options.level,
        unit=sides.units.unit,
        shared=len(sides.both),
        **persons_of([_started(one[0], durations) for one in counts_of], sides.units),
    )


def _started(weights: Array, durations: EventTimes) -> Array:
    """Return the weights of journeys with a known start, and 0 of the others."""
    found = np.zeros_like(weights)
    found[durations.chosen] = weights[durations.chosen]
    return found


def _limit(pair: Pair, durations: EventTimes, horizon: dt.timedelta | None) -> int:
    """Return the horizon in microseconds."""
    in_a = pair.in_a[durations.chosen]
    wanted = None if horizon is None else microseconds(horizon, "horizon")
    observed = []
    for name, side in zip(pair.names, (in_a, ~in_a), strict=True):
        if not side.any():
            raise InvalidInputError(f"no journey of {name!r} has a known start")
        observed.append(int(durations.times[side].max()))
        if wanted is not None and wanted > observed[-1]:
            longest = dt.timedelta(microseconds=observed[-1])
            raise InvalidInputError(
                f"horizon must be at most {longest}, the longest observation of {name!r}, got "
                f"{horizon}"
            )
    return min(observed) if wanted is None else wanted


def _drawn(
    pair: Pair, sides: Sides, curves: Curves, options: Options, difference: float
) -> tuple[float, tuple[float, float]]:
    """Return the p of the log-rank statistic, and the interval of the difference of means."""
    rngs = [np.random.default_rng(one) for one in np.random.SeedSequence(options.seed).spawn(2)]
    movable = np.where(sides.movable, pair.journeys.counts, 0)
    whole = curves.drawn_from(curves.sums(movable[None, :]))
    seen = curves.deviation(curves.sums(np.where(pair.in_a, movable, 0)[None, :]), whole)[0]
    dealt = Dealt.among(sides, pair.journeys.counts)
    both = curves.apart(sides.in_a)
    rounds = 2 * -(-options.resamples // curves.block())
    with reporting(options.progress, rounds, what="compare") as advance:

        def statistics(draws: Iterator[Array], of: Callable[[Array], Array]) -> Iterator[Array]:
            for block in blocks(draws, options.resamples, curves.block()):
                yield of(block)
                advance()

        deviations = statistics(
            (dealt.spread(one) for one in dealt.permuted(rngs[0])),
            lambda one: curves.deviation(curves.sums(one), whole),
        )
        p = p_permuted(deviations, seen, slack=_NOISE)
        means = np.concatenate(
            list(
                statistics(redrawn(sides, rngs[1]), lambda one: both.means_of_both(both.sums(one)))
            )
        )
    low, high = _student(pair, sides, curves, means, difference).bounds(options.level)
    return float(p[0]), (float(low[0]), float(high[0]))


def _student(pair: Pair, sides: Sides, curves: Curves, means: Array, difference: float) -> Student:
    """Return the difference of the restricted means over resamples, float64 (b, 2)."""
    from scipy import sparse

    counts = pair.journeys.counts
    known = np.zeros((len(counts), 1))
    known[curves.rows] = 1.0
    weights = np.where(pair.in_a, counts, 0), np.where(pair.in_a, 0, counts)
    observed = sparse.csr_array(known), np.zeros(1, dtype=np.int64)
    trust = Trust.of(observed, weights, sides)
    return Student.of(np.array([difference]), (means[:, :1], means[:, 1:]), trust)


@attrs.frozen(eq=False, kw_only=True)
class Curves:
    """Kaplan–Meier curves of groups given by weights: how often each journey is in the group.

    Attributes
    ----------
    times : float64 (t,)
        The distinct event times in seconds, rising.
    horizon : float
        The horizon of the restricted mean in seconds.
    rows : int64 (n,)
        The rows of all journeys with a known start.
    owners : int64 (w,)
        The rows of the journeys at risk at the first event time, sorted by cell.
    starts : int64 (cells + 1,)
        Cell c owns ``owners[starts[c]:starts[c + 1]]``. The cell of a journey is the position of
        the last event time at which it was at risk; plus t if it had the event then; plus 2 t if
        it belongs to the second of two groups evaluated together.
    """

    times: Array
    horizon: float
    rows: Array
    owners: Array
    starts: Array

    @classmethod
    def of(cls, durations: EventTimes, horizon: float) -> Curves:
        """Build the curves from the waiting times of journeys."""
        times = np.unique(durations.times[durations.reached])
        last = np.searchsorted(times, durations.times, side="right") - 1
        some = last >= 0
        cells = (last + len(times) * durations.reached)[some]
        empty = np.zeros(0, dtype=np.int64)
        curves = cls(
            times=times / _SECOND,
            horizon=horizon,
            rows=durations.chosen,
            owners=empty,
            starts=empty,
        )
        return curves._with(durations.chosen[some], cells, size=2 * len(times))

    def _with(self, owners: Array, cells: Array, *, size: int) -> Curves:
        order = np.argsort(cells, kind="stable")
        starts = np.searchsorted(cells[order], np.arange(size + 1))
        return attrs.evolve(self, owners=owners[order], starts=starts)

    def block(self) -> int:
        """Return the number of groups to evaluate at once."""
        return max(1, _ROOM // max(len(self.owners), 2 * len(self.times), 1))

    def sums(self, weights: Array) -> Array:
        """Return the numbers censored and with the event, by last time at risk, (b, cells)."""
        few = int(weights.max(initial=0)) * len(self.owners) <= np.iinfo(np.int32).max
        running = np.zeros(len(self.owners) + 1, dtype=np.int32 if few else np.int64)
        found = np.empty((len(weights), len(self.starts) - 1), dtype=running.dtype)
        for one, row in zip(weights, found, strict=True):
            np.cumsum(one.take(self.owners), dtype=running.dtype, out=running[1:])
            ends = running.take(self.starts)
            np.subtract(ends[1:], ends[:-1], out=row)
        return found

    def apart(self, in_a: Array) -> Curves:
        """Return the curves of group a and, in further cells, of group b."""
        size = 2 * len(self.times)
        cells = np.repeat(np.arange(size), np.diff(self.starts))
        cells = np.where(in_a[self.owners], cells, cells + size)
        return self._with(self.owners, cells, size=2 * size)

    def events(self, sums: Array) -> Array:
        """Return the number of events at each event time, (b, t)."""
        found: Array = sums[:, len(self.times) :]
        return found

    def _at_risk(self, sums: Array) -> Array:
        """Return the number at risk just before each event time, (b, t)."""
        leaving = sums[:, : len(self.times)] + self.events(sums)
        found: Array = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
        return found

    def survival(self, sums: Array) -> Array:
        """Return the Kaplan–Meier survival after each event time, (b, t)."""
        found: Array = self.events(sums) / np.maximum(self._at_risk(sums), 1)
        np.subtract(1, found, out=found)
        return found.cumprod(axis=1, out=found)

    def means(self, sums: Array) -> Array:
        """Return the restricted mean survival time of each group, (b,)."""
        first, rest = self._widths[0], self._widths[1:]
        found: Array = first + np.einsum("ij,j->i", self.survival(sums), rest)  # BLAS is no faster
        return found

    @cached_property
    def _widths(self) -> Array:
        """The seconds up to the first event time, and from each to the next, within the horizon."""
        edges = np.concatenate([[0.0], self.times, [self.horizon]])
        return np.diff(np.minimum(edges, self.horizon))

    def means_of_both(self, sums: Array) -> Array:
        """Return the restricted means of groups a and b, (b, 2); for the sums of `apart`."""
        return np.stack([self.means(one) for one in np.split(sums, 2, axis=1)], axis=1)

    def median(self, sums: Array) -> float:
        """Return the Kaplan–Meier median of one group, nan if survival stays above one half."""
        return first_at_most(self.times, self.survival(sums)[0], 0.5)

    def drawn_from(self, whole: Array) -> tuple[Array, Array, Array]:
        """Return what log-rank statistics share: all events, all at risk, and their chance."""
        events, risk = self.events(whole), self._at_risk(whole)
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = np.where(risk > 1, events * (risk - events) / (risk - 1), 0.0)
        return events, risk, chance

    def log_rank(
        self, first: Array, drawn_from: tuple[Array, Array, Array]
    ) -> tuple[Array, Array, Array]:
        """Return the observed events of the first group, the expected ones, and the variance.

        The variance is hypergeometric: at each event time the events are a draw without
        replacement from all at risk.
        """
        events, risk, chance = drawn_from
        part = self._at_risk(first) / np.maximum(risk, 1)
        observed = self.events(first).sum(axis=1)
        return observed, (events * part).sum(axis=1), (chance * part * (1 - part)).sum(axis=1)

    def deviation(self, first: Array, drawn_from: tuple[Array, Array, Array]) -> Array:
        """Return the standardized log-rank statistic of the first group, (b, 1)."""
        observed, expected, variance = self.log_rank(first, drawn_from)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = ((observed - expected) / np.sqrt(variance))[:, None]
        return np.where(np.isfinite(found), found, np.nan)
