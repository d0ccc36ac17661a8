"""The share of journeys that end in a sale, by week, between the limits of what chance does.

Points beyond the limits would be larger diamonds in colour.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(2000, seed=1), "purchase", outcome="sale")
    found = tp.experience.control_chart(shop, measure="outcome")
    return tp.plot.control_chart(found, lang=lang, dark=dark, width=width)
