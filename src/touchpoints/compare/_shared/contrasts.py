"""What a permutation test compares: differences of two groups over their standard errors."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.bit_sums import HALVES
from touchpoints._core.arrays.statistics.unlike_sizes import least_p
from touchpoints._core.frozen import Array
from touchpoints.compare._shared.bit_table import BitTable, ScoreTable, products
from touchpoints.compare._shared.dealt import Dealt
from touchpoints.compare._shared.statistics import Medians, Shares, Statistic

_ROOM = 1 << 22
_EXACT = 1 << 24
_NOISE = 1e-12


class Contrast(Protocol):
    """The test statistic of two groups that share out the journeys that a permutation can move.

    It is computed from sums that are linear in the units of a group, so those of the second group
    are a subtraction.
    """

    @property
    def slack(self) -> Array | float:
        """What rounding can do to the statistic of each label."""
        ...

    def block(self) -> int:
        """Return the number of permutations to evaluate at once."""
        ...

    def sums(self, times: Array) -> Array:
        """Return the sums that give the statistic for each group of units, (b, any).

        ``times`` says how often each unit is in a group, bool or numbers (b, units).
        """
        ...

    def of(self, first: Array, rest: Array) -> Array:
        """Return the statistic of each label in each permutation, float64 (b, labels)."""
        ...

    def least_p(self, first: Array, rest: Array) -> Array | float:
        """Return the least p of each label, from the sums of the observed groups, (1, any)."""
        ...


def contrast_of(statistic: Statistic, counts: Array, dealt: Dealt, most: int) -> Contrast:
    """Return the test statistic: differences over their standard errors.

    Of durations it is the difference of their ranks. Of a measure, at most ``2 * most`` units are
    left out one at a time.
    """
    movable = np.where(dealt.sides.movable, counts, 0)
    if isinstance(statistic, Medians):
        return _of_ranks(statistic, movable, dealt)
    if isinstance(statistic, Shares):
        return _of_shares(statistic, movable, dealt)
    return _of_measure(statistic, movable, dealt, most)


@attrs.frozen(eq=False)
class Difference:
    """The difference of any numbers of two groups, over its standard error.

    Attributes
    ----------
    noise
        What units do to the numbers of both groups together, as ratios whose numerator is 0.
    """

    statistic: Statistic
    noise: Studentised
    slack: Array

    def block(self) -> int:
        """Return the number of permutations to evaluate at once."""
        return self.statistic.block()

    def sums(self, times: Array) -> Array:
        """Return how often each unit is in the group: a measure need not be a function of sums."""
        return times.astype(np.int64)

    def of(self, first: Array, rest: Array) -> Array:
        """Return the differences over their standard errors."""
        a, b = (self._numbers(one) for one in (first, rest))
        with np.errstate(invalid="ignore"):  # a number can be infinite
            found: Array = (a - b) / self.error(first, rest)
        return found

    def _numbers(self, times: Array) -> Array:
        rows = np.stack([self.noise.dealt.spread(one) for one in times])
        return self.statistic.of(self.statistic.sums(rows))

    def least_p(self, _first: Array, _rest: Array, /) -> float:
        """Return 0: of any measure nothing else is known."""
        return 0.0

    def error(self, first: Array, rest: Array) -> Array:
        """Return the standard errors, (b, labels); always above 0."""
        parts = [self.noise.variance(self.noise.sums(one)) for one in (first, rest)]
        found: Array = np.sqrt(parts[0] + parts[1])
        return found


def _of_measure(statistic: Statistic, movable: Array, dealt: Dealt, most: int) -> Difference:
    from scipy import sparse

    sizes = np.asarray(dealt.added(sparse.csr_array(np.ones((len(movable), 1)))).todense())[:, 0]
    strays = _left_out(dealt, statistic, movable, sizes, most=2 * most)
    alike = dealt.times(movable)[0]
    with np.errstate(invalid="ignore"):
        floor = alike @ strays**2 / max(float(alike @ sizes), 1.0)
    told = np.isfinite(floor) & (floor > 0)
    strays, floor = np.where(told, strays, 0.0), np.where(told, floor, 1.0)
    m = sparse.csr_array(sizes[:, None])
    y = sparse.csr_array(strays)
    noise = _studentised(y, m, np.zeros(len(floor), dtype=np.int64), dealt, floor=floor)
    first = np.where(dealt.sides.in_a, movable, 0)
    parts = first, movable - first
    found = Difference(statistic, noise, np.zeros(len(floor)))
    large = sum(np.abs(statistic.of(statistic.sums(one[None, :]))[0]) for one in parts)
    error = found.error(*(dealt.times(one) for one in parts))[0]
    return attrs.evolve(found, slack=np.nan_to_num(_NOISE * large / error))


def _left_out(
    dealt: Dealt, statistic: Statistic, movable: Array, sizes: Array, *, most: int
) -> Array:
    """Return what each unit does to the numbers of all units, float64 (units, labels).

    By how much they change when it is left out, times the journeys that remain: in a mean of its
    journeys, their sum minus as many times the mean. nan for more than ``most`` units.
    """
    whole = statistic.of(statistic.sums(movable[None, :]))[0]
    found = np.full((len(dealt.rows), len(whole)), np.nan)
    total = float(dealt.times(movable)[0] @ sizes)
    some = np.flatnonzero(movable[dealt.rows] > 0)
    if len(some) > most:
        return found
    found[:] = 0.0
    for unit in some.tolist():
        rest = movable.copy()
        if dealt.gather is None:
            rest[unit] -= 1
        else:
            row = dealt.gather[[unit]]
            rest[row.indices] -= row.data.astype(movable.dtype)
        without = statistic.of(statistic.sums(rest[None, :]))[0]
        with np.errstate(invalid="ignore"):  # a number can be infinite
            found[unit] = (whole - without) * (total - sizes[unit])
    return found


@attrs.frozen(eq=False)
class Studentised:
    """Differences of ratios of sums over units, over their standard errors.

    With amounts y of m of each unit, a ratio is r = sum(y) / sum(m). Its variance is that of the
    residuals y - r m (Cochran 1977, Sampling Techniques, 6.3), but at least that of independent
    observations, ``floor`` each: a small group whose few units agree has no variance by chance.

    Attributes
    ----------
    dealt
        The units that are permuted whole.
    bits
        The sums for groups that have each unit once or not at all; None where they are slower.
    parts : sparse (units, columns) each
        y, m, y squared, y times m, m squared, and whether m is above 0; only y and m if all are 0
        or 1, and then all of the others are equal to y or m.
    exact : bool
        Whether all amounts are whole numbers that float32 holds.
    group : int64 (labels,)
        The position of the m of each label.
    floor : float64 (labels,)
        The variance of an observation in both groups together.
    shares : bool
        Whether the ratios are shares, which have a least p where the sizes of units are unlike.
    """

    dealt: Dealt
    bits: BitTable | ScoreTable | None
    parts: tuple[Any, ...]
    exact: bool
    group: Array
    groups: int
    floor: Array
    shares: bool = False
    slack: float = 0.0  # the difference of equal ratios of whole numbers is exactly 0

    def block(self) -> int:
        """Return the number of permutations to evaluate at once."""
        if self.bits is not None:
            return HALVES
        wide = sum(int(one.shape[1]) for one in self.parts)
        return max(1, _ROOM // max(wide, len(self.dealt.rows), 1))

    def sums(self, times: Array) -> Array:
        """Return the sums over units; whole numbers are exact in float32 below 2**24."""
        if self.bits is not None and bool((times <= 1).all()):
            return self.bits.sums(times.astype(bool, copy=False))
        columns = np.ascontiguousarray(times.T)
        added: Array = self.table.T @ columns.astype(self.table.dtype)
        if self.table.dtype == np.float32 and added.max(initial=0) >= _EXACT:
            added = self.table.T.astype(np.float64) @ columns.astype(np.float64)
        return added.T.astype(np.float64)

    @cached_property
    def table(self) -> Any:
        """All parts side by side, in float32 to halve the memory where it is exact."""
        from scipy import sparse

        kind = np.float32 if self.exact else np.float64
        return sparse.hstack(self.parts, format="csr", dtype=kind)

    def of(self, first: Array, rest: Array) -> Array:
        """Return the difference of the ratios over its standard error, 0 where nothing varies."""
        (a, noise_a), (b, noise_b) = self._ratio(first), self._ratio(rest)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = (a - b) / np.sqrt(noise_a + noise_b)
        return np.where(a == b, 0.0, found)

    def least_p(self, first: Array, rest: Array) -> Array | float:
        """Return the least p of each label, from the sums of the observed groups."""
        if not self.shares:
            return 0.0
        parts = (self._columns(one) for one in (first, rest))
        return least_p(*(np.concatenate(one) for one in list(zip(*parts, strict=True))[:5]))

    def variance(self, sums: Array) -> Array:
        """Return the squared standard error of each ratio, (b, labels)."""
        return self._ratio(sums)[1]

    def _ratio(self, sums: Array) -> tuple[Array, Array]:
        """Return the ratio of each label and its squared standard error, (b, labels) each."""
        y, m, squares, products, sizes, units = self._columns(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = y / m
            spread = np.maximum(squares - 2 * ratio * products + ratio**2 * sizes, 0.0)
            spread *= units / np.maximum(units - 1, 1)
            noise = np.maximum(spread / m**2, self.floor / m)
        return ratio, noise

    def _columns(self, sums: Array) -> tuple[Array, ...]:
        labels, of = len(self.group), self.group
        y, m = sums[:, :labels], sums[:, labels : labels + self.groups][:, of]
        if sums.shape[1] == labels + self.groups:
            return y, m, y, y, m, m
        rest = sums[:, labels + self.groups :]
        squares, products = rest[:, :labels], rest[:, labels : 2 * labels]
        sizes, units = np.split(rest[:, 2 * labels :], 2, axis=1)
        return y, m, squares, products, sizes[:, of], units[:, of]


def _of_shares(shares: Shares, movable: Array, dealt: Dealt) -> Studentised:
    pooled = shares.of(shares.sums(movable[None, :]))[0]
    hits, trials = dealt.added(shares.hits), dealt.added(shares.trials)
    found = _studentised(hits, trials, shares.group, dealt, floor=pooled * (1 - pooled))
    return attrs.evolve(_by_bits(found), shares=True)


def _of_ranks(medians: Medians, movable: Array, dealt: Dealt) -> Studentised:
    """Return the studentised difference of the mean ranks of each label's values.

    A value is scored by how many values it exceeds minus how many exceed it, in both groups
    together. Cliff's delta is the difference of the mean scores, divided by the number of values.
    """
    wide = len(medians.labels)
    labels = np.repeat(np.arange(wide), np.diff(medians.starts))
    weights = movable[medians.owners].astype(np.float64)
    scores = _scores(medians, labels, weights)
    y, m = (medians.scored(one, rows=len(movable)) for one in (scores, np.ones(len(scores))))
    squares, sizes = (np.bincount(labels, weights * one, wide) for one in (scores**2, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = squares / sizes
    return _by_bits(
        _studentised(dealt.added(y), dealt.added(m), np.arange(wide), dealt, floor=floor)
    )


def _scores(medians: Medians, labels: Array, weights: Array) -> Array:
    """Return the weight of the label's values below each value, minus that of those above it."""
    running = np.append(0.0, np.cumsum(weights))
    fresh = np.ones(len(labels), dtype=bool)
    fresh[1:] = (np.diff(labels) != 0) | (np.diff(medians.values) != 0)
    tied = np.cumsum(fresh) - 1
    bounds = np.append(np.flatnonzero(fresh), len(labels))
    below, above = running[bounds[:-1]][tied], running[bounds[1:]][tied]
    first, last = running[medians.starts[:-1]][labels], running[medians.starts[1:]][labels]
    answer: Array = (below - first) - (last - above)
    return answer


def _studentised(y: Any, m: Any, group: Array, dealt: Dealt, *, floor: Array) -> Studentised:
    parts = [y, m]
    if any(bool((one.data != 1).any()) for one in parts):
        parts += [y.power(2), products(y, m, group), m.power(2), m.astype(bool)]
    exact = all(_exact(one.data) for one in parts)
    return Studentised(dealt, None, tuple(parts), exact, group, m.shape[1], floor)


def _by_bits(found: Studentised) -> Studentised:
    """Return the same differences, to be evaluated for 64 groups at a time."""
    y, m = found.parts[:2]
    bits: BitTable | ScoreTable | None = None
    if found.exact:
        bits = BitTable.of(y, m, found.group, alone=len(found.parts) == 2)
    elif _exact(m.data):
        bits = ScoreTable.of(y, m, found.group)
    return attrs.evolve(found, bits=bits)


def _exact(amounts: Array) -> bool:
    """Return whether float32 holds amounts, and their sums below 2**24, exactly."""
    return bool(((amounts >= 0) & (amounts < _EXACT) & (amounts == np.rint(amounts))).all())
