"""What is independent of what: journeys, persons, or whatever a column names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes
from touchpoints._core.frozen import Array, Coded, is_missing
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys

_FEW_DRAWS = 8


@attrs.frozen(eq=False, kw_only=True)
class Units:
    """What is drawn as a whole.

    Attributes
    ----------
    unit : str
        ``"person"``, ``"journey"`` or the name of a per-journey column.
    of : int64 (n,)
        The cluster of each row.
    repeats : int64 (g,)
        How many units are alike: the count of a row whose journeys are units of their own,
        else 1; 0 where no real journey is.
    within : int64 (n,)
        How many real journeys each row is in one such cluster.
    """

    unit: str
    of: Array
    repeats: Array
    within: Array

    def facts(self) -> dict[str, Any]:
        """Return what a table with intervals says of them, by the names of its fields."""
        if self.unit != "person":
            return {"unit": self.unit}
        sizes = np.bincount(self.of, self.within, len(self.repeats))
        found = ClusterSizes.of(sizes, self.repeats)
        effective = float(found.effective()[0])
        return {"unit": self.unit, "persons": int(found.units[0]), "effective": effective}

    @property
    def total(self) -> int:
        """How many units there are."""
        return int(self.repeats.sum())


def units_of(journeys: Journeys, unit: str | None) -> Units:
    """Return what journeys belong together: those of a person, or of a value of a column.

    By default persons where there are any, else each journey by itself. A row without a person
    (or without a value) stands for journeys that have nothing to do with each other.
    """
    checked_journeys(journeys)
    if unit is None:
        unit = "journey" if journeys.persons is None else "person"
    if unit == "journey":
        alone, counts = np.arange(len(journeys)), journeys.counts
        return Units(unit=unit, of=alone, repeats=counts, within=np.ones_like(counts))
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


def redrawing(repeats: Array, rng: np.random.Generator) -> Callable[[], Array]:
    """Return a function that draws as many units as there are with replacement, int64 (g,)."""
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
    """Return the unit of each row, -1 where its journeys are units of their own."""
    if unit == "person":
        if journeys.persons is None:
            raise InvalidInputError(
                "these journeys have no persons",
                mend="read the log with person=, or draw journeys with unit='journey'",
            )
        return _codes_of(journeys.persons)
    if unit not in journeys.per_journey:
        choices = ("person", "journey", *journeys.per_journey)
        raise not_found("per-journey column", unit, choices, where="asked for as unit")
    kept = journeys.per_journey[unit]
    return kept.codes if isinstance(kept, Coded) else _codes_of(kept)


def _codes_of(values: Array) -> Array:
    if values.dtype == object:
        known: dict[Any, int] = {}
        numbers = [
            -1 if is_missing(one) else known.setdefault(one, len(known)) for one in values.tolist()
        ]
        return np.array(numbers, dtype=np.int64)
    _, codes = np.unique(values, return_inverse=True)
    missing = values != values
    return np.where(missing, -1, codes)
