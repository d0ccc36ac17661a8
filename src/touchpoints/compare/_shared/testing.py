"""Differences of two groups with intervals, p-values and false-discovery control."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column, few_persons, without_width
from touchpoints.compare._shared.contrasts import Contrast, contrast_of
from touchpoints.compare._shared.dealt import Dealt
from touchpoints.compare._shared.draws import Shared, Sides, redrawn, sides_of
from touchpoints.compare._shared.features import shown_by
from touchpoints.compare._shared.near_medians import NearMedians
from touchpoints.compare._shared.newcombe import newcombe
from touchpoints.compare._shared.pairs import Pair
from touchpoints.compare._shared.statistics import Medians, Shares, Statistic
from touchpoints.compare._shared.student import Student, Trust, gathered
from touchpoints.uncertainty import Units
from touchpoints.uncertainty.discovery import false_discovery

Test = Literal["permutation", "bootstrap"]
Effect = Literal["cohen_h", "cliff_delta", "ratio", "none"]
Draws = Iterator[Array]

_CLOSE = 1e-9
_FEW = 5


@attrs.frozen(kw_only=True, repr=False)
class Comparison(Labelled):
    """Differences between two groups: one row per label, the smallest p first.

    Attributes
    ----------
    label : object
        What is compared: a touchpoint, a funnel step, an edge ``(source, target)``, a variant.
    a, b : float64
        The number in each group; nan if the group has no data for it.
    difference : float64
        ``a - b``. It is the value of ``as_dict``.
    low, high : float64
        The ends of the interval of the difference.
    p : float64
        The p-value: the probability under chance alone of a test statistic at least as large, in
        (0, 1]; nan if undefined. The statistic is the difference over its standard error; in
        permutation tests of durations, Cliff's delta over its standard error.
    q : float64
        The false-discovery rate among the rows with this p or a smaller one (Benjamini and
        Hochberg), in [0, 1].
    effect : float64
        The effect size, on a scale that can be compared between rows; see ``measured_as``.
    n_a, n_b : int64
        The number of observations in each group: journeys, transitions from the source, or gaps.
    names : tuple of str
        The names of the groups.
    test : str
        The test that p comes from: ``"permutation"`` or ``"bootstrap"``.
    interval : str
        The method of the intervals: ``"newcombe"`` for shares, ``"bootstrap"`` for other numbers
        (Student's t with the bootstrap standard error).
    measured_as : str
        The kind of effect size: ``"cohen_h"``, ``"cliff_delta"``, ``"ratio"`` or ``"none"``.
    resamples : int
        The number of resamples.
    level : float
        The level of the intervals.
    unit : str
        The unit that was permuted or resampled whole: ``"person"`` or ``"journey"``.
    shared : int
        The number of units with journeys in both groups.
    left_out : int
        The number of labels that were not compared because too few journeys have them.
    persons : tuple of int, optional
        The number of persons with journeys in each group, where persons are the unit.
    effective : tuple of float, optional
        The effective number of persons of each group: the number of persons of equal weight that
        carry the same information. Below 5 a remark is printed.
    few_behind : int
        The number of shares whose hits come from fewer than five persons, where persons are the
        unit; a remark is printed.

    See Also
    --------
    difference_graph : The differences of transitions as a graph.
    """

    main = "difference"
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
    persons: tuple[int, int] | None = attrs.field(default=None, repr=False)
    effective: tuple[float, float] | None = attrs.field(default=None, repr=False)
    few_behind: int = attrs.field(default=0, repr=False)

    def _remarks(self) -> list[str]:
        behind = counted(self.few_behind, "row")
        few = [f"{behind}: the hits come from fewer than five persons"] if self.few_behind else []
        persons = remarks_of(self.names, self.persons, self.effective)
        return [*persons, *few, *without_width(self.low, self.high)]


@attrs.frozen
class Options:
    """The options of a comparison, checked on construction."""

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
    pair: Pair, statistic: Statistic, options: Options, *, effect: Effect, left_out: int = 0
) -> Comparison:
    """Compare the numbers of two groups.

    Shares have Newcombe's intervals, other numbers Student's from bootstrap standard errors.
    """
    sides = sides_of(pair, options.shared, test=options.test)
    counts = pair.journeys.counts
    weights = np.where(pair.in_a, counts, 0), np.where(pair.in_a, 0, counts)
    a, b = (statistic.of(statistic.sums(one[None, :]))[0] for one in weights)
    with np.errstate(invalid="ignore"):  # numbers of a measure can be infinite
        difference = a - b
    p, student = _drawn(pair, sides, statistic, options, difference)
    if isinstance(statistic, Shares):
        ends = newcombe(statistic, weights, sides.units, options.level)
    else:
        ends = student.bounds(options.level)
    sizes = [statistic.sizes(one).round().astype(np.int64) for one in weights]
    columns: dict[str, Any] = {
        "label": text_array(statistic.labels),
        "a": a,
        "b": b,
        "difference": difference,
        "low": ends[0],
        "high": ends[1],
        "p": p,
        "q": false_discovery(p),
        "effect": _effect(statistic, a, b, weights, effect),
        "n_a": sizes[0],
        "n_b": sizes[1],
    }
    order = np.lexsort((-np.abs(difference), np.where(np.isnan(p), 2.0, p)))
    return Comparison(
        **{name: one[order] for name, one in columns.items()},
        names=pair.names,
        test=options.test,
        interval="newcombe" if isinstance(statistic, Shares) else "bootstrap",
        measured_as=effect,
        resamples=int(options.resamples),
        level=options.level,
        unit=sides.units.unit,
        shared=len(sides.both),
        left_out=left_out,
        few_behind=_few_behind(statistic, weights[0] + weights[1], sides.units),
        **persons_of(weights, sides.units),
    )


def persons_of(weights: Sequence[Array], units: Units) -> dict[str, Any]:
    """Return how many persons each group has, and how many effective ones; nothing of journeys."""
    if units.unit != "person":
        return {}
    sizes = [np.bincount(units.of, (one > 0) * units.within, len(units.repeats)) for one in weights]
    found = [ClusterSizes.of(one, units.repeats) for one in sizes]
    return {
        "persons": tuple(int(one.units[0]) for one in found),
        "effective": tuple(float(one.effective()[0]) for one in found),
    }


def remarks_of(
    names: Sequence[str], persons: Sequence[int] | None, effective: Sequence[float] | None
) -> list[str]:
    """Return a line for each group of few persons."""
    if persons is None or effective is None:
        return []
    groups = zip(names, persons, effective, strict=True)
    return [line for name, one, few in groups for line in few_persons(one, few, of=repr(name))]


def _few_behind(statistic: Statistic, weights: Array, units: Units) -> int:
    """Return how many shares that are not 0 have hits of fewer than five persons."""
    if units.unit != "person" or not isinstance(statistic, Shares):
        return 0
    hits = (gathered(weights, units) @ statistic.hits).tocsr()
    behind = hits.astype(bool).astype(np.float64).T @ units.repeats.astype(np.float64)
    return int(((behind > 0) & (behind < _FEW)).sum())


def _drawn(
    pair: Pair, sides: Sides, statistic: Statistic, options: Options, difference: Array
) -> tuple[Array, Student]:
    """Return the p of each label, and its difference over resamples where they are needed."""
    rngs = [np.random.default_rng(one) for one in np.random.SeedSequence(options.seed).spawn(2)]
    permuting = options.test == "permutation"
    redrawing = not permuting or not isinstance(statistic, Shares)
    counts = pair.journeys.counts
    dealt = Dealt.among(sides, counts)
    contrast = contrast_of(statistic, counts, dealt, options.resamples)
    both = _apart(statistic, counts, sides)
    rounds = sum(
        -(-options.resamples // one.block())
        for one, wanted in ((contrast, permuting), (both, redrawing))
        if wanted
    )
    p, student = np.full(len(difference), np.nan), Student.unknown(difference)
    with reporting(options.progress, rounds, what="compare") as advance:
        if permuting:
            p = _p_of_permutations(dealt, pair, contrast, options, rngs[0], advance)
        if redrawing:
            draws = redrawn(sides, rngs[1])
            drawn = np.concatenate(list(_redrawn_numbers(both, draws, options, advance)))
            student = _student(pair, sides, statistic, difference, drawn)
            p = p if permuting else student.p()
    return p, student


def _student(
    pair: Pair, sides: Sides, statistic: Statistic, difference: Array, drawn: Array
) -> Student:
    """Return the differences over resamples; ``drawn`` has the numbers of a, then of b."""
    counts = pair.journeys.counts
    weights = np.where(pair.in_a, counts, 0), np.where(pair.in_a, 0, counts)
    trust = Trust.of(statistic.observed(len(counts)), weights, sides)
    floors: list[Array] = []
    if isinstance(statistic, Shares):  # a few persons who agree have no variance by chance
        pooled = statistic.of(statistic.sums(counts[None, :]))[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            floors = [pooled * (1 - pooled) / statistic.sizes(one) for one in weights]
    a, b = np.split(drawn, 2, axis=1)
    return Student.of(difference, (a, b), trust, floors=floors)


def _p_of_permutations(
    dealt: Dealt,
    pair: Pair,
    contrast: Contrast,
    options: Options,
    rng: np.random.Generator,
    advance: Callable[[], None],
) -> Array:
    """Return the permutation p of each label, from the rows that a permutation can move."""
    movable = np.where(dealt.sides.movable, pair.journeys.counts, 0)
    whole = contrast.sums(dealt.times(movable))
    first = contrast.sums(dealt.times(np.where(pair.in_a, movable, 0)))
    draws = dealt.permuted(rng)

    def drawn() -> Iterator[Array]:
        for block in blocks(draws, options.resamples, contrast.block()):
            sums = contrast.sums(block)
            yield contrast.of(sums, whole - sums)
            advance()

    seen = contrast.of(first, whole - first)[0]
    p = p_permuted(drawn(), seen, slack=contrast.slack)
    return np.maximum(p, contrast.least_p(first, whole - first))


def _apart(statistic: Statistic, counts: Array, sides: Sides) -> Statistic | NearMedians:
    """Return the statistic of resamples of group a and then of group b."""
    both = statistic.apart(sides.in_a)
    return NearMedians.around(both, counts, sides.units) if isinstance(both, Medians) else both


def _redrawn_numbers(
    both: Statistic | NearMedians, draws: Draws, options: Options, advance: Callable[[], None]
) -> Iterator[Array]:
    """Yield the numbers of resampled groups, of a and then of b, (b, 2 labels)."""
    for block in blocks(draws, options.resamples, both.block()):
        yield both.of(both.sums(block))
        advance()


def compared_shares(pair: Pair, shares: Shares, options: Options) -> Comparison:
    """Compare the shares of labels with at least ``min_count`` journeys; count the others."""
    shown = shown_by(shares, pair.journeys.counts)
    kept = np.flatnonzero(shown >= max(options.min_count, 1))
    left_out = int((shown > 0).sum()) - len(kept)
    return compared(pair, shares.only(kept), options, effect="cohen_h", left_out=left_out)


def blocks(draws: Draws, left: int, size: int) -> Iterator[Array]:
    """Yield ``left`` draws, in blocks of ``size`` rows."""
    for start in range(0, left, size):
        yield np.stack(list(islice(draws, min(size, left - start))))


def p_permuted(drawn: Iterator[Array], difference: Array, *, slack: Array | float) -> Array:
    """Return the permutation p-values, two-sided; the observed groups count as one permutation.

    A statistic that is smaller by less than a billionth of it, or by less than ``slack``, is as
    large: rounding makes equal statistics differ.
    """
    defined, extreme = (np.zeros(len(difference), dtype=np.int64) for _ in range(2))
    threshold = np.abs(difference) * (1 - _CLOSE) - slack
    for block in drawn:
        defined += (~np.isnan(block)).sum(axis=0)
        with np.errstate(invalid="ignore"):
            extreme += (np.abs(block) >= threshold).sum(axis=0)
    p = (1 + extreme) / (1 + defined)
    return np.where(np.isnan(difference) | (defined == 0), np.nan, p)


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
    """Return Cliff's delta of each label: P(value of a > value of b) − P(<), in [-1, 1]."""
    answer = np.full(len(medians.labels), np.nan)
    for label in range(len(answer)):
        span = slice(int(medians.starts[label]), int(medians.starts[label + 1]))
        values, owners = medians.values[span], medians.owners[span]
        a, b = (one[owners].astype(np.float64) for one in weights)
        total = a.sum() * b.sum()
        if total:
            running = np.append(0.0, np.cumsum(b))
            below = running[np.searchsorted(values, values, side="left")]
            above = running[-1] - running[np.searchsorted(values, values, side="right")]
            answer[label] = float((a * (below - above)).sum() / total)
    return answer
