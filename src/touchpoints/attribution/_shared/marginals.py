"""What each path loses without one of its interactions."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sequences.shortened import shortened
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.attribution._shared.splitting import normalised
from touchpoints.journeys.tie_breaking import variants_of


@attrs.frozen(eq=False, kw_only=True)
class Marginals:
    """The distinct paths of journeys, and which of them are one of them without an interaction.

    Attributes
    ----------
    variants : int64 (n,)
        The distinct path of each journey.
    offsets : int64 (v+1,)
        Where each distinct path begins among the interactions of all of them.
    without : int64 (s,)
        The path without each of these interactions; v where nobody took it.
    rows : int64 (m,)
        Which of these each interaction of a journey is.
    """

    variants: Array
    offsets: Array
    without: Array
    rows: Array

    @classmethod
    def of(cls, evidence: Evidence) -> Marginals:
        """Return those of the journeys that models read."""
        found = variants_of(evidence.journeys)
        return cls(
            variants=found.of,
            offsets=found.offsets,
            without=shortened(found.codes, found.offsets, evidence.k),
            rows=segments.rows_of(found.offsets, found.of),
        )

    def weights(self, conversions: Array, counts: Array) -> Array:
        """Return weights of all interactions, which sum to 1 over each journey, float64 (m,).

        Parameters
        ----------
        conversions, counts : float64 (n,)
            How many of the journeys of each row reached the outcome, and how many there are.
        """
        size = len(self.offsets) - 1
        hits, tried = (np.bincount(self.variants, one, size) for one in (conversions, counts))
        rates = np.append(np.divide(hits, tried, out=np.zeros(size), where=tried > 0), 0.0)
        lengths = segments.lengths_of(self.offsets)
        gained = np.maximum(np.repeat(rates[:-1], lengths) - rates[self.without], 0.0)
        none = np.repeat(segments.sum_by_segment(gained, self.offsets) <= 0, lengths)
        gained = normalised(np.where(none, 1.0, gained), self.offsets)
        return np.asarray(gained[self.rows])
