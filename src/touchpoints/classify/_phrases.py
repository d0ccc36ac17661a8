"""Words and phrases found in text: a tree of words, walked once however many phrases it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import attrs

from touchpoints.classify.folding import fold

NEGATIONS = frozenset(
    [
        *("no", "not", "never", "without", "nor", "neither", "none", "nobody", "nothing"),
        *("hardly", "cannot", "sin", "nunca", "jamas", "ni", "tampoco", "ningun", "ninguna"),
        *("ninguno", "nadie", "nada"),
    ]
)
"""Words, folded, that deny what comes after them; with "not" every word that ends in n't."""

_QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
# A word with its inner apostrophes, a sign outside ASCII such as an emoji, the end of a clause.
_TOKEN = re.compile(r"([^\W_]+(?:'[^\W_]+)*)|([^\x00-\x7f\s\w])|([.,;:!?()\[\]\"\n])")


class Token(NamedTuple):
    """A word as it is compared; empty where a clause ends."""

    word: str
    denies: bool


END = Token("", denies=False)


def tokens(text: str, negations: Collection[str]) -> Iterator[Token]:
    """Yield the words of a text, folded, and where clauses end.

    Apostrophes are left out, and an 's at the end: ``don't`` is ``dont``, ``card's`` is ``card``.
    """
    for found in _TOKEN.finditer(fold(text).replace(_QUOTE, "'")):
        word, sign, _ = found.groups()
        if word is not None:
            plain = word.removesuffix("'s").replace("'", "")
            denies = plain in negations or ("not" in negations and word.endswith("n't"))
            yield Token(plain, denies)
        elif sign is not None and not unicodedata.category(sign).startswith("P"):
            yield Token(sign, denies=False)
        else:
            yield END


def words_of_phrase(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as they are compared; one may end in ``*``."""
    words: list[str] = []
    for part in fold(phrase).split():
        found = [token.word for token in tokens(part.rstrip("*"), ()) if token.word]
        if found and part.endswith("*"):
            found[-1] += "*"
        words.extend(found)
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
        read = list(tokens(text, negations))
        denied_until = -1
        place = 0
        while place < len(read):
            token = read[place]
            if not token.word:
                denied_until = -1
                place += 1
                continue
            phrase, length = self._longest(read, place)
            if phrase >= 0:
                yield Hit(phrase, place <= denied_until)
            elif token.denies:  # one within a phrase belongs to it and denies nothing else
                denied_until = place + reach
            place += length

    def _longest(self, read: list[Token], start: int) -> tuple[int, int]:
        """Return the longest phrase that begins at a word (-1: none) and how long it is."""
        found, length = -1, 1
        branches = [self._root]
        for place in range(start, len(read)):
            word = read[place].word
            branches = (
                [after for branch in branches for after in branch.after(word)] if word else []
            )
            if not branches:
                break
            for branch in branches:
                if branch.phrase >= 0:
                    found, length = branch.phrase, place - start + 1
        return found, length
