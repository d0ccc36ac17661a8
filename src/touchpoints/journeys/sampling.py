"""Random samples of journeys."""

from __future__ import annotations

import math

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import check_counts
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys, checked_journeys, take

_MOST_AT_ONCE = 10**9  # the limit of numpy's hypergeometric draws
_MOST_DRAWN = 10**12


@public
def sample(journeys: Journeys, n: int, *, seed: int) -> Journeys:
    """Draw a random sample of journeys, without replacement.

    Parameters
    ----------
    n
        The number of real journeys to draw: a row of count 3 is three journeys.
    seed
        The seed of numpy's default generator.

    Returns
    -------
    Journeys
        In the original order, with the counts that were drawn; rows without a drawn journey are
        left out. The values of a row are scaled in proportion to its count.

    Raises
    ------
    InvalidInputError
        When ``n`` is not an integer of at least 0, when there are fewer than ``n`` journeys, or
        when both the journeys drawn and the journeys left exceed 10**12.
    WrongKindError
        When ``journeys`` is not a `Journeys`.

    Notes
    -----
    Counts are drawn from the multivariate hypergeometric distribution. numpy draws from fewer than
    10**9 journeys; larger numbers are first divided between halves of the rows, by probabilities
    that are exact up to rounding.

    See Also
    --------
    select : Keep given journeys.
    bootstrap : Intervals by drawing journeys with replacement.

    Examples
    --------
    >>> import touchpoints as tp
    >>> len(tp.sample(tp.datasets.shop(100, seed=1), 10, seed=7))
    10
    """
    checked_journeys(journeys)
    check_counts(journeys.offsets, journeys.counts)
    total = int(journeys.counts.sum())
    if checks.whole("n", n, most=None, least=0) > total:
        raise InvalidInputError(f"cannot draw {n:,} of {counted(total, 'journey')}")
    generator = np.random.default_rng(checks.seed(seed))
    if bool((journeys.counts == 1).all()):
        return take(journeys, np.sort(generator.choice(total, size=n, replace=False)))
    drawn = _drawn(journeys.counts, int(n), generator)
    return take(recounted(journeys, drawn), np.flatnonzero(drawn))


def _drawn(counts: Array, n: int, rng: np.random.Generator) -> Array:
    """Draw ``n`` journeys without replacement; return the number drawn from each count."""
    if len(counts) == 1 or n == 0:
        return np.full(len(counts), n, dtype=np.int64)
    if int(counts.sum()) < _MOST_AT_ONCE:
        return rng.multivariate_hypergeometric(counts, n, method="marginals")
    half = len(counts) // 2
    left, right = counts[:half], counts[half:]
    here = _drawn_left(int(left.sum()), int(right.sum()), n=n, rng=rng)
    return np.concatenate([_drawn(left, here, rng), _drawn(right, n - here, rng)])


def _drawn_left(left: int, right: int, *, n: int, rng: np.random.Generator) -> int:
    """Draw how many of ``n`` come from the left, by the ratios of neighbouring probabilities.

    Probabilities are summed up to twelve standard deviations, plus a hundred, around the mode.
    """
    total = left + right
    if min(n, total - n) > _MOST_DRAWN:
        raise InvalidInputError(
            f"cannot draw {n:,} of {total:,} journeys: these are too many to draw exactly",
            mend=f"draw at most {_MOST_DRAWN:,}, or divide the counts by a common factor",
        )
    mode = (n + 1) * (left + 1) // (total + 2)
    spread = math.sqrt(n * (left / total) * (right / total) * ((total - n) / (total - 1)))
    reach = math.ceil(12 * spread) + 100
    first, last = max(0, n - right, mode - reach), min(n, left, mode + reach)
    some = np.arange(first, last, dtype=np.float64)
    ratios = (left - some) * (n - some) / ((some + 1) * (right - n + some + 1))
    logs = np.append(0.0, np.cumsum(np.log(ratios)))
    sums = np.cumsum(np.exp(logs - logs.max()))
    position = int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
    return min(first + position, last)
