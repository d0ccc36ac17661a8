"""Journeys with scores, for tests of figures."""

from __future__ import annotations

import attrs
import numpy as np

import touchpoints as tp


def scored_shop(size: int = 400, metric: str = "csat") -> tp.Journeys:
    """Return journeys of a shop that may end in a purchase, with scores that chats worsen."""
    shop = tp.until(tp.datasets.shop(size, seed=1), "purchase", outcome="purchase")
    rng = np.random.default_rng(1)
    chat = np.array([one.type == "live_chat" for one in shop.touchpoints])[shop.codes]
    scores = np.clip(np.round(rng.normal(3.8 - 1.2 * chat, 1.1)), 1, 5)
    scores[rng.random(len(scores)) < 0.3] = np.nan
    return attrs.evolve(shop, per_interaction={**shop.per_interaction, metric: scores})
