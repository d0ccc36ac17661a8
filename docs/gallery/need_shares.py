"""Each row is a need: the hollow dot is what was inferred, the filled one corrected by answers."""

from __future__ import annotations

from typing import Any

import numpy as np

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop, rng = tp.datasets.shop(1500, seed=1), np.random.default_rng(1)
    said = [
        {
            "journey": one.id,
            "time": f"{one.times[0]}Z",
            "need": one.touchpoints[0].need if rng.random() < 0.7 else "save_money",
        }
        for one in shop[:300]
    ]
    found = tp.experience.need_shares(shop, answers=said, of="journeys")
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.need_shares(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
