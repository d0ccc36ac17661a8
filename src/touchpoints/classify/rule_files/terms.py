"""Check the types and terms of rules against a taxonomy, with what the author may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints._core.messages import did_you_mean, first_few, quoted
from touchpoints._core.text import fold_spaced
from touchpoints.taxonomy import UNKNOWN, Taxonomy, Term, TouchpointType


def type_problem(taxonomy: Taxonomy, name: str) -> str:
    """Return why a name is no touchpoint type, or an empty string when it is one."""
    if name in taxonomy.types:
        return ""
    if ids := _ids_called(name, taxonomy.types.values()):
        return f"no touchpoint type {quoted(name)} (ids only: {_either(ids)})"
    for facet in sorted(taxonomy.facets, key=lambda one: one != "channel"):
        if ids := _ids_called(name, taxonomy.facets[facet].terms.values()):
            return (
                f"no touchpoint type {quoted(name)}: a {facet} is not a touchpoint (write "
                f"{facet} = {_either(ids)}, and as type what people did there)"
            )
    return f"no touchpoint type {quoted(name)}{did_you_mean(name, taxonomy.types)}"


def term_problem(taxonomy: Taxonomy, facet: str, name: str) -> str:
    """Return why a name is no term of a facet, or an empty string when it is one."""
    terms = taxonomy.facets[facet]
    if name in terms:
        return ""
    if ids := _ids_called(name, terms.terms.values()):
        return f"no term of {facet} {quoted(name)} (ids only: {_either(ids)})"
    hint = did_you_mean(name, (*terms.terms, UNKNOWN))
    hint = hint or f" (known: {first_few(terms.terms, most=12)})"
    return f"no term of {facet} {quoted(name)}{hint}"


def _ids_called(name: str, known: Iterable[Term | TouchpointType]) -> list[str]:
    """Return the ids that have a name as id, label or alias, ignoring case, accents and spacing."""
    wanted = fold_spaced(name)
    return [one.id for one in known if wanted in set(map(fold_spaced, _names(one)))]


def _names(one: Term | TouchpointType) -> Iterable[str]:
    return (
        one.id,
        *one.labels.values(),
        *(alias for several in one.aliases.values() for alias in several),
    )


def _either(ids: Iterable[str]) -> str:
    return " or ".join(map(repr, ids))
