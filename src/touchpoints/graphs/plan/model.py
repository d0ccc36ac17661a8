"""What a planned journey is."""

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
        What the plan calls it: the id of a type, the key of a touchpoint, or raw text.
    touchpoint : Touchpoint
        What that means.
    label : str
        A name for people; empty where the plan gives none.
    stage : str
        The stage it belongs to; empty where none is named.
    optional : bool
        Whether a journey may go without it.
    most : int or None
        How often in a row it may happen; None for any number.
    then : tuple of str
        What may come directly behind it; nothing where the plan ends. Of a touchpoint in a group
        in any order, what may come behind the group; what leads to one of a group leads to all.
    failures : tuple of str
        Touchpoints that say that this one failed.
    any_order : str
        The group within which it may come in any order; empty where it is in none.

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
    most: int | None = 1
    then: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    failures: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    any_order: str = ""


@attrs.frozen(kw_only=True, repr=False)
class Plan:
    r"""What a journey is meant to be; read with `read_plan` or `parse_plan`.

    Attributes
    ----------
    name, version : str
        What the plan is called.
    stages : FrozenMap of str to str
        The label of each stage, in order.
    touchpoints : FrozenMap of str to PlannedTouchpoint
        In the order of the file.
    taxonomy : Taxonomy or None
        What the names mean.

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
        """The touchpoints nothing leads to: where journeys begin."""
        later = {name for one in self.touchpoints.values() for name in one.then}
        return tuple(name for name in self.touchpoints if name not in later)

    @property
    def last(self) -> tuple[str, ...]:
        """The touchpoints that lead nowhere: where journeys end."""
        return tuple(name for name, one in self.touchpoints.items() if not one.then)

    @property
    def any_order(self) -> dict[str, tuple[str, ...]]:
        """The groups whose touchpoints may come in any order among themselves, by name."""
        names = dict.fromkeys(one.any_order for one in self.touchpoints.values() if one.any_order)
        return {
            group: tuple(name for name, one in self.touchpoints.items() if one.any_order == group)
            for group in names
        }

    @property
    def in_order(self) -> tuple[str, ...]:
        """The touchpoints, each behind all that may come before it."""
        G = nx.DiGraph()
        G.add_nodes_from(self.touchpoints)
        G.add_edges_from((name, two) for name, one in self.touchpoints.items() for two in one.then)
        places = {name: place for place, name in enumerate(self.touchpoints)}
        return tuple(nx.lexicographical_topological_sort(G, key=places.__getitem__))


def require_plan(plan: object) -> None:
    """Raise unless this is a plan."""
    mend = "tp.read_plan(path) reads one from a file, tp.parse_plan(text) from a text"
    require_kind(plan, Plan, takes="a Plan", mend=mend)
