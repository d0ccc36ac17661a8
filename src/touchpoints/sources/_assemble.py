"""From the columns of a log to `Journeys`: group, order, pair, type, count what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.columns import (
    ColumnRoles,
    IdColumn,
    Log,
    check_not_empty_column,
    comparable,
    comparable_keys,
)
from touchpoints._core.datetimes import NAT, Instants
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import counted, first_few
from touchpoints.classify.contract.protocol import Classifier
from touchpoints.classify.typing import (
    CONTEXT_FROM,
    NEED_FROM,
    Matched,
    distinct_touchpoints,
    match_events,
    match_texts,
)
from touchpoints.classify.untyped_policy import Unmatched, Unsettled, settle
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.meta import Meta, Report
from touchpoints.journeys.model import Journeys, assembled, take_rows
from touchpoints.sources._lifecycle import OTHER, pair, stages_of
from touchpoints.sources._order import Placed, place, repeated
from touchpoints.taxonomy import MISSING

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy

_MOST_COUNT = 2**53

Duplicates = Literal["keep", "drop"]
Missing = Literal["drop", "raise"]


@attrs.frozen(kw_only=True)
class Options:
    """How a log is read; what each means stands at `from_frame`."""

    taxonomy: Taxonomy | None
    classifier: Classifier | None
    unmatched: Unmatched
    duplicates: Duplicates
    missing: Missing
    stages: Mapping[str, int]


def assemble(log: Log, names: ColumnRoles, options: Options) -> Journeys:
    """Return the journeys of a log."""
    check_not_empty_column(names.journey, log.rows, _count(log.journey.missing), "journey")
    check_not_empty_column(names.time, log.rows, _count(log.time.missing), "time")
    stages = None
    if log.lifecycle is not None:
        column = names.lifecycle or ""
        stages = stages_of(log.lifecycle, column=column, meant=options.stages)
    placed = _with_columns(log, place(log, *_usable(log, stages, names, options)))
    codes, matched = _types(log, names, options)
    placed = attrs.evolve(placed, codes=_narrowed(codes, len(matched.named))[placed.rows])
    placed = _with_ends(log, placed, stages, matched)
    placed = _settle_unmatched(placed, matched, names, options)
    tied = placed.tied()
    repeats = repeated(log, placed, tied)
    _refuse_lazy_ties(log, placed, tied & ~repeats, names)
    again = int(placed.weights()[repeats].sum())
    placed = placed.counted(duplicates=again)
    if options.duplicates == "drop" and again:
        placed = placed.keep(~repeats).counted(duplicates_dropped=again)
        tied = placed.tied()
    if placed.of_two is not None:
        placed = placed.counted(paired=_count(placed.of_two))
    return _build(log, placed, tied, matched, options)


def _narrowed(codes: Array, size: int) -> Array:
    """Return codes in the fewest bytes that hold them, which makes taking rows faster."""
    kinds = (kind for kind in (np.int8, np.int16) if size <= np.iinfo(kind).max)
    return codes.astype(next(kinds, codes.dtype.type), copy=False)


def _count(mask: Array | None) -> int:
    return 0 if mask is None else int(np.count_nonzero(mask))


def _usable(
    log: Log, stages: Array | None, names: ColumnRoles, options: Options
) -> tuple[Array | None, dict[str, Any]]:
    """Return the rows that have a journey, a time and a stage that counts; None for all."""
    tally: dict[str, Any] = {"rows": log.rows, "ambiguous_times": log.time.ambiguous}
    unusable = np.zeros(log.rows, dtype=bool)
    bad, absent = None, log.time.missing
    if log.time.bad is not None:
        bad = np.zeros(log.rows, dtype=bool)
        bad[log.time.bad] = True
        absent = absent & ~bad
    if log.end is not None and log.end.bad is not None:
        tally["bad_ends"] = len(log.end.bad)
    found = [
        ("without_journey", log.journey.missing, names.journey),
        ("bad_times", bad, ""),
        ("without_time", absent, names.time),
        ("lifecycle_ignored", None if stages is None else stages == OTHER, ""),
    ]
    for name, mask, column in found:
        if mask is None or not mask.any():
            continue
        if column and options.missing == "raise":
            rows = np.flatnonzero(mask)
            raise InvalidInputError(
                f"{counted(len(rows), 'row', verb='have')} no {name.removeprefix('without_')}",
                where=f"column {column!r}, rows {first_few(rows[:6].tolist())}",
                mend='missing="drop" leaves them out and counts them in meta.report',
            )
        tally[name] = _count(mask & ~unusable)
        unusable |= mask
    return (~unusable if unusable.any() else None), tally


def _with_columns(log: Log, placed: Placed) -> Placed:
    """Find the columns of the journeys while all their rows are there: some may be dropped."""
    persons, person_conflicts = _persons(log.person, placed)
    per_journey, journey_conflicts = _per_journey(log, placed)
    counts = _journey_counts(log, placed)
    columns = {"persons": persons, "per_journey": per_journey, "counts": counts}
    return attrs.evolve(placed, columns=columns).counted(
        person_conflicts=person_conflicts, journey_conflicts=journey_conflicts
    )


def _with_ends(log: Log, placed: Placed, stages: Array | None, matched: Matched) -> Placed:
    """Find when each interaction ended: from its own column, or by pairing start and complete."""
    if stages is not None:
        kinds = distinct_touchpoints((*matched.touchpoints, MISSING))[1][_codes(placed)]
        placed = pair(log, placed, stages=stages, kinds=kinds)
    elif log.end is not None:
        _check_zones(log.time, log.end)
        placed = attrs.evolve(placed, ends=log.end.stamps[placed.rows])
    if placed.ends is None:
        return placed
    early = (placed.ends != NAT) & (placed.ends < log.time.stamps[placed.rows])
    ends = np.where(early, NAT, placed.ends)
    return attrs.evolve(placed, ends=ends).counted(ends_before_starts=_count(early))


def _check_zones(time: Instants, end: Instants) -> None:
    if (time.zone is None) != (end.zone is None) and not bool(end.missing.all()):
        with_one, without = ("end", "time") if time.zone is None else ("time", "end")
        raise InvalidInputError(
            f"the times of {with_one}= have a zone, those of {without}= have none",
            mend="pass tz= with the zone that the naive ones are in",
        )


def _types(log: Log, names: ColumnRoles, options: Options) -> tuple[Array, Matched]:
    """Return which distinct text or event each row is (-1 without a name), and what those are."""
    if options.classifier is not None:
        return match_events(log.fields, options.classifier, options.taxonomy)
    texts = log.touchpoint
    if texts is None:
        raise InvalidInputError("a log needs a touchpoint column or a classifier")
    unnamed = _count(texts.codes < 0)
    check_not_empty_column(names.touchpoint or "", log.rows, unnamed, "touchpoint")
    return texts.codes, match_texts(texts.categories, options.taxonomy)


def _settle_unmatched(
    placed: Placed, matched: Matched, names: ColumnRoles, options: Options
) -> Placed:
    owner = "the classifier" if options.classifier is not None else "the taxonomy"
    source = Unsettled(rows=placed.rows, column=names.touchpoint, owner=owner)
    if placed.of_two is None or options.unmatched == "raise":
        found = settle(_codes(placed), matched, options.unmatched, source)
        placed = placed.counted(**found.tally)
        return placed if found.kept is None else placed.keep(found.kept)
    weights = placed.weights()  # what is counted are rows, of which a pair has two
    found = settle(np.repeat(_codes(placed), weights), matched, options.unmatched, source)
    placed = placed.counted(**found.tally)
    return placed if found.kept is None else placed.keep(found.kept[np.cumsum(weights) - 1])


def _codes(placed: Placed) -> Array:
    return np.zeros(len(placed.rows), dtype=np.int32) if placed.codes is None else placed.codes


def _refuse_lazy_ties(log: Log, placed: Placed, unlike: Array, names: ColumnRoles) -> None:
    if log.row_order:
        return
    if log.tiebreak is not None:
        order = comparable(log.tiebreak)[placed.rows]
        unlike = unlike & segments.repeats_within(order, placed.offsets)
    differ = np.flatnonzero(unlike)
    if len(differ):
        where = dict.fromkeys(log.journey.labels(placed.rows[differ[:50]]).tolist())
        raise InvalidInputError(
            f"{len(differ):,} interactions share journey and time with another, and a lazy table "
            "has no order of rows to say which came first",
            where=f"column {names.time!r}, journeys {first_few(where)}",
            mend="pass tiebreak= with a column that tells them apart, or collect the table first",
        )


def _build(log: Log, placed: Placed, tied: Array, matched: Matched, options: Options) -> Journeys:
    touchpoints, table = distinct_touchpoints((*matched.touchpoints, MISSING))
    distinct = _codes(placed)
    plain = len(touchpoints) == len(table) and not bool((distinct < 0).any())
    final, order = ordering.by_appearance(distinct if plain else table[distinct], len(touchpoints))
    times = placed.stamps if log.time.fine is None else log.time.stamps[placed.rows]
    report = Report(
        **placed.tally,
        **_tie_counts(placed, tied, final),
        distinct_events=len(matched.touchpoints) if options.classifier is not None else 0,
        facet_conflicts=matched.disputed,
    )
    return assembled(
        touchpoints=tuple(touchpoints[place] for place in order.tolist()),
        codes=owned(final),
        offsets=owned(placed.offsets),
        times=owned(times.view("datetime64[us]")),
        ends=None if placed.ends is None else owned(placed.ends.view("datetime64[us]")),
        ids=log.journey.labels(placed.first),
        per_interaction=_per_interaction(log, placed, distinct, matched, options),
        **placed.columns,
        meta=Meta(taxonomy=options.taxonomy, timezone=log.time.zone, report=report),
    )


def _tie_counts(placed: Placed, tied: Array, codes: Array) -> dict[str, Any]:
    same = segments.repeats_within(codes, placed.offsets)
    filled = _count(segments.lengths_of(placed.offsets) > 0)
    return {
        "pairs": len(placed.rows) - filled,
        "ties": _count(tied),
        "ties_that_matter": _count(tied & ~same),
    }


def _persons(person: IdColumn | None, placed: Placed) -> tuple[Array | None, int]:
    """Return whose each journey is, and how many journeys name several persons."""
    if person is None:
        return None, 0
    numbers, missing = comparable_keys(person)
    chosen, conflicts = _one_each(numbers, ~missing[placed.rows], placed)
    labels = person.labels(np.maximum(chosen, 0))
    if bool((chosen < 0).any()):
        labels = labels.astype(object)
        labels[chosen < 0] = None
    return labels, conflicts


def _one_each(numbers: Array, known: Array, placed: Placed) -> tuple[Array, int]:
    """Return each journey's first row that says something (-1: none does), and the conflicts."""
    first = segments.first_row_where(known, placed.offsets)
    here = numbers[placed.rows]
    expected = np.repeat(here[np.maximum(first, 0)], segments.lengths_of(placed.offsets))
    differs = known & (here != expected)
    conflicts = _count(segments.any_by_segment(differs, placed.offsets))
    return np.where(first < 0, -1, placed.rows[np.maximum(first, 0)]), conflicts


def _per_journey(log: Log, placed: Placed) -> tuple[dict[str, Any], int]:
    """Return the per-journey columns, each journey's first value; and the journeys that differ."""
    columns: dict[str, Any] = {}
    conflicts = 0
    for name, column in log.per_journey.items():
        chosen, differing = _one_each(comparable(column), _known(column)[placed.rows], placed)
        conflicts += differing
        columns[name] = _at_rows(column, chosen)
    return columns, conflicts


def _known(column: Coded | Array) -> Array:
    if isinstance(column, Coded):
        return column.codes >= 0
    return column == column if column.dtype.kind in "fM" else np.ones(len(column), dtype=bool)


def _at_rows(column: Coded | Array, rows: Array) -> Coded | Array:
    gone = rows < 0
    if isinstance(column, Coded):
        return Coded(np.where(gone, -1, column.codes[np.maximum(rows, 0)]), column.categories)
    if not gone.any():
        return column[rows]
    if column.dtype.kind == "M":
        return np.where(gone, np.array("NaT", column.dtype), column[np.maximum(rows, 0)])
    return np.where(gone, np.nan, column[np.maximum(rows, 0)])


def _journey_counts(log: Log, placed: Placed) -> Array:
    n = len(placed.offsets) - 1
    if log.count is None:
        return np.ones(n, dtype=np.int64)
    count = log.count
    given = count[placed.rows]
    wrong = ~((given >= 0) & (given == np.floor(given)) & (given < _MOST_COUNT))
    if wrong.any():
        rows = np.sort(placed.rows[wrong])
        raise InvalidInputError(
            "a count is a whole number of journeys, 0 or more",
            where=f"rows {first_few(rows[:6].tolist())}: {first_few(count[rows[:6]].tolist())}",
        )
    known = np.ones(len(placed.rows), dtype=bool)
    chosen, conflicts = _one_each(comparable(count), known, placed)
    if conflicts:
        raise InvalidInputError(
            f"{counted(conflicts, 'journey', verb='have')} rows with different counts",
            mend="a count is a property of the journey: give all its rows the same",
        )
    return count[chosen].astype(np.int64)


def _per_interaction(
    log: Log, placed: Placed, distinct: Array, matched: Matched, options: Options
) -> dict[str, Any]:
    made: dict[str, Any] = {name: one.take(distinct) for name, one in matched.columns.items()}
    for name, origin in matched.origins(options.taxonomy).items():
        made[name] = owned(np.append(origin, np.int8(0))[distinct])
    reserved = {NEED_FROM, CONTEXT_FROM, *made}
    clash = [name for name in log.per_interaction if name in reserved]
    if clash:
        raise InvalidInputError(
            f"the columns {first_few(clash)} of the log would be lost: typing makes columns of "
            "these names",
            mend="rename them in the log, or leave them out of per_interaction=",
        )
    return {name: take_rows(one, placed.rows) for name, one in log.fields.items()} | made
