"""The taxonomy: touchpoint types together with their facets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import counted, not_found
from touchpoints.errors import ProblemsError, WrongKindError
from touchpoints.taxonomy import _show
from touchpoints.taxonomy._checks import problems_of
from touchpoints.taxonomy._keys import MISSING_KEY, UNKNOWN, escape_text
from touchpoints.taxonomy._words import Phrases
from touchpoints.taxonomy.builtin import with_the_five
from touchpoints.taxonomy.touchpoint import Touchpoint, build, check_named, check_one_term
from touchpoints.taxonomy.vocabulary import (
    Crosswalk,
    Facet,
    TouchpointType,
    by_id,
    in_order,
    texts,
)
from touchpoints.taxonomy.writing import to_document


def _types(
    items: Mapping[str, TouchpointType] | Iterable[TouchpointType],
) -> FrozenMap[str, TouchpointType]:
    return by_id(items)


def _crosswalks(
    items: Mapping[str, Crosswalk] | Iterable[Crosswalk],
) -> FrozenMap[str, Crosswalk]:
    return by_id(items)


@attrs.frozen(repr=False)
class Taxonomy:
    """A controlled vocabulary of touchpoints: facets with their terms, and touchpoint types.

    Every taxonomy has the five facets ``channel``, ``context``, ``need``, ``directness`` and
    ``clinicality``, the last two with their terms. The constructor checks everything.

    Attributes
    ----------
    name : str
        The name for `load_taxonomy` and ``extends``.
    version : str
        The version of the content.
    languages : tuple of str
        The languages of its labels, the main language first.
    facets : FrozenMap of id to Facet
        The five facets, then the others. Keys list facets in this order.
    types : FrozenMap of id to TouchpointType
        The touchpoint types.
    crosswalks : FrozenMap of id to Crosswalk
        The vocabularies of other standards, whose values are attributes of the types.

    Raises
    ------
    ProblemsError
        With every dangling reference, invalid id and ambiguous name.

    See Also
    --------
    load_taxonomy : A built-in or installed taxonomy.
    read_taxonomy : A taxonomy from a TOML file.
    lint : Valid definitions that are probably mistakes.

    Examples
    --------
    >>> from touchpoints.taxonomy import Facet, Term
    >>> channel = Facet("channel", terms=[Term("chat"), Term("phone")])
    >>> chat = TouchpointType("chat_session", {"en": "Chat session"}, defaults={"channel": "chat"})
    >>> Taxonomy("mine", facets=[channel], types=[chat])
    Taxonomy 'mine' (version 1): 1 touchpoint type, 5 facets, in en
    """

    name: str
    version: str = "1"
    languages: tuple[str, ...] = attrs.field(default=("en",), converter=texts)
    facets: FrozenMap[str, Facet] = attrs.field(
        default=FrozenMap(), converter=with_the_five, eq=in_order
    )
    types: FrozenMap[str, TouchpointType] = attrs.field(
        default=FrozenMap(), converter=_types, eq=in_order
    )
    crosswalks: FrozenMap[str, Crosswalk] = attrs.field(
        default=FrozenMap(), converter=_crosswalks, eq=in_order, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        found = list(problems_of(self))
        if found:
            count = counted(len(found), "problem")
            problems = [f"{where}: {problem}" for where, problem in found]
            raise ProblemsError(f"taxonomy {self.name!r} has {count}", problems=problems)

    def __repr__(self) -> str:
        return _show.sentence(self)

    def _repr_html_(self) -> str:
        return _show.as_html(self)

    def touchpoint(self, type_: str | TouchpointType | Touchpoint, /, **facets: str) -> Touchpoint:
        """Return a touchpoint of a type, with the defaults of the type for all other facets.

        Parameters
        ----------
        type_
            The id of a type (for a label or alias use `find`), a type, or a touchpoint whose
            facets are the starting point; an untyped touchpoint stays untyped.
        **facets
            The ids of terms; ``"unknown"`` removes the default of the type.

        Returns
        -------
        Touchpoint
            Touchpoints with equal facets are equal, whether a facet was given or is the default.

        Raises
        ------
        NotFoundError
            When the type, facet or term does not exist; the message proposes similar names.
        WrongKindError
            When a facet is not the id of one term.

        See Also
        --------
        untyped : A touchpoint without a type.
        find : A type by its label or alias.

        Examples
        --------
        >>> from touchpoints.taxonomy import load_taxonomy
        >>> customer = load_taxonomy("customer")
        >>> customer.touchpoint("live_chat", need="learn", channel="app")
        Touchpoint('live_chat[channel=app,need=learn]')
        >>> customer.touchpoint("live_chat", channel="chat") == customer.touchpoint("live_chat")
        True
        """
        if isinstance(type_, Touchpoint):
            return self._again(type_, facets)
        type_id = type_.id if isinstance(type_, TouchpointType) else type_
        usual = self._usual.get(type_id) if isinstance(type_id, str) else None
        if usual is None:
            raise self._no_type(type_id)
        return self._varied(type_id, {**usual.known(), **facets}, facets) if facets else usual

    def untyped(self, text: str, /, **facets: str) -> Touchpoint:
        """Return an untyped touchpoint, with its facets checked against this taxonomy.

        Raises
        ------
        NotFoundError
            When the facet or term does not exist.

        See Also
        --------
        touchpoint : A touchpoint with a type.

        Examples
        --------
        >>> from touchpoints.taxonomy import load_taxonomy
        >>> load_taxonomy("customer").untyped("banner 12", channel="website")
        Touchpoint('banner 12[channel=website]')
        """
        self._check(facets)
        check_named(text)
        return build(escape_text(text), self._known(facets))

    def find(self, phrase: str, *, lang: str | None = None) -> TouchpointType:
        """Return the type with this id, label or alias, ignoring case, accents and articles.

        A phrase that is a name as it stands, but for case, accents and spacing, has precedence.
        Only where there is none, articles, possessives, plurals, spellings and punctuation are
        folded too, by the rules of the language of each name: "the orders" is the alias "order".
        A sentence is found by a name of the same words, in any form and order, that say what
        happened: "they took some blood" is the alias "taking blood". A sentence with further words
        is not guessed at.

        Parameters
        ----------
        phrase
            An id, a label, an alias, or a sentence of the words of one.
        lang
            The language of the phrase; by default any language.

        Raises
        ------
        NotFoundError
            When no type has this name; the message proposes similar names.
        InvalidInputError
            When the phrase names several types: in different languages, or in different forms.

        See Also
        --------
        lookup : The same, with None for an unknown name.

        Examples
        --------
        >>> from touchpoints.taxonomy import load_taxonomy
        >>> load_taxonomy("customer").find("lectura de resenas", lang="es")
        TouchpointType('review_read', 'Reading reviews')
        >>> (
        ...     load_taxonomy("customer").find("The searches").id,
        ...     load_taxonomy("patient").find("alta").id,
        ... )
        ('site_search', 'pt_discharge')
        """
        if lang is not None and lang not in self.languages:
            raise not_found("language", lang, self.languages)
        return self.types[self._phrases.find(phrase, lang=lang)]

    def lookup(self, phrase: str) -> TouchpointType | None:
        """Return the type with this id, label or alias, or None.

        As `find`, but an unknown name gives None in constant time, for look-ups of many names;
        sentences are not read.
        """
        found = self._phrases.lookup(phrase)
        return None if found is None else self.types[found]

    def label(self, facet: str, id_: str, *, lang: str = "en") -> str:
        """Return the label of a term of a facet, or of a type when the facet is ``"type"``.

        Where it has no label in the language: the English label, else any label, else the id.

        Raises
        ------
        NotFoundError
            When the facet, term or type does not exist.

        Examples
        --------
        >>> from touchpoints.taxonomy import load_taxonomy
        >>> customer = load_taxonomy("customer")
        >>> customer.label("type", "live_chat", lang="es"), customer.label("need", "learn")
        ('Chat en vivo', 'Get information')
        """
        if facet == "type":
            if id_ not in self.types:
                raise self._no_type(id_)
            return self.types[id_].label(lang=lang)
        if facet not in self.facets:
            raise not_found("facet", facet, ("type", *self.facets))
        return self.facets[facet].label(id_, lang=lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the taxonomy as plain dicts, lists and strings, for `taxonomy_from_dict`."""
        return to_document(self)

    @cached_property
    def _usual(self) -> dict[str, Touchpoint]:
        order = list(self.facets)
        return {
            one.id: build(
                one.id,
                {name: one.defaults[name] for name in order if name in one.defaults},
                type_id=one.id,
                different={},
            )
            for one in self.types.values()
        }

    @cached_property
    def _phrases(self) -> Phrases:
        return Phrases("touchpoint type", self.types.values())

    def _again(self, touchpoint: Touchpoint, facets: Mapping[str, str]) -> Touchpoint:
        terms = {**touchpoint.known(), **facets}
        if touchpoint.type:
            if touchpoint.type not in self.types:
                raise self._no_type(touchpoint.type)
            return self._varied(touchpoint.type, terms, terms)
        if touchpoint.key == MISSING_KEY and not facets:
            return touchpoint
        self._check(terms)
        head = touchpoint.key.partition("[")[0]  # kept: more than `escape_text` may be escaped
        return build(head, self._known(terms))

    def _varied(
        self, type_id: str, terms: Mapping[str, str], given: Mapping[str, str]
    ) -> Touchpoint:
        self._check(given)
        defaults = self.types[type_id].defaults
        every = {name: terms.get(name, UNKNOWN) for name in self.facets}
        return build(
            type_id,
            {name: term for name, term in every.items() if term != UNKNOWN},
            type_id=type_id,
            different={
                name: term for name, term in every.items() if term != defaults.get(name, UNKNOWN)
            },
        )

    def _known(self, terms: Mapping[str, str]) -> dict[str, str]:
        return {name: terms[name] for name in self.facets if terms.get(name, UNKNOWN) != UNKNOWN}

    def _check(self, facets: Mapping[str, str]) -> None:
        for name, term in facets.items():
            facet = self.facets.get(name)
            if facet is None:
                raise not_found("facet", name, tuple(self.facets))
            check_one_term(name, term)
            if term not in facet:
                raise not_found(f"term of {name}", term, (*facet.terms, UNKNOWN))

    def _no_type(self, type_id: object) -> Exception:
        if not isinstance(type_id, str):
            return WrongKindError(
                f"a touchpoint type must be given by its id (a str), got {type_id!r}"
            )
        error = not_found("touchpoint type", type_id, tuple(self.types))
        if self._phrases.ids(type_id):
            error.mend = f"only ids are accepted here; find({type_id!r}) takes labels and aliases"
        return error
