"""How near many sequences are to one."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array

_CELLS = 1 << 22


def common_lengths(codes: Array, offsets: Array, fits: Array) -> Array:
    """Return the length of each segment's longest common subsequence with an ideal, int64 (n,).

    Parameters
    ----------
    fits : bool (p, k)
        Which codes fit each place of the ideal.

    Notes
    -----
    One row of the usual table at a time, for all segments at once; O(p × m).
    """
    return _swept(codes, offsets, fits, edit=False)


def edit_distances(codes: Array, offsets: Array, fits: Array) -> Array:
    """Return how many insertions, deletions and substitutions part each segment from an ideal."""
    return _swept(codes, offsets, fits, edit=True)


def _swept(codes: Array, offsets: Array, fits: Array, *, edit: bool) -> Array:
    answer = np.zeros(len(offsets) - 1, dtype=np.int64)
    order = np.argsort(-lengths_of(offsets), kind="stable")
    block = max(1, _CELLS // (len(fits) + 1))
    for start in range(0, len(order), block):
        chosen = order[start : start + block]
        answer[chosen] = _block(codes, offsets, fits, chosen=chosen, edit=edit)
    return answer


def _block(codes: Array, offsets: Array, fits: Array, *, chosen: Array, edit: bool) -> Array:
    """Return the answers for some segments, the longest first."""
    lengths = lengths_of(offsets)[chosen]
    places = np.arange(len(fits) + 1)
    table = np.zeros((len(chosen), len(places)), dtype=np.int64)
    if edit:
        table += places
    for step in range(int(lengths.max(initial=0))):
        active = int(np.searchsorted(-lengths, -step, side="left"))
        here = codes[offsets[:-1][chosen[:active]] + step]
        match = fits.T[here]
        above, beside = table[:active, 1:], table[:active, :-1]
        if edit:
            best = np.minimum(above + 1, beside + ~match)
            table[:active, 1:] = best
            table[:active, 0] = step + 1
            table[:active] = np.minimum.accumulate(table[:active] - places, axis=1) + places
        else:
            best = np.maximum(above, beside + match)
            table[:active, 1:] = np.maximum.accumulate(best, axis=1)
    return table[:, -1]
