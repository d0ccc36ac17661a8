"""Key drivers, penalties and rewards, and importance beside performance."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from tests.core.test_arrays_regression import swiss
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience


def log_of(columns: dict[str, Any], *, persons: Any = None, counts: Any = None) -> tp.Journeys:
    """Return journeys of one interaction each, with these columns."""
    n = len(next(iter(columns.values())))
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("visit")],
        codes=np.zeros(n, dtype=np.int64),
        offsets=np.arange(n + 1),
        persons=persons,
        counts=np.ones(n, dtype=np.int64) if counts is None else counts,
        per_journey={name: np.asarray(one, dtype=np.float64) for name, one in columns.items()},
    )


def test_importances_are_those_of_a_published_table() -> None:
    """B40: R's relaimpo on its own example."""
    names = ("fertility", "agriculture", "examination", "education", "catholic", "mortality")
    table = dict(zip(names, swiss().T, strict=True))
    found = E.key_drivers(log_of(table), overall="fertility", drivers=names[1:])

    assert found.driver.tolist() == [
        "education", "examination", "mortality", "catholic", "agriculture",
    ]  # fmt: skip
    wanted = [0.26013468, 0.17117303, 0.11276592, 0.10557015, 0.05709122]
    np.testing.assert_allclose(found.importance, wanted, atol=5e-9)
    assert found.r2 == pytest.approx(0.7067, abs=5e-5)
    assert found.share.sum() == pytest.approx(1)
    assert found.correlation[0] == pytest.approx(-0.6638, abs=5e-5)
    assert (found.exact, found.bound, found.journeys) == (True, 0, 47)
    assert ((found.low < found.importance) & (found.importance < found.high)).all()


def test_many_drivers_are_sampled_within_the_bound() -> None:
    """Thirteen drivers: the sample of orders is as near to all of them as it says."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 13))
    x[:, 1] += x[:, 0]
    columns = {f"d{place:02d}": one for place, one in enumerate(x.T)}
    columns["all"] = x @ np.linspace(1, 0, 13) + rng.normal(size=400)
    drivers = sorted(name for name in columns if name != "all")
    found = E.key_drivers(log_of(columns), overall="all", drivers=drivers, seed=1)

    from touchpoints._core.arrays.statistics.regression import explained, shared_out

    exact = shared_out(explained(np.cov(np.column_stack([x, columns["all"]]).T)[None]))[0]
    got = np.array([found.as_dict()[name] for name in drivers])
    assert not found.exact
    assert np.abs(got - exact).max() < found.bound < 0.05
    assert found.importance.sum() == pytest.approx(found.r2)
    assert ((found.low <= found.importance) & (found.importance <= found.high)).all()
    assert "sampled orders" in repr(found)
    with pytest.raises(InvalidInputError, match="seed"):
        E.key_drivers(log_of(columns), overall="all", drivers=drivers)


def test_scores_of_touchpoints_drive_the_judgement() -> None:
    """With a metric the drivers are the mean scores at each touchpoint; missing ones are usual."""
    rng = np.random.default_rng(5)
    n = 500
    scores = rng.integers(1, 6, (n, 2)).astype(float)
    scores[rng.random((n, 2)) < 0.3] = np.nan
    judged = 2 * np.nan_to_num(scores[:, 0], nan=3) + rng.normal(0, 0.5, n)
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("desk"), tp.taxonomy.untyped("ward")],
        codes=np.tile([0, 1], n),
        offsets=np.arange(0, 2 * n + 1, 2),
        per_interaction={"csat": scores.ravel()},
        per_journey={"overall": judged},
    )
    found = E.key_drivers(log, overall="overall", metric="csat")

    assert found.driver.tolist() == ["desk", "ward"]
    assert found.importance[0] > 0.8
    assert found.importance[1] < 0.05
    assert found.left_out == int(np.isnan(scores).all(axis=1).sum())
    assert found.scored.tolist() == (~np.isnan(scores)).sum(axis=0).tolist()


def test_counts_are_rows() -> None:
    """A row that counts three times is three rows."""
    rng = np.random.default_rng(6)
    columns = {name: rng.normal(size=40) for name in ("a", "b", "all")}
    counts = rng.integers(1, 4, 40)
    one = E.key_drivers(log_of(columns, counts=counts), overall="all", drivers=["a", "b"])
    long = {name: np.repeat(values, counts) for name, values in columns.items()}
    other = E.key_drivers(log_of(long), overall="all", drivers=["a", "b"])

    assert one.as_dict() == pytest.approx(other.as_dict())
    pair = [
        E.penalty_reward(one, overall="all", drivers=["a", "b"], cuts=(0.3, 0.3))
        for one in (log_of(columns, counts=counts), log_of(long))
    ]
    np.testing.assert_allclose(pair[0].penalty, pair[1].penalty)
    np.testing.assert_allclose(pair[0].penalty_low, pair[1].penalty_low)
    np.testing.assert_allclose(pair[0].high, pair[1].high)


def test_penalty_and_reward_by_hand() -> None:
    """B13: 1 below the middle after a bad score, half a point above it after a good one."""
    clean = np.array([1.0, 1, 2, 3, 3, 3, 4, 5, 5, 5])
    judged = np.where(clean <= 2, 2.0, np.where(clean >= 4, 3.5, 3.0))
    noise = np.array([0.1, -0.1, 0, 0.2, -0.2, 0, 0.1, -0.1, 0.1, -0.1]) / 5
    found = E.penalty_reward(
        log_of({"clean": clean, "all": judged + noise}),
        overall="all",
        drivers=["clean"],
        cuts=(0.3, 0.4),
    )

    assert (found.penalty[0], found.reward[0]) == pytest.approx((-1.0, 0.5))
    assert found.asymmetry[0] == pytest.approx((0.5 - 1) / (0.5 + 1))
    assert (found.bad[0], found.good[0]) == (3, 4)
    assert found.kind[0] == "basic"


@pytest.mark.parametrize(
    ("penalty", "reward", "kind"),
    [(-2, 0.3, "basic"), (-0.3, 2, "excitement"), (-1.5, 1.5, "performance"), (0, 0, "(neither)")],
)
def test_kinds_of_drivers(penalty: float, reward: float, kind: str) -> None:
    """B13: asymmetric data have an asymmetry of that sign."""
    rng = np.random.default_rng(7)
    score = rng.integers(1, 6, 600).astype(float)
    judged = penalty * (score <= 2) + reward * (score >= 4) + rng.normal(0, 1, 600)
    found = E.penalty_reward(
        log_of({"x": score, "all": judged}), overall="all", drivers=["x"], cuts=(0.45, 0.45)
    )

    assert found.kind.tolist() == [kind]
    if kind in ("basic", "excitement"):
        assert np.sign(found.asymmetry[0]) == np.sign(reward + penalty)
        assert found.low[0] <= found.asymmetry[0] <= found.high[0]


def test_a_score_that_all_have_has_no_penalty() -> None:
    """Perfect separation, and scores that are all equal."""
    rng = np.random.default_rng(8)
    found = E.penalty_reward(
        log_of({"x": np.full(30, 4.0), "y": rng.normal(size=30), "all": rng.normal(size=30)}),
        overall="all",
        drivers=["x", "y"],
        cuts=(0.2, 0.2),
    )

    assert np.isnan(found.penalty[0])
    assert not np.isnan(found.penalty[1])


def test_quadrants_by_hand() -> None:
    """B21: four touchpoints land in four quadrants."""
    found = E.importance_performance(
        {"chat": 0.5, "phone": 0.4, "shop": 0.1, "app": 0.0},
        {"chat": 2.0, "phone": 4.5, "shop": 2.5, "app": 4.0, "fax": 1.0},
    )

    assert dict(zip(found.label.tolist(), found.quadrant.tolist(), strict=True)) == {
        "chat": "concentrate here",
        "phone": "keep up the good work",
        "shop": "low priority",
        "app": "possible overkill",
    }
    assert found.label.tolist() == ["chat", "phone", "shop", "app"]
    assert (found.important_from, found.performs_from) == (0.25, 3.25)
    assert found.only_performance == 1
    assert "1 label with a known performance only, in no row" in repr(found)


def test_tables_give_intervals_and_decide_quadrants() -> None:
    """A quadrant is sure if neither interval crosses its crosshair."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(300, 2))
    log = log_of({"a": x[:, 0], "b": x[:, 1], "all": x[:, 0] + 0.1 * rng.normal(size=300)})
    importance = E.key_drivers(log, overall="all", drivers=["a", "b"])
    found = E.importance_performance(importance, {"a": 3.0, "b": 4.0}, crosshairs=(0.5, 3.5))

    assert found.quadrant.tolist() == ["concentrate here", "possible overkill"]
    assert not found.sure.any()  # a mapping has no intervals
    ends = dict(zip(importance.driver.tolist(), importance.low.tolist(), strict=True))
    assert found.importance_low.tolist() == [ends["a"], ends["b"]]
    assert np.isnan(found.performance_high).all()
    both = E.importance_performance(importance, importance, crosshairs=(0.5, 0.5))
    assert both.sure.all()


def test_bad_input() -> None:
    """Columns that are not there, both kinds of drivers, equal judgements, odd cuts."""
    log = log_of({"x": [1.0, 2, 3], "all": [1.0, 1, 1]})
    how: dict[str, Any] = {"overall": "all"}
    with pytest.raises(InvalidInputError, match="all the same"):
        E.key_drivers(log, drivers=["x"], **how)
    with pytest.raises(NotFoundError, match="drivers="):
        E.key_drivers(log, drivers=["y"], **how)
    with pytest.raises(InvalidInputError, match="give one of them"):
        E.key_drivers(log, **how)
    with pytest.raises(InvalidInputError, match="at least one driver"):
        E.key_drivers(log, drivers=[], **how)
    with pytest.raises(InvalidInputError, match="cuts="):
        E.penalty_reward(log, overall="all", drivers=["x"])
    with pytest.raises(InvalidInputError, match="leave a middle"):
        E.penalty_reward(log, overall="all", drivers=["x"], cuts=(0.5, 0.5))
    with pytest.raises(InvalidInputError, match="no journey has both"):
        E.key_drivers(log_of({"x": [np.nan, 1.0], "all": [1.0, np.nan]}), drivers=["x"], **how)
    with pytest.raises(InvalidInputError, match="label in common"):
        E.importance_performance({"a": 1}, {"b": 1})
    with pytest.raises(WrongKindError, match="result of an analysis or a mapping"):
        E.importance_performance([1, 2], {"b": 1})
    with pytest.raises(InvalidInputError, match="crosshairs"):
        E.importance_performance({"a": 1}, {"a": 1}, crosshairs="mode")  # type: ignore[arg-type]


def drivers_world(seed: int) -> tuple[tp.Journeys, Array]:
    """Return 60 persons with two journeys each, judged by two correlated scores."""
    rng = np.random.default_rng(seed)
    persons = np.repeat(np.arange(60), 2)
    x = rng.normal(size=(120, 2)) + np.repeat(rng.normal(size=(60, 2)), 2, axis=0)
    x[:, 1] += 0.5 * x[:, 0]
    y = x @ [1.0, 0.5] + 1.5 * rng.normal(size=120)
    return log_of({"a": x[:, 0], "b": x[:, 1], "all": y}, persons=persons), x


@pytest.mark.slow
def test_intervals_of_importances_cover() -> None:
    """At 0.95, in 200 worlds, the importances of the population."""
    from touchpoints._core.arrays.statistics.regression import explained, shared_out

    cov = np.array([[2.0, 1.0], [1.0, 2.5]])
    b = np.array([1.0, 0.5])
    moments = np.zeros((3, 3))
    moments[:2, :2], moments[:2, 2] = cov, cov @ b
    moments[2, :2], moments[2, 2] = cov @ b, b @ cov @ b + 2.25
    truth = shared_out(explained(moments[None]))[0]
    hits = np.zeros(2, dtype=int)
    for seed in range(200):
        found = E.key_drivers(drivers_world(seed)[0], overall="all", drivers=["a", "b"])
        for place, name in enumerate("ab"):
            row = found.driver.tolist().index(name)
            hits[place] += found.low[row] <= truth[place] <= found.high[row]

    for one in hits.tolist():
        assert stats.binomtest(one, 200, 0.95, alternative="less").pvalue > 1e-3


def test_intervals_of_penalties_cover() -> None:
    """At 0.95, in 300 worlds of 30 persons with two journeys each."""
    hits = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        persons = np.repeat(np.arange(30), 2)
        score = rng.integers(1, 6, 60).astype(float)
        judged = -1.0 * (score <= 2) + np.repeat(rng.normal(size=30), 2) + rng.normal(size=60)
        kind = E.Metric(name="x", low=1, high=5, satisfied=4, dissatisfied=2)
        log = attrs.evolve(log_of({"all": judged}, persons=persons), per_interaction={"x": score})
        found = E.penalty_reward(log, overall="all", metric=kind)
        hits += found.penalty_low[0] <= -1 <= found.penalty_high[0]

    assert stats.binomtest(hits, 300, 0.95, alternative="less").pvalue > 1e-3
