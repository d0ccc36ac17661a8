"""The E-value: how strong something unmeasured would have to be to explain a risk ratio."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.experience._shared.weighting import Compared


def e_values(found: Compared) -> tuple[Array, Array]:
    """Return the E-value of each risk ratio, and that of the limit nearest 1.

    How strong, as risk ratios, the association of something unmeasured with the exposure and with
    the outcome would have to be, both of them, to explain the ratio away: ``r + sqrt(r (r - 1))``
    for a ratio r of at least 1, else that of 1/r. 1 for a limit where the interval contains no
    difference.

    References
    ----------
    T. J. VanderWeele and P. Ding (2017), Sensitivity analysis in observational research:
    introducing the E-value, Annals of Internal Medicine 167(4), 268-274, doi:10.7326/M16-2607.
    """
    ratio = found.ratio
    nearest = np.where(ratio >= 1, found.ratio_low, found.ratio_high)
    with np.errstate(invalid="ignore"):
        crosses = np.where(ratio >= 1, nearest <= 1, nearest >= 1)
        crosses |= (found.low <= 0) & (found.high >= 0)
    limit = np.where(np.isnan(ratio), np.nan, np.where(crosses, 1.0, _e_value(nearest)))
    return _e_value(ratio), limit


def _e_value(ratio: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(ratio < 1, 1 / ratio, ratio)
        return np.asarray(np.where(np.isinf(above), np.inf, above + np.sqrt(above * (above - 1))))
