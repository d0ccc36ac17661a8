"""Intervals of differences cover the truth, and tests reject, as often as they say.

In simulated worlds; so many errors as found would be found once in a thousand times.
"""

from __future__ import annotations

import numpy as np
import pytest
from coverage_cells import differences, pairs, tests
from coverage_cells.worlds import generator
from scipy.stats import binom

from touchpoints.compare._shared.student import Student

WORLDS = 300
FEW = ("4 x 5 v 4 x 5", "8 x 5 v 8 x 5", "15 v 15, 1..10")
UNLIKE = ("5 v 25, 1..10", "10 x 1 v 40 x 10", "40 x 1 v 10 x 10")
MAIN = [
    *(
        (number, law, groups)
        for number, law in (("share", "B(1, 1)"), ("share", "B(.4, 1.6)"))
        for groups in (*FEW, *UNLIKE)
    ),
    *(("median", law, groups) for law in ("lognormal .5", "days .5") for groups in (*FEW, *UNLIKE)),
    *(("mean", "lognormal .5", groups) for groups in FEW),
    *(("restricted mean", "frailty", groups) for groups in FEW[:2]),
]
TESTED = [
    *(
        (test, law, groups)
        for test, law in (("share", "B(1, 1)"), ("ranks", "days .5"))
        for groups in (*FEW, *UNLIKE)
    ),
    *(("measured", "lognormal .1", groups) for groups in UNLIKE),
    *(("chi-square", "B(1, 1)", groups) for groups in (*FEW, *UNLIKE)),
    *(("bootstrap, share", "B(1, 1)", groups) for groups in (*FEW, *UNLIKE)),
    *(("bootstrap, median", "days .5", groups) for groups in (*FEW, *UNLIKE)),
    *(("log-rank", "frailty", groups) for groups in FEW[:2]),
]


@pytest.mark.parametrize(("number", "law", "groups"), MAIN)
def test_intervals_of_differences_cover_the_truth(number: str, law: str, groups: str) -> None:
    """Nominal is 95 %, without a difference."""
    cell = differences.Difference(number, groups, law)
    found = differences.covering(cell, worlds=WORLDS, seed=1)

    assert found.known == WORLDS
    assert binom.cdf(found.covered, WORLDS, 0.95) > 1e-3


@pytest.mark.parametrize(("test", "law", "groups"), TESTED)
def test_tests_reject_a_true_null_as_seldom_as_they_say(test: str, law: str, groups: str) -> None:
    """Nominal is 5 %, and 1 %."""
    found = tests.rejecting(tests.Test(test, groups, law), worlds=WORLDS, seed=1, power=False)

    assert binom.sf(found.at_5 - 1, WORLDS, 0.05) > 1e-3
    assert binom.sf(found.at_1 - 1, WORLDS, 0.01) > 1e-3


def test_the_simulation_would_notice_quantiles_alone() -> None:
    """The quantiles of resamples are too narrow for four persons and four."""
    worlds = pairs.drawn(FEW[0], "lognormal .5", WORLDS, differ=False, seed=1)
    draws = pairs.redrawn(worlds, generator(1, "quantiles"))
    student: Student = pairs.student(worlds, worlds.medians(), draws)

    low, high = np.nanquantile(student.drawn, [0.025, 0.975], axis=0)

    assert binom.cdf(int(((low <= 0) & (0 <= high)).sum()), WORLDS, 0.95) < 1e-3


def test_the_simulation_would_notice_a_plain_difference() -> None:
    """A mean of ten single journeys strays farther than one of forty persons with ten each."""
    worlds = pairs.drawn(UNLIKE[1], "lognormal .1", WORLDS, differ=False, seed=1)
    deals = pairs.permuted(worlds, generator(1, "plain"))
    ratios = worlds.ratios()
    whole = ratios.sums(np.ones((1, len(worlds.of))))

    def apart(weights: np.ndarray) -> np.ndarray:
        first = ratios.sums(weights)
        return np.abs(ratios.of(first) - ratios.of(whole - first))

    seen = apart(worlds.in_a[None, :].astype(float))
    p = (1 + (apart(deals) >= seen * (1 - 1e-9)).sum(axis=0)) / (1 + len(deals))

    assert binom.sf(int((p <= 0.05).sum()) - 1, WORLDS, 0.05) < 1e-3
