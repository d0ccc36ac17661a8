"""The plug-in contract: what a classifier must offer, and the checked calls of a classifier."""

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
    """The contract of a classifier: a pure callable from an event to an answer, with `reads`.

    Any object with the two required members is a classifier; there is no base class.

    Attributes
    ----------
    reads : tuple of str
        Required. The fields of an event that the classifier reads, at least one.
    name : str
        Optional. The name in messages and explanations; without it the ``__name__`` of a function
        or the name of the class is used.

    Methods
    -------
    __call__(event)
        Required. Return a type id, a `Touchpoint`, `Facets`, a `Verdict`, or None for no answer.
    batch(events)
        Optional, for classifiers that are faster on many events. Return a list with one answer
        per event, in the order of the events. When a log is read, it is used instead of
        ``__call__``.
    read(events)
        Optional, for classifiers that read numbers, dates or terms from text. Return the answers as
        ``batch`` does, and a list with one text per event: the value that was needed and could not
        be read, or ``""``. When a log is read, it is used instead of ``batch``, and the report
        counts these values.
    steps(event)
        Optional. Return a tuple of `Step`, in the order of evaluation, for `explain`.

    See Also
    --------
    classifier : Make a classifier of a function.
    touchpoints.testing.check_classifier : Check that an object keeps this contract.
    explain : Show how an answer came about.

    Notes
    -----
    An event is a read-only mapping with exactly the fields in ``reads``; a missing value is None,
    and reading any other field is an error. The classifier is called once for each distinct tuple
    of values, so equal fields must get equal answers. Anything it raises becomes a
    ``ClassifierError`` with its name and the event.
    """

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields of an event that the classifier reads."""

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return a type id, a `Touchpoint`, `Facets`, a `Verdict`, or None for no answer."""


@attrs.frozen
class FunctionClassifier:
    """A function together with the fields it reads; made by `classifier`."""

    function: Callable[[Mapping[str, Any]], Answer]
    reads: tuple[str, ...]
    name: str = ""

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer of the function."""
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
        The fields that the function reads. The function is called once for each distinct tuple of
        their values, whatever the number of events, so it must be pure: equal fields must give
        equal answers.

    Returns
    -------
    callable
        A decorator. The function may return a type id, a `Touchpoint`, `Facets`, a
        `touchpoints.classify.Verdict` or None.

    Raises
    ------
    InvalidInputError
        When ``reads`` is a single text instead of a sequence of texts, is empty, or names a field
        twice.

    See Also
    --------
    Classifier : The contract that the result keeps.
    touchpoints.classify.rules : Make a classifier of a rule file instead of code.
    touchpoints.testing.check_classifier : Check that a classifier keeps the contract.

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
    """Return field names as a tuple; refuse a single text, an empty sequence and repeats."""
    if isinstance(reads, str):
        raise InvalidInputError(
            f"reads must be a sequence of field names, got the text {reads!r}",
            mend=f"reads=({reads!r},)",
        )
    fields = tuple(reads)
    if not fields:
        raise InvalidInputError("reads must name at least one field, got none")
    if len(set(fields)) < len(fields):
        raise InvalidInputError("reads must name each field once", where=first_few(fields))
    return fields


def name_of(one: object) -> str:
    """Return the name of a classifier for messages."""
    return str(getattr(one, "name", "") or getattr(one, "__name__", "") or type(one).__name__)


def check_classifier_object(one: object) -> None:
    """Raise an error with the remedy when an object is not a classifier."""
    reads = getattr(one, "reads", None)
    if not callable(one) or not isinstance(reads, tuple) or not reads:
        raise WrongKindError(
            f"{first_few([one])} is not a classifier: it must be callable and have a non-empty "
            "tuple of field names in its attribute reads",
            mend="decorate the function with @tp.classifier(reads=(...))",
        )


def seen_by(one: Classifier, fields: Mapping[str, Any]) -> Event:
    """Return an event with the declared fields only; a field that does not exist is None."""
    return Event({name: fields.get(name) for name in one.reads})


def ask(one: Classifier, fields: Mapping[str, Any]) -> Answer:
    """Call a classifier with the fields it reads and check the type of its answer."""
    return answer_to(seen_by(one, fields), one)


def answer_to(event: Event, one: Classifier) -> Answer:
    """Call a classifier with an event as given and check the type of its answer."""
    try:
        answer = one(event)
    except ClassifierError:
        raise
    except Exception as error:
        raise _raised(one, error, where=shown(event)) from error
    return _checked(one, event, answer)


def ask_all(one: Classifier, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Return the answers to several events, in one call if the classifier has ``batch``."""
    seen = events_of(events, one.reads)
    batch = getattr(one, "batch", None)
    if batch is None or not len(seen):
        return [answer_to(event, one) for event in seen]
    return _all_checked(one, seen, _called(one, seen, lambda: list(batch(seen))))


def read_all(
    one: Classifier, events: Sequence[Mapping[str, Any]]
) -> tuple[list[Answer], list[str]]:
    """Return the answers to several events, and for each the value that could not be read.

    The second list is empty when all was read, or when the classifier has no method ``read``.
    """
    seen = events_of(events, one.reads)
    read = getattr(one, "read", None)
    if read is None or not len(seen):
        return ask_all(one, seen), []
    answers, unread = _called(one, seen, lambda: tuple(map(list, read(seen))))
    return _all_checked(one, seen, answers), unread if any(unread) else []


def _called(one: Classifier, seen: Events, call: Callable[[], Any]) -> Any:
    """Return what a classifier says of several events; an error names the one that is at fault."""
    try:
        return call()
    except ClassifierError:
        raise
    except Exception as error:
        for event in seen:  # if a single event is at fault, this raises an error that names it
            answer_to(event, one)
        raise _raised(one, error, where=f"a batch of {counted(len(seen), 'event')}") from error


def _all_checked(one: Classifier, seen: Events, answers: list[Answer]) -> list[Answer]:
    if len(answers) != len(seen):
        raise ClassifierError(
            f"the classifier {name_of(one)} gave {counted(len(answers), 'answer')} to "
            f"{counted(len(seen), 'event')}",
            mend="batch must return one answer per event, in the order of the events",
        )
    distinct = {id(answer): position for position, answer in enumerate(answers)}
    for position in distinct.values():
        _checked(one, seen[position], answers[position])
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
