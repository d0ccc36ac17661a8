"""Journeys without interactions: the cases of a log in which nothing happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, Coded, owned, text_array
from touchpoints.journeys.model import Journeys


def with_empty(
    journeys: Journeys,
    ids: Sequence[str],
    *,
    per_journey: Mapping[str, Coded | Array],
    persons: Coded | Array | None = None,
) -> Journeys:
    """Return journeys with those of the log's cases that have no rows, as empty journeys.

    Parameters
    ----------
    ids
        The ids of all cases in the order of the log, each once; those that are no journey become
        empty ones after the case before them.
    per_journey, persons
        Columns of the cases, of which the empty ones take their values.
    """
    place = {one: row for row, one in enumerate(journeys.ids.tolist())}
    lacking = [row for row, one in enumerate(ids) if one not in place]
    if not lacking:
        return journeys
    after = []
    last = -1
    for one in ids:
        last = max(last, place.get(one, last))
        if one not in place:
            after.append(last)
    n = len(journeys)
    keys = np.concatenate([np.arange(n), np.array(after, dtype=np.int64)])
    order = np.argsort(keys, kind="stable")
    rows = np.array(lacking, dtype=np.int64)
    lengths = np.append(segments.lengths_of(journeys.offsets), np.zeros(len(rows), np.int64))

    def joined(old: Array, new: Any) -> Array:
        added = np.full(len(rows), new, dtype=old.dtype)
        return owned(np.concatenate([old, added])[order])

    named = text_array([*journeys.ids.tolist(), *(ids[row] for row in lacking)])
    until = journeys.observed_until
    return attrs.evolve(
        journeys,
        offsets=owned(np.append(0, np.cumsum(lengths[order]))),
        ids=owned(named[order]),
        persons=_persons(journeys, persons, rows, order),
        counts=joined(journeys.counts, 1),
        began=joined(journeys.began, 1),
        finished=joined(journeys.finished, 1),
        observed_until=None if until is None else joined(until, until.max() if n else "NaT"),
        per_journey={
            name: _longer(one, per_journey.get(name), rows, order)
            for name, one in journeys.per_journey.items()
        },
    )


def _persons(
    journeys: Journeys, persons: Coded | Array | None, rows: Array, order: Array
) -> Array | None:
    if journeys.persons is None:
        return None
    if isinstance(persons, Coded):
        new = persons.take(rows).to_list()
    else:
        known = [] if persons is None else persons[rows].tolist()
        new = [None if one != one else one for one in known] or [None] * len(rows)
    return owned(text_array([*journeys.persons.tolist(), *new])[order])


def _longer(old: Coded | Array, new: Coded | Array | None, rows: Array, order: Array) -> Any:
    """Return a column of the journeys followed by values of the cases, in order."""
    if isinstance(old, Coded):
        added = new.take(rows).to_list() if isinstance(new, Coded) else [None] * len(rows)
        known = {one: code for code, one in enumerate(dict.fromkeys([*old.categories, *added]))}
        known.pop(None, None)
        place = {one: code for code, one in enumerate(known)}
        codes = [place.get(one, -1) for one in added]
        return Coded(owned(np.append(old.codes, codes).astype(np.int32)[order]), tuple(place))
    if isinstance(new, np.ndarray):
        values = new[rows].astype("datetime64[us]") if new.dtype.kind == "M" else new[rows]
        return owned(np.append(old, values)[order])
    nothing: Any = "NaT" if old.dtype.kind == "M" else np.nan
    return owned(np.append(old, np.full(len(rows), nothing, dtype=old.dtype))[order])
