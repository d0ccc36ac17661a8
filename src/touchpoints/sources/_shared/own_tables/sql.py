"""The SQL that reads columns of a table or of a query, with names quoted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from touchpoints._core.messages import first_few, not_found
from touchpoints.errors import InvalidInputError


def quoted_name(name: str) -> str:
    """Return the name of a table or column as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def select_of(table: str | None, query: str | None, *, known: Collection[str], where: str) -> str:
    """Return the SQL that selects a table, or a query; raise where neither or both are named."""
    if (table is None) == (query is None):
        raise InvalidInputError(
            "table= or query= says what is read of the database",
            where=f"{where} has the tables {first_few(known, most=20)}" if known else where,
            mend="pass one of them",
        )
    if query is not None:
        return f"SELECT * FROM ({query.strip().rstrip(';')}\n)"  # noqa: S608 -- the caller's own
    if table not in known:
        raise not_found("table", table, known, where=where)
    parts = [table] if table is None or not isinstance(known, dict) else known[table]
    return f"SELECT * FROM {'.'.join(map(quoted_name, filter(None, parts)))}"  # noqa: S608


def chosen_of(select: str, columns: Sequence[str], known: Collection[str], *, where: str) -> str:
    """Return the SQL that takes columns of a selection; raise where it has no such column."""
    for name in columns:
        if name not in known:
            raise not_found("column", name, known, where=where)
    return select.replace("*", ", ".join(map(quoted_name, columns)), 1)
