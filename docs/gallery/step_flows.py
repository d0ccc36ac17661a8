"""Flows of journeys from step to step: nodes and ribbons are as high as their share of journeys.

The ends of journeys are grey; flows below 0.8% are left out.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of a simulated shop."""
    found = tp.paths.step_flows(tp.datasets.shop(2000, seed=1), steps=5)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.step_flows(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
