"""From distinct texts or events to touchpoints: each distinct one is asked about once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._arrays.tuples import distinct_tuples
from touchpoints._frozen import Array, Coded, owned
from touchpoints._hints import did_you_mean
from touchpoints.classify.protocol import (
    Answer,
    Classifier,
    Facets,
    ask,
    check_classifier_object,
    name_of,
)
from touchpoints.errors import ClassifierError, NotFoundError
from touchpoints.taxonomy import FACETS, MISSING, UNKNOWN, Taxonomy, Touchpoint, untyped

NEED_FROM, CONTEXT_FROM = "need_from", "context_from"
FROM_NOTHING, FROM_DEFAULT, FROM_RULE, FROM_DATA = 0, 1, 2, 3


@attrs.frozen(eq=False, kw_only=True)
class Matched:
    """What distinct texts or events turned out to be; one entry each.

    Attributes
    ----------
    touchpoints
        The touchpoint of each; an untyped one where nothing matched.
    matched : bool (d,)
        Whether a type was found (or none was looked for).
    named : bool (d,)
        Whether there was a name at all.
    need_from, context_from : int8 (d,)
        0 unknown, 1 the type's default, 2 a rule, 3 the data.
    columns
        Per-interaction columns that the answers carried.
    """

    touchpoints: tuple[Touchpoint, ...]
    matched: Array
    named: Array
    need_from: Array
    context_from: Array
    columns: Mapping[str, Coded] = attrs.field(factory=dict)


@attrs.frozen
class _One:
    touchpoint: Touchpoint
    matched: bool = True
    need_from: int = FROM_NOTHING
    context_from: int = FROM_NOTHING
    columns: Mapping[str, str] = attrs.field(factory=dict)
    named: bool = True


def match_texts(texts: Sequence[str], taxonomy: Taxonomy | None) -> Matched:
    """Look each text up by id, alias or label; without a taxonomy each is an untyped touchpoint."""
    return _gather([_match_text(text, taxonomy) for text in texts])


def _match_text(text: str, taxonomy: Taxonomy | None) -> _One:
    if taxonomy is None:
        return _One(untyped(text))
    found = taxonomy.lookup(text)
    if found is None:
        return _One(_raw(text, taxonomy, {}), matched=False)
    return _typed(taxonomy.touchpoint(found), {})


def _raw(text: str, taxonomy: Taxonomy | None, facets: Mapping[str, str]) -> Touchpoint:
    """Return an untyped touchpoint whose key is not taken for a type's."""
    one = untyped(text, **facets) if taxonomy is None else taxonomy.untyped(text, **facets)
    if taxonomy is not None and text in taxonomy.types:
        return attrs.evolve(one, key=f"%{ord(text[0]):02X}{one.key[1:]}")
    return one


def _typed(touchpoint: Touchpoint, observed: Mapping[str, int]) -> _One:
    return _One(
        touchpoint,
        need_from=observed.get("need", _by_default(touchpoint.need)),
        context_from=observed.get("context", _by_default(touchpoint.context)),
    )


def _by_default(term: str) -> int:
    return FROM_NOTHING if term == UNKNOWN else FROM_DEFAULT


def match_events(
    fields: Mapping[str, Any], classifier: Classifier, taxonomy: Taxonomy | None
) -> tuple[Array, Matched]:
    """Classify the distinct events of some columns.

    Returns
    -------
    codes : int32 (m,)
        Which distinct event each row is.
    matched
        What each distinct event is.
    """
    check_classifier_object(classifier)
    names = classifier.reads
    codes, values = distinct_tuples([fields[name] for name in names])
    events = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    answers = [_match_event(event, classifier, taxonomy) for event in events]
    return codes, _gather(answers)


def _match_event(
    event: Mapping[str, Any], classifier: Classifier, taxonomy: Taxonomy | None
) -> _One:
    answer = ask(classifier, event)
    try:
        return _understand(answer, event, taxonomy)
    except NotFoundError as error:
        raise ClassifierError(
            f"the classifier {name_of(classifier)} answered {answer!r}: {error.what}",
            where=f"event {dict(event)!r}",
        ) from error


def _understand(answer: Answer, event: Mapping[str, Any], taxonomy: Taxonomy | None) -> _One:
    if isinstance(answer, str):
        if taxonomy is None:
            return _One(untyped(answer))
        return _typed(taxonomy.touchpoint(answer), {})
    if isinstance(answer, Touchpoint):
        return _from_touchpoint(answer, taxonomy)
    facets, columns = _split(answer or Facets(), taxonomy)
    text = " / ".join(str(value) for value in event.values() if value is not None)
    one = _typed(_raw(text, taxonomy, facets), _observed(facets, answer))
    if not text:
        one = attrs.evolve(one, touchpoint=MISSING, named=False)
    return attrs.evolve(one, matched=False, columns=columns)


def _from_touchpoint(answer: Touchpoint, taxonomy: Taxonomy | None) -> _One:
    """A need or context that differs from the type's default was concluded by the classifier."""
    if taxonomy is None or not answer.type:
        return _typed(answer, dict.fromkeys(("need", "context"), FROM_RULE))
    again = taxonomy.touchpoint(answer)
    defaults = taxonomy.types[answer.type].defaults
    observed = {
        name: FROM_RULE
        for name in ("need", "context")
        if again.facet(name) not in (UNKNOWN, defaults.get(name, UNKNOWN))
    }
    return _typed(again, observed)


def _observed(facets: Mapping[str, str], answer: Answer) -> dict[str, int]:
    source = FROM_DATA if isinstance(answer, Facets) and answer.provenance == "data" else FROM_RULE
    return dict.fromkeys(facets, source)


def _split(
    answer: Facets, taxonomy: Taxonomy | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Part an answer into facets of the taxonomy and per-interaction columns."""
    known = FACETS if taxonomy is None else tuple(taxonomy.facets)
    columns = {name: term for name, term in answer.items() if name not in known}
    for name in columns:
        hint = did_you_mean(name, known) if name != "arrival_channel" else ""
        if hint:
            raise NotFoundError(f"no facet {name!r}{hint}")
    return {name: term for name, term in answer.items() if name in known}, columns


def _gather(answers: Sequence[_One]) -> Matched:
    names = dict.fromkeys(name for one in answers for name in one.columns)
    return Matched(
        touchpoints=tuple(one.touchpoint for one in answers),
        matched=np.array([one.matched for one in answers], dtype=bool),
        named=np.array([one.named for one in answers], dtype=bool),
        need_from=np.array([one.need_from for one in answers], dtype=np.int8),
        context_from=np.array([one.context_from for one in answers], dtype=np.int8),
        columns={name: _column([one.columns.get(name) for one in answers]) for name in names},
    )


def _column(values: Sequence[str | None]) -> Coded:
    terms = tuple(dict.fromkeys(value for value in values if value is not None))
    places = {term: place for place, term in enumerate(terms)}
    codes = [-1 if value is None else places[value] for value in values]
    return Coded(owned(np.array(codes, dtype=np.int32)), terms)


def table_of(touchpoints: Sequence[Touchpoint]) -> tuple[tuple[Touchpoint, ...], Array]:
    """Return the distinct touchpoints, and the place of each of those given among them."""
    distinct = tuple(dict.fromkeys(touchpoints))
    places = {touchpoint: place for place, touchpoint in enumerate(distinct)}
    return distinct, np.array([places[one] for one in touchpoints], dtype=np.int32)
