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

from touchpoints.plot.before_after import before_after
from touchpoints.plot.control_chart import control_chart
from touchpoints.plot.dotted_chart import dotted_chart
from touchpoints.plot.durations import durations
from touchpoints.plot.funnel import funnel
from touchpoints.plot.interrupted_series import interrupted_series
from touchpoints.plot.retention import retention
from touchpoints.plot.sequence_distribution import sequence_distribution
from touchpoints.plot.sequences import sequences
from touchpoints.plot.survival_by_step import survival_by_step
from touchpoints.plot.time_to import time_to
from touchpoints.plot.timeline import timeline
from touchpoints.plot.variants import variants

__all__ = [
    "before_after",
    "control_chart",
    "dotted_chart",
    "durations",
    "funnel",
    "interrupted_series",
    "retention",
    "sequence_distribution",
    "sequences",
    "survival_by_step",
    "time_to",
    "timeline",
    "variants",
]
