"""Names people use: labels with a fallback, and look-up that ignores case, accents and spacing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from touchpoints._core.messages import not_found
from touchpoints._core.text import fold_spaced
from touchpoints.errors import InvalidInputError, WrongKindError

Labels = Mapping[str, str]
Aliases = Mapping[str, tuple[str, ...]]


class HasId(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The id."""


class Named(HasId, Protocol):
    """Anything with an id, labels and aliases: a term or a touchpoint type."""

    @property
    def labels(self) -> Labels:
        """The label in each language."""

    @property
    def aliases(self) -> Aliases:
        """The other names in each language."""


def label_in(labels: Labels, lang: str, *, default: str) -> str:
    """Return the label in a language, else in English, else in the first language, else default."""
    if lang in labels:
        return labels[lang]
    return labels.get("en") or next(iter(labels.values()), default)


class Phrases:
    """An index from folded ids, labels and aliases to ids; each look-up is one step."""

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
        """Return the ids a phrase stands for: as an id in any case, as a label in the language."""
        found = self._of.get(fold_spaced(phrase), {})
        asked = found if lang is None else [one for one in ("", lang) if one in found]
        return tuple(dict.fromkeys(named for one in asked for named in found[one]))

    def lookup(self, phrase: str, *, lang: str | None = None) -> str | None:
        """Return the one id a phrase stands for, None when there is none; raise when several."""
        if not isinstance(phrase, str):
            raise WrongKindError(f"a {self._kind} is looked up by text, not by {phrase!r}")
        ids = self.ids(phrase, lang=lang)
        if len(ids) > 1:
            raise InvalidInputError(
                f"{phrase!r} names several: {self._kind} {' and '.join(map(repr, ids))}",
                mend="give the id, or say which language with lang=",
            )
        return ids[0] if ids else None

    def find(self, phrase: str, *, lang: str | None = None) -> str:
        """Return the one id a phrase stands for; raise with near names when there is none."""
        found = self.lookup(phrase, lang=lang)
        if found is None:
            names = [name for one, name in self._names if lang is None or one in ("", lang)]
            raise not_found(self._kind, phrase, names)
        return found
