"""Columns of journeys that were read already, as a table of the interactions of real journeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.classify.contract.interactions import InteractionColumns

TOUCHPOINT = "touchpoint"


@runtime_checkable
class KeptInteractions(InteractionColumns, Protocol):
    """Attributes of journeys that `draft` reads."""

    @property
    def per_interaction(self) -> Mapping[str, Any]:
        """The columns that were kept."""


def table_of_interactions(journeys: KeptInteractions) -> dict[str, Any]:
    """Return the columns that were kept, and ``touchpoint``: the names as `retype` reads them."""
    texts = [one.key if one.type else one.label() for one in journeys.touchpoints]
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    table = np.array([*(places[text] for text in texts), -1], dtype=np.int32)
    names = Coded(owned(table[journeys.codes]), tuple(places))
    return {TOUCHPOINT: names, **journeys.per_interaction}


def weights_of(journeys: KeptInteractions) -> Array:
    """Return for how many real interactions each interaction stands."""
    weights: Array = np.repeat(journeys.counts, lengths_of(journeys.offsets)).astype(np.float64)
    return weights
