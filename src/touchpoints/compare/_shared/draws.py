"""Groups drawn anew: persons dealt out to the groups by chance, or redrawn within their group."""

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
from touchpoints.uncertainty.units import redrawing

Shared = Literal["refuse", "within"]

_FEW = 8
_MOST_DEALT = 10**9  # what numpy's hypergeometric draws take
_SHORT = 64


@attrs.frozen(eq=False, kw_only=True)
class Sides:
    """What is dealt out or redrawn as a whole.

    Attributes
    ----------
    clusters
        The persons, or journeys.
    in_a : bool (n,)
        Which rows are in group a.
    side_a, side_b, both : int64
        The units with journeys in a alone, in b alone, and in both.
    """

    units: Units
    in_a: Array
    side_a: Array
    side_b: Array
    both: Array

    @property
    def fewest(self) -> int:
        """How many persons or journeys the smaller group has."""
        repeats = self.units.repeats
        both = int(repeats[self.both].sum())
        return both + min(int(repeats[side].sum()) for side in (self.side_a, self.side_b))

    @property
    def movable(self) -> Array:
        """Which rows a deal can move to the other group, bool (n,).

        Persons of one group alone cannot be dealt out when all persons of the other are in both.
        """
        moved = np.zeros(len(self.units.repeats), dtype=bool)
        moved[self.both] = True
        if len(self.side_a) and len(self.side_b):
            moved[self.side_a] = True
            moved[self.side_b] = True
        return moved[self.units.of]


def sides_of(pair: Pair, shared: Shared, *, test: str) -> Sides:
    """Return what is dealt out as a whole.

    Raises
    ------
    InvalidInputError
        When persons are in both groups, a permutation test is asked for and not told what to do
        about them.
    """
    check_option("shared", shared, Shared)
    units = units_of(pair.journeys, None)
    both = shared_units(pair, units)
    if both.any() and shared == "refuse" and test == "permutation":
        raise InvalidInputError(
            f"{counted(int(both.sum()), 'person', verb='have')} journeys in both groups, so the "
            "groups are not independent",
            mend="shared='within' deals out their journeys among themselves; test='bootstrap' "
            "redraws them whole",
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
    """Yield, without end, how many journeys of each row fall to group a, int64 or bool (n,).

    Persons of one group alone are dealt out whole, as many to each group as there were; the
    journeys of people in both are dealt out among those of the same person. Rows that no deal can
    move are left out: they tell nothing of chance. Group b gets the rest of the others.
    """
    repeats = sides.units.repeats
    alone = np.sort(np.concatenate([sides.side_a, sides.side_b]))
    deal = _dealing(repeats[alone], int(repeats[sides.side_a].sum()), rng)
    spread = _spreading(sides.units, alone)
    shuffle = _shuffling(pair, sides, rng)
    fixed = np.flatnonzero(~sides.movable)
    while True:
        first = shuffle(spread(deal()))
        first[fixed] = 0
        yield first


def _spreading(units: Units, some: Array) -> Callable[[Array], Array]:
    """Return a function from how often each of some units is there to the same of each row."""
    places = np.full(len(units.repeats), len(some))
    places[some] = np.arange(len(some))
    of_rows = places[units.of]
    single = bool((units.within == 1).all())

    def spread(times: Array) -> Array:
        rows: Array = np.append(times, np.zeros(1, dtype=times.dtype))[of_rows]
        return rows if single else rows * units.within

    return spread


def _dealing(repeats: Array, size: int, rng: np.random.Generator) -> Callable[[], Array]:
    """Return a function that draws ``size`` units without replacement, int64 or bool (g,)."""
    total = int(repeats.sum())
    if total == len(repeats) and bool((repeats == 1).all()):
        return lambda: chosen(total, size, rng)
    if total > _FEW * max(len(repeats), 1):
        if total >= _MOST_DEALT:
            raise InvalidInputError(
                f"{total:,} journeys are too many to deal out: fewer than {_MOST_DEALT:,} can be",
                mend="test='bootstrap'; or divide the counts by a common factor, which widens "
                "intervals",
            )
        return lambda: rng.multivariate_hypergeometric(repeats, size, method="marginals")
    urn = np.repeat(np.arange(len(repeats)), repeats)
    return lambda: np.bincount(urn[chosen(total, size, rng)], minlength=len(repeats))


def chosen(total: int, size: int, rng: np.random.Generator) -> Array:
    """Draw ``size`` of ``total`` without replacement, bool (total,).

    Each is first taken or not by itself, with nearly the right probability (8 random bits each).
    Whatever that probability, all sets of one size are equally probable then, and they still are
    once the few too many, drawn at random, are put back, or the few too few are drawn from the
    others. So the set is exact, at a fraction of the cost of a permutation.
    """
    bits = rng.bit_generator.random_raw(-(-total // 8)).view(np.uint8)[:total]
    taken: Array = bits < round(256 * size / max(total, 1))
    wrong = int(np.count_nonzero(taken)) - size
    if wrong:
        places = np.flatnonzero(taken == (wrong > 0))
        taken[rng.choice(places, abs(wrong), replace=False, shuffle=False)] = wrong < 0
    return taken


def _shuffling(pair: Pair, sides: Sides, rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a function that adds how many of each shared person's journeys fall to group a."""
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
    """Return an order of units, and a function that draws some of each owner's, bool in that order.

    Selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S), for all owners
    at once: the next unit is taken with probability (still wanted) / (still to come).
    """
    rank = np.argsort(np.argsort(-lengths, kind="stable"), kind="stable")
    place = _places_within(owner, lengths)
    order = np.lexsort((rank[owner], place))
    bounds = np.append(0, np.cumsum(np.bincount(place))).tolist()
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
    """Return an order of units, and a function that draws some of each owner's, as places."""
    order = np.argsort(owner, kind="stable")
    ordered = owner[order]
    taken = _places_within(ordered, lengths) < wanted[ordered]
    return order, lambda: np.argsort(ordered + rng.random(len(ordered)))[taken]


def _places_within(owner: Array, lengths: Array) -> Array:
    """Return the place of each unit among those of its owner, from 0."""
    order = np.argsort(owner, kind="stable")
    places = np.empty(len(owner), dtype=np.int64)
    places[order] = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return places


def redrawn(sides: Sides, rng: np.random.Generator) -> Iterator[Array]:
    """Yield, without end, how often each row is drawn, int64 (n,).

    Persons are redrawn with replacement, whole: those of a alone, of b alone and of both apart.
    Their journeys stay in the group they are in.
    """
    units, parts = sides.units, (sides.side_a, sides.side_b, sides.both)
    draws = [redrawing(units.repeats[some], rng) for some in parts]
    spread = _spreading(units, np.concatenate(parts))
    while True:
        yield spread(np.concatenate([draw() for draw in draws]))
