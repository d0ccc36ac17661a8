"""Needs down, stages across: where people come with a need, and where nothing is planned."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    found = tp.experience.need_coverage(tp.datasets.shop(800, seed=1))
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.need_coverage(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
