"""Distances between all pairs of sequences: edits at any costs, and place by place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._frozen import Array

_CELLS = 1 << 15
_TABLE = 1 << 23
_FINEST = 360
_NARROW = 2**14


@attrs.frozen(eq=False)
class Padded:
    """Sequences of codes in a rectangle: ``codes[i, :lengths[i]]`` is sequence i, then -1."""

    codes: Array
    lengths: Array

    def __len__(self) -> int:
        return len(self.lengths)


def padded(codes: Array, offsets: Array) -> Padded:
    """Put segments into a rectangle, int32 (n, longest)."""
    lengths = np.diff(offsets)
    table = np.full((len(lengths), int(lengths.max(initial=0))), -1, dtype=np.int32)
    table[np.arange(table.shape[1]) < lengths[:, None]] = codes
    return Padded(table, lengths)


def positions_that_differ(sequences: Padded) -> Array:
    """Return at how many positions each two sequences differ, float64 (n, n).

    A position that only one of the two has is one that differs.
    """
    size = len(sequences)
    answer = np.zeros((size, size))
    for code in range(sequences.codes.shape[1]):
        column = sequences.codes[:, code]
        answer += column[:, None] != column
    return answer


def cheapest_edits(
    sequences: Padded, costs: Array, *, indel: float, step: Callable[[], None]
) -> Array:
    """Return the cost of the cheapest way from each sequence to each other, float64 (n, n).

    Parameters
    ----------
    costs : float64 (k, k)
        What it costs to put one code in the place of another; symmetric.
    indel
        What it costs to put a code in or to leave one out; above 0.
    step
        Called after each of the `chunk_count` parts of the work.

    Notes
    -----
    With the costs of leaving out and putting in taken off, ``E[i, j] = D[i, j] − (i + j) × indel``,
    both become free: ``E[i, j] = min(E[i-1, j], E[i, j-1], E[i-1, j-1] + cost − 2 × indel)``.
    The cells of one antidiagonal do not depend on each other, so one is worked out at once, for
    one sequence against a chunk of others. Costs that are multiples of a fraction are whole
    numbers in its terms, and sums of them exact. O(n² × longest²).
    """
    scale, dtype = _grid(costs, indel, int(sequences.lengths.max(initial=0)))
    gains = costs * scale - 2 * indel * scale
    gains = (np.rint(gains) if dtype != np.float64 else gains).astype(dtype)
    order = np.argsort(sequences.lengths, kind="stable")
    lengths = sequences.lengths[order]
    ordered = Padded(sequences.codes[order], lengths)
    answer = np.zeros((len(order), len(order)))
    for chunk in _chunks(sequences, len(costs)):
        block = _block(ordered, chunk, gains) / scale
        block += (lengths[: chunk.stop, None] + lengths[chunk]) * indel
        answer[: chunk.stop, chunk] = block
        step()
    upper = np.triu(np.maximum(answer, 0.0), 1)
    full = np.empty_like(answer)
    full[np.ix_(order, order)] = upper + upper.T
    return full


def chunk_count(sequences: Padded, size: int) -> int:
    """Return in how many parts `cheapest_edits` does its work, with ``size`` codes."""
    return len(list(_chunks(sequences, size)))


def _chunks(sequences: Padded, size: int) -> Iterator[slice]:
    """Yield spans of the sequences in order of their lengths."""
    longest = max(int(sequences.lengths.max(initial=0)), 1)
    width = max(16, min(_CELLS // (longest + 1), _TABLE // (longest * max(size, 1))))
    for start in range(0, len(sequences), width):
        yield slice(start, min(start + width, len(sequences)))


def _grid(costs: Array, indel: float, longest: int) -> tuple[int, type[np.generic]]:
    """Return the fraction that all costs are multiples of, and the type that holds their sums."""
    amounts = np.append(np.unique(costs), [indel, 2 * indel])
    largest = 2 * (longest + 1) * float(amounts.max())
    for scale in range(1, _FINEST + 1):
        if largest * scale >= 2**30:
            break
        scaled = amounts * scale
        if np.allclose(scaled, np.rint(scaled), rtol=0, atol=1e-9):
            return scale, np.int16 if largest * scale < _NARROW else np.int32
    return 1, np.float64


def _block(sequences: Padded, chunk: slice, gains: Array) -> Array:
    """Return E at the ends of each sequence up to the chunk's last with each of the chunk."""
    lengths = sequences.lengths[chunk]
    longest, width, size = int(lengths.max()), len(lengths), len(gains)
    answer = np.zeros((chunk.stop, width), dtype=gains.dtype)
    if not longest:
        return answer
    columns = np.maximum(sequences.codes[chunk, :longest], 0).T
    table = gains[:, columns].reshape(size * longest, width)
    buffers = np.zeros((4, longest + 1, width), dtype=gains.dtype)
    ends = np.zeros((longest + 1, width), dtype=gains.dtype)
    across = np.arange(width)
    for place in range(chunk.stop):
        mine = sequences.codes[place, : sequences.lengths[place]].astype(np.int64) * longest
        if len(mine):
            buffers[:3] = 0
            _sweep(mine - np.arange(1, len(mine) + 1), table, buffers, ends)
            answer[place] = ends[lengths, across]
    return answer


def _sweep(starts: Array, table: Array, buffers: Array, ends: Array) -> None:
    """Fill in ``ends[j]``: E of the whole of one sequence and the first j of each other.

    Row ``starts[i - 1] + t - 1`` of the table is what it gains, on antidiagonal t, to match its
    place i with place ``t − i`` of the others.
    """
    rows, longest = len(starts), len(ends) - 1
    oldest, older, now, gained = buffers
    for diagonal in range(2, rows + longest + 1):
        low, high = max(1, diagonal - longest), min(rows, diagonal - 1)
        inside, before = slice(low, high + 1), slice(low - 1, high)
        room = gained[: high - low + 1]
        np.take(table, starts[before] + (diagonal - 1), axis=0, out=room, mode="clip")
        np.add(room, oldest[before], out=room)
        np.minimum(older[before], older[inside], out=now[inside])
        np.minimum(now[inside], room, out=now[inside])
        if diagonal > rows:
            ends[diagonal - rows] = now[rows]
        oldest, older, now = older, now, oldest
