"""What each engine does in its own way: local tables, hashes, times as integers, its errors."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from tests.conftest import ROOT
from tests.sources.engine import conftest as engines
from tests.sources.engine.conftest import Engine
from touchpoints.sources._engine import shims

TEXTS = [
    "it's", '"q"', "\\n \\", "line\nline\r", "é😀 ñ", "", "%s {x} $1 ? :a", "NULL", "';", None,
]  # fmt: skip
# A column as nobody would name it: quotes, a dot, a space, a backtick.
ODD = "o\"d`d. 'd"


def values(frame: nw.LazyFrame[Any], *names: str) -> list[Any]:
    """Return columns of a frame."""
    found = shims.collected(frame, asked="read the frame")
    rows = list(zip(*(found[name].to_list() for name in names), strict=True))
    return [one for (one,) in rows] if len(names) == 1 else rows


def test_the_engine_and_its_version_are_told(engine: Engine) -> None:
    """The report says which engine counted."""
    told = shims.engine_of(nw.from_native(engine.frame(pl.DataFrame({"a": [1]}))))
    name, number = told.split()
    assert name == {"spark": "pyspark"}.get(engine.name, engine.name)
    assert number[0].isdigit()


# ------------------------------------------------------------------------------------ local tables


def joined(engine: Engine, columns: dict[str, Any], rows: int) -> nw.LazyFrame[Any]:
    """Join a local table with a frame by `code`: alone, a table of ibis belongs to no engine."""
    frame = nw.from_native(engine.frame(pl.DataFrame({"row": range(rows)})))
    local = shims.local_table(frame, columns)
    return frame.join(local, left_on="row", right_on="code", how="inner")


def test_a_local_table_holds_any_text(engine: Engine) -> None:
    """Quotes, backslashes, newlines, what is a word or a mark of SQL, missing ones, integers."""
    columns = {"text": TEXTS, "code": range(len(TEXTS)), "some": [None, 2**62, *[-1] * 8]}
    local = joined(engine, columns, len(TEXTS))

    schema = local.collect_schema()
    assert [schema["text"], schema["some"]] == [nw.String, nw.Int64]
    expected = list(zip(*columns.values(), strict=True))
    assert sorted(values(local, "text", "row", "some"), key=lambda row: row[1]) == expected


def test_a_local_table_holds_nul_where_the_engine_can(engine: Engine) -> None:
    """PostgreSQL has no NUL in a text, and says so."""
    local = joined(engine, {"text": ["a\0b"], "code": [0]}, 1)
    if engine.name == "ibis-postgres":
        with pytest.raises(tp.errors.InvalidInputError, match="while it read the frame.*NUL"):
            values(local, "text")
    else:
        assert values(local, "text") == ["a\0b"]


def test_an_empty_local_table_keeps_its_types(engine: Engine) -> None:
    """An array tells integers, a list tells text."""
    local = joined(engine, {"text": [], "code": np.zeros(0, dtype=np.int64)}, 1)
    assert local.collect_schema()["text"] == nw.String
    assert values(local, "text", "row") == []


def test_a_local_table_of_many_rows_is_joined_with_the_frame(engine: Engine) -> None:
    """100,000 rows, by a text."""
    size = 100_000
    texts = [f"it's \n {n}" for n in range(size)]
    log = pl.DataFrame({"text": [*texts[::10], "unknown"], "row": range(size // 10 + 1)})
    frame = nw.from_native(engine.frame(log))
    local = shims.local_table(frame, {"text": texts, "code": np.arange(size)})
    joined = frame.join(local, on="text", how="inner")
    total = joined.select(nw.len().alias("n"), nw.col("code").sum(), nw.col("row").sum())
    (found,) = values(total, "n", "code", "row")

    assert found == (size // 10, sum(range(0, size, 10)), sum(range(size // 10)))


@pytest.mark.parametrize("engine", ["spark"], indirect=True)
def test_spark_sends_a_local_table_to_each_executor(engine: Engine) -> None:
    """Without the hint the whole log is shuffled by touchpoint."""
    threshold = "spark.sql.autoBroadcastJoinThreshold"
    before = engine.session.conf.get(threshold)
    engine.session.conf.set(threshold, "-1")
    try:
        local = joined(engine, {"text": ["a"], "code": [0]}, 1)
        plan = local.to_native()._jdf.queryExecution().executedPlan().toString()
    finally:
        engine.session.conf.set(threshold, before)
    assert "BroadcastHashJoin" in plan


# ----------------------------------------------------------------------------------- names, hashes


def test_columns_of_any_name_get_another(engine: Engine) -> None:
    """A dot is a part of a name, also in Spark."""
    frame = nw.from_native(engine.frame(pl.DataFrame({ODD: ["x"], "other": [1], "id": [2]})))
    found = shims.with_names(frame, {"journey": ODD, "again": ODD, "other": "id"})
    assert found.collect_schema().names() == ["journey", "again", "other"]
    assert values(found, "journey", "again", "other") == [("x", "x", 2)]


@pytest.mark.parametrize("column", ["text", "number", ODD])
def test_hashes_of_two_seeds_are_even_and_independent(engine: Engine, column: str) -> None:
    """Each of 10 x 10 cells gets its share of 20,000 ids, by a test of one in a million."""
    size, modulo = 20_000, 10
    ids = pl.DataFrame({"number": range(size)}).with_columns(
        text=pl.format("person {}", "number"), **{ODD: pl.format("{}", "number")}
    )
    frame = shims.with_names(nw.from_native(engine.frame(ids)), {"id": column})
    for name, seed in (("one", 1), ("two", 2), ("again", 1)):
        frame = shims.with_hash(frame, "id", name=name, modulo=modulo, seed=seed)
    assert frame.collect_schema()["one"] == nw.Int64
    found = np.array(values(frame, "one", "two", "again"))

    assert np.array_equal(found[:, 0], found[:, 2])
    cells = np.bincount(found[:, 0] * modulo + found[:, 1], minlength=modulo**2)
    assert len(cells) == modulo**2
    expected = size / modulo**2
    # The 99 degrees of freedom have mean 99 and exceed 177 with probability 2e-6.
    assert ((cells - expected) ** 2 / expected).sum() < 177


def test_an_id_has_one_hash_whatever_its_row(engine: Engine) -> None:
    """A person is taken whole."""
    ids = pl.DataFrame({"id": ["ana", "leo", "ana", "", "leo", "ana"]})
    frame = shims.with_hash(
        nw.from_native(engine.frame(ids)), "id", name="h", modulo=10**9, seed=2**80
    )
    found = set(values(frame, "id", "h"))
    assert len(found) == 3
    assert len({one for _, one in found}) == 3
    assert all(0 <= one < 10**9 for _, one in found)


# ------------------------------------------------------------------------------------------- times

START = dt.datetime(1970, 1, 1)
MOMENTS = [
    dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
    dt.datetime(1969, 12, 31, 23, 59, 59, 500_000),
    START,
    dt.datetime(1970, 1, 1, 0, 0, 0, 1),
    # Hours that a clock of New York, and one of Berlin, does not show.
    dt.datetime(2026, 3, 8, 2, 30),
    dt.datetime(2026, 3, 29, 2, 30, 0, 123_456),
    # An hour that one of New York shows twice.
    dt.datetime(2026, 11, 1, 1, 30),
    dt.datetime(1901, 1, 1, 12),
    dt.datetime(9999, 12, 30, 23, 59, 59, 999_999),
]


def microseconds(moment: dt.datetime) -> int:
    """Return the exact number."""
    return (moment - START) // dt.timedelta(microseconds=1)


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_datetimes_become_microseconds_exactly(engine: Engine, zone: str | None) -> None:
    """Whatever the zone of the session is; before 1970, and in hours that a clock leaves out."""
    times = pl.Series([*MOMENTS, None])
    if zone is not None:
        times = times.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    log = pl.DataFrame({"row": range(len(times)), ODD: times})
    frame = shims.with_names(nw.from_native(engine.frame(log)), {"row": "row", "at": ODD})
    frame = shims.with_microseconds(frame, "at", name="whole")

    assert frame.collect_schema()["whole"] == nw.Int64
    expected = [*enumerate(map(microseconds, MOMENTS)), (len(MOMENTS), None)]
    assert sorted(values(frame, "row", "whole")) == expected


def test_dates_become_microseconds_of_their_midnight(engine: Engine) -> None:
    """Before and after 1970."""
    days = [dt.date(1969, 12, 31), dt.date(1970, 1, 1), dt.date(2026, 3, 8), None]
    log = pl.DataFrame({"row": range(len(days)), "at": days})
    frame = shims.with_microseconds(nw.from_native(engine.frame(log)), "at", name="whole")
    expected = [-86_400_000_000, 0, 1_772_928_000_000_000, None]
    assert sorted(values(frame, "row", "whole")) == list(enumerate(expected))


@pytest.mark.parametrize("engine", ["polars", "duckdb", "ibis-duckdb"], indirect=True)
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_nanoseconds_are_rounded_down(engine: Engine, zone: str | None) -> None:
    """Also before 1970; Spark and PostgreSQL have none."""
    if engine.name == "ibis-duckdb" and zone is not None:
        pytest.skip("ibis does not know the type")
    whole = pl.Series([-1, -999, -1_000, -1_001, 1_999, None], dtype=pl.Int64)
    times = whole.cast(pl.Datetime("ns")).dt.replace_time_zone(zone)
    log = pl.DataFrame({"row": range(len(times)), "at": times})
    native = engine.frame(log)
    if engine.name == "duckdb" and not str(native.types[1]).endswith("_NS"):
        pytest.skip("this DuckDB has no nanoseconds with a zone")
    frame = shims.with_microseconds(nw.from_native(native), "at", name="whole")
    found = sorted(values(frame, "row", "whole"))
    assert [one for _, one in found] == [-1, -1, -1, -2, 1, None]


def test_milliseconds_become_microseconds(engine: Engine) -> None:
    """Coarser times are exact."""
    times = pl.Series([-1, 1_500], dtype=pl.Int64).cast(pl.Datetime("ms"))
    log = pl.DataFrame({"row": [0, 1], "at": times})
    frame = shims.with_microseconds(nw.from_native(engine.frame(log)), "at", name="whole")
    assert sorted(values(frame, "row", "whole")) == [(0, -1_000), (1, 1_500_000)]


# ------------------------------------------------------------------------------------------ errors


def test_a_query_that_fails_says_engine_and_question(engine: Engine) -> None:
    """A text that is no number, found while the query runs; the engine's error is the cause."""
    log = pl.DataFrame({"text": ["1", "2", "three"]})
    frame = nw.from_native(engine.frame(log)).select(nw.col("text").cast(nw.Int64))
    with pytest.raises(tp.errors.InvalidInputError) as caught:
        shims.collected(frame, asked="counted the paths")
    told = str(caught.value)
    assert f"the engine ({shims.engine_of(frame)}) failed while it counted the paths: " in told
    assert "three" in told
    assert len(told) < 1_500
    assert caught.value.__cause__ is not None


def test_errors_of_this_library_pass_through(engine: Engine) -> None:
    """They already say what is wrong."""
    frame = nw.from_native(engine.frame(pl.DataFrame({"a": [1]})))
    mine = tp.errors.NotFoundError("no such column")
    with (
        pytest.raises(tp.errors.NotFoundError, match="no such column"),
        shims.engine_errors(frame, asked="counted"),
    ):
        raise mine


@pytest.mark.parametrize("name", ["duckdb", "ibis-duckdb", "ibis-postgres"])
def test_a_closed_session_is_named(name: str, tmp_path: Path) -> None:
    """The frame was made while it was open."""
    with engines.started(name, tmp_path) as engine:
        frame = nw.from_native(engine.frame(pl.DataFrame({"a": [1]})))
        close = "close" if name == "duckdb" else "disconnect"
        getattr(engine.session, close)()
        with pytest.raises(tp.errors.InvalidInputError, match="session or connection is closed"):
            shims.collected(frame, asked="counted")


OF_SPARK = """
import sys, pathlib, polars, narwhals.stable.v2 as nw
from tests.conftest import ROOT
from tests.sources.engine import conftest as engines
from touchpoints.sources._engine import shims
with engines.started("spark", pathlib.Path(sys.argv[1])) as engine:
    frame = nw.from_native(engine.frame(polars.DataFrame({"a": [1]})))
    engine.session.stop()
    for asked in (lambda: frame.select(nw.col("a") + 1), lambda: shims.collected(frame, asked="")):
        try:
            with shims.engine_errors(frame, asked="counted"):
                asked()
        except shims.InvalidInputError as error:
            print(error)
"""


def test_a_closed_session_of_spark_is_named(tmp_path: Path) -> None:
    """In a process of its own, which has one session; when a query is built, and when it is run."""
    engines.need("pyspark")
    places = os.pathsep.join(["src", "."])
    done = subprocess.run(
        [sys.executable, "-c", OF_SPARK, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": places},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.count("session or connection is closed") == 2, done.stdout + done.stderr


def test_the_cause_that_java_gives_is_told() -> None:
    """What Spark says first is where it was noticed, and the trace after it is Java's."""
    frame = nw.from_native(pl.LazyFrame({"a": [1]}))
    said = (
        "An error occurred\n: in awaitResult\n\tat a.b(C)\n\tat d\nCaused by: no space left\n\tat e"
    )
    with (
        pytest.raises(tp.errors.InvalidInputError, match="An error occurred .*Caused by: no space"),
        shims.engine_errors(frame, asked="counted"),
    ):
        raise RuntimeError(said)


# ------------------------------------------------------------------------------------ other engines


def test_an_engine_without_ordered_windows_is_named() -> None:
    """Dask has none, and the error says which engines do."""
    dask = pytest.importorskip("dask.dataframe", reason="dask is absent")
    native = dask.from_pandas(pl.DataFrame({"a": [1, 2], "b": [1, 2]}).to_pandas(), npartitions=1)
    frame = nw.from_native(native)
    with (
        pytest.raises(tp.errors.InvalidInputError, match="(?s)dask.* lacks.*polars, DuckDB, Spark"),
        shims.engine_errors(frame, asked="counted"),
    ):
        frame.with_columns(nw.col("a").cum_sum().over("b", order_by="a"))
    for refused in (
        lambda: shims.local_table(frame, {"a": [1]}),
        lambda: shims.with_microseconds(frame, "a", name="b"),
    ):
        with pytest.raises(tp.errors.InvalidInputError, match="one of polars, .* got dask 2"):
            refused()
    hashed = shims.with_hash(frame, "a", name="h", modulo=7, seed=1)
    assert all(0 <= one < 7 for one in values(hashed, "h"))
