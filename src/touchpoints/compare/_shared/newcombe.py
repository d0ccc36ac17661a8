"""Newcombe's intervals of differences of shares, with dependent journeys of one person."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    design_effects,
    left_out,
    stretches,
    welch,
    widened,
)
from touchpoints._core.frozen import Array
from touchpoints.compare._shared.statistics import Shares
from touchpoints.compare._shared.student import cluster_sizes, gathered
from touchpoints.uncertainty import Units, wilson


def newcombe(
    shares: Shares, weights: tuple[Array, Array], units: Units, level: float
) -> tuple[Array, Array]:
    """Return Newcombe's intervals of differences of shares, from Wilson's, (labels,) each.

    Sample sizes are effective ones, as those of a single share, but with the degrees of freedom of
    the difference.
    Persons in both groups make the two shares dependent, which enters as their correlation
    (Newcombe 1998, method 10; with correlation Zou and Donner 2008).
    """
    sides = [_Side.of(shares, one, units) for one in weights]
    variances = np.stack([one.variance() for one in sides])
    freedom = np.stack([one.sizes.freedom() for one in sides])
    stretch = stretches(welch(variances, freedom), level)
    low_a, high_a = sides[0].wilson(level, stretch)
    low_b, high_b = sides[1].wilson(level, stretch)
    a, b = sides[0].share, sides[1].share
    rho = _correlation(sides[0], sides[1])

    def reach(one: Array, two: Array) -> Array:
        return np.asarray(np.sqrt(np.maximum(one**2 + two**2 - 2 * rho * one * two, 0.0)))

    return a - b - reach(a - low_a, high_b - b), a - b + reach(high_a - a, b - low_b)


@attrs.frozen(eq=False, kw_only=True)
class _Side:
    """The shares of one group: sums over its units, and the effective sample sizes.

    ``hits`` is sparse (units, labels), ``trials`` sparse (units, groups of labels); the others are
    by label.
    """

    hits: Any
    trials: Any
    repeats: Array
    group: Array
    share: Array
    spread: Array
    sizes: ClusterSizes
    effect: Array

    @classmethod
    def of(cls, shares: Shares, weights: Array, units: Units) -> _Side:
        """Linearize the ratio of sums over units (Cochran 1977, Sampling Techniques, 6.3)."""
        repeats, group = units.repeats.astype(np.float64), shares.group
        gather = gathered(weights, units)
        hits, trials = gather @ shares.hits, gather @ shares.trials
        sizes, moved = cluster_sizes(trials, units)
        sizes, moved = sizes.take(group), moved[group]
        found, every = _beside(hits, trials, group)
        chosen, share = _chosen(found, every, repeats, sizes.total, moved)
        spread = chosen.squares - 2 * share * chosen.products + share**2 * sizes.squares
        return cls(
            hits=hits,
            trials=trials,
            repeats=repeats,
            group=group,
            share=share,
            spread=spread,
            sizes=sizes,
            effect=design_effects(sizes, chosen),
        )

    def wilson(self, level: float, stretch: Array) -> tuple[Array, Array]:
        """Return Wilson's interval of each share, with ``stretch`` the squared ratio of t to z."""
        total = self.sizes.total
        with np.errstate(divide="ignore", invalid="ignore"):
            trials = total / widened(self.effect, self.sizes.excess(), stretch)
        trials = np.where(total > 0, trials, 0.0)
        return wilson(np.nan_to_num(self.share) * trials, trials, level=level)

    def variance(self) -> Array:
        """Return the variance of each share, which is drawn towards 1/2 so that it is above 0."""
        total = self.sizes.total
        near = (np.nan_to_num(self.share) * total + 0.5) / (total + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.effect * near * (1 - near) / total)


def _chosen(
    hits: Any, every: Array, repeats: Array, totals: Array, moved: Array
) -> tuple[ChosenSums, Array]:
    """Return the sums over units that the interval of each share needs, and the shares."""
    label, size = hits.col, len(totals)
    times = hits.data * repeats[hits.row]
    done = np.bincount(label, times, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = done / totals
    beyond = times * (hits.data - 2 * share[label] * every) * left_out(every, totals[label])
    chosen = ChosenSums(
        hits=done,
        squares=np.bincount(label, times * hits.data, size),
        products=np.bincount(label, times * every, size),
        strayed=np.bincount(label, beyond, size) + share**2 * moved,
    )
    return chosen, share


def _beside(hits: Any, trials: Any, group: Array) -> tuple[Any, Array]:
    """Return the hits, and the trials of the same unit and group for each of them."""
    found = hits.tocoo()
    tried = trials.tocsr()
    tried.sort_indices()
    wide = max(tried.shape[1], 1)
    owner = np.repeat(np.arange(tried.shape[0]), np.diff(tried.indptr))
    keys = np.append(owner * wide + tried.indices, np.iinfo(np.int64).max)
    wanted = found.row.astype(np.int64) * wide + group[found.col]
    positions = np.searchsorted(keys, wanted)
    there = keys[positions] == wanted
    return found, np.where(there, np.append(tried.data, 0.0)[positions], 0.0)


def _crossed(hits: Any, trials: Any, group: Array, repeats: Array) -> Array:
    """Return the sum over units of hits times trials of each label."""
    found, every = _beside(hits, trials, group)
    return np.bincount(found.col, found.data * every * repeats[found.row], minlength=len(group))


def _correlation(a: _Side, b: _Side) -> Array:
    """Return the correlation of the shares of two groups, due to units in both."""
    together = (
        a.hits.multiply(b.hits).T @ a.repeats
        - b.share * _crossed(a.hits, b.trials, a.group, a.repeats)
        - a.share * _crossed(b.hits, a.trials, a.group, a.repeats)
        + a.share * b.share * (a.trials.multiply(b.trials).T @ a.repeats)[a.group]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = together / np.sqrt(a.spread * b.spread)
    return np.where(np.isfinite(rho), np.clip(rho, -1.0, 1.0), 0.0)
