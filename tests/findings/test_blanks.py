"""Text that is nothing but space says as little as empty text."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, WrongKindError

BLANKS = [" ", "", "\t", "\u200b", "\u00a0"]
MAKERS = [dict, pd.DataFrame, pl.DataFrame, pa.table, lambda columns: pl.DataFrame(columns).lazy()]


def table(**columns: list[Any]) -> dict[str, list[Any]]:
    """Return seven rows, of which the columns given hold five blanks."""
    whole = {"id": ["a", "b", *"ababa"], "day": [f"2026-01-0{day}" for day in range(1, 8)],
             "what": list("xyxyxyx"), "who": ["p", "q", *"pqpqp"]}  # fmt: skip
    return {**whole, **columns}


def read(source: Any, **options: Any) -> tp.Journeys:
    """Read such a table."""
    return tp.from_frame(source, journey="id", time="day", touchpoint="what", **options)


@pytest.mark.parametrize("make", MAKERS)
def test_blank_ids_are_no_journey(make: Any) -> None:
    """Rows with a blank id belong to no journey, as those with an empty one, and are counted."""
    journeys = read(make(table(id=["a", "b", *BLANKS])))

    assert ["a", "b"] == journeys.ids.tolist()
    assert 5 == journeys.meta.report.without_journey == journeys.meta.report.dropped


@pytest.mark.parametrize("make", MAKERS)
def test_blank_names_are_no_touchpoints(make: Any) -> None:
    """Rows with a blank name have no touchpoint."""
    source = make(table(what=["x", "y", *BLANKS]))
    with pytest.raises(tp.errors.InvalidInputError, match="5 rows have no touchpoint name"):
        read(source)
    journeys = read(source, unmatched="drop")

    assert ["x", "y"] == [one.key for one in journeys.touchpoints]
    assert 5 == journeys.meta.report.without_touchpoint


@pytest.mark.parametrize("make", MAKERS)
def test_blank_times_are_missing(make: Any) -> None:
    """Rows with a blank time have no place, whatever format the times are in."""
    for times, time_format in (
        (["2026-01-01", "2026-01-02"], None),
        (["01.01.2026", "02.01.2026"], "%d.%m.%Y"),
        (["1767225600", "1767312000"], "epoch_s"),
    ):
        journeys = read(make(table(day=[*times, *BLANKS])), time_format=time_format)
        assert ["2026-01-01", "2026-01-02"] == journeys.times.astype("M8[D]").astype(str).tolist()
        assert 5 == journeys.meta.report.without_time


@pytest.mark.parametrize("make", MAKERS)
def test_blank_persons_are_nobody_and_blank_values_nothing(make: Any) -> None:
    """A blank person is none that journeys share; a kept value that is blank is missing."""
    source = make(table(id=["a", "b", *"cdefg"], who=["p", "q", *BLANKS]))
    journeys = read(source, person="who", per_journey=["who"], per_interaction=["what"])

    assert ["p", "q", *[None] * 5] == journeys.persons.tolist()
    assert ["p", "q", *[None] * 5] == journeys.per_journey["who"].to_list()


def test_blank_ids_in_categories_are_missing() -> None:
    """The same holds of categorical columns."""
    columns = table(id=["a", "b", *BLANKS])
    frame = pd.DataFrame(columns).astype({"id": "category"})
    polars = pl.DataFrame(columns, schema_overrides={"id": pl.Categorical})

    assert [["a", "b"]] * 2 == [read(one).ids.tolist() for one in (frame, polars)]


@pytest.mark.parametrize("name", [" ", "\t", "\u00a0", "", "\u200b", "\ufeff"])
def test_blank_names_name_nothing(name: str) -> None:
    """Neither an outcome nor a group: a table would have a column or rows without a name."""
    log = read(table())

    with pytest.raises(WrongKindError, match="the name of an outcome must be non-empty text"):
        tp.mark(log, name, when="x")
    with pytest.raises(WrongKindError, match="the name of an outcome must be non-empty text"):
        tp.until(log, "x", outcome=name)
    with pytest.raises(WrongKindError, match="two texts that are not blank"):
        tp.compare.pair(log[:1], log[1:], names=(name, "b"))


def test_groups_of_one_name_are_refused() -> None:
    """Nobody could tell which of them a row is about."""
    log = read(table())

    with pytest.raises(InvalidInputError, match="different names, got 'new' twice"):
        tp.compare.pair(log[:1], log[1:], names=("new", "new"))
    for names in (("new",), ("a", "b", "c"), "ab", (1, 2)):
        with pytest.raises(WrongKindError, match="two texts"):
            tp.compare.pair(log[:1], log[1:], names=names)
