"""The rows of a log in its engine: the columns that are needed, under names of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from touchpoints._core.columns import ColumnRoles
from touchpoints._core.text import UNSEEN
from touchpoints._core.zones import tidy_zone
from touchpoints.errors import InvalidInputError
from touchpoints.sources._engine.shims import with_names

WHOLE = nw.Int64

JOURNEY, TIME, PERSON, COUNT, NAME = "journey", "time", "person", "count", "name"
ID, FIELD, TIEBREAK, KEPT, KEPT_NAME = "id", "field", "tiebreak", "kept", "kept_name"
"""The names of the columns; those below `JOURNEY` with a number after them, from 0."""

_SMALL = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32)
"""Types of integers that are their own keys."""

_NO_VALUES = (nw.Binary, nw.List, nw.Array, nw.Struct, nw.Duration, nw.Object)
"""Types that are neither text, numbers nor times in every engine."""

_SPACES = "\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_VISIBLE = f"[^{_SPACES}{UNSEEN}]".replace("\x00", "\x01")
"""A character that shows, as `is_blank` has it; engines take no NUL in a pattern."""


@attrs.frozen(kw_only=True, eq=False)
class EngineRows:
    """The rows of a log in its engine.

    Attributes
    ----------
    frame
        One row for each event that has a journey and a time, under the names of this module.
    schema
        The types of the columns, by those names.
    ids, fields, tiebreaks, kept
        How many columns form the id, the event, the order of ties, and are kept.
    timed, has_person, has_count
        Whether there are such columns.
    timezone
        The zone of the times, None where they have none.
    """

    frame: nw.LazyFrame[Any]
    schema: Mapping[str, Any]
    ids: int
    fields: int
    tiebreaks: int
    kept: int
    timed: bool
    has_person: bool
    has_count: bool
    timezone: str | None


def numbered(name: str, number: int) -> list[str]:
    """Return the names of ``number`` columns of one kind."""
    return [f"{name}{place}" for place in range(number)]


def rows_of(
    given: nw.LazyFrame[Any],
    names: ColumnRoles,
    keep: Sequence[str],
    *,
    others: Mapping[str, str] | None = None,
) -> EngineRows:
    """Return the columns of a lazy frame that are needed, under the names of this module.

    Parameters
    ----------
    keep
        The columns whose values are kept.
    others
        Further columns by the names they get.
    """
    fields = names.fields or (names.touchpoint or "",)
    several = {ID: names.journey, FIELD: fields, TIEBREAK: names.tiebreak, KEPT: tuple(keep)}
    single = {TIME: names.time[0] if names.time else None, PERSON: names.person}
    roles = {own: name for own, name in (*single.items(), (COUNT, names.count)) if name is not None}
    for kind, some in several.items():
        roles |= dict(zip(numbered(kind, len(some)), some, strict=True))
    frame = with_names(given, roles | dict(others or {}))
    schema = dict(frame.collect_schema())
    for own, name in roles.items():
        if isinstance(schema[own], _NO_VALUES) or schema[own] in _NO_VALUES:
            raise InvalidInputError(
                f"column {name!r} holds values of type {schema[own]}, by which an engine cannot "
                "tell journeys or touchpoints apart",
                mend="make a text or a number of each in the lazy frame",
            )
    zone = getattr(schema.get(TIME), "time_zone", None)
    return EngineRows(
        frame=frame,
        schema=schema,
        ids=len(names.journey),
        fields=len(fields),
        tiebreaks=len(names.tiebreak),
        kept=len(keep),
        timed=bool(names.time),
        has_person=names.person is not None,
        has_count=names.count is not None,
        timezone=None if zone is None else tidy_zone(zone),
    )


def key_of(columns: Sequence[str], schema: Mapping[str, Any]) -> nw.Expr:
    """Return one value that is equal where the values of all these columns are equal.

    One column of text or integers is its own key; otherwise a text, in which a value follows an
    equals sign, so that it differs from a missing one, and slashes within it are escaped.
    """
    if len(columns) == 1:
        dtype = schema[columns[0]]
        if dtype == nw.String:
            return nw.col(columns[0])
        if dtype in _SMALL:
            return nw.col(columns[0]).cast(WHOLE)
    parts = [
        nw.when(nw.col(name).is_null())
        .then(nw.lit("-"))
        .otherwise(nw.concat_str([nw.lit("="), _escaped(name, schema[name])]))
        for name in columns
    ]
    return nw.concat_str(parts, separator="/")


def _escaped(name: str, dtype: Any) -> nw.Expr:
    value = nw.col(name)
    if dtype.is_float():  # -0.0 and 0.0 are one value with two texts
        value = nw.when(value == 0).then(nw.lit(0.0)).otherwise(value)
    text = value.cast(nw.String)
    for mark in ("\\", "/"):
        text = text.str.replace_all(mark, f"\\{mark}", literal=True)
    return text


def without_value(name: str, dtype: Any) -> nw.Expr:
    """Return whether a column has no value: null, not a number, or text without a visible one."""
    gone = nw.col(name).is_null()
    if dtype == nw.String:
        return gone | ~nw.col(name).str.contains(_VISIBLE)
    return gone | nw.col(name).is_nan() if dtype.is_float() else gone


def check_times(rows: EngineRows, names: ColumnRoles) -> None:
    """Raise where the engine has no dates or datetimes to order rows by."""
    dtype = rows.schema.get(TIME)
    if dtype is not None and dtype not in (nw.Datetime, nw.Date):
        raise InvalidInputError(
            f"column {names.time[0]!r} must hold dates or datetimes, by which the engine orders "
            f"the rows, got {dtype}",
            mend="cast it in the lazy frame",
        )
