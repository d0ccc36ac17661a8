"""Readers and writers of formats. No time is asserted, only that what was read is right.

pytest benchmarks/test_sources.py -q
"""

from __future__ import annotations

import os

import pytest
from event_logs import EVENTS_PER_TRACE, xes_file

import touchpoints as tp

SIZE = int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "1_000_000"))


@pytest.fixture(scope="module")
def journeys():
    """Return the log as journeys."""
    return tp.sources.xes(xes_file(SIZE))


def test_read_xes(benchmark):
    """All events of all traces are read."""
    found = benchmark.pedantic(lambda: tp.sources.xes(xes_file(SIZE)), rounds=1)
    assert len(found.codes) == SIZE
    assert len(found) == SIZE // EVENTS_PER_TRACE


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_write_xes(benchmark, journeys, tmp_path, name):
    """What was written can be read."""
    benchmark.pedantic(lambda: tp.sources.write_xes(journeys, tmp_path / name), rounds=1)
    assert tp.sources.xes(tmp_path / name) == journeys


def test_write_and_read_ocel(benchmark, journeys, tmp_path):
    """The same as OCEL in JSON, of a tenth of the journeys."""
    part, path = journeys[: len(journeys) // 10], tmp_path / "log.json"

    def both():
        tp.sources.write_ocel(part, path)
        return tp.sources.ocel(path, "journey")

    assert benchmark.pedantic(both, rounds=1) == part
