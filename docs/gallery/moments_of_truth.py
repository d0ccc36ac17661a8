"""Each row is a touchpoint: how far the outcome differs after a bad and a good experience."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    rng = np.random.default_rng(1)
    chat = np.array([one.type == "live_chat" for one in shop.touchpoints])[shop.codes]
    scores = np.clip(np.round(rng.normal(3.6 - 1.2 * chat, 1.3)), 1, 5)
    shop = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    found = tp.experience.moments_of_truth(shop, metric="csat")
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.moments_of_truth(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
