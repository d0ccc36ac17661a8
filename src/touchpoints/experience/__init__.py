"""What people came for, and what they experienced: needs, contexts, and how well they are served.

Functions take `Journeys` first, and honour their counts. A need or a context is rarely observed:
``need_from`` and ``context_from`` say of each interaction whether it comes from the data, from a
rule, or is only the default of its type, and results say how many there are of each. These
arguments mean the same in every function:

``outcome``
    The name of the outcome, set by `tp.until` or `tp.mark` or read with the log; may be left out if
    there is only one. Journeys whose outcome is not known (yet) are left out and counted.
``by``
    What to group by, as in `touchpoints.paths`.
``level``
    The confidence level of the intervals, in (0, 1); 0.95 by default.
``seed``
    The seed of what is drawn at random: the same seed gives the same result.
``progress``
    True for a tqdm progress bar, or a callable ``f(done, total)``.

A *lens* says what is told apart: ``"touchpoint"`` for touchpoints as they are, or what
`tp.collapse` takes: a facet, a per-interaction column, ``"type"``, or several of them.
"""

from touchpoints.experience._shared.change_records import Change
from touchpoints.experience._shared.flowing import NeedFlow
from touchpoints.experience._shared.lifting import NeedLift
from touchpoints.experience._shared.map_documents import parse_journey_map
from touchpoints.experience._shared.map_records import (
    JourneyMap,
    MapFlows,
    MapStages,
    MapTerms,
    MapTouchpoints,
)
from touchpoints.experience._shared.metrics import METRICS, Metric
from touchpoints.experience._shared.mixing import NeedMix
from touchpoints.experience._shared.predicting import PredictiveViews
from touchpoints.experience._shared.preferring import PreferredChannels
from touchpoints.experience._shared.rolling_ratio import TouchpointRatio
from touchpoints.experience.alignment import Alignment, alignment
from touchpoints.experience.answers import attach_answers
from touchpoints.experience.assessments import Assessments, assessments
from touchpoints.experience.changes import BeforeAfter, before_after
from touchpoints.experience.cohesion import Cohesion, cohesion
from touchpoints.experience.collapse_loss import CollapseLoss, collapse_loss
from touchpoints.experience.compassion import CompassionAndEfficiency, compassion_and_efficiency
from touchpoints.experience.control_charts import ControlChart, control_chart
from touchpoints.experience.deterrence import Deterrence, deterrence
from touchpoints.experience.disagreements import (
    SourceDisagreements,
    SourceMatches,
    source_disagreements,
    source_matches,
)
from touchpoints.experience.emotions import EmotionCurve, PeakEnd, emotion_curve, peak_end
from touchpoints.experience.equivalence import Equivalence, equivalence
from touchpoints.experience.granularity import Granularity, TouchpointGroups, granularity
from touchpoints.experience.importance_performance import (
    ImportancePerformance,
    importance_performance,
)
from touchpoints.experience.impressions import FirstImpressions, first_impressions
from touchpoints.experience.improvements import Improvements, improvements
from touchpoints.experience.incentives import Uplift, uplift
from touchpoints.experience.interrupted import InterruptedSeries, interrupted_series
from touchpoints.experience.journey_map import journey_map
from touchpoints.experience.key_drivers import KeyDrivers, key_drivers
from touchpoints.experience.moments import MomentsOfTruth, moments_of_truth
from touchpoints.experience.need_coverage import NeedCoverage, need_coverage
from touchpoints.experience.need_flow import need_flow
from touchpoints.experience.need_gaps import (
    NeedGaps,
    NeedSatisfaction,
    need_gaps,
    need_satisfaction,
)
from touchpoints.experience.need_lift import need_lift
from touchpoints.experience.need_mix import need_mix
from touchpoints.experience.need_shares import NeedShares, need_shares
from touchpoints.experience.need_threads import (
    NeedThreadList,
    NeedThreads,
    need_thread_list,
    need_threads,
)
from touchpoints.experience.penalty_reward import PenaltyReward, penalty_reward
from touchpoints.experience.predictive_views import predictive_views
from touchpoints.experience.preferred_channels import preferred_channels
from touchpoints.experience.scorecard import Scorecard, scorecard
from touchpoints.experience.scores import attach_scores
from touchpoints.experience.service import Service, service
from touchpoints.experience.service_retention import ServiceRetention, service_retention
from touchpoints.experience.stages import StageContradictions, Stages, stage_contradictions, stages
from touchpoints.experience.suppression import Suppressed, suppress
from touchpoints.experience.touchpoint_ratio import touchpoint_ratio
from touchpoints.experience.views import Views, compare_views
from touchpoints.experience.what_if import WhatIf, what_if

__all__ = [
    "METRICS",
    "Alignment",
    "Assessments",
    "BeforeAfter",
    "Change",
    "Cohesion",
    "CollapseLoss",
    "CompassionAndEfficiency",
    "ControlChart",
    "Deterrence",
    "EmotionCurve",
    "Equivalence",
    "FirstImpressions",
    "Granularity",
    "ImportancePerformance",
    "Improvements",
    "InterruptedSeries",
    "JourneyMap",
    "KeyDrivers",
    "MapFlows",
    "MapStages",
    "MapTerms",
    "MapTouchpoints",
    "Metric",
    "MomentsOfTruth",
    "NeedCoverage",
    "NeedFlow",
    "NeedGaps",
    "NeedLift",
    "NeedMix",
    "NeedSatisfaction",
    "NeedShares",
    "NeedThreadList",
    "NeedThreads",
    "PeakEnd",
    "PenaltyReward",
    "PredictiveViews",
    "PreferredChannels",
    "Scorecard",
    "Service",
    "ServiceRetention",
    "SourceDisagreements",
    "SourceMatches",
    "StageContradictions",
    "Stages",
    "Suppressed",
    "TouchpointGroups",
    "TouchpointRatio",
    "Uplift",
    "Views",
    "WhatIf",
    "alignment",
    "assessments",
    "attach_answers",
    "attach_scores",
    "before_after",
    "cohesion",
    "collapse_loss",
    "compare_views",
    "compassion_and_efficiency",
    "control_chart",
    "deterrence",
    "emotion_curve",
    "equivalence",
    "first_impressions",
    "granularity",
    "importance_performance",
    "improvements",
    "interrupted_series",
    "journey_map",
    "key_drivers",
    "moments_of_truth",
    "need_coverage",
    "need_flow",
    "need_gaps",
    "need_lift",
    "need_mix",
    "need_satisfaction",
    "need_shares",
    "need_thread_list",
    "need_threads",
    "parse_journey_map",
    "peak_end",
    "penalty_reward",
    "predictive_views",
    "preferred_channels",
    "scorecard",
    "service",
    "service_retention",
    "source_disagreements",
    "source_matches",
    "stage_contradictions",
    "stages",
    "suppress",
    "touchpoint_ratio",
    "uplift",
    "what_if",
]
