"""Facets read directly from a column by looking up its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import attrs

from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    did_you_mean,
    first_few,
    not_found,
)
from touchpoints._core.text import fold_spaced
from touchpoints.classify.contract.answers import TYPE, Answer, Facets
from touchpoints.classify.contract.traces import Step, words_of
from touchpoints.classify.text.folding import written
from touchpoints.errors import ClassifierError, InvalidInputError
from touchpoints.taxonomy import UNKNOWN, Taxonomy, Term, TouchpointType

Unknown = Literal["raise", "abstain"]
"""What to do about unknown values: raise an error, or give no answer."""

_MAX_LISTED = 5


@attrs.frozen(repr=False)
class ByColumn:
    """A classifier that reads one facet from one column; made by `by_column`.

    Attributes
    ----------
    column, facet : str
        The column, and the facet (or ``"type"``) that it states.
    terms : FrozenMap of str to str
        Ids by folded value.
    unknown : str
        What to do about other values: ``"raise"`` or ``"abstain"``.
    """

    column: str
    facet: str
    terms: FrozenMap[str, str] = attrs.field(repr=False)
    unknown: Unknown = attrs.field(kw_only=True)

    @property
    def reads(self) -> tuple[str, ...]:
        """The column, as the only field."""
        return (self.column,)

    @property
    def name(self) -> str:
        """The column and the facet that it states."""
        return f"by_column({self.column}: {self.facet})"

    def __repr__(self) -> str:
        return f"<classifier {self.name}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the facet (or type) that the column states, None when its value is missing."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events; all unknown values are reported in one error."""
        texts = [written(event.get(self.column)) for event in events]
        known = {text: self._answer(text) for text in dict.fromkeys(texts)}
        unknown = [text for text, answer in known.items() if answer is None and text is not None]
        if unknown and self.unknown == "raise":
            raise self._error(unknown)
        return [known[text] for text in texts]

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return one step: the answer for the value of the column."""
        text = written(event.get(self.column))
        answer = self._answer(text)
        unknown = f" is not a {self._kind}" if text is not None and answer is None else ""
        step = Step(
            name=self.facet if answer is None else words_of(answer),
            outcome="silent" if answer is None else "decided",
            answer=answer,
            reason=f"{self.column} is missing"
            if text is None
            else f"{self.column}={text!r}{unknown}",
            fields=(self.column,),
        )
        return (step,)

    @property
    def _kind(self) -> str:
        return "touchpoint type" if self.facet == TYPE else f"term of {self.facet}"

    def _answer(self, text: str | None) -> Answer:
        term = None if text is None else self.terms.get(fold_spaced(text))
        if term is None or self.facet == TYPE:
            return term
        return Facets(provenance="data", **{self.facet: term})

    def _error(self, unknown: list[str]) -> ClassifierError:
        listed = [f"{text!r}{did_you_mean(text, self.terms)}" for text in unknown[:_MAX_LISTED]]
        more = len(unknown) - len(listed)
        listed += [f"and {more:,} more"] if more else []
        count = f"{len(unknown):,} values that name" if len(unknown) > 1 else "a value that names"
        return ClassifierError(
            f"column {self.column!r} holds {count} no {self._kind}",
            where=", ".join(listed),
            mend="give their ids in terms=, add them to the taxonomy as aliases, or pass "
            'unknown="abstain"',
        )


def by_column(
    column: str,
    *,
    facet: str,
    taxonomy: Taxonomy | None = None,
    terms: Mapping[str, str] | None = None,
    unknown: Unknown = "raise",
) -> ByColumn:
    """Read a facet directly from a column; it counts as observed, not as concluded.

    Parameters
    ----------
    column
        The name of the column.
    facet
        What the column states: a facet, the name of a per-interaction column, or ``"type"``.
    taxonomy
        Values are looked up in it by id, label or alias, ignoring case, accents and spacing.
    terms
        Ids by value of the column; these take precedence over the taxonomy.
    unknown
        What to do about values that are in neither: ``"raise"`` one error that lists them, or
        ``"abstain"``, which gives no answer.

    Returns
    -------
    ByColumn
        A classifier that answers with `Facets` of provenance ``"data"``, or with a type id.

    Raises
    ------
    NotFoundError
        When the taxonomy does not have the facet, or does not have an id in ``terms``.
    InvalidInputError
        When no taxonomy is given and ``terms`` is empty or not given.
    ClassifierError
        When events are classified and values are unknown.

    See Also
    --------
    rules : Conclude types and facets from conditions on several columns.
    combine : Add the stated facet to the types of another classifier.
    keywords : Find facets in free text.

    Notes
    -----
    A label or alias that belongs to two terms (or types) is ambiguous and counts as unknown. A
    missing value gets no answer, whatever ``unknown`` is.

    Examples
    --------
    >>> import touchpoints as tp
    >>> reason = tp.classify.by_column(
    ...     "reason",
    ...     facet="need",
    ...     taxonomy=tp.load_taxonomy("customer"),
    ...     terms={"lower price": "save_money"},
    ... )
    >>> reason({"reason": "Lower price"}), reason({"reason": "get information"})
    (Facets(need='save_money', provenance='data'), Facets(need='learn', provenance='data'))
    """
    check_option("unknown", unknown, Unknown)
    own = {fold_spaced(value): term for value, term in (terms or {}).items()}
    if taxonomy is None and not own:
        raise InvalidInputError(
            "by_column needs a taxonomy or terms to look up the values, got neither",
            mend="pass taxonomy=, terms= or both",
        )
    known = {} if taxonomy is None else known_names(taxonomy, facet, own)
    return ByColumn(column, facet, FrozenMap({**known, **own}), unknown=unknown)


def known_names(taxonomy: Taxonomy, facet: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return {folded name: id} for a facet; a name that belongs to two ids is left out.

    Raises
    ------
    NotFoundError
        When the taxonomy does not have the facet, or does not have an id in ``own``.
    """
    if facet not in (TYPE, *taxonomy.facets):
        raise not_found("facet", facet, (TYPE, *taxonomy.facets))
    named: Mapping[str, Term | TouchpointType] = (
        taxonomy.types if facet == TYPE else taxonomy.facets[facet].terms
    )
    ids = dict.fromkeys(named) if facet == TYPE else dict.fromkeys([*named, UNKNOWN])
    unknown = [term for term in own.values() if term not in ids]
    if unknown:
        kind = "touchpoint type" if facet == TYPE else f"term of {facet}"
        raise not_found(kind, unknown[0], tuple(ids), where=f"terms: {first_few(unknown)}")
    found: dict[str, str | None] = {}
    for id_, phrase in _phrases(named.values()):
        found[phrase] = id_ if found.get(phrase, id_) == id_ else None
    found.update({fold_spaced(id_): id_ for id_ in ids})
    return {phrase: id_ for phrase, id_ in found.items() if id_ is not None}


def _phrases(named: Iterable[Term | TouchpointType]) -> Iterator[tuple[str, str]]:
    """Yield (id, folded name) for each label and alias."""
    for one in named:
        several = [
            *one.labels.values(),
            *(alias for all_ in one.aliases.values() for alias in all_),
        ]
        for phrase in several:
            yield one.id, fold_spaced(phrase)
