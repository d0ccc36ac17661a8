"""Comparison of the credit that touchpoints get in two groups or periods."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.few_units import are_heavy, centred, drawn
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, wrong_kind
from touchpoints._core.tables import Labelled, column
from touchpoints.attribution import Credit
from touchpoints.compare._shared.pairs import Pair, checked_pair
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.discovery import false_discovery

_LEAST = 1e-12


@attrs.frozen(kw_only=True, repr=False)
class CreditDifference(Labelled):
    """The difference of the shares of credit of two groups; one row per touchpoint, by p.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or ``"(none)"``.
    share_a, share_b : float64
        The share of credit in each group; 0.0 where the touchpoint does not occur.
    difference : float64
        ``share_a - share_b``.
    low, high : float64
        The ends of its interval.
    p : float64
        The p-value of the difference, two-sided.
    q : float64
        The false discovery rate if this row and all above it are called different.
    names : tuple of str
        The names of the groups, a first.
    model : str
        The model of attribution.
    level : float
        The confidence level of the intervals.
    unit : str
        The unit that is taken to be independent.
    """

    main = "difference"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    share_a: Array = column(np.float64)
    share_b: Array = column(np.float64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    p: Array = column(np.float64)
    q: Array = column(np.float64)
    names: tuple[str, str]
    model: str
    level: float
    unit: str


@public
def credit(
    pair: Pair, model: Callable[[Journeys], Credit], *, level: float = 0.95
) -> CreditDifference:
    """Compare the shares of credit of two groups or periods by a model of attribution.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    model
        A model with intervals, such as ``tp.attribution.markov``, or a partial of one.
    level
        The confidence level of the intervals, in (0, 1).

    Returns
    -------
    CreditDifference
        One row per touchpoint of either group.

    Raises
    ------
    InvalidInputError
        When the model has no covariance, when it has groups, or when persons have journeys in both
        groups, so that the groups are not independent.

    See Also
    --------
    measured : Any measure, by permutation.

    Notes
    -----
    The variance of a difference is the sum of both variances, each drawn towards that of persons
    who all give their outcomes to one touchpoint, as if half a person more had been seen to do so:
    a variance from few persons is mostly too small. t has the degrees of freedom of B. L. Welch
    (1947), The generalization of "Student's" problem when several different population
    variances are involved, Biometrika 34, 28-35. A difference is an association. Without
    resampling: the cost is that of the model, twice.

    Examples
    --------
    >>> import attrs
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(500, seed=1), "purchase", outcome="purchase")
    >>> two = tp.compare.groups(attrs.evolve(shop, persons=None), "device")
    >>> found = tp.compare.credit(two, tp.attribution.linear)
    >>> found.model, found.names
    ('linear', ('computer', 'phone'))
    """
    level = checks.level(level)
    checked_pair(pair)
    if not callable(model):
        raise wrong_kind(model, takes="a model", mend="tp.attribution.markov")
    if pair.shared and pair.journeys.meta.blocks is not None:
        raise InvalidInputError(
            f"blocks of persons ({pair.shared:,}) have journeys in both groups, which are "
            "therefore not independent",
            mend="compare.measured(pair, lambda j: model(j).shares, test='bootstrap', seed=1)",
        )
    if pair.shared:
        raise InvalidInputError(
            f"{counted(pair.shared, 'person', verb='have')} journeys in both groups, which are "
            "therefore not independent",
            mend="compare.measured(pair, lambda j: model(j).shares, shared='within', seed=1)",
        )
    one, two = _credit(model, pair.a), _credit(model, pair.b)
    keys = list(dict.fromkeys([*one.touchpoint.tolist(), *two.touchpoint.tolist()]))
    shares = np.stack([_picked(side, side.share, keys) for side in (one, two)])
    spreads = np.stack([_picked(side, _variance(side), keys) for side in (one, two)])
    sides = zip((one, two), shares, spreads, strict=True)
    varied = np.array([_varied(*side, level=level) for side in sides])
    return _table(pair, one, keys, shares, varied[:, 0], freedom=varied[:, 1], level=level)


def _credit(model: Callable[[Journeys], Credit], journeys: Journeys) -> Credit:
    found = model(journeys)
    if not isinstance(found, Credit):
        raise WrongKindError(f"the model must return a Credit, got {type(found).__name__}")
    if found.group is not None or found.covariance is None:
        raise InvalidInputError(
            f"the model {found.model!r} has groups or no covariance",
            mend="compare.measured(pair, lambda j: model(j).shares, seed=1) permutes instead",
        )
    return found


def _variance(found: Credit) -> Array:
    return np.asarray(np.maximum(np.asarray(found.covariance).diagonal(), 0.0))


def _picked(found: Credit, values: Array, keys: list[str]) -> Array:
    """Return the values of keys, 0 for those that do not occur."""
    known = dict(zip(found.touchpoint.tolist(), values.tolist(), strict=True))
    return np.array([known.get(key, 0.0) for key in keys])


def _varied(found: Credit, shares: Array, variances: Array, *, level: float) -> tuple[Array, Array]:
    """Return the variance of each share, and its degrees of freedom."""
    behind = float(found.outcomes if found.behind is None else found.behind)
    alike = behind if found.alike is None else found.alike
    middle = centred(shares, alike=alike, level=level)
    heavy = are_heavy(float(found.outcomes), behind)
    varied, seen = drawn(middle, variances, behind=behind, alike=alike, heavy=heavy)
    return varied, np.maximum(2 * seen, 1.0)


def _table(
    pair: Pair,
    found: Credit,
    keys: list[str],
    shares: Array,
    spreads: Array,
    *,
    freedom: Array,
    level: float,
) -> CreditDifference:
    from scipy.stats import t

    difference, total = shares[0] - shares[1], spreads.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        welch = total**2 / (spreads[0] ** 2 / freedom[0] + spreads[1] ** 2 / freedom[1])
        half = t.ppf((1 + level) / 2, welch) * np.sqrt(total)
        p = 2 * t.sf(np.abs(difference) / np.sqrt(total), welch)
    alike = (total <= 0) & (np.abs(difference) < _LEAST)
    p = np.where(alike, 1.0, p)
    order = np.lexsort([np.array(keys, dtype=object).astype(str), np.round(p, 12)])
    return CreditDifference(
        touchpoint=text_array(keys)[order],
        share_a=shares[0][order],
        share_b=shares[1][order],
        difference=difference[order],
        low=(difference - half)[order],
        high=(difference + half)[order],
        p=p[order],
        q=false_discovery(p)[order],
        names=pair.names,
        model=found.model,
        level=level,
        unit=found.unit,
    )
