"""Pictures of large logs. No time is asserted, only that what was timed is there.

TOUCHPOINTS_BENCH_SIZE=1000000 pytest benchmarks/test_plot.py -q
"""

from __future__ import annotations

import os

import numpy as np
import pytest

import touchpoints as tp
from tests.plot import maps, reports

SIZE = int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "100000"))
PER_JOURNEY = 2.65
"""The interactions of a journey of the simulated shop."""


@pytest.fixture(scope="session")
def shop():
    """Return journeys of the simulated shop with scores and an outcome."""
    return reports.shop(round(SIZE / PER_JOURNEY))


def test_report(benchmark, shop, tmp_path):
    """A report with every section but service, below eight megabytes."""

    def written():
        return tp.plot.report(
            shop, tmp_path / "report.html", title="x", assessments="csat", plan=reports.plan()
        )

    path = benchmark.pedantic(written, rounds=1)
    assert path.stat().st_size < 8_000_000


def test_journey_map(benchmark, shop):
    """What a map shows is counted once for all of its tables."""
    found = benchmark.pedantic(lambda: tp.experience.journey_map(shop, metric="csat"), rounds=1)
    assert found.journeys == len(shop)


@pytest.mark.parametrize("size", [40, 300])
def test_drawing_of_a_map(benchmark, size):
    """A map of many touchpoints is laid out and drawn."""
    found = maps.random_map(1, size)
    figure = benchmark(lambda: tp.plot.journey_map(found, width=1280))
    assert np.isfinite(figure.layout.height)
