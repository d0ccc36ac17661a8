"""Which needs those who reach an outcome have more often than others."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.experience._shared.customers import (
    customers_view,
    journey_labels,
    left_backstage,
    reached_of,
    unknown_outcomes,
)
from touchpoints.experience._shared.lenses import Lens, lens_names
from touchpoints.experience._shared.origins import circular, of_any, only_defaults
from touchpoints.experience._shared.two_shares import difference_of, ratio_of, shared_persons
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import facts_of, presence_shares


@attrs.frozen(kw_only=True, repr=False)
class NeedLift(Estimated):
    """How much more often journeys that reached an outcome have each need; one row per need.

    ``as_dict()`` returns ``{need: lift}``; with groups, the keys begin with the group.

    Attributes
    ----------
    need : object
    reached, not_reached : int64
        The journeys with the need that reached the outcome, and that did not.
    share_reached, share_not_reached : float64
        Their share of all journeys that reached it, and that did not, in [0, 1]; nan without any.
    lift, low, high : float64
        ``share_reached / share_not_reached`` and its interval; infinite if only journeys that
        reached the outcome have the need, nan if one of the two kinds of journeys is missing.
    difference, difference_low, difference_high : float64
        ``share_reached - share_not_reached`` and its interval.
    backstage, unknown : int
        The interactions that customers do not see, and the journeys whose outcome is not known.
    defaults : tuple of str
        The facets that are only defaults of types.
    """

    main = "lift"
    labels = ("need",)

    need: Array = column(object)
    reached: Array = column(np.int64)
    not_reached: Array = column(np.int64)
    share_reached: Array = column(np.float64)
    share_not_reached: Array = column(np.float64)
    lift: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    difference: Array = column(np.float64)
    difference_low: Array = column(np.float64)
    difference_high: Array = column(np.float64)
    backstage: int = fact(of_groups=sum, default=0, repr=False)
    unknown: int = fact(of_groups=sum, default=0, repr=False)
    defaults: tuple[str, ...] = fact(of_groups=of_any, default=(), repr=False)

    def _remarks(self) -> list[str]:
        """Return what was left out, and whether needs are only what types imply."""
        return [
            *super()._remarks(),
            *unknown_outcomes(self.unknown),
            *left_backstage(self.backstage),
            *circular(self.defaults),
        ]


def lift_of(
    journeys: Journeys, *, need: Lens, outcome: str | None, level: float, units: Units | None = None
) -> NeedLift:
    view = customers_view(journeys)
    seen, counts = view.journeys, view.journeys.counts
    reached = reached_of(seen, outcome)
    labels, owners, cells = journey_labels(seen, need)
    units = units_of(seen, None) if units is None else units
    sides = (reached == 1, reached == 0)
    one, two = (
        presence_shares(units, counts, (owners, cells), size=len(labels), level=level, among=side)
        for side in sides
    )
    together = shared_persons(units, (owners, cells), sides, (one.share, two.share))
    lift = ratio_of(one, two, together)
    apart = difference_of(one, two, together)
    return NeedLift(
        need=text_array(labels),
        reached=one.totals,
        not_reached=two.totals,
        share_reached=one.share,
        share_not_reached=two.share,
        lift=lift.value,
        low=lift.low,
        high=lift.high,
        difference=apart.value,
        difference_low=apart.low,
        difference_high=apart.high,
        level=level,
        backstage=view.backstage,
        unknown=int(counts[np.isnan(reached)].sum()),
        defaults=only_defaults(seen, lens_names(need)),
        **facts_of(units, one, two),
    )
