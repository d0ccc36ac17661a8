"""How often the intervals of medians cover the truth where several journeys are of one person.

The interval is that of the medians in `touchpoints.paths.gaps`: a gap is drawn for each journey,
and a part of its variance is of the person. All worlds of a kind are groups of one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from touchpoints._core.arrays.statistics.quantile_bounds import UnitValues, quantile_bounds
from touchpoints._core.arrays.statistics.quantiles import spreads

from .worlds import SIZE_LAWS, SIZES, generator

PERSONS = (8, 15, 30, 200)
LIKENESS = (0.1, 0.5, 0.9)
TIES = ("none", "days", "half")
_SECONDS, _DAY = 3600.0, 24
_ROWS = 400_000


class Gaps(NamedTuple):
    """One kind of world: how many gaps persons have, how alike these are, and whether they tie."""

    sizes: str
    likeness: float
    ties: str
    persons: int


class Found(NamedTuple):
    """How many intervals cover the truth, lie below and above it, and have an open end."""

    worlds: int
    covered: int
    below: int
    above: int
    open: int
    width: float
    plain: int


def seconds(scores: np.ndarray, ties: str) -> np.ndarray:
    """Return gaps from standard normal scores: log-normal hours, in seconds.

    Whole days for ``"days"``; for ``"half"``, half an hour and less is no time, which makes the
    share of gaps of 0 seconds .49.
    """
    hours = np.exp(scores) * (2 * _DAY if ties == "days" else 1)
    if ties == "days":
        hours = np.floor(hours / _DAY) * _DAY
    if ties == "half":
        hours = np.where(scores < norm.ppf(0.49), 0.0, hours)
    return np.rint(hours * _SECONDS).astype(np.int64)


def drawn(cell: Gaps, worlds: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the sizes of persons, (worlds, persons), and all gaps, by world and by person."""
    traits = rng.standard_normal((worlds, cell.persons))
    sizes = SIZE_LAWS[cell.sizes](norm.cdf(-traits), rng)
    of = np.repeat(np.sqrt(cell.likeness) * traits.ravel(), sizes.ravel())
    scores = of + np.sqrt(1 - cell.likeness) * rng.standard_normal(len(of))
    return sizes, seconds(scores, cell.ties)


def truth(cell: Gaps) -> float:
    """Return the median gap of endless persons."""
    if cell.sizes != "informative":
        return float(seconds(np.zeros(1), cell.ties)[0])
    traits = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    sizes = SIZE_LAWS["informative"](norm.cdf(-traits), np.random.default_rng(0))
    low, high = -5.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        below = norm.cdf((middle - np.sqrt(cell.likeness) * traits) / np.sqrt(1 - cell.likeness))
        low, high = (middle, high) if (sizes @ below) < sizes.sum() / 2 else (low, middle)
    return float(seconds(np.array([(low + high) / 2]), cell.ties)[0])


def intervals(
    sizes: np.ndarray, values: np.ndarray, *, alone: bool = False, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of the median of each world, nan at an open end.

    With ``alone`` each gap counts as one of a person of its own.
    """
    worlds, persons = sizes.shape
    groups = np.repeat(np.arange(worlds), sizes.sum(axis=1))
    of = np.arange(len(values)) if alone else np.repeat(np.arange(worlds * persons), sizes.ravel())
    one = np.ones(len(values), dtype=np.int64)
    people = np.ones(len(values) if alone else worlds * persons, dtype=np.int64)
    known = UnitValues.of(values, groups, worlds, of=of, within=one, repeats=people)
    return quantile_bounds(spreads(groups, values, worlds), known, 0.5, level=level)


def covering(cell: Gaps, *, worlds: int, seed: int) -> Found:
    """Simulate worlds of one kind, and count what their intervals cover."""
    rng, right = generator(seed, *cell), truth(cell)
    parts = [_counted(drawn(cell, part, rng), right) for part in _chunks(cell, worlds)]
    covered, below, above, unknown, width, plain = np.sum(parts, axis=0)
    closed = worlds - unknown
    return Found(
        worlds=worlds,
        covered=int(covered),
        below=int(below),
        above=int(above),
        open=int(unknown),
        width=float(width / closed) if closed else np.nan,
        plain=int(plain),
    )


def _chunks(cell: Gaps, worlds: int) -> Iterator[int]:
    size = max(1, _ROWS // (6 * cell.persons))
    for start in range(0, worlds, size):
        yield min(size, worlds - start)


def _counted(world: tuple[np.ndarray, np.ndarray], right: float) -> list[float]:
    low, high = intervals(*world)
    below, above = int((high < right).sum()), int((low > right).sum())
    wide = high - low
    first, last = intervals(*world, alone=True)
    missed = int((last < right).sum() + (first > right).sum())
    unknown, width = int(np.isnan(wide).sum()), float(np.nansum(wide)) / _SECONDS
    return [len(low) - below - above, below, above, unknown, width, len(low) - missed]


def table(found: Iterable[tuple[Gaps, Found]]) -> Iterable[str]:
    """Yield the lines of a table."""
    head = "coverage | ± | below | above | an end open | width (hours) | as if alone"
    yield f"| sizes | likeness | ties | persons | {head} |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for cell, one in found:
        part, n = one.covered / one.worlds, one.worlds
        error = (part * (1 - part) / n) ** 0.5
        sides = f"{one.below / n:.3f} | {one.above / n:.3f} | {one.open / n:.3f}"
        names = f"{cell.sizes} | {cell.likeness} | {cell.ties} | {cell.persons}"
        width = "" if one.width != one.width else f"{one.width:.2f}"
        yield f"| {names} | {part:.3f} | {error:.3f} | {sides} | {width} | {one.plain / n:.3f} |"


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each kind of world, with its Monte Carlo error."""
    laws = [(like, "none") for like in LIKENESS] + [(0.5, ties) for ties in TIES[1:]]
    cells = [Gaps(sizes, *law, n) for sizes in SIZES for law in laws for n in PERSONS]
    yield from table((cell, covering(cell, worlds=worlds, seed=seed)) for cell in cells)
