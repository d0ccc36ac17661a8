"""What the analyses of sequences hand to each other: costs of substitutions, and distances."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, read_only, same_array
from touchpoints._core.tables import Labelled, Table, column
from touchpoints.errors import InvalidInputError

_same = attrs.cmp_using(eq=same_array)


def _numbers(values: Any) -> Array:
    return read_only(values, np.float64)


@attrs.frozen(kw_only=True, repr=False)
class SubstitutionCosts(Labelled):
    """What it costs to replace one touchpoint by another; one row a touchpoint.

    Attributes
    ----------
    touchpoint : object
        The keys of the touchpoints.
    matrix : float64 (k, k)
        The costs: symmetric, 0 on the diagonal, none below 0.
    method : str
        Where they come from.
    """

    touchpoint: Array = column(object)
    matrix: Array = attrs.field(converter=_numbers, eq=_same, repr=False)
    method: str

    def __attrs_post_init__(self) -> None:
        _check_square(self.matrix, len(self.touchpoint), "substitution costs")

    def as_dict(self) -> dict[tuple[str, str], float]:
        """Return the cost of each pair of different touchpoints, each pair in both orders."""
        return _by_pair(self.touchpoint, self.matrix)

    def is_metric(self) -> bool:
        """Tell whether different touchpoints cost something and no detour is cheaper.

        Only with such costs is optimal matching a metric. O(k³).
        """
        costs = self.matrix
        slack = 1e-9 * float(costs.max(initial=0.0))
        if bool((costs + np.eye(len(costs)) <= 0).any()):
            return False
        return all(
            bool((costs <= costs[:, [middle]] + costs[middle] + slack).all())
            for middle in range(len(costs))
        )


@attrs.frozen(kw_only=True, repr=False)
class Distances(Labelled):
    """How unlike the distinct journeys are; one row each, the most frequent first.

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time.
    journeys : int64
        How many journeys went this way.
    matrix : float64 (d, d)
        How far each is from each: symmetric, 0 on the diagonal, none below 0.
    of : int64 (n,)
        The row of each journey that was measured; -1 for journeys of count 0.
    method, normalise : str
        How it was measured; normalise is empty for plain distances.
    """

    variant: Array = column(object)
    journeys: Array = column(np.int64)
    matrix: Array = attrs.field(converter=_numbers, eq=_same, repr=False)
    of: Array = attrs.field(converter=read_only, eq=_same, repr=False)
    method: str
    normalise: str

    def __attrs_post_init__(self) -> None:
        Table.__attrs_post_init__(self)
        _check_square(self.matrix, len(self.variant), "distances")

    def as_dict(self) -> dict[Any, float]:
        """Return the distance of each pair of different variants, each pair in both orders."""
        return _by_pair(self.variant, self.matrix)


def _by_pair(labels: Array, matrix: Array) -> dict[Any, float]:
    """Return the entries off the diagonal by the labels of their row and column."""
    keys = labels.tolist()
    rows = enumerate(matrix.tolist())
    return {(keys[i], keys[j]): one for i, row in rows for j, one in enumerate(row) if i != j}


def _check_square(matrix: Array, size: int, what: str) -> None:
    if matrix.shape != (size, size):
        raise InvalidInputError(f"{what} of {size} need a matrix ({size}, {size})")
    if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
        raise InvalidInputError(f"{what} must be finite, and none below 0")
    if np.diagonal(matrix).any() or not np.array_equal(matrix, matrix.T):
        raise InvalidInputError(f"{what} must be symmetric, with 0 on the diagonal")
