"""The flows of a journey map that could be drawn, and which of them are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import attrs
import numpy as np

from touchpoints.experience import JourneyMap

_LEAST_SHARE = 0.01
_LEAST_JOURNEYS = 5
_LEAST_OF_FEW = 0.05
"""Of fewer than 100 journeys, this share of them is enough."""
_SECOND_HEAD = 0.2
_ENOUGH = 0.8
"""Lines are added until they carry this share of all steps."""

Pair = tuple[int, int]


@attrs.frozen(kw_only=True, eq=False)
class Flow:
    """A line of the map: a flow, or the two flows between touchpoints of a stage.

    Attributes
    ----------
    source, target : int
        The places of the touchpoints; of two flows, those of the stronger one.
    names : tuple of str
        The keys of the touchpoints, by which equally strong lines are sorted.
    steps : int
        The steps, of both flows where the line stands for two.
    pairs : int
        How many flows the line stands for: 1 or 2.
    share : float
        The share of journeys that take a step of it.
    both_ways : bool
        Whether the line has a head at each end.
    returns : bool
        Whether it leads to an earlier stage.
    unplanned : bool
        Whether no flow of it is planned although there is a plan.
    rows : tuple of int
        The rows of its flows in the map.
    """

    source: int
    target: int
    names: tuple[str, str]
    steps: int
    pairs: int
    share: float
    both_ways: bool
    returns: bool
    unplanned: bool
    rows: tuple[int, ...]

    @property
    def ends(self) -> Pair:
        """The places of its two touchpoints."""
        return self.source, self.target

    def __lt__(self, other: Flow) -> bool:
        return (-self.steps, self.names) < (-other.steps, other.names)


def flows_of(
    found: JourneyMap, places: Mapping[str, int], stages: Sequence[int]
) -> tuple[Flow, ...]:
    """Return the flows that could be drawn, the strongest first.

    Two flows there and back between touchpoints of a stage are one line. A flow that fewer than
    1 % of journeys take, or fewer than five of at least 100, is not drawn.
    """
    table = found.flows
    row_of: dict[Pair, int] = {}
    for row in range(len(table)):
        source, target = (places.get(str(one[row]), -1) for one in (table.source, table.target))
        if min(source, target) >= 0 and source != target and table.steps[row] > 0:
            row_of[source, target] = row
    least = max(_LEAST_SHARE * found.journeys, min(_LEAST_JOURNEYS, _LEAST_OF_FEW * found.journeys))
    drawn = []
    for (source, target), row in row_of.items():
        back = row_of.get((target, source)) if stages[source] == stages[target] else None
        if back is not None and (table.steps[back], target) > (table.steps[row], source):
            continue  # the stronger one of the two is the line
        taken = max(float(table.journeys[one]) for one in (row, back) if one is not None)
        if taken >= least:
            returns = stages[target] < stages[source]
            drawn.append(_flow(found, (source, target), (row, back), returns=returns))
    return tuple(sorted(drawn))


def _flow(found: JourneyMap, ends: Pair, rows: tuple[int, int | None], *, returns: bool) -> Flow:
    table, (row, back) = found.flows, rows
    both = [row] if back is None else [row, back]
    steps = int(sum(table.steps[one] for one in both))
    share = float(table.share[row] if back is None else table.either[row])
    planned = [table.planned[one] for one in both]
    return Flow(
        source=ends[0],
        target=ends[1],
        names=(str(table.source[row]), str(table.target[row])),
        steps=steps,
        pairs=len(both),
        share=share,
        both_ways=back is not None and table.steps[back] >= _SECOND_HEAD * steps,
        returns=returns,
        unplanned=all(one is not None and not one for one in planned),
        rows=tuple(both),
    )


@attrs.frozen
class Line:
    """A flow that is drawn, and whether it is the first that reaches a touchpoint."""

    flow: Flow
    backbone: bool


def chosen(
    flows: Sequence[Flow], *, most: int, steps: int, without: Collection[Pair] = ()
) -> list[Line]:
    """Return the flows that are drawn, the strongest first.

    First those that reach a touchpoint that no stronger one reaches; then the strongest, until
    there are ``most`` or they carry 80 % of the steps.
    """
    reached: set[int] = set()
    backbone, others = [], []
    for flow in flows:
        if flow.ends in without:
            continue
        if reached.issuperset(flow.ends):
            others.append(flow)
        else:
            reached.update(flow.ends)
            backbone.append(flow)
    carried = sum(flow.steps for flow in backbone)
    added = 0
    while added < len(others) and len(backbone) + added < most and carried < _ENOUGH * steps:
        carried += others[added].steps
        added += 1
    lines = [Line(flow, backbone=True) for flow in backbone]
    lines += [Line(flow, backbone=False) for flow in others[:added]]
    return sorted(lines, key=lambda line: line.flow)


def share_of_steps(flows: Sequence[Flow], steps: int) -> float:
    """Return the share of all steps that flows carry."""
    return sum(flow.steps for flow in flows) / steps if steps else np.nan
