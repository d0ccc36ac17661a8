"""Groups drawn anew: persons dealt out to the groups by chance, or redrawn within their group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import attrs
import numpy as np

from touchpoints._frozen import Array
from touchpoints._hints import check_option
from touchpoints.compare.pairs import Pair, shared_clusters
from touchpoints.errors import InvalidInputError
from touchpoints.uncertainty import Clusters, clusters_of

Shared = Literal["refuse", "within"]

_FEW = 8


@attrs.frozen(eq=False, kw_only=True)
class Units:
    """What is dealt out or redrawn as a whole.

    Attributes
    ----------
    clusters
        The persons, or journeys.
    in_a : bool (n,)
        Which rows are in group a.
    side_a, side_b, both : int64
        The clusters with journeys in a alone, in b alone, and in both.
    """

    clusters: Clusters
    in_a: Array
    side_a: Array
    side_b: Array
    both: Array

    @property
    def fewest(self) -> int:
        """How many persons or journeys the smaller group has."""
        repeats = self.clusters.repeats
        both = int(repeats[self.both].sum())
        return both + min(int(repeats[side].sum()) for side in (self.side_a, self.side_b))

    @property
    def movable(self) -> Array:
        """Which rows a deal can move to the other group, bool (n,).

        Persons of one group alone cannot be dealt out when all persons of the other are in both.
        """
        moved = np.zeros(len(self.clusters.repeats), dtype=bool)
        moved[self.both] = True
        if len(self.side_a) and len(self.side_b):
            moved[self.side_a] = True
            moved[self.side_b] = True
        return moved[self.clusters.of]


def units_of(pair: Pair, shared: Shared, *, test: str) -> Units:
    """Return what is dealt out as a whole.

    Raises
    ------
    InvalidInputError
        When persons are in both groups, a permutation test is asked for and not told what to do
        about them.
    """
    check_option("shared", shared, Shared)
    clusters = clusters_of(pair.journeys, None)
    both = shared_clusters(pair, clusters)
    if both.any() and shared == "refuse" and test == "permutation":
        raise InvalidInputError(
            f"{int(both.sum()):,} persons have journeys in both groups, so the groups are not "
            "independent",
            mend="shared='within' deals out their journeys among themselves; test='bootstrap' "
            "redraws them whole",
        )
    real = clusters.repeats > 0
    size = len(clusters.repeats)
    counted = pair.in_a & (pair.journeys.counts > 0)
    in_a = np.bincount(clusters.of[counted], minlength=size) > 0
    return Units(
        clusters=clusters,
        in_a=pair.in_a,
        side_a=np.flatnonzero(real & in_a & ~both),
        side_b=np.flatnonzero(real & ~in_a),
        both=np.flatnonzero(both),
    )


def permuted(pair: Pair, units: Units, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Yield, without end, the counts of each row in group a and in group b, int64 (n,) both.

    Persons of one group alone are dealt out whole, as many to each group as there were; the
    journeys of people in both are dealt out among those of the same person. Rows that no deal can
    move are left out: they tell nothing of chance.
    """
    clusters, counts = units.clusters, pair.journeys.counts
    alone = np.concatenate([units.side_a, units.side_b])
    size = int(clusters.repeats[units.side_a].sum())
    deal = _dealing(clusters.repeats[alone], size, rng)
    shuffle = _shuffling(pair, units, rng)
    movable = units.movable
    while True:
        times = np.zeros(len(clusters.repeats), dtype=np.int64)
        times[alone] = deal()
        first = times[clusters.of] * clusters.within
        shuffle(first)
        yield np.where(movable, first, 0), np.where(movable, counts - first, 0)


def _dealing(repeats: Array, size: int, rng: np.random.Generator) -> Callable[[], Array]:
    """Return a function that draws ``size`` of the units without replacement, int64 (g,)."""
    total = int(repeats.sum())
    if total > _FEW * max(len(repeats), 1):
        return lambda: rng.multivariate_hypergeometric(repeats, size, method="marginals")
    urn = np.repeat(np.arange(len(repeats)), repeats)

    def draw() -> Array:
        chosen = rng.permutation(total)[:size]
        return np.bincount(urn[chosen], minlength=len(repeats))

    return draw


def _shuffling(pair: Pair, units: Units, rng: np.random.Generator) -> Callable[[Array], None]:
    """Return a function that writes how many of each shared person's journeys fall to group a."""
    mask = np.zeros(len(units.clusters.repeats), dtype=bool)
    mask[units.both] = True
    rows = np.flatnonzero(mask[units.clusters.of])
    counts = pair.journeys.counts[rows]
    unit_rows = np.repeat(rows, counts)
    owner = units.clusters.of[unit_rows]
    order = np.argsort(owner, kind="stable")
    unit_rows, owner = unit_rows[order], owner[order]
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else owner
    lengths = np.diff(np.append(starts, len(owner)))
    wanted = np.add.reduceat(pair.in_a[unit_rows], starts, dtype=np.int64) if len(owner) else starts
    place = np.arange(len(owner)) - np.repeat(starts, lengths)
    taken = place < np.repeat(wanted, lengths)

    def shuffle(first: Array) -> None:
        if len(owner):
            mixed = np.lexsort((rng.random(len(owner)), owner))
            drawn = np.bincount(unit_rows[mixed[taken]], minlength=len(first))
            first[rows] = drawn[rows]

    return shuffle


def redrawn(units: Units, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Yield, without end, the counts of each row in group a and in group b, int64 (n,) both.

    Persons are redrawn with replacement, whole: those of a alone, of b alone and of both apart.
    """
    clusters = units.clusters
    draws = [
        _drawing(clusters.repeats[some], rng) for some in (units.side_a, units.side_b, units.both)
    ]
    while True:
        times = np.zeros(len(clusters.repeats), dtype=np.int64)
        for some, draw in zip((units.side_a, units.side_b, units.both), draws, strict=True):
            times[some] = draw()
        rows = times[clusters.of] * clusters.within
        yield np.where(units.in_a, rows, 0), np.where(units.in_a, 0, rows)


def _drawing(repeats: Array, rng: np.random.Generator) -> Callable[[], Array]:
    """Return a function that draws as many units as there are with replacement, int64 (g,)."""
    total = int(repeats.sum())
    if not total:
        return lambda: repeats
    if total <= _FEW * len(repeats):
        urn = np.repeat(np.arange(len(repeats)), repeats)
        return lambda: np.bincount(urn[rng.integers(0, total, total)], minlength=len(repeats))
    return lambda: rng.multinomial(total, repeats / total)
