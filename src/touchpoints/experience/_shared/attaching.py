"""Which interaction each answer is about, and what becomes of the answers that are about none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import check_option
from touchpoints._core.columns import keys_of_columns, one_or_several
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import agreeing, counted, first_few
from touchpoints._core.reading import Table, table_of
from touchpoints._core.zones import HowTimes
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.answer_terms import (
    Unmatched,
    allowed_touchpoints,
    known_terms,
)
from touchpoints.experience._shared.answered import with_answers
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.meta import Report
from touchpoints.journeys.model import Journeys, derive
from touchpoints.journeys.tie_breaking import id_ranks
from touchpoints.sources._columns import columns_of_records

USED = "attached"
_ONE_EACH = "give one row per journey: an answer is of one of them"


def ids_named(journey: Any, person: str | None, *, what: str) -> tuple[str, ...]:
    """Return the columns with ids of journeys, none where persons are named; raise for both."""
    if (journey is None) == (person is None):
        raise InvalidInputError(
            f"{what} are of journeys or of persons: name one column of ids",
            mend='journey="…" with ids of journeys, or person="…" with ids of persons',
        )
    return () if journey is None else one_or_several("journey", journey)


@attrs.frozen(kw_only=True)
class Roles:
    """The columns of a table of answers."""

    journey: tuple[str, ...]
    person: str | None
    time: str
    facets: Mapping[str, str]
    touchpoint: str | None

    @classmethod
    def of(
        cls,
        *,
        journey: Any,
        person: str | None,
        time: str,
        need: str | None,
        context: str | None,
        touchpoint: str | None,
    ) -> Roles:
        """Return the columns, or raise unless they say whose answer it is, and what it says."""
        ids = ids_named(journey, person, what="answers")
        facets = {"need": need, "context": context}
        named = {facet: name for facet, name in facets.items() if name is not None}
        if not named:
            raise InvalidInputError(
                "answers name a need or a context, and neither column is given",
                mend='need="…" or context="…" with the column of answers',
            )
        return cls(journey=ids, person=person, time=time, facets=named, touchpoint=touchpoint)

    def asked(self) -> list[tuple[str, Any]]:
        """Return (argument, column name) for every column."""
        of = [("journey", name) for name in self.journey]
        of += [("person", self.person)] if self.person is not None else []
        more = [("touchpoint", self.touchpoint)] if self.touchpoint is not None else []
        return [*of, ("time", self.time), *self.facets.items(), *more]


def table_of_answers(answers: Any, used: Sequence[str]) -> Table:
    """Return answers as a table, of a dataframe, a mapping of columns or a sequence of records.

    Records have the columns ``used`` where there are none of them.
    """
    framed = isinstance(answers, Mapping) or hasattr(answers, "columns")
    if not framed and isinstance(answers, Iterable):
        answers = columns_of_records(answers, used)
    return table_of(answers)


@attrs.frozen(eq=False, kw_only=True)
class Placed:
    """Which interaction each answer is about, when it was given, and what became of it so far."""

    rows: Array
    stamps: Array
    became: Array


def attach(
    journeys: Journeys,
    table: Table,
    roles: Roles,
    *,
    within: int | None,
    unmatched: Unmatched,
    how: HowTimes,
) -> Journeys:
    """Return journeys with the needs and contexts of the answers, counted in the report."""
    check_option("unmatched", unmatched, Unmatched)
    require_times(journeys, "attach_answers")
    if journeys.meta.lens:
        raise InvalidInputError(
            "these journeys are collapsed, and answers are about touchpoints as they are",
            where=f"collapsed by {first_few(journeys.meta.lens)}",
            mend="attach the answers before tp.collapse",
        )
    table.load(roles.asked())
    terms = {
        facet: known_terms(journeys, table.text(name), facet, unmatched=unmatched)
        for facet, name in roles.facets.items()
    }
    wrong = np.any([one.unknown for one in terms.values()], axis=0)
    blank = np.all([one.column.codes < 0 for one in terms.values()], axis=0) & ~wrong
    found = placed(
        journeys,
        table,
        roles,
        within=within,
        unmatched=unmatched,
        how=how,
        wrong=wrong,
        blank=blank,
    )
    held = settled(found, {name: one.column for name, one in terms.items()})
    check_single(journeys, found)
    return reported(with_answers(journeys, _spread(held, len(journeys.codes))), found.became)


def placed(
    journeys: Journeys,
    table: Table,
    roles: Roles,
    *,
    within: int | None,
    unmatched: Unmatched,
    how: HowTimes,
    wrong: Array,
    blank: Array,
) -> Placed:
    """Return the interaction that each answer of a loaded table is about.

    Parameters
    ----------
    wrong, blank : bool (a,)
        Which answers say what is not known, and which say nothing.
    """
    stamps = _stamps(table, journeys, roles.time, how)
    became = np.full(table.rows, USED, dtype=object)
    allowed = allowed_touchpoints(journeys, table, roles.touchpoint, unmatched=unmatched)
    segments = _segments(journeys, table, roles)
    rows, too_late = _latest(segments, stamps, allowed.of, allowed.masks, within)
    for name, mask in (
        ("too_early", rows < 0),
        ("too_late", too_late),
        ("unmatched", wrong | (allowed.of < -1)),
        ("without_time", stamps == np.iinfo(np.int64).min),
        ("without_journey", segments.of < 0),
        ("blank", blank),
    ):
        became[mask] = name
    if table.rows and (became == "without_journey").all():
        raise _of_nobody(journeys, table, roles)
    return Placed(rows=rows, stamps=stamps, became=became)


def _stamps(table: Table, journeys: Journeys, column: str, how: HowTimes) -> Array:
    """Return the times of answers on the clock of the journeys."""
    found, zone = table.instants(column, how), journeys.meta.timezone
    if (found.zone is None) != (zone is None) and not found.missing.all():
        have, lack = ("the log", "the answers") if zone else ("the answers", "the log")
        named = zone or found.zone
        mend = f'pass tz="{named}"' if zone else f'read the log with tz="{named}"'
        raise InvalidInputError(
            f"times of {have} are of a time zone and those of {lack} are not",
            where=f"zone {named}, column {column!r}",
            mend=f"{mend}, the zone of the others, if it is theirs too",
        )
    return found.stamps


@attrs.frozen(eq=False, kw_only=True)
class _Segments:
    """Interactions of journeys or persons in order of time, and whose each answer is.

    Segment s is ``rows[offsets[s]:offsets[s + 1]]``; ``of`` is the segment of each answer, or -1.
    """

    rows: Array
    stamps: Array
    codes: Array
    offsets: Array
    of: Array


def _segments(journeys: Journeys, table: Table, roles: Roles) -> _Segments:
    real = journeys.counts > 0
    if roles.person is None:
        owners = journeys.ids
        keys = keys_of_columns([table.keys(name) for name in roles.journey])
    else:
        if journeys.persons is None:
            raise InvalidInputError(
                "these journeys have no persons",
                mend="read the log with person=, or name the journey of each answer: journey=",
            )
        owners, keys = journeys.persons, table.keys(roles.person)
    places: dict[Any, int] = {}
    for owner, counts in zip(owners.tolist(), real.tolist(), strict=True):
        if counts and owner is not None and owner == owner:
            places.setdefault(owner, len(places))
    segment = np.array([places.get(one, -1) for one in owners.tolist()], dtype=np.int64)
    segment[~real] = -1
    labels = keys.labels(np.arange(table.rows)).tolist()
    of = np.array([places.get(one, -1) for one in labels], dtype=np.int64)
    if keys.missing is not None:
        of[keys.missing] = -1
    rows = np.flatnonzero(segment[owners_of(journeys.offsets)] >= 0)
    if roles.person is not None:
        rows = _in_order(journeys, segment, rows)
    of_rows = segment[owners_of(journeys.offsets)[rows]]
    return _Segments(
        rows=rows,
        stamps=require_times(journeys, "attach_answers").view(np.int64)[rows],
        codes=journeys.codes[rows],
        offsets=np.append(0, np.cumsum(np.bincount(of_rows, minlength=len(places)))),
        of=of,
    )


def _in_order(journeys: Journeys, segment: Array, rows: Array) -> Array:
    """Return the interactions of each person in order of time, then of the id of the journey."""
    owners = owners_of(journeys.offsets)[rows]
    stamps = require_times(journeys, "attach_answers").view(np.int64)[rows]
    order: Array = rows[np.lexsort((rows, id_ranks(journeys)[owners], stamps, segment[owners]))]
    return order


def _latest(
    segments: _Segments, stamps: Array, named: Array, masks: list[Array], within: int | None
) -> tuple[Array, Array]:
    """Return the latest interaction at or before each answer, -1 for none, and which are too late.

    ``named`` is the place of the touchpoints that each answer allows in ``masks``; -1 for all.
    """
    rows = np.full(len(stamps), -1, dtype=np.int64)
    late = np.zeros(len(stamps), dtype=bool)
    for place in np.unique(named[named >= -1]).tolist():
        asked = np.flatnonzero((named == place) & (segments.of >= 0))
        every = np.ones(len(segments.rows), dtype=bool)
        kept = np.flatnonzero(every if place < 0 else masks[place][segments.codes])
        offsets = np.searchsorted(kept, segments.offsets)
        low, high = offsets[segments.of[asked]], offsets[segments.of[asked] + 1]
        last = _last_before(segments.stamps[kept], low, high, stamps[asked])
        hit = last >= low
        rows[asked[hit]] = segments.rows[kept[last[hit]]]
        if within is not None:
            gap = stamps[asked[hit]] - segments.stamps[kept[last[hit]]]
            late[asked[hit]] = gap > within
    return rows, late


def _last_before(stamps: Array, low: Array, high: Array, asked: Array) -> Array:
    """Return the last place in [low, high) whose time is at most the one asked; else low - 1."""
    low, high = low.copy(), high.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        before = open_ & (stamps[np.where(open_, middle, 0)] <= asked)
        low = np.where(before, middle + 1, low)
        high = np.where(open_ & ~before, middle, high)
    return low - 1


Settled = Mapping[str, tuple[Array, Array, tuple[str, ...]]]
"""For each facet the interactions that get a term, the codes of the terms, and the terms."""


def settled(found: Placed, terms: Mapping[str, Coded]) -> Settled:
    """Return the terms of each interaction, and note what became of the other answers.

    The last answer in time holds; where answers of that time differ, none of them does.
    """
    rows, stamps, became = found.rows, found.stamps, found.became
    used = np.flatnonzero(became == USED)
    told = np.sum([one.codes >= 0 for one in terms.values()], axis=0)
    became[used] = "repeated"
    replaced, contradicting, holding = np.zeros((3, len(became)), dtype=bool)
    held: dict[str, tuple[Array, Array, tuple[str, ...]]] = {}
    for facet, column in terms.items():
        own = used[column.codes[used] >= 0]
        order = own[np.lexsort((told[own], column.codes[own], stamps[own], rows[own]))]
        changes = np.diff(rows[order], append=-1) != 0
        ends, group = np.flatnonzero(changes), np.cumsum(changes) - changes
        final = order[ends[group]]
        latest = stamps[order] == stamps[final]
        alike = column.codes[order] == column.codes[final]
        unclear = np.bincount(group[latest & ~alike], minlength=len(ends)) > 0
        replaced[order[~latest & (~alike | unclear[group])]] = True
        contradicting[order[latest & unclear[group]]] = True
        chosen = order[ends[~unclear]]
        holding[chosen] = True
        held[facet] = (rows[chosen], column.codes[chosen], column.categories)
    for name, mask in (("replaced", replaced), ("contradicting", contradicting), (USED, holding)):
        became[mask] = name
    return held


def _spread(found: Settled, size: int) -> dict[str, Coded]:
    spread = {}
    for facet, (rows, codes, categories) in found.items():
        column = np.full(size, -1, dtype=np.int32)
        column[rows] = codes
        spread[facet] = Coded(owned(column), categories)
    return spread


def check_single(journeys: Journeys, found: Placed) -> None:
    """Raise where an answer is about a row that stands for several journeys."""
    rows = found.rows[found.became == USED]
    owners = np.unique(owners_of(journeys.offsets)[rows])
    several = owners[journeys.counts[owners] > 1]
    if len(several):
        raise InvalidInputError(
            f"{counted(len(several), 'row')} with answers {agreeing(len(several), 'are')} counted "
            "several times, and an answer is about one journey",
            where=f"ids {first_few(journeys.ids[several].tolist())}",
            mend=_ONE_EACH,
        )


def _of_nobody(journeys: Journeys, table: Table, roles: Roles) -> InvalidInputError:
    """Return the error that no answer is of a journey or person of the log."""
    names = [roles.person] if roles.person is not None else list(roles.journey)
    owners = journeys.ids if roles.person is None else journeys.persons
    keys = keys_of_columns([table.keys(name) for name in names])
    some = keys.labels(np.arange(min(table.rows, 3))).tolist()
    what = "journey" if roles.person is None else "person"
    return InvalidInputError(
        f"no answer is of a {what} of the log",
        where=f"answers have {first_few(some)}, the log has "
        f"{first_few(() if owners is None else owners[:3].tolist())}",
        mend="ids must be equal in kind and spelling: 7 is not '7'",
    )


def reported(journeys: Journeys, became: Array) -> Journeys:
    """Return journeys whose report counts what became of the answers."""
    names, numbers = np.unique(became.astype(str), return_counts=True)
    counts = {
        f"answers_{name}": number
        for name, number in zip(names.tolist(), numbers.tolist(), strict=True)
    }
    report = journeys.meta.report.plus(Report(answers=len(became), **counts))
    return derive(journeys, meta=attrs.evolve(journeys.meta, report=report))
