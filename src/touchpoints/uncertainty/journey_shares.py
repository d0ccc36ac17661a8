"""Shares of journeys, with Wilson intervals that account for several journeys per person."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.frozen import Array
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.ratios import share_of
from touchpoints.uncertainty.shares import wilson
from touchpoints.uncertainty.units import units_of


@attrs.frozen(kw_only=True)
class Share:
    """A share of journeys.

    Attributes
    ----------
    hits, trials
        The number of journeys that are counted as hits, and the number of all of them.
    share, low, high
        The share in [0, 1] and the ends of its interval; nan without trials.
    behind
        How many units of equal weight have the hits, or the misses if those are fewer;
        infinite as for shares of cells.
    """

    hits: int
    trials: int
    share: float
    low: float
    high: float
    behind: float = np.inf


class JourneyShares:
    """Shares of a set of journeys, with Wilson intervals; the units are prepared once for all.

    The intervals use an effective number of trials: journeys of one person are not independent, so
    the number of journeys is divided by the design effect of the persons, estimated by leaving out
    one person at a time, with t instead of z where there are few persons.
    """

    def __init__(self, journeys: Journeys, *, level: float = 0.95) -> None:
        self.counts = journeys.counts
        self._plain = bool((journeys.counts == 1).all())
        self.level = checks.level(level)
        self.units = None if journeys.persons is None else units_of(journeys, None)

    def facts(self) -> dict[str, Any]:
        """Return what a table with intervals says of the units."""
        return {"unit": "journey"} if self.units is None else self.units.facts()

    @property
    def unit(self) -> str:
        """The unit that is taken to be independent: ``"person"`` or ``"journey"``."""
        return "journey" if self.units is None else self.units.unit

    def of(self, hits: Array, *, among: Array | None = None) -> Share:
        """Return the share of ``hits``, bool (n,), among all journeys or those of a bool mask."""
        among = np.ones(len(self.counts), dtype=bool) if among is None else among
        hits = hits & among
        done, tried = self.number(hits), self.number(among)
        if not tried:
            return Share(hits=0, trials=0, share=np.nan, low=np.nan, high=np.nan)
        if self.units is None:
            low, high = wilson(done, tried, level=self.level)
            return Share(hits=done, trials=tried, share=done / tried, low=low, high=high)
        found = share_of(
            self.units, hits.astype(np.float64), among.astype(np.float64), level=self.level
        )
        return Share(
            hits=done,
            trials=tried,
            share=done / tried,
            low=found.low,
            high=found.high,
            behind=found.behind,
        )

    def number(self, chosen: Array) -> int:
        """Return the number of journeys in a mask, bool (n,)."""
        return int(np.count_nonzero(chosen) if self._plain else self.counts[chosen].sum())
