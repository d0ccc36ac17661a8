"""One rule of a rule file: its condition, and the answer that it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import quoted
from touchpoints._core.text import fold_spaced, is_blank
from touchpoints.classify.contract.answers import Answer, Verdict, simplest, verdict_of
from touchpoints.classify.contract.events import Events, brief
from touchpoints.classify.rule_files.comparisons import Within
from touchpoints.classify.rule_files.conditions import Clause, Condition, clauses_of
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.classify.text.folding import written

_SHOWN = 60


@attrs.frozen(kw_only=True)
class FromField:
    """A facet or a column whose text stands in a field of the event.

    Attributes
    ----------
    name : str
        The facet or the per-interaction column.
    field : str
        The field.
    group : str
        The named group of ``pattern`` that is taken from the field; empty for the whole text.
    pattern
        The regular expression with the group; None for the whole text.
    terms : FrozenMap of str to str, or None
        Ids by folded text; None to take the text as it is.
    observed : bool
        Whether the text counts as stated by the data, not as concluded by a rule.
    """

    name: str
    field: str
    group: str = ""
    pattern: Pattern | None = None
    terms: FrozenMap[str, str] | None = None
    observed: bool = True

    def text(self, value: Any) -> str | None:
        """Return the text that the field states; None when it states none."""
        text = written(value)
        if text is not None and self.pattern is not None:
            text = self.pattern.captured(text, self.group)
        return None if text is None or is_blank(text) else text.strip()

    def term(self, value: Any) -> str | None:
        """Return the term or text to assign; None when there is none, or it is unknown."""
        text = self.text(value)
        if text is None or self.terms is None:
            return text
        return self.terms.get(fold_spaced(text))

    def unread(self, value: Any) -> str:
        """Return the text that is not a known term, or an empty string."""
        text = self.text(value)
        if text is None or self.term(value) is not None:
            return ""
        return f"{self.field} {brief(text, max_length=_SHOWN)}"


@attrs.frozen
class Rule:
    """One rule: a condition on an event, and the answer when the condition holds.

    Attributes
    ----------
    number : int
        The number of the rule in its file, from 1; 0 for the default.
    name : str
        The name of the rule; may be empty.
    when
        The condition.
    answer
        A type id, `Facets` or a `Verdict`.
    from_fields : tuple of FromField
        What the answer takes from fields of the event.
    file : str
        The included file that has the rule; empty for the rule file itself.
    """

    number: int
    name: str
    when: Condition = attrs.field(repr=False)
    answer: Answer
    from_fields: tuple[FromField, ...] = ()
    file: str = ""

    @property
    def label(self) -> str:
        """The number and the name of the rule, and its file when it is included, for messages."""
        name = f" {quoted(self.name)}" if self.name else ""
        return f"{self.place}{name}"

    @property
    def place(self) -> str:
        """The number of the rule, and its file when it is included."""
        number = f"rule {self.number}" if self.number else "the default"
        return f"{number} of {quoted(self.file)}" if self.file else number

    @property
    def ranges(self) -> tuple[Clause, ...]:
        """The comparisons that need a number or a date."""
        return tuple(one for one in clauses_of(self.when) if isinstance(one.comparison, Within))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the rule reads, without repeats."""
        compared = (clause.field for clause in clauses_of(self.when))
        return tuple(dict.fromkeys((*compared, *(one.field for one in self.from_fields))))

    @property
    def assigned(self) -> frozenset[str]:
        """The facets and columns that the rule can assign."""
        fixed = verdict_of(self.answer).facets
        return frozenset([*fixed, *(one.name for one in self.from_fields)])

    def answer_to(self, event: Mapping[str, Any]) -> Answer:
        """Return the answer to an event for which the condition holds."""
        if not self.from_fields:
            return self.answer
        return self._filled([event[one.field] for one in self.from_fields])

    def answers_to(self, events: Events, rows: Sequence[int]) -> list[Answer]:
        """Return the answers to events for which the condition holds; equal ones are one object."""
        if not self.from_fields:
            return [self.answer] * len(rows)
        columns = [events.column(one.field) for one in self.from_fields]
        known: dict[tuple[Any, ...], Answer] = {}
        found = []
        for values in ([column[row] for column in columns] for row in rows):
            key = tuple(map(written, values))
            if key not in known:
                known[key] = self._filled(values)
            found.append(known[key])
        return found

    def _filled(self, values: Sequence[Any]) -> Answer:
        pairs = zip(self.from_fields, values, strict=True)
        terms = {one: term for one, value in pairs if (term := one.term(value)) is not None}
        fixed = verdict_of(self.answer)
        # Of several expressions with one group, the first that matches states the text.
        added = {one.name: term for one, term in reversed(terms.items())}
        observed = {one.name for one in terms if one.observed}
        return simplest(
            Verdict(
                fixed.type,
                facets=FrozenMap({**fixed.facets, **added}),
                observed=fixed.observed | observed,
            )
        )
