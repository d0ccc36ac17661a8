"""The mean score along the journey, from worst to best, with the band of its intervals."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop, rng = tp.datasets.shop(800, seed=1), np.random.default_rng(1)
    chat = np.array([one.type == "live_chat" for one in shop.touchpoints])[shop.codes]
    scores = np.clip(np.round(rng.normal(3.8 - 1.2 * chat, 1.1)), 1, 5)
    scores[rng.random(len(scores)) < 0.4] = np.nan
    shop = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    found = tp.experience.emotion_curve(shop, metric="csat", max_position=12)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.emotion_curve(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
