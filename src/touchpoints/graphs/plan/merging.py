"""Journeys in which observed touchpoints are those of a plan."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import owned
from touchpoints.graphs.plan.deviating import Meaning
from touchpoints.graphs.plan.model import Plan
from touchpoints.journeys.model import Journeys, derive


def as_planned(journeys: Journeys, plan: Plan) -> Journeys:
    """Replace touchpoints of a planned type by the planned touchpoint."""
    planned = Meaning.of(journeys, plan).planned
    of_plan = [one.touchpoint for one in plan.touchpoints.values()]
    rest = np.flatnonzero(planned < 0)
    table = planned.copy()
    table[rest] = len(of_plan) + np.arange(len(rest))
    codes = table[journeys.codes] if len(table) else journeys.codes
    touchpoints = (*of_plan, *(journeys.touchpoints[code] for code in rest.tolist()))
    return derive(journeys, touchpoints=touchpoints, codes=owned(codes.astype(np.int32)))
