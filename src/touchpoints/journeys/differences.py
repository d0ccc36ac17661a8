"""The differences between two `Journeys`, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from touchpoints._core.frozen import Array, Coded, same_array
from touchpoints._core.messages import counted
from touchpoints.journeys.checks import Columns

_ARRAYS = (
    "ids",
    "persons",
    "counts",
    "began",
    "finished",
    "observed_until",
    "times",
    "ends",
)
_MAPS = ("outcomes", "outcome_times", "values", "per_interaction", "per_journey")


def differences(left: Columns, right: Columns) -> Iterator[str]:
    """Yield a sentence for each difference; where sizes differ, for the first size only."""
    if len(left["ids"]) != len(right["ids"]):
        yield f"{counted(len(left['ids']), 'journey')} against {len(right['ids']):,}"
        return
    if len(left["codes"]) != len(right["codes"]):
        yield f"{counted(len(left['codes']), 'interaction')} against {len(right['codes']):,}"
        return
    if not same_array(left["offsets"], right["offsets"]):
        position = _first(left["offsets"] != right["offsets"]) - 1
        id_ = _plain(left["ids"][position])
        yield f"journey {position} ({id_!r}) differs in its number of interactions"
        return
    yield from _touchpoints(left, right)
    for name in _ARRAYS:
        yield from _column(name, left[name], right[name])
    for name in _MAPS:
        yield from _columns(name, left[name], right[name])
    for name in ("taxonomy", "lens", "timezone", "blocks", "defining"):
        one, two = (getattr(columns["meta"], name) for columns in (left, right))
        if one != two:
            yield f"meta.{name}: {one!r} against {two!r}"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, np.datetime64) else repr(_plain(value))


def _first(mask: Array) -> int:
    return int(np.flatnonzero(mask)[0])


def _touchpoints(left: Columns, right: Columns) -> Iterator[str]:
    if left["touchpoints"] == right["touchpoints"]:
        differs = left["codes"] != right["codes"]
    else:
        codes = {touchpoint: code for code, touchpoint in enumerate(left["touchpoints"])}
        table = np.array(
            [codes.get(one, -1) for one in right["touchpoints"]] or [-1], dtype=np.int32
        )
        differs = left["codes"] != table[right["codes"]]
    if not differs.any():
        return
    row = _first(differs)
    journey = int(np.searchsorted(left["offsets"], row, side="right")) - 1
    here = left["touchpoints"][left["codes"][row]].key
    there = right["touchpoints"][right["codes"][row]].key
    id_ = _plain(left["ids"][journey])
    where = f"interaction {row - int(left['offsets'][journey])} of journey {id_!r}"
    yield f"{where}: {here!r} against {there!r}"


def _columns(name: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[str]:
    if set(left) != set(right):
        yield f"{name} has {sorted(left)} against {sorted(right)}"
        return
    for key, column in left.items():
        yield from _column(f"{name}[{key!r}]", column, right[key])


def _column(name: str, left: Any, right: Any) -> Iterator[str]:
    if left is None or right is None:
        if left is not right:
            yield f"only one of the two has {name}"
        return
    one, two = (
        column.to_array() if isinstance(column, Coded) else column for column in (left, right)
    )
    if same_array(one, two):
        return
    if one.dtype.kind != two.dtype.kind:
        yield f"{name} is {one.dtype} against {two.dtype}"
        return
    unlike = one != two
    if one.dtype.kind in "fcmM":
        unlike &= ~((one != one) & (two != two))
    row = _first(unlike)
    yield f"{name}, row {row}: {_shown(one[row])} against {_shown(two[row])}"
