"""Worlds of journeys: Markov chains of six touchpoints, of which some are rare.

Persons differ in what they visit and in how likely the outcome is: a mixture of nine chains. Each
journey of a world without persons is of the same chain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

import touchpoints as tp
from touchpoints.taxonomy import Touchpoint

from .worlds import SIZE_LAWS

KEYS = tuple("abcdef")
TYPES = len(KEYS)
RATES = (0.02, 0.1, 0.5)
JOURNEYS = (200, 1000, 5000)
PERSONS = (30, 100, 300)
LONGEST = 60
MEAN_SIZE = {"1..10": 5.5, "tail": 4.8}

_START = np.array([0.45, 0.25, 0.14, 0.10, 0.04, 0.02])
_NEXT = np.array([0.34, 0.26, 0.18, 0.14, 0.05, 0.03])
_STAY = 0.2
_LEAVE = np.array([0.30, 0.36, 0.34, 0.42, 0.38, 0.40])
_PULL = np.array([-0.5, 0.2, 0.0, 0.6, 0.8, 0.3])  # on the logit of the outcome at the last one
_WORTH = np.array([1.0, 1.3, 0.8, 1.1, 2.0, 1.5])
_PROPENSITIES = np.array([-1.2, 0.0, 1.2])
_FAVOURITES = ((0, 3), (1, 4), (2, 5))


class Kind(NamedTuple):
    """One kind of world: whether journeys are of persons, how many there are, how many convert."""

    sizes: str
    number: int
    rate: float

    @property
    def journeys(self) -> float:
        """The expected number of journeys."""
        return self.number * MEAN_SIZE.get(self.sizes, 1.0)

    @property
    def name(self) -> str:
        """What the tables call it."""
        if self.sizes == "alone":
            return f"{self.number:,} journeys"
        return f"{self.number} persons, {self.sizes}"


KINDS = (
    *(Kind("alone", number, rate) for number in JOURNEYS for rate in RATES),
    *(Kind("1..10", number, rate) for number in PERSONS for rate in RATES),
    *(Kind("tail", number, RATES[1]) for number in PERSONS),
)


class Law(NamedTuple):
    """Chains of classes of persons, (c, ...) each: see the fields.

    ``weights`` (c,) are the shares of the classes, ``start`` (c, k) the chances of the first
    touchpoint, ``steps`` (c, k, k) of the next one, ``leave`` (c, k) of no next one, ``hit`` (c, k)
    of the outcome for who leaves there, ``worth`` (c, k) the mean value of the outcome.
    """

    weights: np.ndarray
    start: np.ndarray
    steps: np.ndarray
    leave: np.ndarray
    hit: np.ndarray
    worth: np.ndarray

    @property
    def visits(self) -> np.ndarray:
        """The expected visits of each touchpoint in a journey of each class, (c, k)."""
        turned = np.eye(TYPES) - np.swapaxes(self.steps, 1, 2)
        return np.linalg.solve(turned, self.start[:, :, None])[:, :, 0]

    @property
    def rate(self) -> float:
        """The share of journeys with the outcome."""
        return float((self.weights[:, None] * self.visits * self.leave * self.hit).sum())


def law_of(kind: Kind) -> Law:
    """Return the chains of one kind of world, with the rate it names."""
    mixed = kind.sizes != "alone"
    shifts = np.repeat(_PROPENSITIES, 3) if mixed else np.zeros(1)
    tilt = np.ones((len(shifts), TYPES))
    if mixed:
        for place in range(len(shifts)):
            tilt[place, list(_FAVOURITES[place % 3])] = 3.0
    start, following = _START * tilt, _NEXT * tilt
    start /= start.sum(axis=1, keepdims=True)
    following /= following.sum(axis=1, keepdims=True)
    steps = (1 - _STAY) * following[:, None, :] + _STAY * np.eye(TYPES)
    leave = np.tile(_LEAVE, (len(shifts), 1))

    def shifted(level: float) -> Law:
        hit = 1 / (1 + np.exp(-(level + shifts[:, None] + _PULL)))
        return Law(
            weights=np.full(len(shifts), 1 / len(shifts)),
            start=start,
            steps=steps * (1 - leave[:, :, None]),
            leave=leave,
            hit=hit,
            worth=np.exp(0.3 * shifts)[:, None] * _WORTH,
        )

    return shifted(brentq(lambda level: shifted(level).rate - kind.rate, -12, 12))


class Drawn(NamedTuple):
    """Journeys of many worlds: ``of`` (n,) is the world of each, in order; ``persons`` (n,)."""

    of: np.ndarray
    persons: np.ndarray
    codes: np.ndarray
    offsets: np.ndarray
    reached: np.ndarray
    left: np.ndarray
    value: np.ndarray

    def world(self, number: int, *, persons: bool) -> tp.Journeys:
        """Return the journeys of one world."""
        low, high = np.searchsorted(self.of, [number, number + 1])
        start, stop = self.offsets[low], self.offsets[high]
        return tp.Journeys(
            touchpoints=tuple(Touchpoint(type=key, key=key) for key in KEYS),
            codes=self.codes[start:stop],
            offsets=self.offsets[low : high + 1] - start,
            persons=self.persons[low:high] if persons else None,
            outcomes={
                "sale": self.reached[low:high].astype(float),
                "leave": self.left[low:high].astype(float),
            },
            values={"sale": self.value[low:high]},
        )


def drawn(kind: Kind, worlds: int, rng: np.random.Generator) -> Drawn:
    """Draw worlds of one kind."""
    law = law_of(kind)
    if kind.sizes == "alone":
        of = np.repeat(np.arange(worlds), kind.number)
        return _walked(law, of, np.arange(len(of)), np.zeros(len(of), dtype=int), rng)
    shape = (worlds, kind.number)
    sizes = SIZE_LAWS[kind.sizes](np.zeros(shape), rng)
    classes = rng.choice(len(law.weights), shape, p=law.weights)
    owners = np.repeat(np.arange(sizes.size), sizes.ravel())
    return _walked(law, owners // kind.number, owners, classes.ravel()[owners], rng)


def _walked(
    law: Law, of: np.ndarray, persons: np.ndarray, classes: np.ndarray, rng: np.random.Generator
) -> Drawn:
    n = len(of)
    first, later = np.cumsum(law.start, axis=1), np.cumsum(law.steps, axis=2)
    now = (rng.random(n)[:, None] > first[classes][:, :-1]).sum(axis=1)
    alive, path, lengths = np.arange(n), [], np.zeros(n, dtype=np.int64)
    last = now.copy()
    while len(alive):
        path.append((alive, now))
        lengths[alive] += 1
        last[alive] = now
        drawn_ = rng.random(len(alive))
        following = (drawn_[:, None] > later[classes[alive], now]).sum(axis=1)
        on = (following < TYPES) & (len(path) < LONGEST)
        alive, now = alive[on], following[on]
    offsets = np.append(0, np.cumsum(lengths))
    codes = np.empty(offsets[-1], dtype=np.int32)
    for step, (rows, at) in enumerate(path):
        codes[offsets[rows] + step] = at
    chance = law.hit[classes, last]
    luck = rng.random(n)
    reached = luck < chance
    value = np.where(reached, law.worth[classes, last] * rng.gamma(2.0, 0.5, n), 0.0)
    left = luck > 1 - (1 - chance) * 0.2
    return Drawn(of, persons, codes, offsets, reached, left, value)
