"""Read tables of databases that are files: SQLite and DuckDB."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Unpack

from touchpoints._core.checks import public, require_path
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.own_tables.duckdb_tables import DUCKDB, frame_of_duckdb
from touchpoints.sources._shared.own_tables.file_mapping import FileMapping, mapping_of
from touchpoints.sources._shared.own_tables.logs import columns_of_roles, journeys_of_table
from touchpoints.sources._shared.own_tables.roles import LogOptions, refuse_types, roles_of
from touchpoints.sources._shared.own_tables.sqlite_tables import SQLITE, columns_of_sqlite

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_EXAMPLE = 'for example tp.sources.database("shop.sqlite", table="events", journey="id", …)'


@public
def database(
    path: str | os.PathLike[str],
    *,
    table: str | None = None,
    query: str | None = None,
    mapping: FileMapping | str | os.PathLike[str] | None = None,
    **options: Unpack[LogOptions],
) -> Journeys:
    """Read a table, a view or a query of a database that is a file: SQLite or DuckDB.

    Parameters
    ----------
    path
        The file. It is opened to be read only; which database it is, its content tells.
    table
        The table or view, for DuckDB also ``"schema.table"``. The name is quoted: any will do.
    query
        Instead of a table, one ``SELECT``.
    mapping
        The roles of columns: a `FileMapping`, or the path of its TOML file. What is given in the
        call wins over it.
    **options
        The roles of columns and the options, as for `csv`. With ``on_error="skip"`` rows whose
        times cannot be read are left out and counted.

    Returns
    -------
    Journeys

    Raises
    ------
    NotFoundError
        When the file, the table or a column does not exist; the message proposes similar names.
    InvalidInputError
        When the file is neither SQLite nor DuckDB, is damaged, or the query fails.
    MissingPackageError
        When the file is of DuckDB, and duckdb is not installed.

    Notes
    -----
    SQLite has no type of times: they are ISO 8601 text, or numbers of which ``time_format`` says
    the unit, such as ``"epoch_s"``. A table has no order of rows: pass ``tiebreak=`` with a column
    that orders rows of one journey and time, else they stay as the database gives them. Servers
    are read through a dataframe: ``tp.from_frame(polars.read_database(query, connection), …)``.

    See Also
    --------
    touchpoints.from_frame : Read what a connection gives as a dataframe, and DuckDB relations.
    csv : Describes the options.

    Examples
    --------
    >>> import contextlib, pathlib, sqlite3, tempfile
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "shop.sqlite")
    >>> with contextlib.closing(sqlite3.connect(path)) as link:
    ...     _ = link.execute("CREATE TABLE events (id, at, what)")
    ...     _ = link.execute("INSERT INTO events VALUES (7, '2026-01-01', 'search')")
    ...     link.commit()
    >>> tp.sources.database(path, table="events", journey="id", time="at", touchpoint="what")
    <Journeys: 1 journey, 1 interaction, 1 touchpoint, 2026-01-01 to 2026-01-01>
    """
    require_path(path, mend=_EXAMPLE)
    for name, text in (("table", table), ("query", query)):
        if text is not None and not isinstance(text, str):
            raise WrongKindError(f"{name} must be text, got {quoted(text)}", mend=_EXAMPLE)
    with opened(path) as file:
        start = file.read(16)
    refuse_types(options)
    saved = mapping_of(mapping)
    roles = roles_of(options, saved.roles(), saved.restored)
    skipped = roles.skipping()
    columns = columns_of_roles(roles)
    sqlite = start == SQLITE
    if sqlite:
        found: Any = columns_of_sqlite(
            path,
            columns,
            roles.times(),
            skipped,
            table=table,
            query=query,
            time_format=roles["time_format"],
        )
    elif start[8:12] == DUCKDB:
        found = frame_of_duckdb(path, columns, table=table, query=query)
    else:
        raise InvalidInputError(
            "the file is neither an SQLite nor a DuckDB database",
            where=f"it begins with {start!r}",
            mend="tp.sources.csv reads text with separators, tp.sources.parquet Parquet",
        )
    return journeys_of_table(found, roles, skipped, times_read=sqlite)
