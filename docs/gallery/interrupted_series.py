"""Sales by week before and after a change: the fitted trends, and the four terms with intervals.

The dashed line continues the trend before the change.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(2000, seed=1), "purchase", outcome="sale")
    change = tp.experience.Change("training", "search_query", date="2026-02-16")
    found = tp.experience.interrupted_series(shop, change, measure="outcome")
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.interrupted_series(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
