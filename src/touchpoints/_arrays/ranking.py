"""The most frequent first."""

from __future__ import annotations

import numpy as np

from touchpoints._frozen import Array
from touchpoints.errors import InvalidInputError


def most_frequent(counts: Array, top: int | None) -> Array:
    """Return the places of the largest counts, largest first, equal ones in their order.

    Raises
    ------
    InvalidInputError
        When ``top`` is given and is no whole number of 0 or more.
    """
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 0):
        raise InvalidInputError(
            f"top={top!r} is no whole number of 0 or more", mend="leave it out to have all"
        )
    return np.argsort(-counts, kind="stable")[:top]
