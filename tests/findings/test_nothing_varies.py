"""Where nothing varies, an interval says how little was seen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage as scipy_linkage

import touchpoints as tp
from tests.naive_paths import built
from touchpoints._core.arrays.distances import clustering
from touchpoints._core.arrays.statistics.intervals import kappa

WORDS = {"type": {"live_chat": ["chat"]}}


def test_full_agreement_on_four_events_does_not_prove_agreement() -> None:
    """Two of each: chance gives 1/2, Wilson's of four in four begins at .5101."""
    low, high = kappa(np.array([[2, 0], [0, 2]])).bounds(0.95)

    assert (low, high) == pytest.approx(((0.5101 - 0.5) / 0.5, 1.0), abs=2e-4)


def test_full_agreement_on_many_events_does() -> None:
    """The lower end goes to 1 as events are added."""
    lows = [kappa(np.array([[n, 0], [0, n]])).bounds(0.95)[0] for n in (2, 20, 200, 20_000)]

    assert lows == sorted(lows)
    assert lows[-1] > 0.999


def test_a_judge_who_never_varies_leaves_kappa_open() -> None:
    """Kappa is 0 whatever the other says, and other events are not known."""
    found = kappa(np.array([[37, 0], [3, 0]]))

    low, high = found.bounds(0.95)

    assert found.value == pytest.approx(0.0)
    assert low < 0 < high


def test_the_public_function_says_so_too() -> None:
    """With itself a classifier agrees on all of four events."""
    one = tp.classify.keywords(WORDS)
    found = tp.classify.agreement(one, one, events=[{"text": one} for one in ("chat", "no") * 2])

    assert (found.kappa, found.kappa_high) == (1.0, 1.0)
    assert found.kappa_low == pytest.approx(2 * 0.5101 - 1, abs=2e-4)


def test_agreement_that_chance_gives_in_full_has_no_kappa() -> None:
    """Both always say the same thing: 0 / 0."""
    assert np.isnan(kappa(np.array([[4, 0], [0, 0]])).bounds(0.95)).all()


def test_one_person_is_one_trial() -> None:
    """A share is bounded, so one person tells something: Wilson's with a single trial."""
    rows = tp.paths.presence(built(["ab", "a"] * 5, persons=["ana"] * 10)).to_dicts()

    row = next(row for row in rows if row["touchpoint"] == "b")
    assert (row["low"], row["high"]) == pytest.approx((0.0546, 0.9454), abs=1e-4)


@pytest.mark.parametrize(
    ("name", "height"), [("ward.D", 17 / 3), ("ward.D2", 27**0.5), ("ward", 27**0.5)]
)
def test_wards_method_has_the_names_it_has_in_r(name: str, height: float) -> None:
    """Distances 1, 4 and 5: (2 * 4 + 2 * 5 - 1) / 3, and the root of (2 * 16 + 2 * 25 - 1) / 3."""
    matrix = np.array([[0.0, 1.0, 4.0], [1.0, 0.0, 5.0], [4.0, 5.0, 0.0]])

    _, heights = clustering.merges(matrix, np.ones(3), name)

    assert heights.tolist() == pytest.approx([1.0, height])
    if name != "ward.D":
        assert heights == pytest.approx(scipy_linkage([1.0, 4.0, 5.0], "ward")[:, 2])
