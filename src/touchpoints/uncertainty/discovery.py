"""False discovery rate: adjusted p-values of many tests at once."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError


def false_discovery(p: Array) -> Array:
    """Return the Benjamini-Hochberg q-value of each p-value.

    The q-value is the smallest false discovery rate at which the test is still called significant.

    Parameters
    ----------
    p : float64 (t,)
        The p-values of t tests, in [0, 1]; nan where a test could not be made. Such tests do not
        count among the t.

    Returns
    -------
    float64 (t,)
        The q-values in [0, 1], non-decreasing in p; nan where p is nan. When every test with
        ``q <= 0.05`` is called a difference, at most 5 % of those calls are expected to be false.

    Raises
    ------
    InvalidInputError
        When a p-value is not in [0, 1].

    Notes
    -----
    For tests that are independent or positively dependent. O(t log t).

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
    tested = given[known]
    wrong = tested[(tested < 0) | (tested > 1)]
    if len(wrong):
        raise InvalidInputError(f"a p-value must lie between 0 and 1, got {wrong[0]}")
    order = np.argsort(tested)[::-1]
    ranks = np.arange(len(tested), 0, -1)
    lowest = np.minimum.accumulate(tested[order] * len(tested) / ranks)
    answer = np.full(given.shape, np.nan)
    answer[known[order]] = lowest
    return answer
