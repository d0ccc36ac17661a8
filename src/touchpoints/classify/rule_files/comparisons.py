"""Comparisons of one field: equality, substrings, regular expressions, ranges and missingness."""

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
"""Three-valued logic: a comparison with a missing value is neither true nor false."""

Verb = Literal["contains", "starts", "ends"]
"""Where in a text another text must occur: anywhere, at the start or at the end."""

Bound = float | dt.datetime
"""A limit of a range: a number or a time."""

_VERBS = {
    "contains": ("contains", "does not contain"),
    "starts": ("starts with", "does not start with"),
    "ends": ("ends with", "does not end with"),
}


class Value:
    """The value of a field, in the forms in which it is compared; each form is computed once."""

    def __init__(self, raw: Any, *, folded: bool) -> None:
        self.raw = raw
        self._folded = folded

    @cached_property
    def text(self) -> str | None:
        """The value as text, folded if texts are compared folded; None when it is missing."""
        text = written(self.raw)
        return fold_spaced(text) if text is not None and self._folded else text

    @cached_property
    def number(self) -> float | None:
        """The value as a number; None when it is not a number."""
        return number_in(self.text if isinstance(self.raw, str) else self.raw)

    @cached_property
    def instant(self) -> dt.datetime | None:
        """The value as a time; None when it is not a time."""
        written_time = isinstance(self.raw, str) and self.text is not None
        return instant_in(self.text.upper() if written_time and self.text else self.raw)


class Comparison(Protocol):
    """A test of one value."""

    def on(self, value: Value) -> int:
        """Return `TRUE`, `FALSE`, or `UNSURE` when the value is missing or of another type."""

    def described(self, truth: int) -> str:
        """Return the result in words, to be written after the name of the field."""


def _truth(holds: object) -> int:
    return TRUE if holds else FALSE


@attrs.frozen
class Among:
    """Whether a value is one of the listed texts, numbers or truth values.

    Attributes
    ----------
    texts : frozenset of str
        Texts in the form in which they are compared: folded if texts are compared folded. The texts
        ``true`` and ``false``, in any case, are equal to truth values too.
    numbers : frozenset of float
        Each is equal to the same number, and to a text that is that number.
    flags : frozenset of bool
        Each is equal to the same truth value, and to the text ``true`` or ``false`` in any case.
    shown : tuple
        The values as written in the rule.
    """

    texts: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    flags: frozenset[bool] = frozenset()
    shown: tuple[Any, ...] = attrs.field(default=(), eq=False)

    def on(self, value: Value) -> int:
        """Return the truth value of: the value is in the list."""
        if value.text is None:
            return UNSURE
        if value.text in self.texts or (self.numbers and value.number in self.numbers):
            return TRUE
        if isinstance(value.raw, bool) and any(
            one.casefold() == value.text.casefold() for one in self.texts
        ):
            return TRUE
        flags = {"true": True, "false": False}
        return _truth(self.flags and flags.get(value.text.casefold()) in self.flags)

    def described(self, truth: int) -> str:
        """Return the result in words."""
        if len(self.shown) == 1:
            return f"{'is' if truth == TRUE else 'is not'} {self.shown[0]!r}"
        return f"{'is one of' if truth == TRUE else 'is not one of'} {first_few(self.shown)}"


@attrs.frozen
class Contains:
    """Whether a text contains, starts with or ends with one of the listed texts."""

    texts: tuple[str, ...]
    verb: Verb = "contains"

    def on(self, value: Value) -> int:
        """Return the truth value of: any of the listed texts is found."""
        text = value.text
        if text is None:
            return UNSURE
        if self.verb == "contains":
            return _truth(any(part in text for part in self.texts))
        found = text.startswith if self.verb == "starts" else text.endswith
        return _truth(found(self.texts))

    def described(self, truth: int) -> str:
        """Return the result in words."""
        return f"{_VERBS[self.verb][truth != TRUE]} {first_few(self.texts)}"


@attrs.frozen
class Matches:
    """Whether a regular expression is found in a text."""

    pattern: Pattern

    def on(self, value: Value) -> int:
        """Return the truth value of: the expression is found in the text."""
        text = value.text
        return UNSURE if text is None else _truth(self.pattern.found_in(text))

    def described(self, truth: int) -> str:
        """Return the result in words."""
        return f"{'matches' if truth == TRUE else 'does not match'} {self.pattern.text!r}"


@attrs.frozen
class Within:
    """Whether a number or a time lies between two bounds, both included; None means no bound."""

    lower: Bound | None = None
    upper: Bound | None = None

    def on(self, value: Value) -> int:
        """Return the truth value, `UNSURE` for a value that is not a number (or a time)."""
        bound = self.lower if self.lower is not None else self.upper
        given: Any = value.instant if isinstance(bound, dt.datetime) else value.number
        if given is None:
            return UNSURE
        above: Any = self.lower is None or given >= self.lower
        below: Any = self.upper is None or given <= self.upper
        return _truth(above and below)

    def described(self, truth: int) -> str:
        """Return the result in words."""
        bounds = (("at least", self.lower), ("at most", self.upper))
        words = " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
        return f"{'is' if truth == TRUE else 'is not'} {words}"


@attrs.frozen
class Missing:
    """Whether the value is missing: null, nan or empty text."""

    def on(self, value: Value) -> int:
        """Return the truth value of: the value is missing; never `UNSURE`."""
        return _truth(value.text is None)

    def described(self, truth: int) -> str:
        """Return the result in words."""
        return "is missing" if truth == TRUE else "is not missing"
