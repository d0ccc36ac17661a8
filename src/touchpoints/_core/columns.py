"""Columns of input tables, from any container, as keys, codes, numbers and instants."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.sequences import combine_hash, mix
from touchpoints._core.arrays.sorting.ordering import Keys, whole
from touchpoints._core.datetimes import Instants, from_datetime64
from touchpoints._core.frozen import (
    Array,
    Coded,
    code_values,
    is_missing,
    is_whole,
    refuse_inexact,
    text_array,
)
from touchpoints._core.instants import from_objects
from touchpoints._core.messages import first_few, not_found
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError, warn

SAMPLE = 1000
MEND_EMPTY = "name the column that holds the "
_SEEDS = (np.uint64(0x51ED270B9E3779B9), np.uint64(0xD1B54A32D192ED03))
_FLAGS = (bool, np.bool_)
_NUMBERS = (int, float, np.integer, np.floating)
_NUMBER_TEXT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
_PIECES = re.compile(r"(\D*)(\d{0,18})", re.ASCII)
_NOT_TEXT = (*_NUMBERS, *_FLAGS, dt.date, dt.timedelta)
_TIMES = (np.datetime64, np.timedelta64)
_NO_NUMBERS = (complex, np.complexfloating, bytes, bytearray, memoryview, *_TIMES)
"""What numpy turns into floats, although it is no number or loses a part."""


@attrs.frozen(eq=False, kw_only=True)
class IdColumn:
    """A column of ids, as 64-bit keys for grouping.

    Attributes
    ----------
    primary : uint64 (m,), or hashes that are made where they are read
        The key of each row; equal for equal ids.
    check : likewise, optional
        A second key, which differs where ids differ although ``primary`` agrees in its high bits;
        None when ``primary`` is exact and small.
    labels : callable
        Maps rows (int64) to their ids.
    missing : bool (m,), optional
        Whether the row has no id; None when every row has an id.
    """

    primary: Keys
    check: Keys | None
    labels: Callable[[Array], Array]
    missing: Array | None = None


@attrs.frozen(eq=False, kw_only=True)
class Log:
    """The columns of an event log in the form used for reading, before any row is dropped."""

    rows: int
    journey: IdColumn
    time: Instants
    touchpoint: Coded | None = None
    fields: Mapping[str, Any] = attrs.field(factory=dict)
    per_interaction: tuple[str, ...] = ()
    per_journey: Mapping[str, Any] = attrs.field(factory=dict)
    person: IdColumn | None = None
    end: Instants | None = None
    lifecycle: Coded | None = None
    instance: IdColumn | None = None
    count: Array | None = None
    tiebreak: tuple[Array, ...] = ()
    row_order: bool = True
    timed: bool = True


@attrs.frozen(kw_only=True)
class ColumnRoles:
    """The role of each column of the caller's table."""

    journey: tuple[str, ...]
    time: tuple[str, ...]
    fields: tuple[str, ...]
    touchpoint: str | None = None
    person: str | None = None
    end: str | None = None
    lifecycle: str | None = None
    instance: str | None = None
    count: str | None = None
    tiebreak: tuple[str, ...] = ()
    per_interaction: tuple[str, ...] = ()
    per_journey: tuple[str, ...] = ()

    def asked(self) -> list[tuple[str, Any]]:
        """Return (argument, column name) for every column that an argument names."""
        pairs: list[tuple[str, Any]] = []
        for field in attrs.fields(ColumnRoles):
            value = getattr(self, field.name)
            argument = "classifier's field" if field.name == "fields" else field.name
            given = value if isinstance(value, tuple) else (value,)
            optional = field.default is None
            pairs += [(argument, name) for name in given if not (optional and name is None)]
        return pairs


def columns_asked(asked: Iterable[tuple[str, Any]], known: Sequence[str]) -> list[str]:
    """Return the distinct columns named by arguments; raise where the table has no such column."""
    names = []
    for argument, name in asked:
        if not isinstance(name, str):
            raise WrongKindError(f"{argument} must be the name of a column, got {name!r}")
        if name not in known:
            raise not_found("column", name, known, where=f"given as {argument}")
        names.append(name)
    return list(dict.fromkeys(names))


def several(argument: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return column names as a tuple; raise for a str, whose letters would be taken as names."""
    if isinstance(names, str):
        raise WrongKindError(
            f"{argument} must be a sequence of column names, got {names!r}",
            mend=f"{argument}=({names!r},)",
        )
    return tuple(names)


def one_or_several(argument: str, names: str | Sequence[str]) -> tuple[str, ...]:
    """Return names of columns, given as one text, a tuple or a list."""
    given = tuple(names) if isinstance(names, (tuple, list)) else (names,)
    if not given:
        raise InvalidInputError(f"{argument} must name at least one column, got {names!r}")
    return given


def keys_of_columns(parts: Sequence[IdColumn]) -> IdColumn:
    """Return keys of ids that several columns form together.

    Ids are texts: the parts joined by a slash. Slashes and backslashes within a part are escaped
    by a backslash, so that different parts never form one id.
    """
    if len(parts) == 1:
        return parts[0]
    primary, check = mix(whole(parts[0].primary) ^ _SEEDS[0]), mix(_checking(parts[0]) ^ _SEEDS[1])
    gone = [one.missing for one in parts if one.missing is not None]
    for part in parts[1:]:
        primary, check = (
            combine_hash(primary, whole(part.primary)),
            combine_hash(check, _checking(part)),
        )

    def labels(rows: Array) -> Array:
        columns = (map(_escaped, part.labels(rows).tolist()) for part in parts)
        return text_array(["/".join(one) for one in zip(*columns, strict=True)])

    missing = np.logical_or.reduce(gone) if gone else None
    return IdColumn(primary=primary, check=check, labels=labels, missing=missing)


def _checking(part: IdColumn) -> Array:
    return whole(part.primary if part.check is None else part.check)


def _escaped(label: Any) -> str:
    return str(label).replace("\\", "\\\\").replace("/", "\\/")


def keys_of_integers(values: Array, missing: Array | None = None) -> IdColumn:
    """Return keys of integer ids: exact for a small range, hashed with a check for a wide one."""
    if values.dtype == np.uint64 and len(values) and int(values.max()) >= 2**63:
        return IdColumn(
            primary=mix(values),
            check=values,
            labels=lambda rows: text_array(values[rows].tolist()),
            missing=missing,
        )
    numbers = values.astype(np.int64, copy=False)

    def labels(rows: Array) -> Array:
        return numbers[rows]

    low = int(numbers.min()) if len(numbers) else 0
    if len(numbers) and int(numbers.max()) - low < 2**32:
        return IdColumn(
            primary=(numbers - low).view(np.uint64), check=None, labels=labels, missing=missing
        )
    return IdColumn(
        primary=mix(numbers.view(np.uint64)),
        check=numbers.view(np.uint64),
        labels=labels,
        missing=missing,
    )


def id_text(value: Any) -> str | None:
    """Return an id as text, or None where it is missing: 7, 7.0 and "7" are one id."""
    if isinstance(value, str):
        return None if is_blank(value) else value
    if value is None or is_missing(value):
        return None
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    return str(int(value)) if is_number and is_whole(value) else str(value)


def keys_of_codes(column: Coded) -> IdColumn:
    """Return keys of dictionary-encoded text."""
    table = text_array([*column.categories, None])
    missing = column.codes < 0
    return IdColumn(
        primary=np.where(missing, 0, column.codes).astype(np.uint64),
        check=None,
        labels=lambda rows: table[column.codes[rows]],
        missing=missing if missing.any() else None,
    )


def keys_of_values(values: Any, name: str) -> IdColumn:
    """Return keys of Python values: whole numbers as integers, other values as text."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return keys_of_integers(values)
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return keys_of_floats(values, name)
    plain = list_of(values)
    kinds = set(map(type, plain)) - {type(None)}
    if kinds and all(_counts(kind) for kind in kinds):
        return _keys_of_numbers(plain, name)
    return keys_of_codes(code_values(plain, column=name))


def _counts(kind: type) -> bool:
    return issubclass(kind, _NUMBERS) and not issubclass(kind, (bool, np.timedelta64))


def _keys_of_numbers(values: list[Any], name: str) -> IdColumn:
    missing = np.array([is_missing(one) for one in values], dtype=bool)
    filled = [0 if gone else one for one, gone in zip(values, missing.tolist(), strict=True)]
    floats = [one for one in filled if isinstance(one, (float, np.floating))]
    refuse_inexact(np.array(floats, dtype=None if floats else np.float64), name)
    whole = all(map(is_whole, filled))
    if not whole or any(abs(one) >= 2**63 for one in filled):
        return keys_of_codes(code_values(values, called=name))
    numbers = np.array([int(one) for one in filled], dtype=np.int64)
    return keys_of_integers(numbers, missing if missing.any() else None)


def keys_of_floats(values: Array, name: str) -> IdColumn:
    """Return keys of float ids: as integers if all are whole, otherwise as text; nan is missing."""
    refuse_inexact(values, name)
    missing = np.isnan(values)
    whole = np.where(missing, 0, values)
    if bool(((whole == np.floor(whole)) & (np.abs(whole) < 2**63)).all()):
        return keys_of_integers(whole.astype(np.int64), missing if missing.any() else None)
    return keys_of_codes(code_values(values.tolist(), called=name))


def list_of(values: Any) -> list[Any]:
    """Return a column as a list of Python values."""
    return list(values.tolist() if isinstance(values, np.ndarray) else values)


def kept_values(values: Any, name: str | None = None) -> Coded | Array:
    """Return a column as it is stored: numbers, instants, durations in seconds, else coded text."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        return values.astype(np.float64) if values.dtype == np.longdouble else values
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return from_datetime64(values, None).stamps.view("datetime64[us]")
    if isinstance(values, np.ndarray) and values.dtype.kind == "m":
        return np.asarray(values / np.timedelta64(1, "s"), dtype=np.float64)
    plain = list_of(values)
    kinds = set(map(type, plain))
    if not kinds.isdisjoint(_TIMES):
        plain = [
            one.astype(f"{one.dtype.kind}8[us]").item() if isinstance(one, _TIMES) else one
            for one in plain
        ]
        kinds = set(map(type, plain))
    if not any(issubclass(kind, _NOT_TEXT) for kind in kinds):
        return code_values(plain, called=name)
    plain = [None if is_missing(one) else one for one in plain]
    return _kept_list(plain, set(map(type, plain)) - {type(None)}, name)


def _kept_list(values: list[Any], kinds: set[type], name: str | None) -> Coded | Array:
    gone = None in values
    if kinds and all(issubclass(kind, dt.date) for kind in kinds):
        return from_objects(values, "", None).stamps.view("datetime64[us]")
    if kinds and all(issubclass(kind, dt.timedelta) for kind in kinds):
        return np.array([np.nan if one is None else one.total_seconds() for one in values])
    if kinds and all(issubclass(kind, _FLAGS) for kind in kinds) and not gone:
        return np.array(values, dtype=bool)
    if kinds and all(issubclass(kind, (*_NUMBERS, *_FLAGS)) for kind in kinds):
        filled = [np.nan if one is None else one for one in values]
        try:
            array = np.array(filled, dtype=np.float64 if gone else None)
        except OverflowError:  # integers that no float holds are kept as text
            return code_values(values, called=name)
        if array.dtype.kind in "iuf":
            return array
    return code_values(values, called=name)


def numbers_of(values: Any, name: str) -> Array:
    """Return a column of numbers as an array, nan where missing; raise for other values."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        return values
    plain = [np.nan if is_missing(one) else one for one in values]
    try:
        if all(map(_writes_number, _of_each_kind(plain))):
            return np.fromiter(plain, dtype=np.float64, count=len(plain))
    except (TypeError, ValueError, OverflowError) as error:
        raise _no_numbers(plain, name) from error
    raise _no_numbers(plain, name)


def _of_each_kind(values: list[Any]) -> Iterable[Any]:
    """Return a value of each type that occurs."""
    return {type(one): one for one in values if not isinstance(one, str)}.values()


def _no_numbers(values: list[Any], name: str) -> InvalidInputError:
    wrong = [row for row, one in enumerate(values) if not _writes_number(one)]
    return InvalidInputError(
        f"column {name!r} must hold numbers",
        where=f"rows {first_few(wrong)}: {first_few(values[row] for row in wrong[:5])}",
    )


def _writes_number(value: Any) -> bool:
    if isinstance(value, _NO_NUMBERS) or (isinstance(value, np.ndarray) and value.ndim):
        return False
    try:
        np.fromiter((value,), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def ranks_of(column: Coded | Array, name: str) -> Array:
    """Return numbers that sort like a column's values; missing text last.

    Text is ordered by number if all of it is numeric, with equal numbers tied; other text is
    ordered by code point, with a warning if the numbers in it would order it differently.
    """
    if not isinstance(column, Coded):
        return column
    texts = [one.strip() for one in column.categories]
    if all(map(_NUMBER_TEXT.fullmatch, texts)):
        places = _places([Decimal(one) for one in texts])
    else:
        places = _places(column.categories)
        if places != _places([_with_numbers(one) for one in column.categories]):
            shown = first_few(sorted(column.categories), most=4)
            warn(
                f"column {name!r} holds text and is ordered as text, so that '10' comes before "
                f"'9' ({shown}); text is ordered by number where all of it writes numbers"
            )
    return np.array([*places, len(places)], dtype=np.int64)[column.codes]


def _places(values: Sequence[Any]) -> list[int]:
    """Return the place of each value in their order; equal values share one."""
    known = {one: place for place, one in enumerate(sorted(set(values)))}
    return [known[one] for one in values]


def _with_numbers(text: str) -> tuple[tuple[str, int], ...]:
    """Return a text as pieces to order by: what stands before each run of digits, and its value."""
    return tuple((words, int(digits or -1)) for words, digits in _PIECES.findall(text))


def named_columns(names: Sequence[str]) -> str:
    """Return ``column 'a'`` or ``columns 'a', 'b'``."""
    return f"column{'' if len(names) == 1 else 's'} {first_few(names)}"


def check_not_empty_column(
    column: str | tuple[str, ...], rows: int, missing: int, argument: str
) -> None:
    """Raise when a required column, or several together, is missing in every row."""
    if rows and missing == rows:
        names = (column,) if isinstance(column, str) else column
        verb = "is" if len(names) == 1 else "are together"
        raise InvalidInputError(
            f"{named_columns(names)}, given as {argument}, {verb} missing in all {rows:,} rows",
            mend=f"{MEND_EMPTY}{argument}",
        )


def comparable(column: Coded | Array) -> Array:
    """Return integers that are equal where the values are equal; nan equals nan."""
    if isinstance(column, Coded):
        return column.codes
    if column.dtype.kind == "f":
        numbers = column.astype(np.float64) + 0.0
        numbers[np.isnan(numbers)] = np.nan
        return numbers.view(np.int64)
    return column.astype(np.int64)


def label_codes(values: Array) -> Array:
    """Return integers that are equal where labels of persons are, int64 (n,); -1 where missing."""
    if values.dtype == object:
        known: dict[Any, int] = {}
        try:
            numbers = [
                -1 if is_missing(one) else known.setdefault(one, len(known))
                for one in values.tolist()
            ]
        except TypeError as error:
            raise InvalidInputError(
                f"a person must be a single value: {error}",
                mend="make a text or a number of each, for example with str",
            ) from error
        return np.array(numbers, dtype=np.int64)
    _, codes = np.unique(values, return_inverse=True)
    missing = values != values
    return np.where(missing, -1, codes)


def comparable_keys(keys: IdColumn) -> tuple[Array, Array]:
    """Return integers that are equal where ids are equal, and whether each id is missing.

    Missing ids are equal to each other.
    """
    numbers = _checking(keys).view(np.int64)
    if keys.missing is None:
        return numbers, np.zeros(len(numbers), dtype=bool)
    return np.where(keys.missing, 0, numbers), keys.missing
