"""Journeys: what the constructor requires, what cannot be changed, what two of them differ in."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from touchpoints._core.frozen import Coded
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.meta import Report
from touchpoints.journeys.model import derive
from touchpoints.taxonomy import load_taxonomy, untyped

A, B = untyped("a"), untyped("b")
DAY = np.datetime64("2026-01-01", "us")
HOUR = np.timedelta64(1, "h")
GOOD: dict[str, Any] = {
    "touchpoints": (A, B),
    "codes": [0, 1, 0],
    "offsets": [0, 2, 2, 3],
    "times": np.array([DAY, DAY + HOUR, DAY]),
    "ids": ["x", "y", "z"],
}


def make(**columns: Any) -> tp.Journeys:
    """Return three journeys: a b, nothing, a."""
    return tp.Journeys(**{**GOOD, **columns})


# ---------------------------------------------------------------------------------- requirements


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"offsets": [1, 2, 2, 3]}, "offsets must start at 0"),
        ({"offsets": [0, 2, 1, 3]}, "offsets must be non-decreasing"),
        ({"offsets": [0, 2, 2, 4]}, "offsets must end at the number of interactions"),
        ({"offsets": []}, "offsets must hold n"),
        ({"offsets": [0, 1.5, 2, 3]}, "offsets must hold whole numbers"),
        ({"codes": [0, 2, 0]}, r"codes must index the 2 touchpoints \(codes\[1\] is 2\)"),
        ({"codes": [0, -1, 0]}, r"codes\[1\] is -1"),
        ({"codes": [0, 0.5, 0]}, "codes must hold whole numbers"),
        ({"codes": np.array([0, 2**32, 0])}, "codes must hold whole numbers that fit int32"),
        ({"codes": [[0], [1], [0]]}, "codes must be one-dimensional"),
        ({"touchpoints": (A, A)}, "keys of touchpoints must be unique"),
        (
            {"times": np.array([DAY, DAY - HOUR, DAY])},
            "times must be non-decreasing within a journey",
        ),
        ({"times": np.array([DAY, "NaT", DAY], "M8[us]")}, "times must not be missing"),
        ({"times": ["one", "two", "three"]}, "a column of times cannot be read"),
        ({"times": np.array([DAY])}, "times has 1 entries for 3 interactions"),
        ({"ends": np.array([DAY - HOUR] * 3)}, "ends must not be before times"),
        ({"times": None, "ends": np.array([DAY] * 3)}, "ends need times"),
        ({"ids": ["x", "y", "x"]}, "ids must be unique"),
        ({"ids": [1, 2, 1]}, "ids must be unique"),
        ({"ids": ["x", ["y"], "z"]}, "ids must be hashable"),
        ({"ids": ["x", "y"]}, "ids has 2 entries for 3 journeys"),
        ({"counts": [1, -1, 1]}, r"counts must not be negative \(counts\[1\] is -1\)"),
        ({"counts": [1, 1.5, 1]}, "counts must hold whole numbers"),
        ({"counts": [1, np.nan, 1]}, "counts must hold whole numbers"),
        ({"counts": [[1], [1], [1]]}, "counts must be one-dimensional"),
        ({"began": [True, False]}, "began has 2 entries"),
        ({"finished": ["False", "True", "True"]}, "whole numbers"),
        ({"outcomes": {"won": [1, 0.5, 0]}}, "must be 1 .reached., 0 .not reached. or nan"),
        ({"outcomes": {"won": ["yes", "no", "no"]}}, "won cannot be read as float64"),
        ({"outcomes": {"start": [1, 0, 0]}}, "an outcome must not be named 'start'"),
        ({"outcome_times": {"won": np.array([DAY] * 3)}}, "outcome_times has 'won'"),
        ({"values": {"revenue": [1.0]}}, "revenue.* has 1 entries"),
        ({"per_interaction": {"page": ["/"]}}, "page.* has 1 entries for 3 interactions"),
        ({"per_journey": {"segment": ["/"]}}, "segment.* has 1 entries for 3 journeys"),
        ({"persons": ["x"]}, "persons has 1 entries"),
        ({"observed_until": np.array([DAY])}, "observed_until has 1 entries"),
    ],
)
def test_columns_that_contradict_each_other_are_refused(
    columns: dict[str, Any], message: str
) -> None:
    """Each requirement has its own message with the position where it fails."""
    with pytest.raises(InvalidInputError, match=message):
        make(**columns)


def test_an_outcome_time_needs_the_outcome() -> None:
    """An outcome has a time only where it was reached."""
    times = {"won": np.array([DAY, DAY, "NaT"], "M8[us]")}
    with pytest.raises(InvalidInputError, match="has a time where it was not reached"):
        make(outcomes={"won": [1, 0, np.nan]}, outcome_times=times)


def test_a_fall_between_two_journeys_is_no_fall() -> None:
    """Times need to rise within journeys only."""
    assert 3 == len(make(times=np.array([DAY, DAY + HOUR, DAY - HOUR])))


def test_the_journey_whose_times_fall_is_named() -> None:
    """By its id, as a plain value, with both times."""
    falling = np.array([DAY, DAY - HOUR, DAY])
    with pytest.raises(
        InvalidInputError, match="journey 7: 2026-01-01T00:00:00.000000 is followed"
    ):
        make(ids=[7, 8, 9], times=falling)


def test_empty_journeys_and_no_journeys_are_legal() -> None:
    """An empty journey is legal, and so is a log without journeys."""
    nothing = tp.Journeys(touchpoints=(), codes=[], offsets=[0])
    empty = tp.Journeys(touchpoints=(), codes=[], offsets=[0, 0, 0])

    assert (0, 2) == (len(nothing), len(empty))
    assert [()] * 2 == [journey.keys for journey in empty]
    assert "<Journeys: 0 journeys, 0 interactions, 0 touchpoints>" == repr(nothing)


def test_columns_have_defaults() -> None:
    """Ids count from 0; every row is one complete journey."""
    journeys = tp.Journeys(touchpoints=(A,), codes=[0], offsets=[0, 1, 1])

    assert [0, 1] == journeys.ids.tolist()
    assert [1, 1] == journeys.counts.tolist()
    assert [True, True] == journeys.began.tolist() == journeys.finished.tolist()
    assert journeys.times is journeys.ends is journeys.persons is None


# ------------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        ([3, 1, 2], "i"),
        (np.array([3, 1, 2], np.uint8), "i"),
        (["NA", "nan", "é"], "O"),
        (np.array(["a", "b", "c"]), "O"),
        ([(1, "a"), (1, "b"), (2, "a")], "O"),
        ([1, "1", 1.5], "O"),
        ([2**70, 1, 2], "O"),
        (np.array([2**63 + 5, 1, 2], np.uint64), "O"),
    ],
)
def test_ids_are_kept_as_they_are(ids: Any, kind: str) -> None:
    """Whole numbers as int64, everything else as the Python object it was."""
    journeys = make(ids=ids)

    assert list(ids if isinstance(ids, list) else ids.tolist()) == journeys.ids.tolist()
    assert kind == journeys.ids.dtype.kind
    assert [journey.id for journey in journeys] == journeys.ids.tolist()


def test_persons_may_be_unknown() -> None:
    """None stands for an unknown person, among text and among numbers."""
    assert ["ana", None, "ana"] == make(persons=["ana", None, "ana"]).persons.tolist()
    assert [7, None, 7] == make(persons=[7, None, 7]).persons.tolist()


# -------------------------------------------------------------------------------- kept columns


def test_kept_columns_keep_their_kind() -> None:
    """Numbers stay numbers, instants instants, text becomes codes, durations seconds."""
    journeys = make(
        per_interaction={
            "whole": [1, 2, 3],
            "gap": [1, None, 3],
            "flag": [True, False, True],
            "text": ["/", None, "/"],
            "day": [DAY.astype(object)] * 2 + [None],
            "wait": np.array([50, 0, "NaT"], "m8[ms]"),
        }
    )
    kept = journeys.per_interaction

    assert "ifbMf" == "".join(
        kept[name].dtype.kind for name in ("whole", "gap", "flag", "day", "wait")
    )
    assert ["/", None, "/"] == kept["text"].to_list()
    assert 0.05 == kept["wait"][0]
    assert np.isnan(kept["wait"][2])
    assert np.isnat(kept["day"][2])


# ------------------------------------------------------------------------------ nothing changes


def arrays_of(journeys: tp.Journeys) -> dict[str, np.ndarray]:
    """Return every array a Journeys holds, by name."""
    found: dict[str, Any] = {}
    for field in attrs.fields(tp.Journeys):
        value = getattr(journeys, field.name)
        found |= dict(value) if hasattr(value, "items") else {field.name: value}
    arrays = {name: one.codes if isinstance(one, Coded) else one for name, one in found.items()}
    return {name: one for name, one in arrays.items() if isinstance(one, np.ndarray)}


FULL = make(
    ends=np.array([DAY + HOUR, "NaT", DAY], "M8[us]"),
    persons=["ana", "leo", None],
    counts=[1, 2, 0],
    began=[True, True, False],
    observed_until=np.array([DAY + HOUR] * 3),
    outcomes={"won": [1, 0, np.nan]},
    outcome_times={"won": np.array([DAY, "NaT", "NaT"], "M8[us]")},
    values={"revenue": [1.5, 0, 0]},
    per_interaction={"page": ["/", None, "/x"], "score": [1.0, np.nan, 2.0]},
    per_journey={"segment": ["new", "old", None]},
)


@pytest.mark.parametrize(
    "again",
    [
        lambda one: one,
        copy.copy,
        copy.deepcopy,
        lambda one: pickle.loads(pickle.dumps(one)),
        lambda one: pickle.loads(pickle.dumps(one, protocol=2)),
        lambda one: one[:],
        lambda one: derive(one, codes=one.codes.copy()),
        lambda one: attrs.evolve(one, counts=[1, 2, 0]),
    ],
    ids=["made", "copy", "deepcopy", "pickle", "old pickle", "slice", "derive", "evolve"],
)
def test_no_column_can_be_written_to(again: Any) -> None:
    """However journeys came about, they are equal and every array in them is read-only."""
    journeys = again(FULL)

    assert "" == tp.first_difference(FULL, journeys)
    assert set(arrays_of(FULL)) == set(arrays_of(journeys))
    assert [] == [name for name, one in arrays_of(journeys).items() if one.flags.writeable]
    with pytest.raises(ValueError, match="read-only"):
        journeys.codes[0] = 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        journeys.codes = journeys.codes


def test_the_callers_arrays_stay_the_callers() -> None:
    """Arrays passed in are neither shared nor frozen."""
    codes, segment = np.array([0, 1, 0], np.int32), np.array([1.0, 2.0, 3.0])
    journeys = make(codes=codes, per_journey={"weight": segment})
    codes[0], segment[0] = 1, 9.0

    assert [0, 1, 0] == journeys.codes.tolist()
    assert [1.0, 2.0, 3.0] == journeys.per_journey["weight"].tolist()


def test_changing_one_column_copies_no_other() -> None:
    """`attrs.evolve` shares the columns that stay."""
    changed = attrs.evolve(FULL, counts=[5, 5, 5])

    for name, one in arrays_of(FULL).items():
        assert name == "counts" or np.shares_memory(arrays_of(changed)[name], one)


@given(strategies.journeys())
def test_drawn_journeys_survive_a_pickle(journeys: tp.Journeys) -> None:
    """A pickle gives equal journeys, with any columns."""
    assert journeys == pickle.loads(pickle.dumps(journeys))


# ------------------------------------------------------------------------------ reading, slicing


def test_iterating_gives_small_records() -> None:
    """Each journey with its own times, outcomes and values, as plain values."""
    first, second, third = FULL

    assert ("a", "b") == first.keys
    assert (A, B) == first.touchpoints
    assert [DAY, DAY + HOUR] == list(first.times)
    assert ("ana", 1, {"won": 1.0}, {"revenue": 1.5}) == (
        first.person, first.count, first.outcomes, first.values,
    )  # fmt: skip
    assert (0, 2) == (len(second), second.count)
    assert np.isnan(third.outcomes["won"])
    assert third == FULL[2] == FULL[-1]


def test_positions_beyond_the_last_are_an_index_error() -> None:
    """So that the language's own loops work."""
    for place in (3, -4):
        with pytest.raises(IndexError):
            FULL[place]


@pytest.mark.parametrize("place", ["x", 1.0, [True, False, True], [0.0], [[0]], (0, 1), None])
def test_other_indices_name_the_mend(place: Any) -> None:
    """A mask is for `select`."""
    with pytest.raises(WrongKindError, match="tp.select"):
        FULL[place]


@given(strategies.journeys(), st.data())
def test_integers_take_journeys_in_their_order(journeys: tp.Journeys, data: Any) -> None:
    """Each journey comes whole, as from a list, whichever way the integers are written."""
    n = len(journeys)
    chosen = data.draw(st.permutations(range(n)))[: data.draw(st.integers(0, n))]
    signed = [place - n if data.draw(st.booleans()) else place for place in chosen]
    expected = [journeys[place] for place in chosen]

    for index in (signed, np.array(signed, dtype=np.int64), np.array(chosen, dtype=np.uint16)):
        taken = journeys[index]
        assert expected == list(taken)
        assert taken == journeys[np.array(chosen, dtype=np.int64), ...]
    assert (n,) == journeys.shape
    assert journeys.meta == journeys[chosen].meta


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ([0, 3], "outside: 3 .3 journeys"),
        ([-4], "outside: -4"),
        ([0, 2, -1], "must not repeat, got 2 2 times"),
    ],
)
def test_integers_that_mean_no_journeys_are_refused(place: list[int], says: str) -> None:
    """Ids stay unique, and nothing wraps around."""
    with pytest.raises(InvalidInputError, match=says):
        FULL[place]


@given(strategies.journeys())
def test_slices_are_journeys(journeys: tp.Journeys) -> None:
    """Any slice holds the journeys a list would, with all their columns."""
    for place in (
        slice(1, None),
        slice(None, None, -1),
        slice(-2, None),
        slice(1, 1),
        slice(0, 9, 2),
    ):
        part = journeys[place]
        assert list(journeys)[place] == list(part)
        assert journeys.ids.tolist()[place] == part.ids.tolist()
        assert [one.keys for one in journeys][place] == [one.keys for one in part]
        assert list(journeys.outcomes) == list(part.outcomes)


def test_pipe_calls_the_function_with_what_it_is_given() -> None:
    """Steps can be written in the order they happen."""
    assert (FULL, 1, "x") == FULL.pipe(lambda journeys, a, *, b: (journeys, a, b), 1, b="x")


# -------------------------------------------------------------------------------- two of them


@given(strategies.journeys(), strategies.journeys())
def test_journeys_are_equal_exactly_when_nothing_differs(
    left: tp.Journeys, right: tp.Journeys
) -> None:
    """`==`, `equals` and the sentence agree, in both directions."""
    same = tp.first_difference(left, right) == ""

    assert same == (left == right) == left.equals(right) == (right == left)
    assert left == left[:]


def test_journeys_are_not_hashable() -> None:
    """They compare by content, like arrays."""
    with pytest.raises(TypeError):
        hash(FULL)
    assert FULL != "journeys"


def test_the_order_of_the_touchpoint_table_plays_no_part() -> None:
    """The touchpoint of each interaction is compared, not its code."""
    turned = tp.Journeys(**{**GOOD, "touchpoints": (B, A), "codes": [1, 0, 1]})

    assert turned == make()


def test_the_report_plays_no_part() -> None:
    """It tells how journeys were read, not what they are."""
    assert make(meta=tp.Meta(report=Report(rows=9))) == make()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"codes": [0, 1, 1]}, "interaction 0 of journey 'z': 'a' against 'b'"),
        ({"touchpoints": (A, untyped("c"))}, "interaction 1 of journey 'x': 'b' against 'c'"),
        ({"ids": ["x", "y", "w"]}, "ids, row 2: 'z' against 'w'"),
        ({"ids": [1, 2, 3]}, "ids is object against int64"),
        ({"counts": [1, 1, 4]}, "counts, row 2: 1 against 4"),
        ({"finished": [True, False, True]}, "finished, row 1: True against False"),
        ({"times": None}, "only one of the two has times"),
        (
            {"times": np.array([DAY, DAY + HOUR, DAY + HOUR])},
            "times, row 2: 2026-01-01T00:00:00.000000 against 2026-01-01T01:00:00.000000",
        ),
        ({"outcomes": {"won": [0, 0, 0]}}, "outcomes has [] against ['won']"),
        ({"per_journey": {"s": ["u", "v", "w"]}}, "per_journey has [] against ['s']"),
        ({"meta": tp.Meta(lens=("need",))}, "meta.lens: () against ('need',)"),
        ({"meta": tp.Meta(timezone="UTC")}, "meta.timezone: None against 'UTC'"),
        (
            {"codes": [0, 1], "offsets": [0, 2, 2, 2], "times": GOOD["times"][:2]},
            "3 interactions against 2",
        ),
        ({"offsets": [0, 1, 2, 3]}, "journey 0 ('x') differs in its number of interactions"),
    ],
)
def test_the_first_difference_is_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    """It says which column, where, and both values."""
    assert sentence == tp.first_difference(make(), make(**changes))


def test_different_numbers_of_journeys_come_first() -> None:
    """Sizes differ before contents do."""
    assert "3 journeys against 2" == tp.first_difference(FULL, FULL[:2])


def test_differences_between_kept_columns_are_found() -> None:
    """Text and numbers, missing or not."""
    left = make(per_interaction={"page": ["/", None, "/"], "score": [1.0, np.nan, 2.0]})
    text = make(per_interaction={"page": ["/", "/", "/"], "score": [1.0, np.nan, 2.0]})
    number = make(per_interaction={"page": ["/", None, "/"], "score": [1.0, np.nan, np.nan]})

    assert "per_interaction['page'], row 1: None against '/'" == tp.first_difference(left, text)
    assert "per_interaction['score'], row 2: 2.0 against nan" == tp.first_difference(left, number)


# -------------------------------------------------------------------------------------- shown


def test_the_repr_is_a_sentence_of_facts() -> None:
    """Sizes, period, real journeys, outcomes, lens and rows left out."""
    assert (
        "<Journeys: 3 journeys, 3 interactions, 2 touchpoints, 2026-01-01 to 2026-01-01, "
        "outcome won>"
    ) == repr(FULL)
    many = make(
        counts=[1000, 500, 0],
        meta=tp.Meta(lens=("need", "channel"), report=Report(rows=9, without_time=1)),
    )
    assert (
        "<Journeys: 3 rows for 1,500 journeys, 3 interactions, 2 touchpoints, 2026-01-01 to "
        "2026-01-01, collapsed by need and channel, 1 row left out (meta.report)>"
    ) == repr(many)


def test_html_is_escaped() -> None:
    """A notebook shows every text of a log as text, escaped."""
    nasty = "<script>alert('x')</script>"
    journeys = tp.from_columns(
        {"id": [nasty, "&"], "at": ["2026-01-01", "2026-01-02"], "what": [nasty, "<b>"]},
        journey="id",
        time="at",
        touchpoint="what",
    )
    journeys = attrs.evolve(journeys, outcomes={nasty: [1, np.nan]})

    shown = journeys._repr_html_()

    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_html_shows_the_first_journeys_and_what_the_report_says() -> None:
    """Ten journeys, eight touchpoints of each, outcomes and counts where they say something."""
    rows = [
        {"id": number, "at": f"2026-01-{day + 1:02d}", "what": f"step {day}"}
        for number in range(12)
        for day in range(10)
    ]
    rows.append({"id": 0, "at": None, "what": "lost"})
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")
    journeys = attrs.evolve(
        journeys, counts=range(12), outcomes={"count": np.arange(12) % 2, "won": np.ones(12)}
    )

    shown = journeys._repr_html_()

    assert "2 more</caption>" in shown
    assert "step 7 → … 2 more" in shown
    assert "1 of 121 rows has no time" in shown
    assert (
        "<th>id</th><th>touchpoints</th><th>first</th><th>last</th><th>count</th>"
        "<th>count</th><th>won</th>"
    ) in shown
    assert 11 == shown.count("<tr>")


@given(strategies.journeys())
def test_any_journeys_can_be_shown(journeys: tp.Journeys) -> None:
    """Empty journeys, zero journeys, no times: always a sentence and well-formed HTML."""
    from xml.etree import ElementTree as ET

    assert repr(journeys).startswith("<Journeys: ")
    ET.fromstring(journeys._repr_html_())  # noqa: S314 - written by this library
    ET.fromstring(attrs.evolve(journeys, times=None)._repr_html_())  # noqa: S314 - as above


def test_html_shows_labels_of_the_taxonomy() -> None:
    """Typed touchpoints are shown by their labels."""
    log = {"id": [1], "at": ["2026-01-01"], "what": ["live_chat"]}
    journeys = tp.from_columns(
        log, journey="id", time="at", touchpoint="what", taxonomy=load_taxonomy("customer")
    )

    assert "Live chat" in journeys._repr_html_()
