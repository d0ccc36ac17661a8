"""Outcomes split between the interactions of a journey by weights that sum to 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.chains.influence import corrected
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.credit import Split
from touchpoints.attribution._shared.evidence import Evidence, Interactions
from touchpoints.journeys.places.anchors import rows_at

_WIDE = 2048
_SPARSE = 64
_ROOM = 1 << 20


def evenly(found: Interactions) -> Array:
    """Return 1 / length of the journey of each interaction."""
    lengths = segments.lengths_of(found.offsets)
    return np.repeat(1.0 / np.maximum(lengths, 1), lengths)


def evenly_distinct(found: Interactions) -> Array:
    """Return 1 / (distinct touchpoints × occurrences of this one) in its journey."""
    codes, offsets, k = found.codes, found.offsets, found.k
    if not len(codes):
        return np.zeros(0)
    dense = (len(offsets) - 1) * k <= _SPARSE * len(codes)
    often, kinds = (_tabled if dense else _sorted)(codes, offsets, k)
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


def by_roles(
    found: Interactions, first: float, last: float, *, named: Mapping[str, float]
) -> Array:
    """Return the credit of roles: first, last, milestones; what is left to the rest."""
    offsets, size = found.offsets, len(found.codes)
    filled = offsets[1:] > offsets[:-1]
    weights, roles = np.zeros(size), np.zeros(size, dtype=bool)
    places = [(offsets[:-1][filled], first), (offsets[1:][filled] - 1, last)]
    for name, part in named.items():
        rows = segments.first_row_where(rows_at(found.journeys, name), offsets)
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
    evidence: Evidence, weights: Array, held: Array, *, known: bool = True
) -> Split:
    """Split what journeys that reached the outcome hold by weights of their interactions.

    Parameters
    ----------
    weights : float64 (t,)
        Of the interactions of these journeys; they sum to 1 over each that is not empty.
    held : float64 (c,)
        What each of the journeys has to split.
    known
        Whether amounts of single journeys are known, so that there is a covariance.
    """
    k, part, total = evidence.k, evidence.converted, float(held.sum())
    lengths = segments.lengths_of(part.offsets)
    got = np.bincount(part.codes, weights * np.repeat(held, lengths), k)
    share = np.append(got, held[lengths == 0].sum()) / (total or np.nan)
    if not known or k > _WIDE or not total:
        return Split(share=share, covariance=None)
    return Split(share=share, covariance=_covariance(evidence, weights, held, share) / total**2)


def _covariance(evidence: Evidence, weights: Array, held: Array, share: Array) -> Array:
    """Return the covariance of the sums that make up shares, times the total squared.

    A unit that holds the amounts m, y of them for a touchpoint, pulls its share by y - share m.
    """
    from scipy.sparse import csr_array

    units, chosen = evidence.units, evidence.converted.chosen
    counts = evidence.counts[chosen]
    of: Array = units.of[chosen]
    made: Array = held / np.where(counts > 0, counts, 1.0) * units.within[chosen]
    sums = _held_by_touchpoint(evidence, weights, made)
    if not bool((of[1:] > of[:-1]).all()):
        many = len(of)
        of, places = np.unique(of, return_inverse=True)
        gather = csr_array((np.ones(many), (places, np.arange(many))), shape=(len(of), many))
        sums, made = gather @ sums, np.asarray(np.bincount(places, made, len(of)))
    repeats = units.repeats[of]
    scaled = sums if (repeats == 1).all() else sums.multiply(repeats[:, None]).tocsr()
    both = (sums.T @ scaled).toarray()
    cross = sums.T @ (repeats * made)
    squares = both - np.outer(cross, share) - np.outer(share, cross)
    squares += np.outer(share, share) * float((repeats * made**2).sum())
    return corrected(squares, units.total)


def _held_by_touchpoint(evidence: Evidence, weights: Array, held: Array) -> Any:
    """Return what the touchpoints of each converted journey get, sparse (c, k+1); the last none."""
    from scipy.sparse import csr_array

    k, part = evidence.k, evidence.converted
    lengths = segments.lengths_of(part.offsets)
    codes, given, bounds = part.codes, weights * np.repeat(held, lengths), part.offsets
    empty = np.flatnonzero(lengths == 0)
    if len(empty):
        places = part.offsets[empty]
        codes, given = np.insert(codes, places, k), np.insert(given, places, held[empty])
        bounds = segments.offsets_of(np.maximum(lengths, 1))
    sums = csr_array((given, codes, bounds), shape=(len(lengths), k + 1), copy=True)
    sums.eliminate_zeros()
    sums.sum_duplicates()
    return sums
