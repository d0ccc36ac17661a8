"""Arrays and columns as scientific formats and other libraries hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp


def read(source: Any, **options: Any) -> tp.Journeys:
    """Read a table whose columns are id, day and what."""
    return tp.from_frame(source, journey="id", time="day", touchpoint="what", **options)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("order", [">", "<"])
def test_times_in_any_byte_order(unit: str, order: str) -> None:
    """HDF5, FITS and NetCDF keep the most significant byte first."""
    days = np.array(["2026-01-01T10:00", "NaT", "2026-01-02"], f"{order}M8[{unit}]")
    columns = {"id": [1, 2, 3], "day": days, "what": list("xyz"), "seen": days}
    journeys = read(columns, per_interaction=["seen"])

    assert ["2026-01-01T10:00", "2026-01-02T00:00"] == [str(one)[:16] for one in journeys.times]
    assert journeys.times.tolist() == journeys.per_interaction["seen"].tolist()


@pytest.mark.parametrize("kind", [">u8", ">i8", ">i4", ">f8"])
def test_ids_in_any_byte_order(kind: str) -> None:
    """Numbers in another byte order are these numbers, also beyond the signed ones."""
    high = {">u8": 2**64 - 1, ">i8": 2**62 + 1, ">i4": 2**31 - 1, ">f8": 2**53 - 1}[kind]
    columns = {"id": np.array([1, high], kind), "day": ["2026-01-01"] * 2, "what": list("xy"),
               "n": np.array([3, 4], kind)}  # fmt: skip
    journeys = read(columns, count="n", per_interaction=["n"], tiebreak="n")

    assert [1, high] == journeys.ids.tolist()
    assert [3, 4] == journeys.counts.tolist() == journeys.per_interaction["n"].tolist()


@pytest.mark.parametrize(
    "values", [[1, 1, 2], [1.0, 1.0, 2.0], ["1", "1", "2"], [True, True, False]]
)
def test_masked_ids_are_missing(values: list[Any]) -> None:
    """What a mask hides is no id: the row belongs to no journey."""
    ids = np.ma.array(values, mask=[False, True, False])
    columns = {"id": ids, "day": ["2026-01-01"] * 3, "what": list("xyz")}
    journeys = read(columns)

    assert [values[0], values[2]] == [type(values[0])(one) for one in journeys.ids] or (
        ["True", "False"] == journeys.ids.tolist()
    )
    assert 1 == journeys.meta.report.without_journey
    assert [False, True, False] == ids.mask.tolist()


@pytest.mark.parametrize("unit", ["D", "s", "us", "ns"])
def test_masked_times_are_missing(unit: str) -> None:
    """In every unit; and so are masked numbers of time."""
    days = np.array(["2026-01-01", "2026-01-02", "2026-01-03"], f"M8[{unit}]")
    columns = {"id": [1, 2, 3], "day": np.ma.array(days, mask=[0, 1, 0]), "what": list("xyz")}
    numbers = np.ma.array([1767225600, 0, 1767398400], mask=[0, 1, 0])

    for given, options in (
        (columns, {}),
        ({**columns, "day": numbers}, {"time_format": "epoch_s"}),
    ):
        journeys = read(given, **options)
        assert ["2026-01-01", "2026-01-03"] == [str(one)[:10] for one in journeys.times]
        assert 1 == journeys.meta.report.without_time


def test_masked_values_beside_others_in_a_list_are_missing() -> None:
    """Indexing a masked array gives numpy's masked value, which is no value."""
    columns = {"id": [1, np.ma.masked, 2], "day": ["2026-01-01"] * 3, "what": list("xyz")}
    assert [1, 2] == [int(one) for one in read(columns).ids]


def test_a_mask_that_hides_nothing_changes_nothing() -> None:
    """The same holds of kept columns: masked numbers are nan."""
    score = np.ma.array([5, 7], mask=[False, True])
    columns = {"id": np.ma.array([1, 2]), "day": ["2026-01-01"] * 2, "what": list("xy"), "s": score}
    journeys = read(columns, per_interaction=["s"])

    assert [1, 2] == journeys.ids.tolist()
    assert 5 == journeys.per_interaction["s"][0]
    assert np.isnan(journeys.per_interaction["s"][1])


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("name", ["id", "what", "kept"])
def test_bytes_are_refused(make: Any, name: str) -> None:
    """A binary column is text only in some encoding, which is not guessed."""
    columns = {"id": ["a", "b"], "day": ["2026-01-01"] * 2, "what": ["x", "y"], "kept": ["p", "q"],
               name: [b"x", b"y"]}  # fmt: skip
    with pytest.raises(tp.errors.InvalidInputError, match="bytes"):
        read(make(columns), per_interaction=["kept"])


def test_whole_numbers_in_a_dictionary_stay_whole_numbers() -> None:
    """Ids held as a categorical, or as arrow's dictionary, are what the dictionary holds."""
    columns = {"day": ["2026-01-01"] * 3, "what": list("xyz")}
    pandas = pd.DataFrame({**columns, "id": pd.Categorical([20, 10, None])})
    arrow = pa.table({**columns, "id": pa.array([20, 10, None]).dictionary_encode()})
    text = pd.DataFrame({**columns, "id": pd.Categorical(["20", "10", None])})

    assert [[20, 10]] * 2 == [read(one).ids.tolist() for one in (pandas, arrow)]
    assert ["20", "10"] == read(text).ids.tolist()


def test_records_with_more_cells_than_names_are_refused() -> None:
    """csv.DictReader keeps the cells of a row that have no name aside; they would be lost."""
    rows = [{"id": "a", "day": "2026-01-01", "what": "x"},
            {"id": "b", "day": "2026-01-01", "what": "y", None: ["z"]}]  # fmt: skip
    with pytest.raises(tp.errors.InvalidInputError, match=r"1 record has more cells.*1: \['z'\]"):
        tp.from_records(rows, journey="id", time="day", touchpoint="what")


def test_masks_of_columns_held_as_they_are() -> None:
    """Journeys built by hand: a masked end or number is missing, a masked code is refused."""
    names = (tp.taxonomy.untyped("x"),)
    days = np.ma.array(np.array(["2026-01-01", "2026-01-02"], "M8[us]"), mask=[False, True])
    ids = np.ma.array(["a", "b"], mask=[True, False])
    built = tp.Journeys(
        touchpoints=names,
        codes=[0, 0],
        offsets=[0, 2, 2],
        times=days.data,
        ends=days,
        persons=ids,
        per_journey={"spent": np.ma.array([1.5, 2.5], mask=[True, False])},
    )

    assert ["2026-01-01", "NaT"] == [str(one)[:10] for one in built.ends]
    assert [None, "b"] == built.persons.tolist()
    assert np.isnan(built.per_journey["spent"][0])
    hidden = np.ma.array([0, 0], mask=[False, True])
    with pytest.raises(tp.errors.InvalidInputError, match=r"codes is masked.*rows 1"):
        tp.Journeys(touchpoints=names, codes=hidden, offsets=[0, 2])
    with pytest.raises(tp.errors.InvalidInputError, match="counts is masked"):
        tp.Journeys(touchpoints=names, codes=[0, 0], offsets=[0, 1, 2], counts=hidden)


def test_masks_of_arguments_are_refused() -> None:
    """A selection or a number of trials that a mask hides is not known."""
    journeys = tp.from_paths({"path": ["a > b", "b > a"]}, path="path")
    with pytest.raises(tp.errors.InvalidInputError, match="the mask is masked"):
        tp.select(journeys, np.ma.array([True, True], mask=[False, True]))
    with pytest.raises(tp.errors.InvalidInputError, match="successes is masked"):
        tp.wilson(np.ma.array([1, 2], mask=[False, True]), [4, 4])
    assert 1 == len(tp.select(journeys, np.ma.array([True, False])))


@pytest.mark.parametrize("values", [[True, False], [1.5, 2.5], [10, 9]])
@pytest.mark.parametrize("make", ["pandas", "arrow"])
def test_categories_that_are_numbers_are_kept_as_numbers(make: str, values: list[Any]) -> None:
    """A categorical or dictionary of bools or numbers holds these, not their texts."""
    columns = {"id": ["a", "b"], "day": ["2026-01-01"] * 2, "what": ["x", "y"]}
    if make == "pandas":
        frame = pd.DataFrame({**columns, "kept": pd.Categorical(values)})
    else:
        frame = pa.table({**columns, "kept": pa.array(values).dictionary_encode()})
    journeys = read(frame, per_journey=["kept"])

    assert values == journeys.per_journey["kept"].tolist()
    assert type(values[0]) is type(journeys.per_journey["kept"].tolist()[0])
