"""Analyses that ask all groups together, against a loop over the groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.path_measures import alike
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Touchpoint

HOUR = dt.timedelta(hours=1)

CALLS: dict[str, Callable[..., Any]] = {
    "presence": tp.paths.presence,
    "presence, level": lambda log, **by: tp.paths.presence(log, level=0.8, **by),
    "transitions": tp.paths.transitions,
    "transitions, top": lambda log, **by: tp.paths.transitions(log, top=3, level=0.9, **by),
    "transitions, none": lambda log, **by: tp.paths.transitions(log, top=0, **by),
    "funnel": lambda log, **by: tp.paths.funnel(log, ["t0", "t1", "t0"], **by),
    "funnel, one step": lambda log, **by: tp.paths.funnel(log, ["t2"], level=0.8, **by),
    "funnel, strict": lambda log, **by: tp.paths.funnel(log, ["t0", "t1"], kind="strict", **by),
    "funnel, hybrid": lambda log, **by: tp.paths.funnel(
        log, ["t0", "t1", "t2", "t1"], kind="hybrid", **by
    ),
    "funnel, open": lambda log, **by: tp.paths.funnel(log, ["t0", "t1"], kind="open", **by),
    "funnel, optional": lambda log, **by: tp.paths.funnel(
        log, ["t0", "t1", "t2"], optional=["t1"], **by
    ),
    "funnel, exclude": lambda log, **by: tp.paths.funnel(log, ["t0", "t1"], exclude="t2", **by),
    "funnel, attempts": lambda log, **by: tp.paths.funnel(log, ["t0", "t1"], attempts=True, **by),
}
TIMED: dict[str, Callable[..., Any]] = {
    "funnel, within": lambda log, **by: tp.paths.funnel(log, ["t0", "t1"], within=9 * HOUR, **by),
    "funnel, hybrid within": lambda log, **by: tp.paths.funnel(
        log, ["t0", "t1", "t2"], kind="hybrid", within=30 * HOUR, **by
    ),
    "funnel, holding": lambda log, **by: tp.paths.funnel(
        log, ["t0", "t1"], holding="item", within=90 * HOUR, **by
    ),
}


def log_of(seed: int, *, n: int = 60, k: int = 4, groups: int = 7) -> tp.Journeys:
    """Return a log with empty journeys, and journeys of nobody, of no group and of count 0."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 6, n)
    offsets = np.append(0, np.cumsum(lengths))
    m = int(offsets[-1])
    whose = [
        None,
        rng.integers(0, 9, n),
        np.array(["ana", "leo", "eva", None], dtype=object)[rng.integers(0, 4, n)],
        np.array([None] * n, dtype=object),
    ][seed % 4]
    times = None
    if seed % 3:
        hours = np.concatenate([np.sort(rng.integers(0, 200, one)) for one in lengths])
        times = np.datetime64("2026-01-05", "us") + hours.astype("timedelta64[h]")
    segment = [f"g{at}" if at else None for at in rng.integers(0, groups + 1, n)]
    return tp.Journeys(
        touchpoints=[Touchpoint(type="", key=f"t{at}") for at in rng.permutation(k)],
        codes=rng.integers(0, k, m),
        offsets=offsets,
        times=times,
        persons=whose,
        counts=np.ones(n, dtype=np.int64) if seed % 5 == 0 else rng.integers(0, 4, n),
        began=rng.random(n) < 0.8,
        finished=rng.random(n) < 0.7,
        observed_until=None
        if times is None
        else np.datetime64("2026-01-14", "us") + rng.integers(0, 99, n).astype("timedelta64[h]"),
        per_interaction={"item": rng.integers(0, 2, m)},
        per_journey={"segment": segment},
    )


def looped(call: Callable[..., Any], log: tp.Journeys) -> tuple[list[dict[str, Any]], Any]:
    """Return the rows and the facts that a loop over the groups finds."""
    segments = log.per_journey["segment"].to_list()
    rows, tables = [], []
    for label in sorted(set(segments) - {None}):
        table = call(tp.select(log, [one == label for one in segments]))
        rows += [{"group": label, **row} for row in table.to_dicts()]
        tables.append(table)
    least = min(tables, key=lambda one: one.effective or np.inf)
    few = sum(table.few_behind for table in tables)
    return rows, (least.unit, least.persons, least.effective, few, least.level)


@pytest.mark.filterwarnings("ignore:no value of 'segment'")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", CALLS)
def test_all_groups_together_are_each_group_alone(name: str, seed: int) -> None:
    """Each number, each end of an interval, the order of the rows and the facts."""
    log = log_of(seed)
    found = CALLS[name](log, by="segment")
    rows, facts = looped(CALLS[name], log)

    assert alike(found.to_dicts(), rows)
    assert alike((found.unit, found.persons, found.effective, found.few_behind, found.level), facts)
    assert rows or name == "transitions, none"


@pytest.mark.filterwarnings("ignore:no value of 'segment'")
@pytest.mark.parametrize("seed", [1, 2, 4, 5, 7, 8, 10, 11])
@pytest.mark.parametrize("name", TIMED)
def test_windows_of_groups_are_those_of_each_group_alone(name: str, seed: int) -> None:
    """What is lost and what is still open, by how long each journey was watched."""
    log = log_of(seed)
    found = TIMED[name](log, by="segment")

    assert alike(found.to_dicts(), looped(TIMED[name], log)[0])


@pytest.mark.filterwarnings("ignore:no value of 'segment'")
@pytest.mark.parametrize("name", ["presence", "transitions", "funnel"])
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_many_groups_and_touchpoints_are_counted_by_sorting(name: str, seed: int) -> None:
    """Where a table of all cells of all groups would be too large."""
    log = log_of(seed, n=2_000, k=400, groups=300)
    found = CALLS[name](log, by="segment")

    assert alike(found.to_dicts(), looped(CALLS[name], log)[0])


@pytest.mark.parametrize("name", ["presence", "transitions", "funnel"])
def test_a_group_of_nobody_and_one_of_empty_journeys(name: str) -> None:
    """No row is made up; shares of no journey are nan, and a funnel lists its steps."""
    log = tp.from_paths({"path": ["t0 > t1", "t0", ""], "n": [1, 2, 3]}, path="path", count="n")
    log = attrs.evolve(log, counts=[0, 2, 3], per_journey={"segment": ["a", "b", "c"]})
    found = CALLS[name](log, by="segment")
    rows, _ = looped(CALLS[name], log)

    assert alike(found.to_dicts(), rows)
    groups = {"presence": {"b"}, "transitions": {"b", "c"}, "funnel": {"a", "b", "c"}}
    assert set(found.group) == groups[name]
    if name == "funnel":
        assert np.isnan(found.of_all[:3]).all()


@pytest.mark.parametrize("name", ["presence", "transitions", "funnel"])
def test_zero_journeys_have_no_groups(name: str) -> None:
    """As before: there is nothing to group by."""
    with pytest.raises(InvalidInputError, match="no journey has a value of 'segment'"):
        CALLS[name](log_of(1)[:0], by="segment")


def test_a_person_in_two_groups_is_one_in_each() -> None:
    """The facts are those of the group with the fewest effective persons."""
    log = tp.from_records(
        [
            {"j": at, "p": "ana" if at < 4 else f"p{at}", "day": "2026-01-05", "what": "t0"}
            for at in range(8)
        ],
        journey="j",
        time="day",
        person="p",
        touchpoint="what",
    )
    log = attrs.evolve(log, per_journey={"segment": ["a", "b"] * 4})
    found = tp.paths.presence(log, by="segment")

    assert found.unit == "person"
    assert found.persons == 3  # ana twice, and two others, in each group
    assert tp.paths.presence(log).persons == 5
