"""What a test of shares must not fall below where clusters of the groups differ in size."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.arrays.statistics import clustered_shares as clustered
from touchpoints._core.arrays.statistics.contingency import chi2_p
from touchpoints._core.frozen import Array

_ROOM = 1 << 22


def least_p(y: Array, m: Array, y_squared: Array, products: Array, m_squared: Array) -> Array:
    """Return the least p that shares by group can have, by how unlike the sizes of clusters are.

    Parameters
    ----------
    y, m : float64 (g, s)
        The hits and the trials: sums over clusters of y hits and m trials, by group and share.
    y_squared, products, m_squared : float64 (g, s)
        The sums of y², y m and m².

    Notes
    -----
    Clusters of unlike sizes are not exchangeable: the variance of a group of few large clusters
    depends on which they are, and permutations mix them with small ones. So p is at least a part
    of the p of chi-square with one likeness ρ of the trials of a cluster in all groups,
    V_g = p (1 - p) (1 + ρ k_g) / m_g with k_g = Σ m² / Σ m - 1 and ρ by moments. The part is
    1 - min(1 + k_g) / max(1 + k_g): nothing where sizes are alike, and the permutations exact.
    O(g s). J. N. K. Rao and A. J. Scott (1992), A simple method for the analysis of clustered
    binary data, Biometrics 48(2), 577-585.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        total, alike = m.sum(axis=0), m_squared / m
        pooled = y.sum(axis=0) / total
        noise = pooled * (1 - pooled)
        strayed = (y_squared - 2 * pooled * products + pooled**2 * m_squared).sum(axis=0)
        likeness = (strayed / noise - total) / (m_squared.sum(axis=0) - total)
        likeness = np.clip(np.nan_to_num(likeness), 0, 1)
        weights = m / (noise * (1 + likeness * (alike - 1)))
        centre = (weights * y / m).sum(axis=0) / weights.sum(axis=0)
        p = chi2_p((weights * (y / m - centre) ** 2).sum(axis=0), len(y) - 1)
        part = 1 - alike.min(axis=0) / alike.max(axis=0)
    return np.where((noise > 0) & np.isfinite(p), part * p, 0.0)


def sums_by_column(
    members: Any, holds: Array, made: Array, repeats: Array, sizes: clustered.ClusterSizes
) -> Array:
    """Return the design effect, Σ y² and Σ y m of each column of hits, float64 (3, s).

    ``members`` is sparse (c, d): how many choices of each kind a cluster made, ``made`` (c,) of all
    kinds; ``holds`` bool (d, s): which kinds are hits; ``repeats`` (c,): how many clusters are so.
    """
    found = np.ones((3, holds.shape[1]))
    width = max(1, _ROOM // max(len(made), 1))
    for start in range(0, holds.shape[1], width):
        block = slice(start, start + width)
        did = members @ holds[:, block].astype(np.float64)
        found[0, block] = clustered.effects_of(did, made, repeats, sizes)
        found[1, block], found[2, block] = repeats @ did**2, (repeats * made) @ did
    return found
