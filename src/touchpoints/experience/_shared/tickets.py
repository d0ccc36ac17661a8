"""Journeys read as tickets: when they were opened, answered and solved, and whether for good."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array
from touchpoints._core.opening_hours import OpeningHours
from touchpoints.errors import WrongKindError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty.units import missing_persons, units_of

NAT = np.iinfo(np.int64).min


@attrs.frozen(eq=False, kw_only=True)
class Tickets:
    """What happened to each of n tickets; times are microseconds, NAT where there is none.

    Attributes
    ----------
    ids : object
        The ids of the journeys.
    valid : bool (n,)
        Tickets that began in the log, with a customer: the others are in no measure.
    by_agent : bool (n,)
        Tickets that begin with a reply.
    opened, replied, solved, resolved, followed, until : int64 (n,)
        When the ticket was opened, first replied to, first solved, solved for good, followed up
        after that, and watched until.
    replies, automatic, contacts_after : int64 (n,)
        How many replies and automatic replies there are, and how many messages of the customer
        after the first reply or solution.
    was_reopened : bool (n,)
        Whether the ticket was opened again after it was first solved.
    repeated, sure : bool (n,)
        Whether the person opened another one with the same need soon after it was resolved, and
        whether that is known.
    has_contacts, has_follow_up, has_persons : bool
        What the log and the caller tell.
    """

    ids: Array
    valid: Array
    by_agent: Array
    opened: Array
    replied: Array
    solved: Array
    resolved: Array
    followed: Array
    until: Array
    replies: Array
    automatic: Array
    contacts_after: Array
    was_reopened: Array
    repeated: Array
    sure: Array
    has_contacts: bool
    has_follow_up: bool
    has_persons: bool

    @property
    def was_solved(self) -> Array:
        """Which tickets were ever solved, bool (n,)."""
        return np.asarray(self.valid & (self.solved != NAT))

    @property
    def resolved_at_end(self) -> Array:
        """Which tickets are solved and were not opened again, bool (n,)."""
        return np.asarray(self.valid & (self.resolved != NAT))

    def of(self, part: Journeys) -> Tickets:
        """Return the tickets of some of the journeys, in their order."""
        if len(part) == len(self.ids):
            return self
        places = {one: place for place, one in enumerate(self.ids.tolist())}
        rows = np.array([places[one] for one in part.ids.tolist()], dtype=np.int64)
        columns = {
            field.name: getattr(self, field.name)[rows]
            for field in attrs.fields(Tickets)
            if isinstance(getattr(self, field.name), np.ndarray)
        }
        return attrs.evolve(self, **columns)

    def durations(
        self, journeys: Journeys, ended: Array, hours: OpeningHours | None
    ) -> tuple[Array, Array, Array]:
        """Return which tickets count, how long from opening to the end or to the last watching.

        Returns
        -------
        there : bool (n,)
        took : int64 (n,)
            Microseconds.
        reached : bool (n,)
            Whether the ticket came to the end.
        """
        reached = self.valid & (ended != NAT)
        last = np.where(reached, ended, self.until)
        there = self.valid & (journeys.counts > 0) & (last >= self.opened)
        opened = np.where(there, self.opened, NAT)
        if hours is None:
            return there, np.where(there, last - self.opened, 0), reached
        return there, hours.between(opened, last, zone=journeys.meta.timezone), reached

    def is_watched(self, limit: int) -> Array:
        """Return which resolved tickets were watched for so long after it, bool (n,)."""
        known = self.resolved_at_end
        gone = np.where(known, self.until - np.where(known, self.resolved, 0), -1)
        return np.asarray(known & (gone >= limit))

    def is_followed(self, limit: int) -> Array:
        """Return which resolved tickets were followed up within a time, bool (n,)."""
        known = self.resolved_at_end & (self.followed != NAT)
        gap = np.where(known, self.followed - np.where(known, self.resolved, 0), limit + 1)
        return np.asarray(known & (gap <= limit))


def tickets_of(
    journeys: Journeys, places: Mapping[str, Place | None], *, again_within: int
) -> Tickets:
    """Read journeys as tickets.

    Parameters
    ----------
    places
        What ``reply``, ``solved``, ``contact``, ``automatic``, ``reopened`` and ``follow_up`` are;
        None where it is not known.
    """
    _check_known(places)
    times = np.append(require_times(journeys, "service").view(np.int64), NAT)
    at = {name: _rows(journeys, place) for name, place in places.items()}
    reply = at["reply"] & ~at["automatic"]
    offsets = journeys.offsets
    first_reply, first_solved = _first(reply, journeys), _first(at["solved"], journeys)
    answered = np.where(first_reply < 0, first_solved, first_reply)
    again = at["contact"] if places["reopened"] is None else at["reopened"]
    reopening = again & _after(first_solved, journeys)
    last_solved = segments.last_row_where(at["solved"], offsets)
    resolved = (last_solved >= 0) & (segments.last_row_where(reopening, offsets) <= last_solved)
    final = np.where(resolved, last_solved, -1)
    filled = lengths_of(offsets) > 0
    first = np.where(filled, offsets[:-1], -1)
    by_agent = filled & (first_reply == first)
    until = np.maximum(watched_until(journeys).view(np.int64), times[_last(journeys)])
    opened, done = times[first], times[final]
    valid = filled & journeys.began & ~by_agent
    asked, solved = np.where(by_agent, NAT, opened), np.where(valid, done, NAT)
    repeated, sure = _again(journeys, asked, solved, until, again_within)
    return Tickets(
        ids=journeys.ids,
        valid=valid,
        by_agent=by_agent,
        opened=opened,
        replied=times[first_reply],
        solved=times[first_solved],
        resolved=done,
        followed=times[_first(at["follow_up"] & _after(final, journeys), journeys)],
        until=until,
        replies=_number(reply, journeys),
        automatic=_number(at["automatic"], journeys),
        contacts_after=_number(at["contact"] & _after(answered, journeys), journeys),
        was_reopened=segments.any_by_segment(reopening, offsets),
        repeated=repeated,
        sure=sure,
        has_contacts=places["contact"] is not None,
        has_follow_up=places["follow_up"] is not None,
        has_persons=journeys.persons is not None,
    )


def _check_known(places: Mapping[str, Place | None]) -> None:
    for name in ("reply", "solved"):
        if places[name] is None:
            raise WrongKindError(
                f"{name} must be a touchpoint, facets or a pattern, got None",
                mend=f'for example {name}="customer_service"',
            )


def _rows(journeys: Journeys, place: Place | None) -> Array:
    if place is None:
        return np.zeros(len(journeys.codes), dtype=bool)
    return rows_at(journeys, place)


def _first(rows: Array, journeys: Journeys) -> Array:
    return np.asarray(segments.first_row_where(rows, journeys.offsets))


def _number(rows: Array, journeys: Journeys) -> Array:
    return np.bincount(owners_of(journeys.offsets)[rows], minlength=len(journeys))


def _after(rows: Array, journeys: Journeys) -> Array:
    """Return which interactions come after a row of their journey, bool (m,); none after -1."""
    own = rows[owners_of(journeys.offsets)]
    return np.asarray((own >= 0) & (np.arange(len(own)) > own))


def _last(journeys: Journeys) -> Array:
    """Return the last row of each journey, -1 for journeys without interactions."""
    return np.where(lengths_of(journeys.offsets) > 0, journeys.offsets[1:] - 1, -1)


def _again(
    journeys: Journeys, opened: Array, resolved: Array, until: Array, limit: int
) -> tuple[Array, Array]:
    """Return whether another ticket of the same need followed soon, and whether that is known."""
    n = len(journeys)
    if journeys.persons is None:
        return np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    known = ~missing_persons(journeys) & (resolved != NAT)
    persons, needs = units_of(journeys, "person").of, _needs(journeys)
    repeated = np.zeros(n, dtype=bool)
    for asked, group in (
        (known & (needs > 0), persons * (int(needs.max(initial=0)) + 1) + needs),
        (known & (needs == 0), persons),
    ):
        repeated |= asked & _followed_by(group, opened, resolved, limit)
    ages = np.where(known, until - np.where(known, resolved, 0), -1)
    return repeated, known & (ages >= limit)


def _followed_by(group: Array, opened: Array, resolved: Array, limit: int) -> Array:
    """Return whether another ticket of the group was opened within a time after each solution."""
    usable = opened != NAT
    stamps = np.unique(np.concatenate([opened[usable], resolved[resolved != NAT]]))
    width = len(stamps) + 1
    _, of = np.unique(group, return_inverse=True)
    keys = np.sort(of[usable] * width + np.searchsorted(stamps, opened[usable]))
    asked = of * width + np.searchsorted(stamps, resolved)
    place = np.searchsorted(keys, asked, side="right")
    found = np.append(keys, -1)[place]
    same = (found >= 0) & (found // width == of)
    after = stamps[np.where(same, found % width, 0)] if len(stamps) else np.zeros(len(of), np.int64)
    return np.asarray(same & (after - resolved <= limit) & (resolved != NAT))


def _needs(journeys: Journeys) -> Array:
    """Return the number of the need that each journey begins with; 0 where it is not known."""
    names = sorted({one.facet("need") for one in journeys.touchpoints} - {"", UNKNOWN})
    numbers = {name: number + 1 for number, name in enumerate(names)}
    table = np.array([numbers.get(one.facet("need"), 0) for one in journeys.touchpoints] + [0])
    filled = lengths_of(journeys.offsets) > 0
    first = np.where(filled, journeys.offsets[:-1], -1)
    codes = np.append(journeys.codes.astype(np.int64), len(table) - 1)
    return np.asarray(table[codes[first]])
