"""Units of durations in tables: computed in seconds, and shown in the unit that was asked for."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Protocol, TypeVar

import attrs
import numpy as np

from touchpoints._core.checks import check_option
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import OpeningHours
from touchpoints._core.tables import Table

TimeUnit = Literal["milliseconds", "seconds", "minutes", "hours", "days", "weeks"]
"""A unit of durations; a day has 24 hours."""

_SECONDS = {
    "milliseconds": 1e-3,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86_400.0,
    "weeks": 604_800.0,
}


class Timed(Protocol):
    """A table with durations, which says in which unit they are.

    Attributes
    ----------
    durations : tuple of str
        The names of the columns that are durations; declared by the class.
    time_unit : str
        The unit of durations.
    """

    durations: ClassVar[tuple[str, ...]]

    @property
    def time_unit(self) -> str: ...


T = TypeVar("T", bound=Timed)


def in_unit(table: T, unit: TimeUnit) -> T:
    """Return a table with its durations in another unit.

    Raises
    ------
    InvalidInputError
        When there is no such unit; the message proposes similar names.
    """
    check_option("unit", unit, TimeUnit)
    if unit == table.time_unit:
        return table
    old, new = _SECONDS[table.time_unit], _SECONDS[unit]
    columns: dict[str, Any] = {
        name: scaled(getattr(table, name), new / old)
        for name in table.durations
        if getattr(table, name) is not None
    }
    record: Any = table
    converted: T = attrs.evolve(record, **columns, time_unit=unit)
    return converted


def unit_size(unit: TimeUnit) -> float:
    """Return the length of a unit in seconds."""
    return _SECONDS[unit]


def scaled(values: Array, sizes: Array | float) -> Array:
    """Return a column in units of these sizes, one for all rows or one for each.

    Entries of a column of objects are tuples of numbers.
    """
    if values.dtype != object:
        return np.asarray(values / sizes)
    each = np.broadcast_to(sizes, len(values)).tolist()
    return text_array(
        [tuple(one / size for one in row) for row, size in zip(values, each, strict=True)]
    )


def said_of_times(unit: str, opening: OpeningHours | None) -> list[str]:
    """Return a line that says what durations are in, unless they are plain seconds."""
    if opening is not None:
        return [f"durations are in {unit} of opening hours"]
    return [] if unit == "seconds" else [f"durations are in {unit}"]


class WithUnit(Table):
    """A table that says in a line below in what its durations are; goes before another base."""

    __slots__ = ()

    time_unit: str
    opening: OpeningHours | None

    def _remarks(self) -> list[str]:
        return [*said_of_times(self.time_unit, self.opening), *super()._remarks()]
