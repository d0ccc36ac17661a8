"""A selection is the log of its journeys, whatever is asked of it and however it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.path_measures import MEASURES, TOPPED, WHOLE, alike, drawn_log
from tests.laws.test_paths import ASKED_ALIKE, rows_of, tables_of
from touchpoints._core.tables import Table
from touchpoints.journeys.outcomes import watched_until

CALLS: dict[str, Callable[..., Any]] = {**TOPPED, **WHOLE, **MEASURES, **ASKED_ALIKE}
SEEDS = range(4)


def answer(name: str, log: tp.Journeys) -> Any:
    """Return what a call says of a log, as plain values."""
    found = CALLS[name](log)
    if not all(isinstance(one, Table) for one in tables_of(found)):
        data = tp.to_node_link(found)
        return data["graph"], data["nodes"], data["edges"]
    return [rows_of(one) for one in tables_of(found)]


def rebuilt(log: tp.Journeys, rows: list[int]) -> tp.Journeys:
    """Build the log of some journeys by hand: what they had, and how long they were watched."""
    spans = [np.arange(log.offsets[row], log.offsets[row + 1]) for row in rows]
    places = np.concatenate([*spans, np.zeros(0, np.int64)])
    return tp.Journeys(
        touchpoints=log.touchpoints,
        codes=log.codes[places],
        offsets=np.append(0, np.cumsum([len(one) for one in spans])),
        times=log.times[places],
        ends=log.ends[places],
        ids=[log.ids[row] for row in rows],
        persons=None if log.persons is None else [log.persons[row] for row in rows],
        counts=log.counts[rows],
        began=log.began[rows],
        finished=log.finished[rows],
        observed_until=watched_until(log)[rows],
        outcomes={"sale": log.outcomes["sale"][rows]},
        per_journey={"segment": [log.per_journey["segment"].to_list()[row] for row in rows]},
    )


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("seed", SEEDS)
def test_selections_made_in_any_way_say_the_same(name: str, seed: int) -> None:
    """By a mask, a slice, piece by piece, by what they contain, and built by hand."""
    log = drawn_log(seed)
    rows = [row for row in range(6, len(log)) if "a" in log[row].keys]
    mask = np.isin(np.arange(len(log)), rows)
    expected = answer(name, rebuilt(log, rows))

    for part in (
        tp.select(log, mask),
        tp.containing(log[6:], "a"),
        tp.select(log[6:], mask[6:]),
        tp.concat([log[row : row + 1] for row in rows]),
    ):
        assert part.ids.tolist() == [log.ids[row] for row in rows]
        assert alike(expected, answer(name, part))


@pytest.mark.parametrize("seed", SEEDS)
def test_attributes_that_decide_in_a_group_are_those_of_its_selection(seed: int) -> None:
    """Every column but the one grouped by; a p-value is drawn anew in each call."""
    log = drawn_log(seed)
    devices = ["app" if row % 3 else "web" for row in range(len(log))]
    log = attrs.evolve(log, per_journey={**log.per_journey, "device": devices})
    options = {"seed": 1, "permutations": 9, "among": ["device"]}
    grouped = tp.paths.deciding_attributes(log, "a", by="segment", **options).to_dicts()

    for label in ("new", "old"):
        part = tp.select(log, [one == label for one in log.per_journey["segment"].to_list()])
        alone = tp.paths.deciding_attributes(part, "a", **options).to_dicts()
        drawn = {"group", "p", "q"}
        mine = [
            {key: one for key, one in row.items() if key not in drawn}
            for row in grouped
            if row["group"] == label
        ]
        theirs = [{key: one for key, one in row.items() if key not in drawn} for row in alone]
        assert alike(mine, theirs)
