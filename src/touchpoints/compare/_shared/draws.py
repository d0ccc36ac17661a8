"""Resampling of two groups: units drawn without replacement, and bootstrap within the groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        When the test is a permutation test, and persons have journeys in both groups and
        ``shared="refuse"``, or blocks of persons have.
    """
    check_option("shared", shared, Shared)
    units = units_of(pair.journeys, None)
    both = shared_units(pair, units)
    if both.any() and test == "permutation":
        _check_shared(int(both.sum()), shared, in_blocks=pair.journeys.meta.blocks is not None)
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


def _check_shared(number: int, shared: Shared, *, in_blocks: bool) -> None:
    """Raise where a permutation test would part persons, of whom so many are in both groups."""
    if in_blocks:
        raise InvalidInputError(
            f"blocks of persons ({number:,}) have journeys in both groups, and a permutation test "
            "would part the persons in them",
            mend="test='bootstrap' resamples blocks whole",
        )
    if shared == "refuse":
        raise InvalidInputError(
            f"{counted(number, 'person', verb='have')} journeys in both groups, so the groups are "
            "not independent",
            mend="shared='within' permutes the group labels within each of these persons; "
            "test='bootstrap' resamples persons whole",
        )


def spreading(units: Units, some: Array) -> Callable[[Array], Array]:
    """Return a function from the multiplicities of some units to those of the rows."""
    positions = np.full(len(units.repeats), len(some))
    positions[some] = np.arange(len(some))
    of_rows = positions[units.of]
    single = bool((units.within == 1).all())

    def spread(times: Array) -> Array:
        rows: Array = np.append(times, np.zeros(1, dtype=times.dtype))[of_rows]
        return rows if single else rows * units.within

    return spread


def unit_draws(repeats: Array, size: int, rng: np.random.Generator) -> Callable[[], Array]:
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


def redrawn(sides: Sides, rng: np.random.Generator) -> Iterator[Array]:
    """Yield endless bootstrap resamples: how often each row is drawn, int64 (n,).

    Units are drawn whole, with replacement, in three strata: units only in a, only in b, and in
    both groups. Their journeys stay in the group they are in.
    """
    units, parts = sides.units, (sides.side_a, sides.side_b, sides.both)
    draws = [resampling_counts(units.repeats[some], rng) for some in parts]
    spread = spreading(units, np.concatenate(parts))
    while True:
        yield spread(np.concatenate([draw() for draw in draws]))
