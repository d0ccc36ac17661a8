"""How an answer came about: one step for each rule, phrase or classifier that had a say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import attrs

from touchpoints.classify.contract.answers import Answer, verdict_of
from touchpoints.classify.contract.events import Event
from touchpoints.classify.contract.protocol import (
    Classifier,
    answer_to,
    ask,
    name_of,
    seen_by,
)

Outcome = Literal["decided", "added", "overruled", "silent"]


@attrs.frozen(kw_only=True)
class Step:
    """What one rule, phrase or classifier says of an event, and what became of it.

    Attributes
    ----------
    name : str
        What it is called.
    outcome : str
        ``"decided"``: its answer is the answer. ``"added"``: part of its answer is.
        ``"overruled"``: it would have answered, but another came first. ``"silent"``: it has
        nothing to say of this event.
    answer
        What it says, None when nothing.
    reason : str
        Why it says so, or why not.
    fields : tuple of str
        The fields of the event it looked at.
    steps : tuple of Step
        How it came to its answer in turn.
    """

    name: str
    outcome: Outcome
    answer: Answer = None
    reason: str = ""
    fields: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@runtime_checkable
class Stepwise(Protocol):
    """A classifier that can tell how its answer comes about."""

    def steps(self, event: Mapping[str, Any], /) -> tuple[Step, ...]:
        """Return a step for everything that had a say, in the order asked."""


class _Watched(Event):
    """An event that remembers which of its fields were looked at."""

    __slots__ = ("looked_at",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.looked_at: dict[str, None] = {}

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        self.looked_at[name] = None
        return value


def step_of(one: Classifier, event: Mapping[str, Any]) -> Step:
    """Return what a classifier says of an event, as if nothing else were asked."""
    seen = seen_by(one, event)
    if isinstance(one, Stepwise):
        steps, answer = one.steps(seen), ask(one, seen)
        fields = tuple(dict.fromkeys(name for step in steps for name in step.fields))
    else:
        watched = _Watched(dict(seen))
        steps, answer = (), answer_to(watched, one)
        fields = tuple(watched.looked_at)
    outcome: Outcome = "silent" if answer is None else "decided"
    return Step(name=name_of(one), outcome=outcome, answer=answer, fields=fields, steps=steps)


def first_wins(
    found: list[Step], decides: Callable[[Step], bool], *, reason: str
) -> tuple[Step, ...]:
    """Return the steps with the first that decides as the winner; later answers are overruled."""
    winner = next((place for place, step in enumerate(found) if decides(step)), None)
    return tuple(
        attrs.evolve(step, outcome="overruled", reason=step.reason or reason)
        if step.answer is not None and place != winner
        else step
        for place, step in enumerate(found)
    )


def words_of(answer: Answer) -> str:
    """Return an answer as a few words: the type, then the facets."""
    verdict = verdict_of(answer)
    facets = ", ".join(
        f"{name}={term}{' (data)' if name in verdict.observed else ''}"
        for name, term in verdict.facets.items()
    )
    sure = "" if verdict.confidence is None else f" (confidence {verdict.confidence:.2f})"
    head = verdict.type or ("no type" if facets else "no answer")
    return f"{head}{' with ' if facets else ''}{facets}{sure}"
