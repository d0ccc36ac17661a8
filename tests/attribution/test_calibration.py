"""Credit combined with experiments: cases by hand, and what must hold for all."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.attribution import Credit
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

A = tp.attribution


def credit_of(amounts: dict[str, float], covariance: np.ndarray) -> Credit:
    """Return credit with given amounts, and the covariance of its shares."""
    keys, total = list(amounts), sum(amounts.values())
    shares = np.array(list(amounts.values())) / total
    log = tp.from_paths({"path": keys, "n": [10] * len(keys)}, path="path", converted="n")
    base = A.linear(log)
    order = [keys.index(key) for key in base.touchpoint]
    return attrs.evolve(
        base,
        credit=(shares * total)[order],
        share=shares[order],
        covariance=covariance[np.ix_(order, order)],
        outcomes=int(total),
    )


def column(found: object, name: str) -> dict[str, float]:
    """Return a column by touchpoint."""
    return dict(zip(found.touchpoint.tolist(), getattr(found, name).tolist(), strict=True))  # type: ignore[attr-defined]


def test_two_touchpoints_without_chance_by_hand() -> None:
    """A model without error of its own gives way as far as the moments say.

    Credit 60 and 40, no chance; a lift of 30 with a standard error of 10. The error of the model is
    s times D, D = diag(60², 40²) less its projection: D[a, a] = 3600 - 3600² / 5200 = 1107.69. The
    moments ask for 30² = 10² + s² D, so s² = 800 / 1107.69; the weight is 800 / 900 and a gets
    60 - 30 × 8/9 = 33.33; b what is left of 100. What stays uncertain is 800 - 800² / 900 = 88.89.
    """
    found = A.calibrate(credit_of({"a": 60.0, "b": 40.0}, np.zeros((2, 2))), {"a": (30.0, 10.0)})
    assert column(found, "credit") == pytest.approx({"a": 100 / 3, "b": 200 / 3})
    assert found.model_error == pytest.approx((800 / (3600 - 3600**2 / 5200)) ** 0.5)
    assert column(found, "weight") == pytest.approx({"a": 8 / 9, "b": 0.0})
    assert column(found, "disagreement")["a"] == pytest.approx(-3.0)
    half = 1.959964 * (800 - 800**2 / 900) ** 0.5
    assert column(found, "low")["a"] == pytest.approx(100 / 3 - half, rel=1e-5)
    assert column(found, "high")["b"] == pytest.approx(200 / 3 + half, rel=1e-5)
    assert found.p == pytest.approx(0.0027, abs=1e-4)  # chi² of 9 with one degree of freedom


def test_an_experiment_that_agrees_changes_next_to_nothing() -> None:
    """A lift within its error of the credit: no model error, and credit moves by chance alone.

    Chance 5² (shares: 0.05² of 100 outcomes), lift 62 ± 10: weight 25 / 125, a gets 60 + 2 / 5.
    """
    chance = np.array([[0.0025, -0.0025], [-0.0025, 0.0025]])
    found = A.calibrate(credit_of({"a": 60.0, "b": 40.0}, chance), {"a": (62.0, 10.0)})
    assert found.model_error == 0.0
    assert column(found, "credit") == pytest.approx({"a": 60.4, "b": 39.6})
    half = 1.959964 * (25 - 25**2 / 125) ** 0.5
    assert column(found, "high")["a"] == pytest.approx(60.4 + half, rel=1e-5)


def test_three_touchpoints_by_hand() -> None:
    """What is taken from one goes to the others in proportion to the square of their credit.

    Credit 50, 30, 20, no chance; a measured at 80 ± 6. D[a, a] = 2500 - 2500² / 3800, and
    D[a, b] = -2500 × 900 / 3800: the gain of b over that of a is -900 / 1300.
    """
    found = A.calibrate(
        credit_of({"a": 50.0, "b": 30.0, "c": 20.0}, np.zeros((3, 3))), {"a": (80.0, 6.0)}
    )
    moved = 30 * (900 - 36) / 900
    expected = {"a": 50 + moved, "b": 30 - moved * 9 / 13, "c": 20 - moved * 4 / 13}
    assert column(found, "credit") == pytest.approx(expected)


LIFTS = st.lists(
    st.one_of(st.none(), st.tuples(st.floats(0, 60), st.floats(0.5, 20))), min_size=3, max_size=3
)


@given(
    lifts=LIFTS,
    amounts=st.lists(st.floats(5, 40), min_size=3, max_size=3),
    draws=st.integers(0, 99),
)
def test_the_total_is_kept_and_the_untouched_get_wider(
    lifts: list[tuple[float, float] | None], amounts: list[float], draws: int
) -> None:
    """Whatever the experiments say, outcomes are neither made nor lost."""
    given_ = {key: one for key, one in zip("abc", lifts, strict=True) if one is not None}
    assume(given_)
    rng = np.random.default_rng(draws)
    root = rng.normal(size=(3, 3)) * 0.02
    root -= root.mean(axis=0)  # shares sum to 1
    credit = credit_of(dict(zip("abc", amounts, strict=True)), root @ root.T)
    found = A.calibrate(credit, given_)
    before = dict(
        zip(credit.touchpoint, np.sqrt(np.diag(credit.covariance)) * sum(amounts), strict=True)
    )

    assert found.credit.sum() == pytest.approx(sum(amounts))
    assert found.share.sum() == pytest.approx(1.0)
    for row in found.to_dicts():
        width = (row["high"] - row["low"]) / (2 * 1.959964)
        if row["touchpoint"] in given_:
            low, high = sorted((row["model"], row["lift"]))
            if len(given_) == 1:
                assert low - 1e-6 <= row["credit"] <= high + 1e-6
            assert width <= given_[row["touchpoint"]][1] + 1e-6
        elif len(given_) == 1 and found.model_error > 1.0:
            assert width >= before[row["touchpoint"]] - 1e-6


def test_lifts_that_contradict_the_total_are_told() -> None:
    """Three lifts of nothing cannot be all of fifteen outcomes; the total is kept."""
    credit = credit_of({"a": 5.0, "b": 5.0, "c": 5.0}, np.zeros((3, 3)))
    found = A.calibrate(credit, dict.fromkeys("abc", (0.0, 1.0)))
    assert found.model_error == np.inf
    assert found.credit.tolist() == pytest.approx([5.0, 5.0, 5.0])


def test_experiments_are_checked() -> None:
    """A lift without an error, of an unknown touchpoint, or of credit without a covariance."""
    credit = credit_of({"a": 6.0, "b": 4.0}, np.eye(2) * 0.01)
    with pytest.raises(NotFoundError, match="no touchpoint 'z'"):
        A.calibrate(credit, {"z": (1.0, 1.0)})
    with pytest.raises(InvalidInputError, match="standard error above 0"):
        A.calibrate(credit, {"a": (1.0, 0.0)})
    with pytest.raises(WrongKindError, match="estimate, standard error"):
        A.calibrate(credit, {"a": 3})  # type: ignore[dict-item]
    with pytest.raises(InvalidInputError, match="at least one touchpoint"):
        A.calibrate(credit, {})
    one = tp.from_paths({"path": ["a > b"], "n": [1]}, path="path", converted="n")
    with pytest.raises(InvalidInputError, match="fewer than two"):
        A.calibrate(A.linear(one), {"a": (1.0, 1.0)})
    with pytest.raises(InvalidInputError, match="covariance"):
        A.calibrate(A.leave_one_out(one), {"a": (1.0, 1.0)})
