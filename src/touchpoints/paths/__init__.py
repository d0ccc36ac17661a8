"""Analyses of the paths people take; each file answers one question.

Functions take `Journeys` first and honour their counts. These arguments mean the same in every
function:

``by``
    What to group by: the name of a per-journey column, of a facet, or of a per-interaction column
    (a journey then belongs to the group of its first interaction). The table gains a column
    ``group``. Journeys without a value belong to no group and are left out, with a warning. Or a
    tuple or list of such names: the table then has a column for each of them, and a group is a
    tuple of values.
``level``
    The confidence level of the intervals, in (0, 1); 0.95 by default.
``hours``
    The `touchpoints.OpeningHours` that count; by default all time counts. Durations are then the
    time that was open, holidays left out, in the zone of the hours or else of the log.
``unit``
    The unit of durations: ``"milliseconds"``, ``"seconds"`` (the default), ``"minutes"``,
    ``"hours"``, ``"days"`` of 24 hours or ``"weeks"``.
``progress``
    True for a tqdm progress bar, or a callable ``f(done, total)``, called after every unit of work.
    ``total`` counts the work of all groups.
"""

from touchpoints.paths._shared.dissimilarity import Distances, SubstitutionCosts
from touchpoints.paths._shared.durations import Durations
from touchpoints.paths.absorption import Absorption, absorption
from touchpoints.paths.clusters import Clustering, hierarchical, k_medoids
from touchpoints.paths.complexity import Complexity, complexity
from touchpoints.paths.conformance import (
    Conformance,
    Fitness,
    JourneyConformance,
    conformance,
    fitness,
    journey_conformance,
)
from touchpoints.paths.conversion import (
    Conversion,
    ConvertedAndDropped,
    conversion,
    converted_and_dropped,
)
from touchpoints.paths.deciding_attributes import DecidingAttributes, deciding_attributes
from touchpoints.paths.decisions import Branches, DecisionPoints, branches, decision_points
from touchpoints.paths.direct_indirect import (
    DirectAndIndirect,
    DirectnessShares,
    DirectnessTransitions,
    FilterLosses,
    direct_and_indirect,
)
from touchpoints.paths.discriminating import Discriminating, discriminating
from touchpoints.paths.distances import distances
from touchpoints.paths.frequencies import (
    Presence,
    RareVariants,
    VariantCoverage,
    presence,
    rare_variants,
    variant_coverage,
)
from touchpoints.paths.funnel_members import FunnelMembers, funnel_members
from touchpoints.paths.funnel_times import funnel_times
from touchpoints.paths.funnels import Funnel, funnel
from touchpoints.paths.journey_times import JourneyTimes, journey_times
from touchpoints.paths.loops import JourneyRepeats, Repeats, journey_repeats, repeats
from touchpoints.paths.markov_order import MarkovOrders, markov_order
from touchpoints.paths.ngrams import Ngrams, Subsequences, ngrams, subsequences
from touchpoints.paths.overlaps import Alone, During, alone, during
from touchpoints.paths.plan_against import plan_against
from touchpoints.paths.retention import (
    LifecycleStates,
    Retention,
    lifecycle_states,
    retention,
)
from touchpoints.paths.routes import Routes, Similarity, routes, similarity_to
from touchpoints.paths.segments import (
    SegmentsBetween,
    SegmentTimes,
    segment_times,
    segments_between,
)
from touchpoints.paths.step_survival import StepSurvival, survival_by_step
from touchpoints.paths.steps import StepFlows, StepMatrix, step_flows, step_matrix
from touchpoints.paths.substitution import substitution_costs
from touchpoints.paths.tie_sensitivity import OrderSensitivity, order_sensitivity
from touchpoints.paths.time_to import MedianTimeTo, TimeTo, median_time_to, time_to
from touchpoints.paths.timing import gaps, idle_times, processing_times, throughput_times
from touchpoints.paths.transitions import Transitions, transitions
from touchpoints.paths.variants import Variants, variants
from touchpoints.paths.waiting import FlowEfficiency, flow_efficiency

__all__ = [
    "Absorption",
    "Alone",
    "Branches",
    "Clustering",
    "Complexity",
    "Conformance",
    "Conversion",
    "ConvertedAndDropped",
    "DecidingAttributes",
    "DecisionPoints",
    "DirectAndIndirect",
    "DirectnessShares",
    "DirectnessTransitions",
    "Discriminating",
    "Distances",
    "Durations",
    "During",
    "FilterLosses",
    "Fitness",
    "FlowEfficiency",
    "Funnel",
    "FunnelMembers",
    "JourneyConformance",
    "JourneyRepeats",
    "JourneyTimes",
    "LifecycleStates",
    "MarkovOrders",
    "MedianTimeTo",
    "Ngrams",
    "OrderSensitivity",
    "Presence",
    "RareVariants",
    "Repeats",
    "Retention",
    "Routes",
    "SegmentTimes",
    "SegmentsBetween",
    "Similarity",
    "StepFlows",
    "StepMatrix",
    "StepSurvival",
    "Subsequences",
    "SubstitutionCosts",
    "TimeTo",
    "Transitions",
    "VariantCoverage",
    "Variants",
    "absorption",
    "alone",
    "branches",
    "complexity",
    "conformance",
    "conversion",
    "converted_and_dropped",
    "deciding_attributes",
    "decision_points",
    "direct_and_indirect",
    "discriminating",
    "distances",
    "during",
    "fitness",
    "flow_efficiency",
    "funnel",
    "funnel_members",
    "funnel_times",
    "gaps",
    "hierarchical",
    "idle_times",
    "journey_conformance",
    "journey_repeats",
    "journey_times",
    "k_medoids",
    "lifecycle_states",
    "markov_order",
    "median_time_to",
    "ngrams",
    "order_sensitivity",
    "plan_against",
    "presence",
    "processing_times",
    "rare_variants",
    "repeats",
    "retention",
    "routes",
    "segment_times",
    "segments_between",
    "similarity_to",
    "step_flows",
    "step_matrix",
    "subsequences",
    "substitution_costs",
    "survival_by_step",
    "throughput_times",
    "time_to",
    "transitions",
    "variant_coverage",
    "variants",
]
