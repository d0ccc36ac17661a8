"""Conditions on events: comparisons of fields, joined by all, any and not, in ternary logic."""

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
    Within,
)

_MAX_SHOWN = 60
"""How many characters of a value a reason shows."""


@attrs.frozen
class Clause:
    """A comparison of one field."""

    field: str
    comparison: Comparison

    def truth(self, of: Truths) -> Any:
        """Return the truth value of this comparison."""
        return of(self)


@attrs.frozen
class Every:
    """The conjunction of conditions; true when it has no parts."""

    parts: tuple[Condition, ...]

    def truth(self, of: Truths) -> Any:
        """Return the minimum of the truth values of the parts."""
        return reduce(np.minimum, (part.truth(of) for part in self.parts), TRUE)


@attrs.frozen
class Either:
    """The disjunction of conditions; false when it has no parts."""

    parts: tuple[Condition, ...]

    def truth(self, of: Truths) -> Any:
        """Return the maximum of the truth values of the parts."""
        return reduce(np.maximum, (part.truth(of) for part in self.parts), FALSE)


@attrs.frozen
class Not:
    """The negation of a condition; unsure when the condition is unsure."""

    part: Condition

    def truth(self, of: Truths) -> Any:
        """Return the negated truth value."""
        return TRUE - self.part.truth(of)


Condition: TypeAlias = Clause | Every | Either | Not
"""A tree of comparisons."""

Truths: TypeAlias = Callable[[Clause], Any]
"""A function from a comparison to its truth value, or to an array with one per event."""


def clauses_of(condition: Condition) -> Iterator[Clause]:
    """Yield every comparison in a condition."""
    if isinstance(condition, Clause):
        yield condition
    elif isinstance(condition, Not):
        yield from clauses_of(condition.part)
    else:
        for part in condition.parts:
            yield from clauses_of(part)


class TruthTable:
    """The truth values of comparisons on events, computed once per distinct value of a field.

    Parameters
    ----------
    events
        The m events.
    folded
        Whether texts are compared without case and accents.
    """

    def __init__(self, events: Events, *, folded: bool) -> None:
        self._events = events
        self._folded = folded
        self._fields: dict[str, tuple[Array, list[Value]]] = {}
        self._truths: dict[Clause, Array] = {}

    def truth(self, clause: Clause) -> Array:
        """Return the truth value of a comparison for each event, int8 (m,)."""
        if clause not in self._truths:
            codes, values = self._field(clause.field)
            table = np.array([clause.comparison.on(one) for one in values], dtype=np.int8)
            self._truths[clause] = table[codes]
        return self._truths[clause]

    def value(self, field: str) -> Value:
        """Return the value of a field of the first event."""
        return self._field(field)[1][0]

    def _field(self, name: str) -> tuple[Array, list[Value]]:
        if name not in self._fields:
            raws = self._events.column(name)
            keys = raws if set(map(type, raws)) <= {str, type(None)} else list(map(_key, raws))
            first = dict(zip(reversed(keys), reversed(raws), strict=True))
            positions = {key: position for position, key in enumerate(first)}
            codes = np.fromiter(map(positions.__getitem__, keys), np.intp, count=len(keys))
            values = [Value(raw, folded=self._folded) for raw in first.values()]
            self._fields[name] = codes, values
        return self._fields[name]


def _key(raw: Any) -> Any:
    """Return a key that differs between types: 1, 1.0 and True are three distinct values."""
    try:
        hash(raw)
    except TypeError:
        return (type(raw), id(raw))
    return (type(raw), raw)


def reason_of(condition: Condition, table: TruthTable) -> str:
    """Return in words why a condition holds for the (first) event, or why it does not."""
    if isinstance(condition, Clause):
        return _clause_reason(condition, table)
    if isinstance(condition, Not):
        return reason_of(condition.part, table)
    truth = int(np.ravel(condition.truth(table.truth))[0])
    parts = [(int(np.ravel(part.truth(table.truth))[0]), part) for part in condition.parts]
    decisive = [part for one, part in parts if one == truth]
    if not decisive:
        return "no conditions" if truth == TRUE else "no alternatives"
    every = isinstance(condition, Every) == (truth == TRUE)
    return "; ".join(reason_of(part, table) for part in (decisive if every else decisive[:1]))


def _clause_reason(clause: Clause, table: TruthTable) -> str:
    truth = int(table.truth(clause)[0])
    value = table.value(clause.field)
    if isinstance(clause.comparison, Missing) or value.text is None:
        result = Missing().described(TRUE if value.text is None else FALSE)
        return f"{clause.field} {result}"
    shown = f"{clause.field}={brief(value.raw, max_length=_MAX_SHOWN)}"
    kind = ""
    if isinstance(clause.comparison, Within) and truth == UNSURE:
        kind = f" (it is not read as a {clause.comparison.kind})"
    return f"{shown} {clause.comparison.described(truth)}{kind}"
