"""Many tests at once."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array


def benjamini_hochberg(p: Array) -> Array:
    """Return the smallest false-discovery rate at which each test would count, float64 (t,).

    Tests whose p is nan are left out and stay nan (Benjamini and Hochberg 1995, Journal of the
    Royal Statistical Society B 57(1), 289-300, doi:10.1111/j.2517-6161.1995.tb02031.x).
    """
    answer = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    answer[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return answer
