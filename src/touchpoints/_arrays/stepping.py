"""Where journeys are so many steps before or behind a row of theirs."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._frozen import Array

NOWHERE = -1


@attrs.frozen(eq=False, kw_only=True)
class Aligned:
    """Journeys laid side by side.

    Attributes
    ----------
    codes : int32 (m,)
        The touchpoint of each row.
    firsts, stops : int64 (a,)
        Journey i owns the rows ``firsts[i]:stops[i]``.
    zeros : int64 (a,)
        The row at step 0; it may lie just outside the journey.
    begins, ends : integers (a,)
        What stands, once, before the first row of each journey and behind its last.
    """

    codes: Array
    firsts: Array
    stops: Array
    zeros: Array
    begins: Array
    ends: Array

    def at(self, step: int) -> Array:
        """Return the code of each journey at a step, int64 (a,); -1 where it is long over."""
        rows = self.zeros + step
        states = np.full(len(rows), NOWHERE, dtype=np.int64)
        inside = (rows >= self.firsts) & (rows < self.stops)
        states[inside] = self.codes[rows[inside]]
        before = rows == self.firsts - 1
        states[before] = self.begins[before]
        behind = rows == self.stops
        states[behind] = self.ends[behind]
        return states
