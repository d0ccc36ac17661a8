"""Each bar is what a channel hides about the outcome when its touchpoints are grouped, in bits."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    found = tp.experience.collapse_loss(shop, fine="need", of="next", seed=1, permutations=99)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.collapse_loss(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
