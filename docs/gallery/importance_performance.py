"""Each dot is a touchpoint: how much it matters, how well it is done, both with intervals."""

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
    importance = tp.attribution.markov(shop).shares
    card = tp.experience.assessments(shop, metric="csat")
    effects = tp.experience.scorecard(shop, assessments=card).measure("effect")
    found = tp.experience.importance_performance(
        {key: one.value for key, one in effects.items() if key in importance}, card
    )
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.importance_performance(
        found, taxonomy=taxonomy, lang=lang, dark=dark, width=width
    )
