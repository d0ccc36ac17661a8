"""The classes of a plan: planned touchpoints and their order."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import networkx as nx

from touchpoints._core.checks import (
    require_kind,
)
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    counted,
)
from touchpoints.taxonomy import Taxonomy, Touchpoint


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class PlannedTouchpoint:
    r"""One touchpoint of a plan.

    Attributes
    ----------
    name : str
        Its name in the plan: the id of a type, the key of a touchpoint, or raw text.
    touchpoint : Touchpoint
        The touchpoint that the name means.
    label : str
        A name for people; empty if the plan has none.
    stage : str
        The stage it belongs to; empty if the plan has none.
    optional : bool
        Whether a journey may leave it out.
    max_occurrences : int or None
        How often in a row it may happen; None for any number.
    then : tuple of str
        The touchpoints that may directly follow it; empty where the plan ends. For a touchpoint in
        an any-order group, the touchpoints that may follow the group; what leads to one touchpoint
        of a group leads to all of them.
    failures : tuple of str
        Touchpoints that mean that this one failed.
    any_order : str
        The any-order group it belongs to; empty if it belongs to none.

    See Also
    --------
    read_plan : Read a plan from a file.
    Plan : The whole plan.

    Examples
    --------
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name = 'visit'\n[touchpoints.reminder]\noptional = true")
    >>> plan.touchpoints["reminder"].optional
    True
    """

    name: str
    touchpoint: Touchpoint
    label: str = ""
    stage: str = ""
    optional: bool = False
    max_occurrences: int | None = 1
    then: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    failures: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    any_order: str = ""


@attrs.frozen(kw_only=True, repr=False)
class Plan:
    r"""A plan of the touchpoints a journey should have; read with `read_plan` or `parse_plan`.

    Attributes
    ----------
    name, version : str
        The name and the version of the plan.
    stages : FrozenMap of str to str
        The label of each stage, in order.
    touchpoints : FrozenMap of str to PlannedTouchpoint
        The planned touchpoints by name, in the order of the file.
    taxonomy : Taxonomy or None
        The taxonomy that defines the names; None if they are raw text.

    See Also
    --------
    read_plan : Read a plan from a file.
    plan_graph : The plan as a graph.
    tp.paths.conformance : Where journeys deviate from the plan.
    tp.paths.fitness : How well journeys fit the plan.

    Examples
    --------
    >>> from touchpoints.graphs.plan import parse_plan
    >>> parse_plan("name = 'visit'\n[touchpoints.book]\n[touchpoints.see_doctor]")
    <Plan 'visit': 2 touchpoints, 0 stages>
    """

    name: str
    version: str = "1"
    stages: FrozenMap[str, str] = attrs.field(factory=FrozenMap)
    touchpoints: FrozenMap[str, PlannedTouchpoint]
    taxonomy: Taxonomy | None = None

    def __repr__(self) -> str:
        count, stages = len(self.touchpoints), len(self.stages)
        return f"<Plan {self.name!r}: {counted(count, 'touchpoint')}, {counted(stages, 'stage')}>"

    @property
    def first(self) -> tuple[str, ...]:
        """The touchpoints that no other leads to: where journeys begin."""
        later = {name for one in self.touchpoints.values() for name in one.then}
        return tuple(name for name in self.touchpoints if name not in later)

    @property
    def last(self) -> tuple[str, ...]:
        """The touchpoints that lead to no other: where journeys end."""
        return tuple(name for name, one in self.touchpoints.items() if not one.then)

    @property
    def any_order(self) -> dict[str, tuple[str, ...]]:
        """The any-order groups by name: touchpoints that may come in any order among themselves."""
        names = dict.fromkeys(one.any_order for one in self.touchpoints.values() if one.any_order)
        return {
            group: tuple(name for name, one in self.touchpoints.items() if one.any_order == group)
            for group in names
        }

    @property
    def in_order(self) -> tuple[str, ...]:
        """The touchpoints in topological order, each after all that may come before it."""
        G = nx.DiGraph()
        G.add_nodes_from(self.touchpoints)
        G.add_edges_from((name, two) for name, one in self.touchpoints.items() for two in one.then)
        positions = {name: position for position, name in enumerate(self.touchpoints)}
        return tuple(nx.lexicographical_topological_sort(G, key=positions.__getitem__))


def require_plan(plan: object) -> None:
    """Raise unless the argument is a `Plan`."""
    mend = "tp.read_plan(path) reads one from a file, tp.parse_plan(text) from a text"
    require_kind(plan, Plan, takes="a Plan", mend=mend)
