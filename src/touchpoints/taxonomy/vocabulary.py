"""Controlled vocabularies: terms, facets and touchpoint types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol, TypeVar

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.languages import word_in
from touchpoints._core.messages import counted, not_found
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy._keys import UNKNOWN
from touchpoints.taxonomy._words import HasId, Phrases, label_in

TYPICAL = {"need": "needs", "context": "contexts", "channel": "channels"}
"""The facets that can have several typical terms per type, and the attribute that lists them."""

Item = TypeVar("Item", bound=HasId)


def texts(items: Iterable[str]) -> tuple[str, ...]:
    """Return texts as a tuple."""
    return tuple(items)


def text_map(items: Mapping[str, str]) -> FrozenMap[str, str]:
    """Return texts by name as a frozen mapping."""
    return items if isinstance(items, FrozenMap) else FrozenMap(items)


def phrase_map(items: Mapping[str, Iterable[str]]) -> FrozenMap[str, tuple[str, ...]]:
    """Return lists of phrases by language as a frozen mapping."""
    return FrozenMap({lang: tuple(phrases) for lang, phrases in items.items()})


def by_id(items: Mapping[str, Item] | Iterable[Item]) -> FrozenMap[str, Item]:
    """Return a frozen mapping by id of items that are given as a mapping or as an iterable."""
    if isinstance(items, FrozenMap):
        return items
    if isinstance(items, Mapping):
        return FrozenMap(items)
    found: dict[str, Item] = {}
    for one in items:
        if one.id in found:
            raise InvalidInputError(
                f"the id {one.id!r} occurs twice", where=f"{found[one.id]}, {one}"
            )
        found[one.id] = one
    return FrozenMap(found)


def in_order(items: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return the items as a tuple, to compare mappings whose order matters."""
    return tuple(items.items())


def broader_terms(term: str, terms: Mapping[str, Term]) -> Iterator[str]:
    """Yield the broader terms of a term, the nearest first; stop where they would repeat."""
    seen = {term}
    while term:
        known = terms.get(term)
        term = known.broader if known else term.rpartition(".")[0]
        if not term or term in seen:
            return
        seen.add(term)
        yield term


@attrs.frozen(repr=False)
class Term:
    """One value of a facet.

    Attributes
    ----------
    id : str
        Letters, digits, ``_``, ``-`` and dots: ``a.b`` is narrower than ``a``.
    labels : FrozenMap of language to str
        The name to display.
    aliases : FrozenMap of language to tuple of str
        Other names by which `Facet.find` finds it.
    broader : str
        The id of the next broader term; by default the part of the id before the last dot, or an
        empty text.
    definition : FrozenMap of language to str
        The meaning.
    attributes : FrozenMap of str to str
        Further information, such as its name in another standard, or its group.

    See Also
    --------
    Facet : The vocabulary to which a term belongs.

    Examples
    --------
    >>> Term("social.paid", labels={"en": "Paid social"}).broader
    'social'
    """

    id: str
    labels: FrozenMap[str, str] = attrs.field(default=FrozenMap(), converter=text_map)
    aliases: FrozenMap[str, tuple[str, ...]] = attrs.field(
        default=FrozenMap(), converter=phrase_map
    )
    broader: str = attrs.field(kw_only=True)
    definition: FrozenMap[str, str] = attrs.field(
        default=FrozenMap(), converter=text_map, kw_only=True
    )
    attributes: FrozenMap[str, str] = attrs.field(
        default=FrozenMap(), converter=text_map, kw_only=True
    )

    @broader.default
    def _prefix(self) -> str:
        return self.id.rpartition(".")[0]

    def __repr__(self) -> str:
        return f"Term({self.id!r}, {self.label()!r})"

    def label(self, *, lang: str = "en") -> str:
        """Return the label in a language, else in English, else in any, else the id."""
        return label_in(self.labels, lang, default=self.id)


def _terms(items: Mapping[str, Term] | Iterable[Term]) -> FrozenMap[str, Term]:
    return by_id(items)


@attrs.frozen(repr=False)
class Facet:
    """A dimension in which touchpoints differ, with its controlled vocabulary of terms.

    ``unknown`` belongs to every facet, but is not one of its `terms`.

    Attributes
    ----------
    id : str
        A name that can be a keyword argument: lower-case letters, digits and ``_``.
    labels : FrozenMap of language to str
        The name to display.
    terms : FrozenMap of id to Term
        The values of the facet. Their order matters.
    ordered : bool
        Whether the terms form a scale in their order, as stages do.

    See Also
    --------
    Term : One value of a facet.
    TouchpointType : The default terms of a kind of touchpoint.

    Examples
    --------
    >>> channel = Facet("channel", terms=[Term("social.paid"), Term("email")])
    >>> "social.paid" in channel, "unknown" in channel, "fax" in channel
    (True, True, False)
    >>> channel.is_within("social.paid", "social"), channel.is_within("email", "social")
    (True, False)
    """

    id: str
    labels: FrozenMap[str, str] = attrs.field(default=FrozenMap(), converter=text_map)
    terms: FrozenMap[str, Term] = attrs.field(default=FrozenMap(), converter=_terms, eq=in_order)
    ordered: bool = attrs.field(default=False, kw_only=True)

    def __repr__(self) -> str:
        return f"Facet({self.id!r}, {counted(len(self.terms), 'term')})"

    def __contains__(self, term: object) -> bool:
        return term in self.terms or term == UNKNOWN

    def label(self, term: str, *, lang: str = "en") -> str:
        """Return the label of a term in a language, else in English, else in any, else its id."""
        if term == UNKNOWN and UNKNOWN not in self.terms:
            return word_in(UNKNOWN, lang)
        known = self.terms.get(term)
        if known is None:
            self._check_known(term)
            return term
        return known.label(lang=lang)

    def find(self, phrase: str, *, lang: str | None = None) -> Term:
        """Return the term with this id, label or alias.

        As `Taxonomy.find`; the name of the facet may stand before or after the term: "the need to
        save money".
        """
        return self.terms[self._phrases.find(phrase, lang=lang)]

    def lookup(self, phrase: str) -> Term | None:
        """Return the term with this id, label or alias, or None.

        As `find`, but an unknown name gives None in constant time, for look-ups of many names.
        """
        found = self._phrases.lookup(phrase)
        return None if found is None else self.terms[found]

    def broader(self, term: str) -> tuple[str, ...]:
        """Return the broader terms of a term, the nearest first.

        The part of an id before a dot is broader than the id, even where the facet has no such
        term.
        """
        self._check_known(term)
        return tuple(broader_terms(term, self.terms))

    def is_within(self, term: str, ancestor: str) -> bool:
        """Return whether a term equals another term or is narrower than it, at any depth.

        Parameters
        ----------
        term
            The id of a term, or ``"unknown"``.
        ancestor
            The id of a term, or the part of an id before a dot.

        Raises
        ------
        NotFoundError
            When the facet has no such term.
        """
        self._check_known(ancestor)
        return term == ancestor or ancestor in self.broader(term)

    @cached_property
    def _phrases(self) -> Phrases:
        return Phrases(f"term of {self.id}", self.terms.values(), called=self.labels)

    @cached_property
    def _terms_and_broader(self) -> frozenset[str]:
        above = (one for term in self.terms for one in broader_terms(term, self.terms))
        return frozenset([UNKNOWN, *self.terms, *above])

    def _check_known(self, term: str) -> None:
        if term not in self._terms_and_broader:
            raise not_found(f"term of {self.id}", term, sorted(self._terms_and_broader))


def _known_map(items: Mapping[str, str]) -> FrozenMap[str, str]:
    return FrozenMap({name: term for name, term in items.items() if term != UNKNOWN})


@attrs.frozen(repr=False)
class TouchpointType:
    """A kind of touchpoint: its names, definition and default facets.

    Attributes
    ----------
    id : str
        Letters, digits, ``_``, ``-`` and dots; never the id of a channel.
    labels, definition : FrozenMap of language to str
        The name to display, and the meaning.
    aliases : FrozenMap of language to tuple of str
        Other names by which `Taxonomy.find` finds it.
    defaults : FrozenMap of facet to term
        The terms that apply where the data have none; a facet that is not listed is unknown.
    needs, contexts, channels : tuple of str
        All typical terms, the default included.
    directness_basis : str
        The basis of the default directness: ``"source"`` (stated by an authority),
        ``"inferred"`` or empty.
    attributes : FrozenMap of str to str
        Further information.

    See Also
    --------
    Taxonomy.touchpoint : A touchpoint of a type.

    Examples
    --------
    >>> TouchpointType("chat_session", defaults={"need": "solve_problem"}).needs
    ('solve_problem',)
    """

    id: str
    labels: FrozenMap[str, str] = attrs.field(default=FrozenMap(), converter=text_map)
    aliases: FrozenMap[str, tuple[str, ...]] = attrs.field(
        default=FrozenMap(), converter=phrase_map
    )
    definition: FrozenMap[str, str] = attrs.field(
        default=FrozenMap(), converter=text_map, kw_only=True
    )
    defaults: FrozenMap[str, str] = attrs.field(
        default=FrozenMap(), converter=_known_map, kw_only=True
    )
    needs: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    contexts: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    channels: tuple[str, ...] = attrs.field(default=(), converter=texts, kw_only=True)
    directness_basis: str = attrs.field(default="", kw_only=True)
    attributes: FrozenMap[str, str] = attrs.field(
        default=FrozenMap(), converter=text_map, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        for facet, typical in TYPICAL.items():
            usual = self.defaults.get(facet)
            if usual is not None and usual not in getattr(self, typical):
                object.__setattr__(self, typical, (usual, *getattr(self, typical)))

    def __repr__(self) -> str:
        return f"TouchpointType({self.id!r}, {self.label()!r})"

    def label(self, *, lang: str = "en") -> str:
        """Return the label in a language, else in English, else in any, else the id."""
        return label_in(self.labels, lang, default=self.id)

    def typical(self, facet: str) -> tuple[str, ...]:
        """Return the typical terms of a facet, the default first; empty where the type has none.

        Only needs, contexts and channels can have several.
        """
        if facet in TYPICAL:
            several: tuple[str, ...] = getattr(self, TYPICAL[facet])
            return tuple(sorted(several, key=lambda term: term != self.defaults.get(facet)))
        return (self.defaults[facet],) if facet in self.defaults else ()


@attrs.frozen(repr=False)
class Crosswalk:
    """A vocabulary of another standard, whose values are attributes of touchpoint types.

    A type may have several values, separated by spaces, the main one first.

    Attributes
    ----------
    id : str
        The name of the attribute of types that has the values.
    source : str
        Whose vocabulary it is, and where it is published.
    values : FrozenMap of str to str
        The ids that the attribute may have, and their names in the source.

    See Also
    --------
    types_by_crosswalk : The types of each value.
    touchpoints.collapse : Journeys grouped by a crosswalk.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> patient = load_taxonomy("patient")
    >>> patient.crosswalks["job"], patient.types["wom_given"].attributes["job"]
    (Crosswalk('job', 3 values), 'social')
    >>> patient.crosswalks["hcahps"].of(patient.types["pt_discharge"])
    ('discharge', 'symptoms')
    """

    id: str
    source: str
    values: FrozenMap[str, str] = attrs.field(converter=text_map)

    def __repr__(self) -> str:
        return f"Crosswalk({self.id!r}, {counted(len(self.values), 'value')})"

    def of(self, type_: TouchpointType) -> tuple[str, ...]:
        """Return the values of a type, the main one first; empty where it has none."""
        return tuple(type_.attributes.get(self.id, "").split())


class TaxonomyLike(Protocol):
    """The parts of a taxonomy that its checks, labels and conversion to a dict need."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def version(self) -> str:
        """The version of the content."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its labels, the main language first."""

    @property
    def facets(self) -> Mapping[str, Facet]:
        """The facets by id."""

    @property
    def types(self) -> Mapping[str, TouchpointType]:
        """The touchpoint types by id."""

    @property
    def crosswalks(self) -> Mapping[str, Crosswalk]:
        """The vocabularies of other standards by the attribute of types that has their values."""
