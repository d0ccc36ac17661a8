"""The most frequent first."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError


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
        When ``top`` is given and is no whole number of 0 or more.
    """
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 0):
        raise InvalidInputError(
            f"top={top!r} is no whole number of 0 or more", mend="leave it out to have all"
        )
    return np.lexsort((*ties[::-1], -counts))[:top]
