"""Resampling of two groups: permutation of group labels, and bootstrap within the groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal

import attrs
import numpy as np

from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array
from touchpoints._core.messages import (
    counted,
)
from touchpoints.compare._shared.pairs import Pair, shared_units
from touchpoints.errors import InvalidInputError
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.units import resampling_counts

Shared = Literal["refuse", "within"]

_FEW = 8
_MOST_PERMUTED = 10**9  # the limit of numpy's hypergeometric draws
_SHORT = 64


@attrs.frozen(eq=False, kw_only=True)
class Sides:
    """The units that are permuted or resampled whole, by group.

    Attributes
    ----------
    units
        The persons, or the journeys if persons are not known.
    in_a : bool (n,)
        Whether each row is in group a.
    side_a, side_b, both : int64
        The units with journeys only in a, only in b, and in both groups.
    """

    units: Units
    in_a: Array
    side_a: Array
    side_b: Array
    both: Array

    @property
    def fewest(self) -> int:
        """The number of units in the smaller group."""
        repeats = self.units.repeats
        both = int(repeats[self.both].sum())
        return both + min(int(repeats[side].sum()) for side in (self.side_a, self.side_b))

    @property
    def movable(self) -> Array:
        """Whether a permutation can move each row to the other group, bool (n,).

        Units that are only in one group cannot move if the other group has only units in both.
        """
        moved = np.zeros(len(self.units.repeats), dtype=bool)
        moved[self.both] = True
        if len(self.side_a) and len(self.side_b):
            moved[self.side_a] = True
            moved[self.side_b] = True
        return moved[self.units.of]


def sides_of(pair: Pair, shared: Shared, *, test: str) -> Sides:
    """Return the units to permute or resample, by group.

    Raises
    ------
    InvalidInputError
        When the test is a permutation test, persons have journeys in both groups and
        ``shared="refuse"``.
    """
    check_option("shared", shared, Shared)
    units = units_of(pair.journeys, None)
    both = shared_units(pair, units)
    if both.any() and shared == "refuse" and test == "permutation":
        raise InvalidInputError(
            f"{counted(int(both.sum()), 'person', verb='have')} journeys in both groups, so the "
            "groups are not independent",
            mend="shared='within' permutes the group labels within each of these persons; "
            "test='bootstrap' resamples persons whole",
        )
    real = units.repeats > 0
    size = len(units.repeats)
    real_a = pair.in_a & (pair.journeys.counts > 0)
    in_a = np.bincount(units.of[real_a], minlength=size) > 0
    return Sides(
        units=units,
        in_a=pair.in_a,
        side_a=np.flatnonzero(real & in_a & ~both),
        side_b=np.flatnonzero(real & ~in_a),
        both=np.flatnonzero(both),
    )


def permuted(pair: Pair, sides: Sides, rng: np.random.Generator) -> Iterator[Array]:
    """Yield endless permutations: how many journeys of each row are in group a, integers (n,).

    Units that are only in one group are permuted whole, and group sizes in units stay the same.
    The journeys of a unit in both groups are permuted within the unit. Rows that no permutation
    can move get 0: they hold no information about chance. Of the other rows the rest is in b.
    """
    repeats = sides.units.repeats
    alone = np.sort(np.concatenate([sides.side_a, sides.side_b]))
    draw = _unit_draws(repeats[alone], int(repeats[sides.side_a].sum()), rng)
    spread = _spreading(sides.units, alone)
    shuffle = _shuffling(pair, sides, rng)
    fixed = np.flatnonzero(~sides.movable)
    while True:
        first = shuffle(spread(draw()))
        first[fixed] = 0
        yield first


def _spreading(units: Units, some: Array) -> Callable[[Array], Array]:
    """Return a function from the multiplicities of some units to those of the rows."""
    positions = np.full(len(units.repeats), len(some))
    positions[some] = np.arange(len(some))
    of_rows = positions[units.of]
    single = bool((units.within == 1).all())

    def spread(times: Array) -> Array:
        rows: Array = np.append(times, np.zeros(1, dtype=times.dtype))[of_rows]
        return rows if single else rows * units.within

    return spread


def _unit_draws(repeats: Array, size: int, rng: np.random.Generator) -> Callable[[], Array]:
    """Return a function that draws ``size`` units without replacement, int64 or bool (g,)."""
    total = int(repeats.sum())
    if total == len(repeats) and bool((repeats == 1).all()):
        return lambda: chosen(total, size, rng)
    if total > _FEW * max(len(repeats), 1):
        if total >= _MOST_PERMUTED:
            raise InvalidInputError(
                f"a permutation test takes fewer than {_MOST_PERMUTED:,} journeys, got {total:,}",
                mend="use test='bootstrap', or divide the counts by a common factor, which widens "
                "intervals",
            )
        return lambda: rng.multivariate_hypergeometric(repeats, size, method="marginals")
    urn = np.repeat(np.arange(len(repeats)), repeats)
    return lambda: np.bincount(urn[chosen(total, size, rng)], minlength=len(repeats))


def chosen(total: int, size: int, rng: np.random.Generator) -> Array:
    """Draw ``size`` of ``total`` without replacement, bool (total,).

    Each item is first taken independently, with nearly the right probability (8 random bits per
    item). For any probability all sets of one size are then equally probable. They remain so when
    surplus items, chosen at random, are put back, or missing ones are drawn from the others. The
    draw is therefore exact, at a fraction of the cost of a permutation.
    """
    bits = rng.bit_generator.random_raw(-(-total // 8)).view(np.uint8)[:total]
    taken: Array = bits < round(256 * size / max(total, 1))
    wrong = int(np.count_nonzero(taken)) - size
    if wrong:
        positions = np.flatnonzero(taken == (wrong > 0))
        taken[rng.choice(positions, abs(wrong), replace=False, shuffle=False)] = wrong < 0
    return taken


def _shuffling(pair: Pair, sides: Sides, rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a function that adds the journeys of units in both groups that fall to group a."""
    if not len(sides.both):
        return lambda first: first
    mask = np.zeros(len(sides.units.repeats), dtype=bool)
    mask[sides.both] = True
    rows = np.flatnonzero(mask[sides.units.of])
    unit_rows = np.repeat(rows, pair.journeys.counts[rows])
    persons, owner, lengths = np.unique(
        sides.units.of[unit_rows], return_inverse=True, return_counts=True
    )
    wanted = np.bincount(owner, pair.in_a[unit_rows], len(persons)).astype(np.int64)
    urns = _selecting if lengths.max() <= _SHORT else _sorting
    order, draw = urns(owner, lengths, wanted, rng)
    unit_rows = unit_rows[order]

    def shuffle(first: Array) -> Array:
        return first + np.bincount(unit_rows[draw()], minlength=len(first))

    return shuffle


def _selecting(
    owner: Array, lengths: Array, wanted: Array, rng: np.random.Generator
) -> tuple[Array, Callable[[], Array]]:
    """Return an order of journeys, and a function that draws some of each owner's, as a mask of it.

    Selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S), for all owners
    at once: the next journey is taken with probability (still wanted) / (still to come).
    """
    rank = np.argsort(np.argsort(-lengths, kind="stable"), kind="stable")
    within = _positions_within(owner, lengths)
    order = np.lexsort((rank[owner], within))
    bounds = np.append(0, np.cumsum(np.bincount(within))).tolist()
    still, to_come = (np.empty(len(one)) for one in (wanted, lengths))
    still[rank], to_come[rank] = wanted, lengths

    def draw() -> Array:
        left, chance = still.copy(), rng.random(len(owner))
        taken = np.empty(len(owner), dtype=bool)
        for passed, (low, high) in enumerate(pairwise(bounds)):
            few = high - low
            taken[low:high] = chance[low:high] * (to_come[:few] - passed) < left[:few]
            left[:few] -= taken[low:high]
        return taken

    return order, draw


def _sorting(
    owner: Array, lengths: Array, wanted: Array, rng: np.random.Generator
) -> tuple[Array, Callable[[], Array]]:
    """Return an order of journeys, and a function that draws some of each owner's, as positions."""
    order = np.argsort(owner, kind="stable")
    ordered = owner[order]
    taken = _positions_within(ordered, lengths) < wanted[ordered]
    return order, lambda: np.argsort(ordered + rng.random(len(ordered)))[taken]


def _positions_within(owner: Array, lengths: Array) -> Array:
    """Return the position of each journey among those of its owner, from 0."""
    order = np.argsort(owner, kind="stable")
    positions = np.empty(len(owner), dtype=np.int64)
    positions[order] = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return positions


def redrawn(sides: Sides, rng: np.random.Generator) -> Iterator[Array]:
    """Yield endless bootstrap resamples: how often each row is drawn, int64 (n,).

    Units are drawn whole, with replacement, in three strata: units only in a, only in b, and in
    both groups. Their journeys stay in the group they are in.
    """
    units, parts = sides.units, (sides.side_a, sides.side_b, sides.both)
    draws = [resampling_counts(units.repeats[some], rng) for some in parts]
    spread = _spreading(units, np.concatenate(parts))
    while True:
        yield spread(np.concatenate([draw() for draw in draws]))
