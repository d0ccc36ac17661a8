"""Writers: what is written and read again is equal, as CSV and as Parquet, and as dataframes."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.sources import story
from touchpoints._core.frozen import Coded

SHOP = tp.datasets.shop(60, seed=2)
Writer = Callable[..., Any]
PAIRS = [
    pytest.param(tp.sources.write_csv, tp.sources.csv, id="csv"),
    pytest.param(tp.sources.write_parquet, tp.sources.parquet, id="parquet"),
]


def again(journeys: tp.Journeys, write: Writer, read: Writer, **options: Any) -> tp.Journeys:
    """Write journeys, read the mapping from its file, and read the journeys with it."""
    with tempfile.TemporaryDirectory() as folder:
        path, mapping = Path(folder, "log"), Path(folder, "log.toml")
        made = write(journeys, path, mapping=mapping, **options)
        assert tp.sources.read_mapping(mapping) == made
        return read(path, mapping=mapping)


def filled(journeys: tp.Journeys) -> tp.Journeys:
    """Return the journeys that have an interaction."""
    return tp.select(journeys, np.diff(journeys.offsets) > 0)


@pytest.mark.parametrize(("write", "read"), PAIRS)
@pytest.mark.parametrize(
    "journeys",
    [
        SHOP,
        tp.until(SHOP, "purchase", outcome="won"),
        tp.mark(SHOP, "won", when="purchase"),
        tp.collapse(SHOP, by="channel"),
        tp.collapse(SHOP, by=("need", "channel")),
        tp.split_by_gap(attrs.evolve(SHOP, values={}), gap=dt.timedelta(hours=1)),
        tp.relabel(SHOP, {"purchase": '50% [off], "now"\nnext; (x)'}),
    ],
    ids=["plain", "until", "mark", "channel", "need and channel", "split", "odd names"],
)
def test_what_is_written_is_read_again(journeys: tp.Journeys, write: Writer, read: Writer) -> None:
    """Facets, outcomes with their times, values, lens, kept columns, the end of the log."""
    journeys = filled(journeys)
    assert tp.first_difference(journeys, again(journeys, write, read)) == ""


@pytest.mark.parametrize(("write", "read"), PAIRS)
@given(data=st.data())
def test_any_journeys_are_read_again(data: Any, write: Writer, read: Writer) -> None:
    """Random journeys: ids, persons, counts, ends, censoring and kept columns of all kinds."""
    journeys = data.draw(strategies.journeys())
    if journeys.times is None:
        with pytest.raises(tp.errors.InvalidInputError, match="no times"):
            again(journeys, write, read)
        return
    journeys = filled(journeys)
    if len(journeys):
        assert tp.first_difference(journeys, again(journeys, write, read)) == ""


ODD = [
    "a",
    "",
    " lead",
    "trail ",
    'quo"te',
    "two\nlines",
    "\r\n",
    "ñ 漢 🎉",
    ";,\t|",
    "007",
    "1e5",
    "nan",
]


@pytest.mark.parametrize(("write", "read"), PAIRS)
def test_texts_come_back_as_they_are(write: Writer, read: Writer) -> None:
    """Unicode, quotes, line breaks and numbers that are ids; blank text is missing, as in logs."""
    rows = [
        {
            "id": f"7 {one}",
            "at": f"2026-01-0{n % 9 + 1}",
            "what": one if one.strip() else "-",
            "x": one,
        }
        for n, one in enumerate(ODD)
    ]
    log = tp.from_records(
        rows,
        journey="id",
        time="at",
        touchpoint="what",
        person="x",
        per_interaction=("x",),
        per_journey=("id",),
    )
    found = again(log, write, read)

    assert tp.first_difference(log, found) == ""
    blank = {"", "\r\n"}
    assert found.per_interaction["x"].to_list() == [None if one in blank else one for one in ODD]


@pytest.mark.parametrize(("write", "read"), PAIRS)
def test_columns_of_all_kinds_come_back(write: Writer, read: Writer) -> None:
    """Truth, integers beyond 2^53, numbers with gaps, infinity and instants."""
    m, n = len(SHOP.codes), len(SHOP)
    log = attrs.evolve(
        SHOP,
        per_interaction={
            "flag": np.arange(m) % 2 == 0,
            "large": np.arange(m) + 2**60,
            "gaps": np.where(np.arange(m) % 3 == 0, np.nan, np.arange(m) / 7),
            "ends": np.full(m, -np.inf),
            "when": np.array(["NaT", *["2026-01-01T10:00:00.000001"] * (m - 1)], "datetime64[us]"),
        },
        per_journey={"unsigned": np.arange(n, dtype=np.uint64) + 2**63},
    )
    assert tp.first_difference(log, again(log, write, read)) == ""


@pytest.mark.parametrize(("write", "read"), PAIRS)
def test_kept_columns_may_have_the_names_of_others(write: Writer, read: Writer) -> None:
    """A column called time, one called journey, one that typing adds, one of both kinds."""
    m, n = len(SHOP.codes), len(SHOP)
    log = attrs.evolve(
        SHOP,
        per_interaction={
            "time": np.arange(m),
            "channel": Coded(np.zeros(m, dtype=np.int32), ("x",)),
            "need_from": np.ones(m, dtype=np.int8),
            " both ": np.arange(m),
        },
        per_journey={"both": np.arange(n), "journey": np.arange(n) / 2, "2026": np.arange(n)},
    )
    assert tp.first_difference(log, again(log, write, read)) == ""


@pytest.mark.parametrize(("write", "read"), PAIRS)
def test_persons_that_are_numbers_may_lack(write: Writer, read: Writer) -> None:
    """Integers stay integers, and None stays None."""
    persons = np.array([None, *range(1, len(SHOP))], dtype=object)
    log = attrs.evolve(SHOP, persons=persons)
    found = again(log, write, read)

    assert tp.first_difference(log, found) == ""
    assert found.persons[:2].tolist() == [None, 1]


@pytest.mark.parametrize(("write", "read"), PAIRS)
def test_naive_times_stay_as_written(write: Writer, read: Writer) -> None:
    """No zone is added."""
    log = attrs.evolve(SHOP, meta=attrs.evolve(SHOP.meta, timezone=None))
    assert tp.first_difference(log, again(log, write, read)) == ""


@pytest.mark.parametrize(("write", "read"), PAIRS)
def test_another_taxonomy_is_passed_when_reading(
    tmp_path: Path, write: Writer, read: Writer
) -> None:
    """The touchpoints are there without it; the metadata have it with it."""
    own = attrs.evolve(tp.load_taxonomy("customer"), name="mine")
    log = attrs.evolve(SHOP, meta=attrs.evolve(SHOP.meta, taxonomy=own))
    mapping = write(log, tmp_path / "log")

    assert set(read(tmp_path / "log", mapping=mapping).touchpoints) == set(log.touchpoints)
    assert tp.first_difference(log, read(tmp_path / "log", mapping=mapping, taxonomy=own)) == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_csv_of_other_dialects(separator: str, encoding: str) -> None:
    """As other programs want it."""
    found = again(
        SHOP, tp.sources.write_csv, tp.sources.csv, separator=separator, encoding=encoding
    )
    assert tp.first_difference(SHOP, found) == ""


def test_a_character_that_the_encoding_lacks_is_named(tmp_path: Path) -> None:
    """Not replaced in silence."""
    log = tp.relabel(SHOP, {"purchase": "買う"})
    with pytest.raises(tp.errors.InvalidInputError, match="cannot be written in cp1252: '買'"):
        tp.sources.write_csv(log, tmp_path / "log.csv", encoding="cp1252")


def test_journeys_without_interactions_are_told(tmp_path: Path) -> None:
    """One row for each interaction holds none of them."""
    empty = tp.until(SHOP, "search_query", outcome="x")
    count = int((np.diff(empty.offsets) == 0).sum())
    assert count > 0
    with pytest.warns(tp.errors.TouchpointsWarning, match=f"{count} journeys without"):
        tp.sources.write_csv(empty, tmp_path / "log.csv")


def test_the_rows_are_those_of_the_standard_library(tmp_path: Path) -> None:
    """A naive twin writes what is read from the journeys one by one."""
    tp.sources.write_csv(SHOP, tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    twin = [
        (str(one.id), one.person, f"{time}Z", touchpoint.key, touchpoint.need)
        for one in SHOP
        for time, touchpoint in zip(one.times, one.touchpoints, strict=True)
    ]
    names = ("journey", "person", "time", "touchpoint", "need")
    assert [tuple(row[name] or "unknown" for name in names) for row in rows] == twin


# ------------------------------------------------------------------------------ columns and frames


def test_columns_say_what_the_journeys_hold() -> None:
    """Hand-worked: columns that say nothing are left out."""
    rows = [
        {"id": "b", "who": "ana", "at": "2026-01-02", "what": "x", "n": 2},
        {"id": "a", "who": None, "at": "2026-01-01", "what": "y", "n": 1},
        {"id": "b", "who": "ana", "at": "2026-01-01", "what": "y", "n": 2},
    ]
    log = tp.from_records(rows, journey="id", time="at", touchpoint="what", person="who", count="n")
    found = tp.to_columns(tp.mark(log, "seen", when="x"))

    assert list(found) == [
        "journey", "person", "time", "touchpoint", "count", "outcome seen", "reached seen",
    ]  # fmt: skip
    assert found["journey"].tolist() == ["b", "b", "a"]
    assert found["person"].tolist() == ["ana", "ana", None]
    assert found["touchpoint"].to_list() == ["y", "x", "y"]
    assert found["count"].tolist() == [2, 2, 1]
    assert found["outcome seen"].tolist() == [1, 1, 0]
    assert np.isnat(found["reached seen"]).tolist() == [False, False, True]
    assert list(tp.to_columns(log)) == ["journey", "person", "time", "touchpoint", "count"]


def test_a_number_is_added_to_a_name_that_is_taken() -> None:
    """So that no column is lost."""
    log = attrs.evolve(
        SHOP, per_journey={"time": np.arange(len(SHOP)), "time (2)": np.arange(len(SHOP))}
    )
    assert [one for one in tp.to_columns(log) if "time" in one] == [
        "time",
        "time (2)",
        "time (2) (2)",
    ]


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_a_dataframe_is_read_again(library: str) -> None:
    """What from_frame reads of it is equal, where touchpoints are ids of the taxonomy."""
    web = tp.from_columns(
        {
            "who": [one.person for contacts in story.WEB for one in contacts],
            "visit": [n for n, contacts in enumerate(story.WEB) for _ in contacts],
            "at": [one.at for contacts in story.WEB for one in contacts],
            "what": [one.what for contacts in story.WEB for one in contacts],
            "source": [one.source for contacts in story.WEB for one in contacts],
        },
        journey="visit",
        time="at",
        touchpoint="what",
        person="who",
        tz="Europe/Madrid",
        taxonomy=tp.load_taxonomy("customer"),
        per_interaction=("source",),
    )
    frame = getattr(web, f"to_{library}")()
    found = tp.from_frame(
        frame,
        journey="journey",
        time="time",
        touchpoint="touchpoint",
        person="person",
        tz="Europe/Madrid",
        taxonomy=tp.load_taxonomy("customer"),
        per_interaction=("source",),
    )

    assert tp.first_difference(web, found) == ""


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_frames_of_any_journeys_hold_the_columns(library: str) -> None:
    """No journeys, no texts, ids of both kinds."""
    for log in (SHOP, SHOP[:0], attrs.evolve(SHOP, ids=[f"j{n}" for n in range(len(SHOP))])):
        frame = getattr(log, f"to_{library}")()
        columns = tp.to_columns(log)
        assert list(getattr(frame, "column_names", frame.columns)) == list(columns)
        assert len(frame) == len(log.codes)


def test_frames_without_rows_have_the_kinds_of_those_with_rows() -> None:
    """So that parts of a log can be put together again; ids that are numbers stay numbers."""
    rows = [{"id": "a", "who": "ana", "at": "2026-01-05", "what": "visit"}]
    names = {"journey": "id", "person": "who", "time": "at", "touchpoint": "what"}
    texts = tp.from_records(rows, **names)
    numbers = tp.from_records([{**rows[0], "id": 7}], **names)
    nobody = tp.from_records([*rows, {**rows[0], "id": "b", "who": None}], **names)[1:]

    for journeys in (texts, numbers):
        assert journeys[:0].to_polars().schema == journeys.to_polars().schema
        assert journeys[:0].to_arrow().schema == journeys.to_arrow().schema
    assert nobody.to_polars().schema == texts.to_polars().schema
    assert nobody.to_arrow().schema == texts.to_arrow().schema


def test_the_missing_touchpoint_comes_back(tmp_path: Path) -> None:
    """Its key is in parentheses, and a text in parentheses is another."""
    rows = {"id": [1, 1], "at": ["2026-01-01", "2026-01-02"], "what": [None, "(missing)"]}
    log = tp.from_columns(rows, journey="id", time="at", touchpoint="what", unmatched="keep")
    mapping = tp.sources.write_csv(log, tmp_path / "log.csv")

    assert [one.key for one in log.touchpoints] == ["(missing)", "%28missing%29"]
    assert tp.first_difference(log, tp.sources.csv(tmp_path / "log.csv", mapping=mapping)) == ""
