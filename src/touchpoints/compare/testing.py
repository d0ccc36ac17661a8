"""Differences of two groups with intervals, p-values and false-discovery control."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._frozen import Array, text_array
from touchpoints._hints import check_option
from touchpoints._progress import Progress, reporting
from touchpoints._tables import Table, column
from touchpoints.compare.draws import Shared, Units, permuted, redrawn, units_of
from touchpoints.compare.pairs import Pair
from touchpoints.compare.statistics import Medians, Shares, Statistic
from touchpoints.errors import InvalidInputError
from touchpoints.uncertainty import Clusters, checked_level, wilson
from touchpoints.uncertainty.discovery import false_discovery

Test = Literal["permutation", "bootstrap"]
Effect = Literal["cohen_h", "cliff_delta", "ratio", "none"]
Draws = Iterator[tuple[Array, Array]]

_CLOSE = 1e-12


@attrs.frozen(kw_only=True, repr=False)
class Comparison(Table):
    """What differs between two groups: one row a label, the smallest p first.

    Attributes
    ----------
    label : object
        What the row is about: a touchpoint, a step, an edge ``(source, target)``, a variant.
    a, b : float64
        The number in each group; nan where the group has nothing it could be taken from.
    difference : float64
        ``a - b``.
    low, high : float64
        The ends of the interval of the difference.
    p : float64
        How often chance alone makes a difference as large, in (0, 1]; nan where it cannot be told.
    q : float64
        The share of false discoveries among the rows with this p or a smaller one (Benjamini and
        Hochberg), in [0, 1].
    effect : float64
        The size of the difference on a scale that can be compared between rows; ``measured_as``
        says which.
    n_a, n_b : int64
        How many observations each number rests on: journeys, steps from the source, or gaps.
    names : tuple of str
        What the groups are called.
    test : str
        Where p comes from.
    interval : str
        Where low and high come from: ``"newcombe"`` or ``"bootstrap"``.
    measured_as : str
        What ``effect`` is.
    resamples : int
        How often the groups were drawn.
    level : float
        The level of the intervals.
    unit : str
        What was drawn as a whole.
    shared : int
        How many of those have journeys in both groups.
    left_out : int
        How many labels too few journeys show, so that they were not compared.
    """

    label: Array = column(object)
    a: Array = column(np.float64)
    b: Array = column(np.float64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    p: Array = column(np.float64)
    q: Array = column(np.float64)
    effect: Array = column(np.float64)
    n_a: Array = column(np.int64)
    n_b: Array = column(np.int64)
    names: tuple[str, str]
    test: str
    interval: str
    measured_as: str
    resamples: int
    level: float
    unit: str
    shared: int
    left_out: int

    def as_dict(self) -> dict[Hashable, float]:
        """Return the difference of each label."""
        return dict(zip(self.label.tolist(), self.difference.tolist(), strict=True))


@attrs.frozen(kw_only=True)
class Asked:
    """How to compare; checked when it is made."""

    seed: int
    resamples: int
    level: float
    test: Test
    shared: Shared
    least: int = 0
    progress: Progress = False

    def __attrs_post_init__(self) -> None:
        check_option("test", self.test, Test)
        check_option("shared", self.shared, Shared)
        checked_level(self.level)
        _check_whole("resamples", self.resamples, 1)
        _check_whole("seed", self.seed, 0)
        _check_whole("least", self.least, 0)


def asked_of(
    seed: int,
    resamples: int,
    level: float,
    test: Test,
    shared: Shared,
    *,
    least: int = 0,
    progress: Progress = False,
) -> Asked:
    """Return how to compare, checked."""
    return Asked(
        seed=seed,
        resamples=resamples,
        level=level,
        test=test,
        shared=shared,
        least=least,
        progress=progress,
    )


def _check_whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InvalidInputError(f"{name}={value!r} is no whole number of {least} or more")


def compared(
    pair: Pair, statistic: Statistic, asked: Asked, *, effect: Effect, left_out: int = 0
) -> Comparison:
    """Compare the numbers of two groups.

    The intervals of shares are Newcombe's; those of anything else, and of all where the test is
    the bootstrap, are quantiles of the redrawn differences.
    """
    units = units_of(pair, asked.shared, test=asked.test)
    counts = pair.journeys.counts
    weights = np.where(pair.in_a, counts, 0), np.where(pair.in_a, 0, counts)
    a, b = (statistic.of(one[None, :])[0] for one in weights)
    shares = statistic if isinstance(statistic, Shares) and asked.test == "permutation" else None
    p, ends = _drawn(pair, units, statistic, asked, a - b, intervals=shares is None)
    if shares is not None:
        ends = _newcombe(shares, weights, units.clusters, asked.level)
    sizes = [statistic.sizes(one).round().astype(np.int64) for one in weights]
    columns: dict[str, Any] = {
        "label": text_array(statistic.labels),
        "a": a,
        "b": b,
        "difference": a - b,
        "low": ends[0],
        "high": ends[1],
        "p": p,
        "q": false_discovery(p),
        "effect": _effect(statistic, a, b, weights, effect),
        "n_a": sizes[0],
        "n_b": sizes[1],
    }
    order = np.lexsort((-np.abs(a - b), np.where(np.isnan(p), 2.0, p)))
    return Comparison(
        **{name: one[order] for name, one in columns.items()},
        names=pair.names,
        test=asked.test,
        interval="bootstrap" if shares is None else "newcombe",
        measured_as=effect,
        resamples=asked.resamples,
        level=asked.level,
        unit=units.clusters.unit,
        shared=len(units.both),
        left_out=left_out,
    )


def _drawn(
    pair: Pair,
    units: Units,
    statistic: Statistic,
    asked: Asked,
    difference: Array,
    *,
    intervals: bool,
) -> tuple[Array, tuple[Array, Array]]:
    """Return p of each label, and the ends of its interval if they come from redrawing."""
    rngs = [np.random.default_rng(one) for one in np.random.SeedSequence(asked.seed).spawn(2)]
    permuting = asked.test == "permutation"
    rounds = -(-asked.resamples // statistic.block()) * (permuting + intervals)
    p = np.full(len(difference), np.nan)
    ends = (p, p)
    with reporting(asked.progress, rounds, what="compare") as step:
        if permuting:
            drawn = _differences(statistic, permuted(pair, units, rngs[0]), asked, step)
            p = _p_permuted(drawn, _movable_difference(pair, units, statistic))
        if intervals:
            drawn = _differences(statistic, redrawn(units, rngs[1]), asked, step)
            redrawings = np.concatenate(list(drawn))
            ends = _quantiles(redrawings, difference, asked.level)
            p = p if permuting else _p_redrawn(redrawings, difference)
    if intervals and units.fewest < 2:
        ends = (np.full_like(p, np.nan), np.full_like(p, np.nan))
    return p, ends


def _movable_difference(pair: Pair, units: Units, statistic: Statistic) -> Array:
    """Return the differences as they are between the rows that can be dealt out."""
    counts = np.where(units.movable, pair.journeys.counts, 0)
    sides = (np.where(side, counts, 0) for side in (pair.in_a, ~pair.in_a))
    a, b = (statistic.of(one[None, :])[0] for one in sides)
    return np.asarray(a - b)


def _differences(
    statistic: Statistic, draws: Draws, asked: Asked, step: Callable[[], None]
) -> Iterator[Array]:
    """Yield the differences of the drawn groups, float64 (block, labels) each."""
    left = asked.resamples
    while left:
        block = list(islice(draws, min(statistic.block(), left)))
        left -= len(block)
        a, b = (statistic.of(np.stack([one[side] for one in block])) for side in (0, 1))
        yield a - b
        step()


def _p_permuted(drawn: Iterator[Array], difference: Array) -> Array:
    """Return how often a dealt difference is as large; the groups as they are count as one deal."""
    defined, extreme = (np.zeros(len(difference), dtype=np.int64) for _ in range(2))
    least = np.abs(difference) * (1 - _CLOSE) - _CLOSE
    for block in drawn:
        defined += (~np.isnan(block)).sum(axis=0)
        with np.errstate(invalid="ignore"):
            extreme += (np.abs(block) >= least).sum(axis=0)
    p = (1 + extreme) / (1 + defined)
    return np.where(np.isnan(difference) | (defined == 0), np.nan, p)


def _p_redrawn(drawn: Array, difference: Array) -> Array:
    """Return twice how often a redrawn difference lies on the other side of 0."""
    defined = ~np.isnan(drawn)
    with np.errstate(invalid="ignore"):
        sides = [((drawn <= 0) & defined).sum(axis=0), ((drawn >= 0) & defined).sum(axis=0)]
    p = np.minimum(2 * (1 + np.minimum(*sides)) / (1 + defined.sum(axis=0)), 1.0)
    return np.where(np.isnan(difference) | ~defined.any(axis=0), np.nan, p)


def _quantiles(drawn: Array, difference: Array, level: float) -> tuple[Array, Array]:
    known = ~np.isnan(difference) & ~np.isnan(drawn).all(axis=0)
    ends = np.full((2, len(difference)), np.nan)
    if known.any():
        ends[:, known] = np.nanquantile(drawn[:, known], [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends[0], ends[1]


def _newcombe(
    shares: Shares, weights: tuple[Array, Array], clusters: Clusters, level: float
) -> tuple[Array, Array]:
    """Return intervals of differences of shares from Wilson's of each share, (labels,) each.

    The sizes are effective ones; what persons in both groups do alike enters as the correlation of
    the two shares (Newcombe 1998, method 10; with correlation Zou and Donner 2008).
    """
    sides = [_Side.of(shares, one, clusters) for one in weights]
    low_a, high_a = sides[0].wilson(level)
    low_b, high_b = sides[1].wilson(level)
    a, b = sides[0].share, sides[1].share
    rho = _correlation(sides[0], sides[1])

    def reach(one: Array, two: Array) -> Array:
        return np.asarray(np.sqrt(np.maximum(one**2 + two**2 - 2 * rho * one * two, 0.0)))

    return a - b - reach(a - low_a, high_b - b), a - b + reach(high_a - a, b - low_b)


@attrs.frozen(eq=False, kw_only=True)
class _Side:
    """The shares of one group: sums over its clusters, and how much they tell about each share.

    ``hits`` is sparse (clusters, labels), ``trials`` sparse (clusters, groups of labels).
    """

    hits: Any
    trials: Any
    repeats: Array
    group: Array
    share: Array
    size: Array
    spread: Array

    @classmethod
    def of(cls, shares: Shares, weights: Array, clusters: Clusters) -> _Side:
        """Linearise the ratio of sums over clusters (Cochran 1977, Sampling Techniques, 6.3)."""
        from scipy import sparse

        repeats, group = clusters.repeats.astype(np.float64), shares.group
        rows = np.flatnonzero(weights > 0)
        inside = clusters.within[rows].astype(np.float64)
        shape = (len(repeats), len(weights))
        gather = sparse.csr_array((inside, (clusters.of[rows], rows)), shape=shape)
        hits, trials = gather @ shares.hits, gather @ shares.trials
        done, tried = hits.T @ repeats, (trials.T @ repeats)[group]
        squares = (trials.power(2).T @ repeats)[group]
        groups = (trials.astype(bool).astype(np.float64).T @ repeats)[group]
        crossed = _crossed(hits, trials, group, repeats)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = done / tried
            spread = hits.power(2).T @ repeats - 2 * share * crossed + share**2 * squares
            size = tried**2 * share * (1 - share) / spread * (groups - 1) / groups
            size = np.minimum(size * tried / np.maximum(tried - 1, 1), tried)
            alike = tried**2 / squares
        known = (share > 0) & (share < 1) & (groups > 1) & (spread > _CLOSE * tried)
        size = np.where(tried > 0, np.where(known, size, alike), 0.0)
        return cls(
            hits=hits,
            trials=trials,
            repeats=repeats,
            group=group,
            share=share,
            size=size,
            spread=spread,
        )

    def wilson(self, level: float) -> tuple[Array, Array]:
        """Return the interval of each share."""
        return wilson(np.nan_to_num(self.share) * self.size, self.size, level=level)


def _crossed(hits: Any, trials: Any, group: Array, repeats: Array) -> Array:
    """Return the sum over clusters of hits times trials, for each label."""
    found = hits.tocoo()
    tried = trials.tocsr()
    tried.sort_indices()
    wide = max(tried.shape[1], 1)
    owner = np.repeat(np.arange(tried.shape[0]), np.diff(tried.indptr))
    keys = np.append(owner * wide + tried.indices, np.iinfo(np.int64).max)
    wanted = found.row.astype(np.int64) * wide + group[found.col]
    places = np.searchsorted(keys, wanted)
    there = keys[places] == wanted
    amounts = np.where(there, np.append(tried.data, 0.0)[places], 0.0)
    weights = found.data * amounts * repeats[found.row]
    return np.bincount(found.col, weights, minlength=len(group))


def _correlation(a: _Side, b: _Side) -> Array:
    """Return how far the shares of two groups go together, by the clusters that are in both."""
    together = (
        a.hits.multiply(b.hits).T @ a.repeats
        - b.share * _crossed(a.hits, b.trials, a.group, a.repeats)
        - a.share * _crossed(b.hits, a.trials, a.group, a.repeats)
        + a.share * b.share * (a.trials.multiply(b.trials).T @ a.repeats)[a.group]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = together / np.sqrt(a.spread * b.spread)
    return np.where(np.isfinite(rho), np.clip(rho, -1.0, 1.0), 0.0)


def _effect(
    statistic: Statistic, a: Array, b: Array, weights: tuple[Array, Array], effect: Effect
) -> Array:
    check_option("effect", effect, Effect)
    with np.errstate(divide="ignore", invalid="ignore"):
        if effect == "cohen_h":
            return np.asarray(2 * np.arcsin(np.sqrt(a)) - 2 * np.arcsin(np.sqrt(b)))
        if effect == "ratio":
            return a / b
    if isinstance(statistic, Medians) and effect == "cliff_delta":
        return _cliff(statistic, weights)
    return np.full(len(a), np.nan)


def _cliff(medians: Medians, weights: tuple[Array, Array]) -> Array:
    """Return how much oftener a value of a is the larger than one of b, in [-1, 1], by label."""
    answer = np.full(len(medians.labels), np.nan)
    for place in range(len(answer)):
        span = slice(int(medians.starts[place]), int(medians.starts[place + 1]))
        values, owners = medians.values[span], medians.owners[span]
        a, b = (one[owners].astype(np.float64) for one in weights)
        pairs = a.sum() * b.sum()
        if pairs:
            running = np.append(0.0, np.cumsum(b))
            below = running[np.searchsorted(values, values, side="left")]
            above = running[-1] - running[np.searchsorted(values, values, side="right")]
            answer[place] = float((a * (below - above)).sum() / pairs)
    return answer
