"""Which paths people take."""

from touchpoints.paths.funnels import Funnel, funnel
from touchpoints.paths.transitions import Transitions, transitions
from touchpoints.paths.variants import Variants, variants

__all__ = ["Funnel", "Transitions", "Variants", "funnel", "transitions", "variants"]
