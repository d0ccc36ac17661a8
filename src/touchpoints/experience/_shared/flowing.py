"""Which need follows which, in each context."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.counting.successors import next_codes
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.experience._shared.customers import customers_view, left_backstage
from touchpoints.experience._shared.lenses import Lens, lens_names, seen_through
from touchpoints.experience._shared.origins import circular, of_any, only_defaults
from touchpoints.graphs.flows import END, OPEN, usual_ends
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of


@attrs.frozen(kw_only=True, repr=False)
class NeedFlow(Estimated):
    """Which need follows which, by context; one row per context, need and next need that occur.

    ``as_dict()`` returns ``{(context, need, next_need): share}``; with groups, the keys begin with
    the group.

    Attributes
    ----------
    context, need, next_need : object
        The context and need of an interaction, and the need of the next one in its journey;
        ``"(end)"`` after the last, and ``"(open)"`` if the log cuts the journey off.
    count : int64
        How often this happened.
    share, low, high : float64
        Its share of what followed this need in this context, in [0, 1], and its interval.
    backstage : int
        The interactions that customers do not see.
    defaults : tuple of str
        The facets that are only defaults of types.
    """

    main = "share"
    labels = ("context", "need", "next_need")

    context: Array = column(object)
    need: Array = column(object)
    next_need: Array = column(object)
    count: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    backstage: int = fact(of_groups=sum, default=0, repr=False)
    defaults: tuple[str, ...] = fact(of_groups=of_any, default=(), repr=False)

    def _remarks(self) -> list[str]:
        """Return what was left out, and whether needs are only what types imply."""
        return [*super()._remarks(), *left_backstage(self.backstage), *circular(self.defaults)]


def flow_of(
    journeys: Journeys, *, need: Lens, context: Lens, level: float, units: Units | None = None
) -> NeedFlow:
    view = customers_view(journeys)
    seen = view.journeys
    needs, contexts = seen_through(seen, need), seen_through(seen, context)
    ends = usual_ends(seen)
    following = next_codes(needs.codes, seen.offsets, ends.of, needs.k)
    names = text_array([*needs.labels, END, OPEN])
    order = np.argsort(names, kind="stable")
    rank = np.argsort(order)
    wide, k = len(names), max(needs.k, 1)
    owners = owners_of(seen.offsets).astype(np.int64)
    used = np.flatnonzero(seen.counts[owners] > 0)
    groups = contexts.codes * k + needs.codes
    cells = (groups * wide + rank[following])[used]
    met, at = np.unique(cells, return_inverse=True)
    _, compact = np.unique(met // wide, return_inverse=True)
    units = units_of(seen, None) if units is None else units
    found = choice_shares(units, (owners[used], at), groups=compact, level=level)
    return NeedFlow(
        context=text_array(contexts.labels)[met // (wide * k)],
        need=text_array(needs.labels)[met // wide % k],
        next_need=names[order[met % wide]],
        count=found.totals,
        **found.columns("share", ends=""),
        level=level,
        backstage=view.backstage,
        defaults=only_defaults(seen, dict.fromkeys((*lens_names(need), *lens_names(context)))),
        **facts_of(units, found),
    )
