"""Conditions on events: comparisons of fields, joined by all, any and not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, TypeAlias

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.classify.contract.events import Events, brief
from touchpoints.classify.rule_files.comparisons import (
    FALSE,
    TRUE,
    UNSURE,
    Comparison,
    Missing,
    Value,
)

_MOST_SHOWN = 60


@attrs.frozen
class Clause:
    """A comparison of one field."""

    field: str
    comparison: Comparison

    def truth(self, of: Truths) -> Any:
        """Return the truth of this comparison."""
        return of(self)


@attrs.frozen
class Every:
    """Every one of some conditions; true when there are none."""

    parts: tuple[Condition, ...]

    def truth(self, of: Truths) -> Any:
        """Return the least truth of the parts."""
        return reduce(np.minimum, (part.truth(of) for part in self.parts), TRUE)


@attrs.frozen
class Either:
    """At least one of some conditions; false when there are none."""

    parts: tuple[Condition, ...]

    def truth(self, of: Truths) -> Any:
        """Return the greatest truth of the parts."""
        return reduce(np.maximum, (part.truth(of) for part in self.parts), FALSE)


@attrs.frozen
class Not:
    """The opposite of a condition; of what is not sure, not sure either."""

    part: Condition

    def truth(self, of: Truths) -> Any:
        """Return the opposite truth."""
        return TRUE - self.part.truth(of)


Condition: TypeAlias = Clause | Every | Either | Not
Truths: TypeAlias = Callable[[Clause], Any]


def clauses_of(condition: Condition) -> Iterator[Clause]:
    """Yield every comparison in a condition."""
    if isinstance(condition, Clause):
        yield condition
    elif isinstance(condition, Not):
        yield from clauses_of(condition.part)
    else:
        for part in condition.parts:
            yield from clauses_of(part)


class Answers:
    """What comparisons say of some events: each meets each distinct value of its field once.

    Parameters
    ----------
    events
        The events.
    folded
        Whether texts are compared without case and accents.
    """

    def __init__(self, events: Events, *, folded: bool) -> None:
        self._events = events
        self._folded = folded
        self._fields: dict[str, tuple[Array, list[Value]]] = {}
        self._truths: dict[Clause, Array] = {}

    def truth(self, clause: Clause) -> Array:
        """Return the truth of a comparison for each event, int8 (m,)."""
        if clause not in self._truths:
            codes, values = self._field(clause.field)
            table = np.array([clause.comparison.on(one) for one in values], dtype=np.int8)
            self._truths[clause] = table[codes]
        return self._truths[clause]

    def value(self, field: str) -> Value:
        """Return a field of the first event."""
        return self._field(field)[1][0]

    def _field(self, name: str) -> tuple[Array, list[Value]]:
        if name not in self._fields:
            raws = self._events.column(name)
            keys = raws if set(map(type, raws)) <= {str, type(None)} else list(map(_key, raws))
            first = dict(zip(reversed(keys), reversed(raws), strict=True))
            places = {key: place for place, key in enumerate(first)}
            codes = np.fromiter(map(places.__getitem__, keys), np.intp, count=len(keys))
            values = [Value(raw, folded=self._folded) for raw in first.values()]
            self._fields[name] = codes, values
        return self._fields[name]


def _key(raw: Any) -> Any:
    """Return what tells values apart: 1, 1.0 and True are three."""
    try:
        hash(raw)
    except TypeError:
        return (type(raw), id(raw))
    return (type(raw), raw)


def reason_of(condition: Condition, answers: Answers) -> str:
    """Return in words why a condition holds of the (first) event, or why it does not."""
    if isinstance(condition, Clause):
        return _clause_reason(condition, answers)
    if isinstance(condition, Not):
        return reason_of(condition.part, answers)
    truth = int(np.ravel(condition.truth(answers.truth))[0])
    parts = [(int(np.ravel(part.truth(answers.truth))[0]), part) for part in condition.parts]
    decisive = [part for one, part in parts if one == truth]
    if not decisive:
        return "it asks nothing" if truth == TRUE else "it offers nothing"
    every = isinstance(condition, Every) == (truth == TRUE)
    return "; ".join(reason_of(part, answers) for part in (decisive if every else decisive[:1]))


def _clause_reason(clause: Clause, answers: Answers) -> str:
    truth = int(answers.truth(clause)[0])
    value = answers.value(clause.field)
    if isinstance(clause.comparison, Missing) or value.text is None:
        said = Missing().said(TRUE if value.text is None else FALSE)
        return f"{clause.field} {said}"
    shown = f"{clause.field}={brief(value.raw, most=_MOST_SHOWN)}"
    kind = " (it is of another kind)" if truth == UNSURE else ""
    return f"{shown} {clause.comparison.said(truth)}{kind}"
