"""From distinct texts or events to touchpoints: each distinct one is asked about once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from touchpoints._core.arrays.sorting.tuples import distinct_tuples
from touchpoints._core.frozen import Array, Coded, FrozenMap, owned
from touchpoints._core.messages import did_you_mean
from touchpoints.classify.contract.answers import Answer, verdict_of
from touchpoints.classify.contract.events import Events, shown
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask_all,
    check_classifier_object,
    name_of,
)
from touchpoints.errors import ClassifierError, NotFoundError
from touchpoints.taxonomy import FACETS, MISSING, UNKNOWN, Touchpoint, untyped

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy

NEED_FROM, CONTEXT_FROM = "need_from", "context_from"
FROM_NOTHING, FROM_DEFAULT, FROM_RULE, FROM_DATA = 0, 1, 2, 3

Terms = Mapping[str, str]


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
    disputed : int
        How many of them combined classifiers disagreed on.
    """

    touchpoints: tuple[Touchpoint, ...]
    matched: Array
    named: Array
    need_from: Array
    context_from: Array
    columns: Mapping[str, Coded] = attrs.field(factory=dict)
    disputed: int = 0

    def origins(self, taxonomy: Taxonomy | None) -> dict[str, Array]:
        """Return the reserved columns worth keeping: none when nothing can be known of them."""
        every = {NEED_FROM: self.need_from, CONTEXT_FROM: self.context_from}
        return {name: one for name, one in every.items() if taxonomy is not None or one.any()}


@attrs.frozen
class _One:
    touchpoint: Touchpoint
    matched: bool = True
    need_from: int = FROM_NOTHING
    context_from: int = FROM_NOTHING
    columns: Mapping[str, str] = attrs.field(factory=dict)
    named: bool = True
    disputed: bool = False


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


def _typed(touchpoint: Touchpoint, origins: Mapping[str, int]) -> _One:
    """Return a touchpoint with where its need and context come from; defaults if not said."""
    need_from, context_from = (
        FROM_NOTHING if term == UNKNOWN else origins.get(name, FROM_DEFAULT)
        for name, term in (("need", touchpoint.need), ("context", touchpoint.context))
    )
    return _One(touchpoint, need_from=need_from, context_from=context_from)


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
    events = Events(dict(zip(names, values, strict=True)), len(values[0]))
    answers = ask_all(classifier, events)
    reader = _Answers(name_of(classifier), taxonomy)
    return codes, _gather(reader.all(answers, events))


class _Answers:
    """Turns answers into touchpoints; what is alike in many answers is worked out once."""

    def __init__(self, owner: str, taxonomy: Taxonomy | None) -> None:
        self._owner = owner
        self._taxonomy = taxonomy
        self._known_facets = FACETS if taxonomy is None else tuple(taxonomy.facets)
        self._typed: dict[Answer, _One] = {}
        self._parted: dict[FrozenMap[str, str], tuple[Terms, Terms]] = {}

    def all(self, answers: Sequence[Answer], events: Events) -> list[_One]:
        """Return what each event is by its answer."""
        found = []
        alike: dict[int, _One] = {}  # by identity: rules give few answers again and again
        for place, answer in enumerate(answers):
            one = alike.get(id(answer))
            if one is None:
                one = self.read(answer, events[place])
                if one.matched:  # else it holds the text of the event
                    alike[id(answer)] = one
            found.append(one)
        return found

    def read(self, answer: Answer, event: Mapping[str, Any]) -> _One:
        """Return what an event is by its answer; an error names the classifier and the event."""
        known = self._typed.get(answer)
        if known is not None:
            return known
        try:
            one = self._understood(answer, event)
        except NotFoundError as error:
            raise ClassifierError(
                f"the classifier {self._owner} answered {answer!r}: {error.what}",
                where=shown(event),
            ) from error
        if one.matched:
            self._typed[answer] = one
        return one

    def _understood(self, answer: Answer, event: Mapping[str, Any]) -> _One:
        if isinstance(answer, Touchpoint):
            return _from_touchpoint(answer, self._taxonomy)
        verdict = verdict_of(answer)
        facets, columns = self._parts(verdict.facets)
        origins = {name: FROM_DATA if name in verdict.observed else FROM_RULE for name in facets}
        if verdict.type:
            one = _typed(self._touchpoint(verdict.type, facets), origins)
            return attrs.evolve(one, columns=columns, disputed=bool(verdict.conflicts))
        text = " / ".join(str(value) for value in event.values() if value is not None)
        one = _typed(_raw(text, self._taxonomy, facets), origins)
        if not text:
            one = attrs.evolve(one, touchpoint=MISSING, named=False)
        return attrs.evolve(one, matched=False, columns=columns, disputed=bool(verdict.conflicts))

    def _touchpoint(self, type_: str, facets: Mapping[str, str]) -> Touchpoint:
        if self._taxonomy is None:
            return untyped(type_, **facets)
        return self._taxonomy.touchpoint(type_, **facets)

    def _parts(self, facets: FrozenMap[str, str]) -> tuple[Terms, Terms]:
        """Part an answer into facets of the taxonomy and per-interaction columns."""
        parts = self._parted.get(facets)
        if parts is None:
            known = self._known_facets
            parts = (
                {name: term for name, term in facets.items() if name in known},
                {name: term for name, term in facets.items() if name not in known},
            )
            for name in parts[1]:
                hint = did_you_mean(name, known) if name != "arrival_channel" else ""
                if hint:
                    raise NotFoundError(f"no facet {name!r}{hint}")
            self._parted[facets] = parts
        return parts


def problem_of(answer: Answer, taxonomy: Taxonomy | None) -> str:
    """Return why an answer cannot be used with a taxonomy, empty when it can."""
    try:
        _Answers("", taxonomy).read(answer, {"event": "event"})
    except ClassifierError as error:
        return error.__cause__.what if isinstance(error.__cause__, NotFoundError) else error.what
    return ""


def _from_touchpoint(answer: Touchpoint, taxonomy: Taxonomy | None) -> _One:
    """Take a touchpoint as answered; what differs from the type's default is its conclusion."""
    if taxonomy is None or not answer.type:
        return _typed(answer, dict.fromkeys(("need", "context"), FROM_RULE))
    again = taxonomy.touchpoint(answer)
    defaults = taxonomy.types[answer.type].defaults
    concluded = {
        name: FROM_RULE
        for name in ("need", "context")
        if again.facet(name) != defaults.get(name, UNKNOWN)
    }
    return _typed(again, concluded)


def _gather(answers: Sequence[_One]) -> Matched:
    names = dict.fromkeys(name for one in answers for name in one.columns)
    return Matched(
        touchpoints=tuple(one.touchpoint for one in answers),
        matched=np.array([one.matched for one in answers], dtype=bool),
        named=np.array([one.named for one in answers], dtype=bool),
        need_from=np.array([one.need_from for one in answers], dtype=np.int8),
        context_from=np.array([one.context_from for one in answers], dtype=np.int8),
        columns={name: _column([one.columns.get(name) for one in answers]) for name in names},
        disputed=sum(one.disputed for one in answers),
    )


def _column(values: Sequence[str | None]) -> Coded:
    terms = tuple(dict.fromkeys(value for value in values if value is not None))
    places = {term: place for place, term in enumerate(terms)}
    codes = [-1 if value is None else places[value] for value in values]
    return Coded(owned(np.array(codes, dtype=np.int32)), terms)


def distinct_touchpoints(touchpoints: Sequence[Touchpoint]) -> tuple[tuple[Touchpoint, ...], Array]:
    """Return the distinct touchpoints, and the place of each of those given among them."""
    distinct = tuple(dict.fromkeys(touchpoints))
    places = {touchpoint: place for place, touchpoint in enumerate(distinct)}
    return distinct, np.array([places[one] for one in touchpoints], dtype=np.int32)
