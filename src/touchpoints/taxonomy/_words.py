"""Labels with a fallback, and a look-up of names that ignores case, accents and spacing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from touchpoints._core.messages import not_found
from touchpoints._core.text import fold_spaced
from touchpoints.errors import InvalidInputError, WrongKindError

Labels = Mapping[str, str]
Aliases = Mapping[str, tuple[str, ...]]


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
    return labels.get("en") or next(iter(labels.values()), default)


class Phrases:
    """An index from folded ids, labels and aliases to ids, with look-up in constant time."""

    __slots__ = ("_kind", "_names", "_of")

    def __init__(self, kind: str, named: Iterable[Named]) -> None:
        self._kind = kind
        self._names: list[tuple[str, str]] = []
        self._of: dict[str, dict[str, dict[str, None]]] = {}
        for one in named:
            self._add("", one.id, one.id)
            for lang, label in one.labels.items():
                self._add(lang, label, one.id)
            for lang, aliases in one.aliases.items():
                for alias in aliases:
                    self._add(lang, alias, one.id)

    def _add(self, lang: str, phrase: str, named: str) -> None:
        self._names.append((lang, phrase))
        self._of.setdefault(fold_spaced(phrase), {}).setdefault(lang, {})[named] = None

    def ids(self, phrase: str, *, lang: str | None = None) -> tuple[str, ...]:
        """Return the ids that a phrase names; labels and aliases count in the language only."""
        found = self._of.get(fold_spaced(phrase), {})
        searched = found if lang is None else [one for one in ("", lang) if one in found]
        return tuple(dict.fromkeys(named for one in searched for named in found[one]))

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
        """Return the id that a phrase names; raise with near names when it names nothing."""
        found = self.lookup(phrase, lang=lang)
        if found is None:
            names = [name for one, name in self._names if lang is None or one in ("", lang)]
            raise not_found(self._kind, phrase, names)
        return found
