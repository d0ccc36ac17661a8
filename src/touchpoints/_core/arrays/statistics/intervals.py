"""Wilson intervals of shares, and Cohen's kappa with its standard error."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from touchpoints._core.frozen import Array


def z_of(level: float) -> float:
    """Return the normal quantile of a two-sided interval of this level: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson_bounds(hits: Array, count: Array, z: float) -> tuple[Array, Array]:
    """Return the Wilson interval of ``hits / count``; nan where the count is 0.

    Parameters
    ----------
    hits, count : float64, shapes that broadcast
        0 <= hits <= count.
    z
        The normal quantile of the level: the half-width in standard errors.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / count
        scale = 1 + z * z / count
        centre = (share + z * z / (2 * count)) / scale
        half = z / scale * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    known = np.where(count > 0, 0.0, np.nan)
    low = np.where(hits == 0, known, np.maximum(centre - half, 0.0))
    high = np.where(hits == count, known + 1, np.minimum(centre + half, 1.0))
    return low, high


class Kappa(NamedTuple):
    """Cohen's kappa and its large-sample standard error."""

    value: float
    error: float


def kappa(table: Array) -> Kappa:
    """Return Cohen's kappa of a square table of counts, float64 (k, k): one rater by the other.

    nan without events, and where chance alone gives full agreement. The standard error is that of
    J. L. Fleiss, J. Cohen & B. S. Everitt (1969), Large sample standard errors of kappa and
    weighted kappa, Psychological Bulletin 72(5), 323-327, doi:10.1037/h0028106.
    """
    n = float(table.sum())
    if not n:
        return Kappa(float("nan"), float("nan"))
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agreed, by_chance = float(np.trace(share)), float(rows @ columns)
    if by_chance >= 1:
        return Kappa(float("nan"), float("nan"))
    value = (agreed - by_chance) / (1 - by_chance)
    diagonal = np.diag(share)
    on = float((diagonal * (1 - (rows + columns) * (1 - value)) ** 2).sum())
    crossed = share * (columns[:, None] + rows[None, :]) ** 2
    off = (1 - value) ** 2 * float(crossed.sum() - np.trace(crossed))
    spread = on + off - (value - by_chance * (1 - value)) ** 2
    return Kappa(value, float(np.sqrt(max(spread, 0.0) / n) / (1 - by_chance)))
