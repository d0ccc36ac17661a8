"""Silent wrong results of other tools, and input that breaks them: one test each."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests import naive
from touchpoints._core.arrays import counting, segments
from touchpoints.errors import InvalidInputError, NotFoundError, ProblemsError
from touchpoints.taxonomy import (
    Facet,
    Taxonomy,
    Term,
    TouchpointType,
    load_taxonomy,
    parse_taxonomy,
    untyped,
)

NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}
DAYS = [f"2026-01-{day:02d}" for day in range(1, 32)]
DAY = np.datetime64("2026-01-01", "s")


def read(columns: dict[str, Any], **options: Any) -> tp.Journeys:
    """Read plain columns id, at, what."""
    return tp.from_columns(columns, **{**NAMES, **options})


def paths(journeys: tp.Journeys) -> list[tuple[str, ...]]:
    """Return the keys of each journey."""
    return [journey.keys for journey in journeys]


def edges(journeys: tp.Journeys) -> dict[tuple[str, str], int]:
    """Return how often each touchpoint is followed by each other."""
    weights = counting.row_weights(journeys.offsets, journeys.counts)
    found = counting.bigram_counts(
        journeys.codes, journeys.offsets, len(journeys.touchpoints), weights
    )
    keys = [touchpoint.key for touchpoint in journeys.touchpoints]
    rows = zip(found.sources.tolist(), found.targets.tolist(), found.totals.tolist(), strict=True)
    return {(keys[source], keys[target]): total for source, target, total in rows}


# ------------------------------------------------------------------ silent wrong answers of others


def test_rows_out_of_order_are_put_in_order() -> None:
    """pm4py's variants trust the order of rows; here the times decide."""
    journeys = read({"id": ["a"] * 3, "at": [DAYS[2], DAYS[0], DAYS[1]], "what": ["z", "x", "y"]})

    assert [("x", "y", "z")] == paths(journeys)
    assert {("x", "y"): 1, ("y", "z"): 1} == edges(journeys)


def test_ties_in_time_are_counted_and_reported() -> None:
    """The report says how many transitions depend on the order of rows."""
    journeys = read({"id": ["a"] * 3, "at": [DAYS[0]] * 3, "what": ["x", "y", "y"]})

    assert (2, 1) == (journeys.meta.report.ties, journeys.meta.report.ties_that_matter)
    assert any("at the same time" in sentence for sentence in journeys.meta.report.sentences())


def test_ties_do_not_change_with_what_the_touchpoints_are_called() -> None:
    """Sorting by time and name would invent other variants."""
    for first, second in ("ab", "ba"):
        assert [(first, second)] == paths(
            read({"id": [1, 1], "at": [DAYS[0]] * 2, "what": [first, second]})
        )


@pytest.mark.parametrize("milliseconds", [1, 50, 900, 1050])
def test_durations_are_not_floored_to_seconds(milliseconds: int) -> None:
    """50 ms stay 50 ms, 900 ms do not become 0 s, nor 50 ms across a second 1 s."""
    first = dt.datetime(2026, 1, 1, 0, 0, 0, 980_000)
    at = [first, first + dt.timedelta(milliseconds=milliseconds)]

    journeys = read({"id": [1, 1], "at": at, "what": ["x", "y"]})

    assert np.timedelta64(milliseconds, "ms") == journeys.times[1] - journeys.times[0]


def test_a_missing_touchpoint_name_loses_no_transition() -> None:
    """It is an error by default; kept, it is a separate touchpoint between its neighbours."""
    log = {"id": [1] * 3, "at": DAYS[:3], "what": ["x", None, "y"]}
    with pytest.raises(InvalidInputError, match="no touchpoint name"):
        read(log)

    assert {("x", "(missing)"): 1, ("(missing)", "y"): 1} == edges(read(log, unmatched="keep"))
    dropped = read(log, unmatched="drop")
    assert {("x", "y"): 1} == edges(dropped)
    assert 1 == dropped.meta.report.without_touchpoint


def test_duplicates_are_not_accepted_in_silence() -> None:
    """Kept or dropped, they are counted and reported."""
    log = {"id": [1] * 3, "at": [DAYS[0]] * 3, "what": ["x", "x", "y"]}

    kept, dropped = read(log), read(log, duplicates="drop")

    assert any("repeats an earlier row" in sentence for sentence in kept.meta.report.sentences())
    assert {("x", "y"): 1} == edges(dropped)
    assert 1 == dropped.meta.report.duplicates_dropped


def test_padding_is_no_state() -> None:
    """Journeys of different length are not filled up with anything."""
    journeys = read({"id": [1, 1, 1, 2], "at": DAYS[:4], "what": ["x", "y", "z", "x"]})

    assert 3 == len(journeys.touchpoints)
    assert [3, 1] == np.diff(journeys.offsets).tolist()
    assert [True, False] == [
        ("x", "y") in edges(journey) for journey in (journeys[:1], journeys[1:])
    ]


def test_starts_and_completes_are_not_counted_twice_in_silence() -> None:
    """Reading a log of both without saying so gets a warning that names the argument."""
    log = {"id": [1, 1], "at": DAYS[:2], "what": ["x", "x"], "stage": ["start", "complete"]}

    with pytest.warns(UserWarning, match="lifecycle='stage'"):
        assert 2 == len(read(log).codes)
    assert 1 == len(read(log, lifecycle="stage").codes)


# ------------------------------------------------------------------------------------ missing data


def test_a_misspelt_column_has_a_near_name() -> None:
    """The message names the argument that was given the column."""
    with pytest.raises(NotFoundError, match="no column 'waht' .did you mean 'what'.*as touchpoint"):
        read({"id": [1], "at": [DAYS[0]], "what": ["x"]}, touchpoint="waht")


def test_a_column_unlike_any_lists_the_columns_there_are() -> None:
    """Without similar names, the existing columns are shown."""
    with pytest.raises(NotFoundError, match="known: 'id', 'at', 'what'"):
        read({"id": [1], "at": [DAYS[0]], "what": ["x"]}, touchpoint="zzzzzz")


@pytest.mark.parametrize(
    ("name", "argument"), [("id", "journey"), ("at", "time"), ("what", "touchpoint")]
)
@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_a_column_of_nothing_is_an_error(name: str, argument: str, nothing: Any) -> None:
    """A column that is missing in every row is the wrong column, with any options."""
    columns = {"id": ["a"] * 3, "at": DAYS[:3], "what": ["x"] * 3, name: [nothing] * 3}
    with pytest.raises(
        InvalidInputError, match=f"{name}.* given as {argument}, is missing in all 3"
    ):
        read(columns, unmatched="keep")


def test_null_ids_and_times_are_counted_or_an_error() -> None:
    """By option; never guessed, never a journey called None."""
    log = {"id": ["a", None, "a"], "at": [DAYS[0], DAYS[1], None], "what": ["x"] * 3}

    report = read(log).meta.report
    assert (1, 1, 2) == (report.without_journey, report.without_time, report.dropped)
    for message, gone in (("no journey", "at"), ("no time", "id")):
        one = {**log, gone: ["a"] * 3 if gone == "id" else DAYS[:3]}
        with pytest.raises(InvalidInputError, match=message):
            read(one, missing="raise")


# -------------------------------------------------------------------------------------------- times


def test_text_times_that_do_not_parse_are_shown() -> None:
    """The error shows the first rows unchanged, and the argument that gives the format."""
    with pytest.raises(InvalidInputError) as caught:
        read({"id": [1] * 3, "at": [DAYS[0], "31.12.2026", "soon"], "what": ["x"] * 3})

    assert "row 1: '31.12.2026'; row 2: 'soon'" == caught.value.where
    assert "time_format=" in caught.value.mend


def test_naive_and_aware_times_do_not_mix() -> None:
    """A single row among thousands is found."""
    at = ["2026-01-01T00:00:00"] * 5000
    at[3333] += "+02:00"
    with pytest.raises(InvalidInputError, match="mixes times with and without") as caught:
        read({"id": [1] * 5000, "at": at, "what": ["x"] * 5000})

    assert "with a zone: rows 3333" in caught.value.where


def test_a_column_called_duration_that_holds_times_is_a_column_of_times() -> None:
    """Names of columns decide nothing."""
    journeys = tp.from_columns(
        {"time": ["x", "y"], "duration": DAYS[:2], "timestamp": [1, 1]},
        journey="timestamp",
        time="duration",
        touchpoint="time",
    )

    assert [("x", "y")] == paths(journeys)


# -------------------------------------------------------------------------------- journeys by hand


def test_negative_counts_are_refused() -> None:
    """In a log and in the constructor."""
    log = {"id": ["a", "b"], "at": DAYS[:2], "what": ["x", "y"], "n": [1, -2]}
    with pytest.raises(InvalidInputError, match="count must be an integer of at least 0"):
        read(log, count="n")
    with pytest.raises(InvalidInputError, match="counts must not be negative"):
        tp.Journeys(touchpoints=(), codes=[], offsets=[0, 0], counts=[-1])


def test_offsets_that_fall_are_refused() -> None:
    """With the place where they do."""
    found = r"offsets must be non-decreasing \(offsets\[1\] is 2"
    with pytest.raises(InvalidInputError, match=found):
        tp.Journeys(touchpoints=(untyped("x"),), codes=[0, 0, 0], offsets=[0, 2, 1, 3])


# ----------------------------------------------------------------------------------------- taxonomy


def test_unknown_facets_are_refused_with_near_names() -> None:
    """Unknown facets and unknown terms of a touchpoint are refused."""
    customer = load_taxonomy("customer")
    with pytest.raises(NotFoundError, match="no facet 'chanel' .did you mean 'channel'"):
        customer.touchpoint("live_chat", chanel="app")
    with pytest.raises(NotFoundError, match="no term of channel 'ap'"):
        customer.touchpoint("live_chat", channel="ap")


@pytest.mark.parametrize(
    "name",
    [
        "Payment (card)",
        "a [b]",
        "50%",
        "%5B",
        "(start)",
        "(end)",
        "(missing)",
        "a > b",
        'say "hi"',
        "line\nbreak",
        "tab\there",
        "<b>&amp;</b>",
        "a,b=c",
        "  blank  ",
        "ñandú",
        "e\u0301",
        "\U0001f6d2",
        "\u200bx",
        "null",
        "NaN",
        "x" * 10_000,
    ],
)
def test_any_name_is_a_legal_touchpoint(name: str) -> None:
    """Its key tells it from every other and from terminals; its label is the text as it was."""
    journeys = read({"id": [1, 1], "at": DAYS[:2], "what": [name, "other"]})

    first, second = journeys[0].touchpoints
    assert name == first.label()
    assert first.key not in {"(start)", "(end)", "(open)", "(missing)", second.key}
    assert {(first.key, "other"): 1} == edges(journeys)


def test_two_names_that_look_alike_stay_two() -> None:
    """Unicode normal forms, case and blanks make different texts."""
    names = ["é", "e\u0301", "É", " é", "é "]
    journeys = read({"id": [1] * 5, "at": DAYS[:5], "what": names})

    assert 5 == len(journeys.touchpoints)


def test_a_taxonomy_with_ten_mistakes_reports_all_ten() -> None:
    """Not one at a time."""
    lines = ['name = "ten"', "[facets.channel.terms.web]", 'labels.en = "Web"']
    for number in range(10):
        lines += [f"[types.t{number}]", f'labels.en = "T {number}"', f'channel = "nowhere{number}"']
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy("\n".join(lines))

    assert 10 == len(caught.value.problems)
    for number in range(10):
        assert f"nowhere{number}" in str(caught.value)


def test_a_type_called_like_a_channel_is_refused() -> None:
    """A channel is not a touchpoint."""
    with pytest.raises(ProblemsError, match="email"):
        Taxonomy(
            "mixed",
            facets=[Facet("channel", terms=[Term("email")])],
            types=[TouchpointType("email")],
        )


# --------------------------------------------------------------------------------------- extremes


def test_an_empty_log_is_no_journeys() -> None:
    """Without a warning and without an error."""
    nothing = read({"id": [], "at": [], "what": []})

    assert (0, 0, {}) == (len(nothing), len(nothing.codes), edges(nothing))
    assert nothing == nothing[:]
    assert "0 journeys" in repr(nothing)


def test_journeys_of_one_event_have_no_transitions() -> None:
    """Nor gaps, nor shares of ties."""
    journeys = read({"id": ["a", "b"], "at": DAYS[:2], "what": ["x", "y"]})

    assert {} == edges(journeys)
    assert 0 == journeys.meta.report.pairs
    assert np.isnan(journeys.meta.report.tie_share)


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result of an action, and the seconds it took."""
    began = time.process_time()
    return action(), time.process_time() - began


def test_a_million_journeys_of_one_event() -> None:
    """Seconds, not minutes, from text ids."""
    count = 1_000_000
    log = {
        "id": [f"visitor {number}" for number in range(count)],
        "at": DAY + np.arange(count),
        "what": ["x", "y"] * (count // 2),
    }
    journeys, seconds = timed(lambda: read(log))

    assert (count, count) == (len(journeys), len(journeys.codes))
    assert ["visitor 0", f"visitor {count - 1}"] == journeys.ids[[0, -1]].tolist()
    assert {} == edges(journeys)
    assert seconds < 30


def test_one_journey_of_a_million_events() -> None:
    """In any order; every transition is there."""
    count = 1_000_000
    order = np.random.default_rng(2).permutation(count)
    log = {
        "id": np.zeros(count, int),
        "at": DAY + np.arange(count)[order],
        "what": np.array(["x", "y", "z"])[(np.arange(count) % 3)[order]],
    }
    journeys, seconds = timed(lambda: read(log))

    assert (1, count) == (len(journeys), len(journeys.codes))
    assert not len(segments.falls_within(journeys.times.view(np.int64), journeys.offsets))
    assert {("x", "y"), ("y", "z"), ("z", "x")} == set(edges(journeys))
    assert count - 1 == sum(edges(journeys).values())
    assert seconds < 30


def test_a_million_events_at_one_time_keep_the_order_of_their_rows() -> None:
    """All rows are ties: the order of the file is the order of events."""
    count = 1_000_000
    what = np.random.default_rng(3).integers(0, 5, count)
    log = {"id": np.zeros(count, int), "at": np.full(count, DAY), "what": what}

    journeys, seconds = timed(lambda: read(log))

    labels = np.array([int(touchpoint.key) for touchpoint in journeys.touchpoints])
    assert what.tolist() == labels[journeys.codes].tolist()
    assert count - 1 == journeys.meta.report.ties
    assert seconds < 30


@pytest.mark.parametrize(
    "ids",
    [
        ["NA", "N/A", "nan", "null", "None", "NaT", "-", "0", "00", "0.0", "False"],
        [
            "é",
            "e\u0301",
            "É",
            "日本語",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "עברית",
            "\u202eabc",
        ],
        [" x", "  x", "\tx", "\nx", "\x00a", "a\x00b", "\ufeffa", "'; DROP TABLE x; --"],
        ["a", "A", "a ", " a", "a\n"],
        list(range(-5, 5)),
        [2**62, -(2**62), 0, 2**31, 2**32, 2**53 + 1, 2**53],
    ],
)
def test_any_id_is_an_id(ids: list[Any]) -> None:
    """Each is a separate journey with its own id, also through polars, pandas and arrow."""
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    pa = pytest.importorskip("pyarrow")
    log = {"id": ids + ids, "at": DAYS[:1] * len(ids) * 2, "what": ["x"] * len(ids) * 2}

    for journeys in (
        read(log),
        tp.from_frame(pd.DataFrame(log), **NAMES),
        tp.from_frame(pl.DataFrame(log), **NAMES),
        tp.from_frame(pa.table(log), **NAMES),
    ):
        assert ids == journeys.ids.tolist()
        assert [2] * len(ids) == np.diff(journeys.offsets).tolist()


def test_many_distinct_touchpoints_are_no_square_table() -> None:
    """Fifty thousand touchpoints would make a table of 2.5 billion pairs."""
    count = 50_000
    log = {
        "id": np.zeros(count, int),
        "at": DAY + np.arange(count),
        "what": np.arange(count),
    }

    journeys = read(log)

    assert count - 1 == len(edges(journeys))


def test_dates_far_from_ours_are_read() -> None:
    """Sentinels (0001-01-01, 9999-12-31) are ordered by their time."""
    log = {"id": [1] * 3, "at": ["9999-12-31", "0001-01-01", "2026-01-01"], "what": ["z", "x", "y"]}

    assert [("x", "y", "z")] == paths(read(log))
    assert [("x", "y", "z")] == paths(read(log, tz="America/New_York"))


def test_counts_of_a_billion_are_exact() -> None:
    """Counts are frequencies, not rows."""
    log = {"id": [1, 1], "at": DAYS[:2], "what": ["x", "y"], "n": [10**12 + 1] * 2}

    assert {("x", "y"): 10**12 + 1} == edges(read(log, count="n"))


def test_a_large_shuffled_log_agrees_with_reading_by_hand() -> None:
    """Twenty thousand rows with every kind of trouble at once."""
    random = np.random.default_rng(4)
    count = 20_000
    rows = [
        {
            "id": None if random.random() < 0.01 else f"j{random.integers(0, 700)}",
            "at": None
            if random.random() < 0.01
            else dt.datetime(2026, 1, 1) + dt.timedelta(minutes=int(random.integers(0, 4000))),
            "what": None if random.random() < 0.01 else f"t{random.integers(0, 12)}",
        }
        for _ in range(count)
    ]
    expected = naive.read(rows, named=True)
    journeys = tp.from_records(rows, **NAMES, unmatched="drop")

    assert list(expected.journeys) == journeys.ids.tolist()
    assert expected.sequences() == [list(journey.keys) for journey in journeys]
    for name, number in expected.report.items():
        assert number == getattr(journeys.meta.report, name), name


def test_what_was_read_does_not_follow_the_columns() -> None:
    """Changing the log afterwards changes nothing."""
    log = {
        "id": np.array([1, 2]),
        "at": np.array(DAYS[:2], "M8[us]"),
        "what": np.array(["x", "y"], object),
        "n": np.array([1, 2]),
        "score": np.array([1.0, 2.0]),
    }
    journeys = read(log, count="n", per_interaction=("score",), per_journey=("score", "at"))
    again = attrs.evolve(journeys)
    for column in log.values():
        column[:] = column[::-1].copy()

    assert "" == tp.first_difference(again, journeys)
    assert [1.0, 2.0] == journeys.per_interaction["score"].tolist()
    assert [1, 2] == journeys.counts.tolist() == journeys.ids.tolist()
