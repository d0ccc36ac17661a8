"""Text normalised for comparison: case, accents, width, invisible marks and white space."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# Characters that a terminal or a browser obeys instead of showing: controls, directions, invisible
# marks, separators, and lone surrogates, which UTF-8 cannot encode. Joiners (U+200C, U+200D) stay,
# because scripts and emoji need them.
_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# Invisible characters that Unicode does not classify as format characters: the combining
# grapheme joiner, Hangul fillers, variation selectors.
_INVISIBLE = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)))
).union(map(chr, range(0xE0100, 0xE01F0)))
# What shows nothing by itself: controls, format characters but for those that Unicode prints before
# numbers, fillers, variation selectors, the blank pattern of Braille, and all that Unicode says to
# ignore where it cannot be shown.
UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANK = re.compile(rf"[\s{UNSEEN}]*")


def is_blank(text: str) -> bool:
    r"""Return whether a text has no visible character: it is empty, space or invisible marks.

    This is what "blank" and "missing" mean for any id, name or text, in data and in arguments.

    Examples
    --------
    >>> is_blank(" "), is_blank("\u200b\ufeff"), is_blank("a\u200b")
    (True, True, False)
    """
    return not "!" <= text[:1] <= "~" and _BLANK.fullmatch(text) is not None


class _Folded(dict[int, str]):
    """Map each character to its folded form, computed on first use, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code))
        self[code] = "".join(filter(_is_seen, letters)).casefold()
        return self[code]


def _is_seen(letter: str) -> bool:
    """Return whether a character is visible: no accent, direction mark or variation selector."""
    unseen = unicodedata.combining(letter) or unicodedata.category(letter) == "Cf"
    return not unseen and letter not in _INVISIBLE


_FOLDED = _Folded()


def printable(text: str, *, most: int = 200) -> str:
    r"""Return text to show: control characters as escapes, and long text shortened.

    Examples
    --------
    >>> print(printable("pay\x1b[2J"))
    pay\x1b[2J
    """
    more = f"… ({len(text):,} characters)" if len(text) > most else ""
    return _OBEYED.sub(lambda found: repr(found.group())[1:-1], text[:most]) + more


def group_text(label: Any) -> str:
    """Return the label of a group as text; the values of a tuple are joined by " · "."""
    return " · ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def fold(text: str) -> str:
    """Fold case, accents and width, and remove invisible marks; white space is kept.

    Linear in the length of the text: a few hundredths of a second for a million characters.

    Examples
    --------
    >>> fold("Venta RELÁMPAGO")
    'venta relampago'
    """
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def fold_spaced(text: str) -> str:
    """Fold text, and normalise white space: single spaces between words, no outer spaces.

    Examples
    --------
    >>> fold_spaced("  Búsqueda   ORGÁNICA ")
    'busqueda organica'
    """
    return " ".join(fold(text).split())


def origins_of(text: str) -> list[int]:
    """Return the position in a text of each character of `fold_spaced` of it.

    Examples
    --------
    >>> fold_spaced("  A\u0301  B"), origins_of("  A\u0301  B")
    ('a b', [2, 4, 6])
    """
    found: list[int] = []
    gap = -1
    for at, char in enumerate(text):
        for letter in fold(char):
            if letter.isspace():
                gap = at if gap < 0 else gap
                continue
            if gap >= 0 and found:
                found.append(gap)
            gap = -1
            found.append(at)
    return found
