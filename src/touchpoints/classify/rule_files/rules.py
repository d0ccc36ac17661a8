"""Classifiers from rule files: TOML rules, of which the first that matches gives the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array
from touchpoints._core.messages import (
    counted,
)
from touchpoints.classify.contract.answers import Answer
from touchpoints.classify.contract.events import Events, brief, events_of
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.rule_files.comparisons import TRUE, UNSURE
from touchpoints.classify.rule_files.conditions import TruthTable, reason_of
from touchpoints.classify.rule_files.documents import Source, read_document
from touchpoints.classify.rule_files.reading import read_rules
from touchpoints.classify.rule_files.rule import Rule
from touchpoints.classify.rule_files.rule_tests import RuleTest
from touchpoints.classify.text.folding import written
from touchpoints.errors import warn
from touchpoints.taxonomy import Taxonomy

Shadowed = Literal["raise", "warn"]
"""What to do about rules that no event can reach."""


@attrs.frozen(repr=False)
class Rules:
    """A classifier of ordered rules; made by `rules`.

    Attributes
    ----------
    name : str
        The name of the rule file.
    rules : tuple of Rule
        The rules, in the order in which they are tried.
    tests : tuple of RuleTest
        The tests in the rule file; `touchpoints.testing.check_rules` runs them.
    folded : bool
        Whether texts are compared without case and accents.
    """

    name: str
    rules: tuple[Rule, ...]
    tests: tuple[RuleTest, ...] = attrs.field(default=(), eq=False, kw_only=True)
    folded: bool = attrs.field(default=True, kw_only=True)

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that the rules read, without repeats."""
        return tuple(dict.fromkeys(field for rule in self.rules for field in rule.fields))

    def __repr__(self) -> str:
        count = counted(len(self.rules), "rule")
        return f"<{count} {self.name!r} read {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer of the first rule that matches the event, None when no rule does."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to events; a comparison is made once per distinct value of a field."""
        return self._answers(events_of(events, self.reads), None)

    def read(self, events: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], list[str]]:
        """Return the answers to events, and for each the value that could not be read, or ``""``.

        The value is not missing, is neither a number nor a date where ``min`` or ``max`` needs one,
        and no earlier rule matches the event; or it is no term of the facet that the rule which
        decides takes from it. The second list is empty when the rules have neither.
        """
        seen = events_of(events, self.reads)
        reading = any(rule.from_fields or rule.ranges for rule in self.rules)
        unread = [""] * len(seen) if reading else []
        return self._answers(seen, unread or None), unread

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return a step for every rule: whether it matches the event, and why."""
        seen = {name: event.get(name) for name in self.reads}
        table = TruthTable(events_of([event], self.reads), folded=self.folded)
        decided = False
        steps = []
        for rule in self.rules:
            holds = bool(np.ravel(rule.when.truth(table.truth) == TRUE)[0])
            steps.append(
                Step(
                    name=rule.label,
                    outcome=("overruled" if decided else "decided") if holds else "silent",
                    answer=rule.answer_to(seen) if holds else None,
                    reason=reason_of(rule.when, table),
                    fields=rule.fields,
                )
            )
            decided = decided or holds
        return tuple(steps)

    def _answers(self, events: Events, unread: list[str] | None) -> list[Answer]:
        """Return the answers to events; note the values that could not be read where asked for."""
        table = TruthTable(events, folded=self.folded)
        found: list[Answer] = [None] * len(events)
        left = np.ones(len(events), dtype=bool)
        for rule in self.rules:
            truth = np.broadcast_to(rule.when.truth(table.truth), len(events))
            rows = np.flatnonzero(left & (truth == TRUE)).tolist()
            for row, answer in zip(rows, rule.answers_to(events, rows), strict=True):
                found[row] = answer
            if unread is not None:
                _note_unread(rule, rows, left & (truth == UNSURE), table, events, unread)
            left &= truth != TRUE
            if not left.any():
                break
        return found


def _note_unread(
    rule: Rule,
    rows: Sequence[int],
    unsure: Array,
    table: TruthTable,
    events: Events,
    unread: list[str],
) -> None:
    """Note the values that a rule could not read: of events that it matches, and that it may."""
    for part in rule.from_fields:
        values = events.column(part.field)
        for row in rows:
            unread[row] = unread[row] or part.unread(values[row])
    for clause in rule.ranges:
        values = events.column(clause.field)
        for row in np.flatnonzero(unsure & (table.truth(clause) == UNSURE)).tolist():
            if not unread[row] and written(values[row]) is not None:
                unread[row] = f"{clause.field} {brief(values[row])}"


def rules(
    source: Source,
    *,
    taxonomy: Taxonomy | None = None,
    fields: Sequence[str] | None = None,
    shadowed: Shadowed = "raise",
) -> Rules:
    """Make a classifier from a rule file.

    Rules are data: nothing in them is evaluated. The first rule whose ``when`` holds for an event
    gives the answer: its type, its facets and its per-interaction columns.

    Parameters
    ----------
    source
        The path of a TOML file, or a mapping with the same content: ``rule``, a list of tables;
        ``default``, a rule without condition after all others; ``fold`` (default true), whether
        texts are compared without case and accents; ``decimal`` and ``dates``, how the log writes
        numbers (``","`` or ``"."``) and dates (``"%d/%m/%Y"``); ``test``, the tests that
        `touchpoints.testing.check_rules` runs; ``name``; ``note``. A rule has ``when``; ``type``
        and the term of any facet; ``columns``; or, for events that are no touchpoints, only
        ``leave_out`` with the reason; ``name``; ``provenance`` (``"data"`` when the fields in
        ``when`` state the facets directly, default ``"rule"``); ``note``. A facet or column may be
        taken from the event: ``{ field = "reason" }``, or ``{ group = "sku" }``, a named group of a
        regex in ``when``. Instead of a rule, ``include`` names a file with rules.
    taxonomy
        Check types, facets and terms against this taxonomy now. Without it they are checked when
        events are classified.
    fields
        The names of the fields of the log; check that the rules use no other fields.
    shadowed
        What to do about a rule that no event can ever reach, because earlier rules match all of
        its events or because it contradicts itself: ``"raise"`` or ``"warn"``. Some unreachable
        rules may not be found, but every rule reported is certain to be unreachable.

    Returns
    -------
    Rules
        A classifier that reads the fields in the conditions of the rules, and those that they take
        values from.

    Raises
    ------
    ProblemsError
        With all problems of the file at once, each with its rule: unknown comparisons, facets,
        types and terms, mistakes in regular expressions, files that cannot be read or are outside
        the folder of the rule file, rules that can never match.
    FileNotFoundError
        When the file does not exist.

    Warns
    -----
    TouchpointsWarning
        About rules that can never match, with ``shadowed="warn"``.

    See Also
    --------
    explain : Which rule matched an event, and why the others did not.
    draft : Write a first rule file from a log.
    by_column : Look up the values of one column instead of writing rules.
    keywords : Find types and facets in free text.

    Notes
    -----
    Comparisons of a field: ``equals`` (or just the value), ``in`` (or just a list), ``contains``,
    ``starts``, ``ends``, ``words`` (whole words), ``regex``, ``min``, ``max``, ``missing``,
    ``not``; several must all hold.
    Conditions are joined by ``all``, ``any`` (lists of tables) and ``not``. For null, nan and empty
    text only ``missing`` holds: neither any other comparison nor its ``not`` does. A number equals
    a text that is this number. Fields called ``all``, ``any`` or ``not`` cannot be used in a
    condition: rename them when reading the log.

    Regular expressions are searched for in time linear in the length of the text, whatever the
    expression; back references, lookahead and lookbehind are refused. ``$`` is the end of the text.

    Values that decide and that ``min`` or ``max`` could not read as a number or a date are counted
    in ``meta.report.unread`` when a log is read.

    Cost: each comparison is made once per distinct value of its field, not once per event.

    Examples
    --------
    >>> import touchpoints as tp
    >>> flash = tp.classify.rules(
    ...     {
    ...         "rule": [
    ...             {
    ...                 "name": "flash sale",
    ...                 "when": {"source": ["t.co", "x.com"], "campaign": {"contains": "flash"}},
    ...                 "type": "flash_sale_ad_response",
    ...                 "need": "save_money",
    ...             }
    ...         ]
    ...     }
    ... )
    >>> flash.reads
    ('source', 'campaign')
    >>> flash({"source": "t.co", "campaign": "Venta FLASH"})
    Verdict('flash_sale_ad_response', facets={'need': 'save_money'})
    """
    check_option("shadowed", shadowed, Shadowed)
    document = read_document(source, kind="rules")
    strict = shadowed == "raise"
    found = read_rules(document, taxonomy=taxonomy, fields=fields, strict=strict)
    if found.unreachable:
        sentences = "; ".join(found.unreachable)
        warn(f"{document.where}: {sentences}")
    return Rules(found.name, found.rules, tests=found.tests, folded=found.folded)
