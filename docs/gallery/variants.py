"""The most frequent paths through a shop: a chip for each touchpoint, with the share of journeys.

The thin line on a bar is the interval of the share; a number after × says how often in succession.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    found = tp.paths.variants(tp.datasets.shop(2000, seed=1))
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.variants(found, top=8, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
