"""Journeys as plain networkx graphs, and graphs as text and files."""

from touchpoints.graphs.exchange import (
    from_node_link,
    read_graphml,
    to_node_link,
    write_graphml,
)
from touchpoints.graphs.higher_order import higher_order_graph
from touchpoints.graphs.journey import journey_graph
from touchpoints.graphs.outcome import outcome_graph
from touchpoints.graphs.schema import Problem, check_graph
from touchpoints.graphs.text import to_dot, to_mermaid
from touchpoints.graphs.transition import transition_graph

__all__ = [
    "Problem",
    "check_graph",
    "from_node_link",
    "higher_order_graph",
    "journey_graph",
    "outcome_graph",
    "read_graphml",
    "to_dot",
    "to_mermaid",
    "to_node_link",
    "transition_graph",
    "write_graphml",
]
