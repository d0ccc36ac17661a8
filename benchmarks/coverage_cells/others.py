"""How often other intervals cover the truth: of means of gaps, of the bootstrap, and of kappa."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import attrs
import numpy as np
from scipy.stats import norm

import touchpoints as tp
from touchpoints._core.arrays.statistics.intervals import kappa
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds
from touchpoints.uncertainty.recounting import Recount, recountable

from . import medians
from .worlds import SIZE_LAWS, Cell, generator
from .worlds import drawn as hits_drawn
from .worlds import truth as share_of

PERSONS = (8, 15, 30, 200)
EVENTS = (10, 30, 100, 1000)
RESAMPLES = 200
# How often both say yes, only the first, only the second, neither.
JUDGES = {
    "alike": (0.45, 0.05, 0.05, 0.45),
    "half alike": (0.3, 0.2, 0.1, 0.4),
    "rare": (0.03, 0.02, 0.02, 0.93),
    "by chance": (0.25, 0.25, 0.25, 0.25),
}
Bounds = tuple[np.ndarray, np.ndarray]


def mean_truth(cell: medians.Gaps) -> float:
    """Return the mean of log-normal gaps of endless persons, in hours."""
    if cell.sizes != "informative":
        return float(np.exp(0.5))
    traits = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    sizes = SIZE_LAWS["informative"](norm.cdf(-traits), np.random.default_rng(0))
    means = np.exp(np.sqrt(cell.likeness) * traits + (1 - cell.likeness) / 2)
    return float(sizes @ means / sizes.sum())


def means_of_gaps(cell: medians.Gaps, *, worlds: int, seed: int) -> Bounds:
    """Return the intervals of the mean gap, in hours."""
    sizes, values = medians.drawn(cell, worlds, generator(seed, "mean", *cell))
    groups = np.repeat(np.arange(worlds), sizes.sum(axis=1))
    of = np.repeat(np.arange(sizes.size), sizes.ravel())
    hours, one = values / 3600.0, np.ones(len(values), dtype=np.int64)
    means = np.bincount(groups, hours, worlds) / np.bincount(groups, minlength=worlds)
    people = np.ones(sizes.size, dtype=np.int64)
    return mean_bounds(hours, groups, means, of=of, within=one, repeats=people, level=0.95)


def of_bootstrap(
    cell: Cell, method: Literal["percentile", "basic"], *, worlds: int, seed: int
) -> Bounds:
    """Return the intervals that `tp.bootstrap` gives the share of journeys with a purchase.

    Each world has its own seed: with one for all, worlds of the same persons would share their
    resamples, and the Monte Carlo error would be too small.
    """
    rng = generator(seed, "bootstrap", *cell)
    chances, sizes = hits_drawn(cell, worlds, rng)
    found = []
    seeds = rng.integers(0, 2**32, worlds).tolist()
    for chance, size, own in zip(chances, sizes, seeds, strict=True):
        who = np.repeat(np.arange(cell.persons), size)
        hits = (rng.random(len(who)) < chance[who]).astype(float)
        journeys = attrs.evolve(
            tp.from_paths({"path": ["visit"] * len(who)}, path="path"),
            persons=[str(one) for one in who.tolist()],
        )

        @recountable(lambda _, __, hits=hits: Recount(labels=["statistic"], numbers=_shares(hits)))
        def bought(drawn: tp.Journeys, hits: np.ndarray = hits) -> float:
            return float(drawn.counts @ hits / drawn.counts.sum())

        one = tp.bootstrap(journeys, bought, seed=own, resamples=RESAMPLES, method=method)
        found.append((one.low[0], one.high[0]))
    low, high = np.array(found).T
    return low, high


def _shares(hits: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from the counts of all resamples to their shares: far faster than each."""
    return lambda counts: (counts @ hits / counts.sum(axis=1))[:, None]


def of_kappa(chances: tuple[float, ...], events: int, *, worlds: int, seed: int) -> Bounds:
    """Return the intervals of kappa of two judges of independent events."""
    rng = generator(seed, "kappa", *chances, events)
    tables = rng.multinomial(events, chances, worlds).reshape(worlds, 2, 2)
    low, high = np.array([kappa(one.astype(float)).bounds(0.95) for one in tables]).T
    return low, high


def order_rejected(journeys: int, *, worlds: int, seed: int) -> float:
    """Return how often order 2 is preferred to order 1, by p at 5 %, where order 1 is the truth."""
    rng, rejected = generator(seed, "order", journeys), 0
    names = tuple(tp.taxonomy.untyped(one) for one in "abc")
    chain = np.array([[0.6, 0.2, 0.2], [0.3, 0.4, 0.3], [0.1, 0.3, 0.6]]).cumsum(axis=1)
    for _ in range(worlds):
        codes = np.zeros((journeys, 9), dtype=np.int32)
        for at in range(1, 9):
            chances = chain[codes[:, at - 1], :2]
            codes[:, at] = (rng.random((journeys, 1)) > chances).sum(axis=1)
        log = tp.Journeys(
            touchpoints=names, codes=codes.ravel(), offsets=np.arange(0, journeys * 9 + 1, 9)
        )
        rejected += tp.paths.markov_order(log, seed=1, max_order=2, ends=False).p[2] <= 0.05
    return rejected / worlds


def _line(names: str, bounds: Bounds, right: float) -> str:
    """Return a line of a table; a world without an interval is none that covers."""
    low, high = bounds
    n, nothing = len(low), np.isnan(low) | np.isnan(high)
    below, above = (high < right).sum() / n, (low > right).sum() / n
    part = 1 - below - above - nothing.sum() / n
    error, width = (part * (1 - part) / n) ** 0.5, np.nanmean(high - low)
    return (
        f"| {names} | {n:,} | {part:.3f} | {error:.3f} | {below:.3f} | {above:.3f} | {width:.2f} |"
    )


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each kind of interval, with its Monte Carlo error."""
    yield "| interval | world | units | worlds | coverage | ± | below | above | width |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from _of_means(worlds, seed)
    for method in ("percentile", "basic"):
        for sizes in ("ones", "1..10", "tail"):
            for persons in PERSONS:
                cell = Cell(sizes, "B(1, 1)", persons)
                found = of_bootstrap(cell, method, worlds=worlds, seed=seed)
                yield _line(f"bootstrap, {method} | {sizes} | {persons}", found, share_of(cell))
    for name, chances in JUDGES.items():
        by_chance = sum(chances[:2]) * (chances[0] + chances[2])
        by_chance += (1 - sum(chances[:2])) * (1 - chances[0] - chances[2])
        right = (chances[0] + chances[3] - by_chance) / (1 - by_chance)
        for events in EVENTS:
            found = of_kappa(chances, events, worlds=worlds, seed=seed)
            yield _line(f"kappa | {name} | {events:,}", found, right)
    yield from ("", "| test | journeys | worlds | rejected | ± |", "|---|---|---|---|---|")
    for journeys in (50, 500):
        part = order_rejected(journeys, worlds=worlds, seed=seed)
        error = (part * (1 - part) / worlds) ** 0.5
        yield f"| Markov order 2 | {journeys} | {worlds:,} | {part:.3f} | {error:.3f} |"


def _of_means(worlds: int, seed: int) -> Iterator[str]:
    for sizes in ("fives", "1..10", "tail", "informative"):
        for persons in PERSONS:
            cell = medians.Gaps(sizes, 0.5, "none", persons)
            found = means_of_gaps(cell, worlds=worlds, seed=seed)
            yield _line(f"mean gap | {sizes} | {persons}", found, mean_truth(cell))
