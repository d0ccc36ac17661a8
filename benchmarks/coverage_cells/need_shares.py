"""How often shares of needs cover the truth that few answers and many wrong guesses are about.

The interval is that of `tp.experience.need_shares`; of the naive shares, Wilson's of all guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.arrays.statistics.powered_shares import (
    Asked,
    Powered,
    Silent,
    powered_shares,
)

from .worlds import SIZE_LAWS, generator

Z95 = z_of(0.95)
# How many of the interactions are for the need, and how alike those of a person are (as a + b of a
# beta distribution; none: not more alike than those of others).
NEEDS = {
    "0.3": (0.3, None),
    "0.3, tastes": (0.3, 2.0),
    "0.05": (0.05, None),
    "0.05, tastes": (0.05, 4.0),
}
# How often a classifier finds the need where it is, and where it is not.
GUESSES = {
    "good": (0.9, 0.03),
    "30 % wrong": (0.7, 0.3),
    "finds half": (0.5, 0.0),
    "right": (1.0, 0.0),
    "no use": (0.5, 0.5),
}
# Who answers: how many, and whether interactions of all are drawn, or persons with all of theirs.
ANSWERS = {
    "15 persons": (15, "persons"),
    "30 persons": (30, "persons"),
    "200 persons": (200, "persons"),
    "200 of all": (200, "all"),
    "500 of all": (500, "all"),
    "200, selective": (200, "selective"),
    "200, weighted": (200, "weighted"),
}
SIZES = ("ones", "fives", "tail")
INTERACTIONS = 5000


class Cell(NamedTuple):
    """One kind of world: sizes of persons, the need, the classifier and who answers."""

    sizes: str
    need: str
    guesses: str
    answers: str


class Found(NamedTuple):
    """How many intervals cover the truth, and how wide they are on average."""

    worlds: int
    covered: int
    below: int
    above: int
    width: float
    survey: int
    survey_width: float
    naive: int


def world(cell: Cell, rng: np.random.Generator) -> tuple[Asked, Silent]:
    """Return one world as sums by person."""
    (share, alike), (found, mistaken) = NEEDS[cell.need], GUESSES[cell.guesses]
    mean = {"ones": 1.0, "fives": 5.0, "tail": 4.8}[cell.sizes]
    persons = int(INTERACTIONS / mean)
    chances = np.full((1, persons), share)
    if alike is not None:
        chances = rng.beta(share * alike, (1 - share) * alike, (1, persons))
    sizes = SIZE_LAWS[cell.sizes](chances, rng)[0]
    of = np.repeat(np.arange(persons), sizes)
    needs = rng.random(len(of)) < chances[0][of]
    guesses = rng.random(len(of)) < np.where(needs, found, mistaken)
    weights = drawn(cell, of, needs, rng)
    return sums(of, guesses, needs, weights)


def drawn(cell: Cell, of: np.ndarray, needs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the weight of each interaction with an answer, which sum to their number; else 0."""
    number, how = ANSWERS[cell.answers]
    if how == "persons":
        return np.isin(of, rng.choice(of.max() + 1, number, replace=False)).astype(float)
    # What answering depends on: a column that tells a part of the need.
    shown = rng.random(len(of)) < np.where(needs, 0.8, 0.3)
    odds = np.where(shown, 3.0, 1.0) if how in ("selective", "weighted") else np.ones(len(of))
    chosen = rng.choice(len(of), number, replace=False, p=odds / odds.sum())
    asked = np.zeros(len(of))
    asked[chosen] = 1.0
    if how == "weighted":
        for stratum in (shown, ~shown):
            asked[stratum] *= stratum.sum() / max(asked[stratum].sum(), 1)
    return asked * number / asked.sum()


def sums(
    of: np.ndarray, guesses: np.ndarray, needs: np.ndarray, weights: np.ndarray
) -> tuple[Asked, Silent]:
    """Return the sums over persons who answered, and over the others."""

    def by_person(values: np.ndarray) -> np.ndarray:
        return np.bincount(of, values, of.max() + 1)

    items, found, answers = (by_person(one) for one in (np.ones(len(of)), guesses, weights))
    who = answers > 0
    column = (slice(None), None)
    asked = Asked(
        repeats=np.ones(int(who.sum())),
        items=items[who],
        guesses=found[who][column],
        answers=answers[who],
        named=by_person(weights * needs)[who][column],
        guessed=by_person(weights * guesses)[who][column],
    )
    items, found = items[~who], found[~who]
    return asked, Silent(
        items=float(items.sum()),
        squares=float((items**2).sum()),
        guesses=np.array([found.sum()]),
        guesses_squared=np.array([(found**2).sum()]),
        products=np.array([(found * items).sum()]),
    )


def covering(cell: Cell, *, worlds: int, seed: int) -> Found:
    """Simulate worlds of one kind, and count what their intervals cover."""
    rng, right = generator(seed, "needs", *cell), NEEDS[cell.need][0]
    found: list[Powered] = []
    everything = []
    for _ in range(worlds):
        asked, silent = world(cell, rng)
        found.append(powered_shares(asked, silent, level=0.95))
        everything.append(asked.items.sum() + silent.items)

    def ends(low: str, high: str) -> tuple[np.ndarray, np.ndarray]:
        pairs = [(getattr(one, low)[0], getattr(one, high)[0]) for one in found]
        return tuple(np.array(pairs).T)  # type: ignore[return-value]

    low, high = ends("low", "high")
    survey_low, survey_high = ends("survey_low", "survey_high")
    size = np.array(everything)
    naive_low, naive_high = wilson_bounds(
        np.array([one.naive[0] for one in found]) * size, size, Z95
    )
    below, above = int((high < right).sum()), int((low > right).sum())
    return Found(
        worlds=worlds,
        covered=worlds - below - above,
        below=below,
        above=above,
        width=float((high - low).mean()),
        survey=int(((survey_low <= right) & (right <= survey_high)).sum()),
        survey_width=float((survey_high - survey_low).mean()),
        naive=int(((naive_low <= right) & (right <= naive_high)).sum()),
    )


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each kind of world, with the survey's and the naive share's."""
    names = "answers | sizes | need | guesses | coverage | below | above | width"
    yield f"| {names} | survey | width | naive |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for answers in ANSWERS:
        for sizes in SIZES:
            for need in NEEDS:
                if sizes == "ones" and "tastes" in need:
                    continue
                for guesses in GUESSES:
                    cell = Cell(sizes, need, guesses, answers)
                    yield line(cell, covering(cell, worlds=worlds, seed=seed))


def line(cell: Cell, one: Found) -> str:
    """Return a row of the table."""
    shares = [part / one.worlds for part in (one.covered, one.below, one.above)]
    ours = " | ".join(f"{share:.3f}" for share in shares)
    survey = f"{one.survey / one.worlds:.3f} | {one.survey_width:.3f}"
    names = f"{cell.answers} | {cell.sizes} | {cell.need} | {cell.guesses}"
    return f"| {names} | {ours} | {one.width:.3f} | {survey} | {one.naive / one.worlds:.3f} |"
