"""What can be asked of one field: whether it is, contains, matches, lies between, is missing."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Literal, Protocol

import attrs

from touchpoints._core.messages import first_few
from touchpoints._core.text import fold_spaced
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.classify.text.folding import instant_in, number_in, written

FALSE, UNSURE, TRUE = 0, 1, 2
"""Three-valued logic: a question about a missing value is neither true nor false."""

Position = Literal["contains", "starts", "ends"]
Bound = float | dt.datetime

_VERBS = {
    "contains": ("contains", "does not contain"),
    "starts": ("starts with", "does not start with"),
    "ends": ("ends with", "does not end with"),
}


class Value:
    """A field of an event, in the forms in which it is compared; each made once."""

    def __init__(self, raw: Any, *, folded: bool) -> None:
        self.raw = raw
        self._folded = folded

    @cached_property
    def text(self) -> str | None:
        """The value as text, folded where that is asked for; None when it is missing."""
        text = written(self.raw)
        return fold_spaced(text) if text is not None and self._folded else text

    @cached_property
    def number(self) -> float | None:
        """The value as a number."""
        return number_in(self.text if isinstance(self.raw, str) else self.raw)

    @cached_property
    def instant(self) -> dt.datetime | None:
        """The value as a time."""
        written_time = isinstance(self.raw, str) and self.text is not None
        return instant_in(self.text.upper() if written_time and self.text else self.raw)


class Comparison(Protocol):
    """A question about one value."""

    def on(self, value: Value) -> int:
        """Return `TRUE`, `FALSE`, or `UNSURE` when the value is missing or of another kind."""

    def said(self, truth: int) -> str:
        """Return the answer in words, to stand after the field's name."""


def _truth(holds: object) -> int:
    return TRUE if holds else FALSE


@attrs.frozen
class Among:
    """Whether a value is one of some texts, numbers or truth values.

    Attributes
    ----------
    texts : frozenset of str
        As they are compared, folded where texts are.
    numbers : frozenset of float
        Equal to a number, and to a text that is that number.
    flags : frozenset of bool
        Equal to a truth value, and to the text ``true`` or ``false`` in any case.
    shown : tuple
        As they were written.
    """

    texts: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    flags: frozenset[bool] = frozenset()
    shown: tuple[Any, ...] = attrs.field(default=(), eq=False)

    def on(self, value: Value) -> int:
        """Return whether the value is among them."""
        if value.text is None:
            return UNSURE
        if value.text in self.texts or (self.numbers and value.number in self.numbers):
            return TRUE
        flags = {"true": True, "false": False}
        return _truth(self.flags and flags.get(value.text.casefold()) in self.flags)

    def said(self, truth: int) -> str:
        """Return the answer in words."""
        if len(self.shown) == 1:
            return f"{'is' if truth == TRUE else 'is not'} {self.shown[0]!r}"
        return f"{'is one of' if truth == TRUE else 'is none of'} {first_few(self.shown)}"


@attrs.frozen
class Contains:
    """Whether a text contains, starts with or ends with one of some texts."""

    texts: tuple[str, ...]
    position: Position = "contains"

    def on(self, value: Value) -> int:
        """Return whether any of the texts is there."""
        text = value.text
        if text is None:
            return UNSURE
        if self.position == "contains":
            return _truth(any(one in text for one in self.texts))
        found = text.startswith if self.position == "starts" else text.endswith
        return _truth(found(self.texts))

    def said(self, truth: int) -> str:
        """Return the answer in words."""
        return f"{_VERBS[self.position][truth != TRUE]} {first_few(self.texts)}"


@attrs.frozen
class Matches:
    """Whether a regular expression is found in a text."""

    pattern: Pattern

    def on(self, value: Value) -> int:
        """Return whether it is found."""
        text = value.text
        return UNSURE if text is None else _truth(self.pattern.found_in(text))

    def said(self, truth: int) -> str:
        """Return the answer in words."""
        return f"{'matches' if truth == TRUE else 'does not match'} {self.pattern.text!r}"


@attrs.frozen
class Within:
    """Whether a number or a time lies between two bounds, both included."""

    least: Bound | None = None
    most: Bound | None = None

    def on(self, value: Value) -> int:
        """Return whether it does; `UNSURE` of a value that is no number (or time)."""
        bound = self.least if self.least is not None else self.most
        given: Any = value.instant if isinstance(bound, dt.datetime) else value.number
        if given is None:
            return UNSURE
        above: Any = self.least is None or given >= self.least
        below: Any = self.most is None or given <= self.most
        return _truth(above and below)

    def said(self, truth: int) -> str:
        """Return the answer in words."""
        bounds = (("at least", self.least), ("at most", self.most))
        words = " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
        return f"{'is' if truth == TRUE else 'is not'} {words}"


@attrs.frozen
class Missing:
    """Whether there is no value: null, nan or empty text."""

    def on(self, value: Value) -> int:
        """Return whether it is missing; never `UNSURE`."""
        return _truth(value.text is None)

    def said(self, truth: int) -> str:
        """Return the answer in words."""
        return "is missing" if truth == TRUE else "is there"
