"""Words and clauses of a text, and what the words of a language do in a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import attrs

from touchpoints._core.text import fold
from touchpoints.classify._data import data_names, read_data

END = ""
"""Marks the end of a clause in a sequence of words."""

_FILES = "text-"
_QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
# A word with its inner apostrophes; a sign outside ASCII, for example an emoji; the end of a
# clause, but not the point in t.co or the comma in 3,50.
_TOKEN = re.compile(
    r"([^\W_]+(?:'[^\W_]+)*)"
    r"|([^\x00-\x7f\s\w])"
    r"|((?:\.(?![^\W_])|(?<!\d)[,:]|[,:](?!\d)|[;!?()\[\]\"\n])+)"
)
_OPENS = "\N{INVERTED QUESTION MARK}"
_SENTENCE_ENDS = frozenset(".!;\n\N{INVERTED EXCLAMATION MARK}")

Sequences = Mapping[str, tuple[tuple[str, ...], ...]]


@attrs.frozen
class Particles:
    """Words of all languages by what they do in a sentence; ``data/text-en.toml`` explains each.

    Sequences of words are filed under their first word, or under their last one where they are
    looked for before a negation.
    """

    negations: frozenset[str]
    concord: frozenset[str]
    without: frozenset[str]
    ends: frozenset[str]
    unable: frozenset[str]
    light: frozenset[str]
    joining: frozenset[str]
    thanks: frozenset[str]
    lookalikes: frozenset[str]
    harmless: Sequences
    refusals: Sequences
    unmet: Sequences
    indifferent: Sequences
    conditions: Sequences
    facts: Sequences
    tags: frozenset[tuple[str, ...]]
    spellings: Mapping[str, tuple[str, ...]]


@cache
def particles() -> Particles:
    """Return the particles of all languages, read on first use."""
    files = [read_data(name) for name in data_names(_FILES)]

    def listed(name: str) -> list[str]:
        return [one for file in files for one in file[name]]

    def words(name: str) -> frozenset[str]:
        return frozenset(listed(name))

    return Particles(
        negations=words("negations"),
        concord=words("concord"),
        without=words("without"),
        ends=words("ends"),
        unable=words("unable"),
        light=words("light"),
        joining=words("joining"),
        thanks=words("thanks"),
        lookalikes=words("lookalikes"),
        harmless=_filed(listed("harmless"), at=0),
        refusals=_filed(listed("refusals"), at=0),
        unmet=_filed(listed("unmet"), at=0),
        indifferent=_filed(listed("indifferent"), at=0),
        conditions=_filed(listed("conditions"), at=-1),
        facts=_filed(listed("facts"), at=-1),
        tags=frozenset(tuple(one.split()) for one in listed("tags")),
        spellings={
            written: tuple(meant.split())
            for file in files
            for written, meant in file["spellings"].items()
        },
    )


def _filed(texts: Iterable[str], *, at: int) -> Sequences:
    """Return sequences of words by their first or last word, the longest first."""
    filed: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted((tuple(text.split()) for text in texts), key=len, reverse=True):
        filed.setdefault(words[at], []).append(words)
    return {word: tuple(several) for word, several in filed.items()}


def begins(words: Sequence[str], known: Sequences) -> bool:
    """Return whether words begin with one of the known sequences."""
    return bool(words) and any(tuple(words[: len(one)]) == one for one in known.get(words[0], ()))


def closes(words: Sequence[str], known: Sequences) -> bool:
    """Return whether words close with one of the known sequences, filed by their last word."""
    return bool(words) and any(tuple(words[-len(one) :]) == one for one in known.get(words[-1], ()))


class Reading(NamedTuple):
    """The folded words of a text.

    Attributes
    ----------
    words : list of str
        Words, with `END` once after each clause.
    signs : dict of int to str
        By the position of an `END`, its signs.
    """

    words: list[str]
    signs: dict[int, str]


def read_text(text: str) -> Reading:
    """Return the words of a text.

    ``n't`` is read as ``not`` (``doesn't``, ``doesnt`` and ``does not`` are the same words), and a
    final ``'s`` is left out; other apostrophes within a word are kept.
    """
    words: list[str] = []
    signs: dict[int, str] = {}
    spellings = particles().spellings
    ended = True
    for word, sign, stop in _TOKEN.findall(fold(text).replace(_QUOTE, "'")):
        if word:
            if word in spellings or "'" in word:
                words.extend(_written_out(word, spellings))
            else:
                words.append(word)
            ended = False
        elif sign and not unicodedata.category(sign).startswith("P"):
            words.append(sign)
            ended = False
        elif not ended:
            signs[len(words)] = stop or sign
            words.append(END)
            ended = True
        elif words:
            signs[len(words) - 1] = (signs[len(words) - 1] + (stop or sign))[-_MOST_SIGNS:]
    return Reading(words, signs)


_MOST_SIGNS = 20


def _written_out(word: str, spellings: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words that a contraction stands for."""
    if word in spellings:
        return spellings[word]
    if word.endswith("n't"):
        return word.removesuffix("n't"), "not"
    return (word.removesuffix("'s"),)


def words_of(text: str) -> Iterator[str]:
    """Yield the folded words of a text, and `END` once after each clause."""
    yield from read_text(text).words


def asked(reading: Reading, *, tags: Collection[tuple[str, ...]]) -> list[bool]:
    """Return for each word whether its sentence is a question.

    A statement is a question when one of the tags follows it as a question: "…, right?".
    """
    words, signs = reading
    found = [False] * len(words)
    question = False
    for position in range(len(words) - 1, -1, -1):
        if words[position] is END:
            question = _before(words, position, signs[position], question=question, tags=tags)
        found[position] = question
    return found


def _before(
    words: Sequence[str],
    position: int,
    sign: str,
    *,
    question: bool,
    tags: Collection[tuple[str, ...]],
) -> bool:
    """Return whether the words before the end of a clause belong to a question."""
    if _OPENS in sign:
        return "?" in sign or (question and _clause(words, position + 1) in tags)
    if "?" in sign:
        return True
    return question and not _SENTENCE_ENDS.intersection(sign)


def _clause(words: Sequence[str], start: int) -> tuple[str, ...]:
    """Return the first words from a position on, up to the end of their clause."""
    clause: list[str] = []
    for word in words[start : start + 5]:
        if word is END:
            break
        clause.append(word)
    return tuple(clause)
