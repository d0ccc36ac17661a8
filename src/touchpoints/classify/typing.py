"""Match distinct texts or events to touchpoints; each distinct value is classified once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from touchpoints._core.arrays.sorting.tuples import distinct_tuples
from touchpoints._core.frozen import Array, Coded, FrozenMap, is_missing, owned
from touchpoints._core.messages import did_you_mean
from touchpoints._core.text import is_blank
from touchpoints.classify.contract.answers import Answer, verdict_of
from touchpoints.classify.contract.events import Events, shown
from touchpoints.classify.contract.protocol import (
    Classifier,
    check_classifier_object,
    name_of,
    read_all,
)
from touchpoints.errors import ClassifierError, NotFoundError
from touchpoints.taxonomy import FACETS, MISSING, UNKNOWN, Touchpoint, untyped

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy

NEED_FROM, CONTEXT_FROM = "need_from", "context_from"
"""The reserved per-interaction columns that hold where need and context come from."""

NEED_INFERRED, CONTEXT_INFERRED = "need_inferred", "context_inferred"
"""The reserved per-interaction columns that hold what an answer replaced; else missing."""

FROM_NOTHING, FROM_DEFAULT, FROM_RULE, FROM_DATA = 0, 1, 2, 3
"""Their values: unknown, the type's default, a rule, the data."""

Terms = Mapping[str, str]
"""Terms by the name of a facet or of a per-interaction column."""


@attrs.frozen(eq=False, kw_only=True)
class Matched:
    """The touchpoints of d distinct texts or events, with one entry for each.

    Attributes
    ----------
    touchpoints
        The touchpoint of each distinct text or event; an untyped touchpoint where no type matched.
    matched : bool (d,)
        Whether a type was found; always true for texts without a taxonomy.
    named : bool (d,)
        Whether the text or event has a name.
    need_from, context_from : int8 (d,)
        0 unknown, 1 the type's default, 2 a rule, 3 the data.
    columns
        The per-interaction columns in the answers.
    disputed : int
        The number of distinct events on which combined classifiers disagreed.
    left_out : Coded (d,) or None
        Why the event is no touchpoint, missing for every other event; None when no event is left
        out.
    unread : Coded (d,) or None
        The value that the classifier could not read, missing for every other event; None when it
        read all.
    """

    touchpoints: tuple[Touchpoint, ...]
    matched: Array
    named: Array
    need_from: Array
    context_from: Array
    columns: Mapping[str, Coded] = attrs.field(factory=dict)
    disputed: int = 0
    left_out: Coded | None = None
    unread: Coded | None = None

    def origins(self, taxonomy: Taxonomy | None) -> dict[str, Array]:
        """Return `need_from` and `context_from`; without a taxonomy omit those that are all 0."""
        every = {NEED_FROM: self.need_from, CONTEXT_FROM: self.context_from}
        return {name: one for name, one in every.items() if taxonomy is not None or one.any()}


@attrs.frozen
class _Match:
    """The entry of one distinct text or event in `Matched`."""

    touchpoint: Touchpoint
    matched: bool = True
    need_from: int = FROM_NOTHING
    context_from: int = FROM_NOTHING
    columns: Mapping[str, str] = attrs.field(factory=dict)
    named: bool = True
    disputed: bool = False
    left_out: str | None = None


def match_texts(texts: Sequence[str], taxonomy: Taxonomy | None) -> Matched:
    """Look up each text by id, alias or label; without a taxonomy, return untyped touchpoints."""
    return _gather([_match_text(text, taxonomy) for text in texts])


def _match_text(text: str, taxonomy: Taxonomy | None) -> _Match:
    if taxonomy is None:
        return _Match(untyped(text))
    found = taxonomy.lookup(text)
    if found is None:
        return _Match(_raw(text, taxonomy, {}), matched=False)
    return _typed(taxonomy.touchpoint(found), {})


def _raw(text: str, taxonomy: Taxonomy | None, facets: Mapping[str, str]) -> Touchpoint:
    """Return an untyped touchpoint whose key differs from every type id of the taxonomy."""
    raw = untyped(text, **facets) if taxonomy is None else taxonomy.untyped(text, **facets)
    if taxonomy is not None and text in taxonomy.types:
        return attrs.evolve(raw, key=f"%{ord(text[0]):02X}{raw.key[1:]}")
    return raw


def _typed(touchpoint: Touchpoint, origins: Mapping[str, int]) -> _Match:
    """Return a match with the origins of need and context; those not given are the default's."""
    need_from, context_from = (
        FROM_NOTHING if term == UNKNOWN else origins.get(name, FROM_DEFAULT)
        for name, term in (("need", touchpoint.need), ("context", touchpoint.context))
    )
    return _Match(touchpoint, need_from=need_from, context_from=context_from)


def match_events(
    fields: Mapping[str, Any], classifier: Classifier, taxonomy: Taxonomy | None
) -> tuple[Array, Matched]:
    """Classify each distinct combination of the fields that a classifier reads.

    Returns
    -------
    codes : int32 (m,)
        The position of each row's event among the distinct events.
    matched
        The touchpoints of the distinct events.
    """
    check_classifier_object(classifier)
    names = classifier.reads
    codes, values = distinct_tuples([fields[name] for name in names])
    events = Events(dict(zip(names, values, strict=True)), len(values[0]))
    answers, unread = read_all(classifier, events)
    reader = _Answers(name_of(classifier), taxonomy)
    matched = _gather(reader.all(answers, events))
    column = _column([one or None for one in unread]) if unread else None
    return codes, attrs.evolve(matched, unread=column)


class _Answers:
    """Converts answers to touchpoints; equal answers, and equal facets, are converted once."""

    def __init__(self, owner: str, taxonomy: Taxonomy | None) -> None:
        self._owner = owner
        self._taxonomy = taxonomy
        self._known_facets = FACETS if taxonomy is None else tuple(taxonomy.facets)
        self._typed: dict[Answer, _Match] = {}
        self._split: dict[FrozenMap[str, str], tuple[Terms, Terms]] = {}

    def all(self, answers: Sequence[Answer], events: Events) -> list[_Match]:
        """Return the match of each event, from its answer."""
        found = []
        alike: dict[int, _Match] = {}  # by identity: rules return few objects, many times each
        for position, answer in enumerate(answers):
            match = alike.get(id(answer))
            if match is None:
                match = self.read(answer, events[position])
                if match.matched:  # otherwise the touchpoint holds the text of the event
                    alike[id(answer)] = match
            found.append(match)
        return found

    def read(self, answer: Answer, event: Mapping[str, Any]) -> _Match:
        """Return the match of an event; errors name the classifier and the event."""
        known = self._typed.get(answer)
        if known is not None:
            return known
        try:
            match = self._understood(answer, event)
        except NotFoundError as error:
            raise ClassifierError(
                f"the classifier {self._owner} answered {answer!r}: {error.what}",
                where=shown(event),
            ) from error
        if match.matched:
            self._typed[answer] = match
        return match

    def _understood(self, answer: Answer, event: Mapping[str, Any]) -> _Match:
        if isinstance(answer, Touchpoint):
            return _from_touchpoint(answer, self._taxonomy)
        verdict = verdict_of(answer)
        facets, columns = self._parts(verdict.facets)
        origins = {name: FROM_DATA if name in verdict.observed else FROM_RULE for name in facets}
        if not is_blank(verdict.type):
            match = _typed(self._touchpoint(verdict.type, facets), origins)
            return attrs.evolve(match, columns=columns, disputed=bool(verdict.conflicts))
        text = " / ".join(str(value) for value in event.values() if not is_missing(value))
        match = _typed(_raw(text, self._taxonomy, facets) if text else MISSING, origins)
        match = attrs.evolve(match, named=bool(text))
        disputed = bool(verdict.conflicts)
        return attrs.evolve(
            match,
            matched=False,
            columns=columns,
            disputed=disputed,
            left_out=verdict.leave_out or None,
        )

    def _touchpoint(self, type_: str, facets: Mapping[str, str]) -> Touchpoint:
        if self._taxonomy is None:
            return untyped(type_, **facets)
        return self._taxonomy.touchpoint(type_, **facets)

    def _parts(self, facets: FrozenMap[str, str]) -> tuple[Terms, Terms]:
        """Split an answer into facets of the taxonomy and per-interaction columns."""
        parts = self._split.get(facets)
        if parts is None:
            known = self._known_facets
            stated = {name: term for name, term in facets.items() if not is_blank(term)}
            parts = (
                {name: term for name, term in stated.items() if name in known},
                {name: term for name, term in stated.items() if name not in known},
            )
            for name in parts[1]:
                hint = did_you_mean(name, known) if name != "arrival_channel" else ""
                if hint:
                    raise NotFoundError(f"no facet {name!r}{hint}")
            self._split[facets] = parts
        return parts


def problem_of(answer: Answer, taxonomy: Taxonomy | None) -> str:
    """Return why an answer does not fit a taxonomy, or an empty string when it does."""
    try:
        _Answers("", taxonomy).read(answer, {"event": "event"})
    except ClassifierError as error:
        return error.__cause__.what if isinstance(error.__cause__, NotFoundError) else error.what
    return ""


def _from_touchpoint(answer: Touchpoint, taxonomy: Taxonomy | None) -> _Match:
    """Return the match of a touchpoint; need or context other than the default is from a rule."""
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


def _gather(matches: Sequence[_Match]) -> Matched:
    names = dict.fromkeys(name for match in matches for name in match.columns)
    left_out = _column([match.left_out for match in matches])
    return Matched(
        touchpoints=tuple(match.touchpoint for match in matches),
        matched=np.array([match.matched for match in matches], dtype=bool),
        named=np.array([match.named for match in matches], dtype=bool),
        need_from=np.array([match.need_from for match in matches], dtype=np.int8),
        context_from=np.array([match.context_from for match in matches], dtype=np.int8),
        columns={name: _column([match.columns.get(name) for match in matches]) for name in names},
        disputed=sum(match.disputed for match in matches),
        left_out=left_out if left_out.categories else None,
    )


def _column(values: Sequence[str | None]) -> Coded:
    terms = tuple(dict.fromkeys(value for value in values if value is not None))
    positions = {term: position for position, term in enumerate(terms)}
    codes = [-1 if value is None else positions[value] for value in values]
    return Coded(owned(np.array(codes, dtype=np.int32)), terms)


def distinct_touchpoints(touchpoints: Sequence[Touchpoint]) -> tuple[tuple[Touchpoint, ...], Array]:
    """Return the distinct touchpoints, and the position among them of each touchpoint given."""
    distinct = tuple(dict.fromkeys(touchpoints))
    positions = {touchpoint: position for position, touchpoint in enumerate(distinct)}
    return distinct, np.array([positions[one] for one in touchpoints], dtype=np.int32)
