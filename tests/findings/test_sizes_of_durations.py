"""A duration longer than any log means without a limit, however long it is."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError

# The longest of all; the first beyond int64; one whose sum with a time is beyond it.
LONG = [
    dt.timedelta.max,
    dt.timedelta(microseconds=2**63),
    dt.timedelta(microseconds=2**63 - 10**15),
    dt.timedelta(days=4_000_000),
]


def log() -> tp.Journeys:
    """Return two journeys of two persons: one reaches b after a year, one does not."""
    columns = {
        "id": [1, 1, 2],
        "at": ["2025-01-01", "2026-01-01", "2025-06-01"],
        "what": ["a", "b", "a"],
        "who": ["ana", "ana", "leo"],
    }
    return tp.from_columns(columns, journey="id", time="at", touchpoint="what", person="who")


@pytest.mark.parametrize("long", LONG)
def test_a_window_longer_than_any_log_is_no_limit(long: dt.timedelta) -> None:
    """Ana is in the window; that of leo is not over, and he may still come."""
    reached = tp.mark(log(), "won", when="b", within=long).outcomes["won"]
    assert np.array_equal([1, np.nan], reached, equal_nan=True)
    assert [False, False] == tp.mark_open(log(), within=long).finished.tolist()
    steps = tp.paths.funnel(log(), ["a", "b"], within=long)
    assert [2, 1] == steps.journeys.tolist()
    assert [0, 1] == steps.open.tolist()
    found = tp.paths.conversion(log(), "a", end="b", within=long)
    assert 1 == int(found.converted[0])


@pytest.mark.parametrize("long", LONG)
def test_a_period_longer_than_any_log_is_never_over(long: dt.timedelta) -> None:
    """Nobody was watched until its end."""
    kept = tp.paths.retention(log(), period=long)
    assert [2] == kept.size.tolist()
    assert [0] == kept.watched.tolist()
    assert 1 <= len(tp.paths.lifecycle_states(log(), period=long))


@pytest.mark.parametrize("long", LONG)
def test_no_gap_is_longer_than_any_log(long: dt.timedelta) -> None:
    """The journeys stay whole."""
    assert [2, 1] == np.diff(tp.split_by_gap(log(), long).offsets).tolist()


@pytest.mark.parametrize("long", LONG)
def test_nothing_is_so_long_after_or_before_a_place(long: dt.timedelta) -> None:
    """After it the journey is over; before it, the first interaction is the first since then."""
    ago = -min(long, dt.timedelta(days=999_999_999))
    after, before = (tp.Anchor(pattern="a", offset=one) for one in (long, ago))
    assert 0 == len(tp.containing(log(), after))
    assert 2 == len(tp.containing(log(), before))


@pytest.mark.parametrize("long", LONG)
def test_journeys_are_not_drawn_beyond_the_calendar(long: dt.timedelta) -> None:
    """The sum would be of another age of the world."""
    graph = tp.transition_graph(log())
    with pytest.raises(InvalidInputError, match="within the years 1 to 9999"):
        tp.simulate(graph, n=2, seed=1, begin=dt.datetime(2026, 1, 1), spread=long)


@pytest.mark.parametrize("far", [10**30, 2**63 - 1, 2**62, -(10**30), -(2**63)])
def test_no_interaction_is_so_many_steps_away(far: int) -> None:
    """Such a place is in no journey."""
    assert 0 == len(tp.containing(log(), tp.Anchor(pattern="a", offset=far)))


@pytest.mark.parametrize("long", LONG)
def test_a_look_back_longer_than_any_log_looks_at_all(long: dt.timedelta) -> None:
    """The credit is that without one; with an endless half-life all have the same weight."""
    marked = tp.until(log(), "b", outcome="won")
    plain = tp.attribution.time_decay(marked, half_life=dt.timedelta(days=7), outcome="won")
    seen = tp.attribution.time_decay(
        marked, half_life=dt.timedelta(days=7), outcome="won", lookback=long
    )
    assert plain.to_dicts() == seen.to_dicts()
