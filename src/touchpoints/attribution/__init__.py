"""What each touchpoint contributes to an outcome: models of attribution.

Functions take `Journeys` with an outcome first, and honour their counts. To attribute to needs,
channels or other facets, apply `tp.collapse` first. Credit is an association, not an effect: only
an experiment shows what would happen without a touchpoint (see `calibrate`). These arguments mean
the same in every model:

``outcome``
    The name of the outcome, set by `tp.until` or `tp.mark` or read with the log; may be left out if
    there is only one. Journeys whose outcome is not known (yet) are left out and counted.
``value``
    The name of the values to credit beside the number of outcomes; by default those of the name
    of the outcome, or the only ones.
``lookback``
    How long before the outcome interactions count: a ``datetime.timedelta``, or a list of `Window`
    for different kinds. In journeys without the outcome time counts from their last interaction.
    What lies outside is counted in ``outside``. Interactions after the outcome never count.
``by``
    What to group by, as in `touchpoints.paths`. Credit sums to the outcomes of each group.
``level``
    The confidence level of the intervals, in (0, 1); 0.95 by default.
"""

from touchpoints.attribution._shared.credit import Credit
from touchpoints.attribution._shared.windows import Window
from touchpoints.attribution.additive_hazard import HazardCredit, additive_hazard
from touchpoints.attribution.advocacy import AdvocacyLinks, advocacy
from touchpoints.attribution.calibration import Calibrated, calibrate
from touchpoints.attribution.comparing import Agreement, SideBySide, compare, sensitivity
from touchpoints.attribution.competing import Competing, competing
from touchpoints.attribution.graph_effects import absorption, removal_effects
from touchpoints.attribution.leave_one_out import leave_one_out
from touchpoints.attribution.markov import markov
from touchpoints.attribution.multi_touch import custom, linear, position_based, time_decay
from touchpoints.attribution.ordered_shapley import OrderedCredit, ordered_shapley
from touchpoints.attribution.recovery import Recovery, World, recovery, simulated_world
from touchpoints.attribution.removal import Removals, Steps, removal
from touchpoints.attribution.returns import CostReturns, returns
from touchpoints.attribution.shapley import shapley
from touchpoints.attribution.single_touch import first_touch, last_non_direct, last_touch
from touchpoints.attribution.synergies import Interactions, synergies
from touchpoints.attribution.validation import Validation, validate

__all__ = [
    "AdvocacyLinks",
    "Agreement",
    "Calibrated",
    "Competing",
    "CostReturns",
    "Credit",
    "HazardCredit",
    "Interactions",
    "OrderedCredit",
    "Recovery",
    "Removals",
    "SideBySide",
    "Steps",
    "Validation",
    "Window",
    "World",
    "absorption",
    "additive_hazard",
    "advocacy",
    "calibrate",
    "compare",
    "competing",
    "custom",
    "first_touch",
    "last_non_direct",
    "last_touch",
    "leave_one_out",
    "linear",
    "markov",
    "ordered_shapley",
    "position_based",
    "recovery",
    "removal",
    "removal_effects",
    "returns",
    "sensitivity",
    "shapley",
    "simulated_world",
    "synergies",
    "time_decay",
    "validate",
]
