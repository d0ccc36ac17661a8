"""Traces of an answer: one step for each rule, phrase or classifier that was consulted."""

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
"""How the answer of a step was used; `Step` explains the four outcomes."""


@attrs.frozen(kw_only=True)
class Step:
    """The answer of one rule, phrase or classifier to an event, and how it was used.

    Attributes
    ----------
    name : str
        The name of the rule, phrase or classifier.
    outcome : str
        ``"decided"``: its answer is the final answer. ``"added"``: a part of its answer is in the
        final answer. ``"overruled"``: it has an answer, but another step took precedence.
        ``"silent"``: it has no answer for this event.
    answer
        Its answer, None when it has none.
    reason : str
        Why it gave this answer, or why it gave none.
    fields : tuple of str
        The fields of the event that it read.
    steps : tuple of Step
        The steps that led to its answer, when it is made of others.

    See Also
    --------
    explain : Collect the steps of an answer.
    Explanation : All the steps for one event.
    """

    name: str
    outcome: Outcome
    answer: Answer = None
    reason: str = ""
    fields: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@runtime_checkable
class Stepwise(Protocol):
    """A classifier that can explain its answer."""

    def steps(self, event: Mapping[str, Any], /) -> tuple[Step, ...]:
        """Return a step for each part that was consulted, in the order of consultation."""


class _Watched(Event):
    """An event that records which of its fields were read."""

    __slots__ = ("looked_at",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.looked_at: dict[str, None] = {}

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        self.looked_at[name] = None
        return value


def step_of(one: Classifier, event: Mapping[str, Any]) -> Step:
    """Return the step of a classifier that is consulted alone: it decides, or it is silent."""
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
    """Mark every answer except that of the first deciding step as overruled."""
    winner = next((position for position, step in enumerate(found) if decides(step)), None)
    return tuple(
        attrs.evolve(step, outcome="overruled", reason=step.reason or reason)
        if step.answer is not None and position != winner
        else step
        for position, step in enumerate(found)
    )


def words_of(answer: Answer) -> str:
    """Return an answer as a short text: the type, then the facets."""
    verdict = verdict_of(answer)
    if verdict.leave_out:
        return f"left out: {verdict.leave_out}"
    facets = ", ".join(
        f"{name}={term}{' (data)' if name in verdict.observed else ''}"
        for name, term in verdict.facets.items()
    )
    sure = "" if verdict.confidence is None else f" (confidence {verdict.confidence:.2f})"
    head = verdict.type or ("no type" if facets else "no answer")
    return f"{head}{' with ' if facets else ''}{facets}{sure}"
