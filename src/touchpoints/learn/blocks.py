"""The numbers of features: sparse blocks of columns, one row a journey."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys
from touchpoints.learn.columns import GAPS, FeatureColumns, transition_keys

_MICROSECONDS = 1e6


def matrix_of(journeys: Journeys, columns: FeatureColumns) -> Any:
    """Return the features of journeys, a ``scipy.sparse.csr_matrix`` of float64 (n, columns)."""
    from scipy.sparse import csr_matrix, hstack

    own = own_columns(journeys, columns)
    blocks: list[Any] = []
    for kind in columns.of:
        if kind == "gaps":
            blocks.append(_gaps(journeys))
        elif kind == "transitions":
            blocks.append(_transitions(journeys, columns))
        elif kind == "last":
            places = range(1, columns.positions + 1)
            blocks.extend(_at_position(journeys, own, columns, place) for place in places)
        else:
            width = len(columns.touchpoints) + 1
            counts = _summed(own[journeys.codes], journeys.offsets, width)
            if kind == "presence":
                counts.data[:] = 1.0
            blocks.append(counts)
    return hstack(blocks, format="csr") if len(blocks) > 1 else csr_matrix(blocks[0])


def own_columns(journeys: Journeys, columns: FeatureColumns) -> Array:
    """Return the column of each touchpoint within a block, int32 (k,); the last for all others."""
    place = {key: at for at, key in enumerate(columns.touchpoints)}
    others = len(columns.touchpoints)
    found = [place.get(one.key, others) for one in journeys.touchpoints]
    return np.array(found, dtype=np.int32)


def _summed(indices: Array, offsets: Array, width: int) -> Any:
    """Return how often each row has each column, as a sparse matrix."""
    from scipy.sparse import csr_matrix

    shape = (len(offsets) - 1, width)
    pointers = offsets.astype(np.int32) if len(indices) < 2**31 else offsets
    found = csr_matrix((np.ones(len(indices)), indices, pointers), shape=shape)
    found.sum_duplicates()
    return found


def _at_position(journeys: Journeys, own: Array, columns: FeatureColumns, place: int) -> Any:
    """Return which touchpoint stands at a position from the end, as 0 and 1."""
    there = segments.lengths_of(journeys.offsets) >= place
    rows = journeys.offsets[1:][there] - place
    offsets = segments.offsets_of(there.astype(np.int64))
    return _summed(own[journeys.codes[rows]], offsets, len(columns.touchpoints) + 1)


def _transitions(journeys: Journeys, columns: FeatureColumns) -> Any:
    """Return how often each journey makes each transition."""
    keys, _ = transition_keys(journeys)
    k, others = len(journeys.touchpoints), len(columns.pairs)
    code = {one.key: at for at, one in enumerate(journeys.touchpoints)}
    known = [
        (code[source] * k + code[target], column)
        for column, (source, target) in enumerate(columns.pairs)
        if source in code and target in code
    ]
    ordered = np.array(sorted(known), dtype=np.int64).reshape(-1, 2)
    indices = np.full(len(keys), others, dtype=np.int32)
    if len(ordered):
        at = np.minimum(np.searchsorted(ordered[:, 0], keys), len(ordered) - 1)
        indices = np.where(ordered[at, 0] == keys, ordered[at, 1], others).astype(np.int32)
    lengths = np.maximum(segments.lengths_of(journeys.offsets) - 1, 0)
    return _summed(indices, segments.offsets_of(lengths), others + 1)


def _gaps(journeys: Journeys) -> Any:
    """Return what is said of the gaps of each journey: log(1 + seconds), and whether it has any."""
    from scipy.sparse import csr_matrix

    if journeys.times is None:
        raise InvalidInputError(
            "gaps need the times of interactions, which these journeys do not have",
            mend='read the log with time=, or leave "gaps" out of of=',
        )
    n, offsets = len(journeys), journeys.offsets
    some = np.flatnonzero(segments.lengths_of(offsets) > 1)
    table = np.zeros((n, len(GAPS)))
    if len(some):
        stamps = journeys.times.view(np.int64)
        owners = segments.owners_of(offsets)
        inner = np.flatnonzero(owners[1:] == owners[:-1])
        gaps = stamps[inner + 1] - stamps[inner]
        found = spreads(owners[inner].astype(np.int64), gaps, n)
        last, begin = offsets[1:][some] - 1, offsets[:-1][some]
        seconds = (
            found.quantile(0.5)[some],
            found.quantile(1.0)[some],
            stamps[last] - stamps[last - 1],
            stamps[last] - stamps[begin],
        )
        table[some, 0] = 1.0
        table[some, 1:] = np.log1p(np.stack(seconds, axis=1) / _MICROSECONDS)
    return csr_matrix(table)
