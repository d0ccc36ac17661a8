"""Write journeys as CSV or Parquet, one row for each interaction, and how they are read again."""

from __future__ import annotations

import csv
import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from touchpoints._core.checks import public, require_path
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError, MissingPackageError, warn
from touchpoints.journeys.columns import flat
from touchpoints.journeys.flat import Flat
from touchpoints.journeys.model import Journeys
from touchpoints.sources._shared.own_tables.file_mapping import FileMapping
from touchpoints.sources._shared.text_files.dialects import checked_mark
from touchpoints.sources._shared.text_files.encodings import checked_encoding

_ROWS = 1 << 15
_KINDS = {"b": "boolean", "i": "integer", "u": "unsigned", "f": "number", "M": "time"}
_PATH = 'for example "journeys.csv"'


@public
def write_csv(
    journeys: Journeys,
    path: str | os.PathLike[str],
    *,
    mapping: str | os.PathLike[str] | None = None,
    separator: str = ",",
    encoding: str = "utf-8",
) -> FileMapping:
    """Write journeys as CSV, one row for each interaction.

    Parameters
    ----------
    journeys
        The journeys. Those without an interaction have no row: a warning counts them.
    path
        The file, which is replaced if it is there.
    mapping
        The path of a TOML file for the mapping that reads the file again.
    separator
        The character between cells.
    encoding
        The encoding; characters that it lacks are an error. ``"utf-8-sig"`` is what Excel reads.

    Returns
    -------
    FileMapping
        What reads the file again: ``tp.sources.csv(path, mapping=…)`` is equal to the journeys.

    Raises
    ------
    InvalidInputError
        When the journeys have no times, or a text cannot be written in the encoding.

    Notes
    -----
    The columns are those of `touchpoints.to_columns`. Times are ISO 8601, with ``Z`` where the zone
    is known; numbers have a point. Cells are quoted where RFC 4180 asks for it. A missing value is
    an empty cell, and so is blank text, which counts as missing in journeys. The taxonomy is not
    written: the mapping names a built-in one, another is passed when reading (``taxonomy=``).

    See Also
    --------
    csv : The inverse.
    write_parquet : The same as Parquet, which is smaller and keeps types.
    touchpoints.write_journeys : A file that loses nothing, for this library alone.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> shop = tp.datasets.shop(20, seed=1)
    >>> _ = tp.sources.write_csv(shop, folder / "shop.csv", mapping=folder / "shop.toml")
    >>> again = tp.sources.csv(folder / "shop.csv", mapping=folder / "shop.toml")
    >>> tp.first_difference(shop, again)
    ''
    """
    require_path(path, mend=_PATH)
    table = _checked(journeys)
    mark = checked_mark("separator", separator)
    file = {"separator": mark, "encoding": checked_encoding(encoding), "decimal": ".", "quote": '"'}
    made = _mapping(journeys, table, file, types=_types(table))
    _write_rows(table, Path(path), mark, encoding, aware=journeys.meta.timezone is not None)
    if mapping is not None:
        made.write(mapping)
    return made


@public
def write_parquet(
    journeys: Journeys,
    path: str | os.PathLike[str],
    *,
    mapping: str | os.PathLike[str] | None = None,
) -> FileMapping:
    """Write journeys as Parquet, one row for each interaction.

    Parameters
    ----------
    journeys
        The journeys. Those without an interaction have no row: a warning counts them.
    path
        The file, which is replaced if it is there.
    mapping
        The path of a TOML file for the mapping that reads the file again.

    Returns
    -------
    FileMapping
        What reads the file again: ``tp.sources.parquet(path, mapping=…)`` is equal to the journeys.

    Raises
    ------
    MissingPackageError
        When neither polars nor pyarrow is installed.
    InvalidInputError
        When the journeys have no times.

    See Also
    --------
    parquet : The inverse.
    write_csv : The same as text.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "shop.parquet")
    >>> shop = tp.datasets.shop(20, seed=1)
    >>> mapping = tp.sources.write_parquet(shop, path)
    >>> tp.first_difference(shop, tp.sources.parquet(path, mapping=mapping))
    ''
    """
    require_path(path, mend='for example "journeys.parquet"')
    table = _checked(journeys)
    if importlib.util.find_spec("polars") is not None:
        journeys.to_polars().write_parquet(path)
    elif importlib.util.find_spec("pyarrow") is not None:
        import pyarrow.parquet

        pyarrow.parquet.write_table(journeys.to_arrow(), path)
    else:
        raise MissingPackageError(
            "this needs a package that writes Parquet, and none is installed",
            mend="pip install polars or pyarrow",
        )
    made = _mapping(journeys, table, {}, types={})
    if mapping is not None:
        made.write(mapping)
    return made


def _checked(journeys: Journeys) -> Flat:
    """Return the columns of journeys; raise where they have no times, warn of empty ones."""
    table = flat(journeys)
    if journeys.times is None:
        raise InvalidInputError(
            "the journeys have no times, without which no log can be read",
            mend="tp.write_journeys keeps them as they are",
        )
    empty = int((np.diff(journeys.offsets) == 0).sum())
    if empty:
        warn(
            f"{counted(empty, 'journey')} without an interaction cannot be written, one row for "
            "each interaction; tp.write_journeys keeps them"
        )
    return table


def _types(table: Flat) -> dict[str, str]:
    """Return what columns hold: ids that are integers, and all columns that the caller kept."""
    ids = [table.roles[one] for one in ("journey", "person") if one in table.roles]
    kept = [*table.interactions.values(), *table.journeys.values()]
    found = {name: _kind(table.columns[name]) for name in (*ids, *kept)}
    return {name: kind for name, kind in found.items() if name in kept or kind != "text"}


def _kind(column: Array | Coded) -> str:
    if isinstance(column, Coded):
        return "text"
    if column.dtype == object:
        known = [one for one in column.tolist() if one is not None]
        whole = bool(known) and all(isinstance(one, (int, np.integer)) for one in known)
        return "integer" if whole else "text"
    return _KINDS[column.dtype.kind]


def _mapping(
    journeys: Journeys, table: Flat, file: Mapping[str, str], *, types: Mapping[str, str]
) -> FileMapping:
    meta = journeys.meta
    renamed, moved = table.reserved, {a: b for a, b in table.journeys.items() if a != b}
    lists = {
        "per_interaction": [one for one in table.interactions if one not in renamed],
        "per_journey": [one for one in table.journeys if one not in moved],
    }
    restored: dict[str, Any] = {
        "outcomes": table.outcomes,
        "outcome_times": table.outcome_times,
        "values": table.values,
        "renamed": renamed,
        "renamed_journeys": moved,
        "lens": list(meta.lens),
        "defining": {name: list(keys) for name, keys in meta.defining.items()},
        **table.states,
    }
    kept = {name: one for name, one in restored.items() if one}
    times = {"time_format": "iso"} if file else {}
    if meta.timezone is not None:
        times["tz"] = meta.timezone
    return FileMapping(
        file=file,
        times=times,
        columns={**table.roles, **{name: one for name, one in lists.items() if one}},
        types=types,
        options=_taxonomy_name(journeys),
        restored={"facets": table.facets, **kept},
    )


def _taxonomy_name(journeys: Journeys) -> dict[str, str]:
    """Return the name of the taxonomy, if it is one that can be loaded by it."""
    from touchpoints.taxonomy import available_taxonomies, load_taxonomy

    own = journeys.meta.taxonomy
    if own is None or own.name not in available_taxonomies():
        return {}
    return {"taxonomy": own.name} if load_taxonomy(own.name) == own else {}


def _write_rows(table: Flat, path: Path, mark: str, encoding: str, *, aware: bool) -> None:
    """Write the rows in blocks, so that the text of a block alone is in memory."""
    columns = [_written(one, aware=aware) for one in table.columns.values()]
    rows = len(next(iter(table.columns.values())))
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=mark)
        try:
            writer.writerow(table.columns)
            for start in range(0, rows, _ROWS):
                block = slice(start, min(start + _ROWS, rows))
                writer.writerows(zip(*(column(block) for column in columns), strict=True))
            file.flush()
        except UnicodeEncodeError as error:
            raise InvalidInputError(
                f"a character cannot be written in {encoding}: {error.object[error.start]!r}",
                where=path.name,
                mend='encoding="utf-8" holds all of them',
            ) from error


def _written(column: Array | Coded, *, aware: bool) -> Callable[[slice], list[str]]:
    """Return a function that writes the cells of a block of a column."""
    if isinstance(column, Coded):
        table = np.array([*column.categories, ""], dtype=object)
        return lambda block: list(table[column.codes[block]])
    kind = column.dtype.kind
    if kind == "M":
        return lambda block: _instants(column[block], "Z" if aware else "")
    if kind == "b":
        return lambda block: ["true" if one else "false" for one in column[block].tolist()]
    if kind == "f":
        return lambda block: ["" if one != one else repr(one) for one in column[block].tolist()]
    return lambda block: ["" if one is None else str(one) for one in column[block].tolist()]


def _instants(column: Array, zone: str) -> list[str]:
    whole = not bool((column.view(np.int64)[~np.isnat(column)] % 1_000_000).any())
    texts = np.datetime_as_string(column, unit="s" if whole else "us").tolist()
    return ["" if one == "NaT" else one + zone for one in texts]
