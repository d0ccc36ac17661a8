"""What typings say about persons held out: bits per interaction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.lenses import Seen, check_some
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import keys_of
from touchpoints.uncertainty.folds import fold_counts
from touchpoints.uncertainty.units import Units, units_of


@attrs.frozen(eq=False, kw_only=True)
class Observed:
    """How often each touchpoint was met with each value of what is asked.

    Attributes
    ----------
    atoms : int64 (k,)
        The codes of the touchpoints, in the order of their keys.
    table : float64 (k, r)
        The counts of touchpoint and value.
    cells, rows : int64 (c,)
        The cell of the table, and the row of the journeys, of each interaction that is used.
    in_fold : float64 (n, folds)
        How many real journeys of each row are in each fold.
    counts : float64 (n,)
        How many real journeys there are of each row.
    units : Units
        What is held out as a whole.
    unknown : int
        The number of interactions about which what is asked is not known.
    """

    atoms: Array
    table: Array
    cells: Array
    rows: Array
    in_fold: Array
    counts: Array
    units: Units
    unknown: int

    def weighed(self, weights: Array) -> Array:
        """Return the table with another number of real journeys of each row, float64 (k, r)."""
        found = np.bincount(self.cells, weights[self.rows], self.table.size)
        return np.asarray(found.reshape(self.table.shape))

    @cached_property
    def training(self) -> tuple[Array, ...]:
        """The table without each of the folds."""
        return tuple(self.weighed(self.counts - one) for one in self.in_fold.T)

    def resampled(self, draws: Array) -> Array:
        """Return the table of units drawn so many times, int64 (u,)."""
        return self.weighed((draws[self.units.of] * self.units.within).astype(np.float64))

    def fitted(self, groups: Array) -> float:
        """Return the information of groups of touchpoints about what is asked, in bits."""
        joint = summed(self.table, groups, int(groups.max(initial=-1)) + 1)
        total = joint.sum()
        chance = np.outer(joint.sum(axis=1), joint.sum(axis=0)) / total
        some = joint > 0
        return float((joint[some] * np.log2(joint[some] / chance[some])).sum() / total)


@attrs.frozen(eq=False, kw_only=True)
class Curve:
    """Held-out bits per interaction of each typing, with intervals; and which keep enough."""

    bits: Array
    low: Array
    high: Array
    enough: Array


def summed(table: Array, groups: Array, size: int) -> Array:
    """Return the sums of the rows of each group, float64 (size, r)."""
    from scipy.sparse import csr_array

    rows = np.arange(len(groups))
    chosen = csr_array((np.ones(len(rows)), (groups, rows)), shape=(size, len(rows)))
    return np.asarray(chosen @ table)


def observed(journeys: Journeys, asked: Seen, *, folds: int, seed: int) -> Observed:
    """Return the counts of touchpoints and what is asked, with persons assigned to folds.

    Raises
    ------
    InvalidInputError
        When what is asked has fewer than two values, or there are fewer persons than folds.
    """
    owners = owners_of(journeys.offsets)
    used = np.flatnonzero((asked.codes >= 0) & (journeys.counts[owners] > 0))
    owners = owners[used].astype(np.int64)
    counts = journeys.counts.astype(np.float64)
    values, ranks = np.unique(asked.codes[used], return_inverse=True)
    check_some(attrs.evolve(asked, labels=tuple(asked.labels[one] for one in values.tolist())))
    met = np.unique(journeys.codes[used]).astype(np.int64)
    keys = keys_of(journeys)
    atoms = np.array(sorted(met.tolist(), key=lambda code: str(keys[code])), dtype=np.int64)
    places = np.zeros(len(journeys.touchpoints), dtype=np.int64)
    places[atoms] = np.arange(len(atoms))
    shape = (len(atoms), len(values))
    cells = places[journeys.codes[used]] * len(values) + ranks
    table = np.bincount(cells, counts[owners], shape[0] * shape[1]).reshape(shape)
    units = units_of(journeys, None)
    if units.total < folds:
        raise InvalidInputError(
            f"there must be at least as many units as folds, got {units.total} of {units.unit!r}",
            mend=f"folds={max(units.total, 2)}",
        )
    also = np.bincount(owners, (ranks + 1) * (cells % 8191 + 1.0), len(journeys)).astype(np.int64)
    every = float(counts @ np.diff(journeys.offsets))
    return Observed(
        atoms=atoms,
        table=table,
        cells=cells,
        rows=owners,
        in_fold=fold_counts(journeys, units, folds=folds, seed=seed, also=also),
        counts=counts,
        units=units,
        unknown=int(every - table.sum()),
    )


def held_out(
    seen: Observed, typings: Sequence[Sequence[Array]], epsilon: float | None, *, level: float
) -> Curve:
    """Return the bits that typings keep on persons held out.

    Parameters
    ----------
    typings
        For each typing, the group of each touchpoint for each fold, found without the fold; -1
        where the other folds have not met the touchpoint.
    epsilon
        How many bits less than the best are enough; None if the interval of the difference contains
        0.

    Notes
    -----
    An interaction that the fold holds out gives ``log2 (p / q)``: p the frequency of what is asked
    in its group in the other folds, drawn towards q, that of all their interactions, as if the
    group had one more.
    """
    units = seen.units
    number = np.bincount(seen.rows, minlength=len(seen.counts)) * units.within
    number = np.bincount(units.of, number, len(units.repeats)).astype(np.int64)
    sums = [_sums(seen, folds) for folds in typings]
    total = float(units.repeats @ number)
    bits = np.array([float(units.repeats @ one) / total for one in sums])
    best = int(np.argmax(np.round(bits, 12)))
    bounds = np.array([_bounds(one, number, units, level) for one in sums])
    if epsilon is not None:
        enough = bits >= bits[best] - epsilon
    else:
        behind = [_bounds(sums[best] - one, number, units, level)[0] for one in sums]
        enough = ~(np.array(behind) > 1e-12)
    enough[best] = True
    return Curve(bits=bits, low=bounds[:, 0], high=bounds[:, 1], enough=enough)


def _sums(seen: Observed, folds: Sequence[Array]) -> Array:
    """Return the summed bits of the interactions of one of each of the units, float64 (u,)."""
    gained = np.zeros(len(seen.cells))
    values = seen.table.shape[1]
    for fold, groups in enumerate(folds):
        held = seen.in_fold[:, fold][seen.rows]
        some = np.flatnonzero(held)
        of, value = np.divmod(seen.cells[some], values)
        gained[some] += _scores(seen.training[fold], groups)[groups[of], value] * held[some]
    rows = np.bincount(seen.rows, gained, len(seen.counts))
    units = seen.units
    each = rows / np.maximum(seen.counts, 1.0) * units.within
    return np.bincount(units.of, each, len(units.repeats))


def _scores(training: Array, groups: Array) -> Array:
    """Return the bits that a group gives about each value, float64 (g+1, r); 0 for group -1."""
    usual = (training.sum(axis=0) + 1) / (training.sum() + training.shape[1])
    size = int(groups.max(initial=-1)) + 1
    joint = summed(training, np.where(groups < 0, size, groups), size + 1)
    joint[size] = 0.0
    drawn = (joint + usual) / (joint.sum(axis=1, keepdims=True) + 1)
    return np.asarray(np.log2(drawn / usual))


def _bounds(sums: Array, number: Array, units: Units, level: float) -> tuple[float, float]:
    """Return the interval of the mean per interaction."""
    some = np.flatnonzero((number > 0) & (units.repeats > 0))
    total = float(units.repeats[some] @ number[some])
    mean = float(units.repeats[some] @ sums[some]) / total
    low, high = mean_bounds(
        sums[some] / number[some],
        np.zeros(len(some), dtype=np.int64),
        np.array([mean]),
        of=some,
        within=number[some],
        repeats=units.repeats,
        level=level,
    )
    return float(low[0]), float(high[0])
