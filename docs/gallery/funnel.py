"""How far journeys get from a search to a purchase: a bar for each step, with its interval.

The text after a bar says what is lost since the step before; the largest loss is coloured.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    steps = ["search_query", "review_read", "trial_subscription", "purchase"]
    found = tp.paths.funnel(tp.datasets.shop(1000, seed=1), steps)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.funnel(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
