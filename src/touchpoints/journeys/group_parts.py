"""The journeys of groups, sorted once, so that each group is a stretch of the columns."""

from __future__ import annotations

from itertools import pairwise

import attrs
import numpy as np

from touchpoints._core.frozen import Array, FrozenMap, owned
from touchpoints.journeys.model import (
    Journeys,
    derive,
    interaction_columns,
    journey_columns,
    take,
)
from touchpoints.journeys.outcomes import watched_until

_FIELDS = tuple(field.name for field in attrs.fields(Journeys))


@attrs.frozen(eq=False)
class InOrder:
    """The journeys that are in a group, group by group.

    Attributes
    ----------
    journeys
        In a group they keep their order.
    of : int64 (n,)
        The group of each, non-decreasing, in ``range(size)``.
    size : int
        The number of groups.
    """

    journeys: Journeys
    of: Array
    size: int

    def parts(self) -> list[Journeys]:
        """Return the journeys of each group, as views of the columns."""
        bounds = np.searchsorted(self.of, np.arange(self.size + 1)).tolist()
        return [_stretch(self.journeys, *span) for span in pairwise(bounds)]


def one_group(journeys: Journeys) -> InOrder:
    """Return all journeys as one group."""
    return InOrder(journeys, np.zeros(len(journeys), dtype=np.int64), 1)


def in_order(journeys: Journeys, of: Array, size: int) -> InOrder:
    """Return journeys sorted by group, without those of group -1.

    Each keeps the time until which it was observed, that of the whole log.
    """
    if journeys.times is not None:
        journeys = derive(journeys, observed_until=owned(watched_until(journeys).copy()))
    order = np.argsort(of, kind="stable")
    order = order[np.searchsorted(of[order], 0) :]
    return InOrder(take(journeys, order), owned(of[order]), size)


def _stretch(journeys: Journeys, start: int, stop: int) -> Journeys:
    """Return the journeys from one position to before another, as views; nothing is checked.

    Their ``observed_until`` is known where they have times, so that the end of the log is.
    """
    first, last = int(journeys.offsets[start]), int(journeys.offsets[stop])
    changes = interaction_columns(journeys, slice(first, last))
    changes |= journey_columns(journeys, slice(start, stop))
    changes["offsets"] = owned(journeys.offsets[start : stop + 1] - first)
    part = object.__new__(Journeys)
    for name in _FIELDS:
        value = changes.get(name, getattr(journeys, name))
        object.__setattr__(part, name, FrozenMap(value) if isinstance(value, dict) else value)
    return part
