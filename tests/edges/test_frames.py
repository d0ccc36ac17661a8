"""One log in every kind of frame: the same journeys, and the caller's frame as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from touchpoints._core import frames
from touchpoints._core.arrays import threads
from touchpoints._core.arrays.sorting import logs, ordering
from touchpoints._core.frozen import Coded
from touchpoints.errors import (
    InvalidInputError,
    NotFoundError,
    TouchpointsWarning,
    WrongKindError,
)
from touchpoints.taxonomy import load_taxonomy

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

Columns = dict[str, list[Any]]
CONNECTION = duckdb.connect()
START = dt.datetime(2026, 1, 1, 12)
TEXT = ("id", "what", "page", "person")
LOG: Columns = {
    "id": ["NA", "b", "é", "NA", None, "b", "", "NA", "b", "b"],
    "at": [START + dt.timedelta(milliseconds=50 * step) for step in (9, 3, 5, 1, 2, 3, 4, 9, 3)]
    + [None],
    "end": [
        START + dt.timedelta(seconds=one) if one else None for one in (9, 0, 5, 0, 2, 3, 4, 9, 3, 9)
    ],
    "what": ["Payment (card)", "a [b]", "日本", "search", "x", None, "x", "NA", "a [b]", "x"],
    "page": ["/", None, "/é", "/", "/", "", "/", "/x", "/", "/"],
    "person": ["p1", "p2", None, "p1", "p1", "p2", "p1", "p9", "p2", "p2"],
    "score": [1.5, None, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    "clicks": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "age": [30, None, None, 30, 1, 40, 1, 30, 40, 40],
    "paid": [True, False, True, False, True, True, False, True, True, True],
    "day": [dt.date(2026, 1, 1 + row) for row in range(10)],
    "order": [5, 2, 3, 4, 1, 6, 7, 0, 9, 8],
}
OPTIONS: dict[str, Any] = {
    "journey": "id",
    "time": "at",
    "end": "end",
    "touchpoint": "what",
    "person": "person",
    "tiebreak": "order",
    "unmatched": "keep",
    "person_conflicts": "ignore",
    "per_interaction": ("page", "score", "clicks", "paid", "day"),
    "per_journey": ("age",),
}


# ------------------------------------------------------------------------------------ every kind


def pandas_frame(columns: Columns, text: Any = None) -> Any:
    """Return a pandas frame, its columns of text of the dtype given."""
    frame = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    return frame if text is None else frame.astype(dict.fromkeys(TEXT, text))


def pandas_nullable(columns: Columns) -> Any:
    """Return a pandas frame of nullable dtypes: Int64, Float64, boolean, string."""
    frame = pandas_frame(columns, "string")
    kinds = {"age": "Int64", "clicks": "Int32", "score": "Float64", "paid": "boolean"}
    return frame.astype(kinds)


def pandas_arrow(columns: Columns) -> Any:
    """Return a pandas frame that keeps its columns in Arrow."""
    return arrow_table(columns).to_pandas(types_mapper=pd.ArrowDtype)


def pandas_odd(columns: Columns) -> Any:
    """Return a pandas frame with an index of duplicates, and rows taken out of a larger one."""
    twice = {name: [*values, *values] for name, values in columns.items()}
    frame = pandas_frame(twice).iloc[: len(columns["id"])]
    return frame.set_index(pd.Index([7] * len(frame)))


def arrow_table(columns: Columns, text: Any = None) -> Any:
    """Return a pyarrow table."""
    types = {} if text is None else dict.fromkeys(TEXT, text)
    return pa.table({name: pa.array(one, types.get(name)) for name, one in columns.items()})


def arrow_chunks(columns: Columns) -> Any:
    """Return a pyarrow table in three chunks, one of them empty."""
    table = arrow_table(columns)
    return pa.concat_tables([table.slice(0, 3), table.slice(3, 0), table.slice(3)])


def arrow_dictionaries(columns: Columns) -> Any:
    """Return a pyarrow table whose text is dictionary-encoded, chunk by chunk on its own."""
    parts = [
        pa.table(
            {
                name: table.column(name).combine_chunks().dictionary_encode()
                if name in TEXT
                else table.column(name)
                for name in columns
            }
        )
        for table in (arrow_table(columns).slice(0, 4), arrow_table(columns).slice(4))
    ]
    return pa.concat_tables(parts)


def polars_frame(columns: Columns, text: Any = None) -> Any:
    """Return a polars frame."""
    return pl.DataFrame(columns).with_columns(pl.col(TEXT).cast(text or pl.String))


def polars_enums(columns: Columns) -> Any:
    """Return a polars frame whose text is of an Enum each, with a category no row has."""
    frame = polars_frame(columns)
    return frame.with_columns(
        frame[name].cast(pl.Enum([*frame[name].drop_nulls().unique().sort(), "unused"]))
        for name in TEXT
    )


def polars_chunks(columns: Columns) -> Any:
    """Return a polars frame of two chunks."""
    frame = polars_frame(columns)
    return pl.concat([frame.head(3), frame.tail(len(frame) - 3)], rechunk=False)


def duckdb_relation(columns: Columns) -> Any:
    """Return a duckdb relation over a table of the connection all tests share."""
    CONNECTION.register("log_arrow", arrow_table(columns))
    CONNECTION.execute("CREATE OR REPLACE TABLE log AS SELECT * FROM log_arrow")
    return CONNECTION.table("log")


KINDS: dict[str, Callable[[Columns], Any]] = {
    "pandas": pandas_frame,
    "pandas object": lambda columns: pandas_frame(columns, object),
    "pandas categorical": lambda columns: pandas_frame(columns, "category"),
    "pandas nullable": pandas_nullable,
    "pandas string[pyarrow]": lambda columns: pandas_frame(columns, "string[pyarrow]"),
    "pandas on arrow": pandas_arrow,
    "pandas, odd index": pandas_odd,
    "polars": polars_frame,
    "polars lazy": lambda columns: polars_frame(columns).lazy(),
    "polars categorical": lambda columns: polars_frame(columns, pl.Categorical),
    "polars enum": polars_enums,
    "polars chunks": polars_chunks,
    "pyarrow": arrow_table,
    "pyarrow large string": lambda columns: arrow_table(columns, pa.large_string()),
    "pyarrow chunks": arrow_chunks,
    "pyarrow dictionaries": arrow_dictionaries,
    "duckdb": duckdb_relation,
}
EAGER = [name for name in KINDS if name not in {"polars lazy", "duckdb"}]


def reference(columns: Columns, **options: Any) -> tp.Journeys:
    """Return the journeys of plain columns."""
    return tp.from_columns(columns, **{**OPTIONS, **options})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_gives_the_same_journeys(kind: str) -> None:
    """Text, numbers, flags, days and missing values are equal from every library."""
    journeys = tp.from_frame(KINDS[kind](LOG), **OPTIONS)

    assert "" == tp.first_difference(reference(LOG), journeys)
    assert attrs.asdict(reference(LOG).meta.report) == attrs.asdict(journeys.meta.report)
    kept = journeys.per_interaction
    assert isinstance(kept["page"], Coded)
    assert "fibM" == "".join(kept[name].dtype.kind for name in ("score", "clicks", "paid", "day"))
    assert all(type(one) is str for one in journeys.ids)


def test_what_the_log_says() -> None:
    """The numbers all kinds agree on are right."""
    journeys = reference(LOG)

    assert ["NA", "b", "é"] == journeys.ids.tolist()
    assert [
        ("search", "NA", "Payment (card)"),
        ("a %5Bb%5D", "(missing)", "a %5Bb%5D"),
        ("日本",),
    ] == [journey.keys for journey in journeys]
    assert ["p1", "p2", None] == journeys.persons.tolist()
    assert [30, 40] == journeys.per_journey["age"][:2].tolist()
    assert 400 == (journeys.times[1] - journeys.times[0]).astype(int) / 1000
    report = journeys.meta.report
    assert (10, 2, 1, 1) == (
        report.rows, report.without_journey, report.without_time, report.without_touchpoint,
    )  # fmt: skip
    assert (1, 4, 3, 0) == (  # the column of tiebreaks orders all three
        report.person_conflicts,
        report.pairs,
        report.ties,
        report.ties_that_matter,
    )
    assert reference(LOG, tiebreak=None).meta.report.ties_that_matter == 3


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_frame_is_no_journeys(kind: str) -> None:
    """Columns without rows, of any type."""
    empty = {name: values[:1] for name, values in LOG.items()}
    frame = KINDS[kind](LOG if "Enum" in kind else empty)
    nothing = frame.filter("false") if kind == "duckdb" else head(frame, 0)

    journeys = tp.from_frame(nothing, **OPTIONS)

    assert (0, 0, 0) == (len(journeys), len(journeys.codes), journeys.meta.report.rows)


def head(frame: Any, rows: int) -> Any:
    """Return the first rows of a frame of any kind but duckdb's."""
    return frame.slice(0, rows) if isinstance(frame, pa.Table) else frame.head(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_ids_of_whole_numbers_stay_whole_numbers(kind: str) -> None:
    """Also where a gap turned them into floats; wide ones are not rounded."""
    wide = [2**53 + 1, 2**53 + 2, 7, -5]
    plain = {name: values[:4] for name, values in LOG.items()} | {"at": [START] * 4}
    for ids in (wide, [3, None, 3, 1]):
        frame = KINDS[kind]({**plain, "number": ids})
        journeys = tp.from_frame(
            frame, journey="number", time="at", touchpoint="what", tiebreak="order"
        )
        assert "i" == journeys.ids.dtype.kind
        assert list(dict.fromkeys(one for one in ids if one is not None)) == journeys.ids.tolist()


@pytest.mark.parametrize("kind", EAGER)
def test_a_classifier_sees_the_same_events_from_every_frame(kind: str) -> None:
    """Text, numbers and flags as Python values, missing as None."""
    seen: set[tuple[Any, ...]] = set()

    @tp.classifier(reads=("page", "score", "paid", "clicks"))
    def note(event: Any) -> str:
        seen.add(tuple(event.values()))
        return "x"

    tp.from_frame(KINDS[kind](LOG), journey="id", time="at", touchpoint=note)

    expected = zip(*(LOG[name] for name in note.reads), strict=True)
    assert {(page or None, *rest) for page, *rest in expected} == seen
    assert {bool} == {type(event[2]) for event in seen}


# ---------------------------------------------------------------------------- the caller's frame


def snapshot(frame: Any) -> Any:
    """Return a deep copy."""
    return frame.copy(deep=True) if isinstance(frame, pd.DataFrame) else frame.clone()


@pytest.mark.parametrize("kind", [name for name in EAGER if name.startswith("pandas")])
def test_a_pandas_frame_is_as_it_was(kind: str) -> None:
    """Values, dtypes, index and order of columns; and its arrays can still be written to."""
    frame = KINDS[kind](LOG)
    before = snapshot(frame)

    tp.from_frame(frame, **OPTIONS)

    pd.testing.assert_frame_equal(before, frame)
    for name in ("score", "clicks", "paid"):
        frame[name] = frame[name].to_numpy(copy=True)
    frame.loc[frame.index[0], "clicks"] = 99
    assert 99 == frame["clicks"].iloc[0]


def test_arrays_a_frame_was_made_of_stay_writable() -> None:
    """A frame may share memory with the caller's arrays: they are not frozen."""
    arrays = {
        "id": np.array([1, 1, 2]),
        "at": np.array(["2026-01-02", "2026-01-01", "2026-01-01"], "M8[us]"),
        "score": np.array([1.0, 2.0, 3.0]),
        "flag": np.array([True, False, True]),
        "count": np.array([1.0, 1.0, 2.0]),
    }
    frame = pd.DataFrame({name: pd.Series(one, copy=False) for name, one in arrays.items()})
    frame["what"] = ["x", "y", "z"]

    journeys = tp.from_frame(
        frame, journey="id", time="at", touchpoint="what", per_interaction=("score", "flag", "at"),
        count="count", tiebreak="score",
    )  # fmt: skip
    for one in arrays.values():
        one[:] = one[::-1].copy()

    assert [2.0, 1.0, 3.0] == journeys.per_interaction["score"].tolist()
    assert [1, 2] == journeys.counts.tolist()


@pytest.mark.parametrize("kind", [name for name in EAGER if name.startswith("polars")])
def test_a_polars_frame_is_as_it_was(kind: str) -> None:
    """Values and types."""
    frame = KINDS[kind](LOG)
    before = snapshot(frame)

    tp.from_frame(frame, **OPTIONS)

    assert before.equals(frame)
    assert before.schema == frame.schema


@pytest.mark.parametrize("kind", [name for name in EAGER if name.startswith("pyarrow")])
def test_a_pyarrow_table_is_as_it_was(kind: str) -> None:
    """Tables of Arrow are immutable; the journeys do not hold on to what could change."""
    table = KINDS[kind](LOG)

    tp.from_frame(table, **OPTIONS)

    assert table.equals(KINDS[kind](LOG))


# ---------------------------------------------------------------------------------------- lazy


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb"])
def test_ties_of_a_lazy_frame_are_an_error(kind: str) -> None:
    """It has no order of rows to say what came first; the mend is a tiebreak."""
    with pytest.raises(InvalidInputError, match="a lazy table has no order") as caught:
        tp.from_frame(KINDS[kind](LOG), **{**OPTIONS, "tiebreak": None})

    assert "tiebreak=" in caught.value.mend
    assert "'b'" in caught.value.where


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb"])
def test_a_tiebreak_that_ties_is_an_error_too(kind: str) -> None:
    """Luck is not an order."""
    with pytest.raises(InvalidInputError, match="a lazy table has no order"):
        tp.from_frame(KINDS[kind]({**LOG, "order": [0] * 10}), **OPTIONS)


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb"])
def test_repeated_rows_of_a_lazy_frame_are_no_ties(kind: str) -> None:
    """Rows that are equal in all columns read can be in either order."""
    log = {name: [*values[:3], values[0]] for name, values in LOG.items()}

    options = {**OPTIONS, "tiebreak": None}

    assert reference(log, tiebreak=None) == tp.from_frame(KINDS[kind](log), **options)


def test_of_a_lazy_frame_only_the_columns_named_are_read() -> None:
    """A column that cannot be computed is not read."""
    lazy = polars_frame(LOG).lazy().with_columns(broken=pl.col("what").cast(pl.Int64))

    assert 3 == len(tp.from_frame(lazy, **OPTIONS))


def test_a_lazy_lifecycle_is_known_by_its_name() -> None:
    """Its values are not looked at before it is read."""
    lazy = polars_frame({**LOG, "lifecycle": ["start"] * 10}).lazy()

    with pytest.warns(TouchpointsWarning, match="lifecycle='lifecycle'") as caught:
        tp.from_frame(lazy, **OPTIONS)
    assert __file__ == caught[0].filename


@pytest.mark.parametrize("kind", EAGER)
def test_an_eager_lifecycle_is_known_by_its_values(kind: str) -> None:
    """At any position in the frame, in any dtype of text."""
    log = {name: values * 400 for name, values in LOG.items()}
    log["page"] = ["start"] * 2000 + ["COMPLETE"] * 2000
    if "nullable" in kind:
        kind = "pandas string[pyarrow]"

    with pytest.warns(TouchpointsWarning, match="lifecycle='page'"):
        tp.from_frame(KINDS[kind](log), **{**OPTIONS, "per_interaction": ()})


# ---------------------------------------------------------------------------------- times in frames


def stamps(frame: Any, **options: Any) -> list[str]:
    """Return the times of a frame of columns id, at, what."""
    journeys = tp.from_frame(frame, journey="id", time="at", touchpoint="what", **options)
    return [str(one) for one in journeys.times]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_any_unit_and_zone(unit: str) -> None:
    """Aware times come in UTC with their zone's name, naive ones as written."""
    day = ["2026-07-01T12:00:00"] * 2
    naive = pd.DataFrame(
        {"id": [1, 2], "what": ["x", "y"], "at": pd.to_datetime(day).astype(f"M8[{unit}]")}
    )
    aware = naive.assign(at=naive["at"].dt.tz_localize("Europe/Madrid"))
    frames_of = [(naive, aware), (pa.Table.from_pandas(naive), pa.Table.from_pandas(aware))]
    if unit != "s":
        frames_of.append((pl.from_pandas(naive), pl.from_pandas(aware)))
        frames_of.append((pl.from_pandas(naive).lazy(), pl.from_pandas(aware).lazy()))

    for without, with_zone in frames_of:
        assert ["2026-07-01T12:00:00.000000"] * 2 == stamps(without)
        assert ["2026-07-01T10:00:00.000000"] * 2 == stamps(with_zone)
        assert ["2026-07-01T10:00:00.000000"] * 2 == stamps(without, tz="Europe/Madrid")
        journeys = tp.from_frame(with_zone, journey="id", time="at", touchpoint="what")
        assert "Europe/Madrid" == journeys.meta.timezone


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_nanoseconds_of_frames_decide_the_order(library: str) -> None:
    """Two events 800 ns apart are in order, although both are kept at the same microsecond."""
    at = np.array(["2026-01-01T00:00:00.000000900", "2026-01-01T00:00:00.000000100"], "M8[ns]")
    frame = pd.DataFrame({"id": [1, 1], "what": ["late", "early"], "at": at})
    given_frame = {
        "pandas": frame,
        "polars": pl.from_pandas(frame),
        "pyarrow": pa.Table.from_pandas(frame),
    }[library]

    journeys = tp.from_frame(given_frame, journey="id", time="at", touchpoint="what")

    assert [("early", "late")] == [journey.keys for journey in journeys]


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_numbers_are_times_in_every_frame(kind: str) -> None:
    """ISO 8601, a strptime format, seconds and exact nanoseconds with a gap between."""
    base = {"id": ["a"] * 3, "what": ["x", "y", "z"], "page": [""] * 3, "person": [""] * 3}
    kind = "pandas" if kind == "pandas nullable" else kind
    cases: list[tuple[list[Any], str | None]] = [
        (["2026-01-01T00:00:00.050", None, "2026-01-01T00:00:00"], None),
        (["01/01/2026 00.050", None, "01/01/2026 00.000"], "%d/%m/%Y %S.%f"),
        ([1_767_225_600.05, None, 1_767_225_600.0], "epoch_s"),
        ([1_767_225_600_050_000_001, None, 1_767_225_600_000_000_000], "epoch_ns"),
    ]
    for values, time_format in cases:
        if kind in {"pandas", "pandas object", "pandas categorical", "pandas, odd index",
                    "pandas string[pyarrow]"} and time_format == "epoch_ns":  # fmt: skip
            continue  # pandas converted them to floats before this library saw them
        journeys = tp.from_frame(
            KINDS[kind]({**base, "at": values}),
            journey="id", time="at", touchpoint="what", time_format=time_format,
        )  # fmt: skip
        assert ["2026-01-01T00:00:00.000000", "2026-01-01T00:00:00.050000"] == [
            str(one) for one in journeys.times
        ]
        assert 1 == journeys.meta.report.without_time


def test_python_datetimes_of_changing_offsets() -> None:
    """An object column of aware datetimes, as a database driver returns them."""
    zones = [dt.timezone(dt.timedelta(hours=hours)) for hours in (-4, -5)]
    at = [dt.datetime(2026, 11, 1, 12, tzinfo=zone) for zone in zones]
    frame = pd.DataFrame({"id": [1, 1], "what": ["x", "y"], "at": pd.Series(at, dtype=object)})

    assert ["2026-11-01T16:00:00.000000", "2026-11-01T17:00:00.000000"] == stamps(frame)


# ----------------------------------------------------------------------------- odd dtypes of frames


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["x", pd.NA, "y"], dtype=object),
        pd.Series(["x", np.nan, "y"], dtype=object),
        pd.Series(["x", None, "y"], dtype="category"),
        pd.Series(["x", "", "y"]),
    ],
)
def test_what_counts_as_missing_in_pandas(values: Any) -> None:
    """pandas.NA, nan, None and empty text, in object and categorical columns."""
    frame = pd.DataFrame({"id": values, "at": [START] * 3, "what": values})

    journeys = tp.from_frame(frame, journey="id", time="at", touchpoint="what")

    assert ["x", "y"] == journeys.ids.tolist()
    assert 1 == journeys.meta.report.without_journey


def test_numbers_and_flags_can_be_touchpoints() -> None:
    """Written as text: a float that a gap made is whole again, a flag is True or False."""
    columns = {"id": ["a"] * 3, "at": [START, START, START], "what": [1, None, 2]}
    for frame in (
        pd.DataFrame(columns),
        pd.DataFrame(columns).astype({"what": "Int64"}),
        pl.DataFrame(columns),
        pa.table(columns),
    ):
        journeys = tp.from_frame(
            frame, journey="id", time="at", touchpoint="what", unmatched="keep"
        )
        assert [("1", "(missing)", "2")] == [journey.keys for journey in journeys]
    flags = pd.DataFrame({**columns, "what": [True, False, True]})
    journeys = tp.from_frame(flags, journey="id", time="at", touchpoint="what")
    assert [("True", "False", "True")] == [journey.keys for journey in journeys]


def test_durations_are_kept_as_seconds() -> None:
    """In every library; 50 ms are 0.05."""
    waits = [dt.timedelta(milliseconds=50), None, dt.timedelta(days=1)]
    columns = {"id": [1] * 3, "at": [START] * 3, "what": ["x"] * 3, "wait": waits}
    names = {"journey": "id", "time": "at", "touchpoint": "what", "per_interaction": ("wait",)}
    for journeys in (
        tp.from_columns(columns, **names),
        tp.from_frame(pd.DataFrame(columns), **names),
        tp.from_frame(pl.DataFrame(columns), **names),
        tp.from_frame(pa.table(columns), **names),
    ):
        kept = journeys.per_interaction["wait"]
        assert [0.05, 86_400] == kept[[0, 2]].tolist()
        assert np.isnan(kept[1])


def test_times_of_day_are_kept_as_text() -> None:
    """A column of another kind is kept as it is written, not refused."""
    columns = {"id": [1], "at": [START], "what": ["x"], "k": [dt.time(9, 30)]}
    names = {"journey": "id", "time": "at", "touchpoint": "what", "per_interaction": ("k",)}

    assert ["09:30:00"] == tp.from_frame(pl.DataFrame(columns), **names).per_interaction[
        "k"
    ].to_list()
    assert ["09:30:00"] == tp.from_columns(columns, **names).per_interaction["k"].to_list()


def test_dictionaries_of_arrow_may_be_odd() -> None:
    """Values that repeat, or are null, empty or not text."""
    at = {"id": ["a"] * 4, "at": [START] * 4}
    codes = pa.array([0, 1, 2, 3], pa.int8())
    odd = pa.DictionaryArray.from_arrays(codes, pa.array(["x", None, "x", ""]))
    whole = pa.DictionaryArray.from_arrays(codes, pa.array([7, 8, 7, 9]))
    for values, expected in (
        (odd, ("x", "(missing)", "x", "(missing)")),
        (whole, ("7", "8", "7", "9")),
    ):
        journeys = tp.from_frame(
            pa.table({**at, "what": values}), journey="id", time="at", touchpoint="what",
            unmatched="keep",
        )  # fmt: skip
        assert [expected] == [journey.keys for journey in journeys]


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
def test_texts_that_first_appear_far_down_are_found(dtype: Any) -> None:
    """The texts of the first rows are only a guess at those of the others."""
    rows = frames._GUESS + 10
    columns = {"id": [1] * rows, "at": [START] * rows, "what": ["x"] * (rows - 2) + ["late", None]}
    frame = pl.DataFrame(columns).with_columns(pl.col("what").cast(dtype))

    journeys = tp.from_frame(frame, journey="id", time="at", touchpoint="what", unmatched="keep")

    assert ["x", "late", "(missing)"] == [touchpoint.key for touchpoint in journeys.touchpoints]
    assert [0, 1, 2] == journeys.codes[-3:].tolist()


@pytest.mark.parametrize("ids", [["", "a"], [None, "a"], [None, "", "a", "a"]])
def test_empty_ids_of_polars_are_missing(ids: list[Any]) -> None:
    """Empty text and null, together or alone, in a column that is hashed."""
    frame = pl.DataFrame({"id": ids, "at": [START] * len(ids), "what": ["x"] * len(ids)})

    journeys = tp.from_frame(frame, journey="id", time="at", touchpoint="what")

    assert ["a"] == journeys.ids.tolist()
    assert ids.count("") + ids.count(None) == journeys.meta.report.without_journey


def test_a_category_of_numbers_is_text() -> None:
    """A categorical column holds names, even if they look like numbers."""
    frame = pd.DataFrame({"id": [1, 1], "at": [START] * 2, "what": pd.Categorical([3, "3"])})

    journeys = tp.from_frame(frame, journey="id", time="at", touchpoint="what")

    assert [("3", "3")] == [journey.keys for journey in journeys]
    assert 1 == len(journeys.touchpoints)


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow", "columns"])
def test_unsigned_ids_beyond_63_bits(library: str) -> None:
    """Hashes as ids do not become negative numbers."""
    ids = [2**63 + 5, 7, 2**64 - 1, 7]
    arrays = {
        "id": np.array(ids, np.uint64),
        "at": np.array([START] * 4, "M8[us]"),
        "what": list("xyzw"),
    }
    given_log = {
        "polars": lambda: pl.DataFrame(arrays),
        "pandas": lambda: pd.DataFrame(arrays),
        "pyarrow": lambda: pa.table(arrays),
        "columns": lambda: arrays,
    }[library]()
    read = tp.from_columns if library == "columns" else tp.from_frame

    assert [2**63 + 5, 7, 2**64 - 1] == read(
        given_log, journey="id", time="at", touchpoint="what"
    ).ids.tolist()


# --------------------------------------------------------------------------- hashes that collide


@pytest.mark.parametrize("bits", [0, 1, 8])
def test_ids_whose_hashes_collide_are_kept_apart(
    bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a hash cut down to a few bits the journeys are the same, and collisions are counted."""
    columns = {
        "id": [f"journey {row % 300}" for row in range(2000)],
        "at": [START + dt.timedelta(seconds=(row * 7919) % 2003) for row in range(2000)],
        "what": [f"step {row % 7}" for row in range(2000)],
    }
    frame = pl.DataFrame(columns)
    names = {"journey": "id", "time": "at", "touchpoint": "what"}
    expected = tp.from_frame(frame, **names)
    whole = frames._polars_keys

    def cut(series: Any) -> Any:
        keys = whole(series)
        kept = np.uint64((2**bits - 1) << (64 - bits) if bits else 0)
        return attrs.evolve(keys, primary=ordering.whole(keys.primary) & kept)

    monkeypatch.setattr(frames, "_polars_keys", cut)
    journeys = tp.from_frame(frame, **names)

    assert "" == tp.first_difference(expected, journeys)
    assert 0 == expected.meta.report.collisions
    assert 300 - 2**bits <= journeys.meta.report.collisions < 300


NEAR = (0, 1, 999, 1_000, 1_001, 10**12)
ANY_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "", None]),
        st.sampled_from([None, -(10**18), *(1_767_225_600_000_000_000 + one for one in NEAR)]),
        st.sampled_from(["x", "y", "z"]),
    ),
    min_size=1,
    max_size=40,
)


@given(ANY_ROWS, st.sampled_from(["keep", "drop"]), st.integers(0, 8))
def test_rows_in_chunks_and_parts_give_the_journeys_of_a_plain_reading(
    rows: list[tuple[str | None, int | None, str]], duplicates: str, kept: int
) -> None:
    """Journeys and report are those of plain columns, with chunks of five rows and many parts.

    Ids and times can be missing, times are in nanoseconds, before 1970 or tied, and the hash of ids
    is cut down to a few bits.
    """
    assume(any(one for one, at, _ in rows if at is not None and at > 0))
    ids, times, names = (list(column) for column in zip(*rows, strict=True))
    stamps = np.array([2**63 * -1 if at is None else at for at in times], dtype="datetime64[ns]")
    roles = {"journey": "id", "time": "at", "touchpoint": "what", "duplicates": duplicates}
    columns = {"id": ids, "at": stamps, "what": names}
    mask = np.uint64(((1 << kept) - 1) << (64 - kept) if kept else 0)
    expected = tp.from_columns(columns, **roles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "_CHUNK", 5)
        patch.setattr(logs, "_PART_ROWS", 1)
        patch.setattr(threads, "_TAKEN", 3)
        whole = frames._PolarsHashes._of

        def cut(self: frames._PolarsHashes, part: Any) -> Any:
            hashes = whole(self, part)
            return hashes & mask if self.seed == frames._SEEDS[0] else hashes

        patch.setattr(frames._PolarsHashes, "_of", cut)

        found = tp.from_frame(pl.DataFrame(columns), **roles)

    assert "" == tp.first_difference(expected, attrs.evolve(found, meta=expected.meta))
    told = found.meta.report
    assert attrs.evolve(told, collisions=0) == expected.meta.report


@given(st.lists(st.text(), min_size=1, max_size=9), st.data())
def test_hashes_read_in_any_way_are_the_same(texts: list[str], data: st.DataObject) -> None:
    """A slice, some rows and all have one hash for each text."""
    hashes = frames._PolarsHashes(pl.Series("id", texts), 3)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1)))
    low, high = sorted(data.draw(st.tuples(*[st.integers(0, len(texts))] * 2)))

    every = hashes.whole()

    assert every[low:high].tolist() == hashes[low:high].tolist()
    assert every[rows].tolist() == hashes.take(np.array(rows, dtype=np.int64)).tolist()
    assert len(set(texts)) == len(set(every.tolist()))


@pytest.mark.parametrize("given", [["b", "a", None, "b"], ["b", " ", "", "a", None, "b", "\u200b"]])
@pytest.mark.parametrize("kind", ["categorical", "enum", "enum with a blank one"])
def test_categories_are_ids_like_their_text(given: list[str | None], kind: str) -> None:
    """Polars categories give the journeys and counts of their text: blank and null ones missing."""
    times = [START + dt.timedelta(hours=row) for row in range(len(given))]
    text = pl.DataFrame({"id": given, "at": times[::-1], "what": ["x"] * len(given)})
    blank = ["\t"] if "blank" in kind else []
    names = ["unused", *text["id"].unique().drop_nulls(), *blank]
    dtype = pl.Categorical if kind == "categorical" else pl.Enum(names)
    roles = {"journey": "id", "time": "at", "touchpoint": "what"}

    expected, found = (
        tp.from_frame(one, **roles) for one in (text, text.with_columns(pl.col("id").cast(dtype)))
    )

    assert ["b", "a"] == expected.ids.tolist() == found.ids.tolist()
    assert "" == tp.first_difference(expected, found)
    assert len(given) - 3 == found.meta.report.without_journey


# ------------------------------------------------------------------------------------- wrong frames


def test_columns_by_name_are_a_table_too() -> None:
    """A mapping of columns is read like a frame."""
    assert tp.from_columns(LOG, **OPTIONS) == tp.from_frame(LOG, **OPTIONS)


@pytest.mark.parametrize("thing", [[1, 2], "log.csv", None, np.zeros((2, 2)), pd.Series([1])])
def test_an_object_that_is_not_a_frame_is_refused(thing: Any) -> None:
    """With the two readers that take plain data."""
    with pytest.raises(
        WrongKindError, match="is not a dataframe that this library reads"
    ) as caught:
        tp.from_frame(thing, **OPTIONS)
    assert "from_columns" in caught.value.mend


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_reported_with_similar_names(kind: str) -> None:
    """Every kind of frame gives this library's error."""
    with pytest.raises(NotFoundError, match="no column 'pagge' .did you mean 'page'"):
        tp.from_frame(KINDS[kind](LOG), **{**OPTIONS, "per_interaction": ("pagge",)})


def test_two_columns_of_one_name_are_refused() -> None:
    """Nobody can say which of them is meant."""
    frame = pd.DataFrame([["a", START, "x", "y"]], columns=["id", "at", "what", "what"])
    with pytest.raises(InvalidInputError, match="share a name"):
        tp.from_frame(frame, journey="id", time="at", touchpoint="what")


@pytest.mark.parametrize("kind", KINDS)
def test_a_count_that_is_no_number_is_refused(kind: str) -> None:
    """Text in a column of counts."""
    with pytest.raises(InvalidInputError, match="column .what. must hold numbers .rows 0, 1"):
        tp.from_frame(KINDS[kind](LOG), **{**OPTIONS, "count": "what"})


# --------------------------------------------------------------------------------------- any log


@strategies.examples(30)
@given(strategies.logs(), st.sampled_from(["keep", "drop"]))
def test_any_log_is_read_alike_from_every_library(rows: list[Any], duplicates: str) -> None:
    """Ties, duplicates, gaps and odd ids: columns, records and three kinds of frame agree."""
    names = ("id", "at", "what", "page", "score")
    columns = strategies.columns_of(rows)
    options: dict[str, Any] = {
        "journey": "id", "time": "at", "touchpoint": "what", "unmatched": "keep",
        "duplicates": duplicates, "per_interaction": ("page", "score"),
    }  # fmt: skip
    gone = (None, "")
    assume(rows and not any(all(one in gone for one in columns[name]) for name in names[:3]))
    types = {"id": pa.string(), "at": pa.timestamp("us"), "what": pa.string(),
             "page": pa.string(), "score": pa.float64()}  # fmt: skip
    table = pa.table({name: pa.array(columns[name], types[name]) for name in names})
    expected = tp.from_columns(columns, **options)

    for journeys in (
        tp.from_records(rows, **options),
        tp.from_frame(table, **options),
        tp.from_frame(table.to_pandas(), **options),
        tp.from_frame(pl.from_arrow(table), **options),
    ):
        assert "" == tp.first_difference(expected, journeys)
        assert expected.meta.report == journeys.meta.report


def test_ids_that_are_whole_numbers_in_one_file_and_text_in_another() -> None:
    """7 and "7" are different ids: nothing is converted silently."""
    base = {"at": [START], "what": ["x"]}
    names = {"journey": "id", "time": "at", "touchpoint": "what"}

    whole = tp.from_frame(pd.DataFrame({"id": [7], **base}), **names)
    text = tp.from_frame(pd.DataFrame({"id": ["7"], **base}), **names)

    assert (7, "7") == (whole[0].id, text[0].id)
    assert "ids is int64 against object" == tp.first_difference(whole, text)


def test_a_taxonomy_finds_texts_of_every_frame() -> None:
    """Typed touchpoints from a categorical column as from a plain one."""
    columns = {
        "id": ["a"] * 2,
        "at": [START, START + dt.timedelta(1)],
        "what": ["Live chat", "purchase"],
    }
    for frame in (pd.DataFrame(columns).astype({"what": "category"}), pl.DataFrame(columns)):
        journeys = tp.from_frame(
            frame, journey="id", time="at", touchpoint="what", taxonomy=load_taxonomy("customer")
        )
        assert [("live_chat", "purchase")] == [journey.keys for journey in journeys]
