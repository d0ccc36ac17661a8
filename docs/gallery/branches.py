"""What follows a touchpoint: ribbons are as high as the share of visits, with intervals beside."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of reading reviews in a simulated shop."""
    found = tp.paths.branches(tp.datasets.shop(2000, seed=1), at="review_read")
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.branches(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
