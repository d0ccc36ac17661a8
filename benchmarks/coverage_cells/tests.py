"""How often the tests of two groups reject: where they are alike, and where they differ.

Statistics are those of `touchpoints.compare`; chi-square is that of `paths.discriminating`, whose
permutation test has the statistic of a share; attributes are those of `paths.deciding_attributes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import attrs
import numpy as np

import touchpoints as tp
from touchpoints._core.arrays.statistics import clustered_shares as clustered
from touchpoints._core.arrays.statistics import contingency
from touchpoints._core.arrays.statistics.unlike_sizes import least_p
from touchpoints.compare._shared.contrasts import Contrast, contrast_of
from touchpoints.compare._shared.dealt import Dealt
from touchpoints.compare._shared.testing import p_permuted
from touchpoints.compare.time_to import Curves
from touchpoints.uncertainty import Units

from . import differences, pairs
from .pairs import DRAWS, Worlds
from .worlds import generator

AT_ONCE = 250
LEVELS = (0.05, 0.01)
ONE_BY_ONE = ("measured", "attribute")  # these take long: only where sizes are not all the same
UNLIKE = ("5 v 25, 1..10", "15 v 15, 1..10", "10 x 1 v 40 x 10", "40 x 1 v 10 x 10")

P = Callable[[Worlds, np.random.Generator], np.ndarray]


class Test(NamedTuple):
    """One kind of world of two groups, and the test that is made of it."""

    test: str
    groups: str
    law: str


class Rejected(NamedTuple):
    """How often p is at most .05 and .01 in worlds alike, and .05 in a quarter as many that differ.

    ``differing`` is how many of the latter there are.
    """

    worlds: int
    at_5: int
    at_1: int
    power: int
    differing: int


def cells() -> list[Test]:
    """Return all kinds of worlds."""
    shares, durations = tuple(pairs.OTHERWISE), pairs.DURATIONS
    kinds = {
        "share": shares,
        "ranks": durations,
        "chi-square": shares,
        "measured": (shares[0], durations[1]),
        "log-rank": ("frailty",),
        "bootstrap, share": (shares[0], shares[-1]),
        "bootstrap, median": durations[1:],
        "bootstrap, mean": durations[1:2],
        "attribute": shares[:1],
    }
    return [
        Test(test, groups, law)
        for test, laws in kinds.items()
        for law in laws
        for groups in (UNLIKE if test in ONE_BY_ONE else pairs.GROUPS)
        if not groups.startswith("200") or law == laws[0]
    ]


def rejecting(cell: Test, *, worlds: int, seed: int, power: bool = True) -> Rejected:
    """Simulate worlds of one kind, and count how often the test rejects."""
    same, differing = _p(cell, worlds, seed=seed, differ=False), worlds // 4 if power else 0
    other = _p(cell, differing, seed=seed, differ=True) if differing else np.ones(0)
    at_5, at_1 = (int((same <= level + 1e-9).sum()) for level in LEVELS)
    return Rejected(worlds, at_5, at_1, int((other <= LEVELS[0] + 1e-9).sum()), differing)


def _p(cell: Test, worlds: int, *, seed: int, differ: bool) -> np.ndarray:
    if cell.test == "log-rank":
        rng = generator(seed, *cell, differ)
        return np.array([log_rank(cell.groups, rng, differ=differ) for _ in range(worlds)])
    found = []
    for at in range(0, worlds, AT_ONCE):
        number = min(AT_ONCE, worlds - at)
        drawn = pairs.drawn(cell.groups, cell.law, number, differ=differ, seed=seed + at)
        found.append(TESTS[cell.test](drawn, generator(seed + at, *cell, differ)))
    return np.concatenate(found)


def permuted(contrast: Contrast, in_a: np.ndarray, deals: np.ndarray) -> np.ndarray:
    """Return the permutation p of each label; ``in_a`` and ``deals`` say which units are in a."""
    most = np.maximum(in_a, deals.max(axis=0))[None, :]
    whole, first = contrast.sums(most), contrast.sums(in_a[None, :])
    sums = contrast.sums(deals)
    seen = contrast.of(first, whole - first)[0]
    p = p_permuted(iter([contrast.of(sums, whole - sums)]), seen, slack=contrast.slack)
    return np.maximum(p, contrast.least_p(first, whole - first))


def share(worlds: Worlds, rng: np.random.Generator) -> np.ndarray:
    """Return the p of the share of each world."""
    return _of_all(worlds, worlds.ratios(), rng)


def ranks(worlds: Worlds, rng: np.random.Generator) -> np.ndarray:
    """Return the p of the ranks of the durations of each world."""
    return _of_all(worlds, worlds.medians(), rng)


def _of_all(worlds: Worlds, statistic: Any, rng: np.random.Generator) -> np.ndarray:
    ones = np.ones(len(worlds.of), dtype=np.int64)
    contrast = contrast_of(statistic, ones, Dealt.among(worlds.sides(), ones), DRAWS)
    return permuted(contrast, worlds.in_a.astype(float), pairs.permuted(worlds, rng))


@attrs.frozen
class AnyMeasure:
    """The mean of the amounts of persons by size: a function of how many journeys are chosen."""

    amounts: np.ndarray
    counts: np.ndarray

    def sums(self, weights: np.ndarray) -> np.ndarray:
        """Return the weights."""
        return weights

    def of(self, sums: np.ndarray) -> np.ndarray:
        """Return the mean of each group."""
        return (sums / self.counts @ self.amounts / sums.sum(axis=1))[:, None]


def measured(worlds: Worlds, rng: np.random.Generator) -> np.ndarray:
    """Return the p of the mean of each world, as a measure of which nothing is known."""
    deals, found = pairs.permuted(worlds, rng), np.empty(worlds.number)
    amounts = np.bincount(worlds.owners, worlds.values, len(worlds.of)) + worlds.amounts
    every = worlds.sides()
    for world in range(worlds.number):
        rows = np.flatnonzero(worlds.of == world)
        in_a, sizes, ones = worlds.in_a[rows], worlds.sizes[rows], np.ones(len(rows), dtype=int)
        sides = attrs.evolve(
            every,
            units=Units(unit="person", of=np.arange(len(rows)), repeats=ones, within=sizes),
            in_a=in_a,
            side_a=np.flatnonzero(in_a),
            side_b=np.flatnonzero(~in_a),
        )
        measure, dealt = AnyMeasure(amounts[rows], sizes), Dealt.among(sides, sizes)
        contrast = contrast_of(measure, sizes, dealt, len(rows))
        found[world] = permuted(contrast, in_a, deals[:, rows])[0]
    return found


def chi_square(worlds: Worlds, _: np.random.Generator) -> np.ndarray:
    """Return the p of the chi-square test with effective numbers of journeys."""
    shape = (2, worlds.number)
    share, effective, freedom = (np.empty(shape) for _ in range(3))
    sums = np.empty((5, *shape))
    for group, side in enumerate((worlds.in_a, ~worlds.in_a)):
        for world in range(worlds.number):
            rows = np.flatnonzero((worlds.of == world) & side)
            sizes, hits, ones = worlds.sizes[rows], worlds.amounts[rows], np.ones(len(rows))
            summed = clustered.ClusterSizes.of(sizes.astype(float), ones)
            effect = clustered.effects_of(hits[:, None].astype(float), sizes, ones, summed)
            share[group, world] = hits.sum() / sizes.sum()
            effective[group, world] = sizes.sum() / effect[0]
            freedom[group, world] = summed.freedom()[0]
            pairs_of = (hits, 1), (sizes, 1), (hits, hits), (hits, sizes), (sizes, sizes)
            sums[:, group, world] = [(one * other).sum() for one, other in pairs_of]
    within = clustered.welch(1 / effective, freedom)
    statistic = contingency.chi2(share * effective, effective)
    return np.maximum(contingency.chi2_p(statistic, 1, within=within), least_p(*sums))


def attribute(worlds: Worlds, _: np.random.Generator) -> np.ndarray:
    """Return the p of an attribute of persons: in which group they are."""
    found = np.empty(worlds.number)
    for world in range(worlds.number):
        rows = np.flatnonzero(worlds.of == world)
        hits, sizes = worlds.amounts[rows], worlds.sizes[rows]
        counts = np.concatenate([hits, sizes - hits])
        some, who = counts > 0, np.tile(rows, 2)
        paths = np.array(["x > hit", "x > miss"]).repeat(len(rows))[some].tolist()
        log = tp.from_paths({"path": paths, "n": counts[some]}, path="path", count="n")
        sides = np.where(worlds.in_a[who], "a", "b")[some].tolist()
        log = attrs.evolve(log, persons=who[some], per_journey={"side": sides})
        told = tp.paths.deciding_attributes(log, "x", seed=1, among=["side"], permutations=DRAWS)
        found[world] = told.p[0]
    return found


def log_rank(groups: str, rng: np.random.Generator, *, differ: bool) -> float:
    """Return the p of the log-rank test of one world."""
    drawn, waits = differences.waiting(groups, rng, differ=differ)
    curves = Curves.of(waits, differences.HORIZON)
    ones = np.ones((1, len(drawn.owners)), dtype=np.int64)
    whole = curves.drawn_from(curves.sums(ones))
    first = curves.sums(drawn.in_a[drawn.owners][None, :].astype(np.int64))
    deals = pairs.permuted(drawn, rng)[:, drawn.owners].astype(np.int64)
    seen = curves.deviation(first, whole)[0]
    others = curves.deviation(curves.sums(deals), whole)
    return float(p_permuted(iter([others]), seen, slack=1e-12)[0])


def bootstrap(statistic: Callable[[Worlds], Any], *, floored: bool = False) -> P:
    """Return the bootstrap test of a statistic."""

    def p(worlds: Worlds, rng: np.random.Generator) -> np.ndarray:
        draws = pairs.redrawn(worlds, rng)
        return pairs.student(worlds, statistic(worlds), draws, floored=floored).p()

    return p


TESTS: dict[str, P] = {
    "share": share,
    "measured": measured,
    "ranks": ranks,
    "chi-square": chi_square,
    "attribute": attribute,
    "bootstrap, share": bootstrap(Worlds.ratios, floored=True),
    "bootstrap, median": bootstrap(Worlds.medians),
    "bootstrap, mean": bootstrap(Worlds.ratios),
}


def table(found: Iterable[tuple[Test, Rejected]]) -> Iterable[str]:
    """Yield the lines of a table."""
    yield "| test | groups | law | worlds | rejects at .05 | ± | at .01 | power at .05 |"
    yield "|---|---|---|---|---|---|---|---|"
    for cell, one in found:
        part = one.at_5 / one.worlds
        error = (part * (1 - part) / one.worlds) ** 0.5
        shown = f"{part:.3f} | {error:.3f} | {one.at_1 / one.worlds:.3f}"
        name = f"{cell.test} | {cell.groups} | {cell.law} | {one.worlds:,}"
        yield f"| {name} | {shown} | {one.power / max(one.differing, 1):.2f} |"


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield how often each test rejects, with its Monte Carlo error."""
    numbers = ((cell, max(worlds // 4, 1) if _slow(cell) else worlds) for cell in cells())
    yield from table((cell, rejecting(cell, worlds=one, seed=seed)) for cell, one in numbers)


def _slow(cell: Test) -> bool:
    large = cell.groups.startswith("200") and cell.test not in {"share", "ranks", "chi-square"}
    return large or cell.test == "attribute"
