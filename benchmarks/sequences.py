"""The sequences that distances are timed on. Imports nothing but numpy until asked for journeys."""

from __future__ import annotations

from typing import Any

import numpy as np

LENGTH = 70
TOUCHPOINTS = [f"t{place:02}" for place in range(12)]


def steps(count: int, *, seed: int = 1) -> Any:
    """Return codes of sequences that stay where they are seven times in ten, int (count, 70)."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, len(TOUCHPOINTS), (count, LENGTH))
    stays = rng.random((count, LENGTH)) < 0.7
    for place in range(1, LENGTH):
        codes[:, place] = np.where(stays[:, place], codes[:, place - 1], codes[:, place])
    return codes


def journeys_of(codes: Any) -> Any:
    """Return them as journeys."""
    import touchpoints as tp

    paths = [" > ".join(TOUCHPOINTS[code] for code in row) for row in codes.tolist()]
    return tp.from_paths({"path": paths}, path="path")
