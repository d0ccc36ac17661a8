"""The order of the terms of a facet: a new term goes last, or before or after another term."""

from __future__ import annotations

from collections.abc import Mapping

from touchpoints._core.messages import did_you_mean
from touchpoints.taxonomy._fields import Fields, KeyPath, Table
from touchpoints.taxonomy.vocabulary import Term

OFFSETS = {"before": 0, "after": 1}
"""The offset of a term's position from the position of the term that it refers to."""


def reordered(
    terms: Mapping[str, Term], tables: Mapping[str, Table], *, fields: Fields, where: KeyPath
) -> dict[str, Term]:
    """Return the terms, with every term moved whose table has ``after`` or ``before``."""
    order = list(terms)
    for name, table in tables.items():
        given = [key for key in OFFSETS if key in table]
        here = (*where, "terms", name)
        if len(given) > 1:
            fields.note(here, "give either after or before, not both")
        elif given and (other := _other(table[given[0]], terms, fields, (*here, given[0]))):
            order.remove(name)
            order.insert(order.index(other) + OFFSETS[given[0]], name)
    return {name: terms[name] for name in order}


def _other(value: object, terms: Mapping[str, Term], fields: Fields, where: KeyPath) -> str:
    """Return the id of the other term, or note the problem and return "" when there is none."""
    other = fields.text(value, where)
    if other and (other not in terms or other == where[-2]):
        fields.note(where, f"no other {where[1]} {other!r}{did_you_mean(other, terms)}")
        return ""
    return other
