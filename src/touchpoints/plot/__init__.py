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

from touchpoints.plot.credit import credit
from touchpoints.plot.funnel import funnel
from touchpoints.plot.importance_performance import importance_performance
from touchpoints.plot.journey_map import journey_map
from touchpoints.plot.retention import retention
from touchpoints.plot.scorecard import scorecard
from touchpoints.plot.sensitivity import sensitivity
from touchpoints.plot.step_flows import step_flows
from touchpoints.plot.step_matrix import step_matrix
from touchpoints.plot.survival_by_step import survival_by_step
from touchpoints.plot.svg import to_svg
from touchpoints.plot.time_to import time_to
from touchpoints.plot.variants import variants

__all__ = [
    "credit",
    "funnel",
    "importance_performance",
    "journey_map",
    "retention",
    "scorecard",
    "sensitivity",
    "step_flows",
    "step_matrix",
    "survival_by_step",
    "time_to",
    "to_svg",
    "variants",
]
