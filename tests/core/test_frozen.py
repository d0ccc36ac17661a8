"""Immutable values: mappings, columns, coded text, tables."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.frozen import (
    Coded,
    FrozenMap,
    code_values,
    integers,
    is_missing,
    owned,
    read_only,
    same_array,
)
from touchpoints._core.tables import Table, column
from touchpoints.errors import InvalidInputError

NAN = float("nan")
COPIES = [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]


# --------------------------------------------------------------------------------------- mappings


def test_a_frozen_map_is_a_mapping_that_cannot_be_changed() -> None:
    """It keeps its order, compares with dicts and hashes by content."""
    mapping = FrozenMap({"b": 1, "a": 2})

    assert ["b", "a"] == list(mapping)
    assert {"a": 2, "b": 1} == mapping
    assert 1 == len({mapping, FrozenMap({"a": 2, "b": 1})})
    with pytest.raises(TypeError):
        mapping["c"] = 3  # type: ignore[index]


def test_a_frozen_map_does_not_follow_the_dict_it_was_made_of() -> None:
    """The caller's dict may change afterwards."""
    source = {"a": 1}
    mapping = FrozenMap(source)
    source["b"] = 2

    assert {"a": 1} == mapping


@pytest.mark.parametrize("again", COPIES)
def test_a_frozen_map_can_be_copied_and_pickled(again: Any) -> None:
    """Unlike ``types.MappingProxyType``."""
    assert FrozenMap({"a": (1, 2)}) == again(FrozenMap({"a": (1, 2)}))


# ----------------------------------------------------------------------------------------- arrays


def test_the_callers_array_is_copied_and_stays_writable() -> None:
    """Later changes of the caller's array have no effect, and it is not made read-only."""
    given_array = np.array([1, 2])

    frozen = read_only(given_array)
    given_array[0] = 9

    assert [1, 2] == frozen.tolist()
    assert not frozen.flags.writeable


def test_a_read_only_view_of_a_writable_array_is_copied() -> None:
    """A read-only view can still change through its base."""
    base = np.array([1, 2, 3])
    view = base[:2]
    view.flags.writeable = False

    frozen = read_only(view)
    base[0] = 9

    assert [1, 2] == frozen.tolist()


def test_a_read_only_array_is_not_copied() -> None:
    """Rebuilding a record with `attrs.evolve` costs nothing."""
    frozen = read_only([1, 2, 3])

    assert read_only(frozen) is frozen
    assert read_only(frozen[1:]).base is frozen
    assert integers(frozen, np.int64, name="x") is frozen


def test_an_owned_array_is_frozen_down_to_its_base() -> None:
    """A view of a new array is made read-only together with its base."""
    base = np.arange(4)

    assert not owned(base.view("datetime64[us]")).flags.writeable
    assert not base.flags.writeable


@pytest.mark.parametrize(
    "values",
    [[1.5], [NAN], [np.inf], [2**40], ["one"], ["1"], [None], np.array([2**32]), [1 + 0j, 1j]],
)
def test_numbers_that_do_not_fit_raise(values: Any) -> None:
    """A cast would silently turn 1.5 into 1 and 2**32 into 0."""
    with pytest.raises(InvalidInputError, match="codes must hold whole numbers"):
        integers(values, np.int32, name="codes")


@pytest.mark.parametrize("values", [[], [1, 2], (1.0, 2.0), [True], np.array([1], np.uint64)])
def test_whole_numbers_of_any_type_are_accepted(values: Any) -> None:
    """Lists, tuples and arrays of whole numbers of any dtype."""
    assert np.asarray(values).tolist() == integers(values, np.int32, name="codes").tolist()


def test_same_array_treats_nan_as_equal() -> None:
    """And NaT; but 1 and 1.0, or None and an array, are not the same."""
    day = np.array(["2026-01-01", "NaT"], dtype="datetime64[us]")

    assert same_array(np.array([NAN, 1]), np.array([NAN, 1]))
    assert same_array(day, day.copy())
    assert same_array(None, None)
    assert not same_array(None, day)
    assert not same_array(np.array([1]), np.array([1.0]))
    assert not same_array(np.array([1]), np.array([1, 1]))


# ------------------------------------------------------------------------------------- coded text


@given(st.lists(st.sampled_from(["a", "b", "", None, "NA", "é"])))
def test_text_is_restored_from_its_codes(values: list[str | None]) -> None:
    """Empty text is missing, all other text is kept unchanged."""
    coded = code_values(values)

    assert [value or None for value in values] == coded.to_list()
    assert len(set(coded.categories)) == len(coded.categories)


def test_missing_values() -> None:
    """None, empty and blank text, nan of every type, NaT and pandas.NA; not 0 or False."""
    pandas = pytest.importorskip("pandas")
    gone = [
        None,
        "",
        " ",
        "\t\u00a0",
        NAN,
        np.nan,
        np.float32("nan"),
        np.datetime64("NaT", "us"),
        Decimal("nan"),
    ]
    gone += [pandas.NA, pandas.NaT]

    assert [] == [value for value in gone if not is_missing(value)]
    assert [] == [value for value in (0, False, " x", "nan", 0.0, (), "NaT") if is_missing(value)]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([7, "7", None], ["7", "7", None]),
        ([1.0, 2.0, NAN], ["1", "2", None]),
        ([1, 2.0, None], ["1", "2", None]),
        ([1.5, 2.0, NAN], ["1.5", "2.0", None]),
        ([1, True, "True"], ["1", "True", "True"]),
        ([0, False, None], ["0", "False", None]),
        ([np.int64(3), 3], ["3", "3"]),
        ([np.nan, NAN, "x"], [None, None, "x"]),
        ([Decimal("1.50"), "x"], ["1.50", "x"]),
    ],
)
def test_other_values_are_converted_to_text(values: list[Any], texts: list[Any]) -> None:
    """As in a file; integers that a missing value turned into floats have no decimal point."""
    assert texts == code_values(values).to_list()


def test_a_value_that_is_not_a_scalar_raises() -> None:
    """A list in a cell raises an error of this library, not a bare TypeError."""
    with pytest.raises(
        InvalidInputError, match="of type list, and a cell must hold a single value"
    ):
        code_values(["a", ["b"]])


@pytest.mark.parametrize("codes", [[2], [-2], [0, 5]])
def test_codes_must_point_at_categories(codes: list[int]) -> None:
    """-1 is missing; anything else outside the categories is an error."""
    with pytest.raises(InvalidInputError, match="outside the 2 categories"):
        Coded(codes, ("a", "b"))


def test_categories_are_distinct() -> None:
    """Two codes for the same text would be two groups with the same name."""
    with pytest.raises(InvalidInputError, match="a category occurs twice .'a'"):
        Coded([0, 1], ("a", "b", "a"))


def test_taking_rows_keeps_the_categories() -> None:
    """By position, by mask and by slice; the result is read-only too."""
    column = Coded([0, 1, -1], ("a", "b"))

    assert ["b", "a"] == column.take(np.array([1, 0])).to_list()
    assert ["a", None] == column.take(np.array([True, False, True])).to_list()
    assert ["b", None] == column.take(slice(1, None)).to_list()
    assert not column.take(np.array([1])).codes.flags.writeable


def test_coded_columns_compare_by_value() -> None:
    """The order of the categories has no effect."""
    assert Coded([0, 1, -1], ("a", "b")) == Coded([1, 0, -1], ("b", "a"))
    assert Coded([0], ("a", "b")) != Coded([1], ("a", "b"))
    assert Coded([0], ("a",)) != ["a"]


# ------------------------------------------------------------------------------ copies and pickles


@attrs.frozen(repr=False)
class Shares(Table):
    """A table with a column of text, one of numbers, and a scalar."""

    label: np.ndarray = column(object)
    share: np.ndarray = column(np.float64)
    total: int = 0


@pytest.mark.parametrize("again", COPIES)
def test_copies_and_pickles_cannot_be_written_to(again: Any) -> None:
    """Unpickled numpy arrays are writable; unpickled tables and coded text stay read-only."""
    coded, table = Coded([0, -1], ("a",)), Shares(["x", "y"], [0.25, NAN], 7)

    assert coded == again(coded)
    assert table == again(table)
    assert not again(coded).codes.flags.writeable
    assert not again(table).share.flags.writeable
    assert not again(table).label.flags.writeable


def test_the_repr_of_a_table() -> None:
    """Length, scalars, aligned columns; HTML with all text escaped."""
    table = Shares(["<b>", "y"], [0.25, NAN], 7)

    assert "Shares: 2 rows, total 7\nlabel  share\n<b>     0.25\ny        nan" == repr(table)
    assert "<td>&lt;b&gt;</td>" in table._repr_html_()
    assert [{"label": "<b>", "share": 0.25}] == table.to_dicts()[:1]


def test_the_repr_of_a_long_table_counts_the_other_rows() -> None:
    """Ten rows are shown."""
    table = Shares([str(row) for row in range(1012)], np.zeros(1012))

    assert repr(table).endswith("… 1,002 more rows")
    assert "1,002 more rows" in table._repr_html_()


def test_a_table_converts_to_dataframes() -> None:
    """Columns are equal in all three; changing a dataframe does not change the table."""
    for package in ("pandas", "polars", "pyarrow"):
        pytest.importorskip(package)
    table = Shares(["x", "y"], [0.25, 0.75])

    frame = table.to_pandas()
    frame.loc[0, "share"] = 9

    assert [0.25, 0.75] == table.share.tolist()
    assert ["x", "y"] == frame["label"].tolist()
    assert {"label": ["x", "y"], "share": [0.25, 0.75]} == table.to_polars().to_dict(
        as_series=False
    )
    assert {"label": ["x", "y"], "share": [0.25, 0.75]} == table.to_arrow().to_pydict()


def test_columns_of_different_length_raise() -> None:
    """The message names each column with its length."""
    with pytest.raises(InvalidInputError, match="'label': 1, 'share': 2"):
        Shares(["x"], [0.25, 0.75])
