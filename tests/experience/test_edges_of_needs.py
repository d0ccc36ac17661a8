"""Logs in which there is little to see: one touchpoint, one channel, all defaults, all bought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp

E = tp.experience
CUSTOMER = tp.load_taxonomy("customer")
DAY = dt.timedelta(days=1)
CALLS: dict[str, Callable[[tp.Journeys], Any]] = {
    "coverage": E.need_coverage,
    "coverage by channel": lambda log: E.need_coverage(log, area="channel"),
    "satisfaction": lambda log: E.need_satisfaction(log, success={"acquire": "purchase"}),
    "gaps": lambda log: E.need_gaps(log, success={"acquire": "purchase"}, attribute="channel"),
    "threads": lambda log: E.need_threads(log, success={"acquire": "purchase"}, within=DAY),
    "thread list": lambda log: E.need_thread_list(log, success={"acquire": "purchase"}, within=DAY),
    "stages": E.stages,
    "contradictions": E.stage_contradictions,
}


def bought(n: int) -> tp.Journeys:
    """Return a log in which each of n people buys, and nothing else."""
    rows = [{"who": f"p{one}", "t": f"2026-01-0{one + 1}", "w": "purchase"} for one in range(n)]
    return tp.from_records(
        rows, journey="who", person="who", time="t", touchpoint="w", taxonomy=CUSTOMER
    )


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("name", CALLS)
def test_one_touchpoint(name: str, people: int) -> None:
    """One touchpoint on one channel, one person or few: numbers, and a line that says how few."""
    found = CALLS[name](bought(people))

    assert len(found.as_dict()) == len(found)
    if hasattr(found, "unit") and len(found):
        said = "one person" if people == 1 else "few persons"
        assert said in repr(found)


def test_a_need_met_where_it_shows() -> None:
    """Who comes to buy and buys is satisfied at once; the thread is open for no time."""
    log = bought(3)
    shares = E.need_satisfaction(log, success={"acquire": "purchase"})
    assert shares.share.tolist() == [1.0]
    threads = E.need_threads(log, success={"acquire": "purchase"}, within=DAY)
    assert (threads.share.tolist(), threads.median.tolist()) == ([1.0], [0.0])
    assert "circular: 'need' is only the default of the type" in repr(shares)
    assert "circular: 'need' is only the default of the type" in repr(threads)


def test_everybody_reached_the_outcome() -> None:
    """With an outcome that all reached, nobody never bought."""
    log = tp.until(bought(4), "purchase", outcome="sale")
    found = E.stages(log)
    assert found.never_bought.sum() == 0


def test_no_real_journey() -> None:
    """Rows of count 0 are nobody: all numbers are 0, all shares nan."""
    log = attrs.evolve(bought(2), counts=np.zeros(2, dtype=np.int64))
    for name, call in CALLS.items():
        found = call(log)
        for column in ("interactions", "people", "threads", "occurrences"):
            values = getattr(found, column, None)
            assert values is None or values.sum() == 0, name
        if hasattr(found, "low"):
            assert np.isnan(found.low).all(), name


@pytest.mark.parametrize("name", ["threads", "thread list", "stages", "contradictions"])
def test_times_are_needed(name: str) -> None:
    """Without times there is no error but one that says so."""
    log = attrs.evolve(bought(2), times=None, observed_until=None)
    with pytest.raises(tp.errors.InvalidInputError, match="times"):
        CALLS[name](log)


def test_any_duration_is_taken() -> None:
    """The longest duration there is means no limit at all."""
    log, longest = bought(2), dt.timedelta.max
    asked = {"success": {"acquire": "purchase"}}
    endless = E.need_satisfaction(log, within=longest, **asked)
    assert (endless.censored.tolist(), endless.already.tolist()) == ([2], [2])
    assert E.need_threads(log, within=longest, **asked).met.tolist() == [2]
    assert E.stages(log, late=longest).late.sum() == 0
    assert len(tp.paths.funnel(log, ["purchase"], within=longest)) == 1
