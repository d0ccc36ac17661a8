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


_NOTHING = 1e-14  # a variance that is rounding and nothing else


class Kappa(NamedTuple):
    """Cohen's kappa and its large-sample standard error.

    ``share`` is the observed agreement and ``by_chance`` the agreement expected by chance, of
    ``events`` events.
    """

    value: float
    error: float
    share: float
    by_chance: float
    events: float

    def bounds(self, level: float) -> tuple[float, float]:
        """Return the interval, cut to [-1, 1].

        Where the table shows no spread at all, because all agree or one judge never varies, the
        standard error is 0 and tells nothing: then Wilson's of the share of equal answers, at the
        agreement expected by chance.
        """
        if self.value != self.value:
            return self.value, self.value
        z = z_of(level)
        low, high = self.value - z * self.error, self.value + z * self.error
        if not self.error:
            hits, count = np.array(self.share * self.events), np.array(self.events)
            ends = wilson_bounds(hits, count, z)
            low, high = ((float(one) - self.by_chance) / (1 - self.by_chance) for one in ends)
            low, high = min(low, self.value), max(high, self.value)
        return max(low, -1.0), min(high, 1.0)


def kappa(table: Array) -> Kappa:
    """Return Cohen's kappa of a square table of counts, float64 (k, k): one rater by the other.

    nan without events, and where chance alone gives full agreement. The standard error is that of
    J. L. Fleiss, J. Cohen & B. S. Everitt (1969), Large sample standard errors of kappa and
    weighted kappa, Psychological Bulletin 72(5), 323-327, doi:10.1037/h0028106.
    """
    n = float(table.sum())
    share = table / n if n else np.full(np.shape(table), np.nan)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agreed, by_chance = float(np.trace(share)), float(rows @ columns)
    if not n or by_chance >= 1:
        return Kappa(np.nan, np.nan, share=agreed, by_chance=by_chance, events=n)
    value = (agreed - by_chance) / (1 - by_chance)
    diagonal = np.diag(share)
    on = float((diagonal * (1 - (rows + columns) * (1 - value)) ** 2).sum())
    crossed = share * (columns[:, None] + rows[None, :]) ** 2
    off = (1 - value) ** 2 * float(crossed.sum() - np.trace(crossed))
    spread = on + off - (value - by_chance * (1 - value)) ** 2
    error = float(np.sqrt(spread / n) / (1 - by_chance)) if spread > _NOTHING else 0.0
    return Kappa(value, error, share=agreed, by_chance=by_chance, events=n)
