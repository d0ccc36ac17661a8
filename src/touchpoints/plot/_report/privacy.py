"""What a report of few people leaves out: touchpoints that hardly anybody met, and small rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array, FrozenMap
from touchpoints._core.messages import counted
from touchpoints._core.tables import Table, stored_columns
from touchpoints.errors import InvalidInputError
from touchpoints.experience import (
    Assessments,
    ControlChart,
    EmotionCurve,
    Improvements,
    JourneyMap,
    MapStages,
    MapTouchpoints,
    NeedCoverage,
    Scorecard,
    suppress,
)
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.relabelling import relabel
from touchpoints.paths import MedianTimeTo, TimeTo
from touchpoints.plot._report.contents import Contents, without_few
from touchpoints.uncertainty import units_of

T = TypeVar("T", bound=Table)

_PARTS = ("touchpoints", "flows", "stages", "terms")
_OF_SCORES = ("valence", "score", "satisfied", "dissatisfied")


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


def require_people(journeys: Journeys, *, k: int) -> None:
    """Raise where the journeys are of fewer than ``k`` people."""
    units = units_of(journeys, None)
    people = int(units.repeats[np.unique(units.of[journeys.counts > 0])].sum())
    if people < k:
        raise InvalidInputError(
            f"the journeys are of {counted(people, 'person')}, fewer than k={k}",
            mend="report more journeys, or ask for a smaller k if the report stays with you",
        )


def safe(record: Any, *, k: int | None) -> Any:
    """Return a record without what it says of fewer than ``k`` people.

    Where a record counts journeys, interactions or answers and no people, those are compared; a
    record without counts stays as it is.
    """
    if k is None or record is None:
        return record
    special = _SPECIAL.get(type(record))
    return special(record, k=k) if special is not None else _without_few(record, k=k)


def _without_few(record: Any, *, k: int, columns: tuple[str | None, ...] = (None,)) -> Any:
    """Return a record without the rows of few, by each of its columns of counts in turn."""
    for count in columns:
        for of in (None, "journeys", "interactions"):
            try:
                record = suppress(record, k=k, of=of, count=count).table
            except InvalidInputError:
                continue
            break
    return record


def _of_answers(record: Any, *, k: int) -> Any:
    """Leave out rows with few interactions, or with few answers."""
    return _without_few(record, k=k, columns=(None, "answers"))


def _without_scores(record: Any, *, k: int) -> Any:
    """Leave out rows of few, and in the others scores that few gave."""
    kept = _without_few(record, k=k)
    few = (kept.answers > 0) & (kept.answers < k)
    scores = {
        name: np.where(few, np.nan, getattr(kept, name))
        for name in kept.column_names()
        if name.startswith(_OF_SCORES)
    }
    return attrs.evolve(kept, **scores, answers=np.where(few, 0, kept.answers))


def _safe_needs(record: NeedCoverage, *, k: int) -> NeedCoverage:
    """Leave out cells of few, and where needs come from if that is said of few."""
    kept = _without_few(record, k=k)
    sources = (kept.from_data, kept.from_rule, kept.from_default)
    if any(bool(((one > 0) & (one < k)).any()) for one in sources if one is not None):
        kept = attrs.evolve(kept, from_data=None, from_rule=None, from_default=None)
    found: NeedCoverage = kept
    return found


def _safe_advice(record: Improvements, *, k: int) -> Improvements:
    """Leave out findings with which little is at stake."""
    return _rows(record, ~((record.stake > 0) & (record.stake < k)))


def _safe_chart(record: ControlChart, *, k: int) -> ControlChart:
    """Leave gaps where periods have few journeys."""
    few = (record.n > 0) & (record.n < k)
    value, low, high = (
        np.where(few, np.nan, one) for one in (record.value, record.low, record.high)
    )
    signal, n = np.where(few, "", record.signal), np.where(few, 0, record.n)
    return attrs.evolve(record, value=value, low=low, high=high, signal=signal, n=n)


def _safe_median(record: MedianTimeTo, *, k: int) -> MedianTimeTo:
    """Leave out a median of few events."""
    return _rows(record, record.events >= k)


def _coarser(record: TimeTo, *, k: int) -> TimeTo:
    """Join neighbouring times, so that no step of the curve is of few people.

    A row has at least ``k`` journeys at risk; its events, and what was censored since the row
    before, are none or at least ``k``. What remains at the end is left out.
    """
    ends, starts, first = [], [], 0
    events = censored = 0
    for row, (new, gone) in enumerate(
        zip(record.events.tolist(), record.censored.tolist(), strict=True)
    ):
        events, censored = events + new, censored + gone
        whole = all(not number or number >= k for number in (events, censored))
        if whole and events + censored and record.at_risk[first] >= k:
            starts.append(first)
            ends.append(row)
            first, events, censored = row + 1, 0, 0
    bounds = np.array(starts, dtype=np.int64)
    kept = _rows(record, np.isin(np.arange(len(record)), ends))
    totals = [
        np.array([one[a : b + 1].sum() for a, b in zip(starts, ends, strict=True)], dtype=np.int64)
        for one in (record.events, record.censored)
    ]
    return attrs.evolve(kept, events=totals[0], censored=totals[1], at_risk=record.at_risk[bounds])


def _rows(record: T, kept: Array) -> T:
    """Return a record of some of its rows."""
    columns: Any = {name: values[kept] for name, values in stored_columns(record).items()}
    return attrs.evolve(record, **columns)  # type: ignore[misc]  # every table is an attrs class


def _safe_map(record: JourneyMap, *, k: int) -> JourneyMap:
    tables = {name: safe(getattr(record, name), k=k) for name in _PARTS}
    kept = set(tables["touchpoints"].touchpoint.tolist())
    flows = tables["flows"]
    inside = [
        source in kept and target in kept
        for source, target in zip(flows.source.tolist(), flows.target.tolist(), strict=True)
    ]
    return attrs.evolve(record, **tables | {"flows": _rows(flows, np.array(inside, dtype=bool))})


_KINDS: dict[type, Callable[..., Any]] = {
    JourneyMap: _safe_map,
    MapTouchpoints: _without_scores,
    MapStages: _without_scores,
    Scorecard: _without_scores,
    Assessments: _of_answers,
    EmotionCurve: _of_answers,
    Improvements: _safe_advice,
    NeedCoverage: _safe_needs,
    Contents: without_few,
    ControlChart: _safe_chart,
    MedianTimeTo: _safe_median,
    TimeTo: _coarser,
}
_SPECIAL: Mapping[type, Callable[..., Any]] = FrozenMap(_KINDS)
"""How records are made safe of which rows of few people are not all, by their kind."""
