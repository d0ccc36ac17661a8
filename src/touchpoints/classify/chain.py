"""Several classifiers as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from touchpoints.classify.protocol import (
    Answer,
    Classifier,
    Facets,
    ask,
    check_classifier_object,
    name_of,
)
from touchpoints.errors import InvalidInputError


@attrs.frozen
class FirstMatch:
    """The first answer that has a type, of several classifiers asked in order."""

    classifiers: tuple[Classifier, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Every field that one of them reads."""
        return tuple(dict.fromkeys(name for one in self.classifiers for name in one.reads))

    @property
    def name(self) -> str:
        """The names of the classifiers, in order."""
        return f"first_match({', '.join(name_of(one) for one in self.classifiers)})"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the first answer with a type, else the first answer at all."""
        fallback: Answer = None
        for one in self.classifiers:
            answer = ask(one, event)
            if answer is not None and not isinstance(answer, Facets):
                return answer
            fallback = answer if fallback is None else fallback
        return fallback


def first_match(*classifiers: Classifier) -> FirstMatch:
    """Ask classifiers in order and take the first answer that has a type.

    `Facets` have no type: they are the answer only when no later classifier names one.

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
    if not classifiers:
        raise InvalidInputError("first_match needs at least one classifier")
    for one in classifiers:
        check_classifier_object(one)
    return FirstMatch(tuple(classifiers))
