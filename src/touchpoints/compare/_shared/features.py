"""The contribution of each journey to a statistic: its transitions, variant or touchpoints."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from touchpoints._core.arrays.counting import inner_boundaries
from touchpoints._core.arrays.segments import lengths_of, offsets_of, owners_of, rows_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array
from touchpoints._core.opening_hours import OpeningHours
from touchpoints.compare._shared.statistics import Medians, Shares
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import first_transitions, flows, last_transitions
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import variant_keys, variants_of
from touchpoints.paths._shared.clocks import journey_clock


def transition_shares(journeys: Journeys) -> Shares:
    """Return transition probabilities: each edge's share of the transitions from its source."""
    found = flows(journeys)
    size = len(found.nodes)
    owners, sources, targets, _ = _inner(journeys)
    ends = [first_transitions(journeys, found.ends), last_transitions(journeys, found.ends)]
    owners = np.concatenate([owners, *(one.owners for one in ends)])
    sources = np.concatenate([sources, *(one.sources for one in ends)])
    targets = np.concatenate([targets, *(one.targets for one in ends)])
    real = journeys.counts[owners] > 0
    owners, sources, targets = owners[real], sources[real], targets[real]
    edges, cells = np.unique(sources * size + targets, return_inverse=True)
    labels: list[Hashable] = [
        (found.nodes[key // size], found.nodes[key % size]) for key in edges.tolist()
    ]
    return Shares(
        labels=labels,
        hits=table(owners, cells, shape=(len(journeys), len(edges))),
        trials=table(owners, sources, shape=(len(journeys), size)),
        group=edges // size,
    )


def variant_shares(journeys: Journeys) -> Shares:
    """Return the share of journeys with each variant."""
    found = variants_of(journeys)
    labels: list[Hashable] = variant_keys(journeys, found.first).tolist()
    return of_journeys(journeys, labels, np.arange(len(journeys)), found.of)


def presence_shares(journeys: Journeys) -> Shares:
    """Return the share of journeys in which each touchpoint occurs at least once."""
    k = max(len(journeys.touchpoints), 1)
    owners = owners_of(journeys.offsets).astype(np.int64)
    cells, _ = runs(owners * k + journeys.codes)
    labels: list[Hashable] = [one.key for one in journeys.touchpoints]
    return of_journeys(journeys, labels, cells // k, cells % k)


def of_journeys(
    journeys: Journeys, labels: list[Hashable], owners: Array, columns: Array
) -> Shares:
    """Return shares of all journeys: journey ``owners[i]`` has the label ``columns[i]``."""
    n = len(journeys)
    return Shares(
        labels=labels,
        hits=table(owners, columns, shape=(n, len(labels))),
        trials=table(np.arange(n), np.zeros(n, dtype=np.int64), shape=(n, 1)),
        group=np.zeros(len(labels), dtype=np.int64),
    )


def table(rows: Array, columns: Array, *, shape: tuple[int, int]) -> Any:
    """Return the number of occurrences of each (row, column), as a sparse array."""
    from scipy import sparse

    found = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    return found.tocsr()  # sums duplicate cells


def shown_by(shares: Shares, counts: Array) -> Array:
    """Return the number of journeys, counts included, that have each label at least once."""
    answer: Array = shares.hits.astype(bool).astype(np.float64).T @ counts.astype(np.float64)
    return answer


def gap_medians(journeys: Journeys, *, what: str, hours: OpeningHours | None) -> Medians:
    """Return the median gap of each edge: seconds from start to start of the two interactions."""
    times = journey_clock(journeys, hours)(require_times(journeys, what).view(np.int64))
    size = max(len(journeys.touchpoints), 1)
    owners, sources, targets, rows = _inner(journeys)
    edges, cells = np.unique(sources * size + targets, return_inverse=True)
    keys = [one.key for one in journeys.touchpoints]
    labels: list[Hashable] = [(keys[key // size], keys[key % size]) for key in edges.tolist()]
    return medians_of(labels, cells, (times[rows + 1] - times[rows]) / 1e6, owners)


def throughput_medians(journeys: Journeys, *, what: str, hours: OpeningHours | None) -> Medians:
    """Return the median seconds from the first to the last interaction of whole journeys."""
    clock = journey_clock(journeys, hours)
    stamps = require_times(journeys, what).view(np.int64)
    times = clock(stamps)
    whole = (lengths_of(journeys.offsets) > 0) & journeys.began & journeys.finished
    owners = np.flatnonzero(whole)
    first, last = journeys.offsets[:-1][owners], journeys.offsets[1:][owners] - 1
    stops = times[last]
    if journeys.ends is not None and len(owners):
        known = clock(np.where(np.isnat(journeys.ends), stamps, journeys.ends.view(np.int64)))
        bounds = offsets_of(lengths_of(journeys.offsets)[owners])[:-1]
        stops = np.maximum.reduceat(known[rows_of(journeys.offsets, owners)], bounds)
    spans = (stops - times[first]) / 1e6
    return medians_of(["throughput"], np.zeros(len(owners), dtype=np.int64), spans, owners)


def medians_of(labels: Sequence[Hashable], cells: Array, values: Array, owners: Array) -> Medians:
    """Return medians of values by label; ``cells`` are positions in the labels."""
    if not len(values):
        raise InvalidInputError(
            "there are no durations to compare: no journey has two interactions"
        )
    order = np.lexsort((values, cells))
    starts = np.searchsorted(cells[order], np.arange(len(labels) + 1))
    return Medians(labels=list(labels), values=values[order], owners=owners[order], starts=starts)


def _inner(journeys: Journeys) -> tuple[Array, Array, Array, Array]:
    """Return the journey, source, target and first row of each transition between touchpoints."""
    rows = np.ones(max(len(journeys.codes) - 1, 0), dtype=bool)
    rows[inner_boundaries(journeys.offsets)] = False
    first = np.flatnonzero(rows)
    owners = owners_of(journeys.offsets).astype(np.int64)[first]
    codes = journeys.codes.astype(np.int64)
    return owners, codes[first], codes[first + 1], first
