"""Which paths people take."""

from touchpoints.paths.absorption import Absorption, absorption
from touchpoints.paths.deciding import DecidingAttributes, deciding_attributes
from touchpoints.paths.decisions import Branches, DecisionPoints, branches, decision_points
from touchpoints.paths.frequencies import (
    Coverage,
    Presence,
    RareVariants,
    coverage,
    presence,
    rare_variants,
)
from touchpoints.paths.funnels import Funnel, funnel
from touchpoints.paths.loops import JourneyRepeats, Repeats, journey_repeats, repeats
from touchpoints.paths.ngrams import Ngrams, Subsequences, ngrams, subsequences
from touchpoints.paths.order import OrderSensitivity, order_sensitivity
from touchpoints.paths.steps import (
    StepFlows,
    StepMatrix,
    StepSurvival,
    step_flows,
    step_matrix,
    survival_by_step,
)
from touchpoints.paths.timing import (
    Durations,
    JourneyTimes,
    gaps,
    idle_times,
    journey_times,
    processing_times,
    throughput_times,
)
from touchpoints.paths.transitions import Transitions, transitions
from touchpoints.paths.variants import Variants, variants

__all__ = [
    "Absorption",
    "Branches",
    "Coverage",
    "DecidingAttributes",
    "DecisionPoints",
    "Durations",
    "Funnel",
    "JourneyRepeats",
    "JourneyTimes",
    "Ngrams",
    "OrderSensitivity",
    "Presence",
    "RareVariants",
    "Repeats",
    "StepFlows",
    "StepMatrix",
    "StepSurvival",
    "Subsequences",
    "Transitions",
    "Variants",
    "absorption",
    "branches",
    "coverage",
    "deciding_attributes",
    "decision_points",
    "funnel",
    "gaps",
    "idle_times",
    "journey_repeats",
    "journey_times",
    "ngrams",
    "order_sensitivity",
    "presence",
    "processing_times",
    "rare_variants",
    "repeats",
    "step_flows",
    "step_matrix",
    "subsequences",
    "survival_by_step",
    "throughput_times",
    "transitions",
    "variants",
]
