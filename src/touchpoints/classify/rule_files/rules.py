"""Rules as data: a TOML file of conditions and what follows; the first that holds wins."""

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
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.rule_files.comparisons import TRUE
from touchpoints.classify.rule_files.conditions import Answers, clauses_of, reason_of
from touchpoints.classify.rule_files.documents import Source, read_document
from touchpoints.classify.rule_files.reading import Rule, fields_of, read_rules
from touchpoints.errors import warn
from touchpoints.taxonomy import Taxonomy

Shadowed = Literal["raise", "warn"]


@attrs.frozen(repr=False)
class Rules:
    """Rules asked in order; made by `rules`.

    Attributes
    ----------
    name : str
        What the rules are called together.
    rules : tuple of Rule
        In the order in which they are asked.
    folded : bool
        Whether texts are compared without case and accents.
    """

    name: str
    rules: tuple[Rule, ...]
    folded: bool = attrs.field(default=True, kw_only=True)

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that some rule asks for."""
        return fields_of(self.rules)

    def __repr__(self) -> str:
        count = counted(len(self.rules), "rule")
        return f"<{count} {self.name!r} read {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return what the first rule that holds of the event answers, None when none holds."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events; each question meets each distinct value once."""
        table = Answers(events_of(events, self.reads), folded=self.folded)
        first = np.full(len(events), len(self.rules), dtype=np.intp)
        for place, holds in enumerate(self._truths(table)):
            first[holds & (first == len(self.rules))] = place
            if bool((first < len(self.rules)).all()):
                break
        answers: list[Answer] = [*(rule.answer for rule in self.rules), None]
        return [answers[place] for place in first.tolist()]

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return a step for every rule: whether it holds of the event, and why."""
        table = Answers(events_of([event], self.reads), folded=self.folded)
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

    def _truths(self, table: Answers) -> Any:
        for rule in self.rules:
            truth: Array = rule.when.truth(table.truth)
            yield truth == TRUE


def rules(
    source: Source,
    *,
    taxonomy: Taxonomy | None = None,
    fields: Sequence[str] | None = None,
    shadowed: Shadowed = "raise",
) -> Rules:
    """Make a classifier of a rule file.

    Rules are data: nothing in them is evaluated. The first rule whose ``when`` holds of an event
    answers with its type, its facets and its per-interaction columns.

    Parameters
    ----------
    source
        The path of a TOML file, or what such a file would hold: ``rule``, a list of tables;
        ``fold`` (default true), whether texts are compared without case and accents; ``name``.
        Of a rule: ``when``; ``type`` and the term of any facet; ``columns``; ``name``;
        ``provenance`` (``"data"`` when the fields it asks for state the facets outright, default
        ``"rule"``); ``note``.
    taxonomy
        Check types, facets and terms against it now. Without it they are checked when events are
        classified.
    fields
        The names of the fields there are; check that no rule asks for others.
    shadowed
        What to do about a rule that no event can ever reach, because earlier ones take all its
        events or it contradicts itself: ``"raise"`` or ``"warn"``. Not every such rule is found,
        but what is reported is certain.

    Returns
    -------
    Rules
        A classifier that reads the fields the rules ask for.

    Raises
    ------
    ProblemsError
        With every problem of the file at once, each with its rule: what is no comparison, no
        facet, no type or no term, regular expressions with their mistake, rules that can never
        match.
    FileNotFoundError
        When there is no such file.

    Warns
    -----
    TouchpointsWarning
        About rules that can never match, with ``shadowed="warn"``.

    Notes
    -----
    Of a field: ``equals`` (or just the value), ``in`` (or just a list), ``contains``, ``starts``,
    ``ends``, ``regex``, ``min``, ``max``, ``missing``, ``not``; several must all hold. Conditions
    are joined by ``all``, ``any`` (lists of tables) and ``not``. Null, nan and empty text answer no
    question but ``missing``: neither a comparison nor its ``not`` holds of them. A number equals
    the text that is this number. Fields called ``all``, ``any`` or ``not`` cannot be asked for:
    rename them when reading the log.

    A regular expression is searched for, in time linear in the text whatever the expression:
    back references and looking ahead or behind are refused. ``$`` is the end of the text.

    Cost: each comparison meets each distinct value of its field once, not once an event.

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
