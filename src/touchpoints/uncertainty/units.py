"""Units of dependence: journeys, persons, or the values of a per-journey column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes
from touchpoints._core.checks import public
from touchpoints._core.columns import label_codes
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys

_FEW_DRAWS = 8


@attrs.frozen(eq=False, kw_only=True)
class Units:
    """The units that are independent of each other and are resampled as a whole.

    Attributes
    ----------
    unit : str
        ``"person"``, ``"journey"`` or the name of a per-journey column.
    of : int64 (n,)
        The unit of each row, an index into ``repeats``.
    repeats : int64 (g,)
        The number of identical units: the count of the row where each of its journeys is a unit,
        else 1; 0 where the unit has no real journey.
    within : int64 (n,)
        The number of real journeys of each row in one of these units.
    """

    unit: str
    of: Array
    repeats: Array
    within: Array

    def facts(self, *, chosen: Array | None = None) -> dict[str, Any]:
        """Return what a table with intervals says of them, by the names of its fields.

        ``chosen`` are the rows of the journeys that the table is about; all by default.
        """
        if self.unit != "person":
            return {"unit": self.unit}
        of, within = self.of, self.within
        if chosen is not None:
            of, within = of[chosen], within[chosen]
        sizes = np.bincount(of, within, len(self.repeats))
        found = ClusterSizes.of(sizes, self.repeats)
        effective = float(found.effective()[0])
        return {"unit": self.unit, "persons": int(found.units[0]), "effective": effective}

    def facts_of_fewest(self, labels: Array) -> dict[str, Any]:
        """Return the facts of the group with the fewest effective persons, of labels (n,)."""
        groups = [np.flatnonzero(labels == one) for one in range(int(labels.max(initial=-1)) + 1)]
        found = [self.facts(chosen=rows) for rows in groups if len(rows)]
        return min(found, key=lambda one: one.get("effective", np.inf), default={"unit": self.unit})

    @property
    def total(self) -> int:
        """The number of units."""
        return int(self.repeats.sum())


@public
def units_of(journeys: Journeys, unit: str | None) -> Units:
    """Return the units of dependence: the journeys of each person, or of each value of a column.

    By default (None) the unit is the person where the journeys have persons, else the journey.
    Each journey of a row without a person (or without a value) is a unit.
    """
    checked_journeys(journeys)
    if unit is None:
        unit = "journey" if journeys.persons is None else "person"
    if unit == "journey":
        rows, counts = np.arange(len(journeys)), journeys.counts
        return Units(unit=unit, of=rows, repeats=counts, within=np.ones_like(counts))
    codes = _unit_codes(journeys, unit)
    known = np.flatnonzero(codes >= 0)
    alone = np.flatnonzero(codes < 0)
    size = int(codes.max(initial=-1)) + 1
    of = codes.astype(np.int64)
    of[alone] = size + np.arange(len(alone))
    people = np.bincount(codes[known], journeys.counts[known].astype(np.float64), size) > 0
    within = journeys.counts.copy()
    within[alone] = 1
    repeats = np.concatenate([people.astype(np.int64), journeys.counts[alone]])
    return Units(unit=unit, of=of, repeats=repeats, within=within)


def missing_persons(journeys: Journeys) -> Array:
    """Return which journeys are of nobody known, bool (n,)."""
    if journeys.persons is None:
        return np.ones(len(journeys), dtype=bool)
    return label_codes(journeys.persons) < 0


def resampling_counts(repeats: Array, rng: np.random.Generator) -> Callable[[], Array]:
    """Return a function that resamples all units with replacement: the draws of each, int64 (g,).

    Each call draws ``repeats.sum()`` units.
    """
    alive, size, total = np.flatnonzero(repeats), len(repeats), int(repeats.sum())
    if not total:
        return lambda: np.zeros(size, dtype=np.int64)
    if total == size == len(alive):
        return lambda: np.bincount(rng.integers(0, total, total), minlength=size)
    if total <= _FEW_DRAWS * len(alive):
        urn = np.repeat(alive, repeats[alive])
        return lambda: np.bincount(urn[rng.integers(0, total, total)], minlength=size)
    shares = repeats[alive] / total

    def draw() -> Array:
        drawn = np.zeros(size, dtype=np.int64)
        drawn[alive] = rng.multinomial(total, shares)
        return drawn

    return draw


def _unit_codes(journeys: Journeys, unit: str) -> Array:
    """Return the unit of each row, -1 where each of its journeys is a unit."""
    if unit == "person":
        if journeys.persons is None:
            raise InvalidInputError(
                "these journeys have no persons",
                mend="read the log with person=, or resample journeys with unit='journey'",
            )
        return label_codes(journeys.persons)
    if unit not in journeys.per_journey:
        choices = ("person", "journey", *journeys.per_journey)
        raise not_found("per-journey column", unit, choices, where="given as unit=")
    kept = journeys.per_journey[unit]
    return kept.codes if isinstance(kept, Coded) else label_codes(kept)
