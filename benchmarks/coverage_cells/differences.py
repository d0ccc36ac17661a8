"""How often the intervals of differences of two groups cover the truth.

Shares have Newcombe's, medians, means and restricted means Student's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from touchpoints.compare._shared.newcombe import newcombe
from touchpoints.compare._shared.student import Student, Trust
from touchpoints.compare.waiting import Curves
from touchpoints.paths.time_to import Waits

from . import pairs
from .worlds import SIZE_LAWS, generator

AT_ONCE = 250
HORIZON = 2.0  # of restricted means, where the mean time without frailty is 1
_SECOND = 1e6


class Difference(NamedTuple):
    """One kind of world of two groups, and what is compared in it."""

    statistic: str
    groups: str
    law: str
    differ: bool = False


class Covered(NamedTuple):
    """How many of the intervals cover the truth; how many there are; the median width."""

    worlds: int
    known: int
    covered: int
    width: float


def cells() -> list[Difference]:
    """Return all kinds of worlds."""
    kinds = [("share", law) for law in pairs.OTHERWISE]
    kinds += [(one, law) for one in ("median", "mean") for law in pairs.DURATIONS]
    kinds += [("restricted mean", "frailty")]
    kinds.remove(("mean", "days .5"))
    return [
        Difference(statistic, groups, law, differ)
        for statistic, law in kinds
        for groups in pairs.GROUPS
        for differ in (False, True)
    ]


def covering(cell: Difference, *, worlds: int, seed: int, level: float = 0.95) -> Covered:
    """Simulate worlds of one kind, and count what their intervals cover."""
    if cell.statistic == "restricted mean":
        low, high = restricted(cell, worlds, seed=seed, level=level)
        right = _restricted_truth(cell)
    else:
        parts = [
            _bounds(cell, min(AT_ONCE, worlds - at), seed=seed + at, level=level)
            for at in range(0, worlds, AT_ONCE)
        ]
        low, high = (np.concatenate(one) for one in zip(*parts, strict=True))
        right = pairs.truth(cell.law, cell.statistic) if cell.differ else 0.0
    known = ~np.isnan(low)
    covered = int(((low[known] <= right + 1e-12) & (right - 1e-12 <= high[known])).sum())
    return Covered(worlds, int(known.sum()), covered, float(np.median((high - low)[known])))


def _bounds(
    cell: Difference, worlds: int, *, seed: int, level: float
) -> tuple[np.ndarray, np.ndarray]:
    drawn = pairs.drawn(cell.groups, cell.law, worlds, differ=cell.differ, seed=seed)
    if cell.statistic == "share":
        return newcombe(drawn.ratios(), drawn.weights(), drawn.sides().units, level)
    rng = generator(seed, *cell)
    statistic = drawn.medians() if cell.statistic == "median" else drawn.ratios()
    return pairs.student(drawn, statistic, pairs.redrawn(drawn, rng)).bounds(level)


def restricted(
    cell: Difference, worlds: int, *, seed: int, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the intervals of the difference of restricted means, of one world after another."""
    rng = generator(seed, *cell)
    found = [one.bounds(level) for one in _restricted_students(cell, worlds, rng)]
    low, high = (np.concatenate(one) for one in zip(*found, strict=True))
    return low, high


def _restricted_students(
    cell: Difference, worlds: int, rng: np.random.Generator
) -> Iterator[Student]:
    for _ in range(worlds):
        drawn, waits = waiting(cell.groups, rng, differ=cell.differ)
        curves = Curves.of(waits, HORIZON)
        in_a = drawn.in_a[drawn.owners]
        both, weights = curves.apart(in_a), (in_a.astype(int), (~in_a).astype(int))
        means = both.means_of_both(both.sums(pairs.redrawn(drawn, rng)[:, drawn.owners]))
        seen = [float(curves.means(curves.sums(one[None, :]))[0]) for one in weights]
        observed = drawn.table(drawn.sizes), np.zeros(1, dtype=np.int64)
        trust = Trust.of(observed, drawn.weights(), drawn.sides())
        yield Student.of(np.array([seen[0] - seen[1]]), (means[:, :1], means[:, 1:]), trust)


def waiting(groups: str, rng: np.random.Generator, *, differ: bool) -> tuple[pairs.Worlds, Waits]:
    """Draw one world: times to an event, censored, of persons with gamma frailty of shape 2."""
    sizes = [SIZE_LAWS[law](np.zeros((1, n)), rng)[0] for law, n in pairs.GROUPS[groups]]
    m = np.concatenate(sizes)
    in_a = np.arange(len(m)) < len(sizes[0])
    owners = np.repeat(np.arange(len(m)), m)
    rates = rng.gamma(2, 1 / 2, len(m)) * np.where(in_a & differ, 0.5, 1.0)
    times = rng.exponential(1 / rates[owners])
    until = rng.uniform(0.5, 5, len(owners))
    zero = np.zeros(len(m))
    drawn = pairs.Worlds(zero.astype(int), in_a, m, zero, owners, times)
    waits = Waits(
        chosen=np.arange(len(owners)),
        times=(np.minimum(times, until) * _SECOND).astype(np.int64),
        reached=times <= until,
        left_out=0,
    )
    return drawn, waits


def _restricted_truth(cell: Difference) -> float:
    def mean(rate: float) -> float:
        return 2 / rate * (1 - 1 / (1 + rate * HORIZON / 2))

    return mean(0.5) - mean(1.0) if cell.differ else 0.0


def table(found: Iterable[tuple[Difference, Covered]]) -> Iterable[str]:
    """Yield the lines of a table: without a difference and with one in one row."""
    yield "| number | groups | law | coverage, equal | differing | ± | width | nan |"
    yield "|---|---|---|---|---|---|---|---|"
    rows = iter(found)
    for (cell, same), (_, other) in zip(rows, rows, strict=True):
        parts = [one.covered / max(one.known, 1) for one in (same, other)]
        error = max((part * (1 - part) / max(same.known, 1)) ** 0.5 for part in parts)
        unknown = 1 - (same.known + other.known) / (same.worlds + other.worlds)
        names = f"{cell.statistic} | {cell.groups} | {cell.law}"
        shown = f"{parts[0]:.3f} | {parts[1]:.3f} | {error:.3f}"
        yield f"| {names} | {shown} | {same.width:.2f} | {unknown:.2f} |"


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each kind of difference, with its Monte Carlo error."""
    yield from table(
        (cell, covering(cell, worlds=number(cell, worlds), seed=seed)) for cell in cells()
    )


def number(cell: Difference, worlds: int) -> int:
    """Return how many worlds of one kind are simulated: fewer where each takes long."""
    if cell.statistic == "restricted mean":
        return max(worlds // 10, 1)
    large = cell.groups.startswith("200") and cell.statistic != "share"
    return max(worlds // 4, 1) if large else worlds
