"""Reading dataframes: pandas, polars (eager and lazy), pyarrow, duckdb and others, by narwhals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.columns import (
    SAMPLE,
    IdColumn,
    columns_asked,
    kept_values,
    keys_of_codes,
    keys_of_floats,
    keys_of_integers,
    keys_of_values,
    numbers_of,
)
from touchpoints._core.datetimes import Instants, from_datetime64
from touchpoints._core.engine_errors import asking
from touchpoints._core.frozen import (
    Array,
    Coded,
    code_values,
    without_blanks,
)
from touchpoints._core.instants import from_numbers, from_objects
from touchpoints._core.messages import first_few
from touchpoints._core.packed import PackedTexts, encoded, packed_joined, packed_parts
from touchpoints._core.text import is_blank
from touchpoints._core.zones import HowTimes, tidy_zone, zoned
from touchpoints.errors import InvalidInputError, WrongKindError

_SEEDS = (0x51ED270B, 0x9E3779B9)
_GUESS = 1 << 16
_AT_ONCE = 1 << 19
"""Rows that polars codes or hashes at once."""
_JOINED = 1 << 31
"""The most bytes of a column of polars that are joined to one text."""
_TEXTS = (nw.String, nw.Categorical, nw.Enum)
_WIDE = (nw.Int128, nw.UInt128)
"""Types of integers that numpy lacks."""


class Frame:
    """A dataframe of any library, read column by column into arrays and coded text."""

    def __init__(self, frame: Any) -> None:
        try:
            given = nw.from_native(frame)
            self.lazy = isinstance(given, nw.LazyFrame)
            with asking(given, "looked at the columns of the frame"):
                self.names: list[str] = list(given.collect_schema().names())
        except nw.exceptions.DuplicateError as error:
            raise InvalidInputError(f"two columns of the table share a name: {error}") from error
        except TypeError as error:
            raise WrongKindError(
                f"{type(frame).__name__} is not a dataframe that this library reads",
                mend="pass a pandas, polars, pyarrow or duckdb table; for plain columns use "
                "tp.from_columns, for dicts tp.from_records",
            ) from error
        written = given.columns if given.implementation.is_duckdb() else self.names
        if twice := [name for name, count in Counter(written).items() if count > 1]:
            raise InvalidInputError(f"two columns of the table share a name: {first_few(twice)}")
        self.given = given
        self._frame: Any = None

    def samples(self) -> dict[str, list[Any]] | None:
        """Return evenly spaced values of each text column; None for a lazy dataframe."""
        if self.lazy:
            return None
        some = self.given.gather_every(max(1, len(self.given) // SAMPLE))
        texts = (*_TEXTS, nw.Object)
        return {name: some[name].to_list() for name in self.names if some[name].dtype in texts}

    def load(self, asked: Iterable[tuple[str, Any]]) -> None:
        """Read only the columns named by arguments; raise where the table has no such column."""
        columns = columns_asked(asked, self.names)
        with asking(self.given, "read the rows"):
            chosen = self.given.select(*columns)
            self._frame = chosen.collect() if self.lazy else chosen

    @property
    def rows(self) -> int:
        """Number of rows read."""
        return len(self._frame)

    def values(self, name: str) -> list[Any]:
        """Return a column as Python values."""
        values: list[Any] = self._frame[name].to_list()
        return values

    def packed(self, name: str) -> PackedTexts | None:
        """Return a column of text as bytes; None where it is no such column, or lacks values."""
        return _packed(self._frame[name])

    def text(self, name: str) -> Coded:
        """Return a column as dictionary-encoded text."""
        return _text(self._frame[name])

    def keys(self, name: str) -> IdColumn:
        """Return a column of ids as 64-bit keys for grouping."""
        return _keys(self._frame[name])

    def kept(self, name: str) -> Coded | Array:
        """Return a column as it is stored: numbers and instants as arrays, text as codes."""
        series = self._frame[name]
        dtype = series.dtype
        if dtype == nw.Boolean or dtype.is_numeric():
            return _numbers(series)
        if dtype in (nw.Datetime, nw.Date):
            return _times(series, name, HowTimes()).stamps.view("datetime64[us]")
        if _kind_of_categories(series) in tuple("biufmM"):
            return kept_values(series.to_list(), name)
        if dtype in (nw.Duration, nw.Object):
            values = series.to_numpy() if dtype == nw.Duration else series.to_list()
            return kept_values(values, name)
        return _text(series)

    def numbers(self, name: str) -> Array:
        """Return a column of numbers as an array, nan where missing."""
        return _numbers(self._frame[name])

    def instants(self, name: str, how: HowTimes) -> Instants:
        """Return a column of times as instants."""
        return zoned(_times(self._frame[name], name, how), name, how)


def _numbers(series: Any) -> Array:
    dtype = series.dtype
    plain = (dtype.is_numeric() or dtype == nw.Boolean) and dtype not in _WIDE
    values = np.asarray(series.to_numpy()) if plain else series.to_list()
    return numbers_of(values, series.name)


def _packed(series: Any) -> PackedTexts | None:
    if series.dtype != nw.String or series.null_count():
        return None
    native = series.to_native()
    if series.implementation.is_polars():
        return _polars_packed(native)
    arrow = getattr(native.dtype, "storage", "") == "pyarrow" if _is_pandas(series) else True
    return _arrow_packed(series.to_arrow()) if arrow else None


def _is_pandas(series: Any) -> bool:
    return bool(series.implementation.is_pandas_like())


def _polars_packed(native: Any) -> PackedTexts | None:
    sizes = native.str.len_bytes().to_numpy().astype(np.int64)
    if not len(native) or int(sizes.sum()) > _JOINED or not hasattr(native.str, "join"):
        return None
    return packed_joined(encoded(native.str.join("").item()), offsets_of(sizes))


def _arrow_packed(native: Any) -> PackedTexts | None:
    import pyarrow as pa

    chunks = native.chunks if isinstance(native, pa.ChunkedArray) else [native]
    try:
        flat = [one.cast(pa.large_string()) for one in chunks]
    except pa.ArrowNotImplementedError:  # views of text, before pyarrow casts them
        return None
    parts, offsets, size = [], [np.zeros(1, dtype=np.int64)], 0
    for one in flat:
        _, bounds, data = one.buffers()
        if not len(one) or data is None:
            continue
        ends = np.frombuffer(bounds, np.int64)[one.offset : one.offset + len(one) + 1]
        low, high = int(ends[0]), int(ends[-1])
        parts.append(data[low:high])
        offsets.append(ends[1:] + (size - low))
        size += high - low
    return packed_parts(parts, np.concatenate(offsets)) if parts else None


def _missing(series: Any) -> Array | None:
    nulls = series.is_null()
    return np.asarray(nulls.to_numpy(), dtype=bool) if nulls.any() else None


def _text(series: Any) -> Coded:
    """Encode a column as text, using the dictionary encoding of the dataframe library."""
    native, dtype = series.to_native(), series.dtype
    if dtype.is_float():
        return _whole_or_text(np.asarray(_numbers(series)), series.name)
    if dtype not in _TEXTS:
        return code_values(series.to_list(), column=series.name)
    if series.implementation.is_polars():
        return _polars_text(native)
    if series.implementation.is_pandas():
        return _pandas_text(native)
    return _arrow_text(series.to_arrow(), series.name)


def _whole_or_text(values: Array, name: str) -> Coded:
    keys = keys_of_floats(values, name)
    labels = keys.labels(np.arange(len(values)))
    if keys.missing is None:
        return code_values(labels.tolist())
    pairs = zip(labels.tolist(), keys.missing, strict=True)
    return code_values([None if gone else one for one, gone in pairs])


def _polars_text(native: Any) -> Coded:
    import polars as pl

    if native.dtype == pl.Enum:
        categories = native.dtype.categories.to_list()
        return _without_blanks(_enum_codes(native, native.dtype)[0], categories)
    # By the distinct texts of the first rows; of all rows if others occur later.
    for part in (native.head(_GUESS), native):
        categories = part.unique().drop_nulls().cast(pl.String).sort().to_list()
        codes, nulls = _enum_codes(native, pl.Enum(categories))
        if nulls == native.null_count():
            break
    return _without_blanks(codes, categories)


def _enum_codes(native: Any, enum: Any) -> tuple[Array, int]:
    """Encode text on all cores: codes, int32 (m,), -1 for null and unknown text, and the nulls."""
    import polars as pl

    answer = np.empty(len(native), dtype=np.int32)

    def encode(span: slice) -> int:
        part = native.slice(span.start, span.stop - span.start).cast(enum, strict=False)
        codes = part.to_physical().cast(pl.Int32)
        nulls = int(codes.null_count())
        answer[span] = (codes.fill_null(-1) if nulls else codes).to_numpy()
        return nulls

    calls = [partial(encode, one) for one in spans(len(native), size=_AT_ONCE)]
    return answer, sum(in_threads(calls))


def _pandas_text(native: Any) -> Coded:
    import pandas as pd

    codes, values = pd.factorize(native)
    return _without_blanks(*_as_texts(codes.astype(np.int32), list(values), native.name))


def _as_texts(codes: Array, values: list[Any], name: Any) -> tuple[Array, list[str]]:
    """Convert the codes of dictionary values of any type into codes of distinct texts."""
    if all(isinstance(one, str) for one in values) and len(set(values)) == len(values):
        return codes, values
    texts = code_values(values, called=name)
    return np.append(texts.codes, np.int32(-1))[codes], list(texts.categories)


def _arrow_text(native: Any, name: str) -> Coded:
    import pyarrow as pa
    import pyarrow.compute as pc

    flat = native.combine_chunks() if isinstance(native, pa.ChunkedArray) else native
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.concat_arrays(flat.chunks)
    if not pa.types.is_dictionary(flat.type):
        flat = pc.dictionary_encode(flat)
    codes = flat.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    return _without_blanks(*_as_texts(codes, flat.dictionary.to_pylist(), name))


def _without_blanks(codes: Array, categories: list[str]) -> Coded:
    """Turn empty and blank text into missing, and drop unused categories if there are many."""
    if len(categories) > 2 * len(codes) + 64:  # a categorical shared between columns
        used = np.unique(codes[codes >= 0])
        table = np.full(len(categories) + 1, -1, dtype=np.int32)
        table[used] = np.arange(len(used), dtype=np.int32)
        codes, categories = table[codes], [categories[code] for code in used.tolist()]
    return without_blanks(codes, categories)


def _keys(series: Any) -> IdColumn:
    dtype = series.dtype
    if dtype in (*_WIDE, nw.Object):
        return keys_of_values(series.to_list(), series.name)
    if dtype.is_integer():
        missing = _missing(series)
        filled = series if missing is None else series.fill_null(0)
        return keys_of_integers(np.asarray(filled.to_numpy()), missing)
    if dtype.is_float():
        return keys_of_floats(_numbers(series), series.name)
    if dtype == nw.String and series.implementation.is_polars():
        return _polars_keys(series.to_native())
    return _categorical_keys(series) or keys_of_codes(_text(series))


def _categorical_keys(series: Any) -> IdColumn | None:
    """Return keys of numbers in a categorical or dictionary, or of polars categories, or None."""
    if series.implementation.is_polars():
        coded = series.dtype in (nw.Categorical, nw.Enum)
        return _polars_category_keys(series.to_native()) if coded else None
    numeric = _kind_of_categories(series) in tuple("iuf")
    return keys_of_values(series.to_list(), series.name) if numeric else None


def _kind_of_categories(series: Any) -> str:
    """Return the kind of the values of a categorical or dictionary, as numpy writes it."""
    native = series.to_native()
    if series.implementation.is_pandas():
        kind = getattr(getattr(native.dtype, "categories", None), "dtype", None)
        return str(getattr(kind, "kind", ""))
    kind = getattr(native, "type", None) if series.implementation.is_pyarrow() else None
    value = getattr(kind, "value_type", None) if str(kind).startswith("dictionary") else None
    return "" if value is None else np.dtype(value.to_pandas_dtype()).kind


@attrs.frozen(eq=False)
class _PolarsHashes:
    """The hashes of a column of polars, made where they are read."""

    native: Any
    seed: int

    def __len__(self) -> int:
        return len(self.native)

    def __getitem__(self, span: slice) -> Array:
        return self._of(self.native.slice(span.start, span.stop - span.start))

    def take(self, rows: Array) -> Array:
        return self._of(self.native.gather(rows))

    def whole(self) -> Array:
        answer = np.empty(len(self.native), dtype=np.uint64)

        def fill(span: slice) -> None:
            answer[span] = self[span]

        in_threads([partial(fill, one) for one in spans(len(answer), size=_AT_ONCE)])
        return answer

    def _of(self, part: Any) -> Array:
        hashes: Array = part.hash(self.seed).to_numpy()
        return hashes


def _objects(native: Any, rows: Array) -> Array:
    """Return the texts of rows, object (n,)."""
    import polars as pl

    answer = np.empty(len(rows), dtype=object)

    def fill(span: slice) -> None:
        answer[span] = native.gather(rows[span]).cast(pl.String).to_numpy()

    in_threads([partial(fill, one) for one in spans(len(rows), size=_AT_ONCE // 4)])
    return answer


def _polars_keys(native: Any) -> IdColumn:
    """Hash text with the polars hash function, twice with independent seeds."""
    missing = _polars_blanks(native)
    if native.null_count():
        missing |= native.is_null().to_numpy()

    def labels(rows: Array) -> Array:
        return _objects(native, rows)

    return IdColumn(
        primary=_PolarsHashes(native, _SEEDS[0]),
        check=_PolarsHashes(native, _SEEDS[1]),
        labels=labels,
        missing=missing if missing.any() else None,
    )


def _polars_category_keys(native: Any) -> IdColumn | None:
    """Return the codes of polars categories as keys; None where a category is blank."""
    import polars as pl

    missing = native.is_null().to_numpy() if native.null_count() else None
    codes = native.to_physical().cast(pl.UInt64)
    keys = (codes if missing is None else codes.fill_null(0)).to_numpy()
    last = np.full(int(keys.max(initial=0)) + 1, -1, dtype=np.int64)
    last[keys.view(np.int64)] = np.arange(len(keys))

    def labels(rows: Array) -> Array:
        return _objects(native, rows)

    if _polars_blanks(native.gather(last[last >= 0]).cast(pl.String)).any():
        return None
    return IdColumn(primary=keys, check=None, labels=labels, missing=missing)


def _polars_blanks(native: Any) -> Array:
    """Tell which texts are blank: few can be, since they begin before "!" or after "~"."""

    def near(span: slice) -> Array:
        part = native.slice(span.start, span.stop - span.start)
        mask: Array = ((part < "!") | (part >= "\x7f")).fill_null(value=False).to_numpy()
        rows: Array = np.flatnonzero(mask) + span.start
        return rows

    found = in_threads([partial(near, one) for one in spans(len(native), size=_AT_ONCE)])
    rows = np.concatenate([np.empty(0, dtype=np.int64), *found])
    blank = np.zeros(len(native), dtype=bool)
    if len(rows):
        texts = native.gather(rows)
        known = {one: is_blank(one) for one in texts.unique().to_list()}
        if any(known.values()):
            blanks = [one for one, gone in known.items() if gone]
            blank[rows] = texts.is_in(blanks).to_numpy()
    return blank


def _times(series: Any, name: str, how: HowTimes) -> Instants:
    dtype, bad_times = series.dtype, how.bad_times
    if isinstance(dtype, nw.Datetime) or dtype in (nw.Datetime, nw.Date):
        zone = None if dtype == nw.Date else dtype.time_zone
        naive = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zone else series
        zone = zone and tidy_zone(zone)
        values = np.asarray(naive.to_numpy())
        if values.dtype.kind == "M":
            return from_datetime64(
                values,
                zone,
                name=name,
                bad_times=bad_times,
                may_be_open=how.may_be_open,
                lasting=series.implementation.is_polars(),
            )
    if dtype in _WIDE:
        return from_objects(series.to_list(), name, how.time_format, bad_times=bad_times)
    if dtype.is_integer():
        missing = _missing(series)
        filled = series if missing is None else series.fill_null(0)
        counts = np.asarray(filled.to_numpy())
        return from_numbers(counts, name, how.time_format, missing=missing, bad_times=bad_times)
    if dtype.is_numeric():
        return from_numbers(_numbers(series), name, how.time_format, bad_times=bad_times)
    return from_objects(
        series.to_list(),
        name,
        how.time_format,
        bad_times=bad_times,
        may_be_open=how.may_be_open,
    )
