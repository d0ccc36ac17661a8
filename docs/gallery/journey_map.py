"""Touchpoints by stage and channel; their area is reach, lines are steps, and colour is valence."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    clinic = tp.datasets.clinic(800, seed=1)
    found = tp.experience.journey_map(clinic)
    return tp.plot.journey_map(found, lang=lang, dark=dark, width=width)
