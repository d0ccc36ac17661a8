"""The order of a chain of touchpoints and outcomes, chosen on journeys held out."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.sequences.contexts import held_out_losses, merged, predictions
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.uncertainty.folds import best_order, fold_counts

_FOLDS = 5


def chosen_order(evidence: Evidence, *, max_order: int, seed: int) -> int:
    """Return the order, from 1 to ``max_order``, that best predicts steps and outcomes.

    The smallest whose log-loss on persons held out of training is within one standard error of the
    smallest loss; 1 where there are too few persons to hold any out.
    """
    codes, offsets = _with_ends(evidence)
    k, n = evidence.k + 2, len(evidence.counts)
    always = np.ones(n, dtype=bool)
    found = predictions(
        codes,
        offsets,
        k,
        max_order=max_order,
        began=always,
        finished=always,
        real=always,
        ends=False,
    )
    owners = found.owners
    found, numbers = merged(found)
    size = len(found.owners)
    weights = np.bincount(numbers, evidence.counts[owners], size)
    units = evidence.units
    if units.total < _FOLDS:
        return 1
    also = evidence.fingerprint()
    in_fold = fold_counts(evidence.journeys, units, folds=_FOLDS, seed=seed, also=also)
    losses = np.empty((_FOLDS, len(found.orders)))
    for fold in range(_FOLDS):
        test = np.bincount(numbers, in_fold[:, fold][owners], size)
        losses[fold] = held_out_losses(found, weights - test, test, k)
    return max(best_order(losses), 1)


def _with_ends(evidence: Evidence) -> tuple[Array, Array]:
    """Return the codes of journeys with a last one for how they end, and their offsets."""
    offsets = evidence.offsets + np.arange(len(evidence.offsets))
    codes = np.empty(int(offsets[-1]), dtype=np.int32)
    last = offsets[1:] - 1
    inner = np.ones(len(codes), dtype=bool)
    inner[last] = False
    codes[inner] = evidence.codes
    codes[last] = np.where(evidence.reached, evidence.k, evidence.k + 1)
    return codes, offsets
