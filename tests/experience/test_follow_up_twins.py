"""Following up, against plain Python and on logs in which rows stand for several journeys."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.experience.naive_follow_up import added, ratio, weeks
from tests.laws.experience_measures import CHANGE, log_of
from tests.laws.path_measures import alike
from touchpoints.experience._shared.measures import Asked, measured

E = tp.experience
MEASURES = (
    "outcome",
    "reach",
    "exit",
    "score",
    "satisfied",
    "dissatisfied",
    "count",
    "value",
)


def world(seed: int) -> tp.Journeys:
    """Return a log with empty, open and unknown journeys, and values of all kinds."""
    log, rng = log_of(seed), np.random.default_rng(seed)
    n = len(log)
    return attrs.evolve(
        log,
        outcome_times={},
        counts=rng.integers(0, 4, n),
        finished=rng.random(n) < 0.8,
        outcomes={"sale": np.where(rng.random(n) < 0.2, np.nan, log.outcomes["sale"])},
        values={"money": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n))},
    )


def asked_of(measure: str, keys: set[str]) -> dict[str, object]:
    """Return the arguments of a measure."""
    metric = "csat" if measure in ("score", "satisfied", "dissatisfied") else None
    needed = measure not in ("outcome", "value")
    return {"metric": metric, "touchpoints": sorted(keys) if needed else None}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("seed", range(3))
def test_measures_and_charts_are_those_of_plain_python(measure: str, seed: int) -> None:
    """What each journey adds, the ratio of each week, and before and after a change."""
    log, keys = world(seed), {"search_query", "search_query[need=compare]", "review_read"}
    asked = asked_of(measure, keys)
    found = measured(log, Asked(measure=measure, **asked))  # type: ignore[arg-type]
    parts = added(log, measure, keys)

    assert found.hits.tolist() == pytest.approx([hits for hits, _ in parts])
    assert found.trials.tolist() == [trials for _, trials in parts]

    chart = E.control_chart(
        log, measure=measure, touchpoint=asked["touchpoints"], metric=asked["metric"]
    )  # type: ignore[arg-type]
    wanted = weeks(log, parts)
    first = min(wanted)
    for week, (value, n) in enumerate(zip(chart.value.tolist(), chart.n.tolist(), strict=True)):
        hits, trials = wanted.get(first + week, [0.0, 0.0])
        assert n == trials
        assert value == pytest.approx(hits / trials if trials else np.nan, nan_ok=True)

    change = attrs.evolve(CHANGE, touchpoints=sorted(keys))
    both = E.before_after(log, change, measure=measure, metric=asked["metric"])  # type: ignore[arg-type]
    moment = np.datetime64("2026-02-10")
    rows = [
        (one.times[0] < moment, (hits * one.count, trials * one.count))
        for one, (hits, trials) in zip(log, parts, strict=True)
        if len(one)
    ]
    assert both.before[0] == pytest.approx(ratio(part for early, part in rows if early))
    assert both.after[0] == pytest.approx(ratio(part for early, part in rows if not early))


def written_out(log: tp.Journeys) -> tp.Journeys:
    """Return a log with as many rows as there are real journeys."""
    rows = [(row, copy) for row in range(len(log)) for copy in range(int(log.counts[row]))]
    at = np.array([row for row, _ in rows])
    lengths = np.diff(log.offsets)[at]
    places = np.concatenate([np.arange(log.offsets[row], log.offsets[row + 1]) for row in at])
    return tp.Journeys(
        touchpoints=log.touchpoints,
        codes=log.codes[places],
        offsets=np.append(0, np.cumsum(lengths)),
        times=log.times[places],
        finished=log.finished[at],
        outcomes={name: one[at] for name, one in log.outcomes.items()},
        values={name: one[at] / log.counts[at] for name, one in log.values.items()},
        per_interaction={"csat": log.per_interaction["csat"][places]},
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("measure", MEASURES)
def test_counts_are_as_many_rows(measure: str) -> None:
    """A row that counts three times is three rows, where nobody is known."""
    log = attrs.evolve(world(7), persons=None)
    one, other = log, written_out(log)
    asked = asked_of(measure, {"search_query", "review_read"})
    how = {"measure": measure, "metric": asked["metric"]}
    change = attrs.evolve(CHANGE, touchpoints=["search_query", "review_read"])
    for call in (
        lambda it: E.control_chart(it, touchpoint=asked["touchpoints"], **how),
        lambda it: E.before_after(it, change, **how),
        lambda it: E.interrupted_series(it, change, **how),
    ):
        assert alike(call(one).to_dicts(), call(other).to_dicts())
