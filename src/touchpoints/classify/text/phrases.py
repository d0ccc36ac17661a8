"""Search for words and phrases in text, by a trie of words that is walked once per text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import attrs

from touchpoints._core.text import fold

NEGATIONS = frozenset(
    [
        *("no", "not", "never", "without", "nor", "neither", "none", "nobody", "nothing"),
        *("hardly", "cannot", "sin", "nunca", "jamas", "ni", "tampoco", "ningun", "ninguna"),
        *("ninguno", "nadie", "nada"),
    ]
)
"""Folded words that negate the words after them; "not" includes every word ending in n't."""

_QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
# A word with its inner apostrophes; a sign outside ASCII, for example an emoji; the end of a
# clause, but not the point in t.co or the comma in 3,50.
_TOKEN = re.compile(
    r"([^\W_]+(?:'[^\W_]+)*)"
    r"|([^\x00-\x7f\s\w])"
    r"|(?:\.(?![^\W_])|(?<!\d)[,:]|[,:](?!\d)|[;!?()\[\]\"\n])+"
)

# The star at the end of a word in a phrase, and a private-use character that replaces it.
_STAR = re.compile(r"(?<=\S)\*+(?!\S)")
_BEGINS = "\ue000"

END = ""
"""Marks the end of a clause in a sequence of words."""


def words_of(text: str) -> Iterator[str]:
    """Yield the folded words of a text, and `END` once after each clause.

    An apostrophe within a word is kept, except in a final 's: ``card's`` is ``card``.
    """
    ended = True
    for word, sign in _TOKEN.findall(fold(text).replace(_QUOTE, "'")):
        if word:
            yield word.removesuffix("'s") if "'" in word else word
            ended = False
        elif sign and not unicodedata.category(sign).startswith("P"):
            yield sign
            ended = False
        elif not ended:
            yield END
            ended = True


def negates(word: str, negations: Collection[str]) -> bool:
    """Return whether a word is a negation; ``not`` includes every word ending in n't."""
    return word in negations or (word.endswith("n't") and "not" in negations)


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


@attrs.define
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
    """A phrase found in a text: its number, and whether it is negated there."""

    phrase: int
    negated: bool


class PhraseTree:
    """Trie of phrases, searched in time linear in the length of the text.

    Parameters
    ----------
    phrases
        The words of each phrase, as `words_of_phrase` returns them.
    """

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self._root = _Branch()
        for number, words in enumerate(phrases):
            branch = self._root
            for word in words:
                branch = branch.branch(word)
            branch.phrase = number

    def hits(self, text: str, *, negations: Collection[str], reach: int) -> Iterator[Hit]:
        """Yield the phrases in a text: the longest from each word on, without overlaps.

        Parameters
        ----------
        negations
            Folded words that negate the words after them.
        reach
            Number of words after a negation that are negated, up to the end of the clause.
        """
        words = list(words_of(text))
        starts, beginnings, lengths = self._root.words, self._root.beginnings, self._root.lengths
        negated_until, skip_to = -1, 0
        for position, word in enumerate(words):
            if position < skip_to:
                continue
            phrase, length = -1, 1
            if word in starts or any(word[:end] in beginnings for end in lengths):
                phrase, length = self._longest(words, position)
            if phrase >= 0:
                yield Hit(phrase, position <= negated_until)
                skip_to = position + length  # a negation within a phrase negates nothing else
            elif word is END:
                negated_until = -1
            elif negates(word, negations):
                negated_until = position + reach

    def _longest(self, words: list[str], start: int) -> tuple[int, int]:
        """Return the longest phrase from a word on and its length in words; -1 for no phrase."""
        found, length = -1, 1
        branches = [self._root]
        for position in range(start, len(words)):
            word = words[position]
            branches = [after for branch in branches for after in branch.after(word)]
            if not branches:
                break
            for branch in branches:
                if branch.phrase >= 0:
                    found, length = branch.phrase, position - start + 1
        return found, length
