"""Retention by month: the share of each cohort that is seen again some months after its first.

A number after ± is half the width of the interval; framed cells are not over yet.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    found = tp.paths.retention(tp.datasets.shop(2000, seed=1), period="month")
    return tp.plot.retention(found, lang=lang, dark=dark, width=width)
