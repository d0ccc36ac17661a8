"""Credit of a model combined with measured lifts of experiments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import z_of
from touchpoints._core.checks import require_kind
from touchpoints._core.frozen import Array
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Labelled, column
from touchpoints.attribution._shared.credit import NONE, Credit
from touchpoints.errors import InvalidInputError, WrongKindError

Lift: TypeAlias = tuple[float, float]
_STEPS = 200
_MOST = 1e3


@attrs.frozen(kw_only=True, repr=False)
class Calibrated(Labelled):
    """Credit combined with measured lifts; one row per touchpoint, in the order of the credit.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or ``"(none)"``.
    credit : float64
        The combined number of outcomes. They sum to those of the model.
    low, high : float64
        The ends of its interval, model error included.
    share : float64
        ``credit`` as a share of all outcomes.
    model : float64
        The credit of the model alone.
    lift, lift_se : float64
        The measured outcomes and their standard error; nan where no experiment was made.
    weight : float64
        How much the experiment decided, in [0, 1]; 0 where none was made.
    disagreement : float64
        ``(lift - model)`` divided by the standard error of the difference, model error left out.
    model_error : float
        The relative error of the model that the experiments show: the standard deviation of credit
        around the truth, as a share of credit, beyond chance. Infinite where lifts of all
        touchpoints contradict the total, which no way to split it explains.
    p : float
        The probability of disagreement this large if the model had no error of its own.
    level : float
        The confidence level of the intervals.
    outcome : str
        The name of the outcome.
    """

    main = "credit"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    credit: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    share: Array = column(np.float64)
    model: Array = column(np.float64)
    lift: Array = column(np.float64)
    lift_se: Array = column(np.float64)
    weight: Array = column(np.float64)
    disagreement: Array = column(np.float64)
    model_error: float
    p: float
    level: float
    outcome: str

    @property
    def shares(self) -> dict[Any, float]:
        """The shares of credit, {touchpoint: share}."""
        return self._labelled(self.share, self.touchpoint)


def calibrate(credit: Credit, lifts: Mapping[str, Lift], *, level: float = 0.95) -> Calibrated:
    """Combine the credit of a model with lifts that experiments measured.

    Credit is an association. Experiments measure effects, but only for the touchpoints they are
    about, and with an error. Both are weighted by their precision.

    Parameters
    ----------
    credit
        The credit of a model that has intervals, without groups.
    lifts
        For some touchpoints, the number of outcomes an experiment attributes to it in the period of
        the journeys, and its standard error, above 0.
    level
        The confidence level of the intervals, in (0, 1).

    Returns
    -------
    Calibrated
        One row per touchpoint.

    Raises
    ------
    NotFoundError
        When a touchpoint does not occur.
    InvalidInputError
        When no lift is given, when a standard error is not above 0, or when the credit has groups
        or no intervals.

    See Also
    --------
    markov, shapley : Models with intervals.

    Notes
    -----
    The model errs by chance, with the covariance of its credit, and as a model: true credit is
    taken to differ from it with a standard deviation that is a share of the credit, the same for
    all touchpoints, and without changing the total. That share is the one that makes the squared
    disagreements as large as expected (the method of moments); 0 where they are no larger than by
    chance. Credit is then updated by the lifts as in a linear Gaussian model: what experiments add
    to some touchpoints is taken from the others, and the credit of those that no experiment was
    about gets a wider interval. O(r³) for r touchpoints.

    References
    ----------
    R. DerSimonian and N. Laird (1986), Meta-analysis in clinical trials, Controlled Clinical Trials
    7(3), 177-188, doi:10.1016/0197-2456(86)90046-2 (the method of moments). C. M. Bishop (2006),
    Pattern Recognition and Machine Learning, Springer, 2.3.3 (linear Gaussian models).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad", "mail", "ad > mail"], "sales": [40, 30, 30], "lost": [50, 50, 50]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> model = tp.attribution.linear(journeys)
    >>> found = tp.attribution.calibrate(model, {"ad": (20.0, 4.0)})
    >>> [round(one) for one in found.model], [round(one) for one in found.credit]
    ([55, 45], [20, 80])
    """
    require_kind(credit, Credit, takes="a Credit", mend="tp.attribution.markov(journeys)")
    level = checks.level(level)
    lift, error = _measured(credit, lifts)
    total = float(credit.credit.sum())
    chance = _covariance(credit) * total**2
    known = np.flatnonzero(~np.isnan(lift))
    gaps = lift[known] - credit.credit[known]
    noise = chance[np.ix_(known, known)] + np.diag(error[known] ** 2)
    shape = _model_shape(credit.credit, credit.touchpoint)
    share = _model_error(gaps, noise, shape[np.ix_(known, known)])
    spread = chance + min(share, _MOST) ** 2 * shape
    whole = spread[np.ix_(known, known)] + np.diag(error[known] ** 2)
    gain = np.linalg.solve(whole, spread[known]).T
    combined = credit.credit + gain @ gaps
    left = spread - gain @ spread[known]
    half = z_of(level) * np.sqrt(np.maximum(left.diagonal(), 0.0))
    weight = np.zeros(len(lift))
    weight[known] = gain[known, np.arange(len(known))]
    disagreement = np.full(len(lift), np.nan)
    disagreement[known] = gaps / np.sqrt(noise.diagonal())
    return Calibrated(
        touchpoint=credit.touchpoint,
        credit=combined,
        low=combined - half,
        high=combined + half,
        share=combined / total,
        model=credit.credit,
        lift=lift,
        lift_se=error,
        weight=weight,
        disagreement=disagreement,
        model_error=share,
        p=_p_of(gaps, noise),
        level=level,
        outcome=credit.outcome,
    )


def _covariance(credit: Credit) -> Array:
    if credit.group is not None or credit.covariance is None:
        raise InvalidInputError(
            "calibrate takes credit with a covariance and without groups",
            mend="tp.attribution.markov(journeys) gives one; select one group of journeys first",
        )
    if np.isnan(credit.covariance).any():
        raise InvalidInputError(
            "the covariance of this credit is not known: it rests on fewer than two journeys or "
            "persons",
            mend="calibrate credit of more journeys",
        )
    return credit.covariance


def _measured(credit: Credit, lifts: Mapping[str, Lift]) -> tuple[Array, Array]:
    """Return the lift and its standard error of each row, nan where none was measured."""
    if not isinstance(lifts, Mapping):
        raise WrongKindError(
            f"lifts must be a mapping of touchpoints to (estimate, standard error), got {lifts!r}"
        )
    if not lifts:
        raise InvalidInputError("lifts must hold at least one touchpoint, got none")
    keys = credit.touchpoint.tolist()
    lift, error = np.full(len(keys), np.nan), np.full(len(keys), np.nan)
    for key, measured in lifts.items():
        if key not in keys:
            raise not_found("touchpoint", key, keys)
        try:
            estimate, deviation = (float(one) for one in measured)
        except (TypeError, ValueError) as cause:
            raise WrongKindError(
                f"the lift of {key!r} must be (estimate, standard error), got {measured!r}"
            ) from cause
        if not (np.isfinite(estimate) and 0 < deviation < np.inf):
            raise InvalidInputError(
                f"the lift of {key!r} must be finite, its standard error above 0, got {measured!r}"
            )
        lift[keys.index(key)], error[keys.index(key)] = estimate, deviation
    return lift, error


def _model_shape(credit: Array, keys: Array) -> Array:
    """Return the covariance of relative errors of 100 % that leave the total as it is."""
    own = np.where(keys == NONE, 0.0, credit**2)
    total = own.sum()
    return np.diag(own) - np.outer(own, own) / (total if total > 0 else 1.0)


def _model_error(gaps: Array, noise: Array, shape: Array) -> float:
    """Return the share that makes the disagreements as large as expected, at least 0.

    Infinite where no share does, because the lifts contradict the total.
    """

    def excess(share: float) -> float:
        return float(gaps @ np.linalg.solve(noise + share**2 * shape, gaps)) - len(gaps)

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while excess(high) > 0:
        high *= 2
        if high > _MOST:
            return np.inf
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


def _p_of(gaps: Array, noise: Array) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(gaps @ np.linalg.solve(noise, gaps), len(gaps)))
