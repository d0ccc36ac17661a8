"""Journeys merged, put together, and drawn at random."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.combining import _drawn, _drawn_left


def test_distinct_merges_equal_paths_and_adds_their_counts() -> None:
    """One row per variant, in order of first appearance; ids, times and persons are dropped."""
    journeys = attrs.evolve(log(one="ab", two="b", three="ab"), counts=[1, 5, 2])

    paths = tp.distinct(journeys)

    assert paths_of(paths) == ["ab", "b"]
    assert paths.counts.tolist() == [3, 5]
    assert paths.times is None
    assert paths.persons is None


def test_distinct_keeps_paths_of_different_outcomes_apart() -> None:
    """Reached, not reached and not known are three rows; values are summed."""
    journeys = attrs.evolve(
        log(one="a", two="a", three="a", four="a", five="a"),
        outcomes={"won": [1, 0, np.nan, 1, np.nan]},
        values={"won": [10.0, 0, 0, 5.0, 0]},
    )

    paths = tp.distinct(journeys)

    assert paths.counts.tolist() == [2, 1, 2]
    assert paths.values["won"].tolist() == [15, 0, 0]


def test_distinct_keeps_named_columns_and_what_the_log_cut_off() -> None:
    """Journeys that differ in a kept column or in being finished do not merge."""
    journeys = attrs.evolve(
        log(one="a", two="a", three="a", four="a"),
        per_journey={"segment": ["x", "y", "x", None]},
        finished=[True, True, False, True],
    )

    assert tp.distinct(journeys).counts.tolist() == [3, 1]
    kept = tp.distinct(journeys, keep=["segment"])
    assert kept.counts.tolist() == [1, 1, 1, 1]
    assert kept.per_journey["segment"].to_list() == ["x", "y", "x", None]
    with pytest.raises(NotFoundError, match="segmnt"):
        tp.distinct(journeys, keep=["segmnt"])


def test_distinct_tells_thousands_of_random_paths_apart() -> None:
    """The merged counts are those of a plain counter over tuples."""
    draw = np.random.default_rng(3)
    paths = ["".join(draw.choice(list("abc"), draw.integers(1, 7))) for _ in range(3000)]
    journeys = log(**{f"j{place}": path for place, path in enumerate(paths)})

    merged = tp.distinct(journeys)

    assert dict(zip(paths_of(merged), merged.counts.tolist(), strict=True)) == Counter(paths)


def test_concatenation_is_associative_and_undoes_a_split() -> None:
    """Parts put together in any grouping are the log they came from."""
    journeys = log(one="ab", two="b", three="cab")

    parts = [journeys[:1], journeys[1:2], journeys[2:]]

    assert tp.concat(parts) == journeys
    assert tp.concat([tp.concat(parts[:2]), parts[2]]) == tp.concat(
        [parts[0], tp.concat(parts[1:])]
    )


def test_columns_that_one_part_lacks_are_missing_there() -> None:
    """Nan for numbers and outcomes, missing for text, None for persons."""
    left = attrs.evolve(
        log(one="ab"),
        outcomes={"won": [1]},
        per_journey={"segment": ["x"], "age": [30.0]},
        persons=["ana"],
    )

    both = tp.concat([left, log(two="c")])

    assert np.isnan(both.outcomes["won"][1])
    assert both.per_journey["segment"].to_list() == ["x", None]
    assert np.isnan(both.per_journey["age"][1])
    assert both.persons.tolist() == ["ana", None]


def test_parts_that_contradict_each_other_are_refused() -> None:
    """Equal ids, mixed kinds of ids, lenses, and times in only some of the parts."""
    journeys = log(one="ab")
    numbered = attrs.evolve(log(two="a"), ids=[7])

    with pytest.raises(InvalidInputError, match="ids must be unique"):
        tp.concat([journeys, journeys])
    with pytest.raises(InvalidInputError, match="ids must be of one type, but are numbers"):
        tp.concat([journeys, numbered])
    kinds = attrs.evolve(log(two="a"), per_interaction={"kind": ["x"]})
    with pytest.raises(InvalidInputError, match="must have the same lens"):
        tp.concat([journeys, tp.collapse(kinds, by="kind")])
    with pytest.raises(InvalidInputError, match="all parts must have times, or none"):
        tp.concat([numbered, attrs.evolve(tp.distinct(log(three="a")), ids=[8])])
    with pytest.raises(InvalidInputError, match="at least one"):
        tp.concat([])


def test_sampling_draws_real_journeys_without_replacement() -> None:
    """Counts are drawn, never more than there are; all of them is the whole log."""
    journeys = attrs.evolve(log(one="ab", two="b", three="c"), counts=[1000, 10, 0])

    drawn = tp.sample(journeys, 505, seed=4)

    assert int(drawn.counts.sum()) == 505
    assert 480 < drawn.counts[0] <= 505
    assert tp.sample(journeys, 1010, seed=1).counts.tolist() == [1000, 10]
    assert tp.sample(journeys, 505, seed=4) == drawn
    with pytest.raises(InvalidInputError, match="cannot draw 2,000 of 1,010"):
        tp.sample(journeys, 2000, seed=1)


def test_a_sample_of_more_journeys_than_numpy_draws_at_once() -> None:
    """Counts of 10**9 and more: the draws add up, never exceed a count, and keep shares."""
    many = tp.from_paths(
        {"path": ["a", "b", "c", "d"], "n": [10**9, 3 * 10**9, 0, 7]}, path="path", count="n"
    )

    drawn = tp.sample(many, 10**9, seed=2)

    assert drawn.counts.sum() == 10**9
    assert abs(drawn.counts[0] - 250_000_000) < 6 * 12_000  # sd sqrt(n p (1 - p) (1 - n / N))
    assert tp.sample(many, 10**9, seed=2) == drawn
    assert tp.sample(many, 4 * 10**9 + 7, seed=1).counts.tolist() == [10**9, 3 * 10**9, 7]
    assert len(tp.sample(many, 0, seed=1)) == 0


@pytest.mark.parametrize(("left", "right", "n"), [(30, 50, 20), (3, 500, 400), (40, 2, 41)])
def test_halves_are_drawn_from_the_hypergeometric_distribution(
    left: int, right: int, n: int
) -> None:
    """Each frequency of 20,000 draws is within five standard errors of its probability."""
    rng = np.random.default_rng(5)
    chances = stats.hypergeom(left + right, left, n).pmf(np.arange(n + 1))

    found = np.bincount([_drawn_left(left, right, n=n, rng=rng) for _ in range(20_000)])

    met = np.append(found, np.zeros(n + 1 - len(found))) / 20_000
    assert np.all(np.abs(met - chances) <= 5 * np.sqrt(chances * (1 - chances) / 20_000) + 1e-12)


def test_a_half_of_rare_journeys_is_drawn_as_often_as_it_is_there() -> None:
    """Ten of 10**15 never leave out a half by more than chance allows."""
    rng = np.random.default_rng(1)

    drawn = [_drawn(np.array([10**15, 10**15]), 10, rng)[0] for _ in range(4_000)]

    assert abs(np.mean(drawn) - 5) < 5 * np.sqrt(2.5 / 4_000)


def test_a_sample_too_large_or_no_number_is_refused() -> None:
    """No error of numpy's: how many there are, and what can be drawn."""
    huge = tp.from_paths({"path": ["a", "b"], "n": [2 * 10**12] * 2}, path="path", count="n")

    with pytest.raises(InvalidInputError, match="too many to draw exactly"):
        tp.sample(huge, 2 * 10**12, seed=1)
    with pytest.raises(InvalidInputError, match="cannot draw 2 of 1 journey$"):
        tp.sample(log(one="a"), 2, seed=1)
    with pytest.raises(InvalidInputError, match="n must be an integer of at least 0, got 2.5"):
        tp.sample(huge, 2.5, seed=1)
