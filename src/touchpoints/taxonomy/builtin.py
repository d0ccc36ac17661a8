"""The five facets of every taxonomy, and the terms of directness and clinicality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import attrs

from touchpoints._core.documents import tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints.taxonomy.vocabulary import Facet, Term, by_id


@cache
def the_five() -> FrozenMap[str, Facet]:
    """Return the five facets, with the terms of the two that cannot have further terms."""
    from importlib.resources import files

    file = files("touchpoints.taxonomy").joinpath("data", "facets", "five.toml")
    tables = tables_of(file.read_text(encoding="utf-8"), where=file.name)["facets"]
    return by_id(
        Facet(name, table["labels"], [Term(key, **one) for key, one in _terms(table)])
        for name, table in tables.items()
    )


def _terms(facet: Mapping[str, Mapping[str, dict[str, Any]]]) -> Iterable[tuple[str, Any]]:
    return facet.get("terms", {}).items()


CLOSED = frozenset(["directness", "clinicality"])
"""The facets that cannot have further terms."""


def with_the_five(items: Mapping[str, Facet] | Iterable[Facet]) -> FrozenMap[str, Facet]:
    """Return all facets, the five first and completed with their built-in terms and labels."""
    given = by_id(items)
    five = {name: _completed(standard, given.get(name)) for name, standard in the_five().items()}
    return FrozenMap(five | {name: given[name] for name in given if name not in five})


def _completed(standard: Facet, own: Facet | None) -> Facet:
    if own is None:
        return standard
    terms = FrozenMap({**standard.terms, **own.terms})
    labels = FrozenMap({**standard.labels, **own.labels})
    if labels == own.labels and list(terms) == list(own.terms):
        return own
    return attrs.evolve(own, labels=labels, terms=terms)
