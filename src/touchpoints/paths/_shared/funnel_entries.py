"""Funnels by entry: the starts of a funnel grouped by a value, or by the period, of the entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments.following import Followed, Starts, best_starts
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError, warn
from touchpoints.journeys.groups import Groups, grouped_by, values_at
from touchpoints.journeys.model import Journeys, derive, take
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.periods import Calendar, clock_of, instants_as_text
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.paths._shared.funnel_search import Kind, Search, refuse_for_kind


@attrs.frozen(eq=False, kw_only=True)
class Entered:
    """The journeys that enter a funnel in one group.

    Attributes
    ----------
    label
        The value or the period of the entry.
    journeys
        The journeys with an entry in the group.
    chosen : int64
        Where they stand among all journeys.
    found
        The steps that each reaches from its best start in the group.
    members : int64
        Which of all starts are in the group.
    """

    label: Any
    journeys: Journeys
    chosen: Array
    found: Followed
    members: Array


def check_entry(
    journeys: Journeys,
    *,
    kind: Kind,
    attempts: bool,
    by: str | Sequence[str] | None,
    by_entry: str | None,
    every: Calendar | dt.timedelta | None,
) -> None:
    """Raise unless at most one grouping is given, it exists, and the funnel has entries."""
    asked = {"attempts": attempts or None, "by_entry": by_entry, "every": every}
    refuse_for_kind(kind, **asked)
    given = [
        name
        for name, value in (("by", by), ("by_entry", by_entry), ("every", every))
        if value is not None
    ]
    if len(given) > 1:
        raise InvalidInputError(
            f"{' and '.join(given)} cannot be given together: a table has one column of groups",
            mend="select the journeys of one group first, with tp.select",
        )
    if every is not None:
        clock_of(journeys, every, name="every")
    if by_entry is not None:
        known = [*journeys.per_interaction, *facet_names(journeys)]
        if by_entry not in known:
            where = "given as by_entry="
            raise not_found("per-interaction column or facet", by_entry, known, where=where)


def entries_by(
    journeys: Journeys, rows: Array, *, by_entry: str | None, every: Calendar | dt.timedelta | None
) -> Groups:
    """Return the group of each entry: a value of a column or facet there, or the period."""
    if by_entry is not None:
        groups = grouped_by(values_at(journeys, by_entry, rows))
        missing = int((groups.of < 0).sum())
        if len(rows) and missing == len(rows):
            raise InvalidInputError(f"no interaction of the first step has a value of {by_entry!r}")
        if missing:
            warn(
                f"no value of {by_entry!r} at {missing:,} of {len(rows):,} entries: they are in no "
                "group and are left out"
            )
        return groups
    if every is None or journeys.times is None:
        return Groups((), np.full(len(rows), -1))
    clock = clock_of(journeys, every, name="every")
    periods = clock.number(clock.shown(journeys.times.view(np.int64)[rows]))
    met, of = np.unique(periods, return_inverse=True)
    texts = instants_as_text(clock.start(met).view("datetime64[us]"))
    return Groups(tuple(texts), of)


def entered(
    journeys: Journeys, search: Search, starts: Starts, groups: Groups
) -> Iterator[Entered]:
    """Return the journeys of each group, which they enter at one of its starts."""
    if journeys.times is not None:  # looked up once, not for each group
        journeys = derive(journeys, observed_until=owned(watched_until(journeys).copy()))
    order = np.argsort(groups.of, kind="stable")
    bounds = np.searchsorted(groups.of[order], np.arange(len(groups.labels) + 1))
    for at, label in enumerate(groups.labels):
        members = order[bounds[at] : bounds[at + 1]]
        some = starts.take(members)
        chosen, owners = np.unique(some.owners, return_inverse=True)
        some = attrs.evolve(some, owners=owners)
        found = best_starts(some, len(chosen), search.rules)
        yield Entered(
            label=label,
            journeys=take(journeys, chosen),
            chosen=chosen,
            found=found,
            members=members,
        )
