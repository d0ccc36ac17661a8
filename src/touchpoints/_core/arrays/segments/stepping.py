"""Step matrices: journeys aligned at a row, and their touchpoint at each step before and after."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_BLOCK = 1 << 14
_STEPS = 16
_FAR = -(2**30)


@attrs.frozen(eq=False, kw_only=True)
class Aligned:
    """Journeys aligned so that step 0 is at one row of each journey.

    Attributes
    ----------
    codes : int32 (m,)
        The touchpoint of each row.
    offsets : int64 (n + 1,)
        The offsets of all journeys, aligned or not.
    chosen : int64 (a,)
        The aligned journeys.
    zeros : int64 (a,)
        The row at step 0; it may lie just outside the journey.
    first, stop : int32 (a,)
        Journey i has rows at the steps ``first[i]`` to ``stop[i] - 1``.
    begins, ends : int32 (a,)
        The code at the one step before the first row of each journey, and at the one step after
        its last row.
    nowhere : int
        The code at all steps further before or after the journey.
    """

    codes: Array
    offsets: Array
    chosen: Array
    zeros: Array
    first: Array
    stop: Array
    begins: Array
    ends: Array
    nowhere: int

    def totals(self, steps: range) -> Array:
        """Return the number of journeys by step and code, int64 (s, nowhere + 1).

        The step of every row is computed, which costs less than looking up the row of every step.
        """
        size = self.nowhere + 1
        filled = np.flatnonzero(self.offsets[1:] > self.offsets[:-1])
        first = np.full(len(self.offsets) - 1, _FAR, dtype=np.int32)
        first[self.chosen] = self.first
        rows = np.append(self.offsets[:-1][filled], self.offsets[-1])
        count = partial(self._of_rows, steps, rows, first[filled])
        calls = [partial(count, span) for span in spans(len(filled))]
        totals: Array = np.sum(in_threads(calls), axis=0)[: len(steps) * size]
        for step, codes in ((self.first - 1, self.begins), (self.stop, self.ends)):
            inside = np.flatnonzero((step >= steps.start) & (step < steps.stop))
            keys = (step[inside] - steps.start) * size + codes[inside]
            totals += np.bincount(keys, minlength=len(totals))
        table = totals.reshape(len(steps), size)
        table[:, self.nowhere] = len(self.chosen) - table.sum(axis=1)
        return table

    def _of_rows(self, steps: range, rows: Array, first: Array, span: slice) -> Array:
        """Count the rows of a span of journeys by step and code; all other steps count last."""
        size, many = self.nowhere + 1, np.uint32(len(steps))
        totals = np.zeros((len(steps) + 1) * size, dtype=np.int64)
        for low in range(span.start, span.stop, _BLOCK):
            bounds = rows[low : min(low + _BLOCK, span.stop) + 1]
            begun = first[low : low + len(bounds) - 1]
            moves = np.ones(int(bounds[-1] - bounds[0]), dtype=np.int32)
            moves[bounds[:-1] - bounds[0]] = begun
            lengths = np.diff(bounds[:-1]).astype(np.int32)
            moves[bounds[1:-1] - bounds[0]] -= begun[:-1] + lengths - 1
            key = np.cumsum(moves, dtype=np.int32)  # out= would not release the GIL
            key -= steps.start
            key = np.minimum(key.view(np.uint32), many)  # negative numbers wrap to large ones
            key *= np.uint32(size)
            key += self.codes[bounds[0] : bounds[-1]].view(np.uint32)
            totals += np.bincount(key, minlength=len(totals))
        return totals

    def states(self, steps: range) -> Iterator[Array]:
        """Yield the code of each journey at each step, int32 (s, a), a few steps at a time."""
        for start in range(0, len(steps), _STEPS):
            some = steps[start : start + _STEPS]
            table = np.full((len(some), len(self.zeros)), self.nowhere, dtype=np.int32)
            calls = [
                partial(self._fill, table, some, span)
                for span in spans(len(self.zeros), size=_BLOCK)
            ]
            in_threads(calls)
            yield table

    def _fill(self, table: Array, steps: range, span: slice) -> None:
        zeros, first, stop = self.zeros[span], self.first[span], self.stop[span]
        for states, step in zip(table[:, span], steps, strict=True):
            inside = stop > step
            inside &= first <= step
            if len(self.codes):
                np.copyto(states, self.codes.take(zeros + step, mode="clip"), where=inside)
            np.copyto(states, self.begins[span], where=first == step + 1)
            np.copyto(states, self.ends[span], where=stop == step)


def aligned(
    rows: tuple[Array, Array, Array],
    chosen: Array,
    terminals: tuple[Array, Array],
    *,
    nowhere: int,
) -> Aligned:
    """Align journeys so that step 0 is at one row of each journey.

    Parameters
    ----------
    rows
        Codes (m,), offsets (n + 1,), and the row at step 0 of each journey, int64 (n,).
    chosen : int64 (a,)
        The journeys to align, sorted.
    terminals : two of int32 (n,)
        The codes before the first row and after the last row of each journey.
    """
    codes, offsets, zeros = rows
    some = slice(None) if len(chosen) == len(zeros) else chosen
    zero = zeros[some]
    return Aligned(
        codes=codes,
        offsets=offsets,
        chosen=chosen,
        zeros=zero,
        first=(offsets[:-1][some] - zero).astype(np.int32),
        stop=(offsets[1:][some] - zero).astype(np.int32),
        begins=terminals[0][some],
        ends=terminals[1][some],
        nowhere=nowhere,
    )
