"""Answers and labels side by side: what each says of each facet, as codes to count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array, is_missing
from touchpoints._core.messages import first_few
from touchpoints._core.reading import table_of
from touchpoints.classify.contract.answers import (
    NO_ANSWER,
    TYPE,
    Answer,
    Facets,
    Verdict,
    said_of,
    type_of,
    verdict_of,
)
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.taxonomy import UNKNOWN, Taxonomy, Touchpoint

Truth: TypeAlias = "Answer | Mapping[str, str | None]"
Labelled: TypeAlias = "Iterable[tuple[Mapping[str, Any], Truth]] | Mapping[str, Any]"


@attrs.frozen(eq=False)
class Judged:
    """What two judges say of one facet of some events.

    Attributes
    ----------
    facet : str
        The facet, or ``"type"``.
    terms : tuple of str
        Everything either says, in order; `NO_ANSWER` last where one says nothing.
    table : int64 (t, t)
        Events by what the first says (row) and what the second says (column).
    """

    facet: str
    terms: tuple[str, ...]
    table: Array

    @property
    def silent(self) -> int:
        """The place of `NO_ANSWER`."""
        return len(self.terms) - 1


def judged(facet: str, first: Sequence[str], second: Sequence[str]) -> Judged:
    """Count what two judges say of a facet, event by event."""
    said = sorted({*first, *second} - {NO_ANSWER})
    terms = (*said, NO_ANSWER)
    places = {term: place for place, term in enumerate(terms)}
    size = len(terms)
    pairs = np.array([places[one] for one in first], np.int64) * size
    pairs += np.array([places[one] for one in second], np.int64)
    table = np.bincount(pairs, minlength=size * size).reshape(size, size)
    return Judged(facet, terms, table)


def terms_said(answers: Sequence[Answer], facet: str, *, taxonomy: Taxonomy | None) -> list[str]:
    """Return what each answer says of a facet; with a taxonomy also by a type's default."""
    known: dict[Answer, str] = {}
    for answer in answers:
        if answer not in known:
            known[answer] = said_of(_resolved(answer, taxonomy), facet)
    return [known[answer] for answer in answers]


def _resolved(answer: Answer, taxonomy: Taxonomy | None) -> Answer:
    if taxonomy is None or isinstance(answer, Touchpoint) or not type_of(answer):
        return answer
    verdict = verdict_of(answer)
    facets = {name: term for name, term in verdict.facets.items() if name in taxonomy.facets}
    return taxonomy.touchpoint(verdict.type, **facets)


@attrs.frozen
class Examples:
    """Events with what people say they are: for each facet a term, None where it says none."""

    events: tuple[Mapping[str, Any], ...]
    truths: tuple[Mapping[str, str], ...]

    @property
    def facets(self) -> tuple[str, ...]:
        """Every facet that some label states, the type first."""
        named = dict.fromkeys(name for truth in self.truths for name in truth)
        return tuple(sorted(named, key=lambda name: (name != TYPE, list(named).index(name))))

    def stating(self, facet: str) -> list[int]:
        """Return the places of the events whose label states a facet."""
        return [place for place, truth in enumerate(self.truths) if facet in truth]


def read_examples(labelled: Labelled, truth: Mapping[str, str] | None) -> Examples:
    """Return labelled events, given as pairs or as a table whose columns ``truth`` names."""
    if isinstance(labelled, Mapping):
        return _from_table(labelled, {TYPE: TYPE} if truth is None else truth)
    if truth is not None:
        raise InvalidInputError(
            "truth names columns of a table", mend="leave it out for pairs of event and label"
        )
    pairs = list(labelled)
    strange = [one for one in pairs if not (isinstance(one, tuple | list) and len(one) == 2)]
    if strange:
        raise WrongKindError(
            "labelled holds something else than pairs of an event and its label",
            where=first_few(strange[:1]),
            mend="give (event, type id) pairs, or a table as a mapping of columns",
        )
    return Examples(tuple(one for one, _ in pairs), tuple(_stated(label) for _, label in pairs))


def _from_table(table: Mapping[str, Any], truth: Mapping[str, str]) -> Examples:
    table_of(table).load(("truth", column) for column in truth.values())
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    truths = ({facet: row[column] for facet, column in truth.items()} for row in rows)
    return Examples(tuple(rows), tuple(_stated(one) for one in truths))


def _stated(label: Truth) -> dict[str, str]:
    """Return what a label says of each facet; a label None says that there is no type."""
    if isinstance(label, Mapping) and not isinstance(label, Facets):
        return {
            facet: NO_ANSWER if is_missing(term) else str(term) for facet, term in label.items()
        }
    if isinstance(label, Touchpoint):
        return {TYPE: label.type or NO_ANSWER, **label.known()}
    if label is not None and not isinstance(label, (str, Facets, Verdict)):
        raise WrongKindError(
            f"{label!r} is no label",
            mend="a label is a type id, facets, a Touchpoint, a mapping of them, or None",
        )
    verdict = verdict_of(label or None)
    facets = {name: NO_ANSWER if term == UNKNOWN else term for name, term in verdict.facets.items()}
    return facets if isinstance(label, Facets) else {TYPE: verdict.type or NO_ANSWER, **facets}


def shares(hits: Any, count: Any, level: float) -> tuple[Array, Array, Array]:
    """Return shares with the ends of their Wilson intervals; nan where the count is 0."""
    known = np.asarray(hits, np.float64), np.asarray(count, np.float64)
    low, high = wilson_bounds(*known, z_of(level))
    with np.errstate(divide="ignore", invalid="ignore"):
        return known[0] / known[1], low, high
