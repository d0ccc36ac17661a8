"""Pairs of interactions in which two sources speak of one thing."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import NamedTuple

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.columns import comparable
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import first_few, not_found
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.lenses import Seen, seen_through
from touchpoints.experience._shared.needs import real_rows
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import parse_key
from touchpoints.uncertainty import Units

_TWO = 2
_FOREVER = np.iinfo(np.int64).max


@attrs.frozen(eq=False, kw_only=True)
class Pairing:
    """How two interactions are known to be one: the arguments of `source_disagreements`."""

    source: str
    event: str | None
    within: dt.timedelta | None
    of: tuple[str, ...]

    def check(self, journeys: Journeys) -> None:
        """Raise unless these can be read from the journeys."""
        if (self.event is None) == (self.within is None):
            raise InvalidInputError(
                "either event= or within= says which interactions are one",
                mend='give event="event_id", or within=datetime.timedelta(minutes=5)',
            )
        sources = self.sources(journeys)
        if sources.k < _TWO:
            raise InvalidInputError(
                f"{self.source!r} must have at least two sources, got {first_few(sources.labels)}"
            )
        if not self.of:
            raise InvalidInputError("of= must name at least one facet or column, got none")
        if self.event is not None and self.event not in journeys.per_interaction:
            known = list(journeys.per_interaction)
            raise not_found("per-interaction column", self.event, known, where="given as event=")
        if self.within is not None:
            require_times(journeys, "within")
            checks.microseconds(self.within, "within")
        for one in self.of:
            seen_through(journeys, one)

    def sources(self, journeys: Journeys) -> Seen:
        """Return the source of each interaction; -1 where it is not known."""
        kept = journeys.per_interaction.get(self.source)
        if kept is None:
            known = list(journeys.per_interaction)
            raise not_found("per-interaction column", self.source, known, where="given as source=")
        if not isinstance(kept, Coded):
            raise InvalidInputError(f"the column {self.source!r} must hold text")
        return seen_through(journeys, self.source, unknown=False)


class Pairs(NamedTuple):
    """Pairs of interactions: two rows, and how many real pairs they stand for, int64 (p,)."""

    first: Array
    second: Array
    numbers: Array


@attrs.frozen(eq=False, kw_only=True)
class Matched:
    """The pairs of each two sources, and what they say of the interactions.

    Attributes
    ----------
    sources : tuple of (str, str)
        The two sources of each entry of ``pairs``.
    pairs : list of Pairs
    said : tuple of Seen
        What each interaction is said to be, by facet.
    alone : int
        The interactions with a source that are in no pair.
    """

    sources: tuple[tuple[str, str], ...]
    pairs: list[Pairs]
    said: tuple[Seen, ...]
    alone: int


def matched(journeys: Journeys, how: Pairing, units: Units) -> Matched:
    """Return the pairs of each two sources; ``units`` are the persons of the journeys."""
    sources = how.sources(journeys)
    said = tuple(seen_through(journeys, one, unknown=False) for one in how.of)
    groups = _groups(journeys, how, units)
    stamps = np.zeros(len(journeys.codes), dtype=np.int64)
    if journeys.times is not None:
        stamps = journeys.times.view(np.int64)
    limit = _FOREVER if how.within is None else checks.microseconds(how.within, "within")
    real = real_rows(journeys) & (groups >= 0)
    ids = np.array([str(one) for one in journeys.ids.tolist()], dtype=object)
    ranks = np.unique(ids, return_inverse=True)[1][owners_of(journeys.offsets)]
    named, found = [], []
    paired = np.zeros(len(journeys.codes), dtype=np.int64)
    for first, second in combinations(range(sources.k), 2):
        rows = np.flatnonzero(real & ((sources.codes == first) | (sources.codes == second)))
        rows = _of_both(rows, groups, sources.codes)
        keys = (*(one.codes[rows] for one in (*said, sources)), stamps[rows], groups[rows])
        rows = rows[np.lexsort((ranks[rows], *keys))]
        of_second = sources.codes[rows] == second
        pairs = _matched(journeys, rows, groups[rows], stamps[rows], of_second, limit=limit)
        for side in (pairs.first, pairs.second):
            mine = np.bincount(side, pairs.numbers, len(paired)).astype(np.int64)
            paired = np.maximum(paired, mine)
        named.append((sources.labels[first], sources.labels[second]))
        found.append(pairs)
    weights = journeys.counts[owners_of(journeys.offsets)]
    alone = int((weights - paired)[sources.codes >= 0].sum())
    return Matched(sources=tuple(named), pairs=found, said=said, alone=alone)


def _groups(journeys: Journeys, how: Pairing, units: Units) -> Array:
    """Return what interactions must share to be one: an event, or a person and a type."""
    if how.event is not None:
        kept = journeys.per_interaction[how.event]
        codes = np.unique(comparable(kept), return_inverse=True)[1].astype(np.int64)
        missing = kept.codes < 0 if isinstance(kept, Coded) else np.zeros(len(codes), dtype=bool)
        if not isinstance(kept, Coded) and kept.dtype.kind in "fmM":
            missing = np.isnan(kept)
        return np.where(missing, -1, codes)
    names = [parse_key(one.key)[0] for one in journeys.touchpoints]
    known = {name: at for at, name in enumerate(sorted(set(names)))}
    table = np.array([known[name] for name in names], dtype=np.int64)
    who = units.of[owners_of(journeys.offsets)]
    types = table[journeys.codes] if names else np.zeros(0, np.int64)
    return np.asarray(who * max(len(known), 1) + types)


def _of_both(rows: Array, groups: Array, sources: Array) -> Array:
    """Return the rows of the groups in which both sources speak."""
    if not len(rows):
        return rows
    _, of = np.unique(groups[rows], return_inverse=True)
    most, least = np.full((2, int(of.max()) + 1), -1)
    np.maximum.at(most, of, sources[rows])
    least[:] = most
    np.minimum.at(least, of, sources[rows])
    return np.asarray(rows[(least < most)[of]])


def _matched(
    journeys: Journeys,
    rows: Array,
    groups: Array,
    stamps: Array,
    of_second: Array,
    *,
    limit: int,
) -> Pairs:
    """Match the two sources within each group, in the order of time, each interaction once."""
    if not len(rows):
        nothing = np.zeros(0, dtype=np.int64)
        return Pairs(nothing, nothing, nothing)
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    stops = np.append(starts[1:], len(rows))
    counts = journeys.counts[owners_of(journeys.offsets)[rows]]
    simple = stops - starts == _TWO
    one, two = starts[simple], starts[simple] + 1
    swap = of_second[one]
    one, two = np.where(swap, two, one), np.where(swap, one, two)
    near = np.abs(stamps[one] - stamps[two]) <= limit
    one, two = one[near], two[near]
    found = [np.stack([one, two, np.minimum(counts[one], counts[two])])]
    listed = (stamps.tolist(), counts.tolist(), of_second.tolist())
    more: list[tuple[int, int, int]] = []
    for start, stop in zip(starts[~simple].tolist(), stops[~simple].tolist(), strict=True):
        more += _merged(start, stop, *listed, limit=limit)
    found.append(np.array(more, dtype=np.int64).reshape(-1, 3).T)
    first, second, numbers = np.concatenate(found, axis=1)
    return Pairs(rows[first], rows[second], numbers)


def _merged(
    start: int,
    stop: int,
    stamps: list[int],
    counts: list[int],
    of_second: list[bool],
    *,
    limit: int,
) -> list[tuple[int, int, int]]:
    """Return (first, second, number) of the pairs of one group."""
    one = [at for at in range(start, stop) if not of_second[at]]
    two = [at for at in range(start, stop) if of_second[at]]
    left, right = 0, 0
    found: list[tuple[int, int, int]] = []
    rest = {at: counts[at] for at in (*one, *two)}
    while left < len(one) and right < len(two):
        first, second = one[left], two[right]
        apart = stamps[first] - stamps[second]
        if abs(apart) > limit:
            left, right = left + (apart < 0), right + (apart > 0)
            continue
        number = min(rest[first], rest[second])
        found.append((first, second, number))
        rest[first] -= number
        rest[second] -= number
        left, right = left + (not rest[first]), right + (not rest[second])
    return found
