"""Tests of hits by group: the chi-square statistic and exact p-values of small tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from touchpoints._core.frozen import Array

_FEW = 5.0
_KNOWN = 1e6  # degrees of freedom at which F is chi-square
_CLOSE = 1e-7
_ROUNDING = 1e-9


def chi2(hits: Array, sizes: Array) -> Array:
    """Return the chi-square statistic for hits by group (g, s), (s,); nan for all or no hits."""
    total = sizes.sum(axis=0)
    share = hits.sum(axis=0) / total
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = (hits - share * sizes) ** 2 / (sizes * share * (1 - share))
    answer: Array = np.where((share > 0) & (share < 1 - 1e-12), parts.sum(axis=0), np.nan)
    return answer


def chi2_p(statistic: Array, freedom: int, *, within: Array | float = np.inf) -> Array:
    """Return the p-values of chi-square statistics.

    ``within`` are the degrees of freedom of the variances that they were divided by; where these
    were estimated, the tail is that of F.
    """
    from scipy.special import chdtrc, fdtrc

    known = np.asarray(within) >= _KNOWN
    tail = fdtrc(freedom, np.where(known, _KNOWN, within), statistic / freedom)
    answer: Array = np.where(known, chdtrc(freedom, statistic), tail)
    return answer


def too_small(hits: Array, sizes: Array) -> Array:
    """Return which tables expect fewer than 5 hits or misses in some group, bool (s,).

    Cochran's rule (1954, Biometrics 10, 417-451) for the chi-square distribution.
    """
    share = hits.sum(axis=0) / sizes.sum()
    answer: Array = np.minimum(share, 1 - share) * sizes.min() < _FEW
    return answer


def exact_p(hits: Array, sizes: Array, *, draws: int, seed: int) -> Array:
    """Return the p-value of each table given its margins, (s,).

    Parameters
    ----------
    hits : float64 (g, s)
    sizes : float64 (g,)
    draws, seed
        For more than two groups, where the tables with these margins are drawn, and those with a
        chi-square statistic at least as large are counted, the data as one of them. Tables with as
        many hits are compared with the same draws.

    Notes
    -----
    Of two groups this is Fisher's exact test, two-sided: the tables that are no more probable.
    """
    whole, every = hits.astype(np.int64), sizes.astype(np.int64)
    totals = whole.sum(axis=0)
    answer = np.full(len(totals), np.nan)
    for total in np.unique(totals).tolist():
        some = np.flatnonzero(totals == total)
        if 0 < total < int(every.sum()):
            found = whole[:, some]
            if len(every) == 2:
                answer[some] = _fisher(found[0], total, every)
            else:
                answer[some] = _drawn(found, total, every, draws=draws, seed=seed)
    return answer


def permuted_p(
    hits: Array,
    sizes: Array,
    holds: Array,
    tables: Iterator[Array],
    advance: Callable[[], None],
) -> Array:
    """Return the p of the chi-square statistic of hits (g, s), the data as one permutation, (s,).

    ``tables`` are the numbers of observations by group and kind (g, d) of each permutation,
    ``holds`` (d, s) the kinds that are hits, ``sizes`` (g, 1) the observations of each group.
    """
    statistic = chi2(hits, np.broadcast_to(sizes, hits.shape))
    kinds, larger, done = holds.astype(np.float64), np.ones(len(statistic)), 1
    for table in tables:
        every = table.sum(axis=1, keepdims=True)
        found = chi2(table @ kinds, np.broadcast_to(every, hits.shape))
        larger += found >= statistic * (1 - _ROUNDING)
        done += 1
        advance()
    return np.where(np.isnan(statistic), np.nan, larger / done)


def _fisher(first: Array, total: int, sizes: Array) -> Array:
    """Return Fisher's p of the hits of the first group."""
    a, b = sizes.tolist()
    low, high = max(0, total - b), min(total, a)
    hits = np.arange(low, high, dtype=np.float64)
    ratios = (total - hits) * (a - hits) / ((hits + 1) * (b - total + hits + 1))
    logs = np.append(0.0, np.cumsum(np.log(ratios)))
    chance = np.exp(logs - logs.max())
    order = np.argsort(chance)
    tail = np.append(0.0, np.cumsum(chance[order]))
    limit = chance[first - low] * (1 + _CLOSE)
    found: Array = tail[np.searchsorted(chance[order], limit, side="right")] / tail[-1]
    return np.minimum(found, 1.0)


def _drawn(hits: Array, total: int, sizes: Array, *, draws: int, seed: int) -> Array:
    rng = np.random.default_rng([seed, total])
    tables = rng.multivariate_hypergeometric(sizes, total, size=draws, method="marginals").T
    others = np.sort(chi2(tables, np.broadcast_to(sizes[:, None], tables.shape)))
    seen = chi2(hits, np.broadcast_to(sizes[:, None], hits.shape)) * (1 - _ROUNDING)
    larger = draws - np.searchsorted(others, seen, side="left")
    found: Array = (1 + larger) / (1 + draws)
    return found
