"""Ties broken by the order of keys, so that results do not depend on the order of a log."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of, offsets_of, rows_of
from touchpoints._core.arrays.sequences import Distinct, distinct_sequences
from touchpoints._core.arrays.sequences.lexical import order_by_codes
from touchpoints._core.frozen import Array, text_array
from touchpoints.journeys.model import Journeys


def key_ranks(journeys: Journeys, *, terminals: int = 0) -> Array:
    """Return the rank of each touchpoint in the order of keys, int64 (k + terminals,).

    Parameters
    ----------
    terminals
        The number of terminal nodes, numbered after the touchpoints; they keep the last ranks.

    Notes
    -----
    Touchpoints are numbered in the order of the log, so that their codes change when journeys are
    shuffled, while their keys do not. Keys are ordered by their code points.
    """
    known = journeys.touchpoints
    order = sorted(range(len(known)), key=lambda code: known[code].key)
    ranks = np.arange(len(known) + terminals, dtype=np.int64)
    ranks[order] = np.arange(len(known))
    return ranks


def id_ranks(journeys: Journeys) -> Array:
    """Return the rank of the id of each journey, int64 (n,): integers by size, then text."""
    ids = journeys.ids
    if ids.dtype.kind in "iu":
        return np.unique(ids, return_inverse=True)[1]
    plain = ids.tolist()
    order = sorted(range(len(plain)), key=lambda row: (isinstance(plain[row], str), plain[row]))
    ranks = np.empty(len(plain), dtype=np.int64)
    ranks[order] = np.arange(len(plain))
    return ranks


def keys_of(journeys: Journeys, *terminals: str) -> Array:
    """Return the key of each touchpoint, followed by the names of terminal nodes, object."""
    return text_array([*(touchpoint.key for touchpoint in journeys.touchpoints), *terminals])


def variants_of(journeys: Journeys) -> Distinct:
    """Return the variants of journeys: the distinct sequences, and the variant of each journey."""
    return distinct_sequences(journeys.codes, journeys.offsets, len(journeys.touchpoints))


def frequent_first(
    totals: Array, journeys: Journeys, *, rows: Array, top: int | None = None
) -> Array:
    """Return the positions of the largest totals; ties in the lexicographic order of their keys.

    Parameters
    ----------
    rows : int64 (d,)
        A journey for each total, whose sequence of keys breaks ties.
    top
        The number of positions to return; all by default.

    Raises
    ------
    InvalidInputError
        When ``top`` is not an integer of at least 0.
    """
    top = checks.limit("top", top)
    lengths = lengths_of(journeys.offsets)[rows]
    return order_by_codes(
        -totals,
        journeys.codes[rows_of(journeys.offsets, rows)],
        offsets_of(lengths),
        ranks=key_ranks(journeys),
        top=top,
    )


def variant_keys(journeys: Journeys, rows: Array) -> Array:
    """Return the tuple of keys of each of these journeys, object (d,)."""
    keys = keys_of(journeys)[journeys.codes[rows_of(journeys.offsets, rows)]].tolist()
    bounds = offsets_of(lengths_of(journeys.offsets)[rows]).tolist()
    return text_array([tuple(keys[start:stop]) for start, stop in pairwise(bounds)])
