"""Selection of rows by their codes, and the segments of selected rows."""

from __future__ import annotations

from functools import partial

import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_FEW = 3
_BLOCK = 1 << 16
_DENSE = 16


def flags_where(codes: Array, mask: Array) -> Array:
    """Return whether the code of each row is in the mask, bool (m,).

    Parameters
    ----------
    codes : int32 (m,) in ``range(len(mask))``
    mask : bool (k,)
    """
    flags = np.empty(len(codes), dtype=bool)
    wanted = np.flatnonzero(mask).tolist()

    def fill(span: slice) -> None:
        write_flags(codes[span], mask, wanted, flags[span])

    in_threads([partial(fill, span) for span in spans(len(codes))])
    return flags


def rows_where(codes: Array, mask: Array) -> Array:
    """Return the rows whose code is in the mask, int64, sorted."""
    wanted = np.flatnonzero(mask).tolist()
    if not wanted:
        return np.empty(0, dtype=np.int64)

    def find(span: slice) -> Array:
        found = []
        room = np.empty(_BLOCK, dtype=bool)
        for start in range(span.start, span.stop, _BLOCK):
            part = codes[start : min(start + _BLOCK, span.stop)]
            flags = room[: len(part)]
            write_flags(part, mask, wanted, flags)
            found.append(np.flatnonzero(flags) + start)
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    return np.concatenate(in_threads([partial(find, span) for span in spans(len(codes))]))


def write_flags(codes: Array, mask: Array, wanted: list[int], flags: Array) -> None:
    """Write whether each code is wanted; for a few codes, comparing is faster than a lookup."""
    if len(wanted) > _FEW or not len(mask):
        flags[:] = mask.take(codes) if len(mask) else False
        return
    if not wanted:
        flags[:] = False
        return
    np.equal(codes, wanted[0], out=flags)
    for code in wanted[1:]:
        flags |= codes == code


def owners_at(offsets: Array, rows: Array) -> Array:
    """Return the segment of each of some rows, int64 (r,); fastest for sorted rows."""
    if len(rows) * _DENSE < int(offsets[-1] - offsets[0]):
        return np.searchsorted(offsets, rows, side="right") - 1
    owners: Array = owners_of(offsets)[rows - offsets[0]].astype(np.int64)
    return owners
