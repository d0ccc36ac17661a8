"""Cross-tabulation of answers and labels, facet by facet."""

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
    """Cross-tabulation of the terms that two raters give to events, for a facet.

    Attributes
    ----------
    facet : str
        The facet, or ``"type"``.
    terms : tuple of str
        Terms of both raters, sorted; `NO_ANSWER` is always last.
    table : int64 (t, t)
        Number of events by term of the first rater (row) and of the second rater (column).
    """

    facet: str
    terms: tuple[str, ...]
    table: Array

    @property
    def silent(self) -> int:
        """Position of `NO_ANSWER` in ``terms``."""
        return len(self.terms) - 1


def judged(facet: str, first: Sequence[str], second: Sequence[str]) -> Judged:
    """Cross-tabulate the terms that two raters give to the same events."""
    terms = (*sorted({*first, *second} - {NO_ANSWER}), NO_ANSWER)
    codes = {term: code for code, term in enumerate(terms)}
    size = len(terms)
    cells = np.array([codes[one] for one in first], np.int64) * size
    cells += np.array([codes[one] for one in second], np.int64)
    table = np.bincount(cells, minlength=size * size).reshape(size, size)
    return Judged(facet, terms, table)


def terms_of(answers: Sequence[Answer], facet: str, *, taxonomy: Taxonomy | None) -> list[str]:
    """Return each answer's term of a facet; with a taxonomy, completed by the type's default."""
    known: dict[Answer, str] = {}
    for answer in answers:
        if answer not in known:
            known[answer] = said_of(completed(answer, taxonomy=taxonomy), facet)
    return [known[answer] for answer in answers]


def completed(answer: Answer, *, taxonomy: Taxonomy | None) -> Answer:
    """Return an answer with the defaults of its type; as it is without a type or a taxonomy."""
    if taxonomy is None or isinstance(answer, Touchpoint) or not type_of(answer):
        return answer
    verdict = verdict_of(answer)
    facets = {name: term for name, term in verdict.facets.items() if name in taxonomy.facets}
    return taxonomy.touchpoint(verdict.type, **facets)


@attrs.frozen
class Examples:
    """Labelled events: {facet: term} for each, `NO_ANSWER` where a label states no term."""

    events: tuple[Mapping[str, Any], ...]
    truths: tuple[Mapping[str, str], ...]

    @property
    def facets(self) -> tuple[str, ...]:
        """Every facet that a label states, the type first."""
        named = dict.fromkeys(name for truth in self.truths for name in truth)
        return tuple(sorted(named, key=lambda name: (name != TYPE, list(named).index(name))))

    def stating(self, facet: str) -> list[int]:
        """Return the positions of the events whose label states a facet."""
        return [position for position, truth in enumerate(self.truths) if facet in truth]


def read_examples(labelled: Labelled, truth: Mapping[str, str] | None) -> Examples:
    """Return labelled events, given as pairs or as a table whose columns ``truth`` names."""
    if isinstance(labelled, Mapping):
        return _from_table(labelled, {TYPE: TYPE} if truth is None else truth)
    if truth is not None:
        raise InvalidInputError(
            "truth names columns of a table, and labelled is not a table",
            mend="omit truth for pairs of event and label",
        )
    pairs = list(labelled)
    others = [one for one in pairs if not (isinstance(one, tuple | list) and len(one) == 2)]
    if others:
        raise WrongKindError(
            f"labelled must hold pairs of an event and its label, got {first_few(others[:1])}",
            mend="pass (event, type id) pairs, or a table as a mapping of columns",
        )
    return Examples(tuple(one for one, _ in pairs), tuple(_stated(label) for _, label in pairs))


def _from_table(table: Mapping[str, Any], truth: Mapping[str, str]) -> Examples:
    table_of(table).load(("truth", column) for column in truth.values())
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    truths = ({facet: row[column] for facet, column in truth.items()} for row in rows)
    return Examples(tuple(rows), tuple(_stated(one) for one in truths))


def _stated(label: Truth) -> dict[str, str]:
    """Return {facet: term} of a label; the label None states that there is no type."""
    if isinstance(label, Mapping) and not isinstance(label, Facets):
        return {
            facet: NO_ANSWER if is_missing(term) else str(term) for facet, term in label.items()
        }
    if isinstance(label, Touchpoint):
        return {TYPE: label.type or NO_ANSWER, **label.known()}
    if label is not None and not isinstance(label, (str, Facets, Verdict)):
        raise WrongKindError(
            "a label must be a type id, Facets, a Touchpoint, a mapping from facets to terms or "
            f"None, got {label!r}"
        )
    verdict = verdict_of(label or None)
    facets = {name: NO_ANSWER if term == UNKNOWN else term for name, term in verdict.facets.items()}
    return facets if isinstance(label, Facets) else {TYPE: said_of(verdict, TYPE), **facets}


def shares(hits: Any, count: Any, level: float) -> tuple[Array, Array, Array]:
    """Return shares and the bounds of their Wilson intervals; nan where the count is 0."""
    known = np.asarray(hits, np.float64), np.asarray(count, np.float64)
    low, high = wilson_bounds(*known, z_of(level))
    with np.errstate(divide="ignore", invalid="ignore"):
        return known[0] / known[1], low, high
