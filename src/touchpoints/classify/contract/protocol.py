"""What a classifier is: a pure callable from an event to a touchpoint, and the fields it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import attrs

from touchpoints._core.messages import counted, first_few
from touchpoints.classify.contract.answers import Answer, Facets, Verdict
from touchpoints.classify.contract.events import Event, Events, events_of, shown
from touchpoints.errors import ClassifierError, InvalidInputError, WrongKindError
from touchpoints.taxonomy import Touchpoint

__all__ = [
    "Answer",
    "Classifier",
    "Event",
    "Events",
    "Facets",
    "FunctionClassifier",
    "Verdict",
    "classifier",
]


@runtime_checkable
class Classifier(Protocol):
    """Anything that can be called with an event and names the fields it reads.

    Two methods are optional. ``batch(events)`` answers a sequence of events at once, for
    classifiers that are faster that way: it is used wherever it is there. ``steps(event)`` tells
    `explain` how the answer comes about.
    """

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields of the event it looks at; it sees no others."""

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return a type id, a `Touchpoint`, `Facets`, a `Verdict`, or None for no answer."""


@attrs.frozen
class FunctionClassifier:
    """A function with the fields it reads; made by `classifier`."""

    function: Callable[[Mapping[str, Any]], Answer]
    reads: tuple[str, ...]
    name: str = ""

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return what the function says."""
        return self.function(event)

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"


def classifier(
    *, reads: Sequence[str]
) -> Callable[[Callable[[Mapping[str, Any]], Answer]], FunctionClassifier]:
    """Make a classifier of a function from an event to an answer.

    Parameters
    ----------
    reads
        The fields the function looks at. It is called once for each distinct tuple of their
        values, however many events there are, so it must be pure: the same fields, the same
        answer.

    Returns
    -------
    callable
        A decorator. The function may answer with a type id, a `Touchpoint`, `Facets`, a
        `touchpoints.classify.Verdict` or None.

    Raises
    ------
    InvalidInputError
        When ``reads`` is one text instead of a sequence of texts, names nothing, or names a field
        twice.

    Examples
    --------
    >>> import touchpoints as tp
    >>> @tp.classifier(reads=("action",))
    ... def portal(event):
    ...     return {"book": "pt_booking", "call": "pt_booking"}.get(event["action"])
    >>> portal
    <classifier portal reads action>
    >>> portal({"action": "book"})
    'pt_booking'
    """
    fields = fields_read(reads)

    def decorate(function: Callable[[Mapping[str, Any]], Answer]) -> FunctionClassifier:
        return FunctionClassifier(function, fields, getattr(function, "__name__", "classifier"))

    return decorate


def fields_read(reads: Sequence[str]) -> tuple[str, ...]:
    """Return the names of fields as a tuple; refuse one text, nothing, and repeats."""
    if isinstance(reads, str):
        raise InvalidInputError("reads is a sequence of field names", mend=f"reads=({reads!r},)")
    fields = tuple(reads)
    if not fields:
        raise InvalidInputError("a classifier must read at least one field")
    if len(set(fields)) < len(fields):
        raise InvalidInputError("reads names a field twice", where=first_few(fields))
    return fields


def name_of(one: object) -> str:
    """Return a name for a classifier, for messages."""
    return str(getattr(one, "name", "") or getattr(one, "__name__", "") or type(one).__name__)


def check_classifier_object(one: object) -> None:
    """Raise when an object is no classifier, saying how to make it one."""
    reads = getattr(one, "reads", None)
    if not callable(one) or not isinstance(reads, tuple) or not reads:
        raise WrongKindError(
            f"{first_few([one])} is no classifier: it is not callable or does not say what it "
            "reads",
            mend="decorate the function with @tp.classifier(reads=(...))",
        )


def seen_by(one: Classifier, fields: Mapping[str, Any]) -> Event:
    """Return just what a classifier declared of an event; a field that is not there is None."""
    return Event({name: fields.get(name) for name in one.reads})


def ask(one: Classifier, fields: Mapping[str, Any]) -> Answer:
    """Call a classifier with an event of just the fields it reads; check the answer's kind."""
    return answer_to(seen_by(one, fields), one)


def answer_to(event: Event, one: Classifier) -> Answer:
    """Call a classifier with an event as it is; check the answer's kind."""
    try:
        answer = one(event)
    except ClassifierError:
        raise
    except Exception as error:
        raise _raised(one, error, where=shown(event)) from error
    return _checked(one, event, answer)


def ask_all(one: Classifier, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Return the answers to several events, in one call where the classifier offers ``batch``."""
    seen = events_of(events, one.reads)
    batch = getattr(one, "batch", None)
    if batch is None or not len(seen):
        return [answer_to(event, one) for event in seen]
    try:
        answers = list(batch(seen))
    except ClassifierError:
        raise
    except Exception as error:
        for event in seen:  # the error that names the event, if a single one is at fault
            answer_to(event, one)
        raise _raised(one, error, where=f"a batch of {counted(len(seen), 'event')}") from error
    if len(answers) != len(seen):
        raise ClassifierError(
            f"the classifier {name_of(one)} gave {counted(len(answers), 'answer')} to "
            f"{counted(len(seen), 'event')}",
            mend="batch returns one answer an event, in their order",
        )
    for place in {id(answer): place for place, answer in enumerate(answers)}.values():
        _checked(one, seen[place], answers[place])
    return answers


def _checked(one: Classifier, event: Event, answer: Any) -> Answer:
    if answer is None or isinstance(answer, (Touchpoint, Facets, Verdict)):
        return answer
    if isinstance(answer, str) and answer:
        return answer
    raise ClassifierError(
        f"the classifier {name_of(one)} answered with {answer!r}",
        where=shown(event),
        mend="answer with a type id, a Touchpoint, tp.Facets(...), a Verdict or None",
    )


def _raised(one: Classifier, error: Exception, *, where: str) -> ClassifierError:
    return ClassifierError(
        f"the classifier {name_of(one)} raised {type(error).__name__}: {error}", where=where
    )
