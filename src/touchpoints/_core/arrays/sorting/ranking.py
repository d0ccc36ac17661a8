"""Positions of the largest counts."""

from __future__ import annotations

import numpy as np

from touchpoints._core import checks
from touchpoints._core.frozen import Array


def most_frequent(counts: Array, top: int | None, *ties: Array) -> Array:
    """Return the positions of the largest counts, largest first, int64 (min(c, top),).

    Parameters
    ----------
    counts : numbers (c,)
    top
        The number of positions to return; None returns all.
    ties : integers (c,)
        Equal counts are sorted by these numbers, smallest first, and then by position.

    Raises
    ------
    InvalidInputError
        When ``top`` is given and is not an integer of at least 0.
    """
    return np.lexsort((*ties[::-1], -counts))[: checks.limit("top", top)]
