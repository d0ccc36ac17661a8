"""Distinct paths of a lazy frame: what is refused, guarded, sampled, told apart and done here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from touchpoints.sources._engine import paths as asked_paths
from touchpoints.sources._engine import program
from touchpoints.sources._engine.packing import packing_for, unpacked

Into = Callable[[pl.DataFrame], Any]
NAMES: dict[str, Any] = {"journey": "who", "time": "at", "touchpoint": "what", "distinct": True}


def into_polars(frame: pl.DataFrame) -> Any:
    """Return a lazy frame of polars."""
    return frame.lazy()


def into_duckdb(frame: pl.DataFrame) -> Any:
    """Return a relation in DuckDB's own connection, which stays open."""
    return duckdb.from_arrow(frame.to_arrow())


@pytest.fixture(params=[into_polars, into_duckdb], ids=["polars", "duckdb"])
def into(request: pytest.FixtureRequest) -> Into:
    """Return what puts a frame into an engine that needs no session."""
    return request.param


def log_of(**paths: str) -> pl.DataFrame:
    """Return a log of journeys by name, each given by its touchpoints of one letter."""
    start = dt.datetime(2026, 1, 1)
    return pl.DataFrame(
        [
            {"who": who, "at": start + dt.timedelta(minutes=place), "what": what}
            for who, path in paths.items()
            for place, what in enumerate(path)
        ],
        schema={"who": pl.String, "at": pl.Datetime("us"), "what": pl.String},
    )


def counts(journeys: tp.Journeys) -> Counter[tuple[str, ...]]:
    """Return the number of journeys by path."""
    found: Counter[tuple[str, ...]] = Counter()
    for one, count in zip(journeys, journeys.counts.tolist(), strict=True):
        found[one.keys] += count
    return found


SHOP = log_of(a="sbp", b="sbp", c="sb", d="s")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"end": "at"}, r"distinct= .* brings no single row or time here, as 'end='"),
        ({"lifecycle": "what"}, "'lifecycle='"),
        ({"per_interaction": ("what",)}, "'per_interaction='"),
        ({"per_journey": ("what",)}, r"distinct=\('what',\)"),
        ({"duplicates": "drop"}, r"unique\(\)"),
        ({"tz": "Europe/Madrid"}, "'tz='"),
        ({"time_format": "%Y"}, "'time_format='"),
        ({"bad_times": "drop"}, "'bad_times=\"drop\"'"),
        ({"time": "what"}, "must hold dates or datetimes, .* got String"),
        ({"time": ("at", "what")}, "one column of times"),
        ({"time": None}, "a lazy table has no order of rows"),
        ({"distinct": ("nope",)}, "no column 'nope'"),
        ({"distinct": "what"}, "distinct must be True or False or a sequence of texts"),
        ({"first": 0}, "first must be an integer of at least 1, got 0"),
        ({"first": 1, "last": 1}, "pass one of them"),
        ({"blocks": 1}, "blocks must be an integer of at least 2, got 1"),
        ({"sample": (0, 7)}, "share of sample must be above 0 and at most 1, got 0"),
        ({"sample": (2, 7)}, "share of sample must be above 0 and at most 1, got 2"),
        ({"sample": 0.5}, "sample"),
        ({"distinct": False, "collapse_repeats": True}, "but distinct= is not given"),
        ({"collapse": "nope"}, "no facet or per-interaction column 'nope'"),
        ({"count": "what"}, "failed while it counted"),
    ],
)
def test_what_an_engine_cannot_do_is_refused(into: Into, wrong: dict[str, Any], says: str) -> None:
    """What needs rows or times that stay in the engine, and what is no such option."""
    with pytest.raises(tp.errors.TouchpointsError, match=says):
        tp.from_frame(into(SHOP), **NAMES | wrong)


def test_ties_need_a_tiebreak(into: Into) -> None:
    """Different touchpoints of one time are refused; by key they are ordered on purpose."""
    tied = log_of(a="sbp", b="sbp").with_columns(at=pl.lit(dt.datetime(2026, 1, 1)))
    says = r"4 interactions [^$]*tiebreak=.touchpoint."
    with pytest.raises(tp.errors.InvalidInputError, match=says):
        tp.from_frame(into(tied), **NAMES)
    journeys = tp.from_frame(into(tied), **NAMES, tiebreak="touchpoint")

    assert counts(journeys) == {("b", "p", "s"): 2}
    assert (journeys.meta.report.ties, journeys.meta.report.ties_that_matter) == (4, 0)


def test_ties_of_one_touchpoint_are_no_matter(into: Into) -> None:
    """Their order changes no path; the report counts them."""
    tied = log_of(a="ss").with_columns(at=pl.lit(dt.datetime(2026, 1, 1)))
    journeys = tp.from_frame(into(tied), **NAMES)

    assert counts(journeys) == {("s", "s"): 1}
    assert journeys.meta.report.ties == 1


def test_numbers_as_text_are_no_tiebreak(into: Into) -> None:
    """They would be ordered as numbers here, and as text by the engine."""
    numbered = SHOP.with_columns(n=pl.int_range(pl.len()).cast(pl.String))
    with pytest.raises(tp.errors.InvalidInputError, match="'10' before '9'"):
        tp.from_frame(into(numbered), **NAMES, tiebreak="n")


def test_more_paths_than_the_limit_are_refused(into: Into) -> None:
    """The error says what shortens them, and doing so helps."""
    with pytest.raises(tp.errors.InvalidInputError, match=r"limit=2 .*\n.*collapse=.*first="):
        tp.from_frame(into(SHOP), **NAMES, limit=2)
    assert counts(tp.from_frame(into(SHOP), **NAMES, limit=2, first=1)) == {("s",): 4}


def test_some_persons_are_asked_before_all(into: Into, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where their paths show that there are too many, all paths are never asked for."""
    many = log_of(**{f"p{number}": f"{number:b}" for number in range(3000)})

    def never(*_: Any) -> Any:
        message = "all paths were asked for"
        raise AssertionError(message)

    monkeypatch.setattr(asked_paths, "_found", never)
    with pytest.raises(tp.errors.InvalidInputError, match="about .* by 1 % of the persons"):
        tp.from_frame(into(many), **NAMES, limit=100)


def test_a_journey_for_one_worker_is_refused(into: Into) -> None:
    """A robot, or an id that means missing, would have to be ordered by one worker."""
    with pytest.raises(tp.errors.InvalidInputError, match=r"a journey has 50 rows.*'robot'"):
        tp.from_frame(into(log_of(robot="s" * 50, a="sb")), **NAMES, longest=49)
    assert len(tp.from_frame(into(log_of(robot="s" * 50)), **NAMES, longest=50)) == 1


def test_paths_that_share_their_hashes_are_told_apart(
    into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All hashes are made equal: the ends of long journeys are compared, and read one by one."""
    ends = {"a": "xyxy", "b": "xyxy", "c": "yxyx", "d": "xxyy", "e": "yyxx", "f": "xxyy"}
    log = log_of(**{who: "xy" * 30 + end for who, end in ends.items()}, g="xy" * 30, h="x")
    expected = counts(tp.from_frame(log, **NAMES))

    def alike(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        same = {name: nw.lit(7).cast(nw.Int64) for name in program.HASHES}
        return frame.with_columns(**same)

    monkeypatch.setattr(program, "mixed", alike)
    assert counts(tp.from_frame(into(log), **NAMES)) == expected
    weighted = log.with_columns(n=pl.lit(3))
    found = tp.from_frame(into(weighted), **NAMES, count="n")
    assert counts(found) == Counter({path: 3 * count for path, count in expected.items()})


@pytest.mark.parametrize("codes", [1, 2, 12, 500, 5000, 10**6])
@pytest.mark.parametrize("longest", [1, 5, 48, 49, 1000])
def test_packed_paths_are_unpacked(codes: int, longest: int) -> None:
    """Digits of words are the codes that were packed, up to the packed places."""
    packing = packing_for(codes, longest)
    rng = np.random.default_rng(1)
    paths = [rng.integers(0, codes, size=size).tolist() for size in (0, 1, 3, longest)]
    words = np.zeros((packing.words, len(paths)), dtype=np.int64)
    for row, path in enumerate(paths):
        for place, word, worth in zip(*packing.multipliers(), strict=True):
            if place <= len(path):
                words[word, row] += (path[place - 1] + 1) * worth
    lengths = np.array([len(path) for path in paths])
    found, offsets = unpacked(list(words), lengths, packing)

    assert bool((words >= 0).all())
    for row, path in enumerate(paths):
        here = found[offsets[row] : offsets[row + 1]].tolist()
        assert here == [*path[: packing.places], *[-1] * (len(path) - packing.places)]


def test_a_sample_holds_whole_persons(into: Into) -> None:
    """All journeys of a person or none; the same for one seed, others for another; all for 1."""
    persons = [f"p{number % 500}" for number in range(2000)]
    log = log_of(**{f"j{number}": "sb" for number in range(2000)})
    whose = dict(zip((f"j{number}" for number in range(2000)), persons, strict=True))
    log = log.with_columns(person=pl.col("who").replace_strict(whose))
    names = NAMES | {"distinct": False, "person": "person"}
    drawn = tp.from_frame(into(log), **names, sample=(0.2, 7))
    sizes = Counter(drawn.persons.tolist())
    again = tp.from_frame(into(log), **names, sample=(0.2, 7))
    other = tp.from_frame(into(log), **names, sample=(0.2, 8))
    report = drawn.meta.report

    assert set(sizes.values()) == {4}
    assert 60 < len(sizes) < 140
    assert sorted(again.ids) == sorted(drawn.ids)
    assert set(other.persons) != set(sizes)
    assert 4 < len(set(other.persons) & set(sizes)) < 50
    assert len(tp.from_frame(into(log), **names, sample=(1, 7))) == 2000
    assert report.rows + sum(report.noted.values()) == len(log)


def test_a_sample_of_journeys_of_several_persons_is_whole(into: Into) -> None:
    """A journey whose rows name several persons, or nobody, is drawn whole or not at all."""
    log = log_of(**{f"j{number}": "sbp" for number in range(300)})
    place = pl.int_range(pl.len())
    log = log.with_columns(
        person=pl.when(place % 3 > 0).then(pl.lit("p") + (place % 77).cast(pl.String))
    )
    names = NAMES | {"person": "person", "person_conflicts": "ignore"}
    for distinct in (False, True):
        drawn = tp.from_frame(into(log), **names | {"distinct": distinct}, sample=(0.3, 1))
        assert set(counts(drawn)) == {("s", "b", "p")}
        assert 40 < int(drawn.counts.sum()) < 160


def test_the_distinct_paths_of_a_sample_are_those_of_its_journeys(into: Into) -> None:
    """An engine draws the same persons, whatever is then asked of them."""
    log = log_of(**{f"j{number}": f"{number % 7:b}" for number in range(400)})
    whole = tp.from_frame(into(log), **NAMES | {"distinct": False}, sample=(0.4, 3))
    paths = tp.from_frame(into(log), **NAMES, sample=(0.4, 3))

    assert counts(paths) == counts(whole)
    assert paths.meta.report.rows == whole.meta.report.rows


def test_blocks_hold_whole_persons(into: Into) -> None:
    """Each person's journeys are in one block, those of nobody spread; the sums are the log's."""
    log = log_of(**{f"j{number}": "sb" if number % 2 else "sp" for number in range(900)})
    number = pl.col("who").str.slice(1).cast(pl.Int64)
    log = log.with_columns(person=pl.when(number >= 300).then((number % 50).cast(pl.String)))
    journeys = tp.from_frame(into(log), **NAMES, person="person", blocks=40)
    spread = Counter(dict.fromkeys(journeys.persons.tolist(), 0))
    for block, count in zip(journeys.persons.tolist(), journeys.counts.tolist(), strict=True):
        spread[block] += count

    assert counts(journeys) == {("s", "b"): 450, ("s", "p"): 450}
    assert set(spread) <= {f"{block:02d}" for block in range(40)}
    assert len(spread) > 30
    assert max(spread.values()) < 150


@pytest.mark.parametrize(
    "here", [pl.DataFrame.clone, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow]
)
def test_a_frame_that_is_here_is_summarised_here(here: Callable[[pl.DataFrame], Any]) -> None:
    """The same call on a frame in memory is `distinct` of what is read."""
    log = SHOP.with_columns(person=pl.col("who").replace({"b": "a"}), kind=pl.lit("x"))
    read = tp.from_frame(here(log), **NAMES | {"distinct": False}, per_journey=("kind",))
    found = tp.from_frame(here(log), **NAMES | {"distinct": ("kind",)})
    first = tp.from_frame(here(log), **NAMES, first=2)
    blocked = tp.from_frame(here(log), **NAMES, person="person", blocks=7)

    assert found == tp.distinct(read, keep=("kind",))
    assert counts(first) == {("s", "b"): 3, ("s",): 1}
    assert first.finished.tolist() == [False, True, True]
    assert counts(blocked) == counts(read)
    assert set(blocked.persons) <= set("0123456")


def test_a_sample_of_what_is_here_holds_whole_persons() -> None:
    """The share of the persons by seed, and the report says how many journeys are not in it."""
    log = log_of(**{f"j{number}": "sb" for number in range(1000)})
    log = log.with_columns(person=pl.col("who").str.slice(0, 3))
    drawn = tp.from_frame(log, **NAMES | {"distinct": False}, person="person", sample=(0.5, 3))
    left = 1000 - len(drawn)

    assert 300 < len(drawn) < 700
    assert set(Counter(drawn.persons.tolist()).values()) <= {1, 11, 10}
    assert list(drawn.meta.report.noted.values()) == [left]


def test_an_empty_log_has_no_paths(into: Into) -> None:
    """No rows, no journeys, no error."""
    journeys = tp.from_frame(into(SHOP.clear()), **NAMES)

    assert len(journeys) == 0
    assert journeys.meta.report.rows == 0


def test_a_log_without_ids_or_touchpoints_is_refused(into: Into) -> None:
    """As on this machine: a column that is missing in every row is the wrong column."""
    for column in ("who", "what", "at"):
        empty = SHOP.with_columns(pl.lit(None, dtype=SHOP.schema[column]).alias(column))
        with pytest.raises(tp.errors.InvalidInputError, match=f"'{column}'"):
            tp.from_frame(into(empty), **NAMES)


def test_what_follows_works_on_what_comes_back(into: Into) -> None:
    """Outcomes, funnels, graphs, attribution and variants are those of the whole log."""
    log = log_of(**{f"j{n}": "ab" * (n % 3) + "s" + "bp" * (n % 2) for n in range(60)})
    whole = tp.until(tp.from_frame(log, **NAMES | {"distinct": False}), "p", outcome="bought")
    paths = tp.until(tp.from_frame(into(log), **NAMES), "p", outcome="bought")

    steps = ["a", "s", "b"]
    graphs = [tp.transition_graph(one) for one in (whole, paths)]

    for one, other in (
        (
            tp.attribution.markov(paths, outcome="bought"),
            tp.attribution.markov(whole, outcome="bought"),
        ),
        (tp.paths.funnel(paths, steps), tp.paths.funnel(whole, steps)),
    ):
        assert len(one.to_dicts()) == len(other.to_dicts()) > 1
        for row, expected in zip(_rows(one), _rows(other), strict=True):
            assert row == pytest.approx(expected, nan_ok=True)
    weights = [{(u, v): one["weight"] for u, v, one in graph.edges(data=True)} for graph in graphs]
    assert weights[0] == weights[1]


def _rows(table: Any) -> list[dict[str, Any]]:
    """Return rows in a fixed order, without the times that paths lack."""
    rows = [
        {name: one for name, one in row.items() if "time" not in name} for row in table.to_dicts()
    ]
    return sorted(rows, key=lambda row: str(next(iter(row.values()))))


MARKS = ["a/b", "a\\", "/", "a\\/b", "'", '"', "%", "-", "=", "\u00a0", "ñ"]
KINDS: dict[str, Callable[[int], Any]] = {
    "float": lambda number: number / 4 if number else float("nan"),
    "negative zero": lambda number: -0.0 if number % 2 else 0.0,
    "bool": lambda number: number % 2 == 0,
    "date": lambda number: dt.date(2026, 1, 1 + number),
    "datetime": lambda number: dt.datetime(2026, 1, 1, number),
    "time": dt.time,
    "missing": lambda number: number if number > 3 else None,
    "slashes": lambda number: MARKS[number],
    "blank": lambda number: [" ", "\u200b\ufeff", "", "x"][number % 4],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["journey", "distinct", "touchpoint", "person", "tiebreak"])
def test_columns_of_any_kind_are_read_as_here(into: Into, kind: str, role: str) -> None:
    """Values that are equal, missing or ordered in one place are so in the other."""
    rng = np.random.default_rng(3)
    numbers = rng.integers(0, 11, size=60).tolist()
    start = dt.datetime(2026, 1, 1)
    log = pl.DataFrame(
        {
            "who": [f"j{number}" for number in numbers],
            "at": [start + dt.timedelta(days=place // 9) for place in range(60)],
            "what": [f"w{number}" for number in rng.integers(0, 3, size=60)],
            "of kind": [KINDS[kind](number) for number in numbers],
        }
    )
    value: Any = ("of kind", "touchpoint") if role == "tiebreak" else "of kind"
    given = NAMES | {"tiebreak": "touchpoint", "unmatched": "keep", "person_conflicts": "ignore"}
    given |= {role: (value,) if role == "distinct" else value}
    here, there = (tp.from_frame(one, **given) for one in (log, into(log)))

    assert counts(there) == counts(here)
    if role == "distinct":
        assert _kept(there) == _kept(here)


def _kept(journeys: tp.Journeys) -> Counter[Any]:
    column = journeys.per_journey["of kind"]
    values = column.to_list() if hasattr(column, "to_list") else column.tolist()
    found: Counter[Any] = Counter()
    for one, value, count in zip(journeys, values, journeys.counts.tolist(), strict=True):
        found[one.keys, None if value != value else value] += count
    return found


@pytest.mark.parametrize("role", ["journey", "distinct", "touchpoint", "person", "tiebreak"])
@pytest.mark.parametrize("value", [b"x", [1], dt.timedelta(hours=1)], ids=type)
def test_columns_without_single_values_are_refused(into: Into, role: str, value: Any) -> None:
    """Bytes, lists and durations, which engines write and order in ways of their own."""
    log = SHOP.with_columns(pl.Series("odd", [value] * len(SHOP)))
    with pytest.raises(tp.errors.InvalidInputError, match="column 'odd' holds values of type"):
        tp.from_frame(into(log), **NAMES | {role: ("odd",) if role == "distinct" else "odd"})


READINGS = [{}, {"distinct": False}, {"distinct": False, "sample": (0.5, 1)}]


@pytest.mark.parametrize("how", READINGS, ids=["distinct", "all rows", "sample"])
def test_a_closed_connection_is_named(how: dict[str, Any]) -> None:
    """The engine's own words, what was asked of it, and what to do."""
    connection = duckdb.connect()
    connection.register("log", SHOP.to_arrow())
    relation = connection.sql("select * from log")
    connection.close()
    with pytest.raises(
        tp.errors.InvalidInputError, match=r"duckdb .* failed while it (looked|read)"
    ) as told:
        tp.from_frame(relation, **NAMES | how)
    assert "session or connection is closed" in str(told.value)


@pytest.mark.parametrize("how", READINGS, ids=["distinct", "all rows", "sample"])
def test_a_query_that_fails_says_what_was_asked(how: dict[str, Any]) -> None:
    """Before it runs, as for a column that is not there, and half-way."""

    def failing(what: str) -> str:
        if what == "p":
            message = "no such thing"
            raise ValueError(message)
        return what

    missing = SHOP.lazy().with_columns(x=pl.col("nope"))
    broken = SHOP.lazy().with_columns(
        what=pl.col("what").map_elements(failing, return_dtype=pl.String)
    )
    with pytest.raises(tp.errors.InvalidInputError, match="failed while it looked at the columns"):
        tp.from_frame(missing, **NAMES | how)
    with pytest.raises(
        tp.errors.InvalidInputError, match=r"polars .* failed while it .*no such thing"
    ):
        tp.from_frame(broken, **NAMES | how)


def test_times_outside_the_years_are_refused() -> None:
    """As on this machine: an infinity is no time."""
    connection = duckdb.connect()
    relation = connection.sql(
        "select * from (values ('a', timestamp 'infinity', 'x'),"
        " ('b', timestamp '2026-01-01', 'y')) log(who, \"at\", what)"
    )
    for more in ({}, {"person": "who"}):
        with pytest.raises(tp.errors.InvalidInputError, match="1 journey has times outside"):
            tp.from_frame(relation, **NAMES | more)
