"""The distinct touchpoints of journeys, as sets."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.evidence import Evidence

EXACT = 24
"""The most touchpoints whose sets are all looked at."""


def players_of(evidence: Evidence) -> Array:
    """Return the touchpoints that occur, int64 (p,)."""
    return np.flatnonzero(np.bincount(evidence.codes, minlength=evidence.k))


def bits_of(evidence: Evidence, players: Array) -> Array:
    """Return the set of distinct touchpoints of each journey, int64 (n,); 0 for an empty one.

    Bit b stands for ``players[b]``, of which there are at most 62.
    """
    bit = np.zeros(evidence.k, dtype=np.int64)
    bit[players] = 1 << np.arange(len(players), dtype=np.int64)
    of = np.zeros(len(evidence.counts), dtype=np.int64)
    filled = np.flatnonzero(segments.lengths_of(evidence.offsets))
    if len(filled):
        of[filled] = np.bitwise_or.reduceat(bit[evidence.codes], evidence.offsets[:-1][filled])
    return of


def members_of(evidence: Evidence) -> tuple[Array, Array]:
    """Return the distinct touchpoints of each journey, one after another, and their offsets."""
    k = max(evidence.k, 1)
    keys = segments.owners_of(evidence.offsets).astype(np.int64) * k + evidence.codes
    keys = np.unique(keys)
    lengths = np.bincount(keys // k, minlength=len(evidence.counts))
    return keys % k, segments.offsets_of(lengths)
