"""One answer merged from several classifiers, with a record of their disagreements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.classify.combining.chain import Several
from touchpoints.classify.contract.answers import (
    TYPE,
    Answer,
    Conflict,
    Verdict,
    decision_of,
    simplest,
    verdict_of,
)
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.contract.protocol import (
    Classifier,
    name_of,
    read_all,
)
from touchpoints.classify.contract.traces import Outcome, Step, step_of
from touchpoints.taxonomy import UNKNOWN

_Named = tuple[str, Verdict]
"""The name of a classifier and its answer."""


@attrs.frozen
class Combine(Several):
    """A classifier that merges the answers of several others; made by `combine`."""

    verb = "combine"

    def read(self, events: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
        """Return the answers, and the first value that one of the classifiers could not read."""
        names = [name_of(one) for one in self.classifiers]
        seen = events_of(events, self.reads)
        both = [read_all(one, seen) for one in self.classifiers]
        columns = [answers for answers, _ in both]
        known: dict[tuple[int, ...], Answer] = {}  # by identity: `columns` keeps the answers alive
        found: list[Answer] = []
        for answers in zip(*columns, strict=True):
            key = tuple(map(id, answers))
            if key not in known:
                verdicts = [verdict_of(answer) for answer in answers]
                known[key] = simplest(_combined(list(zip(names, verdicts, strict=True))))
            found.append(known[key])
        texts = [unread for _, unread in both if unread]
        return found, [next(filter(None, several), "") for several in zip(*texts, strict=True)]

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return the step of each classifier, with how much of its answer was used."""
        found = [step_of(one, event) for one in self.classifiers]
        named = [(step.name, verdict_of(step.answer)) for step in found]
        combined = _combined(named)
        return tuple(
            _with_outcome(step, position, named, combined) for position, step in enumerate(found)
        )


def _combined(named: Sequence[_Named]) -> Verdict:
    by, first = next(((name, one) for name, one in named if decision_of(one)), ("", Verdict()))
    kept = decision_of(first)
    types = [
        Conflict(facet=TYPE, kept=kept, left=decision_of(one), kept_by=by, left_by=name)
        for name, one in named
        if decision_of(one) not in ("", kept)
    ]
    if first.leave_out:
        old = (conflict for _, one in named for conflict in one.conflicts)
        return attrs.evolve(first, conflicts=(*old, *types))
    taken, conflicts = _facets(named, first.type)
    sure = [
        one.confidence for _, one in named if one.type == first.type and one.confidence is not None
    ]
    return Verdict(
        first.type,
        facets=FrozenMap({facet: term for facet, (term, _, _) in taken.items()}),
        observed=frozenset(facet for facet, (_, _, seen) in taken.items() if seen),
        confidence=sure[0] if sure else None,
        conflicts=(*(old for _, one in named for old in one.conflicts), *types, *conflicts),
    )


def _facets(
    named: Sequence[_Named], chosen: str
) -> tuple[dict[str, tuple[str, str, bool]], list[Conflict]]:
    """Return {facet: (first term, name of its classifier, observed)}, and the conflicts."""
    taken: dict[str, tuple[str, str, bool]] = {}
    conflicts = []
    for name, one in named:
        for facet, term in _usable(one, chosen):
            kept, by, _ = taken.get(facet, (UNKNOWN, "", False))
            if kept == UNKNOWN:
                taken[facet] = (term, name, facet in one.observed)
            elif term not in (kept, UNKNOWN):
                conflicts.append(
                    Conflict(facet=facet, kept=kept, left=term, kept_by=by, left_by=name)
                )
            elif term == kept and facet in one.observed:
                taken[facet] = (kept, by, True)
    return taken, conflicts


def _usable(one: Verdict, chosen: str) -> Iterator[tuple[str, str]]:
    """Yield the facets to merge: of another type than the chosen one, only those observed."""
    for facet, term in one.facets.items():
        if one.type in ("", chosen) or facet in one.observed:
            yield facet, term


def _with_outcome(step: Step, position: int, named: Sequence[_Named], combined: Verdict) -> Step:
    """Return the step with how its answer was used in the combined answer."""
    if step.answer is None:
        return step
    earlier = named[:position]
    without = _combined([*earlier, (step.name, Verdict()), *named[position + 1 :]])
    own = named[position][1]
    decision, kept = decision_of(own), decision_of(combined)
    terms = {TYPE: decision, **own.facets} if decision else dict(own.facets)
    result = {TYPE: kept, **combined.facets}
    lost = [f"{facet}={term}" for facet, term in terms.items() if result.get(facet) != term]
    same = (decision_of(without), without.facets) == (kept, combined.facets)
    outcome: Outcome = "added"
    if decision and decision == kept and not any(decision_of(one) for _, one in earlier):
        outcome = "decided"
    elif same and lost:
        outcome = "overruled"
    reason = f"not taken: {', '.join(lost)}" if lost else ""
    return attrs.evolve(step, outcome=outcome, reason=reason)


def combine(*classifiers: Classifier) -> Combine:
    """Merge the answers of several classifiers: the type from one, facets from others.

    The type comes from the first classifier that gives a type. A classifier that leaves the event
    out before that decides that there is none, and no facets are kept. Each facet, and each
    per-interaction column, comes from the first classifier that gives it a term, so pass the
    classifiers in order of trust. A different term from a later classifier is kept as a
    `Conflict` in the `Verdict`; ``meta.report.facet_conflicts`` counts the distinct events with a
    conflict. Where a classifier gave another type than the chosen one, the facets that it
    concluded are left out, and those that it observed in the data are kept.

    Parameters
    ----------
    *classifiers
        At least one classifier; the first has precedence.

    Returns
    -------
    Combine
        A classifier that reads every field that any of the classifiers reads. Provenance is kept
        for each facet: it is ``"data"`` when any classifier that gives the same term observed it.

    Raises
    ------
    InvalidInputError
        When no classifier is given.
    WrongKindError
        When an argument is not a classifier.

    See Also
    --------
    first_match : Take one answer instead of merging several.
    agreement : How often two classifiers give the same answer.
    explain : Which classifier gave which part of an answer.

    Examples
    --------
    >>> import touchpoints as tp
    >>> @tp.classifier(reads=("event",))
    ... def events(event):
    ...     return "live_chat" if event["event"] == "chat_opened" else None
    >>> @tp.classifier(reads=("reason",))
    ... def survey(event):
    ...     return tp.Facets(need=event["reason"], provenance="data") if event["reason"] else None
    >>> both = tp.classify.combine(events, survey)
    >>> both({"event": "chat_opened", "reason": "learn"})
    Verdict('live_chat', facets={'need': 'learn'}, observed=['need'])
    >>> both({"event": "chat_opened", "reason": ""})
    'live_chat'
    """
    return Combine(classifiers)
