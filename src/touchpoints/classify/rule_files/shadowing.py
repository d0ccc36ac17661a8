"""Unreachable rules: those that contradict themselves, or whose events earlier rules all match.

The analysis is sound but not complete: a rule is reported only when no event can reach it, but not
every unreachable rule is found. `implies` compares conditions part by part. For texts it uses that
a value equal to a text contains every part of that text; for a list, that each value can be tried.
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

MAX_CASES = 64
"""A condition with more cases is not split into cases."""


def implies(narrow: Condition, wide: Condition) -> bool:
    """Return whether the wide condition holds for every event for which the narrow one holds.

    Sound, not complete: False may also mean that the implication was not found.
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
    if isinstance(denied.comparison, Missing):  # a value that compares as true is not missing
        return not isinstance(narrow.comparison, Missing)
    return _excludes(narrow, denied)


def _denial_implies(denied: Condition, wide: Condition) -> bool:
    """Return whether the negation of a comparison implies ``wide``; the value is not missing."""
    if not isinstance(denied, Clause) or not isinstance(wide, Not):
        return False
    other = wide.part
    if not isinstance(other, Clause) or other.field != denied.field:
        return False
    if isinstance(other.comparison, Missing):
        return True
    # If the wider comparison is false of a value, the narrower comparison is false of it as well.
    return _comparison_implies(other, denied) and not isinstance(other.comparison, Within)


def _comparison_implies(narrow: Clause, wide: Clause) -> bool:
    one, other = narrow.comparison, wide.comparison
    if one == other:
        return True
    if isinstance(one, Among):
        if isinstance(other, Among) and one.texts <= other.texts:
            return _numbers_within(one, other) and one.flags <= other.flags
        return all(other.on(value) == TRUE for value in _values(one)) and _decisive(one, wide)
    if isinstance(one, Contains) and isinstance(other, Contains):
        return all(_text_implies(text, one.verb, wide=other) for text in one.texts)
    return isinstance(one, Within) and isinstance(other, Within) and _inside(one, other)


def _excludes(narrow: Clause, denied: Clause) -> bool:
    """Return whether another comparison is false of every value of a list."""
    one, other = narrow.comparison, denied.comparison
    if not isinstance(one, Among) or not _decisive(one, denied):
        return False
    truths = [other.on(value) for value in _values(one)]
    return all(truth not in (TRUE, UNSURE) for truth in truths)


def _values(among: Among) -> Iterator[Value]:
    """Yield the values of a list in the form that the values of an event have."""
    for one in (*sorted(among.texts), *sorted(among.numbers), *sorted(among.flags)):
        yield Value(one, folded=False)  # texts of rules are folded when they are read


def _decisive(among: Among, other: Clause) -> bool:
    """Return whether the result for the values of a list holds for every event it matches.

    The number 7 in a rule also matches the texts "7" and "7.0", and true matches "True", so numbers
    and truth values decide only comparisons with a range of numbers or with a list that has them.
    """
    if not among.numbers and not among.flags:
        return True
    compared = other.comparison
    if isinstance(compared, Among):
        return _numbers_within(among, compared) and among.flags <= compared.flags
    same = isinstance(compared, Within) and among.notation == compared.notation
    return isinstance(compared, Within) and same and not among.flags and not _of_time(compared)


def _numbers_within(narrow: Among, wide: Among) -> bool:
    """Return whether a list has the numbers of another; files may write numbers differently."""
    same = narrow.notation == wide.notation or not narrow.numbers
    return same and narrow.numbers <= wide.numbers


def _of_time(within: Within) -> bool:
    return any(isinstance(one, dt.datetime) for one in (within.lower, within.upper))


def _text_implies(text: str, verb: str, *, wide: Contains) -> bool:
    """Return whether every value that contains (starts with, ends with) a text matches ``wide``."""
    if wide.verb == "contains":
        return any(one in text for one in wide.texts)
    if wide.verb != verb:
        return False
    return text.startswith(wide.texts) if verb == "starts" else text.endswith(wide.texts)


def _inside(narrow: Within, wide: Within) -> bool:
    if _of_time(narrow) != _of_time(wide) or narrow.notation != wide.notation:
        return False
    return _reaches(wide.lower, narrow.lower, sign=1) and _reaches(
        wide.upper, narrow.upper, sign=-1
    )


def _reaches(wide: object, narrow: object, *, sign: int) -> bool:
    """Return whether a bound admits every value that a narrower bound admits; None admits all."""
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
    position : int
        The position of the condition in the list, from 0.
    because_of : tuple of int
        The positions of the earlier conditions that together hold for all of its events; empty
        when the condition contradicts itself.
    """

    position: int
    because_of: tuple[int, ...]


def unreachable(conditions: Sequence[Condition]) -> list[Unreachable]:
    """Return the conditions of an ordered list that no event can ever reach."""
    earlier: list[_Earlier] = []
    found = []
    for position, condition in enumerate(conditions):
        cases = [case for case in _cases(condition) if not contradicts_itself(case)]
        culprits = _culprits(cases, earlier)
        if culprits is not None:
            found.append(Unreachable(position, culprits))
        earlier.append(_Earlier(condition, _texts_required(condition)))
    return found


@attrs.frozen
class _Earlier:
    """An earlier condition, with the texts that it requires certain fields to be among."""

    condition: Condition
    texts: Mapping[str, frozenset[str]]


def _culprits(cases: Sequence[Condition], earlier: Sequence[_Earlier]) -> tuple[int, ...] | None:
    """Return the earlier conditions that together cover every case, None if a case is left."""
    culprits: set[int] = set()
    for case in cases:
        texts = _texts_required(case)
        taken = next(
            (
                position
                for position, one in enumerate(earlier)
                # Most rules require other texts of the same field; this check is fast.
                if all(texts.get(field, known) <= known for field, known in one.texts.items())
                and implies(case, one.condition)
            ),
            None,
        )
        if taken is None:
            return None
        culprits.add(taken)
    return tuple(sorted(culprits))


def _texts_required(condition: Condition) -> dict[str, frozenset[str]]:
    """Return {field: texts} for fields compared with a list of texts; the first list counts."""
    parts = list(_flat(condition)) if isinstance(condition, Every) else [condition]
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        compared = part.comparison if isinstance(part, Clause) else None
        texts_only = isinstance(compared, Among) and not compared.numbers and not compared.flags
        if isinstance(part, Clause) and isinstance(compared, Among) and texts_only:
            found.setdefault(part.field, compared.texts)
    return found


def _cases(condition: Condition) -> list[Condition]:
    """Split a condition into cases: one for each value of its lists and each alternative."""
    if isinstance(condition, Either):
        cases = [case for part in condition.parts for case in _cases(part)]
    elif isinstance(condition, Every):
        options = [_cases(part) for part in condition.parts]
        count = 1
        for one in options:
            count *= len(one)
        if count > MAX_CASES:
            return [condition]
        cases = [Every(parts) for parts in product(*options)]
    elif isinstance(condition, Clause):
        cases = list(_clause_cases(condition))
    else:
        cases = [condition]
    return cases if 0 < len(cases) <= MAX_CASES else [condition]


def _clause_cases(clause: Clause) -> Iterator[Condition]:
    """Split a comparison with several texts into one comparison for each text."""
    compared = clause.comparison
    if isinstance(compared, Among):
        for text in sorted(compared.texts):
            yield Clause(clause.field, Among(frozenset([text])))
        if compared.numbers or compared.flags:
            yield Clause(clause.field, attrs.evolve(compared, texts=frozenset()))
    elif isinstance(compared, Contains):
        for text in compared.texts:
            yield Clause(clause.field, Contains((text,), compared.verb))
    else:
        yield clause


def contradicts_itself(condition: Condition) -> bool:
    """Return whether a condition can hold for no event because its parts exclude each other."""
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
