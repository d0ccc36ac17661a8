"""From coarse to fine: the bits that a typing keeps; the star is the coarsest that keeps enough."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    found = tp.experience.granularity(shop, of="next", seed=1, resamples=5)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.granularity(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
