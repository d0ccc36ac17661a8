"""Outcomes split between the interactions of a journey by weights that sum to 1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.credit import Split
from touchpoints.attribution._shared.evidence import Evidence, dependence
from touchpoints.journeys.places.anchors import rows_at

_WIDE = 2048
_SPARSE = 64
_ROOM = 1 << 20


def evenly(evidence: Evidence) -> Array:
    """Return 1 / length of the journey of each interaction."""
    lengths = segments.lengths_of(evidence.offsets)
    return np.repeat(1.0 / np.maximum(lengths, 1), lengths)


def evenly_distinct(evidence: Evidence) -> Array:
    """Return 1 / (distinct touchpoints × occurrences of this one) in its journey."""
    offsets, k = evidence.offsets, evidence.k
    if not len(evidence.codes):
        return np.zeros(0)
    dense = len(evidence.counts) * k <= _SPARSE * len(evidence.codes)
    often, kinds = (_tabled if dense else _sorted)(evidence.codes, offsets, k)
    return np.asarray(1.0 / (np.repeat(kinds, segments.lengths_of(offsets)) * often))


def _tabled(codes: Array, offsets: Array, k: int) -> tuple[Array, Array]:
    """Return how often each row's code occurs in its segment, and the distinct codes of each.

    By a table of segments and codes, a block of segments at a time.
    """
    often, kinds = np.empty(len(codes)), np.empty(len(offsets) - 1, dtype=np.int64)
    block = max(_ROOM // max(k, 1), 1)
    for low in range(0, len(kinds), block):
        part = offsets[low : low + block + 1]
        rows = slice(int(part[0]), int(part[-1]))
        keys = np.repeat(np.arange(len(part) - 1) * k, np.diff(part)) + codes[rows]
        table = np.bincount(keys, minlength=(len(part) - 1) * max(k, 1))
        often[rows] = table[keys]
        kinds[low : low + block] = np.count_nonzero(table.reshape(-1, max(k, 1)), axis=1)
    return often, kinds


def _sorted(codes: Array, offsets: Array, k: int) -> tuple[Array, Array]:
    """Return the same by sorting, where most codes are in few segments."""
    keys = segments.owners_of(offsets).astype(np.int64) * k + codes
    order = sort_positions(keys)
    ordered = keys[order]
    starts = run_starts(ordered)
    runs = np.diff(np.append(starts, len(keys)))
    often = np.empty(len(keys))
    often[order] = np.repeat(runs, runs)
    return often, np.bincount(ordered[starts] // max(k, 1), minlength=len(offsets) - 1)


def by_roles(evidence: Evidence, first: float, last: float, *, named: Mapping[str, float]) -> Array:
    """Return the credit of roles: first, last, milestones; what is left to the rest."""
    offsets, size = evidence.offsets, len(evidence.codes)
    filled = offsets[1:] > offsets[:-1]
    weights, roles = np.zeros(size), np.zeros(size, dtype=bool)
    places = [(offsets[:-1][filled], first), (offsets[1:][filled] - 1, last)]
    for name, part in named.items():
        rows = segments.first_row_where(rows_at(evidence.journeys, name), offsets)
        places.append((rows[rows >= 0], part))
    for rows, part in places:
        weights[rows] += part
        roles[rows] = True
    given = segments.sum_by_segment(weights, offsets)
    free = segments.sum_by_segment((~roles).astype(np.int64), offsets)
    lengths = segments.lengths_of(offsets)
    sharing = np.where(free > 0, free, lengths - free)
    rest = np.repeat((1 - given) / np.maximum(sharing, 1), lengths)
    takes = np.repeat(free > 0, lengths) != roles
    return np.asarray(weights + np.where(takes, rest, 0.0))


def normalised(weights: Array, offsets: Array) -> Array:
    """Return weights divided by their sum over each segment."""
    sums = segments.sum_by_segment(weights, offsets)
    return np.asarray(weights / np.repeat(np.where(sums > 0, sums, 1.0), np.diff(offsets)))


def split_by_weights(
    evidence: Evidence, weights: Array, amounts: Array, *, known: bool = True
) -> Split:
    """Split amounts of journeys by the weights of their interactions.

    Parameters
    ----------
    weights : float64 (m,)
        They sum to 1 over each journey that is not empty.
    amounts : float64 (n,)
        What each row has to split.
    known
        Whether amounts of single journeys are known, so that there is a covariance.
    """
    k, total, some = evidence.k, float(amounts.sum()), np.flatnonzero(amounts)
    lengths = segments.lengths_at(evidence.offsets, some)
    rows = segments.rows_of(evidence.offsets, some)
    held = amounts[some]
    got = np.bincount(evidence.codes[rows], weights[rows] * np.repeat(held, lengths), k)
    share = np.append(got, held[lengths == 0].sum()) / (total or np.nan)
    if not known or k > _WIDE or not total:
        return Split(share=share, covariance=None)
    return Split(share=share, covariance=_covariance(evidence, weights, amounts, share) / total**2)


def _covariance(evidence: Evidence, weights: Array, amounts: Array, share: Array) -> Array:
    """Return the covariance of the sums that make up shares, times the total squared.

    A unit that holds the amounts m, y of them for a touchpoint, pulls its share by y - share m.
    """
    from scipy.sparse import csr_array, hstack

    units, k, some = dependence(evidence.units), evidence.k, np.flatnonzero(amounts)
    counts = evidence.counts[some]
    lengths = segments.lengths_at(evidence.offsets, some)
    rows = segments.rows_of(evidence.offsets, some)
    bounds = segments.offsets_of(lengths)
    part = csr_array((weights[rows], evidence.codes[rows], bounds), shape=(len(some), k))
    empty = csr_array((lengths == 0).astype(np.float64)[:, None])
    held = amounts[some] / np.where(counts > 0, counts, 1.0) * units.within[some]
    concerned, of = np.unique(units.of[some], return_inverse=True)
    gather = csr_array((held, (of, np.arange(len(some)))), shape=(len(concerned), len(some)))
    sums = gather @ hstack([part, empty]).tocsr()
    made = np.bincount(of, held, len(concerned))
    repeats = units.repeats[concerned]
    both = (sums.T @ (sums.multiply(repeats[:, None]).tocsr())).toarray()
    cross = sums.T @ (repeats * made)
    squares = both - np.outer(cross, share) - np.outer(share, cross)
    squares += np.outer(share, share) * float((repeats * made**2).sum())
    return units.scaled(squares)
