"""Attribution."""

from touchpoints.attribution._shared.credit import Credit
from touchpoints.attribution._shared.windows import Window
from touchpoints.attribution.markov import markov
from touchpoints.attribution.rules import (
    custom,
    first_touch,
    last_non_direct,
    last_touch,
    linear,
    position_based,
    time_decay,
)

__all__ = [
    "Credit",
    "Window",
    "custom",
    "first_touch",
    "last_non_direct",
    "last_touch",
    "linear",
    "markov",
    "position_based",
    "time_decay",
]
