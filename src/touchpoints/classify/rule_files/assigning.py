"""Read what a rule takes from a field of the event: ``{ field = "…" }`` or ``{ group = "…" }``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import first_few, quoted
from touchpoints._core.text import fold_spaced
from touchpoints.classify.rule_files.by_column import known_names
from touchpoints.classify.rule_files.comparisons import Matches
from touchpoints.classify.rule_files.conditions import Clause, Condition, Not
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.classify.rule_files.rule import FromField
from touchpoints.errors import NotFoundError
from touchpoints.taxonomy import Taxonomy
from touchpoints.taxonomy._fields import Fields, KeyPath

KEYS = ("field", "group", "terms")
"""The keys of a table that is assigned."""


def read_from_field(
    fields: Fields, where: KeyPath, value: object, when: Condition, *, taxonomy: Taxonomy | None
) -> tuple[FromField, ...]:
    """Return what a rule assigns from fields, nothing after a mistake, which is noted.

    A group may stand in several expressions, such as those of ``any``: the first that matches
    states the text.

    Parameters
    ----------
    where
        The key of the rule: the facet, or ``columns`` and the name of the column.
    when
        The condition of the rule, in whose expressions groups are looked up.
    """
    before = len(fields.problems)
    table = fields.table(value, where)
    fields.known_keys(table, KEYS, where)
    if ("field" in table) == ("group" in table):
        fields.note(where, "write the field or the group of a regex that states it, one of them")
    terms = _terms(fields, where, table, taxonomy)
    group = ""
    sources: list[tuple[str, Pattern | None]] = []
    if "field" in table:
        sources = [(fields.text(table["field"], (*where, "field")), None)]
    elif "group" in table:
        group = fields.text(table["group"], (*where, "group"))
        sources = _with_group(fields, (*where, "group"), group, when)
    if len(fields.problems) > before:
        return ()
    return tuple(
        FromField(name=where[-1], field=field, group=group, pattern=pattern, terms=terms)
        for field, pattern in sources
    )


def _with_group(
    fields: Fields, where: KeyPath, group: str, when: Condition
) -> list[tuple[str, Pattern | None]]:
    """Return the fields and the expressions of a condition with a group of this name."""
    searched = [
        (clause.field, clause.comparison.pattern)
        for clause in _required(when)
        if isinstance(clause.comparison, Matches)
    ]
    found: list[tuple[str, Pattern | None]] = [
        (field, pattern) for field, pattern in searched if group in pattern.groups
    ]
    if found:
        return found
    known = [name for _, pattern in searched for name in pattern.groups]
    named = f"its groups: {first_few(known)}" if known else "it has none"
    if group:
        fields.note(
            where,
            f"no group {quoted(group)} in a regex of the rule ({named}; write "
            f"(?P<{group[:20]}>...) around the part to keep)",
        )
    return []


def _required(condition: Condition) -> Iterator[Clause]:
    """Yield the comparisons of a condition that are not negated."""
    if isinstance(condition, Clause):
        yield condition
    elif not isinstance(condition, Not):
        for part in condition.parts:
            yield from _required(part)


def _terms(
    fields: Fields, where: KeyPath, table: Mapping[str, Any], taxonomy: Taxonomy | None
) -> FrozenMap[str, str] | None:
    """Return the ids by folded text; None for a column, or a facet without a taxonomy and terms."""
    given = fields.text_table(table.get("terms", {}), (*where, "terms"))
    own = {fold_spaced(text): term for text, term in given.items()}
    facet = where[-1]
    if taxonomy is None or facet not in taxonomy.facets:
        return FrozenMap(own) if own else None
    try:
        return FrozenMap({**known_names(taxonomy, facet, own), **own})
    except NotFoundError as error:
        fields.note((*where, "terms"), error.what)
        return None
