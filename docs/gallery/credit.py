"""Each row is a touchpoint, each dot its share of the credit by a model, with the interval."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    models = {
        "first touch": tp.attribution.first_touch,
        "linear": tp.attribution.linear,
        "Markov": tp.attribution.markov,
        "leave one out": tp.attribution.leave_one_out,
    }
    found = tp.attribution.compare(shop, models)
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.credit(found, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
