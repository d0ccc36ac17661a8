"""Variances of shares that few units tell of, drawn towards those of units that say yes or no."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.intervals import z_of
from touchpoints._core.frozen import Array

IMAGINED = 0.5
"""How many more units are imagined, each of which gives all to one."""


def drawn(
    share: Array,
    variance: Array,
    *,
    behind: float | Array,
    alike: float | Array,
    imagined: float = IMAGINED,
) -> tuple[Array, Array]:
    """Return variances of shares, and how many units tell of each.

    A variance from few units is mostly too small, and 0 where they happen to agree.

    Parameters
    ----------
    share, variance : float64 (c,)
        Shares, from 0 to 1, and their variances as estimated from units.
    behind
        The number of units that share something out.
    alike
        How many units with equally much to share out weigh as much.
    imagined
        How many more units are imagined, each of which gives all to one.

    Notes
    -----
    Of N units that each give all of it to one, ``4 p (1 - p) N``, at most N - 1, tell of the spread
    around the share p. Their variance would be ``p (1 - p) / alike``.
    """
    spread = share * (1 - share)
    seen = np.minimum(4 * spread * behind, np.maximum(behind - 1, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = (seen * variance + imagined * spread / alike) / (seen + imagined)
    return np.asarray(mixed), np.asarray(seen)


def centred(share: Array, *, alike: float, level: float) -> Array:
    """Return shares with z² more units, half of which say yes.

    A. Agresti and B. A. Coull (1998), Approximate is better than "exact" for interval estimation of
    binomial proportions, The American Statistician 52(2), 119-126.
    """
    more = z_of(level) ** 2
    return np.asarray((np.clip(share, 0.0, 1.0) * alike + more / 2) / (alike + more))
