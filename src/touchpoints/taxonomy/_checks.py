"""The rules for a valid taxonomy: all violations are reported, each with its key."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator

from touchpoints._core.messages import did_you_mean
from touchpoints._core.text import is_blank
from touchpoints.taxonomy._keys import UNKNOWN
from touchpoints.taxonomy._words import Named, folded
from touchpoints.taxonomy.builtin import CLOSED, the_five
from touchpoints.taxonomy.vocabulary import (
    TYPICAL,
    Facet,
    TaxonomyLike,
    Term,
    TouchpointType,
    broader_terms,
)

Problem = tuple[str, str]

BASES = ("", "source", "inferred")

TYPE_FIELDS = (
    "labels",
    "aliases",
    "definition",
    "needs",
    "contexts",
    "channels",
    "directness_basis",
    "attributes",
)

RESERVED_FACETS = frozenset(
    [
        *TYPE_FIELDS,
        # Names that graphs, tables and touchpoints use for something else.
        *("id", "source", "target", "key", "type", "label", "facet", "facets", "touchpoint"),
        *("weight", "visits", "journeys", "probability", "distance", "gap", "gap_median"),
        *("at", "time", "end", "planned", "outcome", "person", "journey", "count", "value"),
        *("need_from", "context_from", "need_observed", "context_observed", "arrival_channel"),
        *("need_inferred", "context_inferred"),
        UNKNOWN,
    ]
)

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_FACET_ID = re.compile(r"[a-z][a-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def at(*parts: str) -> str:
    """Return the dotted key of an entry of a document, quoted as in TOML."""
    return ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in parts)


def problems_of(taxonomy: TaxonomyLike) -> Iterator[Problem]:
    """Yield the dotted key and the message of every problem."""
    yield from _header(taxonomy)
    for name, facet in taxonomy.facets.items():
        yield from _facet(name, facet)
        named = {at("facets", name, "terms", term): facet.terms[term] for term in facet.terms}
        yield from _shared_names(named.items())
    channels = frozenset(_with_broader(taxonomy.facets["channel"]))
    for name, one in taxonomy.types.items():
        yield from _id(at("types", name), name, one.id)
        if name in channels:
            yield at("types", name), "a channel has this id, and a channel is not a touchpoint"
        yield from _references(taxonomy, at("types", name), one)
    yield from _crosswalks(taxonomy)
    types = {at("types", name): one for name, one in taxonomy.types.items()}
    yield from _shared_names(types.items())


def _header(taxonomy: TaxonomyLike) -> Iterator[Problem]:
    if not _ID.fullmatch(taxonomy.name):
        yield "name", _not_an_id(taxonomy.name)
    if not taxonomy.languages:
        yield "languages", "the list is empty"
    for lang in dict.fromkeys(taxonomy.languages):
        if not _LANGUAGE.fullmatch(lang):
            yield "languages", f"{lang!r} is not a language code such as 'en' or 'es'"
        if taxonomy.languages.count(lang) > 1:
            yield "languages", f"{lang!r} is listed twice"


def _id(where: str, name: str, own: str) -> Iterator[Problem]:
    if name != own:
        yield where, f"the key {name!r} differs from the id {own!r}"
    if own == UNKNOWN:
        yield where, f"{UNKNOWN!r} is reserved: it stands for an unknown term in every facet"
    elif not _ID.fullmatch(own):
        yield where, _not_an_id(own)


def _not_an_id(name: str) -> str:
    return f"{name!r} is not an id: use ASCII letters, digits, '_' and '-', dots between parts"


def _facet(name: str, facet: Facet) -> Iterator[Problem]:
    where = at("facets", name)
    if name != facet.id:
        yield where, f"the key {name!r} differs from the id {facet.id!r}"
    if facet.id in RESERVED_FACETS or keyword.iskeyword(facet.id):
        yield where, f"{facet.id!r} is reserved: touchpoints, graphs or Python use it"
    elif not _FACET_ID.fullmatch(facet.id):
        yield where, f"{facet.id!r} is not a facet name: use lower-case letters, digits and '_'"
    for key, term in facet.terms.items():
        here = at("facets", name, "terms", key)
        yield from _id(here, key, term.id)
        yield from _closed(here, facet, term)
        yield from _broader(f"{here}.broader", facet, term)


def _closed(where: str, facet: Facet, term: Term) -> Iterator[Problem]:
    if facet.id in CLOSED and term.id not in the_five()[facet.id].terms and term.id != UNKNOWN:
        known = ", ".join(the_five()[facet.id].terms)
        yield where, f"{facet.id} cannot have further terms, only {known}"


def _broader(where: str, facet: Facet, term: Term) -> Iterator[Problem]:
    known = _with_broader(facet)
    if term.broader and term.broader not in known:
        yield where, f"no {facet.id} {term.broader!r}{did_you_mean(term.broader, facet.terms)}"
    chain = [term.id, *broader_terms(term.id, facet.terms)]
    last = facet.terms.get(chain[-1])
    if last is not None and last.broader == term.id and term.id == min(chain):
        yield where, f"circular reference: {' > '.join([*chain, term.id])}"


def _with_broader(facet: Facet) -> set[str]:
    """Return the ids of the terms and every prefix of an id that ends before a dot."""
    known = set(facet.terms)
    for term in facet.terms:
        parts = term.split(".")
        known.update(".".join(parts[:end]) for end in range(1, len(parts)))
    return known


def _references(taxonomy: TaxonomyLike, where: str, one: TouchpointType) -> Iterator[Problem]:
    for name, term in one.defaults.items():
        facet = taxonomy.facets.get(name)
        if facet is None:
            yield where, f"no facet {name!r}{did_you_mean(name, taxonomy.facets)}"
        else:
            yield from _term_exists(f"{where}.{at(name)}", facet, term)
    for name, field in TYPICAL.items():
        for term in getattr(one, field):
            if term != one.defaults.get(name):
                yield from _term_exists(f"{where}.{field}", taxonomy.facets[name], term)
    if one.directness_basis not in BASES:
        hint = did_you_mean(one.directness_basis, BASES)
        yield (
            f"{where}.directness_basis",
            f"{one.directness_basis!r} is not 'source' or 'inferred'{hint}",
        )
    elif one.directness_basis and "directness" not in one.defaults:
        yield f"{where}.directness_basis", "the type has no directness that this is the basis of"


def _crosswalks(taxonomy: TaxonomyLike) -> Iterator[Problem]:
    """Yield crosswalks without a source or values, and values of types that none lists."""
    for name, crosswalk in taxonomy.crosswalks.items():
        where = at("crosswalks", name)
        yield from _id(where, name, crosswalk.id)
        if name in taxonomy.facets:
            yield where, "a facet has this name"
        if is_blank(crosswalk.source):
            yield (
                f"{where}.source",
                "missing: say whose vocabulary it is, and where it is published",
            )
        for value in crosswalk.values:
            if not _ID.fullmatch(value):
                yield f"{where}.values", _not_an_id(value)
        for key, one in taxonomy.types.items():
            for value in crosswalk.of(one):
                if value not in crosswalk.values:
                    hint = did_you_mean(value, crosswalk.values)
                    here = at("types", key, "attributes", name)
                    yield here, f"no {name} {value!r}{hint} (listed in {where}.values)"


def _term_exists(where: str, facet: Facet, term: str) -> Iterator[Problem]:
    if term not in facet.terms:
        yield where, f"no {facet.id} {term!r}{did_you_mean(term, facet.terms)}"


def _shared_names(named: Iterable[tuple[str, Named]]) -> Iterator[Problem]:
    """Yield every name with two meanings in one language; ids are names in every language."""
    items = list(named)
    owners: dict[tuple[str, str], str] = {}
    for where, one in items:
        first = owners.setdefault(("", folded(one.id)), one.id)
        if first != one.id:
            yield where, f"the id differs from {first!r} only in case"
    for where, one in items:
        for field, lang, phrase in names_of(one):
            name = folded(phrase)
            first = owners.get(("", name)) or owners.setdefault((lang, name), one.id)
            if first != one.id:
                yield f"{where}.{at(field, lang)}", f"{phrase!r} already names {first!r}"


def names_of(one: Named) -> Iterator[tuple[str, str, str]]:
    """Yield (field, language, name) of the labels and aliases of an entry."""
    for lang, label in one.labels.items():
        yield "labels", lang, label
    for lang, aliases in one.aliases.items():
        for alias in aliases:
            yield "aliases", lang, alias
