"""Needs and contexts that answers put in the place of inferred ones, and what those were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.classify.typing import (
    CONTEXT_FROM,
    CONTEXT_INFERRED,
    FROM_DATA,
    FROM_NOTHING,
    FROM_RULE,
    NEED_FROM,
    NEED_INFERRED,
    distinct_touchpoints,
)
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.origins import origins_of
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, derive
from touchpoints.taxonomy import UNKNOWN, Taxonomy, Touchpoint, parse_key
from touchpoints.taxonomy.touchpoint import build

FROM = {"need": NEED_FROM, "context": CONTEXT_FROM}
INFERRED = {"need": NEED_INFERRED, "context": CONTEXT_INFERRED}

Terms = Mapping[str, Coded]
"""For some facets a new term of each interaction, missing where it stays as it is."""


def inferred_column(journeys: Journeys, facet: str) -> Coded | None:
    """Return what an answer replaced in each interaction, missing without one; None without any.

    Raises
    ------
    InvalidInputError
        When the journeys have another column of that name.
    """
    column = journeys.per_interaction.get(INFERRED[facet])
    if column is None or isinstance(column, Coded):
        return column
    raise InvalidInputError(
        f"the per-interaction column {INFERRED[facet]!r} must hold the terms that answers replaced",
        mend="rename the column: attach_answers makes a column of this name",
    )


def answered(journeys: Journeys, facet: str) -> Array:
    """Return which interactions have an answer, bool (m,)."""
    column = inferred_column(journeys, facet)
    return np.zeros(len(journeys.codes), dtype=bool) if column is None else column.codes >= 0


def as_inferred(journeys: Journeys) -> Journeys:
    """Return journeys with the needs and contexts that were inferred, as without answers."""
    kept = {facet: inferred_column(journeys, facet) for facet in INFERRED}
    terms = {facet: column for facet, column in kept.items() if column is not None}
    return with_terms(journeys, terms) if terms else journeys


def with_answers(journeys: Journeys, terms: Terms) -> Journeys:
    """Return journeys with the terms of answers, which say so and keep what was inferred."""
    columns: dict[str, Any] = dict(journeys.per_interaction)
    for facet, given in terms.items():
        rows = np.flatnonzero(given.codes >= 0)
        columns[INFERRED[facet]] = _replaced(journeys, facet, rows)
        origins = _origins(journeys, facet).copy()
        origins[rows] = FROM_DATA
        columns[FROM[facet]] = owned(origins)
    return derive(with_terms(journeys, terms), per_interaction=columns)


def _replaced(journeys: Journeys, facet: str, rows: Array) -> Coded:
    """Return the column of what answers replaced, with more answers; the first one is kept."""
    before = inferred_column(journeys, facet)
    now = [one.facet(facet) for one in journeys.touchpoints]
    categories = tuple(dict.fromkeys([*(before.categories if before else ()), *sorted(set(now))]))
    places = {term: place for place, term in enumerate(categories)}
    size = len(journeys.codes)
    codes = np.full(size, -1, dtype=np.int32) if before is None else before.codes.copy()
    fresh = rows[codes[rows] < 0]
    table = np.array([places[term] for term in now], dtype=np.int32)
    codes[fresh] = table[journeys.codes[fresh]]
    used = np.unique(codes[codes >= 0]).tolist()
    names = sorted(categories[code] for code in used)
    last = {places[name]: place for place, name in enumerate(names)}
    final = np.array([last.get(code, -1) for code in [*range(len(categories)), -1]], dtype=np.int32)
    return Coded(owned(final[codes]), tuple(names))


def _origins(journeys: Journeys, facet: str) -> Array:
    """Return where the terms come from; where the journeys do not say, known ones are a rule's."""
    origins = origins_of(journeys, facet)
    if origins is not None:
        return origins
    known = [one.facet(facet) != UNKNOWN for one in journeys.touchpoints]
    table = np.where(known, FROM_RULE, FROM_NOTHING).astype(np.int8)
    return table[journeys.codes] if len(table) else np.zeros(0, dtype=np.int8)


def with_terms(journeys: Journeys, terms: Terms) -> Journeys:
    """Return journeys whose touchpoints have these terms; new touchpoints are sorted by key."""
    names = list(terms)
    changed = np.flatnonzero(np.any([terms[name].codes >= 0 for name in names], axis=0))
    parts = [journeys.codes[changed], *(terms[name].codes[changed] for name in names)]
    rows, inverse = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)
    made = [
        _with(
            journeys.touchpoints[code],
            journeys.meta.taxonomy,
            {
                name: terms[name].categories[term]
                for name, term in zip(names, given, strict=True)
                if term >= 0
            },
        )
        for code, *given in rows.tolist()
    ]
    added = sorted(set(made) - set(journeys.touchpoints), key=lambda one: one.key)
    touchpoints, _ = distinct_touchpoints([*journeys.touchpoints, *added])
    places = {one: place for place, one in enumerate(touchpoints)}
    codes = journeys.codes.copy()
    if len(changed):
        codes[changed] = np.array([places[one] for one in made], dtype=np.int32)[inverse.ravel()]
    meta = _defined_by(journeys, touchpoints, codes)
    return derive(journeys, touchpoints=touchpoints, codes=owned(codes), meta=meta)


def _with(one: Touchpoint, taxonomy: Taxonomy | None, terms: Mapping[str, str]) -> Touchpoint:
    """Return a touchpoint with other terms."""
    if taxonomy is not None:
        return taxonomy.touchpoint(one, **terms)
    known = {name: term for name, term in {**one.known(), **terms}.items() if term != UNKNOWN}
    head, different = one.key.partition("[")[0], parse_key(one.key)[1] | dict(terms)
    told = {name: term for name, term in different.items() if name in known or one.type}
    return build(head, known, type_id=one.type, different=told)


def _defined_by(journeys: Journeys, touchpoints: tuple[Touchpoint, ...], codes: Array) -> Meta:
    """Return metadata in which outcomes are defined by the new touchpoints as well."""
    defining = {}
    for name, keys in journeys.meta.defining.items():
        old = [code for code, one in enumerate(journeys.touchpoints) if one.key in keys]
        met = np.unique(codes[np.isin(journeys.codes, old)]).tolist()
        defining[name] = (*keys, *(touchpoints[code].key for code in met))
    found = {name: tuple(dict.fromkeys(keys)) for name, keys in defining.items()}
    return attrs.evolve(journeys.meta, defining=found)
