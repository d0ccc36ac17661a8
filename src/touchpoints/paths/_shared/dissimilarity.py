"""Substitution costs and pairwise distances: records that analyses of sequences exchange."""

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
    """The cost of substituting one touchpoint for another; one row per touchpoint.

    Attributes
    ----------
    touchpoint : object
        The keys of the touchpoints.
    matrix : float64 (k, k)
        The costs: symmetric, non-negative, 0 on the diagonal.
    method : str
        The method that produced the costs; see `substitution_costs`.
    """

    touchpoint: Array = column(object)
    matrix: Array = attrs.field(converter=_numbers, eq=_same, repr=False)
    method: str

    def __attrs_post_init__(self) -> None:
        _check_square(self.matrix, len(self.touchpoint), "substitution costs")

    def as_dict(self) -> dict[tuple[str, str], float]:
        """Return {(touchpoint, touchpoint): cost} for different touchpoints, in both orders."""
        return _by_pair(self.touchpoint, self.matrix)

    def is_metric(self) -> bool:
        """Return whether the costs are a metric: positive, with the triangle inequality.

        That is, substituting different touchpoints costs more than 0, and never more than a
        substitution by way of a third one. Optimal matching is a metric only with metric costs.
        O(k³).
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
    """Pairwise distances between the variants; one row per variant, the most frequent first.

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time.
    journeys : int64
        Number of journeys with this variant.
    matrix : float64 (d, d)
        The distances: symmetric, non-negative, 0 on the diagonal.
    of : int64 (n,)
        The row of each journey's variant; -1 for journeys of count 0.
    method, normalise : str
        The distance and its normalisation; ``normalise`` is empty for unnormalised distances.
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
        """Return {(variant, variant): distance} for different variants, in both orders."""
        return _by_pair(self.variant, self.matrix)


def _by_pair(labels: Array, matrix: Array) -> dict[Any, float]:
    """Return {(row label, column label): entry} for the entries off the diagonal."""
    keys = labels.tolist()
    rows = enumerate(matrix.tolist())
    return {(keys[i], keys[j]): one for i, row in rows for j, one in enumerate(row) if i != j}


def _check_square(matrix: Array, size: int, what: str) -> None:
    if matrix.shape != (size, size):
        raise InvalidInputError(
            f"{what} of {size} rows must be a matrix ({size}, {size}), got {matrix.shape}"
        )
    if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
        raise InvalidInputError(f"{what} must be finite and at least 0")
    if np.diagonal(matrix).any() or not np.array_equal(matrix, matrix.T):
        raise InvalidInputError(f"{what} must be symmetric, with 0 on the diagonal")
