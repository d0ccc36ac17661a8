"""Key drivers: how much of an overall judgement each score explains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.arrays.statistics.regression import explained, shared_out
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact, not_of_groups
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.judgements import Judged, judged
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens
from touchpoints.experience._shared.metrics import Metric
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.folds import fold_counts
from touchpoints.uncertainty.units import units_of

_EXACT, _MOST, _ORDERS, _FEW = 12, 200, 2000, 200
_PARTS, _SAME = 30, 1e-12


@attrs.frozen(kw_only=True, repr=False)
class KeyDrivers(Estimated):
    """How much of the variance of a judgement each driver explains, the largest share first.

    ``as_dict()`` returns ``{driver: importance}``; with groups, the keys begin with the group.

    Attributes
    ----------
    driver : object
        The per-journey column, or the touchpoint whose scores it is.
    importance, low, high : float64
        Its share of the variance of the judgement, in [0, 1], and the interval; the importances sum
        to ``r2``.
    share : float64
        Its share of ``r2``.
    correlation : float64
        Its correlation with the judgement, which also has a sign.
    scored : int64
        The number of journeys with a score of it.
    r2 : float
        The share of the variance that all drivers explain together.
    exact : bool
        Whether all orders of the drivers were used, and not a sample of them.
    bound : float
        With a sample: how far an importance can be from that of all orders, with probability
        ``level`` for all of them together; 0 if exact.
    journeys, left_out : int
        The number of journeys used, and of those without a judgement or without any score.
    """

    main = "importance"
    labels = ("driver",)

    driver: Array = column(object)
    importance: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    share: Array = column(np.float64)
    correlation: Array = column(np.float64)
    scored: Array = column(np.int64)
    r2: float = fact(of_groups=not_of_groups)
    exact: bool = fact(of_groups=all)
    bound: float = fact(of_groups=max)
    journeys: int = fact(of_groups=sum)
    left_out: int = fact(of_groups=sum)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if not self.exact:
            found.append(f"sampled orders: an importance can be off by {self.bound:.3g}")
        if self.left_out:
            found.append(f"{counted(self.left_out, 'journey')} without a judgement or a score")
        return found


@public
def key_drivers(
    journeys: Journeys,
    *,
    overall: str,
    drivers: Sequence[str] | None = None,
    metric: str | Metric | None = None,
    lens: Lens = TOUCHPOINT,
    seed: int | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> KeyDrivers:
    """Find what drives an overall judgement: the share of its variance that each score explains.

    Parameters
    ----------
    overall
        The per-journey column with the judgement, such as overall satisfaction, or the name of an
        outcome.
    drivers
        Per-journey columns with scores; by default the scores of ``metric`` at each touchpoint.
    metric
        The metric whose scores are in the per-interaction column of its name: the drivers are its
        mean scores at each touchpoint (or label of ``lens``) in the journey.
    lens
        What to tell apart, as in `touchpoints.experience`; touchpoints by default.
    seed
        The seed of sampled orders; needed for more than 12 drivers.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    KeyDrivers
        One row per driver, the most important first, ties by name.

    Raises
    ------
    NotFoundError
        When a column, the metric or the lens does not exist.
    InvalidInputError
        When neither drivers nor a metric are given, or both; when a column holds no numbers, the
        judgement is everywhere the same, or there are more than 200 drivers.

    See Also
    --------
    importance_performance : What to work on first: important, and done badly.
    penalty_reward : Whether bad scores hurt more than good ones help.

    Notes
    -----
    The increase of R² when a driver is added to the others, averaged over all orders in which they
    can be added: the Shapley value of R², known as LMG. Exact up to 12 drivers, in O(2^p p²); for
    more, 2,000 orders are drawn, with Hoeffding's bound. Where a journey has no score of a driver,
    the mean score takes its place. The standard error is that of leaving out a thirtieth of the
    persons at a time, the interval Wilson's with the number of trials of that error. Importance is
    never below 0: a driver of no importance has a small one, and an interval above 0. Importance is
    association: a driver that is
    correlated with another that matters gets a part of its importance even if it has no effect.

    References
    ----------
    R. H. Lindeman, P. F. Merenda and R. Z. Gold (1980), Introduction to Bivariate and Multivariate
    Analysis, Scott, Foresman. U. Grömping (2006), Relative importance for linear regression in R:
    the package relaimpo, Journal of Statistical Software 17(1), doi:10.18637/jss.v017.i01. W.
    Hoeffding (1963), Probability inequalities for sums of bounded random variables, Journal of the
    American Statistical Association 58(301), 13-30, doi:10.1080/01621459.1963.10500830.

    Examples
    --------
    >>> import attrs
    >>> import numpy as np
    >>> import touchpoints as tp
    >>> shop, rng = tp.datasets.shop(300, seed=1), np.random.default_rng(1)
    >>> speed, price = rng.normal(size=(2, 300))
    >>> columns = {"speed": speed, "price": price, "overall": 2 * speed + price}
    >>> found = tp.experience.key_drivers(
    ...     attrs.evolve(shop, per_journey=columns),
    ...     overall="overall",
    ...     drivers=["price", "speed"],
    ... )
    >>> found.driver.tolist(), round(found.r2, 6)
    (['speed', 'price'], 1.0)
    """
    checked_journeys(journeys)
    level = checks.level(level)
    seed = None if seed is None else checks.seed(seed)
    asked = partial(judged, overall=overall, drivers=drivers, metric=metric, lens=lens)
    return by_group(journeys, by, lambda part: _ranked(part, asked(part), seed=seed, level=level))


def _ranked(journeys: Journeys, found: Judged, *, seed: int | None, level: float) -> KeyDrivers:
    p = len(found.names)
    if p > _MOST:
        raise InvalidInputError(f"there can be at most {_MOST} drivers, got {p}", mend="lens=")
    if p > _EXACT and seed is None:
        raise InvalidInputError(
            f"more than {_EXACT} drivers need a seed for a sample of their orders, got {p} drivers",
            mend="seed=1, or any other integer",
        )
    rng = np.random.default_rng(seed)
    orders = None if p <= _EXACT else [rng.permutation(p) for _ in range(_ORDERS)]
    table = _filled(found)
    whole = _moments(table, found.counts)
    if not found.judgement.max() > found.judgement.min():
        raise InvalidInputError("the judgement must differ between journeys: it is all the same")
    importance, r2 = _importances(whole[None], orders)
    importance = np.where(np.abs(importance) < _SAME, 0.0, importance)
    parts = min(_PARTS, found.units.total)
    units, also = units_of(journeys, None), found.fingerprint(len(journeys))
    held = fold_counts(journeys, units, folds=max(parts, 1), seed=0, also=also)[found.rows]
    few = None if orders is None else orders[:_FEW]
    rests = [found.counts - one for one in held.T if one.any()]
    some = np.array([_moments(table, rest) for rest in rests if rest.any()])
    spread = np.full(p, np.nan)
    if len(some) > 1:
        moved = _importances(some, few)[0]
        spread = ((moved - moved.mean(axis=0)) ** 2).sum(axis=0) * (len(some) - 1) / len(some)
    reach = math.sqrt(math.log(2 * p / (1 - level)) / (2 * _ORDERS))
    return _table(
        found,
        importance[0],
        _bounds(importance[0], spread, len(some), level),
        moments=whole,
        r2=float(r2[0]),
        exact=orders is None,
        bound=0.0 if orders is None else float(r2[0]) * reach,
        level=level,
    )


def _bounds(shares: Array, variance: Array, parts: int, level: float) -> tuple[Array, Array]:
    """Return Wilson's interval of shares with estimated variances, with t instead of z."""
    from scipy.special import stdtrit

    z, t = z_of(level), float(stdtrit(max(parts - 1, 1), (1 + level) / 2))
    shares = np.clip(shares, 0.0, 1.0)
    variance = np.where(variance < _SAME**2, 0.0, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        trials = shares * (1 - shares) / (variance * (t / z) ** 2)
    trials = np.where((variance > 0) & (shares > 0) & (shares < 1), trials, np.nan)
    return wilson_bounds(shares * trials, trials, z)


def _filled(found: Judged) -> Array:
    """Return the scores with the mean for what is missing, and last the judgement."""
    known = ~np.isnan(found.scores)
    weights = found.counts[:, None] * known
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.nansum(weights * np.nan_to_num(found.scores), axis=0) / weights.sum(axis=0)
    scores = np.where(known, found.scores, np.nan_to_num(means)[None])
    return _scaled(np.column_stack([scores, found.judgement]))


def _scaled(table: Array) -> Array:
    """Return columns from -1 to 1: shares of variance do not depend on units."""
    low, high = table.min(axis=0), table.max(axis=0)
    half = (high - low) / 2
    return np.asarray((table - (low + half)) / np.where(half > 0, half, 1.0))


def _moments(table: Array, weights: Array) -> Array:
    """Return the weighted covariances of the columns."""
    total = weights.sum()
    rest = table - (weights @ table) / total
    return np.asarray((rest * weights[:, None]).T @ rest / total)


def _importances(moments: Array, orders: Sequence[Array] | None) -> tuple[Array, Array]:
    """Return the importances, (b, p), and the share that all explain, (b,)."""
    if orders is None:
        r2 = explained(moments)
        return shared_out(r2), r2[:, -1]
    b, p = len(moments), moments.shape[1] - 1
    found, every = np.zeros((b, p)), np.zeros(b)
    for order in orders:
        gains = _gains(moments, order)
        found[:, order] += gains / len(orders)
        every = gains.sum(axis=1)
    return found, every


def _gains(moments: Array, order: Array) -> Array:
    """Return by how much each driver raises R² when they are added in an order, (b, p)."""
    p = moments.shape[1] - 1
    places = np.append(order, p)
    work = moments[:, places][:, :, places]
    step = np.arange(p)
    spread = work[:, step, step]
    work[:, step, step] = np.where(spread > 0, spread * (1 + 1e-9), 1.0)
    lower = np.linalg.cholesky(work + np.eye(p + 1)[None] * 1e-12 * work[:, p, p][:, None, None])
    return np.asarray(lower[:, p, :p] ** 2 / moments[:, p, p][:, None])


def _table(
    found: Judged,
    importance: Array,
    ends: tuple[Array, Array],
    *,
    moments: Array,
    r2: float,
    exact: bool,
    bound: float,
    level: float,
) -> KeyDrivers:
    p = len(found.names)
    order = sorted(range(p), key=lambda row: (-round(float(importance[row]), 12), found.names[row]))
    spread = np.sqrt(np.diagonal(moments))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = moments[:p, p] / (spread[:p] * spread[p])
    return KeyDrivers(
        driver=text_array([found.names[row] for row in order]),
        importance=importance[order],
        low=ends[0][order],
        high=ends[1][order],
        share=importance[order] / r2 if r2 > 0 else np.full(p, np.nan),
        correlation=correlation[order],
        scored=(~np.isnan(found.scores) * found.counts[:, None]).sum(axis=0)[order],
        r2=r2,
        exact=exact,
        bound=bound,
        journeys=int(found.counts.sum()),
        left_out=found.left_out,
        level=level,
        **found.units.facts(),
    )
