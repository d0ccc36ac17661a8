"""Figures of journeys and of what analyses found, drawn with plotly (the extra ``plot``).

Each function takes the record that an analysis returned, or a graph, and draws it: it computes
nothing anew. It returns a ``plotly.graph_objects.Figure``, which can be changed, shown in a
notebook, or written to a file. These arguments mean the same in every function:

``taxonomy``
    The taxonomy that has the labels of touchpoints and terms; without it they are shown by their
    keys.
``lang``
    The language of labels, words and numbers: ``"en"``, ``"es"`` or any other language of the
    taxonomy. What has no words in it is in English.
``dark``
    True for colours on a dark background.
``width``
    The width of the figure in pixels. Below 700 it is laid out for a telephone.
"""

from touchpoints.plot.branches import branches
from touchpoints.plot.conformance import conformance
from touchpoints.plot.difference_graph import difference_graph
from touchpoints.plot.funnel import funnel
from touchpoints.plot.step_flows import step_flows
from touchpoints.plot.step_matrix import step_matrix
from touchpoints.plot.transition_graph import transition_graph

__all__ = [
    "branches",
    "conformance",
    "difference_graph",
    "funnel",
    "step_flows",
    "step_matrix",
    "transition_graph",
]
