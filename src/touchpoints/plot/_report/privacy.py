"""What a report of few people leaves out: touchpoints that hardly anybody met, and small rows."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError
from touchpoints.experience import JourneyMap, suppress
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.relabelling import relabel
from touchpoints.uncertainty import units_of

_PARTS = ("touchpoints", "flows", "stages", "terms")


def without_rare(journeys: Journeys, *, k: int, label: str) -> tuple[Journeys, int]:
    """Return journeys in which touchpoints of fewer than ``k`` people are one, and how many are.

    Where these together have fewer than ``k`` people, the next rare ones join them.
    """
    people = _people(journeys)
    codes = [int(code) for code in np.argsort(people, kind="stable") if people[code] > 0]
    rare = [code for code in codes if people[code] < k]
    if not rare:
        return journeys, 0
    while True:
        names = {journeys.touchpoints[code].key: label for code in rare}
        merged = relabel(journeys, names)
        together = _people(merged)[[one.key for one in merged.touchpoints].index(label)]
        if together >= k or len(rare) == len(codes):
            return merged, len(rare)
        rare = codes[: len(rare) + 1]


def _people(journeys: Journeys) -> Array:
    """Return how many people (journeys where nobody is known) met each touchpoint."""
    units, size = units_of(journeys, None), max(len(journeys.touchpoints), 1)
    owners = owners_of(journeys.offsets)
    rows = np.flatnonzero(journeys.counts[owners] > 0)
    pairs = runs(units.of[owners[rows]].astype(np.int64) * size + journeys.codes[rows])[0]
    return np.bincount(pairs % size, units.repeats[pairs // size].astype(np.float64), size)


def safe(record: Any, *, k: int | None) -> Any:
    """Return a record without the rows of fewer than ``k`` people.

    Where a record counts journeys or interactions and no people, those are compared; a record
    without counts stays as it is.
    """
    if k is None:
        return record
    if isinstance(record, JourneyMap):
        return _safe_map(record, k=k)
    for of in (None, "journeys", "interactions"):
        try:
            return suppress(record, k=k, of=of).table
        except InvalidInputError:
            continue
    return record


def _safe_map(record: JourneyMap, *, k: int) -> JourneyMap:
    tables = {name: safe(getattr(record, name), k=k) for name in _PARTS}
    kept = set(tables["touchpoints"].touchpoint.tolist())
    flows = tables["flows"]
    inside = [
        source in kept and target in kept
        for source, target in zip(flows.source.tolist(), flows.target.tolist(), strict=True)
    ]
    rows = np.flatnonzero(np.array(inside, dtype=bool))
    columns = {name: getattr(flows, name)[rows] for name in flows.column_names()}
    return attrs.evolve(record, **tables | {"flows": attrs.evolve(flows, **columns)})
