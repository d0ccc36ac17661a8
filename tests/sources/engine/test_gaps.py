"""Gaps counted by an engine in buckets: exact counts and means, quantiles to the resolution."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.laws.path_measures import alike
from tests.strategies import examples
from touchpoints._core.arrays.statistics.log_buckets import Buckets, buckets_of
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.sources import BinnedGaps, binned_gaps

START = dt.datetime(2026, 3, 1)
COLUMNS = {"journey": "id", "time": "at", "touchpoint": "what"}
MICROSECONDS = st.one_of(
    st.sampled_from([0, 1, 2, 3, 999, 1_000_000, 86_400_000_000]), st.integers(0, 10**14)
)
ROWS = st.lists(
    st.tuples(st.sampled_from("xyz"), MICROSECONDS, st.sampled_from("abc"), st.integers(1, 3)),
    max_size=30,
)


def frame_of(rows: list[tuple[str, int, str, int]]) -> pl.DataFrame:
    """Return a log in which no two touchpoints of a journey share a time."""
    known = {(who, at): what for who, at, what, _ in rows}
    counts = {who: count for who, _, _, count in rows}
    return pl.DataFrame(
        {
            "id": [who for who, _ in known],
            "at": [START + dt.timedelta(microseconds=at) for _, at in known],
            "what": list(known.values()),
            "n": [counts[who] for who, _ in known],
        },
        schema={"id": pl.String, "at": pl.Datetime("us"), "what": pl.String, "n": pl.Int64},
    )


def written_out(frame: pl.DataFrame) -> dict[tuple[str, str], list[int]]:
    """Return the gaps of each edge in microseconds, sorted: one after another, in plain Python."""
    found: dict[tuple[str, str], list[int]] = {}
    for who in frame["id"].unique():
        rows = frame.filter(pl.col("id") == who).sort("at").to_dicts()
        for one, two in pairwise(rows):
            gap = (two["at"] - one["at"]) // dt.timedelta(microseconds=1)
            found.setdefault((one["what"], two["what"]), []).extend([gap] * one["n"])
    return {edge: sorted(gaps) for edge, gaps in found.items()}


def exact(values: list[int], share: float) -> float:
    """Return a quantile by definition 7 of Hyndman and Fan."""
    place = (len(values) - 1) * share
    at = math.floor(place)
    after = values[min(at + 1, len(values) - 1)]
    return values[at] + (place - at) * (after - values[at])


def check(found: BinnedGaps, frame: pl.DataFrame) -> None:
    """Compare a table with the gaps written out."""
    gaps, shares = written_out(frame), (0.0, 0.1, 0.9, 1.0)
    rows = {
        (row["source"], row["target"]): row for row in found.quantiles(shares=shares).to_dicts()
    }

    assert rows.keys() == gaps.keys()
    for edge, values in gaps.items():
        row, most = rows[edge], 1 + found.resolution + 1e-9
        assert row["count"] == len(values)
        assert row["mean"] == pytest.approx(sum(values) / len(values) / 1e6, rel=1e-12)
        assert (row["min"], row["max"]) == (values[0] / 1e6, values[-1] / 1e6)
        asked = {0.25: row["q1"], 0.5: row["median"], 0.75: row["q3"]}
        asked |= dict(zip(shares, row["quantiles"], strict=True))
        for share, number in asked.items():
            right = exact(values, share) / 1e6
            assert right / most <= number <= right * most or number == pytest.approx(right)


@examples(60)
@given(rows=ROWS, resolution=st.sampled_from([0.05, 0.001, 0.5]))
def test_an_engine_counts_gaps_as_plain_python_does(
    rows: list[tuple[str, int, str, int]], resolution: float
) -> None:
    """Counts, means and ends exactly, quantiles within the resolution; as this machine counts."""
    frame = frame_of(rows)
    assume(len(frame))

    found = binned_gaps(frame.lazy(), count="n", resolution=resolution, **COLUMNS)

    check(found, frame)
    assert found == binned_gaps(frame, count="n", resolution=resolution, **COLUMNS)


@examples(40)
@given(rows=ROWS)
def test_transitions_are_those_of_the_journeys(rows: list[tuple[str, int, str, int]]) -> None:
    """Counts and probabilities of `paths.transitions`, terminals included, in the same order."""
    frame = frame_of(rows)
    assume(len(frame))
    journeys = tp.from_frame(frame, count="n", **COLUMNS)

    found = binned_gaps(frame.lazy(), count="n", **COLUMNS).transitions()

    rows_there = [
        {name: row[name] for name in ("source", "target", "count", "probability")}
        for row in tp.paths.transitions(journeys).to_dicts()
    ]
    assert alike(found.to_dicts(), rows_there)


@examples(40)
@given(log=strategies.logs(), unmatched=st.sampled_from(["keep", "drop"]))
def test_hostile_logs_are_counted_in_the_engine_as_here(
    log: list[dict[str, Any]], unmatched: Any
) -> None:
    """Missing ids, times and names, ties ordered by key, and names that look like terminals."""
    assume(any(row["id"] and row["at"] and row["what"] for row in log))
    frame = pl.DataFrame(
        strategies.columns_of(log), schema_overrides={"at": pl.Datetime("us")}, strict=False
    )
    taxonomy = tp.load_taxonomy("customer")
    how: Any = {"taxonomy": taxonomy, "unmatched": unmatched, "tiebreak": "touchpoint", **COLUMNS}

    answers = []
    for one in (frame.lazy(), frame):
        try:
            answers.append(binned_gaps(one, **how))
        except InvalidInputError as error:
            answers.append(error)
    lazy, here = answers

    if isinstance(here, InvalidInputError):
        assert isinstance(lazy, InvalidInputError)
        return
    assert lazy == here
    for name in ("rows", "without_journey", "without_time", "ties"):
        assert getattr(lazy.report, name) == getattr(here.report, name)


@examples(40)
@given(rows=ROWS, data=st.data())
def test_parts_of_a_log_add_up(rows: list[tuple[str, int, str, int]], data: st.DataObject) -> None:
    """Whole journeys on each side, in any grouping, are the log."""
    frame = frame_of(rows)
    assume(len(frame))
    side = {who: data.draw(st.integers(0, 2)) for who in sorted(frame["id"].unique())}
    parts = [
        binned_gaps(part.lazy(), count="n", **COLUMNS)
        for number in range(3)
        if len(part := frame.filter(pl.col("id").replace_strict(side) == number))
    ]

    whole = binned_gaps(frame, count="n", **COLUMNS)
    added = parts[0]
    for part in parts[1:]:
        added = part + added

    assert attrs.evolve(added, total=whole.total) == whole
    np.testing.assert_allclose(added.total, whole.total, rtol=1e-12)
    assert added.report.rows == whole.report.rows == len(frame)


def duckdb_frames() -> Callable[[pl.DataFrame], Any]:
    """Return what takes a frame into DuckDB, in its own connection, which stays open."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is absent")
    return lambda frame: duckdb.from_arrow(frame.to_arrow())


def shop_frame(rows: int, seed: int) -> pl.DataFrame:
    """Return a log of many journeys with skewed gaps."""
    rng = np.random.default_rng(seed)
    gaps = np.rint(np.exp(rng.normal(18, 3, rows))).astype(np.int64)
    ids = np.sort(rng.integers(0, rows // 5, rows))
    return pl.DataFrame(
        {
            "id": ids.astype(str),
            "at": START + pl.Series(np.cumsum(gaps)).cast(pl.Duration("us")),
            "what": rng.choice(np.array(["search", "visit", "buy", "é'\\/"]), rows),
        }
    ).sample(fraction=1, shuffle=True, seed=seed)


@pytest.mark.parametrize("resolution", [0.05, 0.01])
def test_duckdb_counts_as_this_machine_does(resolution: float) -> None:
    """Twenty thousand rows: the same buckets, and quartiles near those of `paths.gaps`."""
    frame = shop_frame(20_000, 1)

    found = binned_gaps(duckdb_frames()(frame), resolution=resolution, **COLUMNS)

    here = binned_gaps(frame, resolution=resolution, **COLUMNS)
    assert attrs.evolve(found, total=here.total) == here
    np.testing.assert_allclose(found.total, here.total, rtol=1e-9)
    right = tp.paths.gaps(tp.from_frame(frame, **COLUMNS))
    table = found.quantiles()
    assert table.source.tolist() == right.source.tolist()
    assert table.target.tolist() == right.target.tolist()
    assert table.count.tolist() == right.count.tolist()
    np.testing.assert_allclose(table.mean, right.mean, rtol=1e-9)
    for name in ("min", "q1", "median", "q3", "max"):
        np.testing.assert_allclose(getattr(table, name), getattr(right, name), rtol=resolution)


def test_touchpoints_are_grouped_before_transitions_are_counted() -> None:
    """By a facet of the taxonomy, in the engine as here; results by other facets do not add up."""
    rows = {
        "id": ["x"] * 3,
        "at": [START + dt.timedelta(days=day) for day in (0, 1, 5)],
        "what": ["search_query", "paid_search_ad", "live_chat"],
    }
    frame, taxonomy = pl.DataFrame(rows), tp.load_taxonomy("customer")
    how: Any = {"taxonomy": taxonomy, "unmatched": "keep", **COLUMNS}

    found = binned_gaps(frame.lazy(), collapse="channel", **how)

    assert found == binned_gaps(frame, collapse="channel", **how)
    assert found.lens == ("channel",)
    with pytest.raises(InvalidInputError, match="only with the same lens"):
        found + binned_gaps(frame, **how)


def test_ties_that_nothing_orders_are_refused() -> None:
    """As for distinct paths; equal touchpoints at one time are a gap of 0."""
    rows = {"id": ["x"] * 3, "at": [START] * 3, "what": ["a", "b", "a"], "n": [2, 1, 3]}
    frame = pl.DataFrame(rows)

    with pytest.raises(InvalidInputError, match="pass tiebreak="):
        binned_gaps(frame.lazy(), **COLUMNS)
    found = binned_gaps(frame.lazy(), tiebreak="n", **COLUMNS)
    assert found.quantiles().to_dicts()[0]["max"] == 0
    assert {("b", "a"): 1, ("a", "a"): 1} == {
        (row["source"], row["target"]): row["count"] for row in found.quantiles().to_dicts()
    }


def test_units_and_further_quantiles() -> None:
    """Durations in the unit that is asked for; the remark says so."""
    at = [START, START + dt.timedelta(days=2)]
    found = binned_gaps(pl.DataFrame({"id": [1, 1], "at": at, "what": ["a", "b"]}), **COLUMNS)

    table = found.quantiles(shares=[0.1, 0.9], unit="days")

    assert table.to_dicts()[0]["quantiles"] == (2.0, 2.0)
    assert table.as_dict() == {("a", "b"): 2.0}
    assert "durations are in days" in repr(table)
    with pytest.raises(InvalidInputError, match=r"shares\[0\]"):
        found.quantiles(shares=[1.5])
    with pytest.raises(InvalidInputError, match="unit"):
        found.quantiles(unit="dayz")


def test_what_cannot_be_counted_is_refused() -> None:
    """Journeys, resolutions that no bucket has, columns that do not exist, text for times."""
    frame = pl.DataFrame({"id": ["x"], "at": [START], "what": ["a"]})
    journeys = tp.from_frame(frame, **COLUMNS)

    with pytest.raises(WrongKindError, match="is not a dataframe"):
        binned_gaps(journeys, **COLUMNS)
    with pytest.raises(WrongKindError, match="resolution must be a number"):
        binned_gaps(frame, resolution="5 %", **COLUMNS)
    for wrong in (0, -1, 5, float("nan")):
        with pytest.raises(InvalidInputError, match="resolution"):
            binned_gaps(frame, resolution=wrong, **COLUMNS)
    with pytest.raises(NotFoundError, match="att"):
        binned_gaps(frame.lazy(), journey="id", time="att", touchpoint="what")
    words = frame.with_columns(at=pl.lit("2026-01-01")).lazy()
    with pytest.raises(InvalidInputError, match="must hold dates or datetimes"):
        binned_gaps(words, **COLUMNS)
    with pytest.raises(InvalidInputError, match="a journey has 2 rows"):
        binned_gaps(pl.concat([frame, frame]).lazy(), longest=1, **COLUMNS)
    found = binned_gaps(frame, **COLUMNS)
    with pytest.raises(InvalidInputError, match="only with the same resolution"):
        found + binned_gaps(frame, resolution=0.1, **COLUMNS)
    with pytest.raises(TypeError):
        found + 1


def test_a_log_without_gaps_has_no_quantiles() -> None:
    """One interaction a journey: starts and ends, and a table of no rows."""
    found = binned_gaps(
        pl.DataFrame({"id": [1, 2], "at": [START] * 2, "what": ["a", "b"]}), **COLUMNS
    )

    assert len(found.quantiles(shares=[0.5])) == 0
    assert found.transitions().count.sum() == 4
    assert found.bucket.tolist() == [-1] * 4


@given(values=st.lists(st.integers(0, 10**17), min_size=1, max_size=40))
def test_buckets_hold_what_they_say(values: list[int]) -> None:
    """Powers of 1.05 around each value, but for rounding at their ends."""
    numbers = buckets_of(np.array(values), 0.05)

    for value, bucket in zip(values, numbers.tolist(), strict=True):
        if value == 0:
            assert bucket == 0
        else:
            assert 1.05 ** (bucket - 1) * (1 - 1e-9) <= value <= 1.05**bucket * (1 + 1e-9)


def test_a_quantile_between_the_values_of_a_bucket() -> None:
    """By hand: 100 twice, and a bucket of three from 200 to 208, the middle one taken as 204."""
    found = Buckets(
        group=np.array([0, 0, 2]),
        count=np.array([2, 3, 1]),
        total=np.array([200.0, 613.0, 7.0]),
        least=np.array([100, 200, 7]),
        most=np.array([100, 208, 7]),
    )

    assert found.quantile(0.75, 3).tolist()[0] == 204
    assert found.quantile(0.25, 3).tolist()[0] == 100
    assert found.quantile(0.5, 3).tolist()[::2] == [200, 7]
    assert np.isnan(found.quantile(0.5, 3)[1])
    assert found.means(3)[0] == 813 / 5


def test_every_engine_counts_as_this_machine_does(engine: Any) -> None:
    """The same buckets in each engine: ties ordered, times of a zone, and counts of journeys."""
    frame = shop_frame(400, 3).with_columns(
        pl.col("at").dt.replace_time_zone("UTC"), n=pl.col("id").str.len_chars().cast(pl.Int64)
    )
    frame = pl.concat([frame, frame.head(20)])
    how: Any = {"count": "n", "tiebreak": "touchpoint", **COLUMNS}

    found = binned_gaps(engine.frame(frame), **how)

    here = binned_gaps(frame, **how)
    assert attrs.evolve(found, total=here.total) == here
    np.testing.assert_allclose(found.total, here.total, rtol=1e-9)
    assert found.report.ties == here.report.ties == 20
