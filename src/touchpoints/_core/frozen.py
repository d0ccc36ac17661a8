"""Values that stay as they are: a mapping that can be pickled, read-only columns, coded text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from touchpoints._core.messages import counted, first_few
from touchpoints.errors import InvalidInputError

K = TypeVar("K")
V = TypeVar("V")
Array = NDArray[Any]
_MASKED = type(np.ma.masked)


class FrozenMap(Mapping[K, V], Generic[K, V]):
    """A mapping that cannot be changed, keeps its order, and can be pickled and hashed.

    Hashing needs hashable values. ``types.MappingProxyType`` would do, but cannot be pickled.
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
    """Return ``values`` as a read-only array nobody else can write to.

    An array that is already read-only all the way down is returned as it is, so that
    ``attrs.evolve`` costs nothing; anything still writable somewhere is copied.
    """
    array = np.asarray(values, dtype=dtype)
    if not _writable_somewhere(array):
        return array
    if array is values or array.base is not None:
        array = array.copy()
    array.flags.writeable = False
    return array


def owned(array: Array) -> Array:
    """Mark an array this library has just made as read-only, without a copy."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base.flags.writeable = False
        base = base.base
    return array


def integers(values: Any, dtype: Any, *, name: str) -> Array:
    """Return whole numbers as a read-only array, refusing any that the type cannot hold.

    A plain cast would turn 1.5 into 1 and 2**32 into 0 without a word.
    """
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
    """Return numbers or instants as a read-only array, saying which column holds neither."""
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
    """Return an object array holding ``values`` one by one (never nested, never ``<U``)."""
    array = np.empty(len(values), dtype=object)
    array[:] = values if isinstance(values, np.ndarray) else list(values)
    return array


def same_array(left: Array | None, right: Array | None) -> bool:
    """Tell whether two columns hold the same values; nan equals nan and NaT equals NaT."""
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


def _as_texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(eq=False, repr=False)
class Coded:
    """A text column kept as codes: ``categories[codes[i]]`` is the value of row i.

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

    def take(self, rows: Any) -> Coded:
        """Return the column with the rows at these positions (or where a mask is true)."""
        taken = object.__new__(Coded)  # of what has been checked nothing needs checking again
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


def is_blank(text: str) -> bool:
    """Tell whether a text is empty or nothing but space."""
    return not text or text.isspace()


def is_missing(value: Any) -> bool:
    """Tell whether a single value stands for nothing: None, blank text, nan, NaT, pandas.NA."""
    if value is None or isinstance(value, str):
        return value is None or is_blank(value)
    if value is np.ma.masked:
        return True
    unlike = value != value
    if isinstance(unlike, (bool, np.bool_)):
        return bool(unlike)
    return unlike is value  # pandas.NA answers any comparison with itself


def code_values(values: Sequence[Any], *, column: str | None = None) -> Coded:
    """Return a column of Python values as coded text; None, nan and blanks are missing.

    Values that are no text are written as text: 7 and "7" are the same touchpoint, as they would
    be in a file. A column of numbers of which all are whole is written without decimal points,
    since a missing value is all it takes to turn whole numbers into floats. Of a ``column`` with a
    name, floats too large to be exact are refused.
    """
    kinds = set(map(type, values)) - {type(None)}
    values = _single_values(values, kinds, column)
    if len(kinds) > 1 and not kinds.isdisjoint((bool, np.bool_)):  # True == 1, as a key of a dict
        values = [str(one) if isinstance(one, (bool, np.bool_)) else one for one in values]
    try:
        known: dict[Any, int] = dict.fromkeys(values, -1)
    except TypeError as error:
        raise InvalidInputError(
            f"a column holds something that is no single value: {error}"
        ) from error
    written = _writer(kinds, known, column)
    texts: dict[str, int] = {}
    for one in known:
        if not is_missing(one):
            known[one] = texts.setdefault(written(one), len(texts))
    try:
        codes = np.fromiter(map(known.__getitem__, values), np.int32, count=len(values))
    except KeyError:  # nan is not equal to itself, so two nans can be two keys
        codes = np.fromiter((known.get(one, -1) for one in values), np.int32, count=len(values))
    return Coded(owned(codes), tuple(texts))


def _single_values(values: Sequence[Any], kinds: set[type], column: str | None) -> Sequence[Any]:
    """Refuse bytes, whose text depends on an encoding, and read masked values as missing."""
    if not kinds.isdisjoint((bytes, bytearray, memoryview, np.bytes_)):
        rows = [row for row, one in enumerate(values) if isinstance(one, (bytes, memoryview))]
        named = "a column" if column is None else f"column {column!r}"
        raise InvalidInputError(
            f"{named} holds bytes, which are text only in some encoding",
            where=f"rows {first_few(rows)}: {first_few(values[row] for row in rows[:5])}",
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
    whole = all(float(one).is_integer() for one in present)
    return (lambda one: str(int(one))) if whole else (lambda one: str(float(one)))
