"""TOML files, with errors that say where they cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from touchpoints._core.messages import counted
from touchpoints.errors import ProblemsError

MOST_CHARACTERS = 1 << 24
MOST_PARTS = 100
"""How long a document may be, and how many parts a key such as ``labels.en`` may have."""

_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+"""
_LONG_KEY = re.compile(
    rf"(?<![\w.-])(?:{_PART}\.[ \t]*+){{{MOST_PARTS},}}+(?:{_PART}(?P<end>[=\]]))?"
)


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
    """Return the tables of TOML text, or raise with the line that does not parse.

    Text of more than 16 Mi characters, and keys of more than 100 parts, are refused unread: the
    time that a key takes grows with the square of its parts.
    """
    import tomllib

    if len(text) > MOST_CHARACTERS:
        said = f"{len(text):,} characters are too many, {MOST_CHARACTERS:,} are the most"
        raise all_problems(where, [said])
    if long := next((one for one in _LONG_KEY.finditer(text) if one["end"]), None):
        line = text.count("\n", 0, long.start()) + 1
        raise all_problems(where, [f"line {line}: a key has more than {MOST_PARTS} parts"])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        said = f"{place.rstrip(')')}: {what}" if what else str(error)
        raise all_problems(where, [f"this is not TOML: {said}"]) from error
    except ValueError as error:  # a whole number of thousands of digits
        raise all_problems(where, [f"a value cannot be read: {error}"]) from error
    except RecursionError as error:
        raise all_problems(where, ["this is nested too deeply"]) from error
