"""Variances of shares that few units tell of, drawn towards those of units that say yes or no."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import ENOUGH, confident
from touchpoints._core.arrays.statistics.intervals import z_of
from touchpoints._core.frozen import Array

_ROUNDING = 1e-14

IMAGINED = 0.5
"""How many more units are imagined, each of which gives all to one."""

_MANY = 20


def drawn(
    share: Array,
    variance: Array,
    *,
    behind: float | Array,
    alike: float | Array,
    imagined: float = IMAGINED,
    heavy: bool = False,
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
    heavy
        Whether units share out so much that each of them tells much.

    Notes
    -----
    Of N units that each give all of it to one, ``4 p (1 - p) N``, at most N - 1, tell of the spread
    around the share p. Their variance would be ``p (1 - p) / alike``. Where units are heavy,
    those that tell are counted by the variance if that makes more of them, and from `ENOUGH` on
    the variance is not drawn beyond its upper confidence limit.
    """
    spread = share * (1 - share)
    told = _telling(share, variance) if heavy else 0.0
    seen = np.minimum(np.maximum(4 * spread * behind, told), np.maximum(behind - 1, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = np.asarray((seen * variance + imagined * spread / alike) / (seen + imagined))
        sure = (seen >= ENOUGH) & (variance > _ROUNDING * spread) & (mixed > variance)
    if heavy and sure.any():
        mixed[sure] = np.minimum(mixed, variance * confident(np.maximum(seen, 1.0)))[sure]
    return mixed, np.asarray(seen)


def are_heavy(journeys: float, units: float) -> bool:
    """Return whether units have so many journeys each that the variance shows how they differ.

    Blocks of persons do, and few persons.
    """
    return journeys >= _MANY * max(units, 1.0)


def _telling(share: Array, variance: Array) -> Array:
    """Return how many units tell of the spread around shares, by their variances.

    A share p of h units that each are all of it or nothing has the variance ``p² / h``, and the
    rest likewise: four times half the harmonic mean of both, and 0 where it is below `ENOUGH`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = 4 * (share * (1 - share)) ** 2 / (share**2 + (1 - share) ** 2)
        found = np.where(variance > 0, apart / variance, 0.0)
    return np.where(found >= ENOUGH, found, 0.0)


def centred(share: Array, *, alike: float, level: float) -> Array:
    """Return shares with z² more units, half of which say yes.

    A. Agresti and B. A. Coull (1998), Approximate is better than "exact" for interval estimation of
    binomial proportions, The American Statistician 52(2), 119-126.
    """
    more = z_of(level) ** 2
    return np.asarray((np.clip(share, 0.0, 1.0) * alike + more / 2) / (alike + more))
