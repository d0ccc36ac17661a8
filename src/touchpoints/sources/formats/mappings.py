"""Read how a table is read from a TOML file."""

from __future__ import annotations

import os

from touchpoints._core.checks import public, require_path
from touchpoints.sources._shared.own_tables.file_mapping import FileMapping, mapping_of_file


@public
def read_mapping(path: str | os.PathLike[str]) -> FileMapping:
    """Read a mapping, which says how tables of one kind are read.

    Parameters
    ----------
    path
        A TOML file with the sections ``[file]``, ``[times]``, ``[columns]``, ``[types]`` and
        ``[options]``, each of them optional.

    Returns
    -------
    FileMapping

    Raises
    ------
    NotFoundError
        When there is no such file.
    ProblemsError
        When it is not TOML, or has unknown sections or keys or wrong values: all of them at once,
        with similar names.

    Notes
    -----
    A path of a taxonomy in ``[options]`` is relative to the file.

    See Also
    --------
    FileMapping.write : The inverse.
    csv : Read a table with ``mapping=``.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "shop.toml")
    >>> columns = {"journey": "id", "time": "at", "touchpoint": "what"}
    >>> tp.sources.FileMapping(columns=columns).write(path)
    >>> tp.sources.read_mapping(path).columns["time"]
    'at'
    """
    require_path(path, mend='for example tp.sources.read_mapping("shop.toml")')
    return mapping_of_file(path)
