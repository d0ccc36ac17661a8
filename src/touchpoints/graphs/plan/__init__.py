"""Plans: the touchpoints that a journey should have, and their order."""

from touchpoints.graphs.plan.graph import plan_graph
from touchpoints.graphs.plan.model import Plan, PlannedTouchpoint
from touchpoints.graphs.plan.reading import parse_plan, read_plan

__all__ = ["Plan", "PlannedTouchpoint", "parse_plan", "plan_graph", "read_plan"]
