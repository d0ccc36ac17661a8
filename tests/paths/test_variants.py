"""Variants: the distinct sequences of touchpoints, with their frequencies."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given

import touchpoints as tp
from tests import naive_paths
from tests.naive_paths import built, small_journeys
from touchpoints import paths
from touchpoints._core.arrays import sequences
from touchpoints.errors import InvalidInputError


def rows_of(table):
    """Return {variant: row} of a table of variants."""
    columns = (table.journeys, table.share, table.low, table.high)
    return dict(
        zip(
            table.variant.tolist(),
            zip(*(one.tolist() for one in columns), strict=True),
            strict=True,
        )
    )


@given(small_journeys())
def test_variants_are_those_of_a_counter_over_tuples(journeys) -> None:
    """Counts, shares and clustered intervals agree with the naive twin; order falls by count."""
    table = paths.variants(journeys)
    naive = naive_paths.variants(journeys)

    assert naive.keys() == rows_of(table).keys()
    for variant, expected in naive.items():
        assert expected == pytest.approx(rows_of(table)[variant], abs=1e-9)
    assert sorted(table.journeys.tolist(), reverse=True) == table.journeys.tolist()
    assert [len(one) for one in table.variant] == table.length.tolist()
    assert np.allclose(np.cumsum(table.share), table.cumulative)


def test_equally_frequent_variants_are_in_the_order_of_their_keys() -> None:
    """Keys decide ties, not the log or the hash; a prefix comes before its continuation."""
    table = paths.variants(built(["cb", "b", "a", "c", "a", "b", "cab"]))

    expected = [("a",), ("b",), ("c",), ("c", "a", "b"), ("c", "b")]
    assert expected == table.variant.tolist()


def test_top_lists_the_most_frequent_and_keeps_shares_of_all() -> None:
    """Variants that are not listed still count in the denominator."""
    table = paths.variants(built(["ab", "b", "ab", "a"]), top=1)

    assert [("a", "b")] == table.variant.tolist()
    assert [0.5] == table.share.tolist()
    assert [] == paths.variants(built(["ab", "b"]), top=0).variant.tolist()


@pytest.mark.parametrize("top", [-1, 2.5, True])
def test_a_top_that_is_not_a_count_of_rows_is_refused(top) -> None:
    """A negative top would silently drop rows from the end."""
    with pytest.raises(InvalidInputError, match="top must be an integer of at least 0, got"):
        paths.variants(built(["a"]), top=top)


def test_empty_journeys_are_a_variant_and_no_journeys_have_none() -> None:
    """The empty tuple is counted like any other; without journeys the table is empty."""
    assert {(): 0.5, ("a",): 0.5} == paths.variants(built(["", "a"])).as_dict()
    assert {} == paths.variants(built([])).as_dict()
    assert {} == paths.variants(built(["a"], counts=[0], persons=["ana"])).as_dict()


def test_a_collision_of_hashes_merges_no_variants(monkeypatch) -> None:
    """Sequences are compared exactly: a hash that always collides changes nothing."""
    journeys = built(["ab", "ba", "ab", "", "abab", "b"])
    expected = paths.variants(journeys)
    monkeypatch.setattr(
        sequences, "sequence_hash", lambda codes, offsets, k: np.zeros(len(offsets) - 1, np.uint64)
    )

    assert expected == paths.variants(journeys)


def test_intervals_are_plain_where_persons_are_not_known() -> None:
    """A share of independent journeys has Wilson's interval of its count."""
    table = paths.variants(built(["a"] * 8 + ["b"] * 2), level=0.9)
    low, high = tp.wilson(np.array([8, 2]), 10.0, level=0.9)

    assert low.tolist() == pytest.approx(table.low.tolist())
    assert high.tolist() == pytest.approx(table.high.tolist())
    assert (0.9, "journey") == (table.level, table.unit)


def test_journeys_of_one_person_widen_the_interval() -> None:
    """Identical journeys within each of two persons carry the information of two journeys."""
    lone = paths.variants(built(["a", "b"]))
    table = paths.variants(built(["a"] * 5 + ["b"] * 5, persons=["ana"] * 5 + ["leo"] * 5))

    assert "person" == table.unit
    assert table.high[0] - table.low[0] > lone.high[0] - lone.low[0] - 1e-9


@given(small_journeys(persons=False))
def test_count_two_is_the_journey_twice(journeys) -> None:
    """Merged and written-out journeys give the same table."""
    order = np.repeat(np.arange(len(journeys)), journeys.counts)
    written = built(["".join(journeys[int(position)].keys) for position in order])

    assert rows_of(paths.variants(journeys)) == rows_of(paths.variants(written))


def test_a_table_of_variants_reads_well() -> None:
    """The repr shows a variant as its touchpoints, and the columns reach a dataframe."""
    table = paths.variants(built(["ab", "ab", "b"]))

    assert "a > b" in repr(table)
    assert [("a", "b"), ("b",)] == [row["variant"] for row in table.to_dicts()]
    assert attrs.asdict(table, recurse=False)["level"] == 0.95


def test_variants_of_groups_are_rows_of_one_table() -> None:
    """Each group is counted separately, with shares of its own journeys."""
    journeys = attrs.evolve(
        tp.from_paths({"path": ["a > b", "a", "a > b"]}, path="path"),
        per_journey={"device": ["web", "app", "web"]},
    )

    found = tp.paths.variants(journeys, by="device")

    assert found.group.tolist() == ["app", "web"]
    assert found.share.tolist() == [1, 1]
    assert found.as_dict() == {("app", ("a",)): 1.0, ("web", ("a", "b")): 1.0}
