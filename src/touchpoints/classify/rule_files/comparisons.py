"""Comparisons of one field: equality, substrings, regular expressions, ranges and missingness."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Literal, Protocol

import attrs

from touchpoints._core.messages import first_few
from touchpoints._core.text import fold_spaced
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.classify.text.folding import Notation, written
from touchpoints.classify.text.phrases import PhraseTree

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


_FLAGS = {
    **dict.fromkeys(["true", "yes", "si", "sí", "1"], True),
    **dict.fromkeys(["false", "no", "0"], False),
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

    def number(self, notation: Notation) -> float | None:
        """Return the value as a number; None when it is not a number."""
        key = ("number", notation.decimal)
        if key not in self._read:
            self._read[key] = notation.number(self.text if isinstance(self.raw, str) else self.raw)
        number: float | None = self._read[key]
        return number

    def instant(self, notation: Notation) -> dt.datetime | None:
        """Return the value as a time; None when it is not a time."""
        if notation.dates not in self._read:
            written_time = isinstance(self.raw, str) and self.text and not notation.dates
            text = self.text.upper() if written_time and self.text else self.raw
            self._read[notation.dates] = notation.instant(text)
        instant: dt.datetime | None = self._read[notation.dates]
        return instant

    @cached_property
    def _read(self) -> dict[Any, Any]:
        return {}


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
        Each is equal to the same truth value, and to its ways to be written: ``true``, ``yes``,
        ``sí``, 1 and ``false``, ``no``, 0, as text in any case or as a number.
    notation
        How the log writes numbers.
    shown : tuple
        The values as written in the rule.
    """

    texts: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    flags: frozenset[bool] = frozenset()
    notation: Notation = attrs.field(default=Notation(), kw_only=True)
    shown: tuple[Any, ...] = attrs.field(default=(), eq=False)

    def on(self, value: Value) -> int:
        """Return the truth value of: the value is in the list."""
        if value.text is None:
            return UNSURE
        if value.text in self.texts:
            return TRUE
        if self.numbers and value.number(self.notation) in self.numbers:
            return TRUE
        if isinstance(value.raw, bool) and any(
            one.casefold() == value.text.casefold() for one in self.texts
        ):
            return TRUE
        return _truth(self.flags and _FLAGS.get(value.text.casefold()) in self.flags)

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
class HasWords:
    """Whether a text has one of the listed phrases as whole words.

    Attributes
    ----------
    phrases : tuple of tuple of str
        The folded words of each phrase; a word that ends in ``*`` stands for any ending.
    shown : tuple
        The phrases as written in the rule.
    """

    phrases: tuple[tuple[str, ...], ...]
    shown: tuple[str, ...] = attrs.field(default=(), eq=False)
    _tree: PhraseTree = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_tree", PhraseTree(self.phrases))

    def on(self, value: Value) -> int:
        """Return the truth value of: any of the phrases is found."""
        if value.text is None:
            return UNSURE
        return _truth(next(self._tree.hits(value.text), None) is not None)

    def described(self, truth: int) -> str:
        """Return the result in words."""
        return f"{'has' if truth == TRUE else 'does not have'} the words {first_few(self.shown)}"


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
    notation: Notation = attrs.field(default=Notation(), kw_only=True)

    @property
    def kind(self) -> str:
        """What the value must be: a number or a date."""
        bound = self.lower if self.lower is not None else self.upper
        return "date" if isinstance(bound, dt.datetime) else "number"

    def on(self, value: Value) -> int:
        """Return the truth value, `UNSURE` for a value that is not a number (or a time)."""
        read = value.instant if self.kind == "date" else value.number
        given: Any = read(self.notation)
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
