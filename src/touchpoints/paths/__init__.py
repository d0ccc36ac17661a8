"""Which paths people take."""

from touchpoints.paths.decisions import Branches, DecisionPoints, branches, decision_points
from touchpoints.paths.funnels import Funnel, funnel
from touchpoints.paths.steps import (
    StepFlows,
    StepMatrix,
    StepSurvival,
    step_flows,
    step_matrix,
    survival_by_step,
)
from touchpoints.paths.transitions import Transitions, transitions
from touchpoints.paths.variants import Variants, variants

__all__ = [
    "Branches",
    "DecisionPoints",
    "Funnel",
    "StepFlows",
    "StepMatrix",
    "StepSurvival",
    "Transitions",
    "Variants",
    "branches",
    "decision_points",
    "funnel",
    "step_flows",
    "step_matrix",
    "survival_by_step",
    "transitions",
    "variants",
]
