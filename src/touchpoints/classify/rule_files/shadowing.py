"""Rules that can never match: because of themselves, or because earlier rules take every event.

What is said here is certain: a rule is reported only when no event whatever can reach it. Not every
such rule is found. `implies` compares conditions piece by piece; of texts it uses that what is
equal to a text contains its parts, of a list that each of its values can be tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product

import attrs

from touchpoints.classify.rule_files.comparisons import (
    TRUE,
    UNSURE,
    Among,
    Contains,
    Missing,
    Value,
    Within,
)
from touchpoints.classify.rule_files.conditions import Clause, Condition, Either, Every, Not

MOST_CASES = 64


def implies(narrow: Condition, wide: Condition) -> bool:
    """Tell whether every event of which one condition is true makes another true too.

    Sound, not complete: False also means that it was not found out.
    """
    if narrow == wide:
        return True
    if isinstance(wide, Every):
        return all(implies(narrow, part) for part in wide.parts)
    if isinstance(narrow, Either):
        return all(implies(part, wide) for part in narrow.parts)
    return (
        (isinstance(narrow, Every) and any(implies(part, wide) for part in narrow.parts))
        or (isinstance(wide, Either) and any(implies(narrow, part) for part in wide.parts))
        or (isinstance(narrow, Clause) and _clause_implies(narrow, wide))
        or (isinstance(narrow, Not) and _denial_implies(narrow.part, wide))
    )


def _clause_implies(narrow: Clause, wide: Condition) -> bool:
    if isinstance(wide, Clause) and wide.field == narrow.field:
        return _comparison_implies(narrow, wide)
    if not isinstance(wide, Not) or not isinstance(wide.part, Clause):
        return False
    denied = wide.part
    if denied.field != narrow.field:
        return False
    if isinstance(denied.comparison, Missing):  # whoever is anything is there
        return not isinstance(narrow.comparison, Missing)
    return _excludes(narrow, denied)


def _denial_implies(denied: Condition, wide: Condition) -> bool:
    """Tell what follows from the denial of a comparison of one field, which was not missing."""
    if not isinstance(denied, Clause) or not isinstance(wide, Not):
        return False
    other = wide.part
    if not isinstance(other, Clause) or other.field != denied.field:
        return False
    if isinstance(other.comparison, Missing):
        return True
    # What is sure to be false of the wider question is sure to be false of the narrower one.
    return _comparison_implies(other, denied) and not isinstance(other.comparison, Within)


def _comparison_implies(narrow: Clause, wide: Clause) -> bool:
    one, other = narrow.comparison, wide.comparison
    if one == other:
        return True
    if isinstance(one, Among):
        if isinstance(other, Among) and one.texts <= other.texts:
            return one.numbers <= other.numbers and one.flags <= other.flags
        return all(other.on(value) == TRUE for value in _values(one)) and _tried(one, wide)
    if isinstance(one, Contains) and isinstance(other, Contains):
        return all(_text_implies(text, one.position, wide=other) for text in one.texts)
    return isinstance(one, Within) and isinstance(other, Within) and _inside(one, other)


def _excludes(narrow: Clause, denied: Clause) -> bool:
    """Tell whether no value of a list answers another question."""
    one, other = narrow.comparison, denied.comparison
    if not isinstance(one, Among) or not _tried(one, denied):
        return False
    truths = [other.on(value) for value in _values(one)]
    return all(truth not in (TRUE, UNSURE) for truth in truths)


def _values(among: Among) -> Iterator[Value]:
    """Yield the values of a list as an event would have them."""
    for one in (*sorted(among.texts), *sorted(among.numbers), *sorted(among.flags)):
        yield Value(one, folded=False)  # texts of rules are folded when they are read


def _tried(among: Among, other: Clause) -> bool:
    """Tell whether trying the values answers for every event.

    The number 7 of a rule stands for the texts "7" and "7.0" of events too, and true for "True":
    these are tried only against questions about numbers, and about the same list.
    """
    if not among.numbers and not among.flags:
        return True
    asked = other.comparison
    if isinstance(asked, Among):
        return among.numbers <= asked.numbers and among.flags <= asked.flags
    return isinstance(asked, Within) and not among.flags and not _of_time(asked)


def _of_time(within: Within) -> bool:
    return any(isinstance(one, dt.datetime) for one in (within.least, within.most))


def _text_implies(text: str, position: str, *, wide: Contains) -> bool:
    """Tell whether whatever contains (starts with, ends with) a text answers a wider question."""
    if wide.position == "contains":
        return any(one in text for one in wide.texts)
    if wide.position != position:
        return False
    return text.startswith(wide.texts) if position == "starts" else text.endswith(wide.texts)


def _inside(narrow: Within, wide: Within) -> bool:
    if _of_time(narrow) != _of_time(wide):
        return False
    return _reaches(wide.least, narrow.least, sign=1) and _reaches(wide.most, narrow.most, sign=-1)


def _reaches(wide: object, narrow: object, *, sign: int) -> bool:
    """Tell whether a bound lets through all that a narrower one does; None lets all through."""
    if wide is None:
        return True
    if narrow is None:
        return False
    return bool(narrow >= wide if sign > 0 else narrow <= wide)  # type: ignore[operator]


@attrs.frozen
class Unreachable:
    """A condition that can never be the first to hold.

    Attributes
    ----------
    place : int
        Its place among the conditions, from 0.
    because_of : tuple of int
        The places of the earlier ones that take all its events; empty when it contradicts itself.
    """

    place: int
    because_of: tuple[int, ...]


def unreachable(conditions: Sequence[Condition]) -> list[Unreachable]:
    """Return the conditions of a list, asked in order, that no event can ever reach."""
    earlier: list[_Earlier] = []
    found = []
    for place, condition in enumerate(conditions):
        cases = [case for case in _cases(condition) if not contradicts_itself(case)]
        culprits = _culprits(cases, earlier)
        if culprits is not None:
            found.append(Unreachable(place, culprits))
        earlier.append(_Earlier(condition, _texts_asked(condition)))
    return found


@attrs.frozen
class _Earlier:
    """A condition with the only texts it lets some fields have."""

    condition: Condition
    texts: Mapping[str, frozenset[str]]


def _culprits(cases: Sequence[Condition], earlier: Sequence[_Earlier]) -> tuple[int, ...] | None:
    """Return which earlier conditions together take every case, None when one is left."""
    culprits: set[int] = set()
    for case in cases:
        texts = _texts_asked(case)
        taken = next(
            (
                place
                for place, one in enumerate(earlier)
                # Most rules ask for other texts of the same field: a quick look sees that.
                if all(texts.get(field, known) <= known for field, known in one.texts.items())
                and implies(case, one.condition)
            ),
            None,
        )
        if taken is None:
            return None
        culprits.add(taken)
    return tuple(sorted(culprits))


def _texts_asked(condition: Condition) -> dict[str, frozenset[str]]:
    """Return the fields that must have one of some texts, by the first such comparison of each."""
    parts = list(_flat(condition)) if isinstance(condition, Every) else [condition]
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        asked = part.comparison if isinstance(part, Clause) else None
        texts_only = isinstance(asked, Among) and not asked.numbers and not asked.flags
        if isinstance(part, Clause) and isinstance(asked, Among) and texts_only:
            found.setdefault(part.field, asked.texts)
    return found


def _cases(condition: Condition) -> list[Condition]:
    """Part a condition into cases: one for each value of its lists, each of its alternatives."""
    if isinstance(condition, Either):
        cases = [case for part in condition.parts for case in _cases(part)]
    elif isinstance(condition, Every):
        options = [_cases(part) for part in condition.parts]
        count = 1
        for one in options:
            count *= len(one)
        if count > MOST_CASES:
            return [condition]
        cases = [Every(parts) for parts in product(*options)]
    elif isinstance(condition, Clause):
        cases = list(_clause_cases(condition))
    else:
        cases = [condition]
    return cases if 0 < len(cases) <= MOST_CASES else [condition]


def _clause_cases(clause: Clause) -> Iterator[Condition]:
    """Part a comparison with several texts into one for each."""
    asked = clause.comparison
    if isinstance(asked, Among):
        for text in sorted(asked.texts):
            yield Clause(clause.field, Among(frozenset([text])))
        if asked.numbers or asked.flags:
            yield Clause(clause.field, Among(numbers=asked.numbers, flags=asked.flags))
    elif isinstance(asked, Contains):
        for text in asked.texts:
            yield Clause(clause.field, Contains((text,), asked.position))
    else:
        yield clause


def contradicts_itself(condition: Condition) -> bool:
    """Tell whether a condition can hold of no event, since one thing it asks excludes another."""
    if isinstance(condition, Either):
        return all(contradicts_itself(part) for part in condition.parts)
    if not isinstance(condition, Every):
        return False
    parts = list(_flat(condition))
    if any(contradicts_itself(part) for part in parts):
        return True
    return any(implies(one, _opposite(other)) for one, other in permutations(parts, 2))


def _opposite(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else Not(condition)


def _flat(condition: Every) -> Iterator[Condition]:
    for part in condition.parts:
        if isinstance(part, Every):
            yield from _flat(part)
        else:
            yield part
