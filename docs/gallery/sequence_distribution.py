"""Where the patients of a clinic are at each step: shares of the journeys, stacked.

A column falls short of 100 % by the journeys that ended earlier.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    found = tp.paths.step_matrix(tp.datasets.clinic(500, seed=1), steps=8)
    return tp.plot.sequence_distribution(found, lang=lang, dark=dark, width=width)
