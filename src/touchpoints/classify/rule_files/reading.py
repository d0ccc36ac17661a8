"""Read rules from the tables of a rule file, and report all problems of the file together."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from touchpoints._core.documents import all_problems, tables_of
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import agreeing, did_you_mean, first_few, quoted
from touchpoints.classify.contract.answers import TYPE, Provenance, Verdict, simplest
from touchpoints.classify.rule_files.assigning import read_from_field
from touchpoints.classify.rule_files.beside import path_beside, text_of
from touchpoints.classify.rule_files.condition_reading import ConditionReader
from touchpoints.classify.rule_files.conditions import Condition, Every
from touchpoints.classify.rule_files.documents import Document
from touchpoints.classify.rule_files.rule import FromField, Rule
from touchpoints.classify.rule_files.rule_tests import RuleTest, read_tests
from touchpoints.classify.rule_files.shadowing import unreachable
from touchpoints.classify.rule_files.terms import term_problem, type_problem
from touchpoints.classify.text.folding import Notation, format_problem
from touchpoints.errors import InvalidInputError, ProblemsError
from touchpoints.taxonomy import FACETS, Taxonomy
from touchpoints.taxonomy._fields import Fields, KeyPath

TOP = ("name", "fold", "decimal", "dates", "note", "rule", "default", "test")
"""The keys at the top of a rule file."""

OWN = ("name", "when", TYPE, "leave_out", "provenance", "columns", "note")
"""The keys of a rule that are not facets."""

ARRIVAL = "arrival_channel"
MAX_INCLUDED = 100
_RESERVED = (TYPE, "need_from", "context_from")
_NEAR = 0.8

_ALWAYS = Every(())

Tables: TypeAlias = Mapping[str, Any]
"""A table of the file."""


@attrs.frozen
class Ruleset:
    """The content of a rule file, with a sentence for each rule that no event can reach."""

    name: str
    folded: bool
    rules: tuple[Rule, ...]
    tests: tuple[RuleTest, ...] = ()
    unreachable: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class _Source:
    """The file that rules are read from, and what it says about all of them.

    Attributes
    ----------
    folder
        The folder of the file; None for a mapping.
    file : str
        The name of an included file; empty for the rule file itself.
    within : tuple of Path
        The paths of the files that include it, and its own.
    """

    folded: bool
    notation: Notation
    folder: Path | None
    file: str = ""
    within: tuple[Path, ...] = ()


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
    """Reads the rules of one document, with those it includes, and collects every problem."""

    def __init__(self, taxonomy: Taxonomy | None) -> None:
        self.problems: list[str] = []
        self.conditions_are_read = True
        self._taxonomy = taxonomy
        self._included = 0

    def ruleset(self, document: Document) -> Ruleset:
        top = Fields()
        tables = top.table(document.tables, ())
        name = top.text(tables["name"], ("name",)) if "name" in tables else document.name
        path = document.path
        source = _Source(
            folded=top.flag(tables.get("fold", True), ("fold",)),
            notation=_notation(top, tables, Notation()),
            folder=None if path is None else path.parent,
            within=() if path is None else (path.resolve(),),
        )
        tests = read_tests(tables.get("test", []), top)
        rules = self._rules(top, tables, source)
        self.problems.extend(_repeated_names(rules))
        if rules and not self.problems and not any(rule.fields for rule in rules):
            self.problems.append("no rule has a condition on a field")
        return Ruleset(name, source.folded, rules, tests)

    def _rules(self, top: Fields, tables: Tables, source: _Source) -> tuple[Rule, ...]:
        """Return the rules of one file in order: its own, those it includes, its default."""
        top.known_keys(dict(tables), TOP, ())
        entries = tables.get("rule", [])
        if not isinstance(entries, list | tuple) or not entries:
            top.note(("rule",), "the file has no rules (a rule begins with [[rule]])")
            entries = []
        of = f"{quoted(source.file)}: " if source.file else ""
        self.problems.extend(f"{of}{one}" for one in top.problems)
        rules: list[Rule] = []
        for number, entry in enumerate(entries, start=1):
            if isinstance(entry, Mapping) and "include" in entry:
                rules.extend(self._include(entry, number, source))
            else:
                rules.append(self._rule(entry, number, source))
        if "default" in tables:
            rules.append(self._rule(tables["default"], 0, source))
        return tuple(rules)

    def _include(self, entry: Tables, number: int, source: _Source) -> tuple[Rule, ...]:
        """Return the rules of a file, in the place of the rule that names it."""
        fields = Fields()
        fields.known_keys(dict(entry), ("include", "note"), ())
        name = fields.text(entry["include"], ("include",))
        rules: tuple[Rule, ...] = ()
        if name:
            try:
                rules = self._included_rules(name, source)
            except InvalidInputError as error:
                fields.note(("include",), error.what)
        place = Rule(number, "", _ALWAYS, None, file=source.file).label
        self.problems.extend(f"{place}: {one}" for one in fields.problems)
        return rules

    def _included_rules(self, name: str, source: _Source) -> tuple[Rule, ...]:
        path = path_beside(source.folder, name)
        if path in source.within:
            chain = [one.name for one in (*source.within[source.within.index(path) :], path)]
            raise InvalidInputError(f"the file includes itself: {' -> '.join(chain)}")
        self._included += 1
        if self._included > MAX_INCLUDED:
            raise InvalidInputError(f"more than {MAX_INCLUDED} files are included")
        try:
            tables = tables_of(text_of(path, name), where=name)
        except ProblemsError as error:
            raise InvalidInputError("; ".join(error.problems)) from error
        top = Fields()
        if top.flag(tables.get("fold", source.folded), ("fold",)) != source.folded:
            top.note(("fold",), "it must be as in the file that includes this one")
        inner = attrs.evolve(
            source,
            notation=_notation(top, tables, source.notation),
            folder=path.parent,
            file=name,
            within=(*source.within, path),
        )
        return self._rules(top, tables, inner)

    def _rule(self, entry: object, number: int, source: _Source) -> Rule:
        fields = Fields()
        table = fields.table(entry, ())
        name = fields.text(table["name"], ("name",)) if "name" in table else ""
        if number and "when" not in table and table:
            fields.note(("when",), "it is missing (write when = {} for a rule that always holds)")
        if not number and "when" in table:
            fields.note(("when",), "a default has no condition")
        reader = ConditionReader(
            fields, folded=source.folded, notation=source.notation, folder=source.folder
        )
        when = reader.condition(table.get("when", {}), ("when",))
        self.conditions_are_read &= not fields.problems
        from_fields = self._from_fields(fields, table, when)
        answer = simplest(self._verdict(fields, table, from_fields))
        rule = Rule(number, name, when, answer, from_fields=from_fields, file=source.file)
        self.problems.extend(f"{rule.label}: {problem}" for problem in fields.problems)
        return rule

    def _from_fields(self, fields: Fields, table: Tables, when: Condition) -> tuple[FromField, ...]:
        """Return what the rule takes from fields of the event: facets, then columns."""
        facets: dict[KeyPath, Any] = {(key,): table[key] for key in table if key not in OWN}
        columns = table.get("columns", {})
        if isinstance(columns, Mapping):
            facets |= {("columns", str(key)): columns[key] for key in columns}
        found = [
            one
            for where, value in facets.items()
            if isinstance(value, Mapping) and (len(where) > 1 or self._is_facet(Fields(), where[0]))
            for one in read_from_field(fields, where, value, when, taxonomy=self._taxonomy)
        ]
        observed = table.get("provenance", "data") == "data"
        return tuple(attrs.evolve(one, observed=observed) for one in found)

    def _verdict(self, fields: Fields, table: Tables, from_fields: Sequence[FromField]) -> Verdict:
        type_ = _type(fields, table)
        named = [key for key in table if key not in OWN and self._is_facet(fields, key)]
        facets = {
            key: fields.text(table[key], (key,))
            for key in named
            if not isinstance(table[key], Mapping)
        }
        listed = fields.table(table.get("columns", {}), ("columns",))
        fixed = {key: one for key, one in listed.items() if not isinstance(one, Mapping)}
        columns = fields.text_table(fixed, ("columns",))
        if "leave_out" in table:
            return _leaving_out(fields, table, [*named, *listed])
        if not (type_ or facets or columns or from_fields) and not fields.problems:
            fields.note(
                (),
                "it assigns nothing: write a type, a facet or a column, or "
                'leave_out = "the reason" for events that are no touchpoints',
            )
        self._check_terms(fields, type_, facets)
        self._check_columns(fields, listed)
        observed = {**facets, **columns} if _is_data(fields, table) else {}
        return Verdict(type_, facets=FrozenMap({**facets, **columns}), observed=frozenset(observed))

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
        if type_ and (problem := type_problem(taxonomy, type_)):
            fields.note((TYPE,), problem)
        for name, term in facets.items():
            if term and name in taxonomy.facets and (problem := term_problem(taxonomy, name, term)):
                fields.note((name,), problem)

    def _check_columns(self, fields: Fields, columns: Mapping[str, Any]) -> None:
        known = FACETS if self._taxonomy is None else tuple(self._taxonomy.facets)
        for name in columns:
            if name in known:
                fields.note(("columns", name), "it is a facet: write it next to the type")
            elif name in _RESERVED:
                fields.note(("columns", name), "the name is reserved")


def _type(fields: Fields, table: Tables) -> str:
    if isinstance(table.get(TYPE), Mapping):
        fields.note(
            (TYPE,), "it is not taken from a field: write a rule for each type, or use by_column"
        )
        return ""
    return fields.text(table[TYPE], (TYPE,)) if TYPE in table else ""


def _leaving_out(fields: Fields, table: Tables, assigned: Sequence[str]) -> Verdict:
    reason = fields.text(table["leave_out"], ("leave_out",))
    others = [*(key for key in (TYPE, "provenance") if key in table), *assigned]
    if others:
        fields.note(
            ("leave_out",),
            f"a rule that leaves events out assigns nothing else, but has {first_few(others)}",
        )
    return Verdict(leave_out=reason)


def _is_data(fields: Fields, table: Tables) -> bool:
    provenance = table.get("provenance", "rule")
    known: tuple[Provenance, ...] = ("rule", "data")
    if provenance not in known:
        fields.note(("provenance",), f"must be one of {first_few(known)}, got {provenance!r}")
    return bool(provenance == "data")


def _notation(top: Fields, tables: Tables, outer: Notation) -> Notation:
    """Return how a file says that its log writes numbers and dates; else as the outer file says."""
    decimal = tables.get("decimal", outer.decimal)
    if decimal not in ("", ",", "."):
        top.note(("decimal",), f'must be "," or ".", got {quoted(decimal)}')
        decimal = ""
    dates = tables.get("dates", outer.dates)
    formats = top.texts([dates] if isinstance(dates, str) else dates, ("dates",))
    for one in formats:
        if problem := format_problem(one):
            top.note(("dates",), f"{quoted(one)} is {problem}")
    return Notation(decimal, tuple(one for one in formats if not format_problem(one)))


def _repeated_names(rules: Sequence[Rule]) -> list[str]:
    named: dict[str, list[Rule]] = {}
    for rule in rules:
        named.setdefault(rule.name, []).append(rule)
    return [
        f"{_together(several)} are both called {quoted(name)}"
        for name, several in named.items()
        if name and len(several) > 1
    ]


def _together(rules: Sequence[Rule]) -> str:
    if any(rule.file or not rule.number for rule in rules):
        return " and ".join(rule.place for rule in rules)
    return f"rules {' and '.join(str(rule.number) for rule in rules)}"


def _unknown_fields(rules: Sequence[Rule], known: tuple[str, ...]) -> list[str]:
    return [
        f"{rule.label}: when: no field {quoted(name)}{did_you_mean(name, known)}"
        for rule in rules
        for name in rule.fields
        if name not in known
    ]


def _never_reached(rules: Sequence[Rule]) -> list[str]:
    """Return a sentence for each rule that no event can reach, with what to do about it."""
    found = []
    for one in unreachable([rule.when for rule in rules]):
        label = rules[one.position].label
        if not one.because_of:
            found.append(f"{label} can never match: its conditions exclude each other")
            continue
        earlier = " and ".join(rules[position].label for position in one.because_of)
        matches = agreeing(len(one.because_of), "match")
        above = rules[one.because_of[0]].place
        found.append(
            f"{label} can never match: {earlier} already {matches} every event that it would match "
            f"(move it above {above}, or drop it)"
        )
    return found
