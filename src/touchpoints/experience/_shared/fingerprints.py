"""Fingerprints of journeys by what a measure reads of them, whatever the order of the log."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.sequences import mix
from touchpoints._core.frozen import Array
from touchpoints.experience._shared.metrics import Scores
from touchpoints.journeys.model import Journeys

_NOTHING = -1e300


def score_marks(scores: Scores) -> Array:
    """Return an integer for each score, int64 (m,); those without have one too."""
    return np.nan_to_num(scores.values, nan=_NOTHING).view(np.int64)


def marks_of(journeys: Journeys, parts: Sequence[Array]) -> Array:
    """Return integers that differ where the parts of journeys do, uint64 (n,).

    Parameters
    ----------
    parts : integers (m,) each
        What the measure reads of each interaction: codes, or `score_marks`.
    """
    owners = owners_of(journeys.offsets).astype(np.int64)
    places = np.arange(len(owners)) - journeys.offsets[owners]
    found = np.zeros(len(journeys), dtype=np.uint64)
    for number, one in enumerate(parts):
        np.add.at(found, owners, mix(mix(places * 31 + number) ^ one.astype(np.uint64)))
    return found
