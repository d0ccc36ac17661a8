"""Classifiers from rule files: TOML rules, of which the first that matches gives the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.frozen import Array
from touchpoints._core.messages import (
    counted,
)
from touchpoints.classify.contract.answers import Answer
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.rule_files.comparisons import TRUE
from touchpoints.classify.rule_files.conditions import TruthTable, clauses_of, reason_of
from touchpoints.classify.rule_files.documents import Source, read_document
from touchpoints.classify.rule_files.reading import Rule, fields_of, read_rules
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
    folded : bool
        Whether texts are compared without case and accents.
    """

    name: str
    rules: tuple[Rule, ...]
    folded: bool = attrs.field(default=True, kw_only=True)

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields in the conditions of the rules, without repeats."""
        return fields_of(self.rules)

    def __repr__(self) -> str:
        count = counted(len(self.rules), "rule")
        return f"<{count} {self.name!r} read {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the answer of the first rule that matches the event, None when no rule does."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to events; a comparison is made once per distinct value of a field."""
        table = TruthTable(events_of(events, self.reads), folded=self.folded)
        first = np.full(len(events), len(self.rules), dtype=np.intp)
        for position, holds in enumerate(self._truths(table)):
            first[holds & (first == len(self.rules))] = position
            if bool((first < len(self.rules)).all()):
                break
        answers: list[Answer] = [*(rule.answer for rule in self.rules), None]
        return [answers[position] for position in first.tolist()]

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return a step for every rule: whether it matches the event, and why."""
        table = TruthTable(events_of([event], self.reads), folded=self.folded)
        decided = False
        steps = []
        for rule in self.rules:
            holds = bool(np.ravel(rule.when.truth(table.truth) == TRUE)[0])
            fields = tuple(dict.fromkeys(clause.field for clause in clauses_of(rule.when)))
            steps.append(
                Step(
                    name=rule.label,
                    outcome=("overruled" if decided else "decided") if holds else "silent",
                    answer=rule.answer if holds else None,
                    reason=reason_of(rule.when, table),
                    fields=fields,
                )
            )
            decided = decided or holds
        return tuple(steps)

    def _truths(self, table: TruthTable) -> Any:
        for rule in self.rules:
            truth: Array = rule.when.truth(table.truth)
            yield truth == TRUE


@public
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
        ``fold`` (default true), whether texts are compared without case and accents; ``name``;
        ``note``. A rule has ``when``; ``type`` and the term of any facet; ``columns``; ``name``;
        ``provenance`` (``"data"`` when the fields in ``when`` state the facets directly, default
        ``"rule"``); ``note``.
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
        A classifier that reads the fields in the conditions of the rules.

    Raises
    ------
    ProblemsError
        With all problems of the file at once, each with its rule: unknown comparisons, facets,
        types and terms, mistakes in regular expressions, rules that can never match.
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
    ``starts``, ``ends``, ``regex``, ``min``, ``max``, ``missing``, ``not``; several must all hold.
    Conditions are joined by ``all``, ``any`` (lists of tables) and ``not``. For null, nan and empty
    text only ``missing`` holds: neither any other comparison nor its ``not`` does. A number equals
    a text that is this number. Fields called ``all``, ``any`` or ``not`` cannot be used in a
    condition: rename them when reading the log.

    Regular expressions are searched for in time linear in the length of the text, whatever the
    expression; back references, lookahead and lookbehind are refused. ``$`` is the end of the text.

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
    return Rules(found.name, found.rules, folded=found.folded)
