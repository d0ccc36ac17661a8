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

from touchpoints.plot.assessments import assessments
from touchpoints.plot.before_after import before_after
from touchpoints.plot.branches import branches
from touchpoints.plot.collapse_loss import collapse_loss
from touchpoints.plot.compassion_and_efficiency import compassion_and_efficiency
from touchpoints.plot.conformance import conformance
from touchpoints.plot.control_chart import control_chart
from touchpoints.plot.credit import credit
from touchpoints.plot.deterrence import deterrence
from touchpoints.plot.difference_graph import difference_graph
from touchpoints.plot.dotted_chart import dotted_chart
from touchpoints.plot.durations import durations
from touchpoints.plot.emotion_curve import emotion_curve
from touchpoints.plot.funnel import funnel
from touchpoints.plot.granularity import granularity
from touchpoints.plot.importance_performance import importance_performance
from touchpoints.plot.improvements import improvements
from touchpoints.plot.interrupted_series import interrupted_series
from touchpoints.plot.journey_map import journey_map
from touchpoints.plot.key_drivers import key_drivers
from touchpoints.plot.moments_of_truth import moments_of_truth
from touchpoints.plot.need_coverage import need_coverage
from touchpoints.plot.need_gaps import need_gaps
from touchpoints.plot.need_satisfaction import need_satisfaction
from touchpoints.plot.need_shares import need_shares
from touchpoints.plot.report import report
from touchpoints.plot.retention import retention
from touchpoints.plot.scorecard import scorecard
from touchpoints.plot.sensitivity import sensitivity
from touchpoints.plot.sequence_distribution import sequence_distribution
from touchpoints.plot.sequences import sequences
from touchpoints.plot.service import service
from touchpoints.plot.step_flows import step_flows
from touchpoints.plot.step_matrix import step_matrix
from touchpoints.plot.survival_by_step import survival_by_step
from touchpoints.plot.svg import to_svg
from touchpoints.plot.time_to import time_to
from touchpoints.plot.timeline import timeline
from touchpoints.plot.transition_graph import transition_graph
from touchpoints.plot.variants import variants

__all__ = [
    "assessments",
    "before_after",
    "branches",
    "collapse_loss",
    "compassion_and_efficiency",
    "conformance",
    "control_chart",
    "credit",
    "deterrence",
    "difference_graph",
    "dotted_chart",
    "durations",
    "emotion_curve",
    "funnel",
    "granularity",
    "importance_performance",
    "improvements",
    "interrupted_series",
    "journey_map",
    "key_drivers",
    "moments_of_truth",
    "need_coverage",
    "need_gaps",
    "need_satisfaction",
    "need_shares",
    "report",
    "retention",
    "scorecard",
    "sensitivity",
    "sequence_distribution",
    "sequences",
    "service",
    "step_flows",
    "step_matrix",
    "survival_by_step",
    "time_to",
    "timeline",
    "to_svg",
    "transition_graph",
    "variants",
]
