"""Labels with a fallback, and a look-up of names that ignores case, accents and articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import dropwhile
from typing import Protocol

from touchpoints._core.languages import FALLBACK, language
from touchpoints._core.messages import not_found
from touchpoints._core.text import fold_spaced
from touchpoints.errors import InvalidInputError, WrongKindError

Labels = Mapping[str, str]
Aliases = Mapping[str, tuple[str, ...]]
Words = tuple[str, ...]
_FEWEST_SAID = 2
"""The fewest words of a sentence that say what happened."""


# The names of a taxonomy are folded when it is checked, extended and searched.
folded = lru_cache(maxsize=1 << 15)(fold_spaced)


class HasId(Protocol):
    """An object with an id."""

    @property
    def id(self) -> str:
        """The id."""


class Named(HasId, Protocol):
    """An object with an id, labels and aliases: a term or a touchpoint type."""

    @property
    def labels(self) -> Labels:
        """The label in each language."""

    @property
    def aliases(self) -> Aliases:
        """The other names in each language."""


def label_in(labels: Labels, lang: str, *, default: str) -> str:
    """Return the label in a language, else in English, else the first label, else the default."""
    if lang in labels:
        return labels[lang]
    return labels.get(FALLBACK) or next(iter(labels.values()), default)


class Phrases:
    """An index of ids, labels and aliases, with look-up in constant time.

    A phrase that is a name as it stands, but for case, accents and spacing, has precedence. Only
    where there is none, articles, plurals, spellings and punctuation are folded too, by the rules
    of the language of each name, and the name of the kind may stand before or after a name: "the
    need to save money" is the need "save money".
    """

    __slots__ = ("_called", "_forms", "_gists", "_kind", "_languages", "_named", "_of")

    def __init__(self, kind: str, named: Iterable[Named], *, called: Labels | None = None) -> None:
        self._kind = kind
        self._named = tuple(named)
        self._called = called or {}
        self._of: dict[str, dict[str, dict[str, None]]] = {}
        self._forms: dict[str, dict[Words, dict[str, None]]] = {}
        self._gists: dict[str, dict[frozenset[str], set[str]]] = {}
        for lang, phrase, id_ in self._names():
            self._of.setdefault(folded(phrase), {}).setdefault(lang, {})[id_] = None
        spoken = (lang for found in self._of.values() for lang in found if lang)
        self._languages = tuple(dict.fromkeys(spoken))

    def _names(self) -> Iterator[tuple[str, str, str]]:
        """Yield (language, name, id) of every name; ids have no language."""
        for one in self._named:
            yield "", one.id, one.id
            for lang, label in one.labels.items():
                yield lang, label, one.id
            for lang, aliases in one.aliases.items():
                yield from ((lang, alias, one.id) for alias in aliases)

    def ids(self, phrase: str, *, lang: str | None = None) -> tuple[str, ...]:
        """Return the ids that a phrase names; labels and aliases count in the language only."""
        found = self._of.get(fold_spaced(phrase), {})
        searched = found if lang is None else [one for one in ("", lang) if one in found]
        exact = tuple(dict.fromkeys(named for one in searched for named in found[one]))
        if exact or not phrase:
            return exact
        languages = self._languages if lang is None else (lang,)
        return tuple(dict.fromkeys(id_ for one in languages for id_ in self._folded(phrase, one)))

    def _folded(self, phrase: str, lang: str) -> Iterable[str]:
        """Return the ids that a phrase names in a language when the forms of words are folded."""
        rules, forms = language(lang), self._forms_in(lang)
        words = rules.fold(phrase)
        found = forms.get(words)
        called = rules.fold(self._called.get(lang, ""))
        if found or not called or len(words) <= len(called):
            return found or ()
        if words[-len(called) :] == called:
            return forms.get(words[: -len(called)], ())
        if words[: len(called)] != called:
            return ()
        return forms.get(tuple(dropwhile(rules.joining.__contains__, words[len(called) :])), ())

    def _forms_in(self, lang: str) -> dict[Words, dict[str, None]]:
        """Return {folded words: ids} of the labels and aliases in a language, made when used."""
        if lang not in self._forms:
            forms: dict[Words, dict[str, None]] = {}
            fold = language(lang).fold
            for own, phrase, id_ in self._names():
                if own == lang:
                    forms.setdefault(fold(phrase), {})[id_] = None
            self._forms[lang] = forms
        return self._forms[lang]

    def lookup(self, phrase: str, *, lang: str | None = None) -> str | None:
        """Return the id that a phrase names, or None; raise when it names several."""
        if not isinstance(phrase, str):
            raise WrongKindError(f"the name of a {self._kind} must be a str, got {phrase!r}")
        ids = self.ids(phrase, lang=lang)
        if len(ids) > 1:
            raise InvalidInputError(
                f"{phrase!r} is ambiguous: {self._kind} {' or '.join(map(repr, ids))}",
                mend="give the id, or the language as lang=",
            )
        return ids[0] if ids else None

    def find(self, phrase: str, *, lang: str | None = None) -> str:
        """Return the id that a phrase or sentence names; raise with near names when there is none.

        A sentence names what has a name of the same words in any form and order, but for words
        that do not say what happened; of two words or more, and of one thing only.
        """
        found = self.lookup(phrase, lang=lang) or self._said(phrase, lang)
        if found is None:
            names = [name for one, name, _ in self._names() if lang is None or one in ("", lang)]
            raise not_found(self._kind, phrase, names)
        return found

    def _said(self, sentence: str, lang: str | None) -> str | None:
        """Return the one id that has a name of the same stems as a sentence; else None."""
        languages = self._languages if lang is None else (lang,)
        found: set[str] = set()
        for one in languages:
            gist = language(one).gist(sentence)
            found.update(self._gists_in(one).get(gist, ()) if len(gist) >= _FEWEST_SAID else ())
        return found.pop() if len(found) == 1 else None

    def _gists_in(self, lang: str) -> dict[frozenset[str], set[str]]:
        """Return {stems: ids} of the labels and aliases in a language, made when used."""
        if lang not in self._gists:
            gists: dict[frozenset[str], set[str]] = {}
            gist = language(lang).gist
            for own, phrase, id_ in self._names():
                if own == lang:
                    gists.setdefault(gist(phrase), set()).add(id_)
            self._gists[lang] = gists
        return self._gists[lang]
