"""Three sources merged by person. No time is asserted, only that what was timed is there.

TOUCHPOINTS_BENCH_SIZE=10000000 pytest benchmarks/test_merging.py -q
"""

from __future__ import annotations

import datetime as dt
import os

import numpy as np
import pytest

import touchpoints as tp

SIZE = int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "100000"))
SHARES = {"web": 0.5, "shop": 0.3, "desk": 0.2}


@pytest.fixture(scope="session")
def sources():
    """Return three logs of the same people over ninety days, with a person for twenty events."""
    rng = np.random.default_rng(1)
    found = {}
    for name, share in SHARES.items():
        rows = round(SIZE * share)
        seconds = rng.integers(0, 90 * 86_400, rows)
        columns = {
            "who": rng.integers(0, max(SIZE // 20, 1), rows),
            "t": np.datetime64("2026-01-01", "us") + seconds.astype("timedelta64[s]"),
            "w": rng.integers(0, 10, rows),
        }
        found[name] = tp.from_columns(
            columns, journey="who", person="who", time="t", touchpoint="w", tz="UTC"
        )
    return found


def test_merge_sources(benchmark, sources):
    """Order by person and time; a fifth of the ids are claimed by others."""
    claims = {str(one): f"p{one // 2}" for one in range(SIZE // 100)}
    merged = benchmark.pedantic(
        lambda: tp.sources.merge_sources(sources, identity=claims), rounds=1
    )
    assert len(merged.codes) == sum(len(one.codes) for one in sources.values())


def test_merge_with_window(benchmark, sources):
    """What two sources record within five minutes counts once."""
    merged = benchmark.pedantic(
        lambda: tp.sources.merge_sources(sources, window=dt.timedelta(minutes=5)), rounds=1
    )
    dropped = merged.meta.report.duplicates_dropped
    assert len(merged.codes) + dropped == sum(len(one.codes) for one in sources.values())


def test_contacts(benchmark, sources):
    """Channels by sources; here the touchpoints are the lens."""
    merged = tp.sources.merge_sources(sources)
    found = benchmark.pedantic(lambda: tp.sources.contacts(merged, lens="journey"), rounds=1)
    assert found.interactions.sum() == len(merged.codes)
