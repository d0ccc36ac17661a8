"""The answers a classifier may give: a type, facets, and the provenance of each facet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    first_few,
)
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.taxonomy import UNKNOWN, Touchpoint, parse_key

Provenance = Literal["rule", "data"]
"""Whether a rule concluded a facet (``"rule"``) or the event itself states it (``"data"``)."""

TYPE = "type"
"""The name under which tables and conflicts list the touchpoint type next to the facets."""

NO_ANSWER = "(none)"
"""The label for the answer None in tables."""

LEFT_OUT = "(left out)"
"""The label in tables for an answer that leaves the event out, in place of a type."""


class Facets(Mapping[str, str]):
    """Facets, or per-interaction columns, as an answer without a touchpoint type.

    Parameters
    ----------
    provenance
        ``"rule"`` when a rule concluded them, ``"data"`` when the event itself states them.
    **facets
        Term ids by facet, or text by the name of a per-interaction column, for example
        ``arrival_channel``.

    Raises
    ------
    WrongKindError
        When a term is not text.
    InvalidInputError
        When a facet is called ``type``: for a type and facets together, answer with a
        `touchpoints.classify.Verdict`.

    See Also
    --------
    Verdict : A type and facets in one answer.
    combine : Add facets to the type that another classifier finds.

    Examples
    --------
    >>> Facets(arrival_channel="social.paid")
    Facets(arrival_channel='social.paid')
    """

    __slots__ = ("_facets", "provenance")

    def __init__(self, *, provenance: Provenance = "rule", **facets: str) -> None:
        check_option("provenance", provenance, Provenance)
        self._facets = _terms(facets)
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


def _terms(facets: Mapping[str, str]) -> FrozenMap[str, str]:
    wrong = [name for name, term in facets.items() if not isinstance(term, str)]
    if wrong:
        raise WrongKindError("the term of a facet must be text", where=first_few(wrong))
    if TYPE in facets:
        raise InvalidInputError(
            "'type' is not a facet",
            mend=f"answer with touchpoints.classify.Verdict({facets[TYPE]!r}, facets={{...}})",
        )
    return facets if isinstance(facets, FrozenMap) else FrozenMap(facets)


@attrs.frozen(kw_only=True)
class Conflict:
    """A disagreement between two combined classifiers about one event.

    Attributes
    ----------
    facet : str
        The facet or column with different terms, or ``"type"``.
    kept, left : str
        The term that was kept, and the term that was left out.
    kept_by, left_by : str
        The names of the classifiers that gave the two terms.

    See Also
    --------
    combine : Where conflicts arise.
    Verdict : The answer that holds them.
    """

    facet: str
    kept: str
    left: str
    kept_by: str
    left_by: str

    def __str__(self) -> str:
        return (
            f"{self.facet}: {self.kept!r} ({self.kept_by}) against {self.left!r} ({self.left_by})"
        )


def _conflicts(items: Iterable[Conflict]) -> tuple[Conflict, ...]:
    return tuple(items)


def _names(items: Iterable[str]) -> frozenset[str]:
    return frozenset([items] if isinstance(items, str) else items)


def _share(_: object, __: object, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise InvalidInputError(f"confidence must be a share in [0, 1], got {value!r}")


@attrs.frozen
class Verdict:
    """A touchpoint type with facets, their provenance, and the confidence of the classifier.

    Attributes
    ----------
    type : str
        The id of the touchpoint type; empty when only facets are known.
    leave_out : str
        Why the event is no touchpoint. When a log is read, such events are left out and counted by
        this reason, whatever ``unmatched`` is. Empty for every other answer.
    facets : FrozenMap of str to str
        Terms by facet, or text by the name of a per-interaction column. They take precedence over
        the type's defaults.
    observed : frozenset of str
        The facets that the event itself states (provenance ``"data"``); the others were concluded
        by a rule.
    confidence : float or None
        The confidence of the classifier, a share in [0, 1]; None when it gives none.
    conflicts : tuple of Conflict
        The disagreements between classifiers that were combined.

    Raises
    ------
    InvalidInputError
        When ``leave_out`` is given together with a type or facets, when ``observed`` has a name
        that is not in ``facets``, or when the confidence is outside [0, 1].

    See Also
    --------
    Facets : An answer without a type.
    abstain_below : Leave out answers of low confidence.

    Examples
    --------
    >>> Verdict("live_chat", facets={"need": "learn"})
    Verdict('live_chat', facets={'need': 'learn'})
    >>> Verdict(leave_out="a visit begins")
    Verdict(leave_out='a visit begins')
    """

    type: str = ""
    leave_out: str = attrs.field(default="", kw_only=True)
    facets: FrozenMap[str, str] = attrs.field(default=FrozenMap(), converter=_terms, kw_only=True)
    observed: frozenset[str] = attrs.field(default=frozenset(), converter=_names, kw_only=True)
    confidence: float | None = attrs.field(default=None, validator=_share, kw_only=True)
    conflicts: tuple[Conflict, ...] = attrs.field(default=(), converter=_conflicts, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.type, str):
            raise WrongKindError(f"type must be the id of a touchpoint type, got {self.type!r}")
        if not isinstance(self.leave_out, str):
            raise WrongKindError(
                f"leave_out must be text, the reason why the event is no touchpoint, "
                f"got {self.leave_out!r}"
            )
        if self.leave_out and (self.type or self.facets):
            raise InvalidInputError(
                "an event that is left out has no type and no facets",
                where=repr(self),
                mend=f"answer with Verdict(leave_out={self.leave_out!r}) alone",
            )
        stray = self.observed - self.facets.keys()
        if stray:
            raise InvalidInputError(
                "every name in observed must be a key of facets", where=first_few(stray)
            )

    def __repr__(self) -> str:
        words = [repr(self.type)] if self.type else []
        words += [f"leave_out={self.leave_out!r}"] if self.leave_out else []
        words += [f"facets={dict(self.facets)!r}"] if self.facets else []
        words += [f"observed={sorted(self.observed)!r}"] if self.observed else []
        words += [] if self.confidence is None else [f"confidence={self.confidence:.3g}"]
        words += [f"conflicts={len(self.conflicts)}"] if self.conflicts else []
        return f"Verdict({', '.join(words)})"


Answer: TypeAlias = "str | Touchpoint | Facets | Verdict | None"
"""What a classifier may return: a type id, a touchpoint, facets without a type, both, or None.

A str is the id of a touchpoint type, which then has its default facets. None means no answer.
"""


def verdict_of(answer: Answer) -> Verdict:
    """Return any answer as a verdict; None becomes an empty verdict.

    Of a `Touchpoint`, only the facets that differ from the defaults of its type are kept, as
    concluded by a rule: a default is not a statement about this event.
    """
    if isinstance(answer, Verdict):
        return answer
    if isinstance(answer, str):
        return Verdict(answer)
    if isinstance(answer, Facets):
        observed = answer if answer.provenance == "data" else ()
        return Verdict(facets=FrozenMap(answer), observed=frozenset(observed))
    if isinstance(answer, Touchpoint):
        facets = parse_key(answer.key)[1] if answer.type else answer.known()
        return Verdict(answer.type, facets=FrozenMap(facets))
    return Verdict()


def simplest(verdict: Verdict) -> Answer:
    """Return the simplest equivalent answer: None, a type id, facets or the verdict itself."""
    if verdict.confidence is not None or verdict.conflicts or verdict.leave_out:
        return verdict
    if not verdict.facets:
        return verdict.type or None
    mixed = 0 < len(verdict.observed) < len(verdict.facets)
    if verdict.type or mixed or "provenance" in verdict.facets:
        return verdict
    return Facets(provenance="data" if verdict.observed else "rule", **verdict.facets)


def type_of(answer: Answer) -> str:
    """Return the type id in an answer, or an empty string when the answer has no type."""
    if isinstance(answer, str):
        return answer
    return answer.type if isinstance(answer, (Touchpoint, Verdict)) else ""


def decision_of(answer: Answer) -> str:
    """Return what an answer decides: a type id, `LEFT_OUT`, or an empty string for neither."""
    if isinstance(answer, Verdict) and answer.leave_out:
        return LEFT_OUT
    return type_of(answer)


def said_of(answer: Answer, facet: str) -> str:
    """Return the term of a facet in an answer, or its decision for ``"type"``; else `NO_ANSWER`."""
    if facet == TYPE:
        return decision_of(answer) or NO_ANSWER
    if isinstance(answer, Touchpoint):
        term = answer.facet(facet)
    else:
        term = verdict_of(answer).facets.get(facet, UNKNOWN)
    return NO_ANSWER if term == UNKNOWN else term
