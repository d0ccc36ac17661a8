"""A plan with a touchpoint that nobody has: said, and listed."""

from __future__ import annotations

import warnings

import attrs
import pytest

import touchpoints as tp
from touchpoints.errors import TouchpointsWarning
from touchpoints.graphs.plan import parse_plan

TABLE = {"path": ["book > come > pay", "book > come"]}
ASKED = [tp.paths.fitness, tp.paths.conformance, tp.paths.journey_conformance]


def plan_of(*names: str):
    """Return the plan of these touchpoints, one after the other."""
    return parse_plan("name='visit'\n" + "\n".join(f"[touchpoints.{name}]" for name in names))


def journeys():
    """Return two journeys of two kinds."""
    return attrs.evolve(tp.from_paths(TABLE, path="path"), per_journey={"kind": ["new", "old"]})


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("by", [None, "kind"])
def test_a_misspelt_touchpoint_has_a_near_name(ask, by) -> None:
    """The plan says "bok", journeys have "book": one warning asks whether that is meant."""
    with pytest.warns(TouchpointsWarning, match=r"'bok' \(did you mean 'book'\?\)") as raised:
        found = ask(journeys(), plan_of("bok", "come", "pay"), by=by)

    assert found.unseen == ("bok",)
    assert len(raised) == 1


@pytest.mark.parametrize("ask", ASKED)
def test_what_never_happened_is_listed_without_a_warning(ask) -> None:
    """Planned, near to nothing that journeys have beside the plan, and not met."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ask(journeys(), plan_of("book", "come", "pay", "review"))
        everything = ask(journeys(), plan_of("book", "come", "pay"))

    assert found.unseen == ("review",)
    assert everything.unseen == ()


def test_the_graph_of_a_plan_says_so_too() -> None:
    """It draws both names as touchpoints of their own."""
    with pytest.warns(TouchpointsWarning, match="did you mean 'come'"):
        tp.paths.plan_against(journeys(), plan_of("book", "comme", "pay"))
