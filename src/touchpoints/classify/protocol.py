"""What a classifier is: a pure callable from an event to a touchpoint, and the fields it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from touchpoints._frozen import FrozenMap
from touchpoints._hints import check_option, did_you_mean, first_few
from touchpoints.errors import ClassifierError, InvalidInputError, WrongKindError
from touchpoints.taxonomy import Touchpoint

Provenance = Literal["rule", "data"]


class Facets(Mapping[str, str]):
    """Facets, or per-interaction columns, that a classifier knows without knowing the type.

    Parameters
    ----------
    provenance
        ``"rule"`` when a rule concluded them, ``"data"`` when the event itself states them.
    **facets
        Term ids by facet, or text by the name of a per-interaction column such as
        ``arrival_channel``.

    Examples
    --------
    >>> Facets(arrival_channel="social.paid")
    Facets(arrival_channel='social.paid')
    """

    __slots__ = ("_facets", "provenance")

    def __init__(self, *, provenance: Provenance = "rule", **facets: str) -> None:
        check_option("provenance", provenance, Provenance)
        wrong = [name for name, term in facets.items() if not isinstance(term, str)]
        if wrong:
            raise WrongKindError("a facet's term is text", where=first_few(wrong))
        self._facets = FrozenMap(facets)
        self.provenance = provenance

    def __getitem__(self, name: str) -> str:
        return self._facets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facets)

    def __len__(self) -> int:
        return len(self._facets)

    def __hash__(self) -> int:
        return hash((self._facets, self.provenance))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Facets):
            return NotImplemented
        return self._facets == other._facets and self.provenance == other.provenance

    def __repr__(self) -> str:
        words = [f"{name}={term!r}" for name, term in self._facets.items()]
        if self.provenance != "rule":
            words.append(f"provenance={self.provenance!r}")
        return f"Facets({', '.join(words)})"


Answer: TypeAlias = "str | Touchpoint | Facets | None"


@runtime_checkable
class Classifier(Protocol):
    """Anything that can be called with an event and names the fields it reads."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields of the event it looks at; it sees no others."""

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return a type id, a `Touchpoint`, `Facets` or None when the event says nothing."""


class Event(Mapping[str, Any]):
    """The fields of one event that a classifier declared; asking for another is an error."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        if name not in self._fields:
            raise ClassifierError(
                f"the classifier reads {name!r}, which it did not declare"
                f"{did_you_mean(name, self._fields)}",
                mend=f"add it: @tp.classifier(reads=({', '.join(map(repr, [*self._fields, name]))}))",
            )
        return self._fields[name]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Event({dict(self._fields)!r})"


@attrs.frozen
class FunctionClassifier:
    """A function with the fields it reads; made by `classifier`."""

    function: Callable[[Mapping[str, Any]], Answer]
    reads: tuple[str, ...] = attrs.field(converter=tuple)
    name: str = ""

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
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
        A decorator. The function may answer with a type id, a `Touchpoint`, `Facets` or None.

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
    if isinstance(reads, str):
        raise InvalidInputError("reads is a sequence of field names", mend=f"reads=({reads!r},)")
    fields = tuple(reads)
    if not fields:
        raise InvalidInputError("a classifier must read at least one field")
    if len(set(fields)) < len(fields):
        raise InvalidInputError("reads names a field twice", where=first_few(fields))

    def decorate(function: Callable[[Mapping[str, Any]], Answer]) -> FunctionClassifier:
        return FunctionClassifier(function, fields, getattr(function, "__name__", "classifier"))

    return decorate


def name_of(one: object) -> str:
    """Return a name for a classifier, for messages."""
    return str(getattr(one, "name", "") or getattr(one, "__name__", "") or type(one).__name__)


def check_classifier_object(one: object) -> None:
    """Raise when an object is no classifier, saying how to make it one."""
    if not callable(one) or not isinstance(getattr(one, "reads", None), tuple):
        raise WrongKindError(
            f"{one!r} is no classifier: it is not callable or does not say what it reads",
            mend="decorate the function with @tp.classifier(reads=(...))",
        )


def ask(one: Classifier, fields: Mapping[str, Any]) -> Answer:
    """Call a classifier with an event of just the fields it reads; check the answer's kind."""
    event = Event({name: fields[name] for name in one.reads})
    try:
        answer = one(event)
    except ClassifierError:
        raise
    except Exception as error:
        raise ClassifierError(
            f"the classifier {name_of(one)} raised {type(error).__name__}: {error}",
            where=f"event {dict(event)!r}",
        ) from error
    if answer is not None and not isinstance(answer, (str, Touchpoint, Facets)):
        raise ClassifierError(
            f"the classifier {name_of(one)} answered with {answer!r}",
            where=f"event {dict(event)!r}",
            mend="answer with a type id, a Touchpoint, tp.Facets(...) or None",
        )
    return answer
