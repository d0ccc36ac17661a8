"""Values of columns as they are written into event logs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError

# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;",
     "\r": "&#13;"}
)  # fmt: skip
_MOST_INTEGER = 2**63 - 1


def xml_text(text: str, *, what: str) -> str:
    """Return text escaped as the value of an attribute of XML; ``what`` names it in errors."""
    found = _NOT_XML.search(text)
    if found is not None:
        raise InvalidInputError(
            f"{what} has the character U+{ord(found.group()):04X}, which XML cannot hold",
            where=f"{quoted(text)}, character {found.start() + 1}",
            mend="remove it first, or write OCEL in JSON (tp.sources.write_ocel), or a file of "
            "journeys (tp.write_journeys)",
        )
    return text.translate(_ESCAPED)


def json_text(text: str, *, what: str) -> str:
    """Return text that UTF-8 can hold, or raise."""
    found = _SURROGATE.search(text)
    if found is not None:
        raise InvalidInputError(
            f"{what} has half a character (U+{ord(found.group()):04X}), which UTF-8 cannot hold",
            where=f"{quoted(text)}, character {found.start() + 1}",
        )
    return text


def instants_as_text(times: Array, *, aware: bool) -> list[str | None]:
    """Return times in ISO 8601, None where missing."""
    texts = np.datetime_as_string(times.astype("datetime64[us]"), unit="us").tolist()
    suffix = "Z" if aware else ""
    return [None if text == "NaT" else text + suffix for text in texts]


def float_as_text(number: float) -> str | None:
    """Return a number as XML schemas and JSON texts write it, None where missing."""
    if number != number:
        return None
    if number in {float("inf"), float("-inf")}:
        return "INF" if number > 0 else "-INF"
    return repr(number)


def typed_texts(
    column: Coded | Array, *, aware: bool, text: Callable[[str], str]
) -> tuple[str, Sequence[str | None]]:
    """Return the XES type of a column, and its values as text; None where missing."""
    if isinstance(column, Coded):
        table = np.array([*map(text, column.categories), None], dtype=object)
        return "string", table[column.codes].tolist()
    kind = column.dtype.kind
    if kind == "M":
        return "date", instants_as_text(column, aware=aware)
    if kind == "b":
        return "boolean", np.array(["false", "true"], dtype=object)[column.astype(np.int8)].tolist()
    if kind in "iu":
        if len(column) and int(column.max()) > _MOST_INTEGER:
            raise InvalidInputError(
                f"an integer of at least 2**63 cannot be written: {int(column.max())}"
            )
        return "int", list(map(str, column.tolist()))
    numbers: Any = column.astype(np.float64).tolist()
    return "float", list(map(float_as_text, numbers))
