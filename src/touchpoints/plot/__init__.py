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
from touchpoints.plot.collapse_loss import collapse_loss
from touchpoints.plot.compassion_and_efficiency import compassion_and_efficiency
from touchpoints.plot.credit import credit
from touchpoints.plot.deterrence import deterrence
from touchpoints.plot.emotion_curve import emotion_curve
from touchpoints.plot.funnel import funnel
from touchpoints.plot.granularity import granularity
from touchpoints.plot.importance_performance import importance_performance
from touchpoints.plot.improvements import improvements
from touchpoints.plot.key_drivers import key_drivers
from touchpoints.plot.moments_of_truth import moments_of_truth
from touchpoints.plot.need_coverage import need_coverage
from touchpoints.plot.need_gaps import need_gaps
from touchpoints.plot.need_satisfaction import need_satisfaction
from touchpoints.plot.need_shares import need_shares
from touchpoints.plot.scorecard import scorecard
from touchpoints.plot.sensitivity import sensitivity
from touchpoints.plot.service import service

__all__ = [
    "assessments",
    "collapse_loss",
    "compassion_and_efficiency",
    "credit",
    "deterrence",
    "emotion_curve",
    "funnel",
    "granularity",
    "importance_performance",
    "improvements",
    "key_drivers",
    "moments_of_truth",
    "need_coverage",
    "need_gaps",
    "need_satisfaction",
    "need_shares",
    "scorecard",
    "sensitivity",
    "service",
]
