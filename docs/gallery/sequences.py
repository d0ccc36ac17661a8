"""Three hundred journeys of a shop, a row each: which touchpoint comes first, second and so on.

Rows are sorted, so that journeys that begin alike lie together.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.datasets.shop(1000, seed=1)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.sequences(shop, steps=8, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
