"""Whether two kinds of touchpoints are equally influential: a test of equivalence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.sequences import mix
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import quoted
from touchpoints._core.tables import Table, column
from touchpoints.attribution import removal
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import rows_meant
from touchpoints.uncertainty.jackknife import jackknifed
from touchpoints.uncertainty.units import units_of

EQUIVALENT, DIFFERENT, OPEN = "equivalent", "different", "not decided"
_HALF = 0.5


@attrs.frozen(kw_only=True, repr=False)
class Equivalence(Table):
    """Whether two groups of touchpoints are equally influential; one row per group.

    Attributes
    ----------
    group : object
        The name of the group.
    effect : float64
        Its removal effect: the share of outcomes that would be lost without it, in a Markov chain.
    interactions : int64
        The number of interactions with its touchpoints.
    difference, low, high : float
        The first effect minus the second, and the interval that must lie within the margin: its
        level is ``1 - 2 alpha``.
    margin : float
        How large a difference counts as none.
    p : float
        The p-value of the hypothesis that the effects differ by at least the margin.
    verdict : str
        ``"equivalent"``: p is at most alpha; ``"different"``: the interval does not contain 0, and
        p is above alpha; ``"not decided"`` otherwise: there is too little data.
    alpha : float
        The level of the test.
    unit : str
        The unit that is independent.
    """

    group: Array = column(object)
    effect: Array = column(np.float64)
    interactions: Array = column(np.int64)
    difference: float
    low: float
    high: float
    margin: float
    p: float
    verdict: str
    alpha: float
    unit: str


@public
def equivalence(
    journeys: Journeys,
    *,
    margin: float,
    groups: Mapping[str, Any] | None = None,
    outcome: str | None = None,
    alpha: float = 0.05,
) -> Equivalence:
    """Test whether direct and indirect touchpoints are equally influential.

    Parameters
    ----------
    margin
        How large a difference of removal effects counts as none, above 0 and at most 1: for
        example 0.05.
    groups
        Two groups of touchpoints by name, as in `touchpoints.attribution.removal`; by default
        direct and indirect touchpoints.
    outcome
        Shared argument: see `touchpoints.experience`.
    alpha
        The level of the test, in (0, 0.5).

    Returns
    -------
    Equivalence
        The effects, their difference, and the verdict.

    Raises
    ------
    NotFoundError
        When the outcome or a touchpoint does not exist.
    InvalidInputError
        When there are not two groups, the margin is not such a share, or no journey has the
        outcome.

    See Also
    --------
    touchpoints.attribution.removal : The effects themselves.

    Notes
    -----
    Two one-sided tests: the effects are called equivalent if the hypotheses that the difference is
    at least the margin, and at most minus the margin, are both rejected at alpha. A difference that
    is not significant is no evidence of equality, small samples never find one: this test asks for
    evidence. The standard error is that of leaving out a thirtieth of the persons at a time, with
    Student's t. Removal effects are those of a model and of association, not of an experiment.

    References
    ----------
    D. J. Schuirmann (1987), A comparison of the two one-sided tests procedure and the power
    approach for assessing the equivalence of average bioavailability, Journal of Pharmacokinetics
    and Biopharmaceutics 15(6), 657-680, doi:10.1007/BF01068419.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(600, seed=1), "purchase", outcome="purchase")
    >>> tp.experience.equivalence(shop, margin=0.9).verdict
    'equivalent'
    """
    checked_journeys(journeys)
    margin = checks.share("margin", margin)
    alpha = checks.share("alpha", alpha)
    if alpha >= _HALF:
        raise InvalidInputError(f"alpha must be below 0.5, got {alpha:g}", mend="alpha=0.05")
    groups = _two(groups)
    name = chosen_outcome(journeys, outcome)
    names = list(groups)

    def effects(weights: Array) -> Array:
        whole = np.rint(weights).astype(np.int64)
        found = removal(recounted(journeys, whole), groups, outcome=name).as_dict()
        return np.array([found[names[0]], found[names[1]], found[names[0]] - found[names[1]]])

    marks = mix(np.nan_to_num(journeys.outcomes[name], nan=2.0).astype(np.uint64))
    found = jackknifed(journeys, effects, also=marks)
    difference = float(found.value[2])
    reach, p = _tested(difference, float(np.sqrt(found.variance[2])), found.parts, margin, alpha)
    low, high = difference - reach, difference + reach
    verdict = EQUIVALENT if p <= alpha else DIFFERENT if low > 0 or high < 0 else OPEN
    return Equivalence(
        group=text_array(names),
        effect=found.value[:2],
        interactions=_interactions(journeys, groups),
        difference=difference,
        low=low,
        high=high,
        margin=margin,
        p=p,
        verdict=verdict,
        alpha=alpha,
        unit=units_of(journeys, None).unit,
    )


def _two(groups: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if groups is None:
        return {kind: {"directness": kind} for kind in ("direct", "indirect")}
    if not isinstance(groups, Mapping) or len(groups) != 2:
        raise InvalidInputError(
            f"groups must be two groups of touchpoints by name, got {quoted(groups)}",
            mend='{"ads": {"channel": "display"}, "mail": "email_campaign"}',
        )
    return groups


def _tested(
    difference: float, error: float, parts: int, margin: float, alpha: float
) -> tuple[float, float]:
    """Return half the width of the interval, and the p-value of the two one-sided tests."""
    from scipy.special import stdtr, stdtrit

    freedom = max(parts - 1, 1)
    reach = error * float(stdtrit(freedom, 1 - alpha))
    if error > 0:
        return reach, float(stdtr(freedom, (abs(difference) - margin) / error))
    if error == 0:
        return reach, 0.0 if abs(difference) < margin else 1.0
    return reach, np.nan


def _interactions(journeys: Journeys, groups: Mapping[str, Any]) -> Array:
    """Return the number of interactions of each group."""
    weights = np.repeat(journeys.counts, np.diff(journeys.offsets))
    return np.array([weights[rows_meant(journeys, one)].sum() for one in groups.values()])
