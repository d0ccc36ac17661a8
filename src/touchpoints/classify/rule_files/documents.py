"""What people write for classifiers, as tables: a TOML file, or the same as a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from touchpoints._core.documents import decoded, tables_of
from touchpoints._core.messages import wrong_kind

Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"


@attrs.frozen
class Document:
    """Tables, what they are called in messages, and the name a classifier of them gets."""

    tables: Mapping[str, Any]
    where: str
    name: str


def read_document(source: Source, *, kind: str) -> Document:
    """Return the tables of a TOML file or of a mapping.

    Parameters
    ----------
    source
        The path of a file, or what such a file would hold.
    kind
        What the tables are, for messages.

    Raises
    ------
    ProblemsError
        When the file is not TOML, with the line.
    FileNotFoundError
        When there is no such file.
    """
    if isinstance(source, Mapping):
        return Document(source, f"<{kind}>", kind)
    if not isinstance(source, (str, os.PathLike)):
        takes = f"{kind} as the path of a TOML file or a mapping"
        raise wrong_kind(source, takes=takes, mend="write what such a file would hold as a dict")
    path = Path(source)
    shown = str(path)
    tables = tables_of(decoded(path.read_bytes(), where=shown), where=shown)
    return Document(tables, shown, path.stem)
