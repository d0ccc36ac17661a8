"""The law: an engine brings back what this machine would have counted, for every engine."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp
from tests.sources.engine.conftest import Engine

START = dt.datetime(2026, 3, 8)
NAMES = ("search", "it's", 'a "b"\\', "café ☕", "visit\nend")
ROLES: dict[str, Any] = {
    "journey": "visit.id",
    "time": "at time",
    "touchpoint": "what",
    "tiebreak": "order",
    "unmatched": "keep",
}
SAME = ("rows", "without_journey", "without_time", "pairs", "ties", "journey_conflicts")


def told(journeys: tp.Journeys, *keep: str) -> Counter[tuple[Any, ...]]:
    """Return the number of journeys of each path with its columns; blocks of persons are summed."""
    columns = [_values(journeys.per_journey[name]) for name in keep]
    found: Counter[tuple[Any, ...]] = Counter()
    for place, journey in enumerate(journeys):
        ends = (bool(journeys.began[place]), bool(journeys.finished[place]))
        key = (journey.keys, *ends, *(one[place] for one in columns))
        found[key] += int(journeys.counts[place])
    return found


def _values(column: Any) -> list[Any]:
    values = column.to_list() if hasattr(column, "to_list") else column.tolist()
    return ["missing" if one is None or one != one else one for one in values]


def check_law(engine: Engine, frame: pl.DataFrame, keep: tuple[str, ...], **options: Any) -> None:
    """Compare the engine with the journeys of the frame, merged here."""
    asked: Any = keep or True
    here = tp.from_frame(frame, **ROLES | options, distinct=asked)
    there = tp.from_frame(engine.frame(frame), **ROLES | options, distinct=asked)

    assert told(there, *keep) == told(here, *keep)
    report, expected = there.meta.report, here.meta.report
    assert {one: getattr(report, one) for one in SAME} == {
        one: getattr(expected, one) for one in SAME
    }
    if not {"first", "last", "collapse_repeats"} & set(options):
        plain = tp.from_frame(frame, **ROLES | options, per_journey=keep)
        assert told(there, *keep) == told(tp.distinct(plain, keep=keep), *keep)


def logs() -> st.SearchStrategy[pl.DataFrame]:
    """Return logs with ties, missing values, ids that are blank, and words of any kind."""
    row = st.tuples(
        st.sampled_from(["a", "b", "c", "d", "é'", None, " "]),
        st.one_of(st.integers(0, 4), st.none()),
        st.sampled_from([*NAMES, None]),
        st.sampled_from(["north", "south", None]),
    )
    return st.lists(row, min_size=1, max_size=25).filter(usable).map(frame_of)


def usable(rows: list[tuple[Any, ...]]) -> bool:
    """Tell whether some row has an id, a time and a name; where none has, reading raises."""
    return any(all(one is not None and str(one).strip() for one in row[:3]) for row in rows)


def frame_of(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Return rows as a frame, with times on a day on which clocks change."""
    ids, times, names, segments = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "visit.id": pl.Series(ids, dtype=pl.String),
            "at time": pl.Series(
                [None if one is None else START + dt.timedelta(minutes=40 * one) for one in times],
                dtype=pl.Datetime("us"),
            ),
            "what": pl.Series(names, dtype=pl.String),
            "segment": pl.Series(segments, dtype=pl.String),
            "order": pl.Series(np.random.default_rng(len(rows)).permutation(len(rows))),
        }
    )


def draws(engine: Engine) -> Any:
    """Return settings with few examples where a query takes seconds."""
    number = {"polars": 40, "duckdb": 8, "ibis-duckdb": 8}.get(engine.name, 4)
    return settings(max_examples=number)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"collapse_repeats": True},
    {"first": 2},
    {"last": 2, "collapse_repeats": True},
    {"unmatched": "drop"},
    {"tiebreak": ("order", "touchpoint")},
]


def test_an_engine_counts_as_this_machine_does(engine: Engine) -> None:
    """On generated logs: all options, with and without a column that is kept."""

    @draws(engine)
    @given(logs(), st.sampled_from(OPTIONS), st.sampled_from([(), ("segment",)]))
    def law(frame: pl.DataFrame, options: dict[str, Any], keep: tuple[str, ...]) -> None:
        check_law(engine, frame, keep, **options)

    law()


def many(journeys: int = 400, seed: int = 1) -> pl.DataFrame:
    """Return a log with journeys of one row and of hundreds, which do not fit into a few words."""
    rng = np.random.default_rng(seed)
    sizes = np.where(rng.random(journeys) < 0.05, 120, rng.geometric(0.3, journeys))
    owners = np.repeat(np.arange(journeys), sizes)
    rows = len(owners)
    # Long journeys repeat few habits, so that several share one path and differ late.
    habit = owners % 3
    step = np.arange(rows) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    what = (habit + step) % 5
    late = (step == 100) & (owners % 2 == 0)
    what = np.where(late, 4, what)
    shuffled = rng.permutation(rows)
    return pl.DataFrame(
        {
            "visit.id": [f"v{one}" for one in owners[shuffled]],
            "at time": pl.Series(
                np.datetime64("2026-01-01", "us")
                + (step[shuffled] // 2 * 60).astype("timedelta64[s]")
            ).cast(pl.Datetime("us")),
            "what": [NAMES[one] for one in what[shuffled]],
            "segment": [("north", "south", None)[one % 3] for one in owners[shuffled]],
            "order": step[shuffled],
            "who": [f"p{one // 3}" for one in owners[shuffled]],
        }
    )


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_long_journeys_are_counted_exactly(engine: Engine, options: dict[str, Any]) -> None:
    """Those that fit into no few words are told apart by what comes late in them."""
    check_law(engine, many(), ("segment",), **options)


def test_persons_become_blocks(engine: Engine) -> None:
    """The numbers are those of all persons, and a person is in one block."""
    frame = many(120, seed=2)
    there = tp.from_frame(engine.frame(frame), **ROLES, person="who", distinct=True, blocks=8)
    here = tp.from_frame(frame, **ROLES, distinct=True)

    assert told(there) == told(here)
    assert set(there.persons.tolist()) <= {str(block) for block in range(8)}
    assert len(set(there.persons.tolist())) > 4


def test_a_sample_is_of_whole_persons(engine: Engine) -> None:
    """A third of the persons, each with all journeys and all rows; another seed, others."""
    frame = many(300, seed=3)
    whole = tp.from_frame(frame, **ROLES, person="who")
    of_person = Counter(whole.persons.tolist())
    drawn = {}
    for seed in (1, 2):
        some = tp.from_frame(engine.frame(frame), **ROLES, person="who", sample=(0.3, seed))
        drawn[seed] = set(some.persons.tolist())
        assert Counter(some.persons.tolist()) == {one: of_person[one] for one in drawn[seed]}
        kept = tp.select(whole, np.isin(whole.persons, some.persons))
        assert told(tp.distinct(some)) == told(tp.distinct(kept))
    # Of 100 persons, 30 are expected; 10 and 50 are four standard deviations away.
    assert all(10 < len(persons) < 50 for persons in drawn.values())
    assert drawn[1] != drawn[2]


def test_a_sample_of_paths_is_that_of_the_sample(engine: Engine) -> None:
    """Both ask the same engine for the same persons."""
    lazy = engine.frame(many(300, seed=4))
    asked = {**ROLES, "person": "who", "sample": (0.3, 7)}
    assert told(tp.from_frame(lazy, **asked, distinct=True)) == told(
        tp.distinct(tp.from_frame(lazy, **asked))
    )


def test_a_count_of_journeys_is_summed(engine: Engine) -> None:
    """Rows say how many journeys theirs stands for."""
    frame = many(60, seed=5).with_columns(n=pl.col("visit.id").str.slice(1).cast(pl.Int64) % 4)
    check_law(engine, frame, ("segment",), count="n")


@pytest.mark.parametrize("kind", ["aware", "date"])
def test_times_of_other_kinds_order_the_rows(engine: Engine, kind: str) -> None:
    """Instants with a zone, and days."""
    to = pl.Date if kind == "date" else pl.Datetime("us", "UTC")
    frame = many(60, seed=6).with_columns(pl.col("at time").cast(pl.Datetime("us")).cast(to))
    check_law(engine, frame, ())


def test_several_columns_form_an_id_and_numbers_are_ids(engine: Engine) -> None:
    """With slashes in them."""
    frame = many(60, seed=7).with_columns(
        user=pl.col("visit.id").str.slice(1).cast(pl.Int64) % 7,
        number=pl.col("visit.id").str.slice(1).cast(pl.Int64),
        part=pl.concat_str([pl.col("visit.id"), pl.lit("/x\\")]),
    )
    check_law(engine, frame, (), journey=("user", "part"))
    check_law(engine, frame, (), journey="user", tiebreak=("order", "number"))


def test_a_classifier_types_the_distinct_events_here(engine: Engine) -> None:
    """The table of answers goes back into the engine."""
    seen = []

    @tp.classifier(reads=("what", "segment"))
    def by_hand(event: Any) -> Any:
        seen.append(event)
        if event["segment"] is None:
            return None
        return f"{event['what'][:3]} {event['segment']}"

    check_law(engine, many(60, seed=8), ("segment",), touchpoint=by_hand)
    assert seen


def test_ties_that_nothing_decides_are_refused(engine: Engine) -> None:
    """An engine has no order of rows; a tiebreak by the key of the touchpoint is one."""
    frame = frame_of([("a", 0, "search", None), ("a", 0, "it's", None), ("b", 0, "it's", None)])
    with pytest.raises(tp.errors.InvalidInputError, match="1 interaction shares journey and time"):
        tp.from_frame(engine.frame(frame), **ROLES | {"tiebreak": None}, distinct=True)
    found = tp.from_frame(engine.frame(frame), **ROLES | {"tiebreak": "touchpoint"}, distinct=True)
    assert told(found) == {(("it's", "search"), True, True): 1, (("it's",), True, True): 1}
    assert found.meta.report.ties == 1


def test_more_paths_than_the_limit_are_refused(engine: Engine) -> None:
    """With what shortens them."""
    with pytest.raises(tp.errors.InvalidInputError, match="(?s)limit=3.*collapse_repeats"):
        tp.from_frame(engine.frame(many(60)), **ROLES, distinct=True, limit=3)


def test_a_very_long_journey_is_refused(engine: Engine) -> None:
    """It would sit on one worker."""
    with pytest.raises(tp.errors.InvalidInputError, match="(?s)a journey has 120 rows.*robot"):
        tp.from_frame(engine.frame(many(100)), **ROLES, distinct=True, longest=100)


def test_a_query_that_fails_half_way_is_told(engine: Engine) -> None:
    """The frame's own query: a text that is no number, in the last row."""
    import narwhals.stable.v2 as nw

    # Without a dot in a name, which narwhals and DuckDB before 2 take for a table's.
    frame = many(60).rename({"visit.id": "visit"}).with_columns(code=pl.lit("7"))
    frame = frame.with_columns(
        code=pl.when(pl.int_range(pl.len()) == pl.len() - 1).then(pl.lit("x7")).otherwise("code")
    )
    lazy = nw.from_native(engine.frame(frame)).with_columns(nw.col("code").cast(nw.Int64))
    roles = ROLES | {"journey": "visit", "tiebreak": ("order", "code")}
    with pytest.raises(tp.errors.InvalidInputError, match="(?s)the engine .* failed while it .*x7"):
        tp.from_frame(lazy.to_native(), **roles, distinct=True)
