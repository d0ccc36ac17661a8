"""How long from one touchpoint to the next: median with its interval, middle half and range.

The axis has steps of seconds, minutes, hours, days and weeks.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    found = tp.paths.gaps(tp.datasets.shop(2000, seed=1), level=0.95, quantiles=[0.9])
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.durations(found, top=12, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
