"""Conversion of a taxonomy to plain dicts in the format of the TOML files, without ``extends``."""

from __future__ import annotations

from typing import Any

from touchpoints.taxonomy.vocabulary import Facet, TaxonomyLike, Term, TouchpointType


def to_document(taxonomy: TaxonomyLike) -> dict[str, Any]:
    """Return a taxonomy as plain dicts, from which `taxonomy_from_dict` makes an equal taxonomy."""
    return {
        "name": taxonomy.name,
        "version": taxonomy.version,
        "languages": list(taxonomy.languages),
        "facets": {name: _facet(facet) for name, facet in taxonomy.facets.items()},
        "crosswalks": {
            name: {"source": one.source, "values": dict(one.values)}
            for name, one in taxonomy.crosswalks.items()
        },
        "types": {name: _type(one) for name, one in taxonomy.types.items()},
    }


def _facet(facet: Facet) -> dict[str, Any]:
    entry: dict[str, Any] = {"labels": dict(facet.labels)}
    if facet.ordered:
        entry["ordered"] = True
    entry["terms"] = {name: _term(term) for name, term in facet.terms.items()}
    return entry


def _term(term: Term) -> dict[str, Any]:
    entry = _common(term)
    if term.broader != term.id.rpartition(".")[0]:
        entry["broader"] = term.broader
    return entry


def _type(one: TouchpointType) -> dict[str, Any]:
    entry = _common(one) | dict(one.defaults)
    if one.needs:
        entry["needs"] = list(one.needs)
    if one.contexts:
        entry["contexts"] = list(one.contexts)
    if one.channels:
        entry["channels"] = list(one.channels)
    if one.directness_basis:
        entry["directness_basis"] = one.directness_basis
    return entry


def _common(one: Term | TouchpointType) -> dict[str, Any]:
    entry: dict[str, Any] = {"labels": dict(one.labels)}
    if one.aliases:
        entry["aliases"] = {lang: list(names) for lang, names in one.aliases.items()}
    if one.definition:
        entry["definition"] = dict(one.definition)
    if one.attributes:
        entry["attributes"] = dict(one.attributes)
    return entry
