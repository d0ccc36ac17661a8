"""Columns of a log by name: which attribute is called what in the table and in the journeys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.classify.typing import CONTEXT_FROM, CONTEXT_INFERRED, NEED_FROM, NEED_INFERRED
from touchpoints.journeys.model import Journeys, derive

# Names that the columns of all readers have, or that merging adds.
RESERVED = ("name", "time", "end", "trace", "object", "person")
# Columns that typing adds.
OF_TYPING = (NEED_FROM, CONTEXT_FROM, NEED_INFERRED, CONTEXT_INFERRED)
OF_MERGING = ("source", "journey")
OF_EVENT, OF_CASE = "event:", "case:"


@attrs.frozen
class Names:
    """What the attributes of events and of traces (or objects) are called.

    Attributes
    ----------
    events, cases
        The column in the table, by key.
    back
        What a column of the table is called in the journeys, where that is not the same: there,
        columns of interactions and of journeys cannot be taken for each other.
    """

    events: Mapping[str, str]
    cases: Mapping[str, str]
    back: Mapping[str, str]


def names_of(
    events: Iterable[str],
    cases: Iterable[str],
    *,
    events_called: Mapping[str, str] = FrozenMap(),
    cases_called: Mapping[str, str] = FrozenMap(),
) -> Names:
    """Return names of columns that are distinct in one table.

    Keys that are called otherwise in any case are in ``events_called`` and ``cases_called``.
    """
    back: dict[str, str] = {}
    found: list[dict[str, str]] = []
    taken = {*RESERVED, *OF_TYPING, *OF_MERGING, *events_called.values(), *cases_called.values()}
    for keys, called, before in (
        (events, events_called, OF_EVENT),
        (cases, cases_called, OF_CASE),
    ):
        names: dict[str, str] = {}
        for key in keys:
            name = called.get(key, key)
            if key not in called and name in taken:
                name = before + key
                while name in taken:
                    name = before + name
                if key not in OF_MERGING:
                    back[name] = key
            taken.add(name)
            names[key] = name
        found.append(names)
    return Names(found[0], found[1], back)


def renamed(journeys: Journeys, back: Mapping[str, str]) -> Journeys:
    """Return journeys whose kept columns have the names of their attributes again."""
    changes: dict[str, Any] = {}
    for field in ("per_interaction", "per_journey"):
        columns = getattr(journeys, field)
        if any(name in back for name in columns):
            known = {name for name in columns if name not in back}
            changes[field] = {
                name if back.get(name, name) in known else back[name]: one
                for name, one in columns.items()
                if name in back
            } | {name: one for name, one in columns.items() if name in known}
    return derive(journeys, **changes) if changes else journeys
