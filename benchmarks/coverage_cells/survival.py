"""How often the intervals of Kaplan-Meier curves cover the truth where persons have many journeys.

The intervals are those of `touchpoints.paths.time_to` and `median_time_to`. Waiting times are
exponential, with a hazard of the person; journeys are censored at times of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.stats import gamma

from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    Survival,
    median_bounds,
    product_limit,
    survival_bounds,
)

from .worlds import SIZE_LAWS, SIZES, generator

PERSONS = (8, 15, 30, 200)
SHARES = (0.8, 0.5, 0.2)
WAITS = ("light", "heavy", "tied", "alike")
_CENSORED = {"light": (0.5, 5.0), "heavy": (0.0, 2.5), "tied": (0.5, 5.0), "alike": (0.5, 5.0)}
_UNIT, _GRID, _SHAPE = 1_000_000, 100_000, 2.0


class Waits(NamedTuple):
    """One kind of world: how many journeys persons have, how they wait, and how many they are.

    ``"light"`` and ``"heavy"`` say how much is censored, ``"tied"`` that times are rounded up to a
    tenth, and ``"alike"`` that persons do not differ.
    """

    sizes: str
    waits: str
    persons: int


class At(NamedTuple):
    """Of the worlds in which somebody was still watched: how many intervals cover, and how wide."""

    known: int
    covered: int
    below: int
    width: float
    plain: int


def drawn(cell: Waits, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the time of each journey, whether it had its event, and its person."""
    chances = rng.random((1, cell.persons))
    hazards = np.ones_like(chances) if cell.waits == "alike" else _hazards(chances)
    sizes = SIZE_LAWS[cell.sizes](chances, rng)[0]
    of = np.repeat(np.arange(cell.persons), sizes)
    events = rng.exponential(1, len(of)) / hazards[0][of]
    ends = rng.uniform(*_CENSORED[cell.waits], len(of))
    events, ends = (_stamps(one, cell) for one in (events, ends))
    return np.minimum(events, ends), events <= ends, of


def _hazards(chances: np.ndarray) -> np.ndarray:
    """Return the hazards of persons, gamma with a mean of 1 and a variance of a half."""
    return np.asarray(gamma.ppf(chances, _SHAPE) / _SHAPE)


def _stamps(times: np.ndarray, cell: Waits) -> np.ndarray:
    grid = _GRID if cell.waits == "tied" else 1
    return (np.ceil(times * _UNIT / grid) * grid).astype(np.int64)


def truth(cell: Waits) -> tuple[list[tuple[int, float]], int]:
    """Return times and the shares of journeys that take longer, and the median of endless persons.

    The times are those at which `SHARES` take longer, before they are rounded.
    """
    chances = (np.arange(20_000) + 0.5) / 20_000
    hazards = np.ones_like(chances) if cell.waits == "alike" else _hazards(chances)
    sizes = np.ones_like(chances)
    if cell.sizes == "informative":
        sizes = SIZE_LAWS["informative"](chances, np.random.default_rng(0)).astype(float)

    def longer(stamp: float) -> float:
        return float(sizes @ np.exp(-hazards * stamp / _UNIT) / sizes.sum())

    times = []
    for share in SHARES:
        low, high = 0.0, 100.0 * _UNIT
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if longer(middle) > share else (low, middle)
        times.append(low)
    grid = _GRID if cell.waits == "tied" else 1
    median = int(np.ceil(times[1] / grid) * grid)
    return [(int(one), longer(one // grid * grid)) for one in times], median


def estimates(
    times: np.ndarray, ended: np.ndarray, of: np.ndarray, *, also: list[int]
) -> tuple[Survival, Survival]:
    """Return the curve with persons, and the curve of journeys as if each were alone."""
    one, extra = np.ones(len(times), dtype=np.int64), np.array(also)
    people = Dependence(of=of, repeats=np.ones(of[-1] + 1, np.int64), within=one, apart=False)
    alone = Dependence(of=np.arange(len(times)), repeats=one, within=one, apart=True)
    both = (product_limit(times, ended, units, also=extra) for units in (people, alone))
    first, second = both
    return first, second


def covering(cell: Waits, *, worlds: int, seed: int) -> list[At]:
    """Simulate worlds of one kind: the intervals at `SHARES`, then that of the median."""
    rng, (points, median) = generator(seed, *cell), truth(cell)
    also = [stamp for stamp, _ in points]
    counts = np.zeros((len(points) + 1, 5))
    for _ in range(worlds):
        curve, alone = estimates(*drawn(cell, rng), also=also)
        ends, plain = survival_bounds(curve, 0.95), survival_bounds(alone, 0.95)
        for row, (stamp, share) in enumerate(points):
            at = int(np.searchsorted(curve.times, stamp))
            if not curve.at_risk[at]:
                continue  # nobody was watched so long
            counts[row] += _scored((ends[0][at], ends[1][at]), (plain[0][at], plain[1][at]), share)
        counts[-1] += _scored(_of_median(curve), _of_median(alone), median)
    return [_at(row) for row in counts]


def _of_median(curve: Survival) -> tuple[float, float]:
    low, high = median_bounds(curve, 0.95)
    return low, high


def _scored(ends: tuple[float, float], plain: tuple[float, float], right: float) -> list[float]:
    """Return 1, whether it is covered, too low, how wide, and covered as if alone; nan is open."""
    low, high = ends
    below, above = high < right, low > right
    width = high - low if right < 1 else float(np.isnan(low) or np.isnan(high))
    missed = plain[1] < right or plain[0] > right
    return [1, not (below or above), below, width, not missed]


def _at(row: np.ndarray) -> At:
    known = int(row[0])
    return At(known, int(row[1]), int(row[2]), float(row[3] / max(known, 1)), int(row[4]))


def table(found: Iterable[tuple[Waits, list[At]]]) -> Iterable[str]:
    """Yield the lines of a table.

    In brackets are the mean width, and for the median the share of open intervals; "known" is the
    share of worlds in which somebody was watched until the last of the times.
    """
    times = " | ".join(f"S = {share}" for share in SHARES)
    yield f"| sizes | waits | persons | {times} | known | median | S = 0.5 as if alone |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for cell, rows in found:
        worlds = rows[-1].known
        *cells, median = (_shown(one, worlds) for one in rows)
        names = f"{cell.sizes} | {cell.waits} | {cell.persons}"
        known = f"{rows[-2].known / worlds:.2f}"
        alone = f"{rows[1].plain / max(rows[1].known, 1):.3f}"
        yield f"| {names} | {' | '.join(cells)} | {known} | {median} | {alone} |"


def _shown(one: At, worlds: int) -> str:
    """Return coverage, its Monte Carlo error and the width; nothing if hardly a world is known."""
    if one.known < worlds / 50:
        return ""
    part = one.covered / one.known
    return f"{part:.3f} ± {(part * (1 - part) / one.known) ** 0.5:.3f} ({one.width:.2f})"


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each kind of world, with its Monte Carlo error."""
    cells = [Waits(sizes, waits, n) for sizes in SIZES for waits in WAITS for n in PERSONS]
    yield from table((cell, covering(cell, worlds=worlds, seed=seed)) for cell in cells)
