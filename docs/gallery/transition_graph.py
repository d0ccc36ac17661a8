"""Which touchpoint follows which: the wider a line, the more frequent the transition.

Circles are as large as touchpoints are visited; the slider chooses the weakest line shown.
"""

from __future__ import annotations

from typing import Any

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of a simulated shop."""
    graph = tp.transition_graph(tp.datasets.shop(2000, seed=1))
    taxonomy = tp.load_taxonomy("customer")
    return tp.plot.transition_graph(graph, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
