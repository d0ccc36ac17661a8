"""Which channel each person prefers, in all and for each need."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import summed_runs
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.experience._shared.customers import customers_view, left_backstage
from touchpoints.experience._shared.lenses import Lens, seen_through
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import Units, units_of, wilson

ANY = "(any)"


@attrs.frozen(kw_only=True, repr=False)
class PreferredChannels(Estimated):
    """The channel that people use most; one row per need and channel (and group).

    ``as_dict()`` returns ``{(need, channel): share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    need : object
        The need, or ``"(any)"`` for all interactions, whatever the need and known or not.
    channel : object
    people : int64
        The persons (or journeys: see ``unit``) who use the channel for the need.
    share, low, high : float64
        The share of persons with the need who use this channel most, in [0, 1], and its interval.
        A person who uses c channels equally often counts as 1/c for each.
    of : int64
        The persons with the need and a known channel: what the shares are of.
    tied : int64
        The persons who use this channel and others equally often, and none more often.
    backstage, unknown : int
        The interactions that customers do not see, and those of which the channel is not known.
    """

    main = "share"
    labels = ("need", "channel")

    need: Array = column(object)
    channel: Array = column(object)
    people: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    of: Array = column(np.int64)
    tied: Array = column(np.int64)
    backstage: int = fact(of_groups=sum, default=0, repr=False)
    unknown: int = fact(of_groups=sum, default=0, repr=False)

    def _remarks(self) -> list[str]:
        """Return what was left out, and how many ties there are."""
        said = [*super()._remarks(), *left_backstage(self.backstage)]
        if self.unknown:
            said.append(f"{counted(self.unknown, 'interaction')} left out: no channel is known")
        if (self.tied > 0).any():
            said.append("people who use several channels equally often count in part for each")
        return said


def preferred_of(
    journeys: Journeys, *, channel: Lens, need: Lens, level: float, units: Units | None = None
) -> PreferredChannels:
    view = customers_view(journeys)
    seen = view.journeys
    channels, needs = (seen_through(seen, one, unknown=False) for one in (channel, need))
    owners = owners_of(seen.offsets).astype(np.int64)
    real = seen.counts[owners] > 0
    used = np.flatnonzero(real & (channels.codes >= 0))
    known = used[needs.codes[used] >= 0]
    units = units_of(seen, None) if units is None else units
    k = max(channels.k, 1)
    cells = np.concatenate(
        [channels.codes[used], (needs.codes[known] + 1) * k + channels.codes[known]]
    )
    votes = _votes(units, owners[np.concatenate([used, known])], cells, k, k * (needs.k + 1))
    people, share, tied, of = votes
    shown = np.flatnonzero(people)
    low, high = wilson(share[shown] * of[shown], of[shown], level=level)
    return PreferredChannels(
        need=text_array([ANY, *needs.labels])[shown // k],
        channel=text_array(channels.labels)[shown % k],
        people=people[shown],
        share=share[shown],
        low=low,
        high=high,
        of=of[shown],
        tied=tied[shown],
        level=level,
        backstage=view.backstage,
        unknown=int(seen.counts[owners[real & (channels.codes < 0)]].sum()),
        **units.facts(),
    )


def _votes(
    units: Units, owners: Array, cells: Array, k: int, size: int
) -> tuple[Array, Array, Array, Array]:
    """Return who uses each cell, the share who prefer it, who are tied, and of how many."""
    keys, amounts = summed_runs(units.of[owners] * size + cells, units.within[owners])
    cell, persons = keys % size, units.repeats[keys // size].astype(np.float64)
    _, starts, of = np.unique(keys // k, return_index=True, return_inverse=True)
    if not len(keys):
        nothing = np.zeros(size, dtype=np.int64)
        return nothing, nothing.astype(np.float64), nothing, nothing
    best = amounts == np.maximum.reduceat(amounts, starts)[of]
    together = np.bincount(of, best)[of]
    number = np.bincount(cell[starts] // k, persons[starts], size // k)
    every = np.repeat(number, k)
    votes = np.bincount(cell, persons * best / together, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(every > 0, votes / every, np.nan)
    people = np.bincount(cell, persons, size)
    tied = np.bincount(cell, persons * (best & (together > 1)), size)
    return (
        people.astype(np.int64),
        np.minimum(share, 1.0),
        tied.astype(np.int64),
        every.astype(np.int64),
    )
