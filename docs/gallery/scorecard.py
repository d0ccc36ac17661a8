"""Each row is a touchpoint, each column a measure on its own scale, with its interval."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    chat = np.array([one.type == "live_chat" for one in shop.touchpoints])[shop.codes]
    drawn = np.random.default_rng(1).normal(3.8 - 1.2 * chat, 1.1)
    scores = np.clip(np.round(drawn), 1, 5)
    shop = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    found = tp.experience.scorecard(
        shop, assessments=tp.experience.assessments(shop, metric="csat")
    )
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.scorecard(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
