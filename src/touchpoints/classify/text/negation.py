"""Negations in a text: which words they deny, and which they only seem to deny."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import attrs

from touchpoints.classify.text.words import (
    END,
    Particles,
    Reading,
    Sequences,
    asked,
    begins,
    closes,
    particles,
    words_of,
)

Denial = Literal["", "open", "denied"]
"""How a phrase is negated: not at all; in a way that leaves the wish open ("have you no discount?",
"without a discount I will not buy", "I cannot find it"); or denied."""

_BEFORE = 6
_AFTER = 10
_NEXT = 4


def negations_of(texts: Iterable[str]) -> Sequences:
    """Return negations by their last word; of a contraction its ``not`` alone."""
    filed: dict[str, tuple[tuple[str, ...], ...]] = {}
    for text in texts:
        words = tuple(filter(None, words_of(text)))
        if words:
            filed[words[-1]] = (*filed.get(words[-1], ()), words)
    return filed


@attrs.define
class Denials:
    """The negations of one text, in their order.

    Attributes
    ----------
    reading : Reading
        Words of the text.
    negations : mapping of str to tuple
        Negations, by their last word.
    reach : int
        Number of words after a negation that it denies, those without weight not counted.
    """

    reading: Reading
    negations: Sequences
    reach: int
    _known: Particles = attrs.field(factory=particles, init=False)
    _asked: list[bool] | None = attrs.field(default=None, init=False)
    _denial: Denial = attrs.field(default="", init=False)
    _until: int = attrs.field(default=-1, init=False)

    def end_clause(self) -> None:
        """Forget the negation of a clause that ends."""
        self._denial, self._until = "", -1

    def take(self, position: int) -> None:
        """Take in the negation that ends at a position, if one does."""
        words, known = self.reading.words, self._known
        if not any(
            len(one) == 1 or self._words_to(position + 1, len(one)) == one
            for one in self.negations[words[position]]
        ) or begins(words[position : position + _NEXT], known.harmless):
            return
        if not (self._denial and words[position] in known.concord):
            self._denial = self._kind(position)
        self._until = self._reached(position)

    def of(self, start: int, stop: int) -> Denial:
        """Return how the phrase of the words from start to before stop is negated."""
        if start <= self._until:
            return self._denial
        answer = stop + ("?" in self.reading.signs.get(stop, ""))
        return "denied" if self._declines(answer) else ""

    def _declines(self, position: int) -> bool:
        """Return whether a "no" at a position stands alone: "discount? no, thanks"."""
        word, *after = self.reading.words[position : position + 2] or [END]
        single = (word,) in self.negations.get(word, ())
        alone = after in ([], [END]) or after[0] in self._known.thanks
        return single and alone and not self._is_asked(position)

    def _is_asked(self, position: int) -> bool:
        if self._asked is None:
            questions = any("?" in sign for sign in self.reading.signs.values())
            self._asked = asked(self.reading, tags=self._known.tags) if questions else []
        return bool(self._asked) and self._asked[position]

    def _words_to(self, position: int, most: int) -> tuple[str, ...]:
        return tuple(self.reading.words[max(0, position - most) : position])

    def _kind(self, position: int) -> Denial:
        """Return whether the negation at a position denies, or leaves the wish open."""
        known = self._known
        following = self._following(position)
        if begins(following, known.refusals):
            return "denied"
        before = self._clause_before(position)
        is_open = (
            _holds(before, known.conditions)
            or begins(following, known.unmet)
            or (bool(before) and before[-1] in known.unable)
            or (self._is_asked(position) and not _holds(before, known.facts))
            or (self.reading.words[position] in known.without and self._twice(position))
        )
        return "open" if is_open else "denied"

    def _following(self, position: int) -> list[str]:
        """Return the next words of weight in the clause."""
        found: list[str] = []
        for word in self.reading.words[position + 1 : position + 1 + _AFTER]:
            if word is END or len(found) == _NEXT:
                break
            if word not in self._known.light:
                found.append(word)
        return found

    def _clause_before(self, position: int) -> list[str]:
        """Return the last words before a position in its clause."""
        before: list[str] = []
        for word in reversed(self.reading.words[max(0, position - _BEFORE) : position]):
            if word is END:
                break
            before.append(word)
        return before[::-1]

    def _twice(self, position: int) -> bool:
        """Return whether another negation in the sentence makes a condition of this one."""
        words, known = self.reading.words, self._known
        first = position - len(self._clause_before(position))
        others = range(first, min(len(words), position + _AFTER))
        for other in others:
            if words[other] is END and other > position and self.reading.signs[other] != ",":
                break
            if other == position or words[other] in known.concord or words[other] in known.without:
                continue
            if words[other] in self.negations:
                following = self._following(other)
                return bool(following) and not begins(following, known.indifferent)
        return False

    def _reached(self, position: int) -> int:
        """Return the last position that the negation at a position denies."""
        words, known = self.reading.words, self._known
        left, reached = self.reach, position
        for following in range(position + 1, len(words)):
            word = words[following]
            if word is END or word in known.ends:
                break
            if word not in known.light and word not in known.joining:
                if not left:
                    break
                left -= 1
            reached = following
        return reached


def _holds(words: list[str], known: Sequences) -> bool:
    """Return whether one of the known sequences stands anywhere among some words."""
    return any(
        word in known and closes(words[:end], known) for end, word in enumerate(words, start=1)
    )
