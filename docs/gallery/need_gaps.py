"""Each row is a need: how many come with it, how many are not satisfied, and the gap of both."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.datasets.shop(800, seed=1)
    needs = {one.need for one in shop.touchpoints} - {"unknown"}
    found = tp.experience.need_gaps(shop, success=dict.fromkeys(sorted(needs), "purchase"))
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.need_gaps(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
