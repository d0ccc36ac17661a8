"""How wide text is in the fonts of figures, and where its lines are broken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from touchpoints.plot._shared.data import read_data

FONT = "Arial, Helvetica, 'Liberation Sans', Arimo, sans-serif"
"""Fonts whose characters are equally wide."""
LINE_HEIGHT = 1.3
"""The distance of lines in sizes of the font; plotly's own."""
_SAFE = 1.04
_OTHER = 0.7
_WIDE = 1.25
_FEWEST = 4
_NARROWEST = 0.45
_ELLIPSIS = "…"
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
"""Where lines are broken: not at spaces that hold a number and its unit together."""


@cache
def _widths(*, bold: bool) -> Mapping[str, float]:
    table = read_data("text_widths")["bold" if bold else "regular"]
    return {one: int(width) / 1000 for width, text in table.items() for one in text}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in pixels, 4 % more than in the fonts of `FONT`.

    Examples
    --------
    >>> round(text_width("mm", 10), 2)
    17.33
    """
    widths = _widths(bold=bold)
    return sum(widths.get(one) or _unlisted(one) for one in text) * size * _SAFE


def _unlisted(character: str) -> float:
    """Return the width of a character that the table does not list, in sizes of the font."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0.0
    wide = unicodedata.east_asian_width(character) in "WF"
    return _WIDE if wide else _OTHER


def wrapped(
    text: str, width: float, size: float, *, bold: bool = False, most: int | None = None
) -> list[str]:
    """Break text into lines of at most a width, as few and as even as possible.

    Parameters
    ----------
    width
        The width in pixels. A word that is wider alone is broken with a hyphen.
    most
        The largest number of lines; a text that needs more ends with an ellipsis.

    Examples
    --------
    >>> wrapped("read the reviews of others", 80, 12)
    ['read the', 'reviews', 'of others']
    """
    lines = _greedy(text, width, size, bold=bold)
    low, high = width * _NARROWEST, width
    for _ in range(7 if 1 < len(lines) <= (most or len(lines)) else 0):
        middle = (low + high) / 2
        tried = _greedy(text, middle, size, bold=bold)
        if len(tried) > len(lines) or _broken(tried) > _broken(lines):
            low = middle
        else:
            high, lines = middle, tried
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], width, size, bold=bold)]
    return lines


def _broken(lines: list[str]) -> int:
    """Return the number of lines that end within a word."""
    return sum(one.endswith("-") for one in lines)


def _greedy(text: str, width: float, size: float, *, bold: bool) -> list[str]:
    lines, line = [], ""
    for whole in filter(None, _SPACES.split(text)):
        word = whole
        while text_width(word, size, bold=bold) > width and len(word) > _FEWEST:
            if line:
                lines.append(line)
                line = ""
            kept = _longest(word, width, size, bold=bold)
            lines.append(word[:kept] + "-")
            word = word[kept:]
        longer = f"{line} {word}" if line else word
        if not line or text_width(longer, size, bold=bold) <= width:
            line = longer
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line or not lines else lines


def _longest(word: str, width: float, size: float, *, bold: bool) -> int:
    """Return how many letters of a word fit before a hyphen, at least 3."""
    kept = len(word) - 1
    if text_width(word[:64], size, bold=bold) > width:
        kept = min(kept, 64)
    while kept > _FEWEST - 1 and text_width(word[:kept] + "-", size, bold=bold) > width:
        kept -= 1
    return kept


def _shortened(line: str, width: float, size: float, *, bold: bool) -> str:
    while line and text_width(line + _ELLIPSIS, size, bold=bold) > width:
        line = line[:-1]
    return line.rstrip("-") + _ELLIPSIS
