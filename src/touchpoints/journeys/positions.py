"""Which journeys an index means: a slice or distinct positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.frozen import Array, unmasked
from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError, WrongKindError

_LAST = (Ellipsis,)


def positions_meant(index: Any, size: int) -> Array:
    """Return the positions that an index of several journeys means, int64.

    Parameters
    ----------
    index
        A slice, or distinct integers; negative ones count from the end. A pair of either and
        ``...`` means the same, as for an array of one dimension: scikit-learn asks so.
    size
        The number of journeys.

    Raises
    ------
    WrongKindError
        When the index is of another kind, a mask for example.
    InvalidInputError
        When a position lies outside or occurs twice.
    """
    if isinstance(index, tuple) and index[1:] == _LAST:
        index = index[0]
    if isinstance(index, slice):
        return np.arange(size, dtype=np.int64)[index]
    if not isinstance(index, tuple) and hasattr(index, "__len__"):
        given = np.asarray(unmasked(index, name="the index"))
        if given.ndim == 1 and (given.dtype.kind in "iu" or not len(given)):
            return _distinct(given.astype(np.int64), size)
    raise WrongKindError(
        "an index of journeys must be an integer, a slice or distinct integers, "
        f"got {type(index).__name__}",
        mend="for a mask use tp.select(journeys, mask)",
    )


def _distinct(positions: Array, size: int) -> Array:
    outside = np.flatnonzero((positions < -size) | (positions >= size))
    if len(outside):
        raise InvalidInputError(
            f"an index of journeys lies outside: {positions[outside[0]]}",
            where=counted(size, "journey"),
        )
    positions = np.where(positions < 0, positions + size, positions)
    times = np.bincount(positions, minlength=size)
    if bool((times > 1).any()):
        raise InvalidInputError(
            f"an index of journeys must not repeat, got {int(times.argmax())} "
            f"{int(times.max()):,} times",
            mend="ids are unique: let counts say how many real journeys a row stands for",
        )
    return positions
