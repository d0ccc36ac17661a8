"""Classifiers asked one after the other, and answers that are not sure enough left out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import attrs

from touchpoints.classify.contract.answers import Answer, Verdict, type_of
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask_all,
    check_classifier_object,
    name_of,
)
from touchpoints.classify.contract.traces import Step, first_wins, step_of
from touchpoints.errors import InvalidInputError


@attrs.frozen
class Several(ABC):
    """Several classifiers that answer as one."""

    verb: ClassVar[str]

    classifiers: tuple[Classifier, ...]

    def __attrs_post_init__(self) -> None:
        if not self.classifiers:
            raise InvalidInputError(f"{self.verb} needs at least one classifier")
        for one in self.classifiers:
            check_classifier_object(one)

    @property
    def reads(self) -> tuple[str, ...]:
        """Every field that one of them reads, each once."""
        return tuple(dict.fromkeys(name for one in self.classifiers for name in one.reads))

    @property
    def name(self) -> str:
        """The names of the classifiers, in order."""
        return f"{self.verb}({', '.join(map(name_of, self.classifiers))})"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer to one event."""
        return self.batch([event])[0]

    @abstractmethod
    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events."""


@attrs.frozen
class FirstMatch(Several):
    """The first answer that has a type, else the first at all, of classifiers asked in order."""

    verb = "first_match"

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events; each classifier is asked what is still open."""
        answers: list[Answer] = [None] * len(events)
        left = list(range(len(events)))
        seen = events_of(events, self.reads)
        for one in self.classifiers:
            found = ask_all(one, seen if len(left) == len(answers) else seen.take(left))
            for place, answer in zip(left, found, strict=True):
                if answers[place] is None or type_of(answer):
                    answers[place] = answer
            left = [place for place in left if not type_of(answers[place])]
        return answers

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return what each of the classifiers says of an event, those no longer asked too."""
        found = [step_of(one, event) for one in self.classifiers]
        typed = any(type_of(step.answer) for step in found)
        return first_wins(
            found,
            lambda step: bool(type_of(step.answer)) or (step.answer is not None and not typed),
            reason="the type comes from the first that names one",
        )


def first_match(*classifiers: Classifier) -> FirstMatch:
    """Ask classifiers in order and take the first answer that has a type.

    `Facets` have no type: they are the answer only when no later classifier names one. To keep
    them beside a type, use `combine`.

    Raises
    ------
    InvalidInputError
        Without any classifier.
    WrongKindError
        When one of them is no classifier.

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
    """The answers of a classifier that are sure enough."""

    classifier: Classifier
    threshold: float

    @property
    def reads(self) -> tuple[str, ...]:
        """What the classifier reads."""
        return self.classifier.reads

    @property
    def name(self) -> str:
        """The name of the classifier and the threshold."""
        return f"abstain_below({name_of(self.classifier)}, {self.threshold:g})"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer, or None when it is not sure enough."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events."""
        return [None if self._unsure(one) else one for one in ask_all(self.classifier, events)]

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return what the classifier says, and whether that is sure enough."""
        step = step_of(self.classifier, event)
        if not self._unsure(step.answer):
            return (step,)
        return (attrs.evolve(step, outcome="overruled", reason=f"below {self.threshold:g}"),)

    def _unsure(self, answer: Answer) -> bool:
        if not isinstance(answer, Verdict) or answer.confidence is None:
            return False
        return answer.confidence < self.threshold


def abstain_below(classifier: Classifier, threshold: float) -> AbstainBelow:
    """Leave out the answers of a classifier that are not sure enough.

    Parameters
    ----------
    classifier
        One whose answers carry a confidence: `learned`, or a function that answers with
        `Verdict`. An answer without one passes as it is: a rule is sure of what it says.
    threshold
        The least confidence that counts, a share in [0, 1].

    Raises
    ------
    InvalidInputError
        When the threshold is no share.
    WrongKindError
        When the first argument is no classifier.

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
        raise InvalidInputError(f"threshold={threshold!r} is no share from 0 to 1")
    return AbstainBelow(classifier, threshold)
