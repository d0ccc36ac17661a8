"""Words and phrases found in text: a tree of words, walked once however many phrases it holds."""

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
"""Words, folded, that deny what comes after them; with "not" every word that ends in n't."""

_QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
# A word with its inner apostrophes; a sign outside ASCII such as an emoji; the end of a clause, but
# not the point of t.co or the comma of 3,50.
_TOKEN = re.compile(
    r"([^\W_]+(?:'[^\W_]+)*)"
    r"|([^\x00-\x7f\s\w])"
    r"|(?:\.(?![^\W_])|(?<!\d)[,:]|[,:](?!\d)|[;!?()\[\]\"\n])+"
)


# The star at the end of a word of a phrase, and a sign of no meaning that stands for it.
_STAR = re.compile(r"(?<=\S)\*+(?!\S)")
_BEGINS = "\ue000"

END = ""
"""Stands among words where a clause ends."""


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text, folded, and `END` once where a clause ends.

    An apostrophe stays within a word, but for 's at its end: ``card's`` is ``card``.
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


def denies(word: str, negations: Collection[str]) -> bool:
    """Tell whether a word denies what comes after it; ``not`` stands for every ending in n't."""
    return word in negations or (word.endswith("n't") and "not" in negations)


def words_of_phrase(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as they are compared; one may end in ``*``.

    `END` where a clause ends within the phrase, at a line break too: "no, thanks" is not "no
    thanks".
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
    """Where some first words of phrases lead."""

    words: dict[str, _Branch] = attrs.field(factory=dict)
    beginnings: dict[str, _Branch] = attrs.field(factory=dict)
    lengths: tuple[int, ...] = ()
    phrase: int = -1

    def branch(self, word: str) -> _Branch:
        """Return where a word leads, growing the branch when it is new."""
        if not word.endswith("*"):
            return self.words.setdefault(word, _Branch())
        beginning = word[:-1]
        self.lengths = tuple(sorted({*self.lengths, len(beginning)}))
        return self.beginnings.setdefault(beginning, _Branch())

    def after(self, word: str) -> Iterator[_Branch]:
        """Yield where a word of a text leads."""
        known = self.words.get(word)
        if known is not None:
            yield known
        for length in self.lengths:
            begun = self.beginnings.get(word[:length]) if len(word) >= length else None
            if begun is not None:
                yield begun


class Hit(NamedTuple):
    """A phrase found in a text: its number, and whether it is denied there."""

    phrase: int
    denied: bool


class PhraseTree:
    """Some phrases, found in texts in time linear in the text.

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
        """Yield the phrases in a text: at each place the longest, none within another.

        Parameters
        ----------
        negations
            Folded words that deny what comes after them.
        reach
            How many words after such a word are denied, up to the end of the clause.
        """
        read = list(words_of(text))
        starts, beginnings, lengths = self._root.words, self._root.beginnings, self._root.lengths
        denied_until, skip_to = -1, 0
        for place, word in enumerate(read):
            if place < skip_to:
                continue
            phrase, length = -1, 1
            if word in starts or any(word[:end] in beginnings for end in lengths):
                phrase, length = self._longest(read, place)
            if phrase >= 0:
                yield Hit(phrase, place <= denied_until)
                skip_to = place + length  # a negation within a phrase denies nothing else
            elif word is END:
                denied_until = -1
            elif denies(word, negations):
                denied_until = place + reach

    def _longest(self, read: list[str], start: int) -> tuple[int, int]:
        """Return the longest phrase that begins at a word (-1: none) and how long it is."""
        found, length = -1, 1
        branches = [self._root]
        for place in range(start, len(read)):
            word = read[place]
            branches = [after for branch in branches for after in branch.after(word)]
            if not branches:
                break
            for branch in branches:
                if branch.phrase >= 0:
                    found, length = branch.phrase, place - start + 1
        return found, length
