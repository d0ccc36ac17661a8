"""Which paths people take."""

from touchpoints.paths.transitions import Transitions, transitions
from touchpoints.paths.variants import Variants, variants

__all__ = ["Transitions", "Variants", "transitions", "variants"]
