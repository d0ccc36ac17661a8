"""Journeys as plain networkx graphs, and graphs as text and files."""

from touchpoints._core.lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(
    __name__,
    """
    : plan
    exchange: from_node_link read_graphml to_node_link write_graphml
    higher_order: higher_order_graph
    journey: journey_graph
    outcome: outcome_graph
    schema: Problem check_graph
    text: to_dot to_mermaid
    transition: transition_graph
    """,
)
