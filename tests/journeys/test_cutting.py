"""Journeys to journeys: choosing, cutting, merging repeats."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.taxonomy import untyped


def test_selecting_keeps_all_columns_of_the_journeys_chosen() -> None:
    """A mask keeps ids, counts, outcomes and kept columns together."""
    journeys = attrs.evolve(
        log(one="ab", two="b", three="abc"),
        counts=[1, 2, 3],
        outcomes={"won": [1, 0, np.nan]},
        per_journey={"segment": ["x", "y", "z"]},
    )

    chosen = tp.select(journeys, [True, False, True])

    assert paths_of(chosen) == ["ab", "abc"]
    assert chosen.ids.tolist() == ["one", "three"]
    assert chosen.counts.tolist() == [1, 3]
    assert chosen.outcomes["won"][0] == 1
    assert chosen.per_journey["segment"].to_list() == ["x", "z"]


def test_selecting_touchpoints_keeps_their_interactions() -> None:
    """A key, several, or facets: every journey stays with what was chosen, maybe with nothing."""
    journeys = attrs.evolve(log(one="abcb", two="c", three="b"), counts=[1, 2, 3])

    assert paths_of(tp.select(journeys, "b")) == ["bb", "", "b"]
    chosen = tp.select(journeys, ["a", untyped("c")])
    assert paths_of(chosen) == ["ac", "c", ""]
    assert chosen.counts.tolist() == [1, 2, 3]
    assert chosen.times.tolist() == journeys.times[[0, 2, 4]].tolist()
    assert paths_of(tp.select(journeys, {"channel": "unknown"})) == paths_of(journeys)
    with pytest.raises(NotFoundError, match="'d'"):
        tp.select(journeys, "d")
    with pytest.raises(NotFoundError, match="did you mean 'channel'"):
        tp.select(journeys, {"chanel": "web"})


def test_selecting_by_position_or_by_a_short_mask_is_refused() -> None:
    """Numbers are not a mask, and a mask of another length would select the wrong journeys."""
    journeys = log(one="ab", two="b")

    with pytest.raises(WrongKindError, match="a mask must hold bools"):
        tp.select(journeys, [0, 1])
    with pytest.raises(InvalidInputError, match="1 entries for 2 journeys"):
        tp.select(journeys, [True])


def test_containing_keeps_the_journeys_that_met_a_touchpoint() -> None:
    """One touchpoint, several, or an unknown one, which is an error with near names."""
    journeys = log(one="ab", two="b", three="ac")

    assert paths_of(tp.containing(journeys, "a")) == ["ab", "ac"]
    assert paths_of(tp.containing(journeys, ["c", "b"])) == ["ab", "b", "ac"]
    with pytest.raises(NotFoundError, match="no touchpoint 'd'"):
        tp.containing(journeys, "d")


def test_before_first_and_after_last_cut_at_the_touchpoint() -> None:
    """Without the touchpoint, before_first keeps everything and after_last keeps nothing."""
    journeys = log(one="abcb", two="ac", three="b")

    assert paths_of(tp.before_first(journeys, "b")) == ["a", "ac", ""]
    assert paths_of(tp.before_first(journeys, "b", include=True)) == ["ab", "ac", "b"]
    assert paths_of(tp.after_last(journeys, "b")) == ["", "", ""]
    assert paths_of(tp.after_last(journeys, "a", include=True)) == ["abcb", "ac", ""]
    assert paths_of(tp.after_last(journeys, "a")) == ["bcb", "c", ""]


def flags_of(journeys: tp.Journeys) -> list[tuple[bool, bool]]:
    """Return of each journey whether it began and finished."""
    return list(zip(journeys.began.tolist(), journeys.finished.tolist(), strict=True))


def test_a_part_cut_at_a_place_that_was_seen_has_that_end_in_the_log() -> None:
    """The rest of the journey may be open, the part is not; without a hit the flags stay."""
    whole = log(one="abc", two="ac", three="c")
    journeys = attrs.evolve(whole, began=[False] * 3, finished=[False] * 3)

    assert [(False, True), (False, False), (False, False)] == flags_of(
        tp.before_first(journeys, "b")
    )
    assert [(True, False), (False, False), (False, False)] == flags_of(tp.after_last(journeys, "b"))
    assert [(True, True), (False, False), (False, False)] == flags_of(
        tp.between(journeys, "a", end="b")
    )
    cut = tp.until(journeys, "b", outcome="b")
    assert flags_of(cut) == flags_of(tp.before_first(journeys, "b"))


def test_a_part_found_in_an_open_journey_ends_and_lasts() -> None:
    """It leads to (end), not to (open), and its time from end to end is known."""
    journeys = attrs.evolve(log(one="abc", two="ax"), finished=[False, False])

    part = tp.between(journeys, "a", end="b")

    steps = tp.paths.transitions(part).as_dict()
    assert {("(start)", "a"): 0.5, ("(start)", "(open)"): 0.5} | {
        ("a", "b"): 1.0,
        ("b", "(end)"): 1.0,
    } == steps
    found = tp.paths.throughput_times(part).to_dicts()[0]
    assert (1, 86_400.0) == (found["count"], found["mean"])


def test_the_part_before_the_site_is_found_by_channel() -> None:
    """One call keeps the interactions before a person reached website or app (A5)."""
    taxonomy = tp.load_taxonomy("customer")
    rows = [
        {"id": 1, "at": "2026-01-01", "what": "review_read"},
        {"id": 1, "at": "2026-01-02", "what": "trial_subscription"},
        {"id": 1, "at": "2026-01-03", "what": "email_reminder"},
    ]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what", taxonomy=taxonomy)

    before = tp.before_first(journeys, {"channel": ("website", "app")})

    assert [journey.keys for journey in before] == [("review_read",)]


def test_cutting_keeps_times_and_interaction_columns_aligned() -> None:
    """Each interaction keeps its own time and its own kept value."""
    rows = [
        {"id": 1, "at": f"2026-01-0{day}", "what": what, "cost": day}
        for day, what in enumerate("abcb", 1)
    ]
    journeys = tp.from_records(
        rows, journey="id", time="at", touchpoint="what", per_interaction=["cost"]
    )

    rest = tp.after_last(journeys, "a")

    assert rest.per_interaction["cost"].tolist() == [2, 3, 4]
    assert str(rest.times[0])[:10] == "2026-01-02"


def test_splitting_by_gap_names_the_pieces_and_keeps_the_origin() -> None:
    """Each session keeps its old id, which becomes the person where there were no persons."""
    rows = [
        {"id": who, "at": f"2026-01-{day:02}", "what": "a"}
        for who, days in {"ana": (1, 2, 9, 10, 20), "leo": (3,)}.items()
        for day in days
    ]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")

    pieces = tp.split_by_gap(journeys, dt.timedelta(days=5))

    assert pieces.ids.tolist() == ["ana#1", "ana#2", "ana#3", "leo#1"]
    assert [len(piece) for piece in pieces] == [2, 2, 1, 1]
    assert pieces.per_journey["origin"].to_list() == ["ana", "ana", "ana", "leo"]
    assert pieces.persons.tolist() == ["ana", "ana", "ana", "leo"]
    assert pieces.finished.all()


def test_a_gap_of_exactly_the_limit_does_not_split() -> None:
    """The gap is the longest time that still belongs to one piece."""
    journeys = log(one="aa")

    assert len(tp.split_by_gap(journeys, dt.timedelta(days=1))) == 1
    assert len(tp.split_by_gap(journeys, dt.timedelta(days=1, microseconds=-1))) == 2


def test_only_the_outer_pieces_inherit_a_cut_off_end() -> None:
    """The log cuts off the last piece, not the ones before it."""
    journeys = attrs.evolve(log(one="ab"), finished=[False], began=[False])

    pieces = tp.split_by_gap(journeys, dt.timedelta(hours=1))

    assert pieces.finished.tolist() == [True, False]
    assert pieces.began.tolist() == [False, True]


def test_splitting_refuses_outcomes_values_and_bad_gaps() -> None:
    """Which piece an outcome belongs to is unknown; a gap is a positive duration."""
    journeys = log(one="ab", two="b")

    with pytest.raises(InvalidInputError, match="cannot be split"):
        tp.split_by_gap(tp.until(journeys, "b", outcome="won"), dt.timedelta(days=1))
    with pytest.raises(InvalidInputError, match="must be positive"):
        tp.split_by_gap(journeys, dt.timedelta(0))
    with pytest.raises(WrongKindError, match="datetime.timedelta"):
        tp.split_by_gap(journeys, 30)
    with pytest.raises(InvalidInputError, match="needs times"):
        tp.split_by_gap(tp.distinct(journeys), dt.timedelta(days=1))


def test_empty_journeys_survive_a_split() -> None:
    """An empty journey is one empty session."""
    journeys = tp.before_first(log(one="ba", two="ab"), "b")

    pieces = tp.split_by_gap(journeys, dt.timedelta(days=1))

    assert pieces.ids.tolist() == ["one#1", "two#1"]
    assert paths_of(pieces) == ["", "a"]


def test_collapsing_repeats_keeps_the_first_time_and_the_last_end() -> None:
    """A run of one touchpoint becomes one interaction that spans it."""
    rows = [
        {"id": 1, "at": f"2026-01-0{day}", "to": f"2026-01-0{day + 1}", "what": what}
        for day, what in enumerate("aabba", 1)
    ]
    journeys = tp.from_records(rows, journey="id", time="at", end="to", touchpoint="what")

    merged = tp.collapse_repeats(journeys)

    assert paths_of(merged) == ["aba"]
    assert [str(time)[:10] for time in merged.times] == ["2026-01-01", "2026-01-03", "2026-01-05"]
    assert [str(time)[:10] for time in merged.ends] == ["2026-01-03", "2026-01-05", "2026-01-06"]


def test_repeats_across_journeys_are_not_merged() -> None:
    """The last touchpoint of one journey and the first of the next are not a run."""
    assert paths_of(tp.collapse_repeats(log(one="ab", two="bb"))) == ["ab", "b"]


def test_transforms_of_no_journeys_give_no_journeys() -> None:
    """Zero journeys are legal everywhere."""
    nothing = log(one="ab")[:0]

    for changed in (
        tp.before_first(nothing, "a"),
        tp.after_last(nothing, "a"),
        tp.containing(nothing, "a"),
        tp.collapse_repeats(nothing),
        tp.split_by_gap(nothing, dt.timedelta(days=1)),
        tp.select(nothing, np.zeros(0, dtype=bool)),
        tp.distinct(nothing),
        tp.until(nothing, "a", outcome="won"),
        tp.collapse(nothing, by="channel"),
        tp.relabel(nothing, {"a": "b"}),
        tp.sample(nothing, 0, seed=1),
    ):
        assert len(changed) == 0


def test_patterns_and_anchors_cut_where_their_match_lies() -> None:
    """Before a match of several touchpoints, after it, or with it."""
    journeys = log(one="xabcab", two="ba")
    both = tp.pattern("a b")

    assert paths_of(tp.before_first(journeys, both)) == ["x", "ba"]
    assert paths_of(tp.before_first(journeys, both, include=True)) == ["xab", "ba"]
    assert paths_of(tp.after_last(journeys, both, include=True)) == ["ab", ""]
    assert paths_of(tp.after_last(journeys, tp.Anchor(pattern="a b"))) == ["bcab", ""]
    assert paths_of(tp.containing(journeys, both)) == ["xabcab"]
    assert tp.until(journeys, both, outcome="won").outcomes["won"].tolist() == [1, 0]


def test_between_two_places_is_the_part_from_one_to_the_next_other() -> None:
    """From the first start to the first end after it; empty without both."""
    journeys = log(one="bxabcb", two="ab", three="ba", four="aab")

    assert paths_of(tp.between(journeys, "a", end="b")) == ["ab", "ab", "", "aab"]
    assert paths_of(tp.between(journeys, "b", end="b")) == ["bxab", "", "", ""]
