"""B44: rows with few people in them are left out, and cannot be found by subtraction."""

from __future__ import annotations

from collections import Counter
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
        ([40, 30, 4, 3], [40], 1),  # the three may be among the four
        ([40, 30, 2, 1], [40], 1),
        ([40, 30, 4, 4, 4, 4], [40], 1),
        ([40, 5, 0, 4], [40, 0], 1),  # an empty row does not cover, and need not be hidden
        ([0, 4, 0], [], 2),  # whoever knows the total knows the four
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
    """Nothing is hidden, or at least two rows, one of which has at least k people by itself."""
    found = tp.experience.suppress(cells(numbers), k=k)
    shown = found.table.persons.tolist()
    rest = sorted((Counter(numbers) - Counter(shown)).elements())

    assert all(not 0 < one < k for one in shown)
    assert found.hidden == 0 or not shown or (found.hidden >= 2 and rest[-1] >= k)


def test_journeys_of_one_person_are_not_people() -> None:
    """Twenty journeys a > b of one person: a table of journeys says nothing of people."""
    rows = [
        {
            "id": number,
            "who": "ana" if number < 20 else number,
            "at": f"2026-01-0{day + 1}",
            "do": do,
        }
        for number in range(60)
        for day, do in enumerate("ab" if number < 20 else "ac")
    ]
    log = tp.from_records(rows, journey="id", person="who", time="at", touchpoint="do")
    table = tp.paths.variants(log)
    assert table.as_dict() == {("a", "c"): 40 / 60, ("a", "b"): 20 / 60}

    for how in ({}, {"count": "journeys"}, {"of": "persons"}):
        with pytest.raises(InvalidInputError, match="'journeys' counts journeys, which can all be"):
            tp.experience.suppress(table, **how)
    found = tp.experience.suppress(table, of="journeys")
    assert (len(found.table), found.of) == (2, "journeys")
    assert repr(found).endswith("fewer than 5 journeys; journeys can all be of one person")


def test_journeys_stand_for_people_where_nobody_is_known() -> None:
    """The table says that the journey is its unit; persons cannot be promised of it."""
    log = tp.from_paths({"path": ["a", "b", "c"], "n": [40, 9, 2]}, path="path", count="n")
    table = tp.paths.variants(log)
    found = tp.experience.suppress(table)

    assert (found.column, found.of, found.table.journeys.tolist()) == ("journeys", "journeys", [40])
    with pytest.raises(InvalidInputError, match="counts journeys"):
        tp.experience.suppress(table, of="persons")
    with pytest.raises(InvalidInputError, match="one of 'persons', 'journeys'"):
        tp.experience.suppress(table, of="people")  # type: ignore[arg-type]


def test_people_come_before_journeys() -> None:
    """A table that counts both is compared by its people."""
    shop = tp.datasets.shop(200, seed=1)
    table = tp.experience.stages(shop)
    assert (table.journeys.tolist(), table.people.tolist()) == (
        [0, 200, 68, 0, 0],
        [0, 104, 57, 0, 0],
    )
    found = tp.experience.suppress(table, k=58)

    assert (found.column, found.of) == ("people", "persons")
    assert found.table.people.tolist() == [0, 0, 0]


def test_a_column_whose_name_says_nothing_must_be_explained() -> None:
    """The size of a cohort counts people, and the caller says so."""
    shop = tp.datasets.shop(200, seed=1)
    table = tp.paths.retention(shop, period="month")
    with pytest.raises(InvalidInputError, match="'size' does not say what it counts"):
        tp.experience.suppress(table, count="size")
    found = tp.experience.suppress(table, count="size", of="persons", k=20)
    assert found.table.size.min() >= 20


def test_a_remark_about_rows_goes_with_them() -> None:
    """Rows of few persons are gone, and so is the sentence that counts them."""
    shop = tp.datasets.shop(40, seed=1)
    table = tp.paths.variants(shop)
    assert table.few_behind > 0
    assert "fewer than five persons" in repr(table)

    found = tp.experience.suppress(table, k=10, of="journeys")
    assert found.hidden
    assert "fewer than five persons" not in repr(found.table)


def test_tables_of_analyses_name_their_column() -> None:
    """Variants count journeys; a table without counts asks for a column."""
    shop = tp.datasets.shop(200, seed=1)
    found = tp.experience.suppress(tp.paths.variants(shop), k=10, of="journeys")
    by_name = tp.experience.suppress(
        tp.paths.transitions(shop), k=10, count="journeys", of="interactions"
    )

    assert found.column == "journeys"
    assert found.table.journeys.min() >= 10
    assert by_name.table.journeys.min() >= 10
    assert by_name.of == "journeys"
    with pytest.raises(NotFoundError, match="journeys"):
        tp.experience.suppress(tp.paths.variants(shop), count="journey")
    with pytest.raises(InvalidInputError, match="must hold integers"):
        tp.experience.suppress(tp.paths.variants(shop), count="share", of="persons")
    with pytest.raises(InvalidInputError, match="no column with the number of people"):
        tp.experience.suppress(tp.paths.complexity(shop))


@pytest.mark.parametrize("wrong", [None, {"a": 1}, [1, 2], "table"])
def test_other_kinds_are_refused(wrong: Any) -> None:
    """Only results of analyses have columns to compare."""
    with pytest.raises(WrongKindError, match="takes the result of an analysis, not"):
        tp.experience.suppress(wrong)
