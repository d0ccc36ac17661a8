"""Permutation test of shares by group where whole clusters are permuted between the groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from touchpoints._core.arrays.statistics.blocks import ordered_blocks
from touchpoints._core.arrays.statistics.unlike_sizes import least_p
from touchpoints._core.frozen import Array

_ROOM = 1 << 22
_CLOSE = 1e-9


def ordered_clusters(members: Any, labels: Array) -> Array:
    """Return the clusters that have members, in an order that depends only on what they have.

    ``members`` is sparse (c, d): how many of each kind each cluster has; ``labels`` (c,).
    """
    members.sum_duplicates()
    entries = members.tocoo()
    what = np.stack([entries.col, entries.data, labels[entries.row]], axis=1)
    content = np.unique(what, axis=0, return_inverse=True)[1].ravel()
    blocks = ordered_blocks(content, np.arange(len(content)), entries.row.astype(np.int64))
    found: Array = entries.row[blocks.rows[blocks.offsets[:-1]]]
    return found


def rounds_of(clusters: int, columns: int) -> int:
    """Return the number of blocks of columns that are worked on one after another."""
    return -(-columns // _width(clusters)) if columns else 0


def dealt_p(
    members: Any,
    holds: Array,
    labels: Array,
    *,
    draws: tuple[int, int],
    advance: Callable[[], None],
) -> Array:
    """Return the permutation p of the share of each column by group, (s,).

    Parameters
    ----------
    members : sparse (c, d)
        How many observations of each kind each cluster has.
    holds : bool (d, s)
        Which kinds are hits of each column.
    labels : int64 (c,)
        The group of each cluster; each group has one at least.
    draws
        The number of permutations, and their seed.
    advance
        Called once a permutation of each block of columns.

    Notes
    -----
    With p_g the share of group g and V_g its variance over clusters, at least the binomial one of
    the share in all groups, the statistic is the sum of (p_g - r)**2 / V_g, where r is the mean of
    the p_g weighted by 1 / V_g: for two groups the squared difference over its variance. The same
    seed deals all columns alike. p is at least `least_p`. O(permutations × c × s).
    """
    permutations, seed = draws
    sizes = np.asarray(members.sum(axis=1), dtype=np.float64).ravel()
    size = np.stack([sizes, sizes**2, np.ones(len(sizes))], axis=1)
    answer = np.full(holds.shape[1], np.nan)
    at_once = max(1, _ROOM // max(len(labels), 1))
    for start in range(0, holds.shape[1], _width(len(labels))):
        block = slice(start, start + _width(len(labels)))
        hits = members @ holds[:, block].astype(np.float64)
        amounts = np.hstack([size, hits, hits**2, hits * sizes[:, None]])
        rng = np.random.default_rng(seed)
        observed = _sums(amounts, labels[None, :])
        seen, least = _statistic(observed)[0], _least(observed[:, 0])
        threshold, larger = seen * (1 - _CLOSE), np.ones(len(seen))
        for done in range(0, permutations, at_once):
            number = min(at_once, permutations - done)
            deals = np.stack([rng.permutation(labels) for _ in range(number)])
            larger += (_statistic(_sums(amounts, deals)) >= threshold).sum(axis=0)
            for _ in range(number):
                advance()
        p = np.maximum(larger / (permutations + 1), least)
        answer[block] = np.where(np.isnan(seen), np.nan, p)
    return answer


def _least(sums: Array) -> Array:
    """Return the least p of each column, by how unlike the sizes of clusters are, (s,)."""
    m, squares = sums[:, :1], sums[:, 1:2]
    hits, hits_squared, products = np.split(sums[:, 3:], 3, axis=1)
    return least_p(hits, m, hits_squared, products, squares)


def _width(clusters: int) -> int:
    return max(1, _ROOM // (3 * max(clusters, 1)))


def _sums(amounts: Array, deals: Array) -> Array:
    """Return the sums of the amounts of each group in each deal, (g, b, columns)."""
    groups = int(deals[0].max()) + 1
    found = np.empty((groups, len(deals), amounts.shape[1]))
    found[-1] = amounts.sum(axis=0)
    for group in range(groups - 1):
        np.matmul((deals == group).astype(np.float64), amounts, out=found[group])
        found[-1] -= found[group]
    return found


def _statistic(sums: Array) -> Array:
    """Return the statistic of each column in each deal, (b, s)."""
    m, squares, clusters = (sums[:, :, nth, None] for nth in range(3))
    hits, hits_squared, products = np.split(sums[:, :, 3:], 3, axis=2)
    pooled = hits.sum(axis=0) / m.sum(axis=0)
    share = hits / m
    spread = np.maximum(hits_squared - 2 * share * products + share**2 * squares, 0.0)
    spread *= clusters / np.maximum(clusters - 1, 1)
    noise = np.maximum(spread / m**2, pooled * (1 - pooled) / m)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (share / noise).sum(axis=0) / (1 / noise).sum(axis=0)
        found: Array = ((share - centre) ** 2 / noise).sum(axis=0)
    return np.where((pooled > 0) & (pooled < 1 - 1e-12), found, np.nan)
