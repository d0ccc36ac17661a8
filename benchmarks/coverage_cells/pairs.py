"""Worlds of two groups, many beside each other: each world is a label of one statistic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from touchpoints.compare._shared.draws import Sides
from touchpoints.compare._shared.statistics import Medians, Shares
from touchpoints.compare._shared.student import Student, Trust
from touchpoints.uncertainty import Units

from .worlds import PROPENSITIES, SIZE_LAWS, generator

GROUPS = {
    "4 x 5 v 4 x 5": (("fives", 4), ("fives", 4)),
    "8 x 5 v 8 x 5": (("fives", 8), ("fives", 8)),
    "5 v 25, 1..10": (("1..10", 5), ("1..10", 25)),
    "15 v 15, 1..10": (("1..10", 15), ("1..10", 15)),
    "30 v 30, tail": (("tail", 30), ("tail", 30)),
    "10 x 1 v 40 x 10": (("ones", 10), ("tens", 40)),
    "40 x 1 v 10 x 10": (("ones", 40), ("tens", 10)),
    "200 v 200, 1..10": (("1..10", 200), ("1..10", 200)),
}
OTHERWISE = {  # the propensity of group a where the groups differ
    "B(1, 1)": (4.0, 1.0),
    "B(.4, 1.6)": (1.0, 1.0),
    "B(20, 80)": (38.0, 62.0),
    ".05": 0.2,
}
DURATIONS = ("lognormal .1", "lognormal .5", "days .5")
SHIFT = 0.6  # of the logarithms of durations where the groups differ
DRAWS = 199


class Worlds(NamedTuple):
    """Persons of many worlds, one row each: their world, whether in a, and their journeys.

    ``amounts`` are the hits of a person, or nothing where ``values`` are durations, by journey.
    """

    of: np.ndarray
    in_a: np.ndarray
    sizes: np.ndarray
    amounts: np.ndarray
    owners: np.ndarray
    values: np.ndarray

    @property
    def number(self) -> int:
        """The number of worlds."""
        return int(self.of.max()) + 1

    def sides(self) -> Sides:
        """Return the persons as the units of a comparison."""
        every, ones = np.arange(len(self.of)), np.ones(len(self.of), dtype=np.int64)
        units = Units(unit="person", of=every, repeats=ones, within=ones)
        a, b = np.flatnonzero(self.in_a), np.flatnonzero(~self.in_a)
        return Sides(units=units, in_a=self.in_a, side_a=a, side_b=b, both=np.array([], dtype=int))

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Return how often each row is in a and in b."""
        return self.in_a.astype(np.int64), (~self.in_a).astype(np.int64)

    def ratios(self) -> Shares:
        """Return the share of hits, or the mean duration, of each world."""
        amounts = np.bincount(self.owners, self.values, len(self.of)) + self.amounts
        return Shares(
            labels=list(range(self.number)),
            hits=self.table(amounts),
            trials=self.table(self.sizes),
            group=np.arange(self.number),
        )

    def medians(self) -> Medians:
        """Return the median duration of each world."""
        cells = self.of[self.owners]
        order = np.lexsort((self.values, cells))
        return Medians(
            labels=list(range(self.number)),
            values=self.values[order],
            owners=self.owners[order],
            starts=np.searchsorted(cells[order], np.arange(self.number + 1)),
        )

    def table(self, amounts: np.ndarray) -> Any:
        """Return an amount of each person by world, sparse (persons, worlds)."""
        shape = (len(self.of), self.number)
        rows = np.arange(len(self.of))
        return sparse.csr_array((amounts.astype(float), (rows, self.of)), shape=shape)


def drawn(groups: str, law: str, worlds: int, *, differ: bool, seed: int) -> Worlds:
    """Draw the persons of both groups of each world."""
    rng = generator(seed, groups, law, differ)
    sides = [
        _side(*one, law, worlds, rng, differ=differ and not at)
        for at, one in enumerate(GROUPS[groups])
    ]
    of, sizes, amounts = (np.concatenate([one[at] for one in sides]) for at in range(3))
    owners = np.concatenate([sides[0][3], sides[1][3] + len(sides[0][0])])
    in_a = np.arange(len(of)) < len(sides[0][0])
    values = np.concatenate([one[4] for one in sides])
    return Worlds(of, in_a, sizes, amounts, owners, values)


def _side(
    sizes: str, persons: int, law: str, worlds: int, rng: np.random.Generator, *, differ: bool
) -> tuple[np.ndarray, ...]:
    shape = (worlds, persons)
    of = np.repeat(np.arange(worlds), persons)
    if law in DURATIONS:
        m = SIZE_LAWS[sizes](np.zeros(shape), rng).ravel()
        owners = np.repeat(np.arange(len(of)), m)
        part = float(law.split()[1])
        person = rng.normal(size=len(of))[owners]
        logs = part**0.5 * person + (1 - part) ** 0.5 * rng.normal(size=len(owners))
        values = np.exp(logs + SHIFT * differ)
        values = np.floor(4 * values + 0.5) if law.startswith("days") else values
        return of, m, np.zeros(len(of)), owners, values
    given = OTHERWISE[law] if differ else PROPENSITIES.get(law, 0.05)
    chances = np.full(shape, given) if isinstance(given, float) else rng.beta(*given, shape)
    m = SIZE_LAWS[sizes](chances, rng)
    nothing = np.array([], dtype=np.int64)
    return of, m.ravel(), rng.binomial(m, chances).ravel(), nothing, nothing.astype(float)


def truth(law: str, statistic: str) -> float:
    """Return the difference of two groups that differ."""
    if statistic == "mean":
        return float(np.exp(SHIFT + 0.5) - np.exp(0.5))
    if statistic == "median":
        ends = [np.exp(SHIFT * one) for one in (1, 0)]
        if law.startswith("days"):
            ends = [float(np.floor(4 * one + 0.5)) for one in ends]
        return float(ends[0] - ends[1])
    rates = (OTHERWISE[law], PROPENSITIES.get(law, 0.05))
    one, two = (x if isinstance(x, float) else x[0] / (x[0] + x[1]) for x in rates)
    return one - two


def redrawn(worlds: Worlds, rng: np.random.Generator) -> np.ndarray:
    """Draw the persons of each group of each world with replacement, (DRAWS, persons)."""
    return _by_group(worlds, lambda wide: rng.multinomial(wide, np.full(wide, 1 / wide), DRAWS))


def permuted(worlds: Worlds, rng: np.random.Generator) -> np.ndarray:
    """Draw which persons of each world are in a, with as many as there are, (DRAWS, persons)."""
    found = np.zeros((DRAWS, len(worlds.of)))
    order = np.argsort(worlds.of, kind="stable")
    wide = len(worlds.of) // worlds.number
    first = int(worlds.in_a.sum()) // worlds.number
    for rows in order.reshape(-1, wide):
        found[:, rows] = rng.permuted(np.tile(np.arange(wide) < first, (DRAWS, 1)), axis=1)
    return found


def _by_group(worlds: Worlds, draw: Callable[[int], np.ndarray]) -> np.ndarray:
    found = np.zeros((DRAWS, len(worlds.of)), dtype=np.int64)
    for side in (worlds.in_a, ~worlds.in_a):
        rows = np.flatnonzero(side).reshape(worlds.number, -1)
        for some in rows:
            found[:, some] = draw(len(some))
    return found


def student(
    worlds: Worlds, statistic: Shares | Medians, draws: np.ndarray, *, floored: bool = False
) -> Student:
    """Return the differences with what the resamples tell of them; floored as shares are."""
    both, weights = statistic.apart(worlds.in_a), worlds.weights()
    a, b = np.split(both.of(both.sums(draws)), 2, axis=1)
    seen = np.subtract(*(statistic.of(statistic.sums(one[None, :]))[0] for one in weights))
    trust = Trust.of(statistic.observed(len(worlds.of)), weights, worlds.sides())
    floors = []
    if floored:
        pooled = statistic.of(statistic.sums(np.ones((1, len(worlds.of)), dtype=int)))[0]
        floors = [pooled * (1 - pooled) / statistic.sizes(one) for one in weights]
    return Student.of(seen, (a, b), trust, floors=floors)
