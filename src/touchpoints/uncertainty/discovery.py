"""How many of the findings are chance: p-values of many questions asked at once."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError


def false_discovery(p: Array) -> Array:
    """Return Benjamini and Hochberg's q of each p: the share of false ones among those below it.

    Parameters
    ----------
    p : float64 (t,)
        The p-values of t questions, in [0, 1]; nan where a question could not be asked, which is
        then no question.

    Returns
    -------
    float64 (t,)
        In [0, 1], rising with p; nan where p is. Calling everything with ``q <= 0.05`` a
        difference, no more than 5 % of what is called so is expected to be none.

    Raises
    ------
    InvalidInputError
        When something is no probability.

    Notes
    -----
    For questions that are independent or depend on each other positively. O(t log t).

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57(1), 289-300, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> false_discovery([0.01, 0.04, 0.03, 0.5]).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    given = np.asarray(p, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(given))
    asked = given[known]
    if bool(((asked < 0) | (asked > 1)).any()):
        raise InvalidInputError("a p-value lies in [0, 1]")
    order = np.argsort(asked)[::-1]
    ranks = np.arange(len(asked), 0, -1)
    lowest = np.minimum.accumulate(asked[order] * len(asked) / ranks)
    answer = np.full(given.shape, np.nan)
    answer[known[order]] = lowest
    return answer
