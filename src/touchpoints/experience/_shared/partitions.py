"""Groups of touchpoints: by a lens or by merging, and how far two of them agree."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, TouchpointsError
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens, lens_names
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.relabelling import collapse


@attrs.frozen(eq=False)
class Partition:
    """The group of each of k touchpoints.

    Attributes
    ----------
    name : str
        What the groups are called together.
    of : int64 (k,)
        The group of each touchpoint, numbered in the order of their first touchpoint.
    merged : int, optional
        The number of groups that merging was stopped at; None for groups that are given.
    labels : tuple of str
        The names of the groups, where they have names.
    """

    name: str
    of: Array
    merged: int | None
    labels: tuple[str, ...] = ()

    @property
    def groups(self) -> int:
        """The number of groups."""
        return int(self.of.max(initial=-1)) + 1


def lenses_of(
    journeys: Journeys, atoms: Array, lenses: Sequence[Lens], *, lenient: bool
) -> list[Partition]:
    """Return the partitions of touchpoints by lenses, without those that the journeys lack.

    Parameters
    ----------
    atoms : int64 (k,)
        The codes of the touchpoints.
    lenient
        Whether lenses that the journeys do not have are left out; else they are an error.
    """
    found = []
    for lens in lenses:
        try:
            found.append(_partition(journeys, atoms, lens))
        except TouchpointsError:
            if not lenient:
                raise
    return found


def _partition(journeys: Journeys, atoms: Array, lens: Lens) -> Partition:
    names = lens_names(lens)
    if names == (TOUCHPOINT,):
        keys = tuple(journeys.touchpoints[code].key for code in atoms.tolist())
        return Partition(TOUCHPOINT, np.arange(len(atoms)), None, keys)
    columns = [name for name in names if name in journeys.per_interaction]
    if columns:
        raise InvalidInputError(
            f"a lens must group touchpoints, and {columns[0]!r} is a per-interaction column",
            mend="use facets, 'type' or a crosswalk; or tp.collapse by touchpoint and column first",
        )
    grouped = collapse(journeys, by=lens)
    table = np.zeros(len(journeys.touchpoints), dtype=np.int64)
    table[journeys.codes] = grouped.codes
    _, first, of = np.unique(table[atoms], return_index=True, return_inverse=True)
    order = np.argsort(first)
    labels = tuple(grouped.touchpoints[code].key for code in table[atoms][first[order]].tolist())
    return Partition(" and ".join(names), np.argsort(order)[of], None, labels)


def _shared(one: Array, other: Array) -> tuple[Array, Array, Array]:
    """Return how many items each pair of groups shares, and the sizes of the groups."""
    width = int(other.max(initial=-1)) + 1
    cells = np.bincount(one * width + other, minlength=(int(one.max(initial=-1)) + 1) * width)
    table = cells.reshape(-1, max(width, 1))
    return table, table.sum(axis=1), table.sum(axis=0)


def agreement(one: Array, other: Array) -> float:
    """Return the adjusted Rand index of two partitions; 1 where both have no choice.

    L. Hubert and P. Arabie (1985), Comparing partitions, Journal of Classification 2, 193-218.
    """
    table, rows, columns = _shared(one, other)

    def pairs(sizes: Array) -> float:
        return float((sizes * (sizes - 1.0) / 2).sum())

    both, left, right = pairs(table), pairs(rows), pairs(columns)
    every = len(one) * (len(one) - 1) / 2
    chance = left * right / every if every else 0.0
    most = (left + right) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def togetherness(one: Array, other: Array) -> Array:
    """Return the overlap of each item's two groups over their union (Jaccard), float64 (k,)."""
    table, rows, columns = _shared(one, other)
    overlap = table[one, other]
    return np.asarray(overlap / (rows[one] + columns[other] - overlap))
