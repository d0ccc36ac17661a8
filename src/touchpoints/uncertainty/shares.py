"""Intervals for shares."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar, overload

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

T = TypeVar("T")


class Interval(NamedTuple, Generic[T]):
    """The ends of an interval: numbers, or arrays of them."""

    low: T
    high: T


@overload
def wilson(successes: float, trials: float, *, level: float = ...) -> Interval[float]: ...
@overload
def wilson(successes: Array, trials: Array | float, *, level: float = ...) -> Interval[Array]: ...
@overload
def wilson(successes: float, trials: Array, *, level: float = ...) -> Interval[Array]: ...
def wilson(successes: Any, trials: Any, *, level: float = 0.95) -> Interval[Any]:
    """Return the Wilson interval of a share: what shares would make this count unsurprising.

    Parameters
    ----------
    successes, trials
        How often it happened, of how many times; numbers, or arrays of shapes that broadcast.
        Need not be whole: an effective sample size can stand for the trials.
    level
        How often such intervals cover the true share, in (0, 1).

    Returns
    -------
    Interval
        ``low`` and ``high`` in [0, 1], of the shape of the input; nan without trials.

    Raises
    ------
    InvalidInputError
        When there are fewer than 0 or more than ``trials`` successes, or the level is no share.

    Notes
    -----
    For independent trials. Where they are not (several journeys of one person), use `bootstrap`.
    The interval is never empty and never leaves [0, 1], also at 0 and at ``trials`` successes.

    References
    ----------
    E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22(158), 209-212,
    doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> import touchpoints as tp
    >>> low, high = tp.wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    z = z_of(checks.level(level))
    hits, count = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    if bool((~((hits >= 0) & (hits <= count) & np.isfinite(count))).any()):
        raise InvalidInputError("successes must lie between 0 and the number of trials")
    low, high = wilson_bounds(hits, count, z)
    if low.ndim == 0:
        return Interval(float(low), float(high))
    return Interval(low, high)
