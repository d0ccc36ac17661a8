"""Journeys merged and put together."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.uncertainty.units import units_of


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


def test_distinct_within_persons_merges_only_journeys_of_one_person() -> None:
    """Equal paths of two persons stay two rows; those of nobody known are one row of many units."""
    journeys = attrs.evolve(
        log(one="ab", two="ab", three="ab", four="ab", five="ab", six="b"),
        counts=[1, 5, 2, 7, 1, 1],
        persons=["ana", "leo", "ana", None, float("nan"), "ana"],
        values={"won": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]},
    )

    paths = tp.distinct(journeys, within_persons=True)

    assert paths_of(paths) == ["ab", "ab", "ab", "b"]
    assert paths.persons.tolist() == ["ana", "leo", None, "ana"]
    assert paths.counts.tolist() == [3, 5, 8, 1]
    assert paths.values["won"].tolist() == [5, 2, 24, 32]
    assert units_of(paths, None).total == units_of(journeys, None).total == 2 + 7 + 1


def test_distinct_within_persons_takes_numbers_for_persons_and_keeps_columns_apart() -> None:
    """Persons as numbers come back as numbers; a kept column parts the journeys of one person."""
    journeys = attrs.evolve(
        log(one="a", two="a", three="a"),
        persons=[7, -3, 7],
        per_journey={"segment": ["x", "x", "y"]},
    )

    assert tp.distinct(journeys, within_persons=True).persons.tolist() == [7, -3]
    kept = tp.distinct(journeys, keep=["segment"], within_persons=True)
    assert kept.persons.dtype == np.int64
    assert kept.counts.tolist() == [1, 1, 1]


def test_distinct_within_persons_needs_persons() -> None:
    """Where nobody is known, a result that looks like one of persons would mislead."""
    with pytest.raises(InvalidInputError, match="within_persons=True needs persons"):
        tp.distinct(log(one="a"), within_persons=True)
    with pytest.raises(WrongKindError, match="within_persons must be True or False"):
        tp.distinct(log(one="a"), within_persons="person")


def test_blocks_of_persons_are_known_as_long_as_there_are_any() -> None:
    """Merging within them keeps what persons are; merging anybody's journeys drops both."""
    blocks = attrs.evolve(log(one="ab", two="ab"), persons=["00", "01"], meta=tp.Meta(blocks=50))

    assert tp.distinct(blocks, within_persons=True).meta.blocks == 50
    assert tp.distinct(blocks).meta.blocks is None
    assert blocks[:1].meta.blocks == 50
    with pytest.raises(InvalidInputError, match="all parts must have the same blocks"):
        tp.concat([blocks, attrs.evolve(log(three="a"), persons=["00"])])
    with pytest.raises(InvalidInputError, match="blocks must be an integer of at least 1"):
        tp.Meta(blocks=0)


def test_rows_that_are_only_numbered_are_numbered_again() -> None:
    """Results of `distinct` can be concatenated, by twos and at once, empty ones among them."""
    first, second = tp.distinct(log(one="ab", two="b")), tp.distinct(log(one="ab", two="a"))
    nothing = first[:0]

    both = tp.concat([first, nothing, second])

    assert both.ids.tolist() == [0, 1, 2, 3]
    assert paths_of(both) == ["ab", "b", "ab", "a"]
    assert tp.concat([tp.concat([first, second]), first]) == tp.concat([first, second, first])
    assert tp.concat([first[:1], first[1:]]) == first


def test_ids_that_were_given_are_never_numbered_again() -> None:
    """Ids of timed rows, text ids and a selection of numbers say something: twice is an error."""
    numbered = attrs.evolve(log(one="ab", two="b"), ids=[0, 1])
    paths = tp.distinct(numbered)

    for part in (numbered, attrs.evolve(paths, ids=["x", "y"]), paths[1:]):
        with pytest.raises(InvalidInputError, match="ids must be unique"):
            tp.concat([part, part])


def test_persons_of_any_kind_are_concatenated() -> None:
    """Numbers stay numbers, also beside text and beside nobody."""

    def of(persons: list[object] | None) -> tp.Journeys:
        return attrs.evolve(tp.distinct(log(one="ab", two="b")), persons=persons)

    assert tp.concat([of([3, 4]), of([4, 5])]).persons.dtype == np.int64
    assert tp.concat([of([3, 4]), of(["4", None])]).persons.tolist() == [3, 4, "4", None]
    assert tp.concat([of([3, 4]), of(None)]).persons.tolist() == [3, 4, None, None]


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
