"""Writes the journey maps of the README, in English and in Spanish, as SVG pictures.

    python docs/images/journey_map.py

The scores are made up: the example data have none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import numpy as np

import touchpoints as tp

_LIKED = {
    "search_query": 3.9,
    "review_read": 4.4,
    "live_chat": 3.2,
    "trial_subscription": 3.7,
    "email_reminder": 2.3,
    "purchase": 4.1,
}
_TITLES = {"en": "Journey map of a shop", "es": "Mapa del recorrido de una tienda"}
WIDTH = 960


def scored_shop() -> tp.Journeys:
    """Return the journeys of the example shop with made-up scores of some interactions."""
    shop = tp.datasets.shop(2000, seed=1)
    means = np.array([_LIKED[one.type] for one in shop.touchpoints])[shop.codes]
    random = np.random.default_rng(1)
    scores = np.clip(np.round(random.normal(means, 1.0)), 1, 5)
    scores[random.random(len(scores)) < 0.6] = np.nan
    return attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})


def picture(journeys: Any, *, lang: str) -> str:
    """Return the journey map as SVG."""
    found = tp.experience.journey_map(journeys)
    figure = tp.plot.journey_map(found, lang=lang, width=WIDTH)
    return tp.plot.to_svg(figure, title=_TITLES[lang])


def write(folder: Path) -> list[Path]:
    """Write both pictures into a folder."""
    shop, written = scored_shop(), []
    for lang in _TITLES:
        path = folder / f"journey_map_{lang}.svg"
        path.write_text(picture(shop, lang=lang), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for file in write(Path(__file__).parent):
        print(f"{file.name}: {file.stat().st_size:,} bytes")
