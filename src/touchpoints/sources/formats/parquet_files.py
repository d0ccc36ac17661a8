"""Read Parquet files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Unpack

from touchpoints._core.checks import public, require_path
from touchpoints.sources._shared.frames import frame_of_parquet
from touchpoints.sources._shared.own_tables.file_mapping import FileMapping, mapping_of
from touchpoints.sources._shared.own_tables.logs import columns_of_roles, journeys_of_table
from touchpoints.sources._shared.own_tables.roles import LogOptions, refuse_types, roles_of

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys


@public
def parquet(
    path: str | os.PathLike[str],
    *,
    mapping: FileMapping | str | os.PathLike[str] | None = None,
    **options: Unpack[LogOptions],
) -> Journeys:
    """Read a Parquet file, or several as one table.

    Parameters
    ----------
    path
        A file, a folder with files ``*.parquet`` (also in folders within), or a pattern such as
        ``"log/2026-*.parquet"``. Several files are one table, in the order of their names.
    mapping
        The roles of columns: a `FileMapping`, or the path of its TOML file. What is given in the
        call wins over it.
    **options
        The roles of columns and the options, as for `csv`. Types are those of the file; with
        ``on_error="skip"`` times of text that cannot be read are left out and counted.

    Returns
    -------
    Journeys

    Raises
    ------
    NotFoundError
        When there is no such file, or a column does not exist.
    InvalidInputError
        When a file is not Parquet or is cut off, or files differ in their columns.
    MissingPackageError
        When neither polars nor pyarrow nor duckdb is installed.

    Notes
    -----
    Only the columns that are named are read, by polars if it is installed, else pyarrow, else
    duckdb.

    See Also
    --------
    write_parquet : The inverse.
    csv : Read text with separators; describes the options.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import polars as pl
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "visits.parquet")
    >>> rows = {"id": [7, 7], "day": ["2026-01-01", "2026-01-03"], "what": ["search", "visit"]}
    >>> pl.DataFrame(rows).write_parquet(path)
    >>> tp.sources.parquet(path, journey="id", time="day", touchpoint="what")[0].keys
    ('search', 'visit')
    """
    require_path(path, mend='for example tp.sources.parquet("log.parquet", mapping="log.toml")')
    refuse_types(options)
    saved = mapping_of(mapping)
    roles = roles_of(options, saved.roles(), saved.restored)
    skipped = roles.skipping()
    return journeys_of_table(frame_of_parquet(path, columns_of_roles(roles)), roles, skipped)
