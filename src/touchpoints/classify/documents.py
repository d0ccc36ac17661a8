"""What people write for classifiers, as tables: a TOML file, or the same as a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from touchpoints.errors import ProblemsError, WrongKindError

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
        raise WrongKindError(f"{kind} are the path of a TOML file or a mapping, not {source!r}")
    path = Path(source)
    return Document(_tables(path.read_bytes(), where=str(path)), str(path), path.stem)


def _tables(content: bytes, *, where: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        said = f"{place.rstrip(')')}: {what}" if what else str(error)
        raise all_problems(where, [f"this is not TOML: {said}"]) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise all_problems(where, [f"line {line} is not UTF-8 text"]) from error
    except RecursionError as error:
        raise all_problems(where, ["this is nested too deeply"]) from error


def all_problems(where: str, problems: list[str]) -> ProblemsError:
    """Return the error that lists the problems of a document, each with the document's name."""
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    return ProblemsError(f"{where} has {count}", problems=[f"{where}: {one}" for one in problems])
