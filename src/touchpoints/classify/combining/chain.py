"""Classifiers in order of precedence, and a confidence threshold for their answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import attrs

from touchpoints.classify.contract.answers import Answer, Verdict, decision_of
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.contract.protocol import (
    Classifier,
    check_classifier_object,
    name_of,
    read_all,
)
from touchpoints.classify.contract.traces import Step, first_wins, step_of
from touchpoints.errors import InvalidInputError


@attrs.frozen
class Several(ABC):
    """Base of the classifiers made of several others.

    Attributes
    ----------
    verb : str
        The name of the function that makes it, for messages.
    classifiers : tuple of Classifier
        At least one.
    """

    verb: ClassVar[str]

    classifiers: tuple[Classifier, ...]

    def __attrs_post_init__(self) -> None:
        if not self.classifiers:
            raise InvalidInputError(f"{self.verb} needs at least one classifier, got none")
        for one in self.classifiers:
            check_classifier_object(one)

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that any of the classifiers reads, without repeats."""
        return tuple(dict.fromkeys(name for one in self.classifiers for name in one.reads))

    @property
    def name(self) -> str:
        """The names of the classifiers, in order, after the name of the function."""
        return f"{self.verb}({', '.join(map(name_of, self.classifiers))})"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer to one event."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events."""
        return self.read(events)[0]

    @abstractmethod
    def read(self, events: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
        """Return the answers to several events, and the values that could not be read."""


@attrs.frozen
class FirstMatch(Several):
    """A chain of classifiers: the first answer that decides, or else the first answer."""

    verb = "first_match"

    def read(self, events: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
        """Return the answers, and the first value that one of the classifiers could not read.

        A classifier gets only the events not decided so far.
        """
        answers: list[Answer] = [None] * len(events)
        unread = [""] * len(events)
        left = list(range(len(events)))
        seen = events_of(events, self.reads)
        for one in self.classifiers:
            found, texts = read_all(one, seen if len(left) == len(answers) else seen.take(left))
            for position, answer in zip(left, found, strict=True):
                if answers[position] is None or decision_of(answer):
                    answers[position] = answer
            for position, text in zip(left, texts, strict=False):
                unread[position] = unread[position] or text
            left = [position for position in left if not decision_of(answers[position])]
        return answers, unread

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return the step of every classifier, including those after the one that decides."""
        found = [step_of(one, event) for one in self.classifiers]
        decided = any(decision_of(step.answer) for step in found)
        return first_wins(
            found,
            lambda step: (
                bool(decision_of(step.answer)) or (step.answer is not None and not decided)
            ),
            reason="the first answer that gives a type or leaves the event out is taken",
        )


def first_match(*classifiers: Classifier) -> FirstMatch:
    """Call classifiers in order and return the first answer that decides the type.

    An answer decides when it has a type, or when it leaves the event out. `Facets` do not: they are
    the answer only when no later classifier decides. To keep facets together with a type, use
    `combine`.

    Parameters
    ----------
    *classifiers
        At least one classifier; the first has precedence.

    Returns
    -------
    FirstMatch
        A classifier that reads every field that any of the classifiers reads.

    Raises
    ------
    InvalidInputError
        When no classifier is given.
    WrongKindError
        When an argument is not a classifier.

    See Also
    --------
    combine : Merge the type and the facets of several answers.
    abstain_below : Make an unsure classifier give way to the next one.

    Examples
    --------
    >>> import touchpoints as tp
    >>> @tp.classifier(reads=("page",))
    ... def pages(event):
    ...     return "review_read" if event["page"] == "/reviews" else None
    >>> @tp.classifier(reads=("event",))
    ... def events(event):
    ...     return "purchase" if event["event"] == "order" else None
    >>> both = tp.classify.first_match(pages, events)
    >>> both.reads
    ('page', 'event')
    >>> both({"page": "/cart", "event": "order"})
    'purchase'
    """
    return FirstMatch(classifiers)


@attrs.frozen
class AbstainBelow:
    """A classifier that leaves out answers of low confidence; made by `abstain_below`."""

    classifier: Classifier
    threshold: float

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that the classifier reads."""
        return self.classifier.reads

    @property
    def name(self) -> str:
        """The name of the classifier and the threshold."""
        return f"abstain_below({name_of(self.classifier)}, {self.threshold:g})"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer, or None when its confidence is below the threshold."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events."""
        return self.read(events)[0]

    def read(self, events: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
        """Return the answers to several events, and the values that could not be read."""
        answers, unread = read_all(self.classifier, events)
        return [None if self._unsure(answer) else answer for answer in answers], unread

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return the step of the classifier, overruled if its confidence is too low."""
        step = step_of(self.classifier, event)
        if not self._unsure(step.answer):
            return (step,)
        return (attrs.evolve(step, outcome="overruled", reason=f"below {self.threshold:g}"),)

    def _unsure(self, answer: Answer) -> bool:
        if not isinstance(answer, Verdict) or answer.confidence is None:
            return False
        return answer.confidence < self.threshold


def abstain_below(classifier: Classifier, threshold: float) -> AbstainBelow:
    """Replace the answers of a classifier that have a low confidence by None.

    Parameters
    ----------
    classifier
        A classifier whose answers have a confidence: `learned`, or a function that returns a
        `Verdict`. An answer without a confidence, for example that of a rule, is kept.
    threshold
        The minimum confidence, a share in [0, 1].

    Returns
    -------
    AbstainBelow
        A classifier that reads the same fields.

    Raises
    ------
    InvalidInputError
        When the threshold is outside [0, 1].
    WrongKindError
        When the first argument is not a classifier.

    See Also
    --------
    learned : A classifier whose answers have a confidence.
    first_match : Call the next classifier where this one abstains.

    Examples
    --------
    >>> import touchpoints as tp
    >>> @tp.classifier(reads=("words",))
    ... def guess(event):
    ...     return tp.classify.Verdict("live_chat", confidence=0.1 * event["words"])
    >>> sure = tp.classify.abstain_below(guess, 0.5)
    >>> sure({"words": 8}), sure({"words": 2})
    (Verdict('live_chat', confidence=0.8), None)
    """
    check_classifier_object(classifier)
    if not 0 <= threshold <= 1:
        raise InvalidInputError(f"threshold must be a share in [0, 1], got {threshold!r}")
    return AbstainBelow(classifier, threshold)
