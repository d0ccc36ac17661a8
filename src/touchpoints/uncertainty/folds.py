"""Folds of cross-validation: whole persons, whatever the order of the log."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.sequences import mix, sequence_hash
from touchpoints._core.frozen import Array
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks
from touchpoints.uncertainty.units import Units

_FEW_ALIKE = 8


def fold_counts(
    journeys: Journeys, units: Units, *, folds: int, seed: int, also: Array | None = None
) -> Array:
    """Return how many real journeys of each row are in each fold, float64 (n, folds).

    Parameters
    ----------
    also : integers (n,), optional
        What else of each row makes a difference to the analysis, beside its path.

    Notes
    -----
    Units are assigned to folds in an order that depends on their content alone, with identical
    units together, so that the order of the log does not matter.
    """
    rng = np.random.default_rng(seed)
    order = np.lexsort([units.repeats, _content(journeys, units, also)])
    alike, total = units.repeats[order], units.total
    share = np.zeros((len(order), folds))
    if total <= _FEW_ALIKE * len(order):
        fold = np.empty(total, dtype=np.int64)
        fold[rng.permutation(total)] = np.arange(total) % folds
        cells = np.repeat(order, alike) * folds + fold
        share = np.bincount(cells, minlength=share.size).reshape(share.shape).astype(np.float64)
    else:
        share[order] = rng.multinomial(alike, np.full(folds, 1 / folds))
    in_fold: Array = share[units.of] * units.within[:, None]
    return in_fold


def _content(journeys: Journeys, units: Units, also: Array | None) -> Array:
    """Return a hash of the journeys of each unit, uint64 (g,)."""
    ranks = key_ranks(journeys)
    hashes = sequence_hash(ranks[journeys.codes], journeys.offsets, len(ranks))
    flags = journeys.began.astype(np.uint64) * np.uint64(2) + journeys.finished.astype(np.uint64)
    hashes = mix(hashes ^ mix(flags))
    if also is not None:
        hashes = mix(hashes ^ mix(also))
    hashes *= units.within.astype(np.uint64)
    content = np.zeros(len(units.repeats), dtype=np.uint64)
    np.add.at(content, units.of, hashes)
    return content


def over_folds(losses: Array) -> tuple[Array, Array]:
    """Return the mean over the folds that have transitions, and its standard error."""
    some = losses[~np.isnan(losses[:, 0])]
    if len(some) < 2:
        return np.full(losses.shape[1], np.nan), np.full(losses.shape[1], np.nan)
    return some.mean(axis=0), some.std(axis=0, ddof=1) / np.sqrt(len(some))


def best_order(losses: Array) -> int:
    """Return the smallest order whose loss is within one standard error of the smallest loss."""
    mean, _ = over_folds(losses)
    if np.isnan(mean).any():
        return -1
    least = int(np.argmin(mean))
    excess, error = over_folds(losses - losses[:, [least]])
    return int(np.flatnonzero(excess <= error + 1e-12)[0])
