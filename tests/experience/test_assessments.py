"""Scores of touchpoints: net promoter score, satisfaction, effort and metrics of one's own."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, NotFoundError

E = tp.experience


def log_of(
    scores: Any, *, metric: str = "nps", keys: str = "", persons: Any = None, count: Any = None
) -> tp.Journeys:
    """Return journeys of one interaction each, with these scores of ``a`` or of these keys."""
    scores = np.asarray(scores, dtype=np.float64)
    n = len(scores)
    names = keys or "a" * n
    known = sorted(set(names))
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(one) for one in known],
        codes=[known.index(one) for one in names],
        offsets=np.arange(n + 1),
        persons=persons,
        counts=np.ones(n, dtype=np.int64) if count is None else count,
        per_interaction={metric: scores},
    )


def test_the_net_promoter_score_by_hand() -> None:
    """Of ten answers, four from 9 on and three up to 6: 100 × (0.4 - 0.3)."""
    found = E.assessments(log_of([10, 9, 9, 10, 8, 7, 7, 0, 6, 5]), metric="nps")

    assert found.score.tolist() == pytest.approx([10.0])
    assert (found.satisfied[0], found.dissatisfied[0]) == pytest.approx((0.4, 0.3))
    assert (found.satisfied_low[0], found.satisfied_high[0]) == pytest.approx(tp.wilson(4, 10))
    assert (found.mean[0], found.answers[0]) == pytest.approx((7.1, 10))
    assert found.low[0] < 10 < found.high[0]
    assert found.summary == "net"


def test_the_interval_of_a_net_score_is_that_of_two_shares_that_exclude_each_other() -> None:
    """Zou and Donner, with the correlation of a multinomial distribution, written out."""
    found = E.assessments(log_of([10] * 40 + [7] * 30 + [3] * 30), metric="nps")
    (low_p, high_p), (low_q, high_q) = tp.wilson(40, 100), tp.wilson(30, 100)
    p, q = 0.4, 0.3
    rho = -np.sqrt(p * q / ((1 - p) * (1 - q)))

    def reach(one: float, other: float) -> float:
        return float(np.sqrt(one**2 + other**2 - 2 * rho * one * other))

    low = 100 * (p - q - reach(p - low_p, high_q - q))
    high = 100 * (p - q + reach(high_p - p, q - low_q))
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))


def test_satisfaction_is_the_two_boxes_on_top() -> None:
    """Three of five answers are 4 or 5."""
    found = E.assessments(log_of([5, 4, 4, 3, 1], metric="csat"), metric="csat")

    assert (found.score[0], found.low[0], found.high[0]) == pytest.approx((0.6, *tp.wilson(3, 5)))
    assert found.dissatisfied[0] == pytest.approx(0.2)


def test_effort_is_a_mean_and_its_two_versions_point_in_opposite_directions() -> None:
    """A 1 is little effort in the version of 2010 and much in that of 2013."""
    old = E.assessments(log_of([1, 2, 5], metric="ces1"), metric="ces1")
    new = E.assessments(log_of([1, 2, 5], metric="ces2"), metric="ces2")
    wanted = stats.t.interval(0.95, 2, 8 / 3, stats.sem([1, 2, 5]))

    assert (old.score[0], old.low[0], old.high[0]) == pytest.approx((8 / 3, *wanted))
    assert (old.satisfied[0], old.dissatisfied[0]) == pytest.approx((2 / 3, 1 / 3))
    assert (new.satisfied[0], new.dissatisfied[0]) == pytest.approx((1 / 3, 2 / 3))


def test_a_metric_of_ones_own() -> None:
    """B11: with its scale, direction and boxes."""
    kind = E.Metric(name="wait", low=0, high=100, better="low", satisfied=10, dissatisfied=60)
    found = E.assessments(log_of([5, 10, 60, 30], metric="wait"), metric=kind)

    assert (found.satisfied[0], found.dissatisfied[0]) == (0.5, 0.25)
    assert (found.metric, found.summary, found.score[0]) == ("wait", "mean", 26.25)


def test_touchpoints_without_answers_stay_and_scores_outside_are_counted() -> None:
    """Missing scores are no answers, and an 11 is not a 10."""
    found = E.assessments(log_of([9, np.nan, 11, np.nan], keys="aabb"), metric="nps")

    assert found.touchpoint.tolist() == ["a", "b"]
    assert found.interactions.tolist() == [2, 2]
    assert found.answers.tolist() == [1, 0]
    assert np.isnan([found.score[1], found.low[1], found.mean[1]]).all()
    assert found.outside == 1
    assert "1 score outside the scale of nps left out, not clipped" in repr(found)


def test_counts_are_as_many_rows() -> None:
    """A row that counts three times is three rows."""
    scores, counts = np.array([10.0, 3.0, 8.0, 11.0]), np.array([3, 1, 2, 2])
    one = E.assessments(log_of(scores, count=counts), metric="nps")
    other = E.assessments(log_of(np.repeat(scores, counts)), metric="nps")

    assert one.to_dicts()[0] == pytest.approx(other.to_dicts()[0])
    assert one.outside == other.outside == 2


def test_answers_of_one_person_are_not_as_many_persons() -> None:
    """Six alike answers of each of five persons say little more than five answers."""
    scores = np.repeat([10.0, 10.0, 10.0, 3.0, 3.0], 6)
    alone = E.assessments(log_of(scores), metric="nps")
    clustered = E.assessments(log_of(scores, persons=np.repeat(np.arange(5), 6)), metric="nps")

    assert clustered.score == alone.score
    assert clustered.high[0] - clustered.low[0] > 1.8 * (alone.high[0] - alone.low[0])
    assert clustered.persons == 5


def test_lenses_and_groups() -> None:
    """By channel, and by a column of journeys."""
    log = tp.datasets.shop(300, seed=1)
    rng = np.random.default_rng(1)
    scores = np.where(rng.random(len(log.codes)) < 0.5, rng.integers(1, 6, len(log.codes)), np.nan)
    log = attrs.evolve(log, per_interaction={**log.per_interaction, "csat": scores})
    found = E.assessments(log, metric="csat", lens="channel")
    grouped = E.assessments(log, metric="csat", lens="channel", by="device")

    assert "chat" in found.touchpoint.tolist()
    assert ("phone", "app") in grouped.as_dict()
    assert found.interactions.sum() == len(log.codes)


def test_bad_input() -> None:
    """Metrics and columns that are not there, text, and an empty log."""
    with pytest.raises(NotFoundError, match="nps"):
        E.assessments(log_of([1]), metric="npx")
    with pytest.raises(NotFoundError, match="attach_scores"):
        E.assessments(log_of([1]), metric="csat")
    with pytest.raises(InvalidInputError, match="must hold numbers"):
        E.assessments(
            attrs.evolve(log_of([1]), per_interaction={"nps": np.array(["9"], dtype=object)}),
            metric="nps",
        )
    assert len(E.assessments(log_of([]), metric="nps")) == 0


def people(seed: int) -> tp.Journeys:
    """Return a world in which half are satisfied, a fifth not, and persons differ."""
    rng = np.random.default_rng(seed)
    mix: Array = rng.dirichlet(np.array([2.0, 1.2, 0.8]), 30)
    of = np.repeat(np.arange(30), rng.integers(1, 6, 30))
    box = (rng.random(len(of))[:, None] > mix.cumsum(axis=1)[of]).sum(axis=1)
    return log_of(np.array([9.0, 7.0, 3.0, 3.0])[box], persons=of)


def test_intervals_cover() -> None:
    """At 0.95, in 300 worlds of 30 persons."""
    found = [E.assessments(people(seed), metric="nps") for seed in range(300)]
    mean = 0.5 * 9 + 0.3 * 7 + 0.2 * 3
    for low, high, truth in (("low", "high", 30.0), ("mean_low", "mean_high", mean)):
        covered = sum(getattr(one, low)[0] <= truth <= getattr(one, high)[0] for one in found)
        assert stats.binomtest(covered, 300, 0.95, alternative="less").pvalue > 1e-3
