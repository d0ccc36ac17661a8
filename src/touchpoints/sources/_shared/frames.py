"""Tables in files, read by the dataframe library that is there."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, Literal

from touchpoints._core.tables import attempt_import
from touchpoints.errors import InvalidInputError
from touchpoints.sources._columns import columns_of_records
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.records import records_of
from touchpoints.sources._shared.skipped import Skipped

PARQUET = b"PAR1"


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
        return attempt_import("polars", extra="polars").scan_parquet(Path(path))
    if kind == "json":
        rows = [record for _, record in records_of(path, Skipped(on_error="raise"))]
        return columns_of_records(rows, ())
    return _separated(path)


def _separated(path: Any) -> Any:
    with opened(path) as file:
        content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "the file is not UTF-8 text", where=f"{Path(path).name}, byte {error.start}"
        ) from error
    head = text[: text.find("\n")]
    separator = max(",;\t|", key=head.count)
    return columns_of_records(
        csv.DictReader(io.StringIO(text, newline=""), delimiter=separator), ()
    )
