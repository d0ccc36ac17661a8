"""What narwhals lacks and each engine has: local tables, hashes, times as integers, and errors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.engine_errors import ENGINES, backend_of, engine_errors, engine_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

Values = Sequence[str | int | None] | Array

_DAY = 86_400_000_000
_SECOND = 1_000_000
_NANO = 9


def _lazy(native: Any) -> nw.LazyFrame[Any]:
    frame: nw.LazyFrame[Any] = nw.from_native(native)
    return frame


def with_names(frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """Return columns of a frame under other names, for example ``{"journey": "visit.id"}``.

    Spark, and DuckDB before 2, read a dot as a column's part unless the name is quoted, which
    narwhals does not do.
    """
    if frame.implementation.is_duckdb():
        quoted = [f"{_in_quotes(old)} AS {_in_quotes(new)}" for new, old in columns.items()]
        return _lazy(frame.to_native().project(", ".join(quoted)))
    if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
        functions, native = _spark_functions(frame), frame.to_native()
        chosen = [functions.col(_in_backticks(old)).alias(new) for new, old in columns.items()]
        return _lazy(native.select(*chosen))
    return frame.select(**{new: nw.col(old) for new, old in columns.items()})


# ------------------------------------------------------------------------------------ local tables


def local_table(frame: nw.LazyFrame[Any], columns: Mapping[str, Values]) -> nw.LazyFrame[Any]:
    """Return a small table that lies in the engine of a frame, ready to be joined with it.

    A column of integers, or an array of them, becomes int64; every other one, and an empty list,
    becomes text.
    """
    whole = {name: _is_whole(values) for name, values in columns.items()}
    plain: dict[str, list[Any]] = {
        name: values.tolist() if isinstance(values, np.ndarray) else list(values)
        for name, values in columns.items()
    }
    found, native = frame.implementation, frame.to_native()
    if found.is_polars():
        return _lazy(_polars_table(plain, whole))
    if found.is_duckdb():
        return _lazy(_duckdb_table(native, plain, whole))
    if found.is_pyspark() or found.is_pyspark_connect():
        return _lazy(_spark_table(native, plain, whole))
    if found.is_ibis():
        return _lazy(_ibis_table(plain, whole))
    raise _unknown(frame)


def _is_whole(values: Values) -> bool:
    if isinstance(values, np.ndarray):
        return values.dtype.kind in "iu"
    known = [one for one in values if one is not None]
    return bool(known) and all(isinstance(one, int) for one in known)


def _polars_table(columns: Mapping[str, list[Any]], whole: Mapping[str, bool]) -> Any:
    import polars as pl

    schema = {name: pl.Int64 if whole[name] else pl.String for name in columns}
    return pl.LazyFrame(columns, schema=schema)


def _duckdb_table(
    relation: Any, columns: Mapping[str, list[Any]], whole: Mapping[str, bool]
) -> Any:
    """Return lists of constants, one row for each value, in the connection of a relation.

    Tables of two connections cannot be joined, and a relation does not tell its connection: hence
    one row is made from the relation without reading it. Constants need no quotes, leave no view
    behind, and work where the connection may not look at Python's variables.
    """
    from duckdb import ConstantExpression, FunctionExpression

    lists = [
        FunctionExpression(
            "unnest", ConstantExpression(values).cast("BIGINT[]" if whole[name] else "VARCHAR[]")
        ).alias(name)
        for name, values in columns.items()
    ]
    return relation.limit(0).aggregate("count(*)").select(*lists)


def _spark_table(frame: Any, columns: Mapping[str, list[Any]], whole: Mapping[str, bool]) -> Any:
    """Return a table that is sent to each executor: without the hint, the log is shuffled."""
    from pyspark.sql.types import LongType, StringType, StructField, StructType

    schema = StructType(
        [StructField(name, LongType() if whole[name] else StringType()) for name in columns]
    )
    rows = list(zip(*columns.values(), strict=True))
    return frame.sparkSession.createDataFrame(rows, schema).hint("broadcast")


def _ibis_table(columns: Mapping[str, list[Any]], whole: Mapping[str, bool]) -> Any:
    import ibis
    import pyarrow as pa

    arrays = {
        name: pa.array(values, pa.int64() if whole[name] else pa.string())
        for name, values in columns.items()
    }
    return ibis.memtable(pa.table(arrays))


# ------------------------------------------------------------------------------------------ hashes


def with_hash(
    frame: nw.LazyFrame[Any], column: str, *, name: str, modulo: int, seed: int
) -> nw.LazyFrame[Any]:
    """Add the engine's hash of a column of text or integers, from 0 to below ``modulo``.

    Engines do not agree on hashes, nor need versions of one. Those of two seeds are independent.
    """
    found, native, mixed = frame.implementation, frame.to_native(), _mixed(seed)
    if found.is_polars():
        return _lazy(_polars_hash(native, column, name, modulo, mixed))
    if found.is_duckdb():
        return _lazy(_duckdb_hash(native, column, name, modulo, mixed))
    if found.is_pyspark() or found.is_pyspark_connect():
        functions = _spark_functions(frame)
        hashed = functions.xxhash64(functions.lit(mixed), functions.col(_in_backticks(column)))
        return _lazy(native.withColumn(name, functions.pmod(hashed, functions.lit(modulo))))
    if found.is_ibis():
        hashed = native[column].cast("string")
        hashed = (_ibis_text(f"{mixed}:") + hashed).hash() % modulo
        return _lazy(native.mutate(**{name: ((hashed + modulo) % modulo).cast("int64")}))
    if found.is_dask():
        return _lazy(_dask_hash(native, column, name, modulo, mixed))
    raise _unknown(frame)


def _mixed(seed: int) -> int:
    """Return 62 bits that neighbouring seeds do not share."""
    return int.from_bytes(hashlib.blake2b(str(seed).encode(), digest_size=8).digest()) >> 2


def _polars_hash(native: Any, column: str, name: str, modulo: int, mixed: int) -> Any:
    import polars as pl

    found = pl.col(column)
    if native.collect_schema()[column] in (pl.Categorical, pl.Enum):
        found = found.cast(pl.String)
    hashed = found.hash(mixed)
    return native.with_columns((hashed % modulo).cast(pl.Int64).alias(name))


def _duckdb_hash(native: Any, column: str, name: str, modulo: int, mixed: int) -> Any:
    """Add a hash of the hash and the seed: DuckDB's own way to join two hashes is linear."""
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

    first = FunctionExpression("hash", ColumnExpression(column))
    seeded = FunctionExpression("xor", first, ConstantExpression(mixed).cast("UBIGINT"))
    hashed = FunctionExpression("hash", seeded) % ConstantExpression(modulo).cast("UBIGINT")
    return native.select(StarExpression(), hashed.cast("BIGINT").alias(name))


def _spark_functions(frame: nw.LazyFrame[Any]) -> Any:
    if frame.implementation.is_pyspark_connect():
        from pyspark.sql.connect import functions as of_connect

        return of_connect
    from pyspark.sql import functions

    return functions


def _in_quotes(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _in_backticks(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"


def _ibis_text(text: str) -> Any:
    import ibis

    return ibis.literal(text)


def _dask_hash(native: Any, column: str, name: str, modulo: int, mixed: int) -> Any:
    import pandas as pd

    def hashed(part: Any) -> Any:
        texts = part[column].astype(str).to_numpy(dtype=object)
        values = pd.util.hash_array(texts, hash_key=f"{mixed:016x}")
        return part.assign(**{name: (values % np.uint64(modulo)).astype(np.int64)})

    return native.map_partitions(hashed)


# ------------------------------------------------------------------------------------------- times


def with_microseconds(frame: nw.LazyFrame[Any], column: str, *, name: str) -> nw.LazyFrame[Any]:
    """Add the microseconds from 1970 on of a column of datetimes or dates, rounded down.

    Those of a datetime with a zone are counted in UTC, those of one without as they are written.
    """
    dtype, found, native = frame.collect_schema()[column], frame.implementation, frame.to_native()
    if found.is_polars():
        return _lazy(_polars_microseconds(native, column, name))
    if found.is_duckdb():
        return _lazy(_duckdb_microseconds(native, column, name))
    if found.is_pyspark() or found.is_pyspark_connect():
        whole = _spark_microseconds(frame, column)
        return _lazy(native.withColumn(name, whole))
    if found.is_ibis():
        whole = _ibis_microseconds(native, column, is_date=dtype == nw.Date)
        return _lazy(native.mutate(**{name: whole.cast("int64")}))
    raise _unknown(frame)


def _polars_microseconds(native: Any, column: str, name: str) -> Any:
    import polars as pl

    dtype = native.collect_schema()[column]
    whole = pl.col(column).to_physical().cast(pl.Int64)
    if dtype == pl.Date:
        whole = whole * _DAY
    elif dtype.time_unit != "us":
        whole = whole // 1_000 if dtype.time_unit == "ns" else whole * 1_000
    return native.with_columns(whole.alias(name))


def _duckdb_microseconds(native: Any, column: str, name: str) -> Any:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

    kind = str(dict(zip(native.columns, native.types, strict=True))[column])
    found = ColumnExpression(column)
    if kind.endswith("_NS"):  # made microseconds by a cast, it would be rounded
        whole = FunctionExpression("epoch_ns", found)
        thousand = ConstantExpression(1_000)
        over = ((whole % thousand) + thousand) % thousand
        whole = FunctionExpression("divide", whole - over, thousand)
    else:
        instant = found if "ZONE" in kind else found.cast("TIMESTAMP")
        whole = FunctionExpression("epoch_us", instant)
    return native.select(StarExpression(), whole.cast("BIGINT").alias(name))


def _spark_microseconds(frame: nw.LazyFrame[Any], column: str) -> Any:
    """Return microseconds; of a time without a zone by its parts, which no session's zone moves."""
    functions = _spark_functions(frame)
    kind = dict(frame.to_native().dtypes)[column]
    found = functions.col(_in_backticks(column))
    if kind == "timestamp":
        return functions.unix_micros(found)
    days = functions.unix_date(found.cast("date")).cast("bigint") * _DAY
    if kind == "date":
        return days
    seconds = functions.extract(functions.lit("SECOND"), found) * _SECOND
    minutes = functions.hour(found) * 60 + functions.minute(found)
    return days + minutes.cast("bigint") * (60 * _SECOND) + seconds.cast("bigint")


def _ibis_microseconds(native: Any, column: str, *, is_date: bool) -> Any:
    found = native[column]
    if is_date:
        return found.cast("timestamp").epoch_seconds().cast("int64") * _SECOND
    if backend_of(native) == "duckdb":
        return _ibis_duckdb_microseconds(found)
    seconds = found.truncate("s").epoch_seconds().cast("int64")
    return seconds * _SECOND + found.microsecond().cast("int64")


def _ibis_duckdb_microseconds(found: Any) -> Any:
    """Return microseconds by DuckDB's own functions: ibis would use the zone of the session."""
    import ibis

    fine = found.type().scale == _NANO
    name = "epoch_ns" if fine else "epoch_us"

    def whole(_time: Any) -> Any:
        """DuckDB's function."""

    signature = ((found.type(),), "int64")
    counted: Any = ibis.udf.scalar.builtin(whole, name=name, signature=signature)(found)
    if not fine:
        return counted
    over = ((counted % 1_000) + 1_000) % 1_000
    return (counted - over) // 1_000


# ------------------------------------------------------------------------------ results and errors


def collected(frame: nw.LazyFrame[Any], *, asked: str) -> nw.DataFrame[Any]:
    """Run the query of a frame and return its rows.

    Parameters
    ----------
    frame
        The frame.
    asked
        What the query finds out, as the error says it: "counted the paths".
    """
    with engine_errors(frame, asked=asked):
        if frame.implementation.is_polars():
            return frame.collect(backend="polars", engine="streaming")
        if frame.implementation.is_dask():
            return frame.collect(backend="pandas")
        return frame.collect(backend="pyarrow")


def columns_of(frame: nw.DataFrame[Any], names: Sequence[str]) -> dict[str, Array]:
    """Return columns of integers as arrays, -1 where null."""
    found = {}
    for name in names:
        column = frame[name]
        if column.null_count():
            column = column.fill_null(-1)
        found[name] = np.asarray(column.to_numpy()).astype(np.int64)
    return found


def _unknown(frame: nw.LazyFrame[Any]) -> InvalidInputError:
    return InvalidInputError(
        f"the engine must be one of {ENGINES}, which have ordered windows, got {engine_of(frame)}",
        mend="collect the frame first",
    )
