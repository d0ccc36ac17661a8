"""Touchpoints by stage and channel; their area is reach, lines are steps, and colour is valence."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import touchpoints as tp

WIDE = 960


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.datasets.shop(800, seed=1)
    liked = {"live_chat": 2.6, "review_read": 4.2, "trial_subscription": 4.5}
    means = np.array([liked.get(one.type, 3.4) for one in shop.touchpoints])[shop.codes]
    random = np.random.default_rng(1)
    scores = np.clip(np.round(random.normal(means, 1.1)), 1, 5)
    scores[random.random(len(scores)) < 0.7] = np.nan
    shop = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    found = tp.experience.journey_map(shop)
    return tp.plot.journey_map(found, lang=lang, dark=dark, width=width)
