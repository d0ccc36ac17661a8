"""Files that a rule file names: lists of values and further rules, inside its own folder only."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath

from touchpoints._core.documents import MOST_CHARACTERS, decoded
from touchpoints._core.messages import did_you_mean, quoted
from touchpoints.errors import InvalidInputError, ProblemsError

_MOST_LISTED = 1_000


def path_beside(folder: Path | None, name: str) -> Path:
    """Return the path of a file that a rule file names.

    Parameters
    ----------
    folder
        The folder of the rule file; None when the rules are a mapping.
    name
        The path of the file, relative to the folder.

    Raises
    ------
    InvalidInputError
        When there is no such file, or when it is outside the folder, also by a symbolic link.
    """
    if folder is None:
        raise InvalidInputError("a mapping has no folder to read files from: pass a path to rules")
    outside = InvalidInputError(
        f"{quoted(name)} is outside the folder of the rule file: only files inside it are read"
    )
    if Path(name).is_absolute() or PureWindowsPath(name).anchor or ".." in re.split(r"[\\/]", name):
        raise outside
    try:
        path = (folder / name).resolve()
        found = path.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidInputError(f"{quoted(name)} is not the path of a file") from error
    if not path.is_relative_to(folder.resolve()):
        raise outside
    if path.is_dir():
        raise InvalidInputError(f"{quoted(name)} is a folder: name a file in it")
    if not found:
        raise InvalidInputError(
            f"no file {quoted(name)} in the folder of the rule file{_near(folder, name)}"
        )
    return path


def _near(folder: Path, name: str) -> str:
    known = [one.name for one, _ in zip(folder.iterdir(), range(_MOST_LISTED), strict=False)]
    return did_you_mean(name, known)


def text_of(path: Path, name: str) -> str:
    """Return the content of a file; raise when it is too large or not UTF-8 text."""
    try:
        if path.stat().st_size > 4 * MOST_CHARACTERS:
            raise InvalidInputError(
                f"{quoted(name)} is larger than {4 * MOST_CHARACTERS >> 20} MiB"
            )
        return decoded(path.read_bytes(), where=name)
    except ProblemsError as error:
        raise InvalidInputError("; ".join(error.problems)) from error
    except OSError as error:
        raise InvalidInputError(f"{quoted(name)} cannot be read: {error.strerror}") from error


def lines_beside(folder: Path | None, name: str) -> tuple[str, ...]:
    """Return the values in a file, one a line; blank lines and lines that begin with # are not."""
    lines = (line.strip() for line in text_of(path_beside(folder, name), name).splitlines())
    found = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not found:
        raise InvalidInputError(f"the file {quoted(name)} has no values (one a line)")
    return found
