"""Where a term of a document comes among the others: after or before one of them."""

from __future__ import annotations

from collections.abc import Mapping

from touchpoints._core.messages import did_you_mean
from touchpoints.taxonomy._fields import Fields, Place, Table
from touchpoints.taxonomy.vocabulary import Term

POSITIONS = {"before": 0, "after": 1}
"""How far behind the beginning of the other term the own one starts."""


def in_places(
    terms: Mapping[str, Term], tables: Mapping[str, Table], *, fields: Fields, where: Place
) -> dict[str, Term]:
    """Return the terms with those moved whose tables say ``after`` or ``before`` another."""
    order = list(terms)
    for name, table in tables.items():
        said = [position for position in POSITIONS if position in table]
        here = (*where, "terms", name)
        if len(said) > 1:
            fields.note(here, "one place is enough: say either after or before")
        elif said and (other := _other(table[said[0]], terms, fields, (*here, said[0]))):
            order.remove(name)
            order.insert(order.index(other) + POSITIONS[said[0]], name)
    return {name: terms[name] for name in order}


def _other(value: object, terms: Mapping[str, Term], fields: Fields, where: Place) -> str:
    """Return the id of the term that is referred to, nothing when there is no such other term."""
    other = fields.text(value, where)
    if other and (other not in terms or other == where[-2]):
        fields.note(where, f"no other {where[1]} {other!r}{did_you_mean(other, terms)}")
        return ""
    return other
