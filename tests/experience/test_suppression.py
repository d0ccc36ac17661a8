"""B44: rows that few people are behind are left out, and cannot be found by subtraction."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Grouped, column
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError


@attrs.frozen(kw_only=True, repr=False)
class Cells(Grouped):
    """A table of counts."""

    main = "persons"
    labels = ("cell",)

    cell: Array = column(object)
    persons: Array = column(np.int64)


def cells(numbers: list[int], groups: list[str] | None = None) -> Cells:
    """Return a table of cells with so many persons."""
    return Cells(
        cell=np.array([f"c{row}" for row in range(len(numbers))], dtype=object),
        persons=np.array(numbers, dtype=np.int64),
        group=groups,
    )


@pytest.mark.parametrize(
    ("numbers", "kept", "complementary"),
    [
        ([40, 30, 9], [40, 30, 9], 0),
        ([40, 30, 9, 3], [40, 30], 1),  # 3 alone could be found from the total
        ([40, 30, 4, 3], [40, 30], 0),  # two that are seven together
        ([40, 30, 2, 1], [40], 1),  # two that are only three together
        ([40, 5, 0, 4], [40], 2),  # an empty row alone does not cover
        ([3], [], 0),
        ([], [], 0),
    ],
)
def test_small_rows_and_what_covers_them(
    numbers: list[int], kept: list[int], complementary: int
) -> None:
    """By hand, with k = 5."""
    found = tp.experience.suppress(cells(numbers), k=5)

    assert found.table.persons.tolist() == kept
    assert found.complementary == complementary
    assert found.hidden == len(numbers) - len(kept)


def test_each_group_is_covered() -> None:
    """Totals are known of each group."""
    table = cells([40, 3, 30, 20, 10], ["a", "a", "b", "b", "b"])
    found = tp.experience.suppress(table, k=5)

    assert found.table.to_dicts() == [
        {"group": "b", "cell": "c2", "persons": 30},
        {"group": "b", "cell": "c3", "persons": 20},
        {"group": "b", "cell": "c4", "persons": 10},
    ]
    assert "2 rows left out with fewer than 5 persons, 1 of them complementary" in repr(found)


@given(st.lists(st.integers(0, 12), max_size=8), st.integers(2, 8))
def test_nothing_small_is_shown_or_can_be_subtracted(numbers: list[int], k: int) -> None:
    """Nothing is hidden, or at least two rows of at least k people, if there are so many."""
    found = tp.experience.suppress(cells(numbers), k=k)
    shown = found.table.persons.tolist()
    rest = sum(numbers) - sum(shown)

    assert all(not 0 < one < k for one in shown)
    assert found.hidden == 0 or not shown or (found.hidden >= 2 and rest >= k)


def test_tables_of_analyses_name_their_column() -> None:
    """Variants count journeys; a table without counts asks for a column."""
    shop = tp.datasets.shop(200, seed=1)
    found = tp.experience.suppress(tp.paths.variants(shop), k=10)
    by_name = tp.experience.suppress(tp.paths.transitions(shop), k=10, count="journeys")

    assert found.column == "journeys"
    assert found.table.journeys.min() >= 10
    assert by_name.table.journeys.min() >= 10
    with pytest.raises(NotFoundError, match="journeys"):
        tp.experience.suppress(tp.paths.variants(shop), count="journey")
    with pytest.raises(InvalidInputError, match="must hold integers"):
        tp.experience.suppress(tp.paths.variants(shop), count="share")


@pytest.mark.parametrize("wrong", [None, {"a": 1}, [1, 2], "table"])
def test_other_kinds_are_refused(wrong: Any) -> None:
    """Only results of analyses have columns to compare."""
    with pytest.raises(WrongKindError, match="takes the result of an analysis, not"):
        tp.experience.suppress(wrong)
