"""Assemble `Journeys` from a log: group and order rows, join stages, type, and report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.arrays.threads import taken
from touchpoints._core.columns import (
    ColumnRoles,
    IdColumn,
    Log,
    check_not_empty_column,
    comparable,
    comparable_keys,
    named_columns,
)
from touchpoints._core.datetimes import NAT, Instants
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import counted, first_few
from touchpoints.classify.contract.protocol import Classifier
from touchpoints.classify.typing import (
    CONTEXT_FROM,
    CONTEXT_INFERRED,
    NEED_FROM,
    NEED_INFERRED,
    Matched,
    distinct_touchpoints,
    match_events,
    match_texts,
)
from touchpoints.classify.untyped_policy import EventSource, Unmatched, apply_unmatched
from touchpoints.errors import InvalidInputError, warn
from touchpoints.journeys.meta import Meta, Report
from touchpoints.journeys.model import Journeys, assembled, take_rows
from touchpoints.sources._lifecycle import OTHER, join_stages, stages_of
from touchpoints.sources._order import OrderedRows, order_rows, repeated
from touchpoints.taxonomy import MISSING

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy

_MOST_COUNT = 2**53

Duplicates = Literal["keep", "drop"]
Missing = Literal["drop", "raise"]
PersonConflicts = Literal["warn", "raise", "ignore"]


@attrs.frozen(kw_only=True)
class Options:
    """Options of reading a log, as documented at `from_frame`."""

    taxonomy: Taxonomy | None
    classifier: Classifier | None
    unmatched: Unmatched
    duplicates: Duplicates
    missing: Missing
    person_conflicts: PersonConflicts
    stages: Mapping[str, int]
    ties_by_key: bool = False


def assemble(log: Log, names: ColumnRoles, options: Options) -> Journeys:
    """Assemble the journeys of a log."""
    check_not_empty_column(names.journey, log.rows, _count(log.journey.missing), "journey")
    check_not_empty_column(names.time, log.rows, _count(log.time.missing), "time")
    stages = None
    if log.lifecycle is not None:
        column = names.lifecycle or ""
        stages = stages_of(log.lifecycle, column=column, meant=options.stages)
    typed = _types(log, names, options) if options.ties_by_key else None
    if typed is not None:
        log = _ordered_by_key(log, *typed)
    ordered = order_rows(log, *_usable(log, stages, names, options))
    ordered = _with_columns(log, ordered, names, options)
    codes, matched = typed or _types(log, names, options)
    codes = taken(_narrowed(codes, len(matched.named)), ordered.rows)
    ordered, typed = attrs.evolve(ordered, codes=codes), None
    ordered = _with_ends(log, ordered, stages, matched)
    log = _without_ordered(log)
    ordered = _settle_unmatched(ordered, matched, names, options)
    tied = ordered.tied()
    repeats = repeated(log, ordered, tied)
    _refuse_lazy_ties(log, ordered, tied & ~repeats, names)
    again = ordered.rows_in(repeats)
    ordered = ordered.counted(duplicates=again)
    if options.duplicates == "drop" and again:
        ordered = ordered.keep(~repeats).counted(duplicates_dropped=again)
        tied = ordered.tied()
    ordered = _with_pairs(ordered)
    columns = _columns(log, ordered, tied, matched, options)
    labels, first = log.journey.labels, ordered.first
    del log, ordered, tied, repeats  # ids take the most memory, and need none of these
    return assembled(ids=owned(labels(first)), **columns)


def _ordered_by_key(log: Log, codes: Array, matched: Matched) -> Log:
    """Order what all else leaves tied by the keys of the touchpoints."""
    keys = [one.key for one in (*matched.touchpoints, MISSING)]
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    of_code = np.array([places[key] for key in keys], dtype=np.int64)
    return attrs.evolve(log, tiebreak=(*log.tiebreak, of_code[codes]))


def _without_ordered(log: Log) -> Log:
    """Let go of what the ordered rows hold by now: touchpoints, and times unless rounded down."""
    time = log.time
    if time.fine is None:
        time = attrs.evolve(time, stamps=np.empty(0, dtype=np.int64))
    return attrs.evolve(log, touchpoint=None, time=time)


def _narrowed(codes: Array, size: int) -> Array:
    """Return codes in the smallest integer type that holds them, which makes taking rows faster."""
    kinds = (kind for kind in (np.int8, np.int16) if size <= np.iinfo(kind).max)
    return codes.astype(next(kinds, codes.dtype.type), copy=False)


def _with_pairs(ordered: OrderedRows) -> OrderedRows:
    """Count interactions by the rows of a lifecycle they are made of, of those that are kept."""
    if ordered.of_two is None or ordered.started is None:
        return ordered
    return ordered.counted(
        paired=_count(ordered.of_two),
        unpaired_starts=_count(ordered.started & ~ordered.of_two),
        unpaired_completes=_count(~ordered.started),
    )


def _count(mask: Array | None) -> int:
    return 0 if mask is None else int(np.count_nonzero(mask))


def _usable(
    log: Log, stages: Array | None, names: ColumnRoles, options: Options
) -> tuple[Array | None, dict[str, Any]]:
    """Return whether each row has a journey, a time and a valid stage (None: all), and counts."""
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
        ("bad_times", bad, ()),
        ("without_time", absent, names.time),
        ("lifecycle_ignored", None if stages is None else stages == OTHER, ()),
    ]
    for name, mask, columns in found:
        if mask is None or not mask.any():
            continue
        if columns and options.missing == "raise":
            rows = np.flatnonzero(mask)
            refuse_missing(
                len(rows),
                name.removeprefix("without_"),
                where=f"{named_columns(columns)}, rows {first_few(rows[:6].tolist())}",
            )
        tally[name] = _count(mask & ~unusable)
        unusable |= mask
    return (~unusable if unusable.any() else None), tally


def _with_columns(
    log: Log, ordered: OrderedRows, names: ColumnRoles, options: Options
) -> OrderedRows:
    """Take the columns of the journeys before rows are dropped."""
    persons, several = _persons(log.person, ordered)
    if several is not None and several.any():
        shared = log.journey.labels(ordered.first[np.flatnonzero(several)[:6]])
        where = f"{named_columns(names.journey)}, journeys {first_few(shared.tolist())}"
        tell_of_several_persons(_count(several), names, options, where=where)
    per_journey, journey_conflicts = _per_journey(log, ordered)
    counts = _journey_counts(log, ordered)
    columns = {"persons": persons, "per_journey": per_journey, "counts": counts}
    return attrs.evolve(ordered, columns=columns).counted(
        person_conflicts=_count(several), journey_conflicts=journey_conflicts
    )


def refuse_missing(number: int, what: str, *, where: str) -> NoReturn:
    """Raise for rows without an id or a time."""
    raise InvalidInputError(
        f"{counted(number, 'row', verb='have')} no {what}",
        where=where,
        mend='pass missing="drop" to leave them out and count them in meta.report',
    )


def tell_of_several_persons(
    number: int, names: ColumnRoles, options: Options, *, where: str
) -> None:
    """Warn of so many journeys of several persons, raise for them, or ignore them."""
    if not number or options.person_conflicts == "ignore":
        return
    what = f"{counted(number, 'journey', verb='name')} several persons"
    together = (names.person, *names.journey)
    mend = f"ids that are unique for each person only need both columns: journey={together!r}"
    if options.person_conflicts == "raise":
        raise InvalidInputError(what, where=where, mend=mend)
    warn(
        f"{what}, and the first was kept ({where}). {mend[0].upper()}{mend[1:]}. Pass "
        'person_conflicts="ignore" where one journey can have several persons.'
    )


def _with_ends(
    log: Log, ordered: OrderedRows, stages: Array | None, matched: Matched
) -> OrderedRows:
    """Find the end of each interaction: from the end column, or by joining start and complete."""
    if stages is not None:
        kinds = distinct_touchpoints((*matched.touchpoints, MISSING))[1][_codes(ordered)]
        ordered = join_stages(log, ordered, stages=stages, kinds=kinds)
    elif log.end is not None:
        _check_zones(log.time, log.end)
        ordered = attrs.evolve(ordered, ends=log.end.stamps[ordered.rows])
    if ordered.ends is None:
        return ordered
    early = (ordered.ends != NAT) & (ordered.ends < log.time.stamps[ordered.rows])
    ends = np.where(early, NAT, ordered.ends)
    return attrs.evolve(ordered, ends=ends).counted(ends_before_starts=_count(early))


def _check_zones(time: Instants, end: Instants) -> None:
    if (time.zone is None) != (end.zone is None) and not bool(end.missing.all()):
        aware, naive = ("end", "time") if time.zone is None else ("time", "end")
        raise InvalidInputError(
            f"the times of {aware}= have a zone, but those of {naive}= are naive",
            mend="pass tz= with the zone of the naive times",
        )


def _types(log: Log, names: ColumnRoles, options: Options) -> tuple[Array, Matched]:
    """Return the code of each row's distinct text or event (-1: no name), and how they match."""
    if options.classifier is not None:
        return match_events(log.fields, options.classifier, options.taxonomy)
    texts = log.touchpoint
    if texts is None:
        raise InvalidInputError("a log needs a touchpoint column or a classifier, got neither")
    unnamed = _count(texts.codes < 0)
    check_not_empty_column(names.touchpoint or "", log.rows, unnamed, "touchpoint")
    return texts.codes, match_texts(texts.categories, options.taxonomy)


def _settle_unmatched(
    ordered: OrderedRows, matched: Matched, names: ColumnRoles, options: Options
) -> OrderedRows:
    owner = "the classifier" if options.classifier is not None else "the taxonomy"
    source = EventSource(rows=ordered.rows, column=names.touchpoint, owner=owner)
    if ordered.of_two is None:
        found = apply_unmatched(_codes(ordered), matched, options.unmatched, source)
        ordered = ordered.counted(**found.tally)
        return ordered if found.kept is None else ordered.keep(found.kept)
    weights = ordered.weights()  # rows are counted, and a pair has two of them
    source = attrs.evolve(source, rows=np.repeat(ordered.rows, weights))
    found = apply_unmatched(np.repeat(_codes(ordered), weights), matched, options.unmatched, source)
    ordered = ordered.counted(**found.tally)
    return ordered if found.kept is None else ordered.keep(found.kept[np.cumsum(weights) - 1])


def _codes(ordered: OrderedRows) -> Array:
    return np.zeros(len(ordered.rows), dtype=np.int32) if ordered.codes is None else ordered.codes


def _refuse_lazy_ties(log: Log, ordered: OrderedRows, unlike: Array, names: ColumnRoles) -> None:
    if log.row_order:
        return
    for one in log.tiebreak:
        order = comparable(one)[ordered.rows]
        unlike = unlike & segments.repeats_within(order, ordered.offsets)
    differ = np.flatnonzero(unlike)
    if len(differ):
        where = dict.fromkeys(log.journey.labels(ordered.rows[differ[:50]]).tolist())
        raise InvalidInputError(
            f"{len(differ):,} interactions share journey and time with another, and a lazy table "
            "has no order of rows to decide which came first",
            where=f"{named_columns(names.time)}, journeys {first_few(where)}",
            mend="pass tiebreak= with columns that order them, or collect the table first",
        )


def _columns(
    log: Log, ordered: OrderedRows, tied: Array, matched: Matched, options: Options
) -> dict[str, Any]:
    """Return all columns of the journeys but their ids."""
    touchpoints, table = distinct_touchpoints((*matched.touchpoints, MISSING))
    distinct = _codes(ordered)
    plain = len(touchpoints) == len(table) and not bool((distinct < 0).any())
    kinds = len(touchpoints) - plain  # the last one, of missing names, does not occur
    final, order = ordering.by_appearance(distinct if plain else table[distinct], kinds)
    times = ordered.stamps if log.time.fine is None else log.time.stamps[ordered.rows]
    report = Report(
        **ordered.tally,
        **_tie_counts(log, ordered, tied, final),
        distinct_events=len(matched.touchpoints) if options.classifier is not None else 0,
        facet_conflicts=matched.disputed,
    )
    return dict(
        touchpoints=tuple(touchpoints[position] for position in order.tolist()),
        codes=owned(final),
        offsets=owned(ordered.offsets),
        times=owned(times.view("datetime64[us]")) if log.timed else None,
        ends=None if ordered.ends is None else owned(ordered.ends.view("datetime64[us]")),
        per_interaction=_per_interaction(log, ordered, distinct, matched, options),
        **ordered.columns,
        meta=Meta(taxonomy=options.taxonomy, timezone=log.time.zone, report=report),
    )


def _tie_counts(log: Log, ordered: OrderedRows, tied: Array, codes: Array) -> dict[str, Any]:
    same = segments.repeats_within(codes, ordered.offsets)
    for one in log.tiebreak if tied.any() else ():
        # What a column orders is not decided by the order of the rows.
        here = one[ordered.rows]
        same[1:] |= here[1:] != here[:-1]
    filled = _count(segments.lengths_of(ordered.offsets) > 0)
    return {
        "pairs": len(ordered.rows) - filled,
        "ties": _count(tied),
        "ties_that_matter": _count(tied & ~same),
    }


def _persons(person: IdColumn | None, ordered: OrderedRows) -> tuple[Array | None, Array | None]:
    """Return the person of each journey, and which journeys name several persons."""
    if person is None:
        return None, None
    numbers, missing = comparable_keys(person)
    chosen, conflicts = _first_known(numbers, ~missing[ordered.rows], ordered)
    labels = person.labels(np.maximum(chosen, 0))
    if bool((chosen < 0).any()):
        labels = labels.astype(object)
        labels[chosen < 0] = None
    return labels, conflicts


def _first_known(numbers: Array, known: Array, ordered: OrderedRows) -> tuple[Array, Array]:
    """Return each journey's first row with a known value, or -1, and whether its rows disagree."""
    first = segments.first_row_where(known, ordered.offsets)
    here = numbers[ordered.rows]
    expected = np.repeat(here[np.maximum(first, 0)], segments.lengths_of(ordered.offsets))
    differs = known & (here != expected)
    conflicts = segments.any_by_segment(differs, ordered.offsets)
    return np.where(first < 0, -1, ordered.rows[np.maximum(first, 0)]), conflicts


def _per_journey(log: Log, ordered: OrderedRows) -> tuple[dict[str, Any], int]:
    """Return the per-journey columns (first known values), and how many journeys disagree."""
    columns: dict[str, Any] = {}
    conflicts = np.zeros(len(ordered.offsets) - 1, dtype=bool)
    for name, column in log.per_journey.items():
        chosen, differing = _first_known(comparable(column), _known(column)[ordered.rows], ordered)
        conflicts |= differing
        columns[name] = _at_rows(column, chosen)
    return columns, _count(conflicts)


def _known(column: Coded | Array) -> Array:
    if isinstance(column, Coded):
        return column.codes >= 0
    return column == column if column.dtype.kind in "fM" else np.ones(len(column), dtype=bool)


def _at_rows(column: Coded | Array, rows: Array) -> Coded | Array:
    missing = rows < 0
    if isinstance(column, Coded):
        return Coded(np.where(missing, -1, column.codes[np.maximum(rows, 0)]), column.categories)
    if not missing.any():
        return column[rows]
    if column.dtype.kind == "M":
        return np.where(missing, np.array("NaT", column.dtype), column[np.maximum(rows, 0)])
    return np.where(missing, np.nan, column[np.maximum(rows, 0)])


def _journey_counts(log: Log, ordered: OrderedRows) -> Array:
    n = len(ordered.offsets) - 1
    if log.count is None:
        return np.ones(n, dtype=np.int64)
    count = log.count
    given = count[ordered.rows]
    wrong = ~((given >= 0) & (given == np.floor(given)) & (given < _MOST_COUNT))
    if wrong.any():
        rows = np.sort(ordered.rows[wrong])
        raise InvalidInputError(
            "count must be an integer of at least 0",
            where=f"rows {first_few(rows[:6].tolist())}: {first_few(count[rows[:6]].tolist())}",
        )
    known = np.ones(len(ordered.rows), dtype=bool)
    chosen, conflicts = _first_known(comparable(count), known, ordered)
    if conflicts.any():
        raise InvalidInputError(
            f"{counted(_count(conflicts), 'journey', verb='have')} rows with different counts",
            mend="count belongs to the journey: give all its rows the same count",
        )
    return count[chosen].astype(np.int64)


def _per_interaction(
    log: Log, ordered: OrderedRows, distinct: Array, matched: Matched, options: Options
) -> dict[str, Any]:
    made: dict[str, Any] = {name: one.take(distinct) for name, one in matched.columns.items()}
    for name, origin in matched.origins(options.taxonomy).items():
        made[name] = owned(np.append(origin, np.int8(0))[distinct])
    reserved = {NEED_FROM, CONTEXT_FROM, NEED_INFERRED, CONTEXT_INFERRED, *made}
    clash = [name for name in log.per_interaction if name in reserved]
    if clash:
        raise InvalidInputError(
            f"the columns {first_few(clash)} of the log would be lost: typing adds columns of "
            "these names",
            mend="rename them in the log, or leave them out of per_interaction=",
        )
    return {name: take_rows(one, ordered.rows) for name, one in log.fields.items()} | made
