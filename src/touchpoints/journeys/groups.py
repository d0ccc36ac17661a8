"""Measures by group: the same table, one more column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import numpy as np

from touchpoints._core.arrays import counting, segments
from touchpoints._core.frozen import Array, Coded, code_values, owned
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Table
from touchpoints.errors import InvalidInputError, WrongKindError, warn
from touchpoints.journeys.model import Journeys, checked_journeys, take
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.taxonomy import UNKNOWN

T = TypeVar("T", bound=Table)


@attrs.frozen(eq=False)
class Groups:
    """Which group each journey is in: ``labels[of[j]]``; -1 where nobody knows."""

    labels: tuple[Any, ...]
    of: Array


def groups_of(journeys: Journeys, by: str) -> Groups:
    """Return the groups of journeys by a per-journey column, or by what a journey began with.

    Parameters
    ----------
    by
        The name of a per-journey column; or of a facet or per-interaction column, and then a
        journey belongs to the value of its first interaction. Journeys without a value (and empty
        ones, for the latter) belong to no group.

    Returns
    -------
    Groups
        In the order of their labels; numbers by size, text by code point.

    Raises
    ------
    NotFoundError
        When there is no such column or facet; the message proposes near ones.
    WrongKindError
        When ``by`` is no text, or these are no journeys.
    InvalidInputError
        When the name is both, no journey has a value, or the counts of journeys are too large to
        be added up exactly.
    """
    _countable(journeys)
    if not isinstance(by, str):
        raise WrongKindError(
            f"by= is the name of one column or facet, not {by!r}",
            mend="for groups of several, keep them joined in a per-journey column of their own: "
            "attrs.evolve(journeys, per_journey={…})",
        )
    found = [
        name
        for name, known in (
            ("a per-journey column", journeys.per_journey),
            ("a per-interaction column", journeys.per_interaction),
            ("a facet", facet_names(journeys)),
        )
        if by in known
    ]
    if not found:
        known = [*journeys.per_journey, *journeys.per_interaction, *facet_names(journeys)]
        raise not_found("column or facet", by, known)
    if len(found) > 1:
        raise InvalidInputError(f"{by!r} is both {' and '.join(found)}", mend="rename the column")
    column = journeys.per_journey[by] if by in journeys.per_journey else _begun_with(journeys, by)
    groups = _coded(column)
    if not (groups.of >= 0).any():
        raise InvalidInputError(f"no journey has a value of {by!r}")
    return groups


def _countable(journeys: Journeys) -> Journeys:
    """Return journeys whose counts can be added up exactly, or raise."""
    counting.check_counts(checked_journeys(journeys).offsets, journeys.counts)
    return journeys


def _begun_with(journeys: Journeys, by: str) -> Coded | Array:
    filled = segments.lengths_of(journeys.offsets) > 0
    first = np.where(filled, journeys.offsets[:-1], -1)
    column = journeys.per_interaction.get(by)
    if column is None:
        terms = [one.facet(by) for one in journeys.touchpoints]
        coded = code_values([None if term == UNKNOWN else term for term in terms])
        column = Coded(coded.codes[journeys.codes], coded.categories)
    if isinstance(column, Coded):
        codes = np.append(column.codes, np.int32(-1))
        return Coded(codes[first], column.categories)
    return np.append(column.astype(np.float64), np.nan)[first]


def _coded(column: Coded | Array) -> Groups:
    """Return groups in the order of their labels."""
    if not isinstance(column, Coded):
        known = ~_missing(column)
        labels, inverse = np.unique(column[known], return_inverse=True)
        of = np.full(len(column), -1, dtype=np.int64)
        of[known] = inverse
        return Groups(tuple(labels.tolist()), owned(of))
    met = np.unique(column.codes[column.codes >= 0]).tolist()
    used = sorted(met, key=column.categories.__getitem__)
    table = np.full(len(column.categories) + 1, -1, dtype=np.int64)
    table[used] = np.arange(len(used))
    return Groups(tuple(column.categories[place] for place in used), owned(table[column.codes]))


def _missing(column: Array) -> Array:
    return np.isnan(column) if column.dtype.kind in "fmM" else np.zeros(len(column), dtype=bool)


def by_group(journeys: Journeys, by: str | None, measure: Callable[[Journeys], T]) -> T:
    """Measure each group and put the tables on top of each other, with a column ``group``.

    Parameters
    ----------
    by
        As for `groups_of`; None measures all journeys at once, and there is no such column.
    measure
        From journeys to a table whose class declares ``group = optional_column(object)``.

    Warns
    -----
    TouchpointsWarning
        When journeys have no value of ``by``: they are in no group.
    """
    if by is None:
        return measure(_countable(journeys))
    parts, labels = parts_by(journeys, by)
    return stack([measure(part) for part in parts], labels)


def parts_by(journeys: Journeys, by: str) -> tuple[list[Journeys], tuple[Any, ...]]:
    """Return the journeys of each group and the labels of the groups, as `by_group` does."""
    groups = groups_of(journeys, by)
    warn_of_ungrouped(journeys, groups, by)
    places = range(len(groups.labels))
    return [take(journeys, np.flatnonzero(groups.of == place)) for place in places], groups.labels


def warn_of_ungrouped(journeys: Journeys, groups: Groups, by: str) -> None:
    """Warn when real journeys are in no group: nothing of them is in the answer.

    Rows are counted, whatever they stand for: a bootstrap changes counts, and says so once.
    """
    missing = groups.of < 0
    if journeys.counts[missing].any():
        many = f"{int(missing.sum()):,} of {len(missing):,}"
        warn(
            f"no value of {by!r} for {many} rows of journeys: they are in no group and left out. "
            "Give them one to see them: a per-journey column "
            "without gaps, as in attrs.evolve(journeys, per_journey={…})"
        )


def stack(tables: list[T], labels: tuple[Any, ...]) -> T:
    """Put tables of one class on top of each other, the label of each in ``group``.

    Facts that are no columns are those of the first table; those of persons, where there are any,
    of the table with the fewest effective ones.
    """
    kind: Any = type(tables[0])
    names = [field.name for field in attrs.fields(kind) if field.metadata.get("column")]
    facts = {field.name: getattr(tables[0], field.name) for field in attrs.fields(kind)}
    if facts.get("effective") is not None:
        least: Any = min(tables, key=lambda one: getattr(one, "effective", None) or np.inf)
        facts |= {"persons": least.persons, "effective": least.effective}
    columns: dict[str, Any] = {}
    for name in names:
        parts = [getattr(table, name) for table in tables]
        if name != "group" and parts[0] is not None:
            columns[name] = np.concatenate(parts)
    repeated = [
        label for label, table in zip(labels, tables, strict=True) for _ in range(len(table))
    ]
    stacked: T = kind(**{**facts, **columns, "group": repeated})
    return stacked
