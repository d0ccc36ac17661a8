"""Read rules from the tables of a rule file, and report all problems of the file together."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from touchpoints._core.documents import all_problems
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import agreeing, did_you_mean, first_few, quoted
from touchpoints.classify.contract.answers import TYPE, Answer, Provenance, Verdict, simplest
from touchpoints.classify.rule_files.condition_reading import ConditionReader
from touchpoints.classify.rule_files.conditions import Condition, clauses_of
from touchpoints.classify.rule_files.documents import Document
from touchpoints.classify.rule_files.shadowing import unreachable
from touchpoints.classify.text.folding import Notation, format_problem
from touchpoints.taxonomy import FACETS, UNKNOWN, Taxonomy, TouchpointType
from touchpoints.taxonomy._fields import Fields

TOP = ("name", "fold", "decimal", "dates", "note", "rule")
"""The keys at the top of a rule file."""

OWN = ("name", "when", TYPE, "leave_out", "provenance", "columns", "note")
"""The keys of a rule that are not facets."""

ARRIVAL = "arrival_channel"
_RESERVED = (TYPE, "need_from", "context_from")
_NEAR = 0.8

Tables: TypeAlias = Mapping[str, Any]
"""A table of the file."""


@attrs.frozen
class Rule:
    """One rule: a condition on an event, and the answer when the condition holds.

    Attributes
    ----------
    number : int
        The number of the rule in the file, from 1.
    name : str
        The name of the rule; may be empty.
    when
        The condition.
    answer
        A type id, `Facets` or a `Verdict`.
    """

    number: int
    name: str
    when: Condition = attrs.field(repr=False)
    answer: Answer

    @property
    def label(self) -> str:
        """The number and the name of the rule, for messages."""
        return f"rule {self.number} {self.name!r}" if self.name else f"rule {self.number}"


@attrs.frozen
class Ruleset:
    """The content of a rule file, with a sentence for each rule that no event can reach."""

    name: str
    folded: bool
    rules: tuple[Rule, ...]
    unreachable: tuple[str, ...]


def read_rules(
    document: Document,
    *,
    taxonomy: Taxonomy | None,
    fields: Sequence[str] | None,
    strict: bool,
) -> Ruleset:
    """Return the rules of a document, or raise one error with all of its problems.

    If ``strict``, a rule that no event can reach is a problem as well.
    """
    reader = _Reader(taxonomy)
    ruleset = reader.ruleset(document)
    if fields is not None:
        reader.problems.extend(_unknown_fields(ruleset.rules, tuple(fields)))
    unreached = _never_reached(ruleset.rules) if reader.conditions_are_read else []
    if reader.problems or (strict and unreached):
        raise all_problems(document.where, reader.problems + (unreached if strict else []))
    return attrs.evolve(ruleset, unreachable=tuple(unreached))


class _Reader:
    """Reads the rules of one document and collects every problem."""

    def __init__(self, taxonomy: Taxonomy | None) -> None:
        self.problems: list[str] = []
        self.conditions_are_read = True
        self._taxonomy = taxonomy

    def ruleset(self, document: Document) -> Ruleset:
        top = Fields()
        tables = top.table(document.tables, ())
        top.known_keys(tables, TOP, ())
        name = top.text(tables["name"], ("name",)) if "name" in tables else document.name
        folded = top.flag(tables.get("fold", True), ("fold",))
        notation = _notation(top, tables)
        entries = tables.get("rule", [])
        if not isinstance(entries, list | tuple) or not entries:
            top.note(("rule",), "the file has no rules (a rule begins with [[rule]])")
            entries = []
        self.problems.extend(top.problems)
        rules = tuple(
            self._rule(one, number, folded=folded, notation=notation)
            for number, one in enumerate(entries, start=1)
        )
        self.problems.extend(_repeated_names(rules))
        if rules and not self.problems and not any(fields_of(rules)):
            self.problems.append("no rule has a condition on a field")
        return Ruleset(name, folded, rules, ())

    def _rule(self, entry: object, number: int, *, folded: bool, notation: Notation) -> Rule:
        fields = Fields()
        table = fields.table(entry, ())
        name = fields.text(table["name"], ("name",)) if "name" in table else ""
        if "when" not in table and table:
            fields.note(("when",), "it is missing (write when = {} for a rule that always holds)")
        reader = ConditionReader(fields, folded=folded, notation=notation)
        when = reader.condition(table.get("when", {}), ("when",))
        self.conditions_are_read &= not fields.problems
        rule = Rule(number, name, when, simplest(self._verdict(fields, table)))
        self.problems.extend(f"{rule.label}: {problem}" for problem in fields.problems)
        return rule

    def _verdict(self, fields: Fields, table: Tables) -> Verdict:
        type_ = fields.text(table[TYPE], (TYPE,)) if TYPE in table else ""
        facets = {
            key: fields.text(table[key], (key,))
            for key in table
            if key not in OWN and self._is_facet(fields, key)
        }
        columns = fields.text_table(table.get("columns", {}), ("columns",))
        if "leave_out" in table:
            return self._leaving_out(fields, table, [*facets, *columns])
        if not (type_ or facets or columns) and not fields.problems:
            fields.problems.append(
                "it assigns nothing: write a type, a facet or a column, or "
                'leave_out = "the reason" for events that are no touchpoints'
            )
        self._check_terms(fields, type_, facets)
        self._check_columns(fields, columns)
        observed = {**facets, **columns} if self._is_data(fields, table) else {}
        return Verdict(type_, facets=FrozenMap({**facets, **columns}), observed=frozenset(observed))

    def _leaving_out(self, fields: Fields, table: Tables, assigned: Sequence[str]) -> Verdict:
        reason = fields.text(table["leave_out"], ("leave_out",))
        others = [*(key for key in (TYPE, "provenance") if key in table), *assigned]
        if others:
            fields.note(
                ("leave_out",),
                f"a rule that leaves events out assigns nothing else, but has {first_few(others)}",
            )
        return Verdict(leave_out=reason)

    def _is_data(self, fields: Fields, table: Tables) -> bool:
        provenance = table.get("provenance", "rule")
        known: tuple[Provenance, ...] = ("rule", "data")
        if provenance not in known:
            fields.note(("provenance",), f"must be one of {first_few(known)}, got {provenance!r}")
        return bool(provenance == "data")

    def _is_facet(self, fields: Fields, key: str) -> bool:
        known = FACETS if self._taxonomy is None else tuple(self._taxonomy.facets)
        if key in known or key == ARRIVAL:
            return True
        choices = (*known, *OWN, ARRIVAL)
        if self._taxonomy is not None:
            hint = did_you_mean(key, choices) or f" (facets: {', '.join(known)})"
        else:
            near = difflib.get_close_matches(key, choices, n=1, cutoff=_NEAR)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
        if hint:
            fields.note(
                (key,), f"no such facet{hint}; a column to keep is written columns.{key} = ..."
            )
        return not hint

    def _check_terms(self, fields: Fields, type_: str, facets: Mapping[str, str]) -> None:
        taxonomy = self._taxonomy
        if taxonomy is None:
            return
        if type_ and type_ not in taxonomy.types:
            fields.note((TYPE,), f"no touchpoint type {type_!r}{_near_type(taxonomy, type_)}")
        for name, term in facets.items():
            facet = taxonomy.facets.get(name)
            if term and facet is not None and term not in facet:
                hint = did_you_mean(term, (*facet.terms, UNKNOWN))
                hint = hint or f" (known: {first_few(facet.terms, most=12)})"
                fields.note((name,), f"no term of {name} {term!r}{hint}")

    def _check_columns(self, fields: Fields, columns: Mapping[str, str]) -> None:
        known = FACETS if self._taxonomy is None else tuple(self._taxonomy.facets)
        for name in columns:
            if name in known:
                fields.note(("columns", name), "it is a facet: write it next to the type")
            elif name in _RESERVED:
                fields.note(("columns", name), "the name is reserved")


def _notation(top: Fields, tables: Tables) -> Notation:
    """Return how a file says that its log writes numbers and dates."""
    decimal = tables.get("decimal", "")
    if decimal not in ("", ",", "."):
        top.note(("decimal",), f'must be "," or ".", got {quoted(decimal)}')
        decimal = ""
    dates = tables.get("dates", ())
    formats = top.texts([dates] if isinstance(dates, str) else dates, ("dates",))
    for one in formats:
        if problem := format_problem(one):
            top.note(("dates",), f"{quoted(one)} is {problem}")
    return Notation(decimal, tuple(one for one in formats if not format_problem(one)))


def _near_type(taxonomy: Taxonomy, name: str) -> str:
    """Return a hint for an unknown type id: the type with this label or alias, or near ids."""
    ids = [one.id for one in taxonomy.types.values() if name in _phrases(one)]
    if ids:
        return f" (ids only: {' or '.join(map(repr, ids))})"
    return did_you_mean(name, taxonomy.types)


def _phrases(one: TouchpointType) -> set[str]:
    aliases = (alias for several in one.aliases.values() for alias in several)
    return {*one.labels.values(), *aliases}


def _repeated_names(rules: Sequence[Rule]) -> list[str]:
    counts = Counter(rule.name for rule in rules if rule.name)
    return [
        f"rules {' and '.join(str(rule.number) for rule in rules if rule.name == name)} "
        f"are both called {name!r}"
        for name, count in counts.items()
        if count > 1
    ]


def fields_of(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the fields in the conditions of the rules, in the order of the rules."""
    clauses = (clause for rule in rules for clause in clauses_of(rule.when))
    return tuple(dict.fromkeys(clause.field for clause in clauses))


def _unknown_fields(rules: Sequence[Rule], known: tuple[str, ...]) -> list[str]:
    return [
        f"{rule.label}: when: no field {name!r}{did_you_mean(name, known)}"
        for rule in rules
        for name in fields_of([rule])
        if name not in known
    ]


def _never_reached(rules: Sequence[Rule]) -> list[str]:
    """Return a sentence for each rule that no event can reach."""
    found = []
    for one in unreachable([rule.when for rule in rules]):
        label = rules[one.position].label
        if not one.because_of:
            found.append(f"{label} can never match: its conditions exclude each other")
            continue
        earlier = " and ".join(rules[position].label for position in one.because_of)
        matches = agreeing(len(one.because_of), "match")
        found.append(
            f"{label} can never match: {earlier} already {matches} every event that it would match"
        )
    return found
