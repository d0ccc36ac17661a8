"""The journeys that a figure draws one by one, where there are more than it can show."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.frozen import Array
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.sampling import sample
from touchpoints.plot._shared.look import Look


@attrs.frozen(kw_only=True, eq=False)
class Sampled:
    """Journeys that are drawn, a row of the figure each.

    Attributes
    ----------
    journeys : Journeys
        The journeys of which rows are.
    rows : int64 (r,)
        The journey of each row, by its position; one that stands for several has several rows.
    total : int
        The number of journeys there are.
    """

    journeys: Journeys
    rows: Array
    total: int

    def note(self, look: Look) -> str:
        """Return how many of how many journeys are drawn."""
        whole = look.numerals.whole
        if len(self.rows) >= self.total:
            return look.say("drawn.every", n=whole(self.total))
        return look.say("drawn.sample", shown=whole(len(self.rows)), all=whole(self.total))


def sampled(journeys: Journeys, *, most: int, seed: int) -> Sampled:
    """Return at most ``most`` journeys, drawn at random; all of them where there are no more."""
    checked_journeys(journeys)
    checks.whole("max_journeys", most)
    checks.seed(seed)
    total = int(journeys.counts.sum())
    chosen = journeys if total <= most else sample(journeys, most, seed=seed)
    rows = np.repeat(np.arange(len(chosen), dtype=np.int64), chosen.counts)
    return Sampled(journeys=chosen, rows=rows, total=total)
