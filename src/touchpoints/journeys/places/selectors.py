"""Selectors: touchpoints by key, type, facet, or several of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from touchpoints._core.arrays.segments.choosing import flags_where
from touchpoints._core.frozen import Array
from touchpoints._core.messages import first_few, not_found, quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.taxonomy import FACETS, UNKNOWN, Touchpoint, escape_text

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

Selector: TypeAlias = (
    "str | Touchpoint | Mapping[str, str | Iterable[str]] | Iterable[str | Touchpoint]"
)


def meant(journeys: Journeys, selector: Selector) -> Array:
    """Return whether a selector means each distinct touchpoint, bool (k,).

    Parameters
    ----------
    selector
        A key, raw text or type id; a `Touchpoint`; a mapping of facets to one or more terms, where
        every facet must hold (a term includes its narrower terms); or several keys, types and
        touchpoints, at least one of which must hold.

    Raises
    ------
    NotFoundError
        When a name is neither a touchpoint of the journeys nor a type of their taxonomy, or
        there is no facet or term of that name; the message proposes similar names. A type of the
        taxonomy that does not occur in the journeys selects no touchpoint and raises nothing.
    """
    if isinstance(selector, str):
        return _by_name(journeys, selector)
    if isinstance(selector, Touchpoint):
        return np.array([one == selector for one in journeys.touchpoints], dtype=bool)
    if isinstance(selector, Mapping):
        return _by_facets(journeys, selector)
    if not isinstance(selector, Iterable):
        raise WrongKindError(
            f"a selector of touchpoints must be text, a Touchpoint, a mapping or several, "
            f"got {selector!r}",
            mend="give a key, a type id, a Touchpoint, a mapping of facets, or several of them",
        )
    several = list(selector)
    if not several:
        raise InvalidInputError("a selector must name at least one touchpoint, got none")
    mask: Array = np.logical_or.reduce([meant(journeys, one) for one in several])
    return mask


def _by_name(journeys: Journeys, name: str) -> Array:
    known, taxonomy = journeys.touchpoints, journeys.meta.taxonomy
    escaped = escape_text(name)
    mask = np.array([one.key in (name, escaped) for one in known], dtype=bool)
    mask |= np.array([one.type == name != "" for one in known], dtype=bool)
    if not mask.any() and (taxonomy is None or name not in taxonomy.types):
        types = () if taxonomy is None else taxonomy.types
        raise not_found(
            "touchpoint", name, list(dict.fromkeys([*(one.key for one in known), *types]))
        )
    return mask


def _by_facets(journeys: Journeys, facets: Mapping[str, str | Iterable[str]]) -> Array:
    if not facets:
        raise InvalidInputError("a selector must name at least one facet, got none")
    mask = np.ones(len(journeys.touchpoints), dtype=bool)
    for facet, terms in facets.items():
        wanted = [terms] if isinstance(terms, str) else _several_terms(facet, terms)
        allowed = _terms_within(journeys, facet, wanted)
        mask &= np.array([one.facet(facet) in allowed for one in journeys.touchpoints], dtype=bool)
    return mask


def _several_terms(facet: str, terms: Iterable[str]) -> list[str]:
    wanted = list(terms) if isinstance(terms, Iterable) else [terms]
    if not all(isinstance(one, str) for one in wanted):
        raise WrongKindError(
            f"the terms of facet {quoted(facet)} must be text, got {first_few(wanted)}",
            mend='write a facet with its terms: {"channel": "email"}',
        )
    return wanted


def _terms_within(journeys: Journeys, facet: str, wanted: list[str]) -> set[str]:
    """Return the terms of the journeys that equal, or are narrower than, a wanted term."""
    met = {one.facet(facet) for one in journeys.touchpoints}
    taxonomy = journeys.meta.taxonomy
    if facet not in facet_names(journeys):
        raise not_found("facet", facet, facet_names(journeys))
    vocabulary = None if taxonomy is None else taxonomy.facets[facet]
    allowed: set[str] = set()
    for term in wanted:
        if vocabulary is None or term == UNKNOWN:
            within = {one for one in met if one == term or one.startswith(f"{term}.")}
            known = bool(within) or term == UNKNOWN
        else:
            known = term in vocabulary
            within = {
                one
                for one in met
                if one in vocabulary and known and vocabulary.is_within(one, term)
            }
        if not known:
            raise not_found(
                f"term of {facet}", term, sorted(met if vocabulary is None else vocabulary.terms)
            )
        allowed |= within
    return allowed


def facet_names(journeys: Journeys) -> tuple[str, ...]:
    """Return the names of all facets that touchpoints of these journeys can have."""
    if journeys.meta.taxonomy is not None:
        return tuple(journeys.meta.taxonomy.facets)
    others = dict.fromkeys(name for one in journeys.touchpoints for name in one.facets)
    return (*FACETS, *others)


def rows_meant(journeys: Journeys, selector: Selector) -> Array:
    """Return whether a selector means each interaction's touchpoint, bool (m,)."""
    return flags_where(journeys.codes, meant(journeys, selector))
