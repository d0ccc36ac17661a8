"""Touchpoints by step: the darker a cell, the larger the share of journeys at it in that step."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of a simulated shop."""
    found = tp.paths.step_matrix(tp.datasets.shop(2000, seed=1), steps=8)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.step_matrix(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
