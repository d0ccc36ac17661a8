"""Transforms that merge and concatenate journeys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments, sequences
from touchpoints._core.checks import public
from touchpoints._core.columns import comparable, label_codes
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import first_few, not_found, wrong_kind
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import NAT
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, checked_journeys, derive, end_of_log
from touchpoints.journeys.outcomes import watched_until
from touchpoints.taxonomy import Touchpoint


@public
def distinct(
    journeys: Journeys, *, keep: Sequence[str] = (), within_persons: bool = False
) -> Journeys:
    """Merge journeys of the same variant (sequence of touchpoints) and the same outcomes.

    Parameters
    ----------
    keep
        Per-journey columns that must be equal as well, and are kept.
    within_persons
        Merge only journeys of the same person, and keep ``persons``: intervals, tests and the
        bootstrap are then of persons, as those of the unmerged journeys are. Journeys without a
        person are merged with each other, and each of them still counts as a separate person.

    Returns
    -------
    Journeys
        One row for each variant and combination of outcomes, in the order of first appearance;
        ``counts`` and ``values`` are summed. ``began`` and ``finished`` must be equal as well.
        Ids, persons (by default), times, ends, outcome times and all other columns are dropped,
        because they differ. Every analysis of order and outcomes gives the same numbers on the
        result; by default, its intervals take journeys to be independent.

    Raises
    ------
    InvalidInputError
        When ``within_persons`` is True and the journeys have no persons.
    NotFoundError
        When the per-journey column does not exist.
    WrongKindError
        When ``within_persons`` is not True or False.

    Notes
    -----
    O(m + n log n). Journeys are grouped by a hash and then compared exactly. Rows are numbered from
    0 instead of having ids; `concat` numbers such rows again, so that merging the parts of a log,
    concatenating the results and merging again gives what merging the whole log gives.

    See Also
    --------
    concat : Concatenate journeys of several logs.
    touchpoints.paths.variants : Count the variants.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> paths = tp.distinct(shop)
    >>> len(paths) < len(shop), int(paths.counts.sum()) == int(shop.counts.sum())
    (True, True)

    The same persons, for intervals that know who has several journeys:

    >>> by_person = tp.distinct(shop, within_persons=True)
    >>> len(set(by_person.persons)) == len(set(shop.persons))
    True
    """
    checked_journeys(journeys)
    persons = _known_persons(journeys) if within_persons else None
    for name in keep:
        if name not in journeys.per_journey:
            raise not_found("per-journey column", name, list(journeys.per_journey))
    extras = (*_agreeing(journeys, keep), *(() if persons is None else (label_codes(persons),)))
    k = len(journeys.touchpoints)
    found = sequences.distinct_sequences(journeys.codes, journeys.offsets, k, *extras)
    groups, first = found.of, found.first
    return Journeys(
        touchpoints=journeys.touchpoints,
        codes=owned(found.codes),
        offsets=owned(found.offsets),
        persons=None if persons is None else persons[first],
        counts=owned(_summed(journeys.counts, groups, len(first))),
        began=owned(journeys.began[first]),
        finished=owned(journeys.finished[first]),
        outcomes={name: one[first] for name, one in journeys.outcomes.items()},
        values={
            name: np.bincount(groups, weights=one, minlength=len(first))
            for name, one in journeys.values.items()
        },
        per_journey={name: _taken(journeys.per_journey[name], first) for name in keep},
        meta=journeys.meta if within_persons else attrs.evolve(journeys.meta, blocks=None),
    )


def _known_persons(journeys: Journeys) -> Array:
    """Return whose journeys they are; raise where that is not known of any."""
    if journeys.persons is None:
        raise InvalidInputError(
            "within_persons=True needs persons, and these journeys have none",
            mend="read the log with person=, or leave within_persons out",
        )
    return journeys.persons


def _agreeing(journeys: Journeys, keep: Sequence[str]) -> Iterable[Array]:
    yield journeys.began.astype(np.int64) * 2 + journeys.finished
    yield from (
        comparable(np.where(np.isnan(one), np.nan, one)) for one in journeys.outcomes.values()
    )
    yield from (comparable(journeys.per_journey[name]).astype(np.int64) for name in keep)


def _summed(counts: Array, groups: Array, size: int) -> Array:
    if bool((counts == 1).all()):
        return np.bincount(groups, minlength=size).astype(np.int64)
    totals = np.zeros(size, dtype=np.int64)
    np.add.at(totals, groups, counts)
    return totals


def _taken(column: Coded | Array, rows: Array) -> Coded | Array:
    return column.take(rows) if isinstance(column, Coded) else column[rows]


@public
def concat(parts: Iterable[Journeys]) -> Journeys:
    """Concatenate journeys of several logs.

    Parameters
    ----------
    parts
        Journeys with different ids and the same taxonomy, lens and time zone. Either all parts
        have times, or none of them. Parts without times whose rows are only numbered from 0, such
        as results of `distinct`, need no different ids: their rows are numbered again.

    Returns
    -------
    Journeys
        The journeys of each part in turn. Touchpoints are merged by key; a column that a part lacks
        is filled with nan, NaT or missing there. The counts of the reports are summed.

    Raises
    ------
    InvalidInputError
        When ids occur twice or are numbers in one part and text in another, or when the parts
        differ in taxonomy, lens, time zone, blocks of persons, in the touchpoint of a key, or in
        having times.

    Notes
    -----
    Concatenation is associative, and a log that is split by journey and concatenated again gives
    the same graph.

    See Also
    --------
    distinct : Merge equal journeys afterwards.
    select : Split a log by journey.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(100, seed=1)
    >>> tp.concat([shop[:40], shop[40:]]) == shop
    True
    """
    if isinstance(parts, (Journeys, str)) or not isinstance(parts, Iterable):
        mend = "for example tp.concat([first, second])"
        raise wrong_kind(parts, takes="a sequence of Journeys", mend=mend)
    whole = [checked_journeys(part) for part in parts]
    if not whole:
        raise InvalidInputError("concat needs at least one Journeys, got none")
    if len(whole) == 1:
        return whole[0]
    _check_alike(whole)
    touchpoints = united(whole)
    codes_of = {one.key: code for code, one in enumerate(touchpoints)}
    codes = [recoded(part, codes_of) for part in whole]
    lengths = np.concatenate([segments.lengths_of(part.offsets) for part in whole])
    plain = {
        name: _joined([getattr(part, name) for part in whole])
        for name in ("counts", "began", "finished", "times")
    }
    return Journeys(
        touchpoints=touchpoints,
        codes=np.concatenate(codes),
        offsets=segments.offsets_of(lengths),
        **plain,
        ids=_ids(whole),
        ends=filled([part.ends for part in whole], [len(part.codes) for part in whole], NAT),
        persons=_persons(whole),
        observed_until=_observed(whole),
        outcomes=mapped_columns(whole, "outcomes", np.nan),
        outcome_times=mapped_columns(whole, "outcome_times", NAT),
        values=mapped_columns(whole, "values", np.nan),
        per_interaction=mapped_columns(whole, "per_interaction", np.nan, per_interaction=True),
        per_journey=mapped_columns(whole, "per_journey", np.nan),
        meta=_meta(whole),
    )


def _check_alike(parts: list[Journeys]) -> None:
    for name in ("taxonomy", "lens", "timezone", "blocks"):
        found = [getattr(part.meta, name) for part in parts]
        if any(one != found[0] for one in found):
            raise InvalidInputError(
                f"all parts must have the same {name}",
                where=first_few(list(dict.fromkeys(map(str, found)))),
            )
    if len({part.times is None for part in parts}) > 1:
        raise InvalidInputError("either all parts must have times, or none")
    if len({part.ids.dtype.kind for part in parts if len(part)}) > 1:
        raise InvalidInputError(
            "ids must be of one type, but are numbers in one part and text in another",
            mend="read the id column with the same type in all parts",
        )


def united(parts: list[Journeys]) -> tuple[Touchpoint, ...]:
    """Return the distinct touchpoints of several logs, by key; raise where a key stands for two."""
    known: dict[str, Touchpoint] = {}
    for part in parts:
        for one in part.touchpoints:
            if known.setdefault(one.key, one) != one:
                raise InvalidInputError(
                    f"the key {one.key!r} stands for different touchpoints in different parts",
                    mend="read all parts with the same taxonomy",
                )
    return tuple(known.values())


def recoded(part: Journeys, codes_of: Mapping[str, int]) -> Array:
    """Return the codes of interactions in a table of touchpoints of several logs."""
    table = np.array([codes_of[one.key] for one in part.touchpoints], dtype=np.int32)
    return table[part.codes] if len(table) else part.codes


def _joined(columns: list[Any]) -> Any:
    if any(column is None for column in columns):
        return None
    return np.concatenate([column for column in columns if len(column)] or columns[:1])


def filled(columns: list[Any], sizes: list[int], missing: Any) -> Any:
    """Concatenate columns, filling those that are None; None when all of them are."""
    if all(column is None for column in columns):
        return None
    if any(isinstance(column, Coded) for column in columns):
        return _coded(columns, sizes)
    kind = next(column for column in columns if column is not None).dtype.kind
    empty = NAT if kind == "M" else missing
    return np.concatenate(
        [
            np.full(size, empty) if column is None else column
            for column, size in zip(columns, sizes, strict=True)
        ]
    )


def _coded(columns: list[Any], sizes: list[int]) -> Coded:
    known: dict[str, int] = {}
    codes = []
    for column, size in zip(columns, sizes, strict=True):
        if column is None:
            codes.append(np.full(size, -1, dtype=np.int32))
            continue
        if not isinstance(column, Coded):
            raise InvalidInputError("a column must hold text in all parts, or in none")
        table = [known.setdefault(one, len(known)) for one in column.categories]
        codes.append(np.array([*table, -1], dtype=np.int32)[column.codes])
    return Coded(owned(np.concatenate(codes)), tuple(known))


def mapped_columns(
    parts: list[Journeys], field: str, missing: Any, *, per_interaction: bool = False
) -> dict[str, Any]:
    """Concatenate columns by name, filled with what is missing where a part lacks one."""
    names = dict.fromkeys(name for part in parts for name in getattr(part, field))
    sizes = [len(part.codes) if per_interaction else len(part) for part in parts]
    return {
        name: filled([getattr(part, field).get(name) for part in parts], sizes, missing)
        for name in names
    }


def _ids(parts: list[Journeys]) -> Any:
    """Return the ids of all parts; rows that are only numbered are numbered again."""
    rows = [len(part) for part in parts]
    again = sum(size > 0 for size in rows) > 1 and all(map(_only_numbered, parts))
    return np.arange(sum(rows)) if again else _joined([part.ids for part in parts])


def _only_numbered(part: Journeys) -> bool:
    """Return whether ids say nothing: rows without times, numbered from 0."""
    numbers = np.arange(len(part))
    return part.times is None and (not len(part) or np.array_equal(part.ids, numbers))


def _persons(parts: list[Journeys]) -> Any:
    if all(part.persons is None for part in parts):
        return None
    return np.concatenate(
        [
            np.full(len(part), None, dtype=object) if part.persons is None else part.persons
            for part in parts
        ]
    )


def _observed(parts: list[Journeys]) -> Any:
    """Return the time until which each journey was observed; None for the last time of all.

    A log that does not say so was observed until its own last time, not until that of another.
    """
    if all(part.times is None for part in parts):
        if all(part.observed_until is None for part in parts):
            return None
        return filled([part.observed_until for part in parts], [len(one) for one in parts], NAT)
    until = np.concatenate([watched_until(part) for part in parts])
    end = max(
        end_of_log(part.times, part.ends, part.outcome_times)
        for part in parts
        if part.times is not None
    )
    return None if bool((until.view(np.int64) == end).all()) else until


def _meta(parts: list[Journeys]) -> Meta:
    report, defining = parts[0].meta.report, dict(parts[0].meta.defining)
    for part in parts[1:]:
        report = report.plus(part.meta.report)
        for name, keys in part.meta.defining.items():
            defining[name] = tuple(dict.fromkeys((*defining.get(name, ()), *keys)))
    return attrs.evolve(parts[0].meta, report=report, defining=defining)


def recounted(journeys: Journeys, counts: Array, *, times: Array | None = None) -> Journeys:
    """Return the journeys with other counts, a new array, and values scaled in proportion.

    ``times`` is the factor of the values; by default the ratio of new to old counts.
    """
    changes: dict[str, Any] = {"counts": owned(counts.astype(np.int64, copy=False))}
    if journeys.values:
        part = times
        if part is None:
            merged = int(journeys.counts.max(initial=0)) > 1
            part = counts / np.maximum(journeys.counts, 1) if merged else counts
        kept = -(part != 0).view(np.int8).astype(np.int64)  # all bits, or none
        changes["values"] = {
            name: owned(_scaled(one, part, kept)) for name, one in journeys.values.items()
        }
    return derive(journeys, **changes)


def _scaled(values: Array, part: Array, kept: Array) -> Array:
    """Return values times their part; 0 for none of them, also where a value is missing.

    By the bits that are kept of each: random branches take six times as long.
    """
    found: Array = values * part
    found.view(np.int64)[:] &= kept
    return found
