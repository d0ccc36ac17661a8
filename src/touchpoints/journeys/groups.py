"""Analyses by group: the table of each group, stacked, with a column ``group``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs
import numpy as np

from touchpoints._core.arrays import counting, segments
from touchpoints._core.frozen import Array, Coded, code_values, owned, text_array
from touchpoints._core.messages import first_few, not_found, quoted
from touchpoints._core.tables import Table
from touchpoints.errors import InvalidInputError, WrongKindError, warn
from touchpoints.journeys.group_parts import InOrder, in_order, one_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.taxonomy import UNKNOWN

T = TypeVar("T", bound=Table)


@attrs.frozen(eq=False)
class Groups:
    """The group of each journey j: ``labels[of[j]]``; ``of[j]`` is -1 where it is not known.

    ``names`` are those that were given in a tuple or list; each label is then a tuple as long.
    """

    labels: tuple[Any, ...]
    of: Array
    names: tuple[str, ...] | None = None


def groups_of(journeys: Journeys, by: str | Sequence[str]) -> Groups:
    """Return the group of each journey, by per-journey columns or by its first interaction.

    Parameters
    ----------
    by
        The name of a per-journey column, or of a facet or per-interaction column: then the group
        of a journey is the value of its first interaction. Journeys without a value belong to no
        group, and so do empty journeys when a facet or a per-interaction column is given. With a
        tuple or list of names, the group is the tuple of the values, and journeys that lack one of
        them belong to no group.

    Returns
    -------
    Groups
        Sorted by label: numbers by size, text by code point, tuples by their first value first.

    Raises
    ------
    NotFoundError
        When there is no column or facet of that name; the message proposes similar names.
    WrongKindError
        When ``by`` is neither a str nor a sequence of them, or ``journeys`` is not a `Journeys`.
    InvalidInputError
        When a name has several meanings or is given twice, no name is given, no journey has a
        value, or the counts of journeys are too large to be summed exactly.
    """
    countable(journeys)
    if isinstance(by, str):
        return _by_one(journeys, by)
    names = group_names(by)
    parts = [_by_one(journeys, name) for name in names]
    keys, known = np.zeros(len(journeys), dtype=np.int64), np.ones(len(journeys), dtype=bool)
    for part in parts:  # numbered anew after each column, so that keys stay small
        known &= part.of >= 0
        keys = np.unique(keys * len(part.labels) + part.of, return_inverse=True)[1]
    first, of = np.unique(np.where(known, keys, -1), return_index=True)[1], np.full(len(keys), -1)
    first = first[known[first]]
    if not len(first):
        raise InvalidInputError(f"no journey has values of {_named(names, ' and ')}")
    of[known] = np.searchsorted(keys[first], keys[known])
    rows = (tuple(part.labels[part.of[row]] for part in parts) for row in first.tolist())
    return Groups(tuple(rows), owned(of), names)


def group_names(by: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names that journeys are grouped by; raise where they are no names, or repeat."""
    names = (by,) if isinstance(by, str) else by
    if not isinstance(names, (tuple, list)) or not all(isinstance(one, str) for one in names):
        raise WrongKindError(
            f"by must be the name of a column or facet, or a tuple of names, got {quoted(by)}",
            mend='for example by="segment" or by=("segment", "week")',
        )
    if not names:
        raise InvalidInputError(
            "by must have at least one name, got none", mend="leave by= out for no groups"
        )
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InvalidInputError(f"by must have each name once, got {first_few(twice)} twice")
    return tuple(names)


def _named(names: tuple[str, ...], between: str) -> str:
    return between.join(repr(name) for name in names)


def _by_one(journeys: Journeys, by: str) -> Groups:
    """Return the group of each journey by one column or facet."""
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
    groups = grouped_by(column)
    if not (groups.of >= 0).any():
        raise InvalidInputError(f"no journey has a value of {by!r}")
    return groups


def countable(journeys: Journeys) -> Journeys:
    """Return journeys as given, or raise when their counts are too large to be summed exactly."""
    counting.check_counts(checked_journeys(journeys).offsets, journeys.counts)
    return journeys


def _begun_with(journeys: Journeys, by: str) -> Coded | Array:
    filled = segments.lengths_of(journeys.offsets) > 0
    first = np.where(filled, journeys.offsets[:-1], -1)
    return values_at(journeys, by, first)


def values_at(journeys: Journeys, name: str, rows: Array) -> Coded | Array:
    """Return a per-interaction column, or a facet, at these rows; missing where a row is -1."""
    column = journeys.per_interaction.get(name)
    if column is None:
        terms = [one.facet(name) for one in journeys.touchpoints]
        coded = code_values([None if term == UNKNOWN else term for term in terms])
        column = Coded(coded.codes[journeys.codes], coded.categories)
    if isinstance(column, Coded):
        codes = np.append(column.codes, np.int32(-1))
        return Coded(codes[rows], column.categories)
    return np.append(column.astype(np.float64), np.nan)[rows]


def grouped_by(column: Coded | Array) -> Groups:
    """Return the groups of a column, sorted by label."""
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
    return Groups(tuple(column.categories[code] for code in used), owned(table[column.codes]))


def _missing(column: Array) -> Array:
    return np.isnan(column) if column.dtype.kind in "fmM" else np.zeros(len(column), dtype=bool)


def by_group(
    journeys: Journeys, by: str | Sequence[str] | None, analysis: Callable[[Journeys], T]
) -> T:
    """Apply an analysis to each group and stack the tables, with a column ``group``.

    Parameters
    ----------
    by
        As for `groups_of`; with None all journeys are analysed together, without the column.
    analysis
        A function from journeys to a table; its class declares ``group = optional_column(object)``.

    Warns
    -----
    TouchpointsWarning
        When journeys have no value of ``by``, so that they are in no group.
    """
    if by is None:
        return analysis(countable(journeys))
    parts, groups = parts_by(journeys, by)
    return stack([analysis(part) for part in parts], groups.labels, names=groups.names)


def parts_by(journeys: Journeys, by: str | Sequence[str]) -> tuple[list[Journeys], Groups]:
    """Return the journeys of each group, and the groups."""
    groups = groups_of(journeys, by)
    warn_of_ungrouped(journeys, groups, by)
    return in_order(journeys, groups.of, len(groups.labels)).parts(), groups


def all_groups(
    journeys: Journeys,
    by: str | Sequence[str] | None,
    analysis: Callable[[InOrder], tuple[T, Array]],
) -> T:
    """Apply an analysis that asks all groups together; with ``by`` there is a column ``group``.

    Parameters
    ----------
    by
        As for `by_group`; with None all journeys are one group.
    analysis
        A function from the journeys of all groups to a table, with the group of each of its rows:
        the table that `by_group` has of an analysis of each group alone.

    Warns
    -----
    TouchpointsWarning
        As `by_group`.
    """
    if by is None:
        return analysis(one_group(countable(journeys)))[0]
    groups = groups_of(journeys, by)
    warn_of_ungrouped(journeys, groups, by)
    found: Any
    found, of = analysis(in_order(journeys, groups.of, len(groups.labels)))
    table: T = attrs.evolve(found, group=text_array(groups.labels)[of], by=groups.names)
    return table


def warn_of_ungrouped(journeys: Journeys, groups: Groups, by: str | Sequence[str]) -> None:
    """Warn when journeys with a count above 0 are in no group, and so left out of the result.

    The message counts rows, not real journeys, so that a bootstrap, which changes counts, repeats
    the same message and it is shown once.
    """
    missing = groups.of < 0
    if journeys.counts[missing].any():
        many = f"{int(missing.sum()):,} of {len(missing):,}"
        what = _named(group_names(by), " or ")
        warn(
            f"no value of {what} for {many} rows of journeys: they are in no group and are left "
            "out. To include them, group by a per-journey column without missing values, as in "
            "attrs.evolve(journeys, per_journey={…})"
        )


def stack(tables: list[T], labels: tuple[Any, ...], *, names: tuple[str, ...] | None = None) -> T:
    """Stack tables of one class, with the label of each table in the column ``group``.

    Fields that are not columns are taken from the first table, or combined as they declare by
    ``fact`` of `touchpoints._core.tables`; those of persons, if there are any, are taken from the
    table with the fewest effective persons, and rows of few persons are added up. With ``names``,
    labels are tuples with a value for each name.
    """
    kind: Any = type(tables[0])
    kept = [field.name for field in attrs.fields(kind) if field.metadata.get("column")]
    facts = {field.name: getattr(tables[0], field.name) for field in attrs.fields(kind)}
    for field in attrs.fields(kind):
        if combine := field.metadata.get("of_groups"):
            facts[field.name] = combine([getattr(table, field.name) for table in tables])
    if facts.get("effective") is not None:
        least: Any = min(tables, key=lambda one: getattr(one, "effective", None) or np.inf)
        facts |= {"persons": least.persons, "effective": least.effective}
    if "few_behind" in facts:
        facts["few_behind"] = sum(getattr(one, "few_behind", 0) for one in tables)
    columns: dict[str, Any] = {}
    for name in kept:
        parts = [getattr(table, name) for table in tables]
        if name != "group" and parts[0] is not None:
            columns[name] = np.concatenate(parts)
    repeated = [
        label for label, table in zip(labels, tables, strict=True) for _ in range(len(table))
    ]
    stacked: T = kind(**{**facts, **columns, "group": repeated, "by": names})
    return stacked
