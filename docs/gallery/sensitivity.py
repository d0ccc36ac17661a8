"""Each row is a touchpoint: how far its share of the credit depends on model and settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    models = {"Markov": tp.attribution.markov, "linear": tp.attribution.linear}
    week = dt.timedelta(days=7)
    found = tp.attribution.sensitivity(shop, models=models, orders=[1, 2], lookbacks=[week])
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.sensitivity(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
