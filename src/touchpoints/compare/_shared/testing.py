"""Differences of two groups with intervals, p-values and false-discovery control."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.compare._shared.draws import Shared, Sides, permuted, redrawn, sides_of
from touchpoints.compare._shared.features import shown_by
from touchpoints.compare._shared.newcombe import newcombe
from touchpoints.compare._shared.pairs import Pair
from touchpoints.compare._shared.statistics import Medians, Shares, Statistic
from touchpoints.uncertainty.discovery import false_discovery

Test = Literal["permutation", "bootstrap"]
Effect = Literal["cohen_h", "cliff_delta", "ratio", "none"]
Draws = Iterator[Array]

_CLOSE = 1e-12


@attrs.frozen(kw_only=True, repr=False)
class Comparison(Labelled):
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

    value = "difference"
    labels = ("label",)

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


@attrs.frozen
class Asked:
    """How to compare; checked when it is made."""

    seed: int
    resamples: int
    level: float
    test: Test
    shared: Shared
    min_count: int = 0
    progress: Progress = False

    def __attrs_post_init__(self) -> None:
        check_option("test", self.test, Test)
        check_option("shared", self.shared, Shared)
        checks.level(self.level)
        checks.seed(self.seed)
        checks.whole("resamples", self.resamples)
        checks.whole("min_count", self.min_count, least=0)


def compared(
    pair: Pair, statistic: Statistic, asked: Asked, *, effect: Effect, left_out: int = 0
) -> Comparison:
    """Compare the numbers of two groups.

    The intervals of shares are Newcombe's; those of anything else, and of all where the test is
    the bootstrap, are quantiles of the redrawn differences.
    """
    sides = sides_of(pair, asked.shared, test=asked.test)
    counts = pair.journeys.counts
    weights = np.where(pair.in_a, counts, 0), np.where(pair.in_a, 0, counts)
    a, b = (statistic.of(statistic.sums(one[None, :]))[0] for one in weights)
    shares = statistic if isinstance(statistic, Shares) and asked.test == "permutation" else None
    p, ends = _drawn(pair, sides, statistic, asked, a - b, intervals=shares is None)
    if shares is not None:
        ends = newcombe(shares, weights, sides.units, asked.level)
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
        resamples=int(asked.resamples),
        level=asked.level,
        unit=sides.units.unit,
        shared=len(sides.both),
        left_out=left_out,
    )


def _drawn(
    pair: Pair,
    sides: Sides,
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
            whole = statistic.sums(np.where(sides.movable, pair.journeys.counts, 0)[None, :])
            drawn = _dealt(statistic, permuted(pair, sides, rngs[0]), asked, step, whole=whole)
            p = p_permuted(drawn, *_movable_difference(pair, sides, statistic, whole=whole))
        if intervals:
            both = statistic.apart(sides.in_a)
            drawn = _redrawn(both, redrawn(sides, rngs[1]), asked, step)
            redrawings = np.concatenate(list(drawn))
            ends = quantiles(redrawings, difference, asked.level)
            p = p if permuting else _p_redrawn(redrawings, difference)
    if intervals and sides.fewest < 2:  # one alone is redrawn as itself, which tells of no chance
        nothing = np.full_like(p, np.nan)
        p, ends = p if permuting else nothing, (nothing, nothing)
    return p, ends


def _movable_difference(
    pair: Pair, sides: Sides, statistic: Statistic, *, whole: Array
) -> tuple[Array, Array]:
    """Return the differences as they are between the rows that can be dealt out, and their scale.

    The scale is the larger of the two numbers, which rounding is in proportion to.
    """
    first = np.where(sides.movable & pair.in_a, pair.journeys.counts, 0)
    sums = statistic.sums(first[None, :])
    a, b = (statistic.of(one)[0] for one in (sums, whole - sums))
    return a - b, np.fmax(np.abs(a), np.abs(b))


def _left_over(statistic: Statistic, first: Array, *, whole: Array) -> Array:
    """Return the differences between groups, given by their sums, and what they leave over."""
    return statistic.of(first) - statistic.of(whole - first)


def _dealt(
    statistic: Statistic, draws: Draws, asked: Asked, step: Callable[[], None], *, whole: Array
) -> Iterator[Array]:
    """Yield the differences of the groups dealt out, float64 (block, labels) each."""
    for block in blocks(draws, asked.resamples, statistic.block()):
        yield _left_over(statistic, statistic.sums(block), whole=whole)
        step()


def _redrawn(
    both: Statistic, draws: Draws, asked: Asked, step: Callable[[], None]
) -> Iterator[Array]:
    """Yield the differences of the groups redrawn; ``both`` has the numbers of a, then of b."""
    for block in blocks(draws, asked.resamples, both.block()):
        a, b = np.split(both.of(both.sums(block)), 2, axis=1)
        yield a - b
        step()


def compared_shares(pair: Pair, shares: Shares, asked: Asked) -> Comparison:
    """Compare the shares that enough journeys show, and count the others."""
    shown = shown_by(shares, pair.journeys.counts)
    kept = np.flatnonzero(shown >= max(asked.min_count, 1))
    left_out = int((shown > 0).sum()) - len(kept)
    return compared(pair, shares.only(kept), asked, effect="cohen_h", left_out=left_out)


def blocks(draws: Draws, left: int, size: int) -> Iterator[Array]:
    """Yield ``left`` draws, in blocks of ``size`` rows."""
    for start in range(0, left, size):
        yield np.stack(list(islice(draws, min(size, left - start))))


def p_permuted(drawn: Iterator[Array], difference: Array, scale: Array) -> Array:
    """Return how often a dealt difference is as large; the groups as they are count as one deal.

    ``scale`` is the size of the numbers the differences are of: rounding in them is no difference.
    """
    defined, extreme = (np.zeros(len(difference), dtype=np.int64) for _ in range(2))
    as_large = np.abs(difference) - _CLOSE * np.fmax(np.abs(difference), scale)
    for block in drawn:
        defined += (~np.isnan(block)).sum(axis=0)
        with np.errstate(invalid="ignore"):
            extreme += (np.abs(block) >= as_large).sum(axis=0)
    p = (1 + extreme) / (1 + defined)
    return np.where(np.isnan(difference) | (defined == 0), np.nan, p)


def _p_redrawn(drawn: Array, difference: Array) -> Array:
    """Return twice how often a redrawn difference lies on the other side of 0."""
    defined = ~np.isnan(drawn)
    with np.errstate(invalid="ignore"):
        sides = [((drawn <= 0) & defined).sum(axis=0), ((drawn >= 0) & defined).sum(axis=0)]
    p = np.minimum(2 * (1 + np.minimum(*sides)) / (1 + defined.sum(axis=0)), 1.0)
    return np.where(np.isnan(difference) | ~defined.any(axis=0), np.nan, p)


def quantiles(drawn: Array, difference: Array, level: float) -> tuple[Array, Array]:
    """Return the ends of the middle ``level`` of the redrawn differences of each label."""
    known = ~np.isnan(difference) & ~np.isnan(drawn).all(axis=0)
    ends = np.full((2, len(difference)), np.nan)
    if known.any():
        ends[:, known] = np.nanquantile(drawn[:, known], [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends[0], ends[1]


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
