"""The journeys of a clinic in time: a row for each, a mark for each interaction.

The left edge shows how often journeys begin, gaps within a row how long patients wait.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    clinic = tp.datasets.clinic(500, seed=1)
    return tp.plot.dotted_chart(clinic, max_journeys=120, lang=lang, dark=dark, width=width)
