"""Tables of an SQLite file, read block by block; the file is not changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.own_tables.sql import chosen_of, select_of
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.text_files.typed_columns import Column, add_rows, reading_of_values

SQLITE = b"SQLite format 3\x00"
_ROWS = 1 << 15
_SYSTEM = "sqlite_"


@contextmanager
def connected(path: Any) -> Iterator[sqlite3.Connection]:
    """Open an SQLite file to read it; it is neither changed nor created."""
    place = Path(path)
    with closing(sqlite3.connect(f"file:{quote(str(place.absolute()))}?mode=ro", uri=True)) as link:
        try:
            yield link
        except (sqlite3.Error, UnicodeError) as error:
            raise InvalidInputError(
                f"the SQLite file cannot be read: {error}",
                where=place.name,
                mend="a query is one SELECT; a damaged file can be copied anew, or repaired by "
                "the command .recover of sqlite3",
            ) from error


def columns_of_sqlite(
    path: Any,
    columns: Sequence[str],
    times: Collection[str],
    skipped: Skipped,
    *,
    table: str | None,
    query: str | None,
    time_format: str | None,
) -> dict[str, Column]:
    """Return columns of a table or of a query by name; rows without readable times are counted."""
    where = Path(path).name if table is None else f"{Path(path).name}, table {table!r}"
    with connected(path) as link:
        asked = select_of(table, query, known=_tables_of(link), where=Path(path).name)
        known = [one[0] for one in link.execute(f"{asked} LIMIT 0").description]
        cursor = link.execute(chosen_of(asked, columns, known, where=where))
        read = [
            reading_of_values(one, time_format=time_format, is_time=one in times) for one in columns
        ]
        done = 0
        while rows := cursor.fetchmany(_ROWS):
            cells = list(zip(*rows, strict=True))

            def refuse(
                at: int, place: int, why: str, *, first: int = done, some: Any = cells
            ) -> None:
                skipped.refuse(
                    f"column {columns[place]!r}: {why}",
                    where=f"{where}, row {first + at:,}: {some[place][at]!r}",
                    mend='pass time_format= with how they are written, or on_error="skip"',
                )

            add_rows(read, cells, refuse)
            done += len(rows)
    return {name: column.finish() for name, column in zip(columns, read, strict=True)}


def _tables_of(link: sqlite3.Connection) -> list[str]:
    found = link.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return sorted(name for (name,) in found if not name.startswith(_SYSTEM))
