"""Each row is a touchpoint: how kind it is beside how long people wait for it, never averaged."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    clinic, rng = tp.datasets.clinic(400, seed=1), np.random.default_rng(1)
    usual = rng.uniform(2.2, 4.6, len(clinic.touchpoints))[clinic.codes]
    scores = np.clip(np.round(rng.normal(usual, 0.9)), 1, 5)
    scores[rng.random(len(scores)) < 0.5] = np.nan
    clinic = attrs.evolve(clinic, per_interaction={**clinic.per_interaction, "empathy": scores})
    found = tp.experience.compassion_and_efficiency(clinic)
    taxonomy = clinic.meta.taxonomy
    return tp.plot.compassion_and_efficiency(
        found, taxonomy=taxonomy, lang=lang, dark=dark, width=width
    )
