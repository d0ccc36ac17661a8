"""How often intervals of what channels lose cover the truth, and its test rejects.

Persons have a taste for types that is the same in all channels, and a taste for channels. The
answer is that of each journey (outcome), of each interaction (facet), or what comes next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

import touchpoints as tp
from touchpoints.taxonomy import Touchpoint

from .worlds import generator

PERSONS = (15, 30, 150, 400)
EFFECTS = {"facet": (0.0, 0.3, 0.6, 0.9), "outcome": (0.0, 4.0, 8.0), "next": (0.0, 0.3)}
SIZES = {"equal": ((6, 1.0),), "skewed": ((2, 0.8), (24, 0.2))}
PERMUTATIONS = 99
CHANNELS, TYPES, ANSWERS = 3, 4, 3
HEAD = (
    *("of", "sizes", "persons", "effect", "true", "mean"),
    *("below", "above", "email", "width", "rejected"),
)
_LARGE = 40_000
_MOST_WORLDS = 400
_PULL = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]])
_KINDS = tuple(
    Touchpoint(
        type=f"t{channel}{kind}",
        key=f"t{channel}{kind}",
        channel=["email", "web", "store"][channel],
    )
    for channel in range(CHANNELS)
    for kind in range(TYPES)
)


class Lost(NamedTuple):
    """One kind of world: what is asked, how many interactions persons have, and the effect."""

    of: str
    sizes: str
    persons: int
    effect: float


def world(cell: Lost, rng: np.random.Generator, *, persons: int = 0) -> tp.Journeys:
    """Draw one world, of the persons of the cell or of another number."""
    number = persons or cell.persons
    sizes, shares = zip(*SIZES[cell.sizes], strict=True)
    lengths = np.repeat(sizes, np.round(np.array(shares) * number).astype(int))
    who = np.repeat(np.arange(len(lengths)), lengths)
    channels = _drawn(rng.dirichlet(np.ones(CHANNELS), len(lengths))[who], rng)
    taste = np.exp(rng.normal(0, 0.0 if cell.of == "next" else 1.0, (len(lengths), TYPES)))
    types = _drawn(_PULL[channels] * taste[who], rng)
    starts = np.arange(len(who)) % 3 == 0  # journeys of about three interactions
    starts[np.append(0, np.cumsum(lengths)[:-1])] = True
    owner = np.cumsum(starts) - 1
    people = who[starts]
    if cell.of == "next":
        _repeat(types, channels, starts, cell.effect, rng)
    liking = rng.normal(0, 1.0, len(lengths))
    first = np.bincount(owner, types == 0) / np.bincount(owner)
    odds = liking[people] - 0.5 + cell.effect * (first - 0.25)
    sale = rng.random(len(people)) < 1 / (1 + np.exp(-odds))
    said = np.where(
        rng.random(len(who)) < cell.effect,
        (types + channels) % ANSWERS,
        _drawn(np.exp(np.outer(liking, [0.0, 1.0, -1.0]))[who] * [0.5, 0.3, 0.2], rng),
    )
    return tp.Journeys(
        touchpoints=_KINDS,
        codes=(channels * TYPES + types).astype(np.int32),
        offsets=np.append(np.flatnonzero(starts), len(who)),
        persons=people,
        outcomes={"sale": sale.astype(float)},
        per_interaction={"facet": np.array(["a", "b", "c"], dtype=object)[said]},
    )


def _drawn(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the place of one column of each row, with these weights."""
    above = np.cumsum(weights, axis=1)
    return (rng.random(len(weights))[:, None] * above[:, -1:] > above[:, :-1]).sum(axis=1)


def _repeat(
    types: np.ndarray,
    channels: np.ndarray,
    starts: np.ndarray,
    effect: float,
    rng: np.random.Generator,
) -> None:
    """Let a share of types be those of the interaction before, if on the same channel."""
    again = (rng.random(len(types)) < effect) & ~starts
    for row in np.flatnonzero(again):
        if channels[row] == channels[row - 1]:
            types[row] = types[row - 1]


def lost(
    cell: Lost, log: tp.Journeys, *, permutations: int = PERMUTATIONS
) -> tp.experience.CollapseLoss:
    """Return what is lost in a world."""
    return tp.experience.collapse_loss(log, of=cell.of, seed=1, permutations=permutations)


def truth(cell: Lost, seed: int) -> dict[str, float]:
    """Return the bits that are lost, in all and by channel, with very many persons."""
    if not cell.effect:
        return dict.fromkeys(("(all)", "email", "store", "web"), 0.0)
    log = world(cell, generator(seed, "truth", *cell), persons=_LARGE)
    found = lost(cell, log, permutations=3)
    return dict(zip(found.coarse.tolist(), found.loss.tolist(), strict=True))


def covered(cell: Lost, *, worlds: int, seed: int) -> np.ndarray:
    """Return, for each world: loss, truth below, above, of all and of e-mail, width, rejected."""
    rng, real = generator(seed, "losses", *cell), truth(cell, seed)
    rows = []
    for _ in range(worlds):
        found = lost(cell, world(cell, rng))
        one = found.coarse.tolist().index("email")
        sides = [
            side
            for row, name in ((0, "(all)"), (one, "email"))
            for side in (real[name] < found.low[row], real[name] > found.high[row])
        ]
        width = found.high[0] - found.low[0]
        rows.append([found.loss[0], real["(all)"], *sides, width, found.p[0] <= 0.05])
    return np.array(rows, dtype=float)


def cells() -> Iterator[Lost]:
    """Yield the kinds of worlds."""
    for of, effects in EFFECTS.items():
        for sizes in SIZES:
            for persons in PERSONS:
                for effect in effects:
                    yield Lost(of, sizes, persons, effect)


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the lines of the table; at most 400 worlds a cell, as each is permuted 99 times."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---|---|" + "--:|" * (len(HEAD) - 2)
    for cell in cells():
        found = covered(cell, worlds=min(worlds, _MOST_WORLDS), seed=seed).mean(axis=0)
        mean, real, below, above, low, high, width, rejected = found
        shown = f"{real:.4f} | {mean:.4f} | {below:.3f} | {above:.3f} | {1 - low - high:.3f}"
        named = f"{cell.of} | {cell.sizes} | {cell.persons} | {cell.effect}"
        yield f"| {named} | {shown} | {width:.3f} | {rejected:.3f} |"
