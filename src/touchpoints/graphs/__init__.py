"""Journeys as plain networkx graphs, and graphs as text and files."""

from touchpoints.graphs.schema import Problem, check_graph
from touchpoints.graphs.transition import transition_graph

__all__ = ["Problem", "check_graph", "transition_graph"]
