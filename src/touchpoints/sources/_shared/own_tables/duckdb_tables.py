"""Tables of a DuckDB file, read by duckdb; the file is not changed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from touchpoints._core.datetimes import Instants, from_datetime64
from touchpoints._core.tables import attempt_import
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.own_tables.sql import chosen_of, select_of

DUCKDB = b"DUCK"
_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_catalog = current_database()"
)


def frame_of_duckdb(
    path: Any, columns: Sequence[str], *, table: str | None, query: str | None
) -> Any:
    """Return columns of a table or of a query, in the order in which duckdb gives the rows."""
    duckdb = attempt_import("duckdb", extra="duckdb")
    name = Path(path).name
    try:
        with closing(duckdb.connect(str(path), read_only=True)) as link:
            known: dict[str, list[str]] = {}
            for schema, one in link.execute(_TABLES).fetchall():
                known[f"{schema}.{one}"] = [schema, one]
                if schema == "main":
                    known[one] = [schema, one]
            select = select_of(table, query, known=known, where=name)
            has = [one[0] for one in link.execute(f"{select} LIMIT 0").description]
            where = name if table is None else f"{name}, table {table!r}"
            return table_of_relation(link.sql(chosen_of(select, columns, has, where=where)))
    except duckdb.Error as error:
        raise InvalidInputError(
            f"the DuckDB file cannot be read: {error}",
            where=name,
            mend="a query is one SELECT; a file that another program writes cannot be opened",
        ) from error


def table_of_relation(relation: Any) -> Any:
    """Return the rows of a relation, in its order: by pyarrow, or as arrays without it."""
    if importlib.util.find_spec("pyarrow") is not None:
        return relation.to_arrow_table()
    aware = [
        name
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if str(kind) == "TIMESTAMP WITH TIME ZONE"
    ]
    found = relation.fetchnumpy()
    return {name: _in_utc(one) if name in aware else one for name, one in found.items()}


def _in_utc(column: Any) -> Instants:
    if not np.ma.isMaskedArray(column):
        return from_datetime64(np.asarray(column), "UTC")
    known = np.asarray(np.ma.getdata(column))
    missing = np.array("NaT", dtype=known.dtype)
    return from_datetime64(np.where(np.ma.getmaskarray(column), missing, known), "UTC")
