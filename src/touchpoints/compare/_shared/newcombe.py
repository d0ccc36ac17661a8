"""Newcombe's intervals of differences of shares, with dependent journeys of one person."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.cluster_variance import effective_sizes
from touchpoints._core.frozen import Array
from touchpoints.compare._shared.statistics import Shares
from touchpoints.uncertainty import Units, wilson

_CLOSE = 1e-12


def newcombe(
    shares: Shares, weights: tuple[Array, Array], units: Units, level: float
) -> tuple[Array, Array]:
    """Return Newcombe's intervals of differences of shares, from Wilson's, (labels,) each.

    Sample sizes are effective ones. Persons in both groups make the two shares dependent, which
    enters as their correlation (Newcombe 1998, method 10; with correlation Zou and Donner 2008).
    """
    sides = [_Side.of(shares, one, units) for one in weights]
    low_a, high_a = sides[0].wilson(level)
    low_b, high_b = sides[1].wilson(level)
    a, b = sides[0].share, sides[1].share
    rho = _correlation(sides[0], sides[1])

    def reach(one: Array, two: Array) -> Array:
        return np.asarray(np.sqrt(np.maximum(one**2 + two**2 - 2 * rho * one * two, 0.0)))

    return a - b - reach(a - low_a, high_b - b), a - b + reach(high_a - a, b - low_b)


@attrs.frozen(eq=False, kw_only=True)
class _Side:
    """The shares of one group: sums over its units, and the effective sample sizes.

    ``hits`` is sparse (units, labels), ``trials`` sparse (units, groups of labels).
    """

    hits: Any
    trials: Any
    repeats: Array
    group: Array
    share: Array
    size: Array
    spread: Array

    @classmethod
    def of(cls, shares: Shares, weights: Array, units: Units) -> _Side:
        """Linearize the ratio of sums over units (Cochran 1977, Sampling Techniques, 6.3)."""
        from scipy import sparse

        repeats, group = units.repeats.astype(np.float64), shares.group
        rows = np.flatnonzero(weights > 0)
        inside = units.within[rows].astype(np.float64)
        shape = (len(repeats), len(weights))
        gather = sparse.csr_array((inside, (units.of[rows], rows)), shape=shape)
        hits, trials = gather @ shares.hits, gather @ shares.trials
        done, tried = hits.T @ repeats, (trials.T @ repeats)[group]
        squares = (trials.power(2).T @ repeats)[group]
        groups = (trials.astype(bool).astype(np.float64).T @ repeats)[group]
        crossed = _crossed(hits, trials, group, repeats)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = done / tried
            spread = hits.power(2).T @ repeats - 2 * share * crossed + share**2 * squares
            size = effective_sizes(tried, share, spread, squares=squares, units=groups)
            # Without variance between units they are taken as fully dependent, like a single unit.
            size = np.where(spread > _CLOSE * tried, size, tried**2 / squares)
        size = np.where(tried > 0, size, 0.0)
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
        """Return Wilson's interval of each share."""
        return wilson(np.nan_to_num(self.share) * self.size, self.size, level=level)


def _crossed(hits: Any, trials: Any, group: Array, repeats: Array) -> Array:
    """Return the sum over units of hits times trials of each label."""
    found = hits.tocoo()
    tried = trials.tocsr()
    tried.sort_indices()
    wide = max(tried.shape[1], 1)
    owner = np.repeat(np.arange(tried.shape[0]), np.diff(tried.indptr))
    keys = np.append(owner * wide + tried.indices, np.iinfo(np.int64).max)
    wanted = found.row.astype(np.int64) * wide + group[found.col]
    positions = np.searchsorted(keys, wanted)
    there = keys[positions] == wanted
    amounts = np.where(there, np.append(tried.data, 0.0)[positions], 0.0)
    weights = found.data * amounts * repeats[found.row]
    return np.bincount(found.col, weights, minlength=len(group))


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
