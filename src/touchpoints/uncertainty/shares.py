"""Wilson intervals for shares."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar, overload

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, unmasked
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError, WrongKindError

T = TypeVar("T")


class Interval(NamedTuple, Generic[T]):
    """The lower and upper end of an interval: two numbers, or two arrays of equal shape."""

    low: T
    high: T


@public
@overload
def wilson(successes: float, trials: float, *, level: float = ...) -> Interval[float]: ...
@public
@overload
def wilson(successes: Array, trials: Array | float, *, level: float = ...) -> Interval[Array]: ...
@public
@overload
def wilson(successes: float, trials: Array, *, level: float = ...) -> Interval[Array]: ...
@public
def wilson(successes: Any, trials: Any, *, level: float = 0.95) -> Interval[Any]:
    """Return the Wilson score interval of a share: the shares that the score test does not reject.

    Parameters
    ----------
    successes, trials
        The number of successes and the number of trials; numbers, or arrays that broadcast. They
        need not be integers: an effective sample size can be given as the trials.
    level
        The confidence level: the share of intervals that cover the true share, in (0, 1).

    Returns
    -------
    Interval
        ``low`` and ``high`` in [0, 1], in the shape of the input; nan without trials.

    Raises
    ------
    InvalidInputError
        When the successes are negative or exceed the trials, or the level is not in (0, 1).

    See Also
    --------
    bootstrap : An interval for any statistic, with whole persons resampled.

    Notes
    -----
    The trials are assumed to be independent. Where they are not (several journeys of one person),
    use `bootstrap`. The interval is never empty and never leaves [0, 1], not even at 0 successes
    or at ``trials`` successes.

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
    hits, count = _numbers("successes", successes), _numbers("trials", trials)
    if bool((~((hits >= 0) & (hits <= count) & np.isfinite(count))).any()):
        raise InvalidInputError("successes must lie between 0 and the finite number of trials")
    low, high = wilson_bounds(hits, count, z)
    if low.ndim == 0:
        return Interval(float(low), float(high))
    return Interval(low, high)


def _numbers(name: str, values: Any) -> Array:
    """Return counts as float64; raise for what are no numbers."""
    values = unmasked(values, name=name)
    try:
        found = np.asarray(values)
        if found.dtype.kind in "biuf" or (found.dtype == object and found.size):
            return found.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise WrongKindError(
        f"{name} must be a number or an array of numbers, got {quoted(values)}",
        mend="for example wilson(3, 10)",
    )
