"""Immutable values: a mapping that can be pickled, read-only columns, dictionary-encoded text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from touchpoints._core.messages import counted, first_few, quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError

K = TypeVar("K")
V = TypeVar("V")
Array = NDArray[Any]
_MASKED = type(np.ma.masked)
_BYTES = (bytes, bytearray, memoryview, np.bytes_)


class FrozenMap(Mapping[K, V], Generic[K, V]):
    """An immutable mapping that keeps its order and can be pickled and hashed.

    Hashing needs hashable values. ``types.MappingProxyType`` cannot be pickled.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._items: dict[K, V] = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMap, (self._items,))


def read_only(values: Any, dtype: Any = None) -> Array:
    """Return ``values`` as a read-only array whose memory no other array can write to.

    An array that is read-only and whose bases are all read-only is returned unchanged, so that
    ``attrs.evolve`` costs nothing; an array that is itself writable, or has a writable base, is
    copied.
    """
    array = np.asarray(unmasked(values), dtype=dtype)
    if not _writable_somewhere(array):
        return array
    if array is values or array.base is not None:
        array = array.copy()
    array.flags.writeable = False
    return array


def unmasked(values: Any, *, name: str = "a column") -> Any:
    """Return a masked array with nan, NaT or None where it is masked; other values as given.

    Raises
    ------
    InvalidInputError
        When the type of the array has no missing value, as integers and bools.
    """
    if not isinstance(values, np.ma.MaskedArray):
        return values
    gone = np.ma.getmaskarray(values)
    if not gone.any():
        return np.asarray(values)
    kind = values.dtype.kind
    if kind not in "fcmMOU":
        raise InvalidInputError(
            f"{name} is masked, and {values.dtype} has no missing value",
            where=f"rows {first_few(np.flatnonzero(gone.ravel())[:6].tolist())}",
            mend="fill it first, for example with .filled(0), or leave these rows out",
        )
    plain = np.array(values, dtype=object if kind in "OU" else values.dtype)
    plain[gone] = {"f": np.nan, "c": np.nan}.get(kind, None if kind in "OU" else "NaT")
    return plain


def owned(array: Array) -> Array:
    """Mark an array that this library has just created, and its bases, as read-only; no copy."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base.flags.writeable = False
        base = base.base
    return array


def integers(values: Any, dtype: Any, *, name: str) -> Array:
    """Return whole numbers as a read-only array; raise where the dtype cannot hold a value.

    A plain cast would silently turn 1.5 into 1 and 2**32 into 0.
    """
    values = unmasked(values, name=name)
    given = np.asarray(values)
    if given.dtype == dtype:
        return read_only(values)
    if given.dtype.kind not in "biufO":
        raise InvalidInputError(f"{name} must hold whole numbers, not {given.dtype}")
    try:
        with np.errstate(invalid="ignore"):
            array = given.astype(dtype)
        exact = bool((array == given).all())
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{name} must hold whole numbers: {error}") from error
    if not exact:
        row = int(np.flatnonzero(np.ravel(array != given))[0])
        raise InvalidInputError(
            f"{name} must hold whole numbers that fit {np.dtype(dtype)}",
            where=f"{name}[{row}] is {np.ravel(given)[row]}",
        )
    return owned(array)


def numbers(values: Any, dtype: Any, *, name: str) -> Array:
    """Return numbers or instants as a read-only array; raise with the name of the column."""
    try:
        return read_only(values, dtype)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} cannot be read as {np.dtype(dtype)}: {error}") from error


def _writable_somewhere(array: Array) -> bool:
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return True
        base = base.base
    return False


def text_array(values: Sequence[object]) -> Array:
    """Return a one-dimensional object array with one entry for each value (never ``<U``)."""
    array = np.empty(len(values), dtype=object)
    array[:] = values if isinstance(values, np.ndarray) else list(values)
    return array


def same_array(left: Array | None, right: Array | None) -> bool:
    """Return whether two columns hold the same values; nan equals nan and NaT equals NaT."""
    if left is None or right is None:
        return left is right
    if left.shape != right.shape or left.dtype.kind != right.dtype.kind:
        return False
    if left.dtype.kind in "fcmM":
        return bool(np.array_equal(left, right, equal_nan=True))
    return bool(np.array_equal(left, right))


def as_codes(values: Any) -> Array:
    """Return codes as a read-only int32 array."""
    return integers(values, np.int32, name="codes")


def by_name(columns: Any) -> Mapping[str, Any]:
    """Return columns by name as given, or raise when they are no mapping."""
    if not isinstance(columns, Mapping):
        raise WrongKindError(f"columns by name must be a mapping, got {quoted(columns)}")
    blank = [name for name in columns if isinstance(name, str) and is_blank(name)]
    if blank:
        raise InvalidInputError(
            f"the name of a column must have a visible character, got {blank[0]!r}",
            mend="rename the column",
        )
    return columns


def _as_texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(eq=False, repr=False)
class Coded:
    """A dictionary-encoded text column: ``categories[codes[i]]`` is the value of row i.

    Attributes
    ----------
    codes : int32 (m,)
        Position of each row's value among the categories; -1 where the value is missing.
    categories : tuple of str
        The distinct values.

    Examples
    --------
    >>> column = Coded([0, 1, 0, -1], ("web", "shop"))
    >>> column.to_list()
    ['web', 'shop', 'web', None]
    """

    codes: Array = attrs.field(converter=as_codes)
    categories: tuple[str, ...] = attrs.field(converter=_as_texts)

    def __attrs_post_init__(self) -> None:
        if self.codes.ndim != 1:
            raise InvalidInputError("codes must be one-dimensional")
        if len(set(self.categories)) < len(self.categories):
            twice = [one for one, count in Counter(self.categories).items() if count > 1]
            raise InvalidInputError("a category occurs twice", where=first_few(twice))
        if not len(self.codes):
            return
        if self.codes.min() < -1 or self.codes.max() >= len(self.categories):
            raise InvalidInputError(
                f"a code lies outside the {len(self.categories)} categories",
                where=f"codes run from {self.codes.min()} to {self.codes.max()}",
            )

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"Coded({counted(len(self), 'row')}, {len(self.categories):,} categories)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coded):
            return NotImplemented
        if self.categories == other.categories:
            return same_array(self.codes, other.codes)
        return len(self) == len(other) and bool((self.to_array() == other.to_array()).all())

    __hash__ = None  # type: ignore[assignment]  # compares by content, like an array

    def __reduce__(self) -> tuple[Any, ...]:
        return (Coded, (self.codes, self.categories))  # numpy forgets read-only when unpickling

    @property
    def has_blank(self) -> bool:
        """Whether a category is blank: its rows are missing in journeys."""
        return any(map(is_blank, self.categories))

    def take(self, rows: Any) -> Coded:
        """Return the column with the rows at these positions (or where a mask is true)."""
        taken = object.__new__(Coded)  # the codes were checked when this column was created
        object.__setattr__(taken, "codes", owned(self.codes[rows]))
        object.__setattr__(taken, "categories", self.categories)
        return taken

    def to_array(self) -> Array:
        """Return the values as an object array, None where missing."""
        table = text_array([*self.categories, None])
        return table[self.codes]

    def to_list(self) -> list[str | None]:
        """Return the values as a list, None where missing."""
        return list(self.to_array())


def without_blanks(codes: Array, categories: Sequence[str]) -> Coded:
    """Return encoded text in which blank categories are missing."""
    if any(map(is_blank, categories)):
        kept = [code for code, one in enumerate(categories) if not is_blank(one)]
        table = np.full(len(categories) + 1, -1, dtype=np.int32)
        table[kept] = np.arange(len(kept), dtype=np.int32)
        codes, categories = table[codes], [categories[code] for code in kept]
    return Coded(codes.astype(np.int32, copy=False), tuple(categories))


def is_missing(value: Any) -> bool:
    """Return whether a value is missing: None, text without a visible character, nan, NaT or NA."""
    if value is None or isinstance(value, str):
        return value is None or is_blank(value)
    if value is np.ma.masked:
        return True
    try:
        unlike = value != value
    except ArithmeticError:  # a signalling nan of the decimal module
        return True
    if isinstance(unlike, (bool, np.bool_)):
        return bool(unlike)
    return unlike is value  # pandas.NA answers any comparison with itself


def as_float(number: Any) -> float:
    """Return a number as a float; integers beyond the largest float become infinite."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def is_whole(number: Any) -> bool:
    """Return whether a number is an integer; integers of any size are."""
    return isinstance(number, (int, np.integer)) or float(number).is_integer()


def _decimal(number: Any) -> str:
    """Write a number with a decimal point, and integers that no float holds without one."""
    value = as_float(number)
    return str(number if value in {float("inf"), float("-inf")} else value)


def code_values(
    values: Sequence[Any], *, column: str | None = None, called: str | None = None
) -> Coded:
    """Encode a column of Python values as text; None, nan and blank text are missing.

    Other values are converted to text: 7 and "7" are the same touchpoint, as they would be in a
    file. A column of numbers that are all whole is written without decimal points, because a
    single missing value turns a column of integers into floats. In a named ``column``, floats too
    large to be exact are refused; ``called`` is a name for messages alone.
    """
    kinds = set(map(type, values)) - {type(None)}
    name = called if column is None else column
    values = _single_values(values, kinds, name)
    if len(kinds) > 1 and not kinds.isdisjoint((bool, np.bool_)):  # True == 1, as a key of a dict
        values = [str(one) if isinstance(one, (bool, np.bool_)) else one for one in values]
    try:
        known: dict[Any, int] = dict.fromkeys(values, -1)
    except TypeError:
        values = _hashable_values(values, name)
        known = dict.fromkeys(values, -1)
    written = _writer(kinds, known, column)
    texts: dict[str, int] = {}
    try:
        for one in known:
            if not is_missing(one):
                known[one] = texts.setdefault(written(one), len(texts))
    except ValueError as error:  # Python writes integers of at most 4,300 digits
        raise InvalidInputError(
            f"a value of {_named(name)} cannot be written as text: {error}"
        ) from error
    try:
        codes = np.fromiter(map(known.__getitem__, values), np.int32, count=len(values))
    except KeyError:  # nan is not equal to itself, so two nans can be two keys
        codes = np.fromiter((known.get(one, -1) for one in values), np.int32, count=len(values))
    return Coded(owned(codes), tuple(texts))


def _named(column: str | None) -> str:
    return "a column" if column is None else f"column {column!r}"


def _hashable_values(values: Sequence[Any], column: str | None) -> list[Any]:
    """Return values with None where they are missing; raise for those that are not single."""
    plain = [None if is_missing(one) else one for one in values]
    wrong = [row for row, one in enumerate(plain) if not _is_hashable(one)]
    if wrong:
        kinds = dict.fromkeys(type(plain[row]).__name__ for row in wrong)
        raise InvalidInputError(
            f"{_named(column)} holds values of type {', '.join(kinds)}, and a cell must hold a "
            "single value",
            where=f"rows {first_few(wrong)}: {first_few(plain[row] for row in wrong[:5])}",
            mend="make a text or a number of each first: of a list by joining or exploding it, of "
            "a mapping or struct by taking one field",
        )
    return plain


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _single_values(values: Sequence[Any], kinds: set[type], column: str | None) -> Sequence[Any]:
    """Refuse bytes, whose text depends on an encoding, and read masked values as missing."""
    if not kinds.isdisjoint(_BYTES):
        rows = [row for row, one in enumerate(values) if isinstance(one, _BYTES)]
        shown = (bytes(values[row]) for row in rows[:5])
        raise InvalidInputError(
            f"{_named(column)} holds bytes, which are text only in some encoding",
            where=f"rows {first_few(rows)}: {first_few(shown)}",
            mend="decode it first, for example with .decode('utf-8')",
        )
    if _MASKED in kinds:
        return [None if one is np.ma.masked else one for one in values]
    return values


def refuse_inexact(values: Array, column: str) -> None:
    """Raise when floats are too large to tell whole numbers apart that differ by one."""
    exact = 2.0 ** (np.finfo(values.dtype).nmant + 1)
    wrong = np.isfinite(values) & (np.abs(values) >= exact)
    if wrong.any():
        size = int(np.count_nonzero(wrong))
        raise InvalidInputError(
            f"column {column!r} holds {counted(size, 'number')} as {values.dtype}, which cannot "
            f"tell whole numbers from {exact:,.0f} on apart",
            where=first_few(values[wrong][:6].tolist()),
            mend="read the column as text: a missing value makes pandas turn whole numbers into "
            f"floats, and read_csv(dtype={{{column!r}: 'string'}}) keeps them",
        )


def _writer(
    kinds: Collection[type], values: Iterable[Any], column: str | None
) -> Callable[[Any], str]:
    """Return how to write these values as text."""
    if not any(issubclass(kind, (float, np.floating)) for kind in kinds):
        return str
    present = [one for one in values if not is_missing(one)]
    if not all(isinstance(one, (int, float, np.integer, np.floating)) for one in present):
        return str
    if column is not None:
        floats = [one for one in present if isinstance(one, (float, np.floating))]
        refuse_inexact(np.array(floats), column)
    whole = all(map(is_whole, present))
    return (lambda one: str(int(one))) if whole else _decimal
