"""Reading TOML files, with errors that name the line that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from touchpoints._core.messages import counted
from touchpoints.errors import ProblemsError

MOST_CHARACTERS = 1 << 24
MOST_PARTS = 100
"""Maximum length of a document, and maximum number of parts of a key such as ``labels.en``."""

_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+"""
_LONG_KEY = re.compile(
    rf"(?<![\w.-])(?:{_PART}\.[ \t]*+){{{MOST_PARTS},}}+(?:{_PART}(?P<end>[=\]]))?"
)


def all_problems(where: str, problems: Sequence[str]) -> ProblemsError:
    """Build the error that lists the problems of a document, each with the document's name."""
    count = counted(len(problems), "problem")
    return ProblemsError(f"{where} has {count}", problems=[f"{where}: {one}" for one in problems])


def decoded(content: bytes, *, where: str) -> str:
    """Decode the content of a file; raise with the line number where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        begun = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        other = "UTF-16" if begun else "Latin-1 or Windows-1252, for example"
        mend = f"it is written in {other}: save it as UTF-8"
        raise all_problems(where, [f"line {line} is not UTF-8 text; {mend}"]) from error


def _check_keys(text: str, where: str) -> None:
    if long := next((one for one in _LONG_KEY.finditer(text) if one["end"]), None):
        line = text.count("\n", 0, long.start()) + 1
        raise all_problems(where, [f"line {line}: a key has more than {MOST_PARTS} parts"])


def tables_of(text: str, *, where: str) -> dict[str, Any]:
    """Parse TOML text into tables; raise with the line that does not parse.

    Text of more than 16 Mi characters, and keys of more than 100 parts, are refused without
    parsing: the time to parse a key grows with the square of the number of its parts.
    """
    import tomllib

    if len(text) > MOST_CHARACTERS:
        length = f"the text has {len(text):,} characters, more than the {MOST_CHARACTERS:,} allowed"
        raise all_problems(where, [length])
    # A key is on one line, so only lines with as many dots are searched.
    if any(line.count(".") >= MOST_PARTS for line in text.split("\n")):
        _check_keys(text, where)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, at = str(error).rpartition(" (at ")
        reason = f"{at.rstrip(')')}: {what}" if what else str(error)
        raise all_problems(where, [f"this is not TOML: {reason}"]) from error
    except ValueError as error:  # an integer of thousands of digits
        raise all_problems(where, [f"a value cannot be read: {error}"]) from error
    except RecursionError as error:
        raise all_problems(where, ["this is nested too deeply"]) from error
