"""Search for words and phrases in text, by a trie of words that is walked once per text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.classify.text.negation import Denial, Denials
from touchpoints.classify.text.spelling import MIN_SWAPPED, Spelling
from touchpoints.classify.text.words import END, Reading, Sequences, particles, read_text, words_of

# The star at the end of a word in a phrase, and a private-use character that replaces it.
_STAR = re.compile(r"(?<=\S)\*+(?!\S)")
_BEGINS = "\ue000"
_STAR_BEFORE = re.compile(r"\*[^\s*]|(?<!\S)\*")

# How many words without weight may stand between two words of a phrase.
_MOST_PASSED = 2
_MOST_CACHED = 20_000
_NONE: Sequences = FrozenMap({})


def has_star_before(phrase: str) -> bool:
    """Return whether a phrase has a star before or within a word, where it means nothing."""
    return bool(_STAR_BEFORE.search(phrase))


def words_of_phrase(phrase: str) -> tuple[str, ...]:
    """Return the folded words of a phrase; a word may end in ``*``.

    `END` marks the end of a clause within the phrase, also at a line break: "no, thanks" is not
    "no thanks".
    """
    words: list[str] = []
    for word in words_of(_STAR.sub(_BEGINS, phrase.replace(_BEGINS, ""))):
        if word != _BEGINS:
            words.append(word)
        elif words and words[-1]:
            words[-1] += "*"
    while words and not words[-1]:
        words.pop()
    return tuple(words)


@attrs.define(eq=False)
class _Branch:
    """Node of the trie, reached by the first words of some phrases."""

    words: dict[str, _Branch] = attrs.field(factory=dict)
    beginnings: dict[str, _Branch] = attrs.field(factory=dict)
    lengths: tuple[int, ...] = ()
    phrase: int = -1

    def branch(self, word: str) -> _Branch:
        """Return the child for a word of a phrase; create it when it is new."""
        if not word.endswith("*"):
            return self.words.setdefault(word, _Branch())
        beginning = word[:-1]
        self.lengths = tuple(sorted({*self.lengths, len(beginning)}))
        return self.beginnings.setdefault(beginning, _Branch())

    def after(self, word: str) -> Iterator[_Branch]:
        """Yield the children that a word of a text matches."""
        known = self.words.get(word)
        if known is not None:
            yield known
        for length in self.lengths:
            begun = self.beginnings.get(word[:length]) if len(word) >= length else None
            if begun is not None:
                yield begun


class Hit(NamedTuple):
    """A phrase found in a text: its number, and how it is negated there."""

    phrase: int
    denial: Denial


class PhraseTree:
    """Trie of phrases, searched in time linear in the length of the text.

    Parameters
    ----------
    phrases
        The words of each phrase, as `words_of_phrase` returns them.
    light
        Words that may stand between the words of a phrase.
    typos
        Whether a long word with one letter wrong counts as the word that it is near to.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[str, ...]],
        *,
        light: Collection[str] = (),
        typos: bool = False,
    ) -> None:
        self._root = _Branch()
        self._light = light
        self._begun: dict[str, bool] = {}
        phrases = list(phrases)
        for number, words in enumerate(phrases):
            branch = self._root
            for word in words:
                branch = branch.branch(word)
            branch.phrase = number
        known = (word for words in phrases for word in words if word)
        self._spelling = Spelling(known, particles().lookalikes) if typos else None

    def hits(self, text: str, *, negations: Sequences = _NONE, reach: int = 0) -> Iterator[Hit]:
        """Yield the phrases in a text: the longest from each word on, without overlaps.

        Parameters
        ----------
        negations
            Negations by their last word, as ``negations_of`` returns them.
        reach
            Number of words after a negation that are negated, up to the end of the clause.
        """
        reading = self._corrected(read_text(text))
        words, begins = reading.words, self._begun
        denials: Denials | None = None  # made at the first negation: most texts have none
        skip_to = 0
        for position, word in enumerate(words):
            if position < skip_to:
                continue
            begun = begins.get(word)
            phrase, length = -1, 1
            if self._begins(word) if begun is None else begun:
                phrase, length = self._longest(words, position)
            if phrase >= 0:
                skip_to = position + length  # a negation within a phrase negates nothing else
                after = words[skip_to : skip_to + 2]
                if denials is None and not negations.keys().isdisjoint(after):
                    denials = Denials(reading, negations, reach)
                yield Hit(phrase, denials.of(position, skip_to) if denials else "")
            elif word in negations:
                denials = denials or Denials(reading, negations, reach)
                denials.take(position)
            elif denials and word is END:
                denials.end_clause()

    def _begins(self, word: str) -> bool:
        """Return whether a phrase begins with a word; the answer is kept."""
        root = self._root
        if len(self._begun) >= _MOST_CACHED:
            self._begun.clear()
        found = word in root.words or any(word[:end] in root.beginnings for end in root.lengths)
        self._begun[word] = found
        return found

    def _corrected(self, reading: Reading) -> Reading:
        """Return the words as they were meant: long ones with one letter wrong are put right."""
        if self._spelling is None:
            return reading
        meant = self._spelling.meant
        words = [meant(one) if len(one) >= MIN_SWAPPED else one for one in reading.words]
        return Reading(words, reading.signs)

    def _longest(self, words: list[str], start: int) -> tuple[int, int]:
        """Return the longest phrase from a word on and its length in words; -1 for no phrase.

        Words without weight may stand between its words: "no me funciona" is "no funciona".
        """
        found, length = -1, 1
        branches: dict[_Branch, int] = {self._root: 0}  # and how many words were passed over there
        for position in range(start, len(words)):
            word = words[position]
            reached = {after: 0 for branch in branches for after in branch.after(word)}
            for branch in reached:
                if branch.phrase >= 0:
                    found, length = branch.phrase, position - start + 1
            if position > start and word in self._light:
                for branch, passed in branches.items():
                    if passed < _MOST_PASSED and branch not in reached:
                        reached[branch] = passed + 1
            if not reached:
                break
            branches = reached
        return found, length
