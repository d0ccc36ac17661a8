"""The order of keys: what decides between equals, so that the order of a log decides nothing."""

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
    """Return the place of each touchpoint in the order of keys, int64 (k + terminals,).

    Parameters
    ----------
    terminals
        How many nodes are numbered behind the touchpoints; they come last, in their order.

    Notes
    -----
    Touchpoints are numbered as the log met them, so their numbers change when journeys are
    shuffled, and their keys do not. Keys are in the order of their code points.
    """
    known = journeys.touchpoints
    order = sorted(range(len(known)), key=lambda code: known[code].key)
    ranks = np.arange(len(known) + terminals, dtype=np.int64)
    ranks[order] = np.arange(len(known))
    return ranks


def keys_of(journeys: Journeys, *terminals: str) -> Array:
    """Return the key of each touchpoint, and the names of what is numbered behind, object."""
    return text_array([*(touchpoint.key for touchpoint in journeys.touchpoints), *terminals])


def variants_of(journeys: Journeys) -> Distinct:
    """Return which journeys have the same touchpoints in the same order."""
    return distinct_sequences(journeys.codes, journeys.offsets, len(journeys.touchpoints))


def frequent_first(
    totals: Array, journeys: Journeys, *, rows: Array, top: int | None = None
) -> Array:
    """Return the places of the largest totals, equal ones in the order of the keys on their way.

    Parameters
    ----------
    rows : int64 (d,)
        A journey for each total: the way it stands for.
    top
        How many to return; all by default.

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


def ways_of(journeys: Journeys, rows: Array) -> Array:
    """Return the keys of each of these journeys, a tuple each, object (d,)."""
    steps = keys_of(journeys)[journeys.codes[rows_of(journeys.offsets, rows)]].tolist()
    bounds = offsets_of(lengths_of(journeys.offsets)[rows]).tolist()
    return text_array([tuple(steps[start:stop]) for start, stop in pairwise(bounds)])
