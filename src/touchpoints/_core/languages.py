"""Natural languages: words that the library shows, and folding of articles, plurals and spellings.

Each built-in language is one file in ``data/languages``; no module names a language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

import attrs

from touchpoints._core.documents import tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.text import fold

FALLBACK = "en"
"""The language of what has no label or word in the language asked for."""
_WORD = re.compile(r"[^\W_]+")
_FEWEST = 3
"""The fewest letters that remain of a word without its ending."""
_MOST = 1 << 16
"""The most words whose folded form is kept."""


@attrs.frozen
class Language:
    """The words of a language, and the rules by which its names are folded.

    Attributes
    ----------
    words : FrozenMap of str to str
        Words that the library shows, such as the name of the node at which journeys start.
    ignored, joining : frozenset of str
        Words that add nothing to a name; words between the name of a facet and a term.
    endings : tuple of (str, str)
        Endings of plurals and what replaces them; the first that fits applies.
    same : FrozenMap of str to str
        Spellings and contractions, and the words that stand for them.
    numbers : FrozenMap of str to object
        How numbers are written: ``decimal`` and ``thousands`` marks, ``grouped_from`` how many
        digits, and patterns of a ``share``, an ``interval`` and a ``date`` with its ``months``.
    unsaid : frozenset of str
        Words of a sentence that do not say what happened.
    spoken : tuple of str
        Endings of verbs and nouns in sentences; empty where sentences are not read.
    irregular : FrozenMap of str to str
        Forms of irregular verbs, and the verbs.
    """

    words: FrozenMap[str, str] = attrs.field(factory=FrozenMap)
    ignored: frozenset[str] = frozenset()
    joining: frozenset[str] = frozenset()
    endings: tuple[tuple[str, str], ...] = ()
    same: FrozenMap[str, str] = attrs.field(factory=FrozenMap)
    numbers: FrozenMap[str, Any] = attrs.field(factory=FrozenMap)
    unsaid: frozenset[str] = frozenset()
    spoken: tuple[str, ...] = ()
    irregular: FrozenMap[str, str] = attrs.field(factory=FrozenMap)

    @cached_property
    def _forms(self) -> _Forms:
        return _Forms(self._form)

    def fold(self, text: str) -> tuple[str, ...]:
        """Return the words of a text, without articles, accents, case, plurals and punctuation.

        A text of ignored words only keeps them.

        Examples
        --------
        >>> language("es").fold("Las campañas del correo") == language("es").fold(
        ...     "campaña de correo"
        ... )
        True
        """
        words = _WORD.findall(fold(text))
        forms = self._forms
        folded = tuple(part for word in words for part in forms[word])
        return folded or tuple(map(self._singular, words))

    def gist(self, text: str) -> frozenset[str]:
        """Return the stems of the words of a sentence that say what happened.

        Empty in a language whose sentences are not read.

        Examples
        --------
        >>> sorted(language("en").gist("They took some blood"))
        ['blood', 'tak']
        >>> language("es").gist("me sacaron sangre") == language("es").gist("sacarse sangre")
        True
        """
        if not self.spoken:
            return frozenset()
        words = [self.irregular.get(one, one) for one in _WORD.findall(fold(text))]
        return frozenset(self._stem(one) for one in words if one not in self.unsaid)

    def _stem(self, word: str) -> str:
        for ending in self.spoken:
            if word.endswith(ending) and len(word) - len(ending) >= _FEWEST:
                return word[: -len(ending)]
        return word

    def _form(self, word: str) -> tuple[str, ...]:
        """Return the words that stand for a word, folded; none where the word is ignored."""
        words = self.same.get(word, word).split()
        return tuple(self._singular(one) for one in words if one not in self.ignored)

    def _singular(self, word: str) -> str:
        for ending, instead in self.endings:
            if word.endswith(ending):
                stem = word[: -len(ending)] + instead
                if len(stem) >= _FEWEST:
                    return stem
        return word


class _Forms(dict[str, tuple[str, ...]]):
    """Map each word to its folded form in a language, computed on first use."""

    def __init__(self, form: Callable[[str], tuple[str, ...]]) -> None:
        self._form = form

    def __missing__(self, word: str) -> tuple[str, ...]:
        form = self._form(word)
        if len(self) < _MOST:
            self[word] = form
        return form


@cache
def built_in_languages() -> tuple[str, ...]:
    """Return the codes of the languages of which there is a file, in alphabetical order."""
    return tuple(sorted(name.removesuffix(".toml") for name in _files()))


@cache
def language(code: str) -> Language:
    """Return a language by its code; a language without a file has neither words nor rules.

    A code with a region, such as ``pt-BR``, takes the file of the region if there is one, else
    that of the language.

    Examples
    --------
    >>> language("en").words["start"], language("xx").words.get("start", "")
    ('start', '')
    """
    while code and f"{code}.toml" not in _files():
        code = code.rpartition("-")[0]
    return _read(f"{code}.toml") if code else Language()


def word_in(word: str, code: str) -> str:
    """Return a word that the library shows in a language, else in English."""
    return language(code).words.get(word) or language(FALLBACK).words[word]


@cache
def _files() -> frozenset[str]:
    return frozenset(one.name for one in _folder().iterdir() if one.name.endswith(".toml"))


def _folder() -> Any:
    from importlib.resources import files

    return files("touchpoints._core").joinpath("data", "languages")


def _read(name: str) -> Language:
    table = tables_of(_folder().joinpath(name).read_text(encoding="utf-8"), where=name)
    rules: Mapping[str, Any] = table["fold"]
    spoken: Mapping[str, Any] = table["spoken"]
    return Language(
        words=FrozenMap(table["words"]),
        ignored=frozenset(rules["ignored"]),
        joining=frozenset(rules["joining"]),
        endings=tuple((ending, instead) for ending, instead in rules["endings"]),
        same=FrozenMap(rules["same"]),
        numbers=FrozenMap(table["numbers"]),
        unsaid=frozenset(spoken["unsaid"]),
        spoken=tuple(spoken["endings"]),
        irregular=FrozenMap(spoken["irregular"]),
    )
