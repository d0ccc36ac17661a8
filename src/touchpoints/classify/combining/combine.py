"""Facets from several classifiers in one answer; where they disagree, that is kept too."""

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
    simplest,
    verdict_of,
)
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask_all,
    name_of,
)
from touchpoints.classify.contract.traces import Outcome, Step, step_of
from touchpoints.taxonomy import UNKNOWN

_Named = tuple[str, Verdict]


@attrs.frozen
class Combine(Several):
    """One answer from several classifiers, each filling in what those before it left open."""

    verb = "combine"

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events."""
        names = [name_of(one) for one in self.classifiers]
        seen = events_of(events, self.reads)
        columns = [ask_all(one, seen) for one in self.classifiers]
        known: dict[tuple[int, ...], Answer] = {}  # few different answers, kept alive in columns
        found: list[Answer] = []
        for answers in zip(*columns, strict=True):
            key = tuple(map(id, answers))
            if key not in known:
                verdicts = [verdict_of(answer) for answer in answers]
                known[key] = simplest(_combined(list(zip(names, verdicts, strict=True))))
            found.append(known[key])
        return found

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return what each classifier says, and how much of it was taken."""
        found = [step_of(one, event) for one in self.classifiers]
        named = [(step.name, verdict_of(step.answer)) for step in found]
        combined = _combined(named)
        return tuple(_told(step, place, named, combined) for place, step in enumerate(found))


def _combined(named: Sequence[_Named]) -> Verdict:
    typed = next(((name, one.type) for name, one in named if one.type), ("", ""))
    taken, conflicts = _facets(named, typed[1])
    types = [
        Conflict(facet=TYPE, kept=typed[1], left=one.type, kept_by=typed[0], left_by=name)
        for name, one in named
        if one.type not in ("", typed[1])
    ]
    sure = [
        one.confidence for _, one in named if one.type == typed[1] and one.confidence is not None
    ]
    return Verdict(
        typed[1],
        facets=FrozenMap({facet: term for facet, (term, _, _) in taken.items()}),
        observed=frozenset(facet for facet, (_, _, seen) in taken.items() if seen),
        confidence=sure[0] if sure else None,
        conflicts=(*(old for _, one in named for old in one.conflicts), *types, *conflicts),
    )


def _facets(
    named: Sequence[_Named], chosen: str
) -> tuple[dict[str, tuple[str, str, bool]], list[Conflict]]:
    """Return for each facet the first term said, who said it and whether it was observed."""
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
    """Yield the facets that hold whatever the type, and the others if the type was taken."""
    for facet, term in one.facets.items():
        if one.type in ("", chosen) or facet in one.observed:
            yield facet, term


def _told(step: Step, place: int, named: Sequence[_Named], combined: Verdict) -> Step:
    """Return a step with what became of its answer."""
    if step.answer is None:
        return step
    without = _combined([*named[:place], (step.name, Verdict()), *named[place + 1 :]])
    mine = named[place][1]
    said = {TYPE: mine.type, **mine.facets} if mine.type else dict(mine.facets)
    result = {TYPE: combined.type, **combined.facets}
    lost = [f"{facet}={term}" for facet, term in said.items() if result.get(facet) != term]
    same = (without.type, without.facets) == (combined.type, combined.facets)
    outcome: Outcome = "added"
    if mine.type and mine.type == combined.type and not any(one.type for _, one in named[:place]):
        outcome = "decided"
    elif same and lost:
        outcome = "overruled"
    reason = f"not taken: {', '.join(lost)}" if lost else ""
    return attrs.evolve(step, outcome=outcome, reason=reason)


def combine(*classifiers: Classifier) -> Combine:
    """Fill one answer from several classifiers: the type from one, facets from others.

    The type comes from the first that names one. Each facet, and each per-interaction column,
    comes from the first that says something of it: put first what you trust most. What a later
    one says otherwise is kept as a `Conflict` of the `Verdict`; ``meta.report.facet_conflicts``
    counts the distinct events with one. What a rule concluded together with a type that was not
    taken is left out; what it read from the data is not.

    Returns
    -------
    Combine
        A classifier that reads what any of them reads. Whether a facet was observed in the data
        is kept facet by facet; when several say the same, it is enough that one observed it.

    Raises
    ------
    InvalidInputError
        Without any classifier.
    WrongKindError
        When one of them is no classifier.

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
