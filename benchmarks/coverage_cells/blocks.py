"""How often intervals cover the truth where the units are blocks of persons, not persons.

An engine counts distinct paths for each of 200 blocks of persons, and not for each person. Worlds
of 2,000 persons with several journeys each, whose journeys are merged within persons, or within
blocks of them; and blocks so large that each has a hundred thousand choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.uncertainty.recounting import Recount, recountable

from . import shares
from . import visits_truth as truth
from .visits import KEYS, Kind, Law, drawn, law_of
from .worlds import Cell, generator
from .worlds import drawn as hits_drawn
from .worlds import truth as share_of

PERSONS = 2_000
BLOCKS = (PERSONS, 200, 50, 20)
LAWS = ("B(1, 1)", "B(.4, 1.6)", "B(20, 80)", "B(.04, 1.96)", ".02")
CHOICES = (1_000, 100_000)
RESAMPLES = 200
AT_ONCE = 10
FEWER = 10
"""Worlds of whole journeys cost so many times as much as those of shares."""

Ends = tuple[np.ndarray, np.ndarray]


class Asked(NamedTuple):
    """One kind of number: its name, the intervals of a log, and what they should cover."""

    name: str
    ends: Callable[[tp.Journeys, int], Ends]
    right: Callable[[Law], np.ndarray]


def blocked(values: np.ndarray, blocks: int, rng: np.random.Generator) -> np.ndarray:
    """Return the sums of persons (worlds, persons) over blocks that they fall into by chance."""
    if blocks == values.shape[1]:
        return values
    of = rng.integers(0, blocks, values.shape[1])
    return np.stack([values[:, of == one].sum(axis=1) for one in range(blocks)], axis=1)


def covering(cell: Cell, blocks: int, *, worlds: int, seed: int) -> shares.Found:
    """Simulate shares of blocks of persons, and count what their intervals cover."""
    rng = generator(seed, "blocks", *cell)
    chances, sizes = hits_drawn(cell, worlds, rng)
    both = np.concatenate([rng.binomial(sizes, chances), sizes])
    hits, tried = np.split(blocked(both, blocks, rng), 2)
    return _counted(hits, tried, share_of(cell))


def covering_large(law: str, units: int, choices: int, *, worlds: int, seed: int) -> shares.Found:
    """Simulate shares of units with so many choices each, more or less."""
    rng = generator(seed, "large", law, units, choices)
    chances, _ = hits_drawn(Cell("ones", law, units), worlds, rng)
    sizes = rng.integers(choices // 2, 3 * choices // 2, chances.shape)
    return _counted(rng.binomial(sizes, chances), sizes, share_of(Cell("ones", law, units)))


def _counted(hits: np.ndarray, sizes: np.ndarray, right: float) -> shares.Found:
    low, high = shares.intervals(hits, sizes, 0.95)
    below, above = int((high < right).sum()), int((low > right).sum())
    return shares.Found(
        worlds=len(low),
        covered=len(low) - below - above,
        below=below,
        above=above,
        width=float((high - low).mean()),
        plain=0,
    )


def _column(table: Any, label: str, low: str, high: str) -> Ends:
    """Return the ends of each touchpoint in a table; nan where it has no row."""
    rows = {row[label]: row for row in table.to_dicts()}
    found = np.array([[rows.get(key, {}).get(end, np.nan) for key in KEYS] for end in (low, high)])
    return found[0], found[1]


def _edges(log: tp.Journeys, _: int) -> Ends:
    rows = {(row["source"], row["target"]): row for row in tp.paths.transitions(log).to_dicts()}
    edges = [rows.get((a, b), {}) for a in KEYS for b in KEYS]
    low, high = (np.array([one.get(end, np.nan) for one in edges]) for end in ("low", "high"))
    return low, high


def _edges_right(law: Law) -> np.ndarray:
    often = np.einsum("c,ci,cij->ij", law.weights, law.visits, law.steps)
    return (often / (law.weights @ law.visits)[:, None]).ravel()


def _present(law: Law) -> np.ndarray:
    trials, _ = truth.set_chances(law)
    sets = np.arange(len(trials))
    return np.array([trials[sets >> one & 1 == 1].sum() for one in range(len(KEYS))])


def _funnel(log: tp.Journeys, _: int) -> Ends:
    rows = tp.paths.funnel(log, ["a", "d"]).to_dicts()[1:]
    return tuple(np.array([row[f"of_previous_{end}"] for row in rows]) for end in ("low", "high"))


def _funnel_right(law: Law) -> np.ndarray:
    """Return the chance of a d after the first a, of journeys with an a."""
    first, after = (_ever(law, KEYS.index(key)) for key in "ad")
    came = law.weights * (law.start * first).sum(axis=1)
    at = KEYS.index("a")
    then = (law.steps[:, at] * after).sum(axis=1)
    return np.array([(came * then).sum() / came.sum()])


def _ever(law: Law, target: int) -> np.ndarray:
    """Return the chance to visit a touchpoint from each, itself included, (c, k)."""
    steps = law.steps.copy()
    steps[:, target] = 0.0
    here = np.zeros(law.start.shape)
    here[:, target] = 1.0
    return np.linalg.solve(np.eye(len(KEYS)) - steps, here[:, :, None])[:, :, 0]


def _bootstrap(log: tp.Journeys, seed: int) -> Ends:
    lengths = np.diff(log.offsets).astype(np.float64)

    def fast(_: Any, __: tp.Journeys) -> Recount:
        return Recount(
            labels=["statistic"],
            numbers=lambda counts: (counts @ lengths / counts.sum(axis=1))[:, None],
        )

    @recountable(fast)
    def mean_length(some: tp.Journeys) -> float:
        return float(some.counts @ lengths / some.counts.sum())

    found = tp.bootstrap(log, mean_length, seed=seed, resamples=RESAMPLES)
    return found.low, found.high


def _effects(log: tp.Journeys, _: int) -> Ends:
    table = tp.attribution.markov(log, outcome="sale")
    return _column(table, "touchpoint", "effect_low", "effect_high")


def _credit(log: tp.Journeys, _: int) -> Ends:
    table = tp.attribution.linear(log, outcome="sale")
    low, high = _column(table, "touchpoint", "low", "high")
    return low / table.outcomes, high / table.outcomes


CALLS = (
    Asked(
        "journeys with a touchpoint",
        lambda log, _: _column(tp.paths.presence(log), "touchpoint", "low", "high"),
        _present,
    ),
    Asked("transition probabilities", _edges, _edges_right),
    Asked("funnel a > d", _funnel, _funnel_right),
    Asked("linear, share of credit", _credit, partial(truth.rule_shares, weights=truth.even)),
    Asked("Markov 1, effect", _effects, truth.removal_effects),
    Asked(
        "bootstrap of the mean length",
        _bootstrap,
        lambda law: np.array([(law.weights @ law.visits).sum()]),
    ),
)


def simulated(
    kind: Kind, *, worlds: int, seed: int
) -> Iterator[tuple[int, dict[int, tp.Journeys]]]:
    """Yield a seed and the journeys of a world, merged within persons and within their blocks."""
    for at in range(0, worlds, AT_ONCE):
        rng = generator(seed + at, "blocks", *kind)
        part = drawn(kind, AT_ONCE, rng)
        for number in range(min(AT_ONCE, worlds - at)):
            log = part.world(number, persons=True)
            luck, found = rng.permutation(int(log.persons.max()) + 1), {}
            for blocks in BLOCKS:
                of = log.persons if blocks == PERSONS else luck[log.persons] % blocks
                found[blocks] = tp.distinct(attrs.evolve(log, persons=of), within_persons=True)
            yield int(rng.integers(0, 2**32)), found


def measured(kind: Kind, *, worlds: int, seed: int) -> dict[tuple[str, int], tuple[int, ...]]:
    """Return how many intervals there are, cover the truth, lie below it, above it, by number."""
    law = law_of(kind)
    rights = {asked.name: asked.right(law) for asked in CALLS}
    totals: dict[tuple[str, int], np.ndarray] = {}
    for own, logs in simulated(kind, worlds=worlds, seed=seed):
        for asked in CALLS:
            for blocks, log in logs.items():
                low, high = asked.ends(log, own)
                known = ~np.isnan(low) & ~np.isnan(high)
                below = (high < rights[asked.name] - 1e-12) & known
                above = (low > rights[asked.name] + 1e-12) & known
                missed = below.sum() + above.sum()
                wide = float((high - low)[known].sum())
                row = np.array([known.sum(), known.sum() - missed, below.sum(), above.sum(), wide])
                key = (asked.name, blocks)
                totals[key] = totals.get(key, np.zeros(5)) + row
    return {key: tuple(row.tolist()) for key, row in totals.items()}


def _line(names: str, counted: tuple[float, ...]) -> str:
    known, covered, below, above, width = counted
    part = covered / known
    sides = f"{below / known:.3f} | {above / known:.3f}"
    error = (part * (1 - part) / known) ** 0.5
    return f"| {names} | {part:.3f} | {error:.3f} | {sides} | {width / known:.2g} |"


def _shares(found: shares.Found) -> tuple[float, ...]:
    return (found.worlds, found.covered, found.below, found.above, found.width * found.worlds)


def lines(worlds: int, seed: int) -> Iterator[str]:
    """Yield the coverage with persons and with blocks of them, with its Monte Carlo error."""
    head = "coverage | ± | below | above | width |"
    yield f"| journeys a person | propensity | units | {head}"
    yield "|---" * 8 + "|"
    for sizes in ("1..10", "tail"):
        for law in LAWS:
            for blocks in BLOCKS:
                found = covering(Cell(sizes, law, PERSONS), blocks, worlds=worlds, seed=seed)
                yield _line(f"{sizes} | {law} | {blocks:,}", _shares(found))
    yield from ("", f"| choices a unit | propensity | units | {head}", "|---" * 8 + "|")
    for choices in CHOICES:
        for law in LAWS:
            for units in BLOCKS[1:]:
                one = covering_large(law, units, choices, worlds=worlds, seed=seed)
                yield _line(f"{choices:,} | {law} | {units}", _shares(one))
    yield from ("", f"| interval | journeys a person | units | {head}", "|---" * 8 + "|")
    for sizes in ("1..10", "tail"):
        counted = measured(Kind(sizes, PERSONS, 0.1), worlds=max(worlds // FEWER, 1), seed=seed)
        for (name, blocks), row in counted.items():
            yield _line(f"{name} | {sizes} | {blocks:,}", row)
