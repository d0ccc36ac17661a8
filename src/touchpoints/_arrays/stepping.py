"""Where journeys are so many steps before or behind a row of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs
import numpy as np

from touchpoints._arrays.threads import in_threads, spans
from touchpoints._frozen import Array

_BLOCK = 1 << 15
_STEPS = 16


@attrs.frozen(eq=False, kw_only=True)
class Aligned:
    """Journeys laid side by side, step 0 at a row of each.

    Attributes
    ----------
    codes : int32 (m,)
        The touchpoint of each row.
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
    zeros: Array
    first: Array
    stop: Array
    begins: Array
    ends: Array
    nowhere: int

    def states(self, steps: range) -> Iterator[Array]:
        """Yield what each journey is at in some steps at a time, int32 (s, a)."""
        for place in range(0, len(steps), _STEPS):
            some = steps[place : place + _STEPS]
            table = np.full((len(some), len(self.zeros)), self.nowhere, dtype=np.int32)
            journeys = spans(len(self.zeros), size=_BLOCK)
            in_threads([partial(self._fill, table, some, span) for span in journeys])
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
