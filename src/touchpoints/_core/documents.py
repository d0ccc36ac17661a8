"""TOML files, with errors that say where they cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from touchpoints._core.messages import counted
from touchpoints.errors import ProblemsError


def all_problems(where: str, problems: Sequence[str]) -> ProblemsError:
    """Return the error that lists the problems of a document, each with the document's name."""
    count = counted(len(problems), "problem")
    return ProblemsError(f"{where} has {count}", problems=[f"{where}: {one}" for one in problems])


def decoded(content: bytes, *, where: str) -> str:
    """Return the text of a file, or raise with the line that is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise all_problems(where, [f"line {line} is not UTF-8 text"]) from error


def tables_of(text: str, *, where: str) -> dict[str, Any]:
    """Return the tables of TOML text, or raise with the line that does not parse."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        said = f"{place.rstrip(')')}: {what}" if what else str(error)
        raise all_problems(where, [f"this is not TOML: {said}"]) from error
    except RecursionError as error:
        raise all_problems(where, ["this is nested too deeply"]) from error
