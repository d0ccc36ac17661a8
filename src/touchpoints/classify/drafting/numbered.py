"""Names that differ only in numbers and ids, which are one kind of event."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from touchpoints._core.text import fold_spaced
from touchpoints.classify.drafting.rows import Row

MERGED = 3
"""Minimum number of names without a guess that are merged into one row."""

# A hexadecimal number of at least eight digits (or a UUID), or a number.
_IDS = re.compile(r"\b(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d+")


def without_ids(name: str) -> str:
    """Return a name folded, with ``#`` for numbers and ids.

    Examples
    --------
    >>> without_ids("Aviso_Stock_979"), without_ids("/help/12")
    ('aviso_stock_#', '/help/#')
    """
    return _IDS.sub("#", fold_spaced(name))


def merged(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows in decreasing order of events, with one for names that differ in numbers.

    Only names without a guess are merged: they are comments, while every other name is tested for
    as it is logged.
    """
    groups: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        if row.kind == "name" and row.key and row.guess.confidence == "none":
            groups.setdefault(without_ids(row.value), []).append(position)
    found = list(rows)
    gone: set[int] = set()
    for pattern, positions in groups.items():
        if len(positions) < MERGED or "#" not in pattern:
            continue
        count = sum(rows[one].count for one in positions)
        found[positions[0]] = attrs.evolve(rows[positions[0]], value=pattern, count=count)
        gone.update(positions[1:])
    kept = (row for position, row in enumerate(found) if position not in gone)
    return tuple(sorted(kept, key=lambda row: -row.count))
