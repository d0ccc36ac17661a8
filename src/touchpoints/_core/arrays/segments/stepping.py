"""Where journeys are so many steps before or behind a row of theirs."""

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
    """Journeys laid side by side, step 0 at a row of each.

    Attributes
    ----------
    codes : int32 (m,)
        The touchpoint of each row.
    offsets : int64 (n + 1,)
        The rows of all journeys, laid out or not.
    chosen : int64 (a,)
        Those that are laid out.
    zeros : int64 (a,)
        The row at step 0; it may lie just outside the journey.
    first, stop : int32 (a,)
        Journey i has rows at the steps ``first[i]`` to ``stop[i] - 1``.
    begins, ends : int32 (a,)
        What stands, once, before the first row of each journey and behind its last.
    nowhere : int
        What stands where a journey is long over, or far from begun.
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
        """Return how many journeys are at what in each step, int64 (s, nowhere + 1).

        Every row is given its step, which costs less than to look up the row of each step.
        """
        size = self.nowhere + 1
        filled = np.flatnonzero(self.offsets[1:] > self.offsets[:-1])
        first = np.full(len(self.offsets) - 1, _FAR, dtype=np.int32)
        first[self.chosen] = self.first
        rows = np.append(self.offsets[:-1][filled], self.offsets[-1])
        count = partial(self._of_rows, steps, rows, first[filled])
        calls = [partial(count, span) for span in spans(len(filled))]
        totals: Array = np.sum(in_threads(calls), axis=0)[: len(steps) * size]
        for place, codes in ((self.first - 1, self.begins), (self.stop, self.ends)):
            inside = np.flatnonzero((place >= steps.start) & (place < steps.stop))
            keys = (place[inside] - steps.start) * size + codes[inside]
            totals += np.bincount(keys, minlength=len(totals))
        table = totals.reshape(len(steps), size)
        table[:, self.nowhere] = len(self.chosen) - table.sum(axis=1)
        return table

    def _of_rows(self, steps: range, rows: Array, first: Array, span: slice) -> Array:
        """Count the rows of some journeys with rows by step and code; steps not asked for last."""
        size, many = self.nowhere + 1, np.uint32(len(steps))
        totals = np.zeros((len(steps) + 1) * size, dtype=np.int64)
        for low in range(span.start, span.stop, _BLOCK):
            bounds = rows[low : min(low + _BLOCK, span.stop) + 1]
            begun = first[low : low + len(bounds) - 1]
            moves = np.ones(int(bounds[-1] - bounds[0]), dtype=np.int32)
            moves[bounds[:-1] - bounds[0]] = begun
            lengths = np.diff(bounds[:-1]).astype(np.int32)
            moves[bounds[1:-1] - bounds[0]] -= begun[:-1] + lengths - 1
            key = np.cumsum(moves, dtype=np.int32)  # with out= no other thread could work meanwhile
            key -= steps.start
            key = np.minimum(key.view(np.uint32), many)  # what is below 0 is far above
            key *= np.uint32(size)
            key += self.codes[bounds[0] : bounds[-1]].view(np.uint32)
            totals += np.bincount(key, minlength=len(totals))
        return totals

    def states(self, steps: range) -> Iterator[Array]:
        """Yield what each journey is at in some steps at a time, int32 (s, a)."""
        for place in range(0, len(steps), _STEPS):
            some = steps[place : place + _STEPS]
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
    """Lay journeys side by side.

    Parameters
    ----------
    rows
        Codes (m,), offsets (n + 1,), and the row at step 0 of each journey, int64 (n,).
    chosen : int64 (a,)
        Which journeys to lay out, rising.
    terminals : two of int32 (n,)
        What stands before the first row of each journey and behind its last.
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
