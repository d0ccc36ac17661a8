"""How many journeys continue after each step, for new and returning people, with intervals."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    found = tp.paths.survival_by_step(tp.datasets.shop(1000, seed=1), by="segment")
    return tp.plot.survival_by_step(found, lang=lang, dark=dark, width=width)
