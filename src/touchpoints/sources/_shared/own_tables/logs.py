"""A table and its roles become `Journeys`: the end of the readers of somebody's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from touchpoints.journeys.model import Journeys
from touchpoints.sources._shared.ending import ended
from touchpoints.sources._shared.own_tables.restoring import aliases, restored, restored_types
from touchpoints.sources._shared.own_tables.roles import Roles, checked_types
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.text_files.file_format import FileFormat
from touchpoints.sources._shared.text_files.typed_columns import Wanted
from touchpoints.sources.log import from_frame


def columns_of_roles(roles: Roles) -> list[str]:
    """Return the names of all columns that are read."""
    count = [] if roles["count"] is None else [roles["count"]]
    kept = (*roles.kept("per_interaction"), *roles.kept("per_journey"))
    renamed = [
        *roles.restored.get("renamed", {}).values(),
        *roles.restored.get("renamed_journeys", {}).values(),
    ]
    names = (*roles.times(), *roles.texts(), *count, *kept, *restored_types(roles), *renamed)
    return list(dict.fromkeys(names))


def wanted_columns(
    roles: Roles, known: FileFormat, *, texts: frozenset[str] = frozenset()
) -> list[Wanted]:
    """Return what each column of a text file is read as.

    Parameters
    ----------
    texts
        Columns whose first values were numbers and whose later ones are not.
    """
    types = {**restored_types(roles), **checked_types(roles["types"] or {})}
    names = columns_of_roles(roles)
    ids, times = set(roles.texts()), set(roles.times())
    found = []
    for name in names:
        if name in times:
            form = roles["time_format"] or known.format_of(name)
            found.append(Wanted(name, "time", time_format=form))
        elif name in types:
            found.append(Wanted(name, types[name]))
        elif name == roles["count"]:
            found.append(Wanted(name, "number"))
        elif name in ids or name in texts or name not in known.numbers:
            found.append(Wanted(name, "text"))
        else:
            found.append(Wanted(name, "number", told=True))
    return found


def journeys_of_table(
    table: Any, roles: Roles, skipped: Skipped, *, times_read: bool = False
) -> Journeys:
    """Return the journeys of a table whose columns have roles.

    Parameters
    ----------
    table
        A mapping of columns or a dataframe.
    times_read
        Whether its times are instants already, and those that cannot be read were counted.
    """
    given = roles.of_log()
    if roles.restored:
        here, there = aliases(roles)
        table = _with_aliases(table, {**here, **there})
        given["per_interaction"] = (*roles.kept("per_interaction"), *here)
        given["per_journey"] = (*roles.kept("per_journey"), *there)
    if not times_read:
        given["bad_times"] = "drop" if skipped.on_error == "skip" else "raise"
        if roles["time_format"] not in (None, "iso"):
            given["time_format"] = roles["time_format"]
    if "facets" in roles.restored:
        given["taxonomy"] = None  # touchpoints are those of the file
    journeys = from_frame(table, **given)
    return ended(restored(journeys, roles), skipped, roles["observed_until"])


def _with_aliases(table: Any, names: Mapping[str, str]) -> Any:
    """Return a table with some of its columns under another name too."""
    if isinstance(table, Mapping):
        return {**table, **{name: table[one] for name, one in names.items()}}
    import narwhals.stable.v2 as nw

    frame = nw.from_native(table)
    return frame.with_columns(nw.col(one).alias(name) for name, one in names.items()).to_native()
