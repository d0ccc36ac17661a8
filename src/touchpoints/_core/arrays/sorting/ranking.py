"""The most frequent first."""

from __future__ import annotations

import numpy as np

from touchpoints._core import checks
from touchpoints._core.frozen import Array


def most_frequent(counts: Array, top: int | None, *ties: Array) -> Array:
    """Return the places of the largest counts, largest first.

    Parameters
    ----------
    counts : numbers (c,)
    top
        How many to return; all where None.
    ties : integers (c,)
        What decides between equal counts, the smallest first; then their order does.

    Raises
    ------
    InvalidInputError
        When ``top`` is given and is not an integer of at least 0.
    """
    return np.lexsort((*ties[::-1], -counts))[: checks.limit("top", top)]
