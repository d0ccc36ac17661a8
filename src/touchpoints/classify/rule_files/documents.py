"""Read the tables of a classifier from a TOML file or from a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from touchpoints._core.documents import decoded, tables_of
from touchpoints._core.messages import wrong_kind

Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"
"""The path of a TOML file, or a mapping with the same content."""


@attrs.frozen
class Document:
    """The tables of a source.

    Attributes
    ----------
    tables : mapping
        The content.
    where : str
        The path, or ``<rules>`` for a mapping, for messages.
    name : str
        The default name of the classifier.
    path
        The path of the file; None for a mapping.
    """

    tables: Mapping[str, Any]
    where: str
    name: str
    path: Path | None = None


def read_document(source: Source, *, kind: str) -> Document:
    """Return the tables of a TOML file or of a mapping.

    Parameters
    ----------
    source
        The path of a file, or a mapping with the same content.
    kind
        What the tables define, for messages, for example ``"rules"``.

    Raises
    ------
    ProblemsError
        When the file is not TOML; the message gives the line.
    FileNotFoundError
        When the file does not exist.
    """
    if isinstance(source, Mapping):
        return Document(source, f"<{kind}>", kind)
    if not isinstance(source, (str, os.PathLike)):
        takes = f"{kind} as the path of a TOML file or a mapping"
        raise wrong_kind(source, takes=takes, mend="write the content of the file as a dict")
    path = Path(source)
    shown = str(path)
    tables = tables_of(decoded(path.read_bytes(), where=shown), where=shown)
    return Document(tables, shown, path.stem, path)
