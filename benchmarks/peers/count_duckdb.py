"""DuckDB: ``lead()`` over each journey in order of time, counted by pair, in one query."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
from measure import COLUMNS, run

QUERY = """
    select source, target, count(*)
    from (
        select touchpoint as source,
               lead(touchpoint) over (partition by journey order by time) as target
        from log
    )
    where target is not null
    group by all
"""


def read(path: str) -> duckdb.DuckDBPyConnection:
    """Name the file as a view: nothing is read yet."""
    connection = duckdb.connect()
    connection.read_parquet(path).select(*COLUMNS).create_view("log")
    return connection


def load(path: str) -> duckdb.DuckDBPyConnection:
    """Read the three columns into a table of DuckDB's own."""
    connection = duckdb.connect()
    connection.read_parquet(path).select(*COLUMNS).create("log")
    return connection


def count(connection: duckdb.DuckDBPyConnection) -> Iterable[tuple[str, str, int]]:
    """Run the query."""
    return connection.execute(QUERY).fetchall()


if __name__ == "__main__":
    run("duckdb", read=read, load=load, count=count)
