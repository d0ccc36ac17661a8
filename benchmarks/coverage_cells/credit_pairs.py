"""Differences of credit between two groups, and how well credit tells journeys apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.errors import InvalidInputError

from . import visits_truth as truth
from .attribution import COMMON, RARE, Covered, Ends, covered, simulated
from .visits import JOURNEYS, KEYS, KINDS, RATES, Kind, Law, law_of

FOLDS_SEED = 1
_APART = 10**9


class Model(NamedTuple):
    """A model of attribution by its name, and the shares it gives endless journeys."""

    name: str
    run: Callable[..., Any]
    right: Callable[[Law], np.ndarray]


def _by_chain(law: Law) -> np.ndarray:
    effects = truth.removal_effects(law)
    return effects / effects.sum()


MODELS = (
    Model("linear", tp.attribution.linear, partial(truth.rule_shares, weights=truth.even)),
    Model("Markov 1", tp.attribution.markov, _by_chain),
)


class Pairs(NamedTuple):
    """What became of differences in pairs of worlds: intervals, and p of common and rare."""

    common: Covered
    rare: Covered
    rejected: tuple[float, float]


def compared(kind: Kind, model: Model, *, worlds: int, seed: int, differ: bool) -> Pairs:
    """Compare pairs of worlds of one kind; if they differ, the second has another rate."""
    other = kind._replace(rate=RATES[2] if kind.rate < RATES[2] else RATES[1]) if differ else kind
    right = model.right(law_of(kind)) - model.right(law_of(other))
    run = partial(model.run, outcome="sale")
    rows, tests = [], []
    for first, second in _paired(kind, other, worlds=worlds, seed=seed):
        found = tp.compare.credit(tp.compare.pair(first, second), run)
        columns = (found.difference, found.low, found.high, found.p)
        there = {key: place for place, key in enumerate(found.touchpoint.tolist())}
        places = [there.get(key, -1) for key in KEYS]
        shown = [[one[place] if place >= 0 else np.nan for place in places] for one in columns]
        rows.append(shown[:3])
        tests.append(shown[3])
    ends, p = Ends(*np.stack([np.array(one) for one in rows], axis=1)), np.array(tests)
    rejected = [float((p[:, one] <= 0.05)[~np.isnan(p[:, one])].mean()) for one in (COMMON, RARE)]
    return Pairs(
        covered(ends, right, COMMON), covered(ends, right, RARE), (rejected[0], rejected[1])
    )


def _paired(
    kind: Kind, other: Kind, *, worlds: int, seed: int
) -> Iterator[tuple[tp.Journeys, tp.Journeys]]:
    if kind == other:
        both = simulated(kind, worlds=2 * worlds, seed=seed)
        pairs = zip(both, both, strict=True)
    else:
        sides = (simulated(one, worlds=worlds, seed=seed) for one in (kind, other))
        pairs = zip(*sides, strict=True)
    for first, second in pairs:
        persons = None if second.persons is None else second.persons + _APART
        yield first, attrs.evolve(second, persons=persons)


def validated(kind: Kind, *, worlds: int, seed: int) -> tuple[Covered, float]:
    """Return the coverage of the area under the curve of linear credit, and its mean.

    What it should cover is the mean over all worlds: the area that credit from as many journeys
    has on average.
    """
    run = partial(tp.attribution.linear, outcome="sale")
    rows = []
    for journeys in islice(simulated(kind, worlds=worlds, seed=seed), worlds):
        try:
            found = tp.attribution.validate(
                journeys, {"linear": run}, outcome="sale", seed=FOLDS_SEED
            )
        except InvalidInputError:  # a part without the outcome
            continue
        rows.append([found.auc, found.low, found.high])
    if not rows:
        return Covered(0, 0, 0, np.nan, 1.0), np.nan
    ends = Ends(*np.stack([np.array(one) for one in rows], axis=1))
    mean = ends.estimate.mean(axis=0)
    return covered(ends, mean, slice(0, 1)), float(mean[0])


CHOSEN = tuple(kind for kind in KINDS if kind.number < JOURNEYS[-1])


def lines(worlds: int, seed: int) -> Iterator[str]:
    """Yield the coverage of differences and how often tests reject, then of areas."""
    yield "| model | worlds | equal: common / rare | p ≤ .05 | other rate: common / rare |"
    yield "|---|---|---|---|---|"
    for model in MODELS:
        for kind in CHOSEN:
            same, other = (
                compared(kind, model, worlds=worlds // 4, seed=seed, differ=differ)
                for differ in (False, True)
            )
            rejected = " / ".join(f"{one:.3f}" for one in same.rejected)
            shown = f"{_sides(same)} | {rejected} | {_sides(other)}"
            yield f"| {model.name} | {kind.name}, {kind.rate:g} | {shown} |"
    yield ""
    yield "| worlds | area | coverage | width | known |"
    yield "|---|---|---|---|---|"
    for kind in CHOSEN:
        found, mean = validated(kind, worlds=worlds // 8, seed=seed)
        if found.known >= worlds // 16:
            part = found.covered / found.known
            shown = f"{mean:.2f} | {part:.3f} | {found.width:.2f} | {found.known}"
            yield f"| {kind.name}, {kind.rate:g} | {shown} |"


def _sides(pairs: Pairs) -> str:
    parts = (one.covered / max(one.known, 1) for one in (pairs.common, pairs.rare))
    return " / ".join(f"{part:.3f}" for part in parts)
