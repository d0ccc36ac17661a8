"""Merge the interactions of several sources by person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting.logs import order_log
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, Coded, FrozenMap, owned, text_array
from touchpoints._core.messages import not_found
from touchpoints.journeys.cutting import select_interactions
from touchpoints.journeys.meta import Meta, Report
from touchpoints.journeys.model import Journeys, assembled, derive, take_rows
from touchpoints.journeys.outcomes import watched_until
from touchpoints.sources.merging.identifying import Identities, OnConflict, identities
from touchpoints.sources.merging.repeats import repeated_ids, repeated_within
from touchpoints.sources.merging.stacking import SOURCE, Stack, checked_sources, stacked_sources


@public
def merge_sources(
    sources: Mapping[str, Journeys],
    *,
    identity: Any = None,
    event_id: str | None = None,
    window: dt.timedelta | None = None,
    ids_as_persons: Sequence[str] = (),
    on_conflict: OnConflict = "warn",
) -> Journeys:
    """Bring the interactions of each person together, from several sources, in order of time.

    Parameters
    ----------
    sources
        The journeys of each source, by its name: ``{"web": a, "shop": b, "support": c}``. All have
        times, persons and the same taxonomy.
    identity
        Whom ids belong to: `Identities`, or what `identities` takes, such as a mapping of devices
        to users. Without it a person has the same id in all sources; 7 and "7" are the same id.
    event_id
        The per-interaction column with the id of the event: of interactions of one person with the
        same id, the first is kept.
    window
        The longest time between two records of one interaction: of interactions of a person with
        the same touchpoint **in different sources** at most so far apart, the first is kept.
    ids_as_persons
        The sources without persons whose journeys are persons: their ids are used.
    on_conflict
        What becomes of an id that ``identity`` says to be several persons: ``"warn"``, ``"raise"``
        or ``"ignore"``. It is never merged.

    Returns
    -------
    Journeys
        One journey for each person, with the person's id; ``per_interaction["source"]`` has the
        name of the source and ``per_interaction["journey"]`` the id of the journey there. Per-
        journey columns become per-interaction columns. Interactions of no known person stay in
        their journeys, with the id ``source/journey``. At the same time, sources are in the order
        given. Cut the result with `touchpoints.split_by_gap`, `touchpoints.until` or
        `touchpoints.split_by`.

    Raises
    ------
    InvalidInputError
        When a source has no times or no persons, has counts, outcomes or values (mark them after
        merging), or times without a zone beside times with one; when a column holds text in one
        source and numbers in another; for a conflict and ``on_conflict="raise"``.
    NotFoundError
        When ``event_id`` is a column of no source.

    Notes
    -----
    A journey began if all journeys of the person did, and is finished if all are. A person was
    observed until the first of the sources ends, or the own last interaction where that is later:
    after it, contacts of a source are unseen. ``meta.report`` adds up the reports of the sources,
    and counts merged interactions, conflicts and persons known from a chain of claims. O(m log m).

    See Also
    --------
    identities : Find whom ids belong to.
    contacts : Where contacts arise, by channel and source.
    touchpoints.concat : Put logs of the same source together.

    Examples
    --------
    >>> import touchpoints as tp
    >>> def read(rows):
    ...     columns = dict(zip(("who", "at", "what"), zip(*rows), strict=True))
    ...     return tp.from_columns(
    ...         columns, journey="who", person="who", time="at", touchpoint="what", tz="UTC"
    ...     )
    >>> web = read([("cookie 1", "2026-03-02 10:00", "visit"), ("leo", "2026-03-02", "visit")])
    >>> support = read([("ana", "2026-03-04 08:30", "call")])
    >>> merged = tp.sources.merge_sources(
    ...     {"web": web, "support": support}, identity={"cookie 1": "ana"}
    ... )
    >>> [(one.id, one.keys) for one in merged]
    [('ana', ('visit', 'call')), ('leo', ('visit',))]
    >>> merged.per_interaction["source"].to_list()
    ['web', 'support', 'web']
    """
    parts = checked_sources(sources, ids_as_persons)
    found = identity
    if not isinstance(identity, Identities):
        found = identities({} if identity is None else identity, on_conflict=on_conflict)
    stack = stacked_sources(parts, found, ids_as_persons)
    repeats, of_others = _repeats(stack, event_id)
    merged = _by_person(stack, np.flatnonzero(~repeats), list(parts.values()))
    dropped = int(np.count_nonzero(repeats))
    if window is not None:
        within = _within(merged, list(parts), microseconds(window, "window"))
        dropped += int(np.count_nonzero(within))
        merged = select_interactions(merged, ~within)
    noted = Counter(_noted(stack, found, of_others))
    return _reported(merged, list(parts.values()), dropped, noted)


def _repeats(stack: Stack, event_id: str | None) -> tuple[Array, int]:
    """Return which interactions repeat an event id, and how many share it with another person."""
    if event_id is None:
        return np.zeros(len(stack.codes), dtype=bool), 0
    if event_id not in stack.columns:
        raise not_found("column", event_id, list(stack.columns), where="given as event_id=")
    return repeated_ids(stack.columns[event_id], stack.people)


def _by_person(stack: Stack, kept: Array, parts: Sequence[Journeys]) -> Journeys:
    """Return the journeys of persons, each with its interactions in order of time."""
    stamps = stack.times.view(np.int64)[kept]
    people = stack.people[kept].view(np.uint64)
    ordered = order_log(people, stamps)
    rows = kept[ordered.rows]
    here = stack.people[rows[ordered.offsets[:-1]]]
    names = text_array(stack.names)[here]
    persons = names.copy()
    persons[~stack.known[here]] = None
    began, finished, until = _observed(stack, parts, here)
    last = segments.lengths_of(ordered.offsets)
    own = ordered.times[ordered.offsets[1:] - 1] if len(last) else until
    ends = take_rows(stack.ends, rows)
    if ends is not None and len(last):
        own = np.maximum(own, np.maximum.reduceat(ends.view(np.int64), ordered.offsets[:-1]))
    until = np.maximum(until, own)
    return assembled(
        touchpoints=stack.touchpoints,
        codes=owned(stack.codes[rows]),
        offsets=owned(ordered.offsets),
        times=owned(stack.times[rows]),
        ends=ends,
        ids=owned(names),
        counts=owned(np.ones(len(names), dtype=np.int64)),
        persons=owned(persons),
        began=owned(began),
        finished=owned(finished),
        observed_until=owned(until.view("datetime64[us]")),
        per_interaction={name: take_rows(one, rows) for name, one in stack.columns.items()},
        meta=_meta(parts),
    )


def _observed(stack: Stack, parts: Sequence[Journeys], people: Array) -> tuple[Array, Array, Array]:
    """Return, for each person, whether all journeys began and finished, and the first end."""
    began = np.ones(len(stack.names), dtype=bool)
    finished = began.copy()
    until = np.full(len(stack.names), np.iinfo(np.int64).max)
    for part, owners in zip(parts, stack.of_journeys, strict=True):
        began[owners[~part.began]] = False
        finished[owners[~part.finished]] = False
        if len(part):
            watched = watched_until(part).view(np.int64)
            # The source was watched that long, for those of whom it saw nothing as well.
            until = np.minimum(until, watched.max())
            np.minimum.at(until, owners, watched)
    return began[people], finished[people], until[people]


def _meta(parts: Sequence[Journeys]) -> Meta:
    zones = {part.meta.timezone for part in parts if len(part.codes)}
    zone = zones.pop() if len(zones) == 1 else "UTC" if zones else parts[0].meta.timezone
    return Meta(taxonomy=parts[0].meta.taxonomy, lens=parts[0].meta.lens, timezone=zone)


def _within(merged: Journeys, names: list[str], window: int) -> Array:
    """Return which interactions another source recorded shortly before."""
    column = merged.per_interaction[SOURCE]
    if not isinstance(column, Coded):  # without interactions
        return np.zeros(len(merged.codes), dtype=bool)
    order = np.array([names.index(one) for one in column.categories], dtype=np.int64)
    times = np.empty(0, dtype=np.int64) if merged.times is None else merged.times.view(np.int64)
    sources = order[column.codes] if len(order) else column.codes
    return repeated_within(merged.offsets, merged.codes, times, sources, window=window)


def _noted(stack: Stack, identity: Identities, of_others: int) -> dict[str, int]:
    alone = ~stack.known
    met = np.zeros(len(stack.names), dtype=bool)
    met[stack.people] = True
    persons = {one for one in identity.person.tolist() if one is not None}
    unused = len(persons) if persons.isdisjoint(stack.names) else 0
    return {
        "persons without an interaction, who are left out": int(np.count_nonzero(~met)),
        "journeys of no known person, which were not merged": int(np.count_nonzero(alone)),
        "ids said to be several persons, which were not merged": identity.conflicts,
        "persons of identity=, of whose ids no source has any": unused,
        "ids that belong to a person through another id": identity.chains,
        "interactions with the event id of another person, which were kept": of_others,
    }


def _reported(
    merged: Journeys, parts: Sequence[Journeys], dropped: int, noted: Mapping[str, int]
) -> Journeys:
    report = Report()
    for part in parts:
        report = report.plus(part.meta.report)
    stamps = np.empty(0, dtype=np.int64) if merged.times is None else merged.times.view(np.int64)
    tied = segments.repeats_within(stamps, merged.offsets)
    same = segments.repeats_within(merged.codes, merged.offsets)
    told = {sentence: count for sentence, count in noted.items() if count}
    found = attrs.evolve(
        report,
        pairs=len(merged.codes) - int(np.count_nonzero(segments.lengths_of(merged.offsets))),
        ties=int(np.count_nonzero(tied)),
        ties_that_matter=int(np.count_nonzero(tied & ~same)),
        duplicates=report.duplicates + dropped,
        duplicates_dropped=report.duplicates_dropped + dropped,
        noted=FrozenMap({**report.noted, **told}),
    )
    return derive(merged, meta=attrs.evolve(merged.meta, report=found))
