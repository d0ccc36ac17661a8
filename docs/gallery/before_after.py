"""Exits from the live chat before and after a training of one group, beside a control group.

Each difference has its interval; a point is hollow where the interval contains 0.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(2000, seed=1), "purchase", outcome="sale")
    change = tp.experience.Change("training", "live_chat", date="2026-02-01")
    found = tp.experience.before_after(
        shop, change, measure="exit", outcome="sale", control=("device", "phone")
    )
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.before_after(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
