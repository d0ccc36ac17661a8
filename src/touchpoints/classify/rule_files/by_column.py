"""Facets that a column states outright: looked up, not concluded."""

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

_MOST_LISTED = 5


@attrs.frozen(repr=False)
class ByColumn:
    """One facet, read from one column; made by `by_column`.

    Attributes
    ----------
    column, facet : str
        The column, and what it states.
    terms : FrozenMap of str to str
        From folded values to ids.
    unknown : str
        What becomes of other values: ``"raise"`` or ``"abstain"``.
    """

    column: str
    facet: str
    terms: FrozenMap[str, str] = attrs.field(repr=False)
    unknown: Unknown = attrs.field(kw_only=True)

    @property
    def reads(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def name(self) -> str:
        """The column and what it states."""
        return f"by_column({self.column}: {self.facet})"

    def __repr__(self) -> str:
        return f"<classifier {self.name}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the facet (or type) the column states, None when it is missing."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events; all values that mean nothing are one error."""
        texts = [written(event.get(self.column)) for event in events]
        known = {text: self._answer(text) for text in dict.fromkeys(texts)}
        strange = [text for text, answer in known.items() if answer is None and text is not None]
        if strange and self.unknown == "raise":
            raise self._error(strange)
        return [known[text] for text in texts]

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return what the value of the column is taken for."""
        text = written(event.get(self.column))
        answer = self._answer(text)
        strange = f" is no {self._kind}" if text is not None and answer is None else ""
        step = Step(
            name=self.facet if answer is None else words_of(answer),
            outcome="silent" if answer is None else "decided",
            answer=answer,
            reason=f"{self.column} is missing"
            if text is None
            else f"{self.column}={text!r}{strange}",
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

    def _error(self, strange: list[str]) -> ClassifierError:
        listed = [f"{one!r}{did_you_mean(one, self.terms)}" for one in strange[:_MOST_LISTED]]
        more = len(strange) - len(listed)
        listed += [f"and {more:,} more"] if more else []
        count = f"{len(strange):,} values that name" if len(strange) > 1 else "a value that names"
        return ClassifierError(
            f"column {self.column!r} holds {count} no {self._kind}",
            where=", ".join(listed),
            mend='give their ids in terms=, add them as aliases, or pass unknown="abstain"',
        )


def by_column(
    column: str,
    *,
    facet: str,
    taxonomy: Taxonomy | None = None,
    terms: Mapping[str, str] | None = None,
    unknown: Unknown = "raise",
) -> ByColumn:
    """Take a facet straight from a column: what it says was observed, not concluded.

    Parameters
    ----------
    column
        The column.
    facet
        What it states: a facet, the name of a per-interaction column, or ``"type"``.
    taxonomy
        Values are looked up in it by id, label or alias, ignoring case, accents and spacing.
    terms
        From values of the column to ids; these come before the taxonomy.
    unknown
        What to do about values that are neither: ``"raise"`` one error with all of them, or
        ``"abstain"``.

    Returns
    -------
    ByColumn
        A classifier that answers with `Facets` of provenance ``data``, or with a type id.

    Raises
    ------
    NotFoundError
        When the taxonomy has no such facet, or no such term or type as ``terms`` leads to.
    InvalidInputError
        When neither a taxonomy nor terms say what values mean.
    ClassifierError
        When events are classified, about values that mean nothing.

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
            "nothing says what the values mean", mend="pass taxonomy=, terms= or both"
        )
    known = {} if taxonomy is None else _known(taxonomy, facet, own)
    return ByColumn(column, facet, FrozenMap({**known, **own}), unknown=unknown)


def _known(taxonomy: Taxonomy, facet: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return what everything is called, to its id; what two things are called is left out."""
    if facet not in (TYPE, *taxonomy.facets):
        raise not_found("facet", facet, (TYPE, *taxonomy.facets))
    named: Mapping[str, Term | TouchpointType] = (
        taxonomy.types if facet == TYPE else taxonomy.facets[facet].terms
    )
    ids = dict.fromkeys(named) if facet == TYPE else dict.fromkeys([*named, UNKNOWN])
    strange = [term for term in own.values() if term not in ids]
    if strange:
        kind = "touchpoint type" if facet == TYPE else f"term of {facet}"
        raise not_found(kind, strange[0], tuple(ids), where=f"terms: {first_few(strange)}")
    found: dict[str, str | None] = {}
    for id_, phrase in _phrases(named.values()):
        found[phrase] = id_ if found.get(phrase, id_) == id_ else None
    found.update({fold_spaced(id_): id_ for id_ in ids})
    return {phrase: id_ for phrase, id_ in found.items() if id_ is not None}


def _phrases(named: Iterable[Term | TouchpointType]) -> Iterator[tuple[str, str]]:
    """Yield the id and each label and alias, folded."""
    for one in named:
        several = [
            *one.labels.values(),
            *(alias for all_ in one.aliases.values() for alias in all_),
        ]
        for phrase in several:
            yield one.id, fold_spaced(phrase)
