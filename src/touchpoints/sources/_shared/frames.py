"""Tables in files: Parquet by the dataframe library that is there, text with separators by ours."""

from __future__ import annotations

import glob
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from touchpoints._core.messages import first_few, not_found
from touchpoints.errors import InvalidInputError, MissingPackageError, NotFoundError
from touchpoints.sources._columns import columns_of_records
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.own_tables.duckdb_tables import table_of_relation
from touchpoints.sources._shared.records import records_of
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.text_files.separated import columns_of_file
from touchpoints.sources._shared.text_files.sniffer import Given, sniffed
from touchpoints.sources._shared.text_files.typed_columns import Wanted

PARQUET = b"PAR1"
_WILD = "*?["


def kind_of_file(path: Any) -> Literal["parquet", "json", "text"]:
    """Return what a file holds, by how it begins: text is a table with separators.

    An empty file has no lines of JSON either.
    """
    with opened(path) as file:
        start = file.read(4096)
    if start.startswith(PARQUET):
        return "parquet"
    is_json = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[", b"")
    return "json" if is_json else "text"


def frame_of_file(path: Any) -> Any:
    """Return the table of a file: Parquet, JSON (lines or an array), or text with separators."""
    kind = kind_of_file(path)
    if kind == "parquet":
        return frame_of_parquet(path, None)
    if kind == "json":
        rows = [record for _, record in records_of(path, Skipped(on_error="raise"))]
        return columns_of_records(rows, ())
    known = sniffed(path, Given(times=()))
    if not known.header:
        raise InvalidInputError(
            "the first row of the file does not hold the names of columns",
            where=f"{known.name}: {known.evidence['header']}",
            mend="add a row with the names of the columns of the format",
        )
    wanted = [Wanted(one, "text") for one in known.columns if known.columns.count(one) == 1 and one]
    return columns_of_file(path, known, wanted, Skipped(on_error="raise"), named=True)


def frame_of_parquet(path: Any, columns: Sequence[str] | None) -> Any:
    """Return columns of a Parquet file, of the files of a folder, or of those a pattern names.

    Polars reads them if it is there, else pyarrow, else duckdb. Files are taken in the order of
    their names.

    Raises
    ------
    NotFoundError
        When there is no file, or a column lacks.
    MissingPackageError
        When none of the libraries is there.
    """
    files = parquet_files(path)
    where = Path(files[0]).name
    for name, read in (("polars", _polars), ("pyarrow", _pyarrow), ("duckdb", _duckdb)):
        if importlib.util.find_spec(name) is not None:
            return read(files, columns, where)
    raise MissingPackageError(
        "this needs a package that reads Parquet, and none is installed",
        mend="pip install polars, pyarrow or duckdb",
    )


def parquet_files(path: Any) -> list[str]:
    """Return the files of a path, of a folder and its folders, or of a pattern, by name."""
    place = Path(path)
    if place.is_file():
        return [_checked(place)]
    if place.is_dir():
        found = sorted(place.rglob("*.parquet"))
    elif any(sign in str(path) for sign in _WILD):
        found = sorted(map(Path, glob.glob(str(path), recursive=True)))  # noqa: PTH207
    else:
        raise NotFoundError(f"the file {str(path)!r} does not exist", mend="pass its path")
    if not found:
        raise NotFoundError(
            f"no Parquet file in {str(path)!r}",
            mend="pass a file, a folder with files *.parquet, or a pattern such as 'log/*.parquet'",
        )
    return [_checked(one) for one in found if one.is_file()]


def _checked(place: Path) -> str:
    """Return the path of a Parquet file; raise where it is another kind or cut off."""
    with place.open("rb") as file:
        start = file.read(4)
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(size - 4, 0))
        end = file.read(4)
    if start != PARQUET:
        raise InvalidInputError(
            "the file is not Parquet",
            where=place.name,
            mend="tp.sources.csv reads text with separators",
        )
    if end != PARQUET or size < 12:
        raise InvalidInputError(
            "the Parquet file is cut off or damaged", where=place.name, mend="copy it again"
        )
    return str(place)


def _check(columns: Sequence[str] | None, known: Sequence[str], where: str) -> list[str]:
    for name in columns or ():
        if name not in known:
            raise not_found("column", name, known, where=where)
    return list(known if columns is None else columns)


def _polars(files: list[str], columns: Sequence[str] | None, where: str) -> Any:
    import polars as pl

    try:
        lazy = pl.scan_parquet(files, glob=False)
        names = _check(columns, lazy.collect_schema().names(), where)
        return lazy.select(names).collect()
    except pl.exceptions.PolarsError as error:
        raise _unreadable(error, files) from error


def _pyarrow(files: list[str], columns: Sequence[str] | None, where: str) -> Any:
    import pyarrow as pa
    import pyarrow.dataset as ds

    try:
        data = ds.dataset(files, format="parquet")
        return data.to_table(columns=_check(columns, data.schema.names, where))
    except pa.ArrowException as error:
        raise _unreadable(error, files) from error


def _duckdb(files: list[str], columns: Sequence[str] | None, where: str) -> Any:
    import duckdb

    try:
        relation = duckdb.read_parquet(files)
        names = _check(columns, relation.columns, where)
        return table_of_relation(relation.select(*map(duckdb.ColumnExpression, names)))
    except duckdb.Error as error:
        raise _unreadable(error, files) from error


def _unreadable(error: Exception, files: list[str]) -> InvalidInputError:
    return InvalidInputError(
        f"the Parquet files cannot be read together: {error}",
        where=first_few(Path(one).name for one in files),
        mend="files of one table have the same columns of the same types",
    )
