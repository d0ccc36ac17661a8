"""Which needs people have at each stage."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.experience._shared.customers import customers_view, left_backstage
from touchpoints.experience._shared.lenses import Lens, lens_names, seen_through
from touchpoints.experience._shared.origins import circular, of_any, only_defaults
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of


@attrs.frozen(kw_only=True, repr=False)
class NeedMix(Estimated):
    """The needs at each stage; one row per stage and need that occur together (and group).

    ``as_dict()`` returns ``{(stage, need): share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    stage, need : object
    interactions : int64
        The interactions at the stage with the need.
    share, low, high : float64
        Their share of the interactions at the stage whose need is known, in [0, 1], and its
        interval.
    backstage, unknown : int
        The interactions that customers do not see, and those of which the need is not known.
    defaults : tuple of str
        The facets that are only defaults of types.
    """

    main = "share"
    labels = ("stage", "need")

    stage: Array = column(object)
    need: Array = column(object)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    backstage: int = fact(of_groups=sum, default=0, repr=False)
    unknown: int = fact(of_groups=sum, default=0, repr=False)
    defaults: tuple[str, ...] = fact(of_groups=of_any, default=(), repr=False)

    def _remarks(self) -> list[str]:
        """Return what was left out, and whether needs are only what types imply."""
        said = [*super()._remarks(), *left_backstage(self.backstage), *circular(self.defaults)]
        if self.unknown:
            said.append(f"{counted(self.unknown, 'interaction')} left out: the need is not known")
        return said


def mix_of(
    journeys: Journeys, *, need: Lens, stage: Lens, level: float, units: Units | None = None
) -> NeedMix:
    view = customers_view(journeys)
    seen = view.journeys
    needs = seen_through(seen, need, unknown=False)
    stages = seen_through(seen, stage)
    owners = owners_of(seen.offsets).astype(np.int64)
    real = seen.counts[owners] > 0
    used = np.flatnonzero(real & (needs.codes >= 0))
    units = units_of(seen, None) if units is None else units
    cells = stages.codes[used] * needs.k + needs.codes[used]
    groups = np.arange(stages.k * needs.k) // max(needs.k, 1)
    found = choice_shares(units, (owners[used], cells), groups=groups, level=level)
    shown = np.flatnonzero(found.totals)
    found = found.take(shown)
    return NeedMix(
        stage=text_array(stages.labels)[shown // max(needs.k, 1)],
        need=text_array(needs.labels)[shown % max(needs.k, 1)],
        interactions=found.totals,
        **found.columns("share", ends=""),
        level=level,
        backstage=view.backstage,
        unknown=int(seen.counts[owners[real & (needs.codes < 0)]].sum()),
        defaults=only_defaults(seen, lens_names(need)),
        **facts_of(units, found),
    )
