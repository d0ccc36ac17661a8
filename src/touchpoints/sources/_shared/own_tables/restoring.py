"""What `write_csv` writes beyond the roles of columns, read back into journeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, FrozenMap, owned
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, derive
from touchpoints.sources._shared.own_tables.roles import Roles
from touchpoints.sources._shared.text_files.typed_columns import Type
from touchpoints.taxonomy import FACETS, Touchpoint, parse_key

_PREFIX = "touchpoints:"
_OF_JOURNEYS: Mapping[str, Type] = {
    "outcomes": "number",
    "values": "number",
    "outcome_times": "time",
}
_ONE: Mapping[str, Type] = {"began": "boolean", "finished": "boolean", "observed_until": "time"}


def restored_types(roles: Roles) -> dict[str, Type]:
    """Return what the columns hold that are read beyond the roles, by name."""
    found: dict[str, Type] = {}
    for part, kind in _OF_JOURNEYS.items():
        found |= dict.fromkeys(roles.restored.get(part, {}).values(), kind)
    for part, kind in _ONE.items():
        if part in roles.restored:
            found[roles.restored[part]] = kind
    return found | dict.fromkeys(roles.restored.get("facets", {}).values(), "text")


def aliases(roles: Roles) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns to keep for interactions and for journeys, by what they are called here.

    The names of the file could be those of columns that typing adds.
    """
    saved = roles.restored
    here = {f"{_PREFIX}facet {name}": one for name, one in saved.get("facets", {}).items()}
    here |= {f"{_PREFIX}{name}": one for name, one in saved.get("renamed", {}).items()}
    there = {f"{_PREFIX}{part}": saved[part] for part in _ONE if part in saved}
    there |= {f"{_PREFIX}{name}": one for name, one in saved.get("renamed_journeys", {}).items()}
    for part in _OF_JOURNEYS:
        there |= {f"{_PREFIX}{part} {name}": one for name, one in saved.get(part, {}).items()}
    return here, there


def restored(journeys: Journeys, roles: Roles) -> Journeys:
    """Return journeys with the touchpoints, outcomes, values and metadata that were written."""
    saved = roles.restored
    if not saved:
        return journeys
    here, there = dict(journeys.per_interaction), dict(journeys.per_journey)
    changes: dict[str, Any] = {}
    if "facets" in saved:
        facets = {name: here.pop(f"{_PREFIX}facet {name}") for name in saved["facets"]}
        changes["touchpoints"] = _touchpoints(journeys, facets)
    for name in saved.get("renamed", {}):
        here[name] = here.pop(f"{_PREFIX}{name}")
    for name in saved.get("renamed_journeys", {}):
        there[name] = there.pop(f"{_PREFIX}{name}")
    for part in _OF_JOURNEYS:
        if part in saved:
            changes[part] = {name: there.pop(f"{_PREFIX}{part} {name}") for name in saved[part]}
    for part in _ONE:
        if part in saved:
            column = there.pop(f"{_PREFIX}{part}")
            changes[part] = column if part == "observed_until" else np.asarray(column, dtype=bool)
    defining = {name: tuple(keys) for name, keys in saved.get("defining", {}).items()}
    meta = attrs.evolve(
        journeys.meta,
        lens=tuple(saved.get("lens", ())),
        defining=FrozenMap(defining),
        taxonomy=roles["taxonomy"],
    )
    return derive(journeys, per_interaction=here, per_journey=there, meta=meta, **changes)


def _touchpoints(journeys: Journeys, facets: Mapping[str, Any]) -> tuple[Touchpoint, ...]:
    """Return the touchpoints of keys and of the terms in the first row of each."""
    first = np.full(len(journeys.touchpoints), -1)
    codes, rows = np.unique(journeys.codes, return_index=True)
    first[codes] = rows
    terms = {name: _texts_at(column, owned(first)) for name, column in facets.items()}
    found = []
    for position, touchpoint in enumerate(journeys.touchpoints):
        key, different = parse_key(touchpoint.key)
        if different or not key:
            raise InvalidInputError(f"{quoted(touchpoint.key)} is not the key of a touchpoint")
        own = {name: texts[position] for name, texts in terms.items() if texts[position]}
        five = {name: own.pop(name) for name in FACETS if name in own}
        found.append(Touchpoint(key=key, type=own.pop("type", ""), facets=FrozenMap(own), **five))
    return tuple(found)


def _texts_at(column: Coded | Array, rows: Array) -> list[str]:
    values = column.to_array() if isinstance(column, Coded) else column
    return ["" if row < 0 or values[row] is None else str(values[row]) for row in rows.tolist()]
