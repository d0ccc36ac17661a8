"""Additive hazards: EM in plain Python, a likelihood that never falls, and simulated hazards."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from touchpoints.errors import InvalidInputError

A = tp.attribution

START = np.datetime64("2026-01-01", "us")
KEYS = "abc"

# touches (key, seconds before the end of watching), and whether the outcome came then
Waited = Sequence[tuple[Sequence[tuple[str, float]], bool]]
WAITED = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(KEYS), st.sampled_from([0.5, 2.0, 3.5, 60.0, 900.0])),
            min_size=1,
            max_size=3,
        ),
        st.booleans(),
    ),
    min_size=2,
    max_size=7,
).filter(lambda journeys: any(hit for _, hit in journeys))
END = 1000.0


def log_of(journeys: Waited) -> tp.Journeys:
    """Return journeys watched until the same second, at which the outcome came or did not."""
    seconds = [sorted((END - wait, key) for key, wait in touches) for touches, _ in journeys]
    flat = [one for touches in seconds for one in touches]
    end = START + np.timedelta64(int(END * 1e6), "us")
    hit = np.array([float(reached) for _, reached in journeys])
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(key) for key in KEYS],
        codes=np.array([KEYS.index(key) for _, key in flat], dtype=np.int32),
        offsets=np.append(0, np.cumsum([len(touches) for touches in seconds])),
        times=START + np.array([int(at * 1e6) for at, _ in flat]).astype("timedelta64[us]"),
        outcomes={"sale": hit},
        outcome_times={"sale": np.where(hit == 1, end, np.datetime64("NaT", "us"))},
        observed_until=np.full(len(journeys), end),
    )


@pytest.mark.parametrize("steps", [1, 2, 7])
@given(journeys=WAITED)
def test_steps_are_those_of_em_in_plain_python(steps: int, journeys: Waited) -> None:
    """Responsibilities, then strengths, then rates, as many times as asked."""
    found = A.additive_hazard(log_of(journeys), max_iterations=steps, tolerance=0.0)
    strength, rate, credit, likelihood = naive.hazards(journeys, steps)

    assert found.as_dict() == pytest.approx(credit, rel=1e-6, abs=1e-9)
    assert found.log_likelihood == pytest.approx(likelihood, rel=1e-6, abs=1e-9)
    for row in found.to_dicts():
        assert row["strength"] == pytest.approx(strength[row["touchpoint"]], rel=1e-6, abs=1e-12)
        if row["strength"] > 0:
            half = math.log(2) / rate[row["touchpoint"]]
            assert row["half_life"] == pytest.approx(half, rel=1e-6)


@settings(max_examples=30)
@given(journeys=WAITED)
def test_the_likelihood_never_falls(journeys: Waited) -> None:
    """Step by step it rises or stays, and outcomes are all credited."""
    before = -np.inf
    for steps in range(1, 25):
        found = A.additive_hazard(log_of(journeys), max_iterations=steps, tolerance=0.0)
        assert found.log_likelihood >= before - 1e-9 * max(abs(found.log_likelihood), 1.0)
        assert found.credit.sum() == pytest.approx(sum(hit for _, hit in journeys))
        before = found.log_likelihood


def test_simulated_hazards_are_found_again() -> None:
    """Two touchpoints, one strong and slow, one weak and fast, and journeys watched to an end."""
    rng = np.random.default_rng(11)
    strength, rate = {"a": 0.8, "b": 0.4}, {"a": 1 / 100, "b": 1 / 10}
    journeys = []
    for _ in range(6000):
        touches = [(key, END - rng.uniform(0, 700)) for key in "ab" if rng.random() < 0.7]
        ends = []
        for key, wait in touches:  # each brings Poisson many outcomes; the first one is seen
            ages = rng.exponential(1 / rate[key], rng.poisson(strength[key]))
            ends.extend((END - wait + ages).tolist())
        first = min(ends, default=np.inf)
        if not touches:
            continue
        if first < END:
            seen = [(key, first - (END - wait)) for key, wait in touches if END - wait <= first]
            journeys.append((seen, True))
        else:
            journeys.append((touches, False))
    found = A.additive_hazard(log_of(journeys))
    rows = {row["touchpoint"]: row for row in found.to_dicts()}

    assert found.converged
    for key in "ab":
        assert rows[key]["strength"] == pytest.approx(strength[key], rel=0.08)
        assert rows[key]["half_life"] == pytest.approx(math.log(2) / rate[key], rel=0.1)


def test_too_few_steps_are_told() -> None:
    """Convergence is said, and a tolerance of nothing is never reached in two steps."""
    log = log_of([([("a", 5.0)], True), ([("b", 9.0)], True), ([("a", 900.0)], False)])
    assert not A.additive_hazard(log, max_iterations=2).converged
    assert A.additive_hazard(log, max_iterations=2).iterations == 2


def test_hazards_too_small_for_a_float_lose_no_outcome() -> None:
    """A quick touchpoint, met once long before its outcome: its hazard underflows."""
    quick = [([("a", 1e-3)], True)] * 50
    found = A.additive_hazard(log_of([*quick, ([("a", 999.0)], True)]))
    assert found.credit.sum() == pytest.approx(51.0)
    assert np.isfinite(found.log_likelihood)


def test_outcomes_at_once_are_credited_evenly() -> None:
    """All interactions at the moment of the outcome: no rate can be found."""
    found = A.additive_hazard(log_of([([("a", 0.0), ("b", 0.0)], True), ([("c", 5.0)], False)]))
    assert found.as_dict() == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.0})


def test_hazards_need_times() -> None:
    """Of interactions and of the outcome; the message says which calls give them."""
    log = log_of([([("a", 5.0)], True), ([("b", 9.0)], False)])
    with pytest.raises(InvalidInputError, match="tp.until"):
        A.additive_hazard(attrs.evolve(log, outcome_times={}))
    with pytest.raises(InvalidInputError, match="tolerance must be a finite number"):
        A.additive_hazard(log, tolerance=float("nan"))
