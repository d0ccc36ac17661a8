"""Numbers in text: which mark stands before the decimals, and what each text writes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal

from touchpoints._core.text import is_blank

Decimal = Literal[".", ","]
"""The mark before the decimals of a number."""

_NO_BREAK = "\u00a0\u202f"  # between groups of thousands in French, Polish, Swedish …
_SPACE = f"[{_NO_BREAK}]"
_EXPONENT = r"(?:[eE][+-]?\d{1,3})?"
_PLAIN = {
    ".": re.compile(rf"[+-]?(?:\d+(?:\.\d*)?|\.\d+){_EXPONENT}", re.ASCII),
    ",": re.compile(rf"[+-]?(?:\d+(?:,\d*)?|,\d+){_EXPONENT}", re.ASCII),
}
_GROUPED = {
    ".": re.compile(
        rf"[+-]?[1-9]\d{{0,2}}(?:(?:,\d{{3}})+|(?:{_SPACE}\d{{3}})+)(?:\.\d+)?", re.ASCII
    ),
    ",": re.compile(
        rf"[+-]?[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?:{_SPACE}\d{{3}})+)(?:,\d+)?", re.ASCII
    ),
}
_BARE = dict.fromkeys(map(ord, _NO_BREAK))
_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}
_LIKE_AN_ID = re.compile(r"[+-]?0\d+|\d{16,}|\+\d+", re.ASCII)


def writes_number(text: str, decimal: Decimal) -> bool:
    """Tell whether a text writes a number; texts such as 007 and long ids do not."""
    plain = _PLAIN[decimal].fullmatch(text) or _GROUPED[decimal].fullmatch(text)
    return plain is not None and _LIKE_AN_ID.fullmatch(text) is None


def number_of(text: str, decimal: Decimal) -> float | None:
    """Return the number that a text writes, with groups of thousands; None where it is none."""
    text = text.strip()
    if _PLAIN[decimal].fullmatch(text):
        return float(text.replace(",", "."))
    if _GROUPED[decimal].fullmatch(text):
        bare = text.translate(_BARE).replace("." if decimal == "," else ",", "")
        return float(bare.replace(",", "."))
    sign, word = (-1, text[1:]) if text.startswith("-") else (1, text)
    found = _WORDS.get(word.casefold())
    return None if found is None else sign * found


class DecimalEvidence:
    """What the cells of a file tell of its decimal mark.

    ``1.5`` and ``1,234.5`` have a point, ``1,5`` and ``1.234,5`` a comma; ``1.234`` and ``1,234``
    can be read either way. Spaces that do not break, as in ``1 234,5``, are not decimals.
    """

    def __init__(self) -> None:
        self.point = self.comma = self.either = ""

    def see(self, texts: Sequence[str]) -> None:
        """Look at the values of a column, if all of them may be numbers."""
        known = [text for text in texts if not is_blank(text)]
        fits = {mark: all(writes_number(one, mark) for one in known) for mark in (".", ",")}
        if not known or not any(fits.values()):
            return
        marked = next((one for one in known if "." in one or "," in one), "")
        if not marked:
            return
        if all(fits.values()):
            self.either = self.either or marked
        elif fits["."]:
            self.point = self.point or marked
        else:
            self.comma = self.comma or marked

    def result(self) -> tuple[Decimal | None, str]:
        """Return the mark, None where nothing decides, and why."""
        if self.point and self.comma:
            return None, f"{self.point!r} has a point, {self.comma!r} a comma"
        if self.point:
            return ".", f"{self.point!r}"
        if self.comma:
            return ",", f"{self.comma!r}"
        if self.either:
            return None, f"{self.either!r} can be read with either mark"
        return ".", "no number has decimals"
