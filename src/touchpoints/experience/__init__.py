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

from touchpoints.experience._shared.metrics import METRICS, Metric
from touchpoints.experience.answers import attach_answers
from touchpoints.experience.assessments import Assessments, assessments
from touchpoints.experience.compassion import CompassionAndEfficiency, compassion_and_efficiency
from touchpoints.experience.deterrence import Deterrence, deterrence
from touchpoints.experience.disagreements import (
    SourceDisagreements,
    SourceMatches,
    source_disagreements,
    source_matches,
)
from touchpoints.experience.emotions import EmotionCurve, PeakEnd, emotion_curve, peak_end
from touchpoints.experience.granularity import Granularity, TouchpointGroups, granularity
from touchpoints.experience.impressions import FirstImpressions, first_impressions
from touchpoints.experience.incentives import Uplift, uplift
from touchpoints.experience.need_coverage import NeedCoverage, need_coverage
from touchpoints.experience.need_gaps import (
    NeedGaps,
    NeedSatisfaction,
    need_gaps,
    need_satisfaction,
)
from touchpoints.experience.need_shares import NeedShares, need_shares
from touchpoints.experience.need_threads import (
    NeedThreadList,
    NeedThreads,
    need_thread_list,
    need_threads,
)
from touchpoints.experience.scores import attach_scores
from touchpoints.experience.service import Service, service
from touchpoints.experience.service_retention import ServiceRetention, service_retention
from touchpoints.experience.stages import StageContradictions, Stages, stage_contradictions, stages
from touchpoints.experience.suppression import Suppressed, suppress
from touchpoints.experience.what_if import WhatIf, what_if

__all__ = [
    "METRICS",
    "Assessments",
    "CompassionAndEfficiency",
    "Deterrence",
    "EmotionCurve",
    "FirstImpressions",
    "Granularity",
    "Metric",
    "NeedCoverage",
    "NeedGaps",
    "NeedSatisfaction",
    "NeedShares",
    "NeedThreadList",
    "NeedThreads",
    "PeakEnd",
    "Service",
    "ServiceRetention",
    "SourceDisagreements",
    "SourceMatches",
    "StageContradictions",
    "Stages",
    "Suppressed",
    "TouchpointGroups",
    "Uplift",
    "WhatIf",
    "assessments",
    "attach_answers",
    "attach_scores",
    "compassion_and_efficiency",
    "deterrence",
    "emotion_curve",
    "first_impressions",
    "granularity",
    "need_coverage",
    "need_gaps",
    "need_satisfaction",
    "need_shares",
    "need_thread_list",
    "need_threads",
    "peak_end",
    "service",
    "service_retention",
    "source_disagreements",
    "source_matches",
    "stage_contradictions",
    "stages",
    "suppress",
    "uplift",
    "what_if",
]
