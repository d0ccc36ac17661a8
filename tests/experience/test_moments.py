"""Moments of truth: the outcome after a bad and after a good experience."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

E = tp.experience
NAN = float("nan")


def log_of(paths: list[str], scores: list[float], sold: list[float]) -> tp.Journeys:
    """Return journeys of touchpoints a, b, c with scores of satisfaction."""
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(one) for one in "abc"],
        codes=["abc".index(one) for path in paths for one in path],
        offsets=np.append(0, np.cumsum([len(path) for path in paths])),
        per_interaction={"csat": np.array(scores)},
        outcomes={"sale": np.array(sold)},
    )


def test_a_table_by_hand() -> None:
    """The last score of a touchpoint counts; neutral ones are on neither side."""
    log = log_of(["aa", "a", "ab", "a"], [1, 5, 1, 5, 2, 3], [1, 0, 1, NAN])
    found = E.moments_of_truth(log, metric="csat")
    a, b = found.to_dicts()

    assert (a["touchpoint"], a["positive"], a["negative"]) == ("a", 2, 1)
    assert (a["after_positive"], a["after_negative"], a["difference"]) == (1, 0, 1)
    assert a["reach"] == 1
    assert (b["touchpoint"], b["positive"], b["negative"]) == ("b", 0, 1)
    assert np.isnan(b["difference"])
    assert not a["moment"]  # three journeys prove nothing


def test_the_interval_is_that_of_the_two_shares() -> None:
    """Newcombe's table II (a): 56 of 70 against 48 of 80."""
    sold = [1.0] * 56 + [0.0] * 14 + [1.0] * 48 + [0.0] * 32
    found = E.moments_of_truth(log_of(["a"] * 150, [5.0] * 70 + [1.0] * 80, sold), metric="csat")

    assert found.difference[0] == pytest.approx(0.2)
    assert (found.low[0], found.high[0]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.moment[0]


def test_both_conditions_must_hold() -> None:
    """A difference, and an effect among the largest."""
    rng = np.random.default_rng(1)
    n = 800
    scores = rng.choice([1.0, 5.0], (n, 2))
    sold = (rng.random(n) < 0.2 + 0.6 * (scores[:, 0] == 5)).astype(float)
    log = log_of(["ab"] * n, scores.ravel().tolist(), sold.tolist())
    found = E.moments_of_truth(log, metric="csat")

    assert dict(zip(found.touchpoint.tolist(), found.moment.tolist(), strict=True)) == {
        "a": True,
        "b": False,
    }
    strict = E.moments_of_truth(log, metric="csat", min_difference=0.9)
    assert not strict.moment.any()
    assert found.touchpoint[0] == "a"


def test_rare_touchpoints_are_no_moments() -> None:
    """With top=1 only the largest effect can be one."""
    rng = np.random.default_rng(2)
    n = 600
    paths = ["ab" if at % 5 == 0 else "a" for at in range(n)]
    scores = [float(rng.choice([1, 5])) for path in paths for _ in path]
    sold = [float(rng.random() < 0.5) for _ in range(n)]
    log = log_of(paths, scores, sold)
    found = E.moments_of_truth(log, metric="csat", top=1)

    assert not found.moment[found.touchpoint.tolist().index("b")]


def test_scores_outside_and_bad_input() -> None:
    """Counted, and named."""
    log = log_of(["a", "a"], [11, 5], [1, 0])
    found = E.moments_of_truth(log, metric="csat")

    assert found.outside == 1
    assert "1 score outside the scale of csat" in repr(found)
    with pytest.raises(NotFoundError, match="sale"):
        E.moments_of_truth(log, metric="csat", outcome="sales")
    with pytest.raises(InvalidInputError, match="min_difference"):
        E.moments_of_truth(log, metric="csat", min_difference=-1)
    with pytest.raises(InvalidInputError, match="top must be an integer"):
        E.moments_of_truth(log, metric="csat", top=0)
    with pytest.raises(InvalidInputError, match="no outcome"):
        E.moments_of_truth(attrs.evolve(log, outcomes={}), metric="csat")
