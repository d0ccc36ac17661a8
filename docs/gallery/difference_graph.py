"""How transitions differ between two groups: filled dots differ clearly, grey ones do not."""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of a simulated shop, on a computer and on a phone."""
    two = tp.compare.groups(tp.datasets.shop(1000, seed=1), "device")
    graph = tp.compare.difference_graph(two, seed=1, resamples=200, shared="within")
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.difference_graph(
        graph, max_edges=15, taxonomy=taxonomy, lang=lang, dark=dark, width=width
    )
