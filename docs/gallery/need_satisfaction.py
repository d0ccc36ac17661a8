"""Each row is a need: how often it was satisfied later in the journey, with its interval."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.datasets.shop(800, seed=1)
    needs = {one.need for one in shop.touchpoints} - {"unknown"}
    success = dict.fromkeys(sorted(needs), "purchase")
    found = tp.experience.need_satisfaction(shop, success=success, by="device")
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.need_satisfaction(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
