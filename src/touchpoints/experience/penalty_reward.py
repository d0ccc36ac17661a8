"""Penalties and rewards: whether bad scores hurt more than good ones help."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.regression import Fit, least_squares
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, quoted
from touchpoints._core.tables import Estimated, column, fact, not_of_groups
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.judgements import Judged, judged
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens
from touchpoints.experience._shared.metrics import Metric
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys

_ROUNDING = 1e-9

BASIC, PERFORMANCE, EXCITEMENT, NEITHER = "basic", "performance", "excitement", "(neither)"


@attrs.frozen(kw_only=True, repr=False)
class PenaltyReward(Estimated):
    """What bad and good scores of each driver go with, one row per driver.

    ``as_dict()`` returns ``{driver: asymmetry}``; with groups, the keys begin with the group.

    Attributes
    ----------
    driver : object
        The per-journey column, or the touchpoint.
    penalty, penalty_low, penalty_high : float64
        How much the judgement differs between a bad and a middling score, all other drivers alike,
        and the interval; below 0 where a bad score goes with a worse judgement.
    reward, reward_low, reward_high : float64
        The same for a good score.
    asymmetry, low, high : float64
        Impact asymmetry: the reward's part of reward and penalty minus the penalty's, in [-1, 1],
        and its interval. 1 for a driver that only pleases, -1 for one that only annoys. nan where
        the penalty is above 0 or the reward below 0.
    kind : object
        ``"basic"``: the penalty is larger than the reward; ``"excitement"``: the reward is larger;
        ``"performance"``: they are not told apart, and at least one differs from 0;
        ``"(neither)"``: none of them does.
    bad, good : int64
        The number of journeys with a bad and with a good score.
    r2 : float
        The share of the variance of the judgement that is explained.
    journeys, left_out : int
        The number of journeys used, and of those without a judgement or without any score.
    """

    main = "asymmetry"
    labels = ("driver",)

    driver: Array = column(object)
    penalty: Array = column(np.float64)
    penalty_low: Array = column(np.float64)
    penalty_high: Array = column(np.float64)
    reward: Array = column(np.float64)
    reward_low: Array = column(np.float64)
    reward_high: Array = column(np.float64)
    asymmetry: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    kind: Array = column(object)
    bad: Array = column(np.int64)
    good: Array = column(np.int64)
    r2: float = fact(of_groups=not_of_groups)
    journeys: int = fact(of_groups=sum)
    left_out: int = fact(of_groups=sum)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.left_out:
            found.append(f"{counted(self.left_out, 'journey')} without a judgement or a score")
        return found


@public
def penalty_reward(
    journeys: Journeys,
    *,
    overall: str,
    drivers: Sequence[str] | None = None,
    metric: str | Metric | None = None,
    lens: Lens = TOUCHPOINT,
    cuts: tuple[float, float] | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> PenaltyReward:
    """Contrast what bad scores cost with what good scores bring.

    Parameters
    ----------
    overall
        The per-journey column with the judgement, or the name of an outcome.
    drivers, metric, lens
        As in `key_drivers`.
    cuts
        At most how many journeys have a bad and a good score of a driver, for example
        ``(0.2, 0.2)``. By default scores are bad and good as the metric says; needed for columns.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    PenaltyReward
        One row per driver, by name.

    Raises
    ------
    NotFoundError
        When a column, the metric or the lens does not exist.
    InvalidInputError
        When neither drivers nor a metric are given, or both; when columns are given without cuts,
        or cuts are not shares that leave a middle.

    See Also
    --------
    key_drivers : How much each driver matters altogether.

    Notes
    -----
    A linear regression of the judgement on two indicators for each driver, of bad and of good
    scores; middling and missing scores are the reference. Standard errors are clustered by person,
    leaving out one at a time. Impact asymmetry is ``(r - |p|) / (r + |p|)``, r the reward and p the
    penalty; its standard error is that of the delta method. Equal scores are all bad or none of
    them: no more than the share is. An indicator that others determine (perfect separation, a score
    that all have) has nan.
    What differs with a score need not be caused by it. Papers differ in cuts and in the rule of
    kinds: state which you use.

    References
    ----------
    D. R. Brandt (1987), A procedure for identifying value-enhancing service components using
    customer satisfaction survey data, in Add Value to Your Service, American Marketing Association,
    61-65. J. Mikulić and D. Prebežac (2008), Prioritizing improvement of service attributes using
    impact range-performance analysis and impact-asymmetry analysis, Managing Service Quality 18(6),
    559-576, doi:10.1108/09604520810920068.

    Examples
    --------
    >>> import attrs
    >>> import numpy as np
    >>> import touchpoints as tp
    >>> shop, rng = tp.datasets.shop(400, seed=1), np.random.default_rng(1)
    >>> clean = rng.integers(1, 6, 400).astype(float)
    >>> overall = 5 - 2.0 * (clean <= 2) + 0.5 * (clean >= 4) + rng.normal(0, 0.1, 400)
    >>> found = tp.experience.penalty_reward(
    ...     attrs.evolve(shop, per_journey={"clean": clean, "overall": overall}),
    ...     overall="overall",
    ...     drivers=["clean"],
    ...     cuts=(0.3, 0.3),
    ... )
    >>> found.kind.tolist(), bool(found.high[0] < 0)
    (['basic'], True)
    """
    checked_journeys(journeys)
    level = checks.level(level)
    if cuts is not None:
        cuts = _checked(cuts)
    elif drivers is not None:
        raise InvalidInputError(
            "columns do not say which scores are bad and good", mend="cuts=(0.2, 0.2)"
        )
    contrasted = partial(_contrasted, cuts=cuts, level=level)
    return by_group(
        journeys,
        by,
        lambda part: contrasted(
            judged(part, overall=overall, drivers=drivers, metric=metric, lens=lens)
        ),
    )


def _checked(cuts: tuple[float, float]) -> tuple[float, float]:
    if not isinstance(cuts, (tuple, list)) or len(cuts) != 2:
        raise InvalidInputError(f"cuts must be two shares, got {quoted(cuts)}", mend="(0.2, 0.2)")
    low, high = (checks.share("cuts", one) for one in cuts)
    if low + high >= 1:
        raise InvalidInputError(
            f"cuts must leave a middle, got {low:g} and {high:g}", mend="for example (0.2, 0.2)"
        )
    return low, high


def _contrasted(found: Judged, *, cuts: tuple[float, float] | None, level: float) -> PenaltyReward:
    bad, good = _boxes(found, cuts)
    p = len(found.names)
    columns = np.column_stack([np.ones(len(bad)), bad, good]).astype(np.float64)
    units = found.units
    fit = least_squares(
        columns, found.judgement, found.counts, units.of, repeats=units.repeats[units.of]
    )
    penalty, reward = fit.coefficients[1 : p + 1], fit.coefficients[p + 1 :]
    ends = _ends(fit, level)
    asymmetry, low, high = _asymmetry(fit, p, level)
    return PenaltyReward(
        driver=text_array(found.names),
        penalty=penalty,
        penalty_low=ends[0][1 : p + 1],
        penalty_high=ends[1][1 : p + 1],
        reward=reward,
        reward_low=ends[0][p + 1 :],
        reward_high=ends[1][p + 1 :],
        asymmetry=asymmetry,
        low=low,
        high=high,
        kind=text_array(_kinds(fit, p, level)),
        bad=(bad * found.counts[:, None]).sum(axis=0),
        good=(good * found.counts[:, None]).sum(axis=0),
        r2=fit.r2,
        journeys=int(found.counts.sum()),
        left_out=found.left_out,
        level=level,
        **found.units.facts(),
    )


def _boxes(found: Judged, cuts: tuple[float, float] | None) -> tuple[Array, Array]:
    """Return which scores are bad and which are good, bool (n, p) both."""
    if cuts is None and found.metric is not None:
        return found.metric.is_dissatisfied(found.scores), found.metric.is_satisfied(found.scores)
    shares = (0.0, 0.0) if cuts is None else cuts
    better = 1.0 if found.metric is None or found.metric.better == "high" else -1.0
    bad, good = np.zeros((2, *found.scores.shape), dtype=bool)
    for place, scores in enumerate((better * found.scores).T):
        known = np.flatnonzero(~np.isnan(scores))
        levels, of = np.unique(scores[known], return_inverse=True)
        mass = np.bincount(of, found.counts[known], len(levels)) / found.counts[known].sum()
        bad[known, place] = (np.cumsum(mass) <= shares[0] + _ROUNDING)[of]
        good[known, place] = (np.cumsum(mass[::-1])[::-1] <= shares[1] + _ROUNDING)[of]
    both = bad & good
    return bad & ~both, good & ~both


def _ends(fit: Fit, level: float) -> tuple[Array, Array]:
    reach = _t(fit, level) * np.sqrt(np.maximum(np.diagonal(fit.covariance), 0.0))
    return fit.coefficients - reach, fit.coefficients + reach


def _t(fit: Fit, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(max(fit.freedom, 1.0), (1 + level) / 2))


def _asymmetry(fit: Fit, p: int, level: float) -> tuple[Array, Array, Array]:
    """Return the impact asymmetry of each driver, and its interval."""
    penalty, reward = -fit.coefficients[1 : p + 1], fit.coefficients[p + 1 :]
    clear = (penalty >= 0) & (reward >= 0) & (penalty + reward > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        range_ = np.where(clear, penalty + reward, np.nan)
        value = (reward - penalty) / range_
        slopes = 2 * penalty / range_**2, 2 * reward / range_**2  # to reward, to the coefficient p
    at = np.arange(p)
    covariance = fit.covariance
    with np.errstate(invalid="ignore"):
        spread = (
            slopes[0] ** 2 * covariance[p + 1 + at, p + 1 + at]
            + slopes[1] ** 2 * covariance[1 + at, 1 + at]
            + 2 * slopes[0] * slopes[1] * covariance[1 + at, p + 1 + at]
        )
    reach = _t(fit, level) * np.sqrt(np.maximum(spread, 0.0))
    return value, np.maximum(value - reach, -1.0), np.minimum(value + reach, 1.0)


def _kinds(fit: Fit, p: int, level: float) -> list[str]:
    """Return the kind of each driver, by the interval of reward minus the size of the penalty."""
    low, high = _ends(fit, level)
    found = []
    for place in range(p):
        one, other = 1 + place, p + 1 + place
        more = fit.coefficients[other] + fit.coefficients[one]
        spread = (
            fit.covariance[one, one] + fit.covariance[other, other] + 2 * fit.covariance[one, other]
        )
        reach = _t(fit, level) * np.sqrt(max(spread, 0.0)) if spread == spread else np.nan
        if more + reach < 0:
            found.append(BASIC)
        elif more - reach > 0:
            found.append(EXCITEMENT)
        elif high[one] < 0 or low[other] > 0:
            found.append(PERFORMANCE)
        else:
            found.append(NEITHER)
    return found
