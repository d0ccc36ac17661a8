"""The separator, the quotes and the row of names of a text file, told by its first rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from touchpoints._core.messages import counted, first_few, quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.text_files.decimals import writes_number
from touchpoints.sources._shared.text_files.time_formats import shape_of

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_EXCEL = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


class Told(NamedTuple):
    """A character that was told, and what tells it."""

    mark: str
    evidence: str


def checked_mark(name: str, mark: str) -> str:
    """Return a separator or a quote as given, or raise where it is not one character."""
    if len(mark) != 1 or mark in "\r\n":
        named = {"tab": "\t", "\\t": "\t"}
        if mark in named:
            return named[mark]
        raise InvalidInputError(
            f"{name} must be one character, got {quoted(mark)}",
            mend='separator=";" for example, and separator="\\t" for tabs',
        )
    return mark


def line_of_excel(line: str) -> str:
    """Return the separator that Excel's first line ``sep=;`` names, or empty text."""
    found = _EXCEL.fullmatch(line)
    return found[1] if found else ""


def quote_of(text: str) -> Told:
    """Tell the quotes around cells: double ones, unless single ones alone surround cells."""
    edge = "[,;\t|\r\n]"
    single = len(re.findall(rf"(?:^|{edge})'[^'\r\n]*'(?={edge}|$)", text))
    double = len(re.findall(rf"(?:^|{edge})\"", text))
    if single and not double:
        return Told("'", f"{counted(single, 'cell')} in single quotes")
    return Told('"', f"{counted(double, 'cell')} in double quotes" if double else "no quotes")


def separator_of(text: str, quote: str) -> Told:
    """Tell the separator: the one that gives most rows as many cells as the first has.

    Raises
    ------
    InvalidInputError
        When several separators fit equally well.
    """
    scores = {mark: _score(text, mark, quote) for mark in SEPARATORS}
    best = max(scores.values())
    if best[1] < 2:
        return Told(",", "one column")
    fitting = [mark for mark, score in scores.items() if score == best]
    if len(fitting) > 1:
        shown = " and ".join(SEPARATORS[one] for one in fitting)
        raise InvalidInputError(
            f"the separator of the file cannot be told: {shown} fit equally well",
            mend=f"pass separator={fitting[0]!r} or separator={fitting[1]!r}",
        )
    share, cells = best
    return Told(fitting[0], f"{cells} cells in {share:.0%} of the rows looked at")


def _score(text: str, mark: str, quote: str) -> tuple[float, int]:
    """Return the share of rows that have as many cells as the first, and that number."""
    sizes = [len(row) for row in rows_in(text, mark, quote) if row]
    if not sizes or sizes[0] < 2:
        return 0.0, 0
    return Counter(sizes)[sizes[0]] / len(sizes), sizes[0]


def rows_in(text: str, separator: str, quote: str) -> list[list[str]]:
    """Return the rows of a text up to the first that cannot be taken apart."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=quote)
    try:
        found.extend(reader)
    except csv.Error:
        return found
    return found


def header_of(rows: Sequence[Sequence[str]]) -> Told:
    """Tell whether the first row names the columns: ``"yes"`` or empty text, and why."""
    first, others = rows[0], rows[1:]
    values = [one for one in first if _is_value(one)]
    if values:
        return Told("", f"its first row holds {first_few(values, most=3)}")
    known = {one for one in first if not is_blank(one)}
    repeated = [
        one
        for place, one in enumerate(first)
        if one in known and sum(place < len(row) and row[place] == one for row in others) > 0
    ]
    if others and len(repeated) > len(known) / 2:
        return Told("", f"later rows repeat {first_few(repeated, most=3)} of the first")
    return Told("yes", "no cell of the first row is a number or a time")


def _is_value(text: str) -> bool:
    text = text.strip()
    return shape_of(text) is not None or (
        bool(text) and (writes_number(text, ".") or writes_number(text, ","))
    )
