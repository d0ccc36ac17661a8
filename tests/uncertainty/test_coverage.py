"""Intervals of shares cover the truth as often as they say, in simulated worlds."""

from __future__ import annotations

import numpy as np
import pytest
from coverage_cells import blocks, medians, shares, survival, visits, worlds
from scipy.stats import binom

from tests import naive
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.arrays.statistics.survival import first_at_most


@pytest.mark.parametrize("sizes", worlds.SIZES)
@pytest.mark.parametrize("law", ["B(1, 1)", "B(.4, 1.6)", "B(20, 80)"])
@pytest.mark.parametrize("persons", [8, 15, 30])
def test_intervals_of_few_persons_cover_the_truth(sizes: str, law: str, persons: int) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = shares.covering(worlds.Cell(sizes, law, persons), worlds=300, seed=1)

    assert binom.cdf(found.covered, found.worlds, 0.95) > 1e-3


@pytest.mark.parametrize("law", ["B(1, 1)", "B(20, 80)", ".02"])
@pytest.mark.parametrize("number", [200, 50])
def test_intervals_of_blocks_of_persons_cover_the_truth(law: str, number: int) -> None:
    """And from 200 blocks they are at most a tenth wider than from the persons."""
    cell = worlds.Cell("1..10", law, 2_000)

    found = blocks.covering(cell, number, worlds=300, seed=1)

    alone = blocks.covering(cell, 2_000, worlds=300, seed=1)
    assert binom.cdf(found.covered, found.worlds, 0.95) > 1e-3
    assert number < 200 or alone.width <= found.width < 1.1 * alone.width


@pytest.mark.parametrize("choices", [1_000, 100_000])
def test_intervals_of_large_blocks_are_not_much_wider_than_needed(choices: int) -> None:
    """Two hundred units of independent choices: a quarter wider than Wilson's, at most."""
    found = blocks.covering_large(".02", 200, choices, worlds=300, seed=1)

    least = 2 * 1.96 * (0.02 * 0.98 / (200 * choices)) ** 0.5
    assert binom.cdf(found.covered, found.worlds, 0.95) > 1e-3
    assert least < found.width < 1.25 * least


def test_whole_journeys_in_blocks_have_intervals_that_cover() -> None:
    """Presence, transitions, a funnel, credit, effects and the bootstrap: as many as of 20."""
    found = blocks.measured(visits.Kind("1..10", 2_000, 0.1), worlds=20, seed=2)

    assert {name for name, _ in found} == {asked.name for asked in blocks.CALLS}
    for (name, number), (known, covered, *_, width) in found.items():
        alone = found[name, 2_000]
        assert binom.cdf(20 * covered / known, 20, 0.95) > 1e-3, (name, number)
        assert width / known > 0.8 * alone[4] / alone[0], (name, number)


def test_the_simulation_would_notice() -> None:
    """Taking journeys to be alone fails the same test, where persons differ."""
    found = shares.covering(worlds.Cell("1..10", "B(1, 1)", 30), worlds=300, seed=1)

    assert binom.cdf(found.plain, found.worlds, 0.95) < 1e-3


def test_worlds_are_measured_as_the_definition_says() -> None:
    """Many worlds at once, and one by one."""
    rng = np.random.default_rng(0)
    cell = worlds.Cell("informative", "B(.4, 1.6)", 8)
    chances, sizes = worlds.drawn(cell, 20, rng)
    hits = rng.binomial(sizes, chances)

    low, high = shares.intervals(hits, sizes, 0.95)

    for place in range(20):
        y, m = hits[place].tolist(), sizes[place].tolist()
        trials = naive.effective_trials(y, m)
        share = sum(y) / sum(m)
        ends = wilson_bounds(np.float64(share * trials), np.float64(trials), z_of(0.95))
        assert [low[place], high[place]] == pytest.approx([float(one) for one in ends])


@pytest.mark.parametrize("sizes", worlds.SIZES)
@pytest.mark.parametrize("law", [(0.1, "none"), (0.5, "none"), (0.5, "days"), (0.9, "half")])
@pytest.mark.parametrize("persons", [8, 15, 30])
def test_intervals_of_medians_cover_the_truth(sizes: str, law, persons: int) -> None:
    """With ties and without: an end that is not known covers what lies beyond."""
    found = medians.covering(medians.Gaps(sizes, *law, persons), worlds=300, seed=1)

    assert binom.cdf(found.covered, found.worlds, 0.95) > 1e-3


@pytest.mark.parametrize("sizes", worlds.SIZES)
@pytest.mark.parametrize(("waits", "persons"), [("light", 8), ("tied", 15), ("light", 30)])
def test_intervals_of_survival_cover_the_truth(sizes: str, waits: str, persons: int) -> None:
    """At three times, and of the median."""
    found = survival.covering(survival.Waits(sizes, waits, persons), worlds=300, seed=1)

    for one in found:
        assert binom.cdf(one.covered, one.known, 0.95) > 1e-3


def test_the_simulations_of_times_would_notice() -> None:
    """Taking journeys to be alone fails the same tests."""
    gaps = medians.covering(medians.Gaps("1..10", 0.5, "none", 30), worlds=300, seed=1)
    waits = survival.covering(survival.Waits("1..10", "light", 30), worlds=300, seed=1)

    assert binom.cdf(gaps.plain, gaps.worlds, 0.95) < 1e-3
    for one in waits:
        assert binom.cdf(one.plain, one.known, 0.95) < 1e-3


def test_intervals_of_medians_in_worlds_are_those_of_the_definition() -> None:
    """Many worlds at once, and one by one."""
    rng = np.random.default_rng(0)
    sizes, values = medians.drawn(medians.Gaps("1..10", 0.5, "days", 8), 20, rng)
    people = np.split(values, np.cumsum(sizes.ravel())[:-1])

    low, high = medians.intervals(sizes, values)

    for place in range(20):
        persons = [one.tolist() for one in people[place * 8 : place * 8 + 8]]
        ends = naive.quantile_interval(persons, 0.5)
        assert (low[place], high[place]) == pytest.approx(ends, nan_ok=True)


def test_truths_of_worlds_are_those_of_many_persons() -> None:
    """The median and the shares of a hundred thousand persons, sizes bound up with what they do."""
    rng = np.random.default_rng(0)
    gaps = medians.Gaps("informative", 0.5, "none", 100_000)
    waits = survival.Waits("informative", "tied", 100_000)

    _, values = medians.drawn(gaps, 1, rng)
    times, ended, of = survival.drawn(waits, rng)
    points, median = survival.truth(waits)
    curve, _ = survival.estimates(times, ended, of, also=[stamp for stamp, _ in points])

    assert np.median(values) == pytest.approx(medians.truth(gaps), rel=0.02)
    for stamp, share in points:
        assert curve.share[curve.times == stamp] == pytest.approx(share, abs=0.005)
    assert first_at_most(curve.times, curve.share, 0.5) == median
