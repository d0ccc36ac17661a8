"""What people came for. No time is asserted, only that what was timed is right.

pytest benchmarks/test_experience.py -q
"""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp

PERMUTATIONS = 999
CHANNELS = 6


@pytest.fixture(scope="session")
def journeys(inputs):
    """Return the journeys of the log with an outcome, touchpoints on six channels."""
    log = tp.from_frame(inputs.ordered, journey="journey", time="time", touchpoint="touchpoint")
    channels = np.arange(len(log.codes)) % CHANNELS
    return attrs.evolve(
        log,
        outcomes={"sale": np.arange(len(log)) % 3 == 0},
        per_interaction={"place": np.array(list("abcdef"), dtype=object)[channels]},
    )


@pytest.mark.parametrize("of", ["outcome", "next"])
def test_collapse_loss(benchmark, journeys, of):
    """Nothing is lost about an outcome by chance; contributions sum to the whole."""

    def lost():
        return tp.experience.collapse_loss(
            journeys, coarse="place", of=of, seed=1, permutations=PERMUTATIONS
        )

    found = benchmark.pedantic(lost, rounds=1)
    assert abs(found.loss[1:].sum() - found.loss[0]) < 1e-9
    assert found.interactions[0] == len(journeys.codes)
