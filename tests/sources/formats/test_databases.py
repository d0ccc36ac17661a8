"""Databases as they are: files of SQLite and DuckDB, connections, a server (requirement A4)."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from tests.sources import postgresql, story

ROLES: dict[str, Any] = {
    "journey": "visit",
    "time": "moment",
    "touchpoint": "what",
    "person": "who",
    "per_interaction": ("source", "value"),
}
COLUMNS = "visit INTEGER, who TEXT, moment TEXT, what TEXT, source TEXT, value REAL"


def rows() -> list[tuple[Any, ...]]:
    """Return the web part of the story as rows of a table."""
    return [
        (n, one.person, one.at, one.what, one.source or None,
         story.VALUE if one.what == "purchase" else None)
        for n, contacts in enumerate(story.WEB)
        for one in contacts
    ]  # fmt: skip


def sqlite_file(
    folder: Path, *, table: str = "events", columns: str = COLUMNS, some: Any = None
) -> Path:
    """Write a table into an SQLite file."""
    path = folder / "shop.sqlite"
    quoted = '"' + table.replace('"', '""') + '"'
    found = rows() if some is None else some
    with contextlib.closing(sqlite3.connect(path)) as link:
        link.execute(f"CREATE TABLE {quoted} ({columns})")
        marks = ", ".join("?" * len(columns.split(",")))
        link.executemany(f"INSERT INTO {quoted} VALUES ({marks})", found)  # noqa: S608
        link.commit()
    return path


def duckdb_file(folder: Path, *, table: str = '"events"') -> Path:
    """Write a table into a DuckDB file."""
    path = folder / "shop.duckdb"
    with contextlib.closing(duckdb.connect(str(path))) as link:
        link.execute("CREATE SCHEMA other")
        link.execute(f"CREATE TABLE {table} ({COLUMNS.replace('moment TEXT', 'moment TIMESTAMP')})")
        link.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows())  # noqa: S608
    return path


def check_story(journeys: tp.Journeys) -> None:
    """The journeys, the columns that were kept, and ids as numbers."""
    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.ids.tolist() == [0, 1, 2]
    assert np.nansum(journeys.per_interaction["value"]) == story.VALUE
    assert journeys.per_interaction["source"].to_list()[3:8] == [
        "google",
        "news",
        "news",
        None,
        None,
    ]


# ------------------------------------------------------------------------------------------- SQLite


def test_the_story_is_read_from_sqlite(tmp_path: Path) -> None:
    """A4: a table, and a query."""
    path = sqlite_file(tmp_path)
    check_story(tp.sources.database(path, table="events", **ROLES))
    query = "SELECT * FROM events WHERE who = 'ana'; "
    assert len(tp.sources.database(path, query=query, **ROLES)) == 1
    mapping = tp.sources.FileMapping(columns=ROLES)
    check_story(tp.sources.database(path, table="events", mapping=mapping))


@pytest.mark.parametrize(
    "table", ['a"b', "drop; --", "select", "año nuevo", "x'y", "events]; DROP TABLE x", "a.b", "*"]
)
def test_names_of_tables_are_quoted(tmp_path: Path, table: str) -> None:
    """Whatever they hold."""
    check_story(tp.sources.database(sqlite_file(tmp_path, table=table), table=table, **ROLES))


def test_names_of_columns_are_quoted(tmp_path: Path) -> None:
    """Quotes, stars and words of SQL."""
    path = sqlite_file(
        tmp_path, columns='"a""b" TEXT, "*" TEXT, "select" TEXT', some=[("1", "2026-01-31", "x")]
    )
    journeys = tp.sources.database(
        path, table="events", journey='a"b', time="*", touchpoint="select"
    )
    assert journeys[0].keys == ("x",)


def test_names_that_do_not_exist_are_refused_with_similar_ones(tmp_path: Path) -> None:
    """Tables and columns; views are among the tables."""
    path = sqlite_file(tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as link:
        link.execute("CREATE VIEW of_ana AS SELECT * FROM events WHERE who = 'ana'")
        link.commit()
    assert len(tp.sources.database(path, table="of_ana", **ROLES)) == 1
    with pytest.raises(tp.errors.NotFoundError, match="no table 'evens'.*did you mean 'events'"):
        tp.sources.database(path, table="evens", **ROLES)
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'what'"):
        tp.sources.database(path, table="events", **{**ROLES, "touchpoint": "waht"})
    with pytest.raises(tp.errors.InvalidInputError, match="tables 'events', 'of_ana'"):
        tp.sources.database(path, **ROLES)
    with pytest.raises(tp.errors.InvalidInputError, match="says what is read"):
        tp.sources.database(path, table="events", query="SELECT 1", **ROLES)
    with pytest.raises(tp.errors.WrongKindError, match="table must be text"):
        tp.sources.database(path, table=3, **ROLES)


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM events", "DROP TABLE events", "SELECT 1) ; DROP TABLE events; --", "nonsense"],
)
def test_a_query_cannot_change_the_file(tmp_path: Path, query: str) -> None:
    """The file is opened to be read, and one SELECT is all that is run."""
    path = sqlite_file(tmp_path)
    before = path.read_bytes()
    with pytest.raises(tp.errors.TouchpointsError):
        tp.sources.database(path, query=query, **ROLES)
    assert path.read_bytes() == before
    check_story(tp.sources.database(path, table="events", **ROLES))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Text, a damaged file, none."""
    path = tmp_path / "shop.sqlite"
    path.write_text("id,at,what\n")
    with pytest.raises(tp.errors.InvalidInputError, match="neither an SQLite nor a DuckDB"):
        tp.sources.database(path, table="events", **ROLES)
    path.unlink()
    whole = sqlite_file(tmp_path).read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    with pytest.raises(tp.errors.InvalidInputError, match="SQLite file cannot be read"):
        tp.sources.database(path, table="events", **ROLES)
    with pytest.raises(tp.errors.NotFoundError, match="does not exist"):
        tp.sources.database(tmp_path / "none.sqlite", table="events", **ROLES)
    assert not (tmp_path / "none.sqlite").exists()


def test_times_of_sqlite_are_text_or_numbers(tmp_path: Path) -> None:
    """Seconds since 1970 need their unit; a zone that is written is kept."""
    path = sqlite_file(
        tmp_path, columns="id, at, what", some=[(1, 1769852700, "a"), (1, None, "b")]
    )
    names = {"journey": "id", "time": "at", "touchpoint": "what"}
    with pytest.raises(tp.errors.InvalidInputError, match="epoch_s"):
        tp.sources.database(path, table="events", **names)
    journeys = tp.sources.database(path, table="events", **names, time_format="epoch_s")
    assert (str(journeys.times[0]), journeys.meta.timezone) == ("2026-01-31T09:45:00.000000", "UTC")
    assert journeys.meta.report.without_time == 1


def test_rows_without_readable_times_are_skipped_and_counted(tmp_path: Path) -> None:
    """A4: counted once, with the first of them in the warning."""
    some = [(1, "2026-01-31", "a"), (1, "soon", "b"), (2, "2026-02-01", "c")]
    path = sqlite_file(tmp_path, columns="id, at, what", some=some)
    names = {"journey": "id", "time": "at", "touchpoint": "what"}
    with pytest.raises(tp.errors.InvalidInputError, match="row 1: 'soon'"):
        tp.sources.database(path, table="events", **names)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 row cannot be read"):
        journeys = tp.sources.database(path, table="events", **names, on_error="skip")
    assert [one.keys for one in journeys] == [("a",), ("c",)]
    assert (journeys.meta.report.rows, journeys.meta.report.skipped) == (3, 1)


def test_values_of_several_kinds_in_one_column(tmp_path: Path) -> None:
    """SQLite lets each cell have a type of its own: what is mixed is text, as in other tables."""
    cells = [1, 1.0, "1", None, "x", 2.5]
    some = [(1, "2026-01-31", "a", one) for one in cells]
    path = sqlite_file(tmp_path, columns="id, at, what, x", some=some)
    names = {"journey": "id", "time": "at", "touchpoint": "what", "per_interaction": ("x",)}
    found = tp.sources.database(path, table="events", **names)
    columns = {"id": [1] * 6, "at": ["2026-01-31"] * 6, "what": ["a"] * 6, "x": cells}

    assert tp.first_difference(found, tp.from_columns(columns, **names)) == ""


@pytest.mark.parametrize(
    "cells", [[1.5, None, 2.0], [1, 2, 3], [1, None, 3], [2.5, "a", None], [None] * 3]
)
def test_kept_values_are_those_of_plain_columns(tmp_path: Path, cells: list[Any]) -> None:
    """Numbers stay numbers, in one block or in several."""
    some = [(1, "2026-01-31", "a", one) for one in cells for _ in range(20_000)]
    path = sqlite_file(tmp_path, columns="id, at, what, x", some=some)
    names = {"journey": "id", "time": "at", "touchpoint": "what", "per_interaction": ("x",)}
    found = tp.sources.database(path, table="events", **names)
    columns = {
        name: list(one)
        for name, one in zip(("id", "at", "what", "x"), zip(*some, strict=True), strict=True)
    }

    assert tp.first_difference(found, tp.from_columns(columns, **names)) == ""


def test_an_empty_table_is_an_empty_log(tmp_path: Path) -> None:
    """No rows, no error."""
    path = sqlite_file(tmp_path, some=[])
    assert len(tp.sources.database(path, table="events", **ROLES)) == 0


# ------------------------------------------------------------------------------------------- DuckDB


def test_the_story_is_read_from_duckdb(tmp_path: Path) -> None:
    """A4: a table of main, and a query."""
    path = duckdb_file(tmp_path)
    check_story(tp.sources.database(path, table="events", **ROLES))
    check_story(tp.sources.database(path, table="main.events", **ROLES))
    check_story(tp.sources.database(path, query="SELECT * FROM events", **ROLES))


def test_a_table_of_another_schema_with_an_odd_name(tmp_path: Path) -> None:
    """Both parts are quoted."""
    path = duckdb_file(tmp_path, table='other."a""b; --"')
    check_story(tp.sources.database(path, table='other.a"b; --', **ROLES))
    with pytest.raises(tp.errors.NotFoundError, match="no table 'events'"):
        tp.sources.database(path, table="events", **ROLES)


def test_duckdb_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the arrays of numpy."""
    monkeypatch.setattr(
        "touchpoints.sources._shared.own_tables.duckdb_tables.importlib.util.find_spec",
        lambda name: None,
    )
    check_story(tp.sources.database(duckdb_file(tmp_path), table="events", **ROLES))


def test_a_query_cannot_change_a_duckdb_file(tmp_path: Path) -> None:
    """It is opened to be read."""
    path = duckdb_file(tmp_path)
    for query in ("DROP TABLE events", "SELECT 1); DROP TABLE events; --", "nonsense"):
        with pytest.raises(tp.errors.TouchpointsError):
            tp.sources.database(path, query=query, **ROLES)
    check_story(tp.sources.database(path, table="events", **ROLES))


def test_a_relation_of_duckdb_is_a_dataframe() -> None:
    """from_frame reads it; a relation has no order of rows, so ties need one."""
    with contextlib.closing(duckdb.connect()) as link:
        link.execute(f"CREATE TABLE events ({COLUMNS})")
        link.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows())
        journeys = tp.from_frame(link.table("events"), **ROLES)
    assert sorted(story.told(journeys)) == sorted(story.expected(story.WEB))


# ------------------------------------------------------------------------------------- connections


def test_a_connection_of_sqlalchemy(tmp_path: Path) -> None:
    """Through polars.read_database."""
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    engine = sqlalchemy.create_engine(f"sqlite:///{sqlite_file(tmp_path)}")
    with engine.connect() as link:
        frame = pl.read_database("SELECT * FROM events", link, infer_schema_length=None)
    engine.dispose()
    check_story(tp.from_frame(frame, **ROLES))


def test_a_connection_of_adbc(tmp_path: Path) -> None:
    """The same through Arrow."""
    adbc = pytest.importorskip("adbc_driver_sqlite.dbapi", reason="the ADBC driver is absent")
    with adbc.connect(str(sqlite_file(tmp_path))) as link:
        frame = pl.read_database("SELECT * FROM events", link)
    check_story(tp.from_frame(frame, **ROLES))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_table_of_ibis(tmp_path: Path) -> None:
    """Which narwhals reads; like other lazy tables it has no order of rows."""
    ibis = pytest.importorskip("ibis", reason="ibis is not installed")
    link = ibis.duckdb.connect(str(duckdb_file(tmp_path)), read_only=True)
    journeys = tp.from_frame(link.table("events"), **ROLES)
    link.disconnect()
    assert sorted(story.told(journeys)) == sorted(story.expected(story.WEB))


# -------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start PostgreSQL, and yield its address."""
    with postgresql.started() as address:
        yield address


def test_a_server_of_postgresql(server: str) -> None:
    """Instants with a zone, numerics and nulls of a real server, through ADBC."""
    adbc = pytest.importorskip("adbc_driver_postgresql.dbapi", reason="the ADBC driver is absent")
    columns = COLUMNS.replace("moment TEXT", "moment TIMESTAMPTZ").replace(
        "REAL", "DOUBLE PRECISION"
    )
    with adbc.connect(server) as link, link.cursor() as cursor:
        cursor.execute(f"CREATE TABLE events ({columns})")
        for row in rows():
            shown = ["NULL" if one is None else f"'{one}'" for one in row]
            shown[2] = f"{shown[2][:-1]}+00'"
            cursor.execute(f"INSERT INTO events VALUES ({', '.join(shown)})")  # noqa: S608
        link.commit()
        frame = pl.read_database("SELECT * FROM events ORDER BY moment", link)
    journeys = tp.from_frame(frame, **ROLES)

    check_story(journeys)
    assert journeys.meta.timezone == "UTC"
