"""Worlds: persons have sizes (how many journeys) and propensities (how likely each is a hit)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.stats import beta

SIZES = ("fives", "1..10", "tail", "informative")
PROPENSITIES: dict[str, tuple[float, float] | float] = {
    "B(1, 1)": (1.0, 1.0),
    "B(.4, 1.6)": (0.4, 1.6),
    "B(20, 80)": (20.0, 80.0),
    ".02": 0.02,
    ".5": 0.5,
}


class Cell(NamedTuple):
    """One kind of world: how many journeys persons have, what they are like, how many they are."""

    sizes: str
    propensity: str
    persons: int


def drawn(cell: Cell, worlds: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the propensity and the journeys of each person, (worlds, persons) both."""
    shape, law = (worlds, cell.persons), PROPENSITIES[cell.propensity]
    chances = np.full(shape, law) if isinstance(law, float) else rng.beta(*law, shape)
    return chances, SIZE_LAWS[cell.sizes](chances, rng)


def _tail(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return sizes of which a fifth, at least one person, is 20 and the others 1."""
    persons = chances.shape[1]
    heavy = np.arange(persons) < max(persons // 5, 1)
    return rng.permuted(np.where(np.broadcast_to(heavy, chances.shape), 20, 1), axis=1)


SIZE_LAWS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "ones": lambda chances, _: np.full(chances.shape, 1),
    "tens": lambda chances, _: np.full(chances.shape, 10),
    "fives": lambda chances, _: np.full(chances.shape, 5),
    "1..10": lambda chances, rng: rng.integers(1, 11, chances.shape),
    "tail": _tail,
    "informative": lambda chances, _: np.minimum(1 + np.floor(10 * chances), 10).astype(int),
}


def truth(cell: Cell) -> float:
    """Return the share among all journeys of endless persons."""
    law = PROPENSITIES[cell.propensity]
    if isinstance(law, float):
        return law
    if cell.sizes != "informative":
        return law[0] / (law[0] + law[1])
    chances = beta.ppf((np.arange(200_000) + 0.5) / 200_000, *law)
    sizes = np.minimum(1 + np.floor(10 * chances), 10)
    return float((sizes * chances).sum() / sizes.sum())


def generator(seed: int, *names: object) -> np.random.Generator:
    """Return the random numbers of one kind of world: its own, whatever else is simulated."""
    return np.random.default_rng([seed, *(ord(one) for one in "".join(map(str, names)))])
