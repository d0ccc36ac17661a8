"""Places of every kind from one function to the next: the same rule, the same answer."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import naive_patterns
from tests.logs import log, paths_of
from touchpoints import compare
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.journeys.places import anchors
from touchpoints.journeys.places.pattern.parser import parse

DAY = dt.timedelta(days=1)
WORDS = st.lists(st.text("abcd", min_size=1, max_size=7), min_size=1, max_size=4)
TEXTS = ["a", "b", "a b", "b c d", "a .* c", "a .*? c", "c+", "[a|d] .", "b | c d"]
ONE = st.sampled_from(TEXTS)
PLACES = st.one_of(ONE, st.lists(ONE, min_size=1, max_size=3))


def place_of(texts):
    """Return a place: single letters as text, anything longer as a pattern."""
    if isinstance(texts, list):
        return [place_of(text) for text in texts]
    return texts if len(texts) == 1 else tp.pattern(texts)


def naive(word: str, texts) -> list[tuple[int, int]]:
    """Return the first and last letter of each occurrence, the shortest that begins there."""
    texts = texts if isinstance(texts, list) else [texts]
    found = [span for text in texts for span in naive_patterns.matches(parse(text), word)]
    return [
        (first, min(stop for start, stop in found if start == first) - 1)
        for first in sorted({start for start, _ in found})
    ]


def words_of(words: list[str]) -> tuple[tp.Journeys, list[str]]:
    """Return journeys of one letter a day, and the words; every letter is known."""
    words = [*words, "abcd"]
    return log(**{f"j{place}": word for place, word in enumerate(words)}), words


@given(words=WORDS, texts=PLACES)
def test_several_places_are_any_of_them(words: list[str], texts) -> None:
    """Sorted, each beginning once; firsts, lasts and flags follow from the occurrences."""
    journeys, words = words_of(words)
    place = place_of(texts)
    spans = [naive(word, texts) for word in words]
    base = journeys.offsets[:-1]

    got = anchors.occurrences(journeys, place)
    expected = [(j, *span) for j, some in enumerate(spans) for span in some]
    starts, stops = got.starts - base[got.journeys], got.stops - base[got.journeys]
    assert expected == list(
        zip(got.journeys.tolist(), starts.tolist(), stops.tolist(), strict=True)
    )

    assert [bool(some) for some in spans] == anchors.has_place(journeys, place).tolist()
    first, stop = anchors.first_spans(journeys, place)
    assert [some[0] if some else None for some in spans] == [
        (one - low, last - low) if one >= 0 else None
        for one, last, low in zip(first.tolist(), stop.tolist(), base.tolist(), strict=True)
    ]
    _, stop = anchors.first_spans(journeys, place, last=True)
    assert [max((last for _, last in some), default=None) for some in spans] == [
        last - low if last >= 0 else None
        for last, low in zip(stop.tolist(), base.tolist(), strict=True)
    ]


@given(words=WORDS, start=PLACES, end=PLACES, days=st.integers(1, 6))
def test_a_start_is_left_and_an_end_reached_at_the_last_interaction(
    words: list[str], start, end, days: int
) -> None:
    """Conversion, funnel, gaps, waiting and between agree on which journeys arrive, and when."""
    journeys, words = words_of(words)
    there, within, gaps, parts = 0, 0, [], []
    for word in words:
        ends = naive(word, end)
        ways = [
            (last - left, first, last)
            for first, left in naive(word, start)
            for last in [min((last for begin, last in ends if begin > left), default=-1)]
            if last >= 0
        ]
        there += bool(ways)
        within += any(days_taken <= days for days_taken, _, _ in ways)
        opening = naive(word, start)[:1]
        kept = [way for way in ways if opening and way[1] == opening[0][0]]
        gaps += [float(way[0]) for way in kept]
        parts += [word[way[1] : way[2] + 1] for way in kept] or [""]
    start, end = place_of(start), place_of(end)

    def converted(**window) -> list[int]:
        row = tp.paths.conversion(journeys, start, end=end, **window).to_dicts()[0]
        steps = tp.paths.funnel(journeys, [start, end], **window).journeys
        return [row["converted"], int(steps[1]), row["started"] - int(steps[0])]

    assert converted() == [there, there, 0]
    assert converted(within=days * DAY) == [within, within, 0]
    assert paths_of(tp.between(journeys, start, end=end)) == parts
    found = tp.paths.gaps(journeys, start=start, end=end)
    assert found.count.tolist() == [len(gaps)]
    waits = tp.paths.time_to(journeys, start=start, place=end)
    assert np.repeat(waits.time / 86_400, waits.events).tolist() == sorted(gaps)
    if gaps:
        assert (found.min[0] / 86_400, found.max[0] / 86_400) == (min(gaps), max(gaps))


@given(words=WORDS, end=PLACES, days=st.integers(1, 6))
def test_outcomes_are_reached_when_time_to_says(words: list[str], end, days: int) -> None:
    """Marked with a window, or waited for from the first interaction: the same journeys."""
    journeys, _ = words_of(words)
    end = place_of(end)
    marked = tp.mark(journeys, "there", when=end, within=days * DAY)
    found = tp.paths.time_to(journeys, place=end)

    in_time = found.events[found.time <= days * 86_400].sum()

    assert np.nansum(marked.outcomes["there"]) == in_time


def test_one_pattern_as_the_end_has_one_answer() -> None:
    """`c d` is reached at d, half an hour after a, in every function."""
    times = ["2026-01-01 10:00", "2026-01-01 10:10", "2026-01-01 10:30"]
    rows = [{"who": 1, "at": at, "what": what} for at, what in zip(times, "acd", strict=True)]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    end, within = tp.pattern("c d"), dt.timedelta(minutes=20)

    row = tp.paths.conversion(journeys, "a", end=end, within=within).to_dicts()[0]
    assert (row["converted"], row["base"]) == (0, 0)
    assert tp.paths.funnel(journeys, ["a", end], within=within).journeys.tolist() == [1, 0]
    assert tp.mark(journeys, "it", when=end, within=within).outcomes["it"].tolist() == [0]
    assert tp.paths.routes(journeys, "a", end=end).route.tolist() == [("a", "c", "d")]
    assert tp.paths.converted_and_dropped(journeys, "a", end=end).touchpoint.tolist() == []
    whole = tp.pattern("a .* d")
    assert tp.paths.time_to(journeys, place=whole).time.tolist() == [1800]


def test_a_window_runs_from_the_last_interaction_of_the_first_step() -> None:
    """A funnel leaves a pattern where conversion does."""
    journeys = log(one="abxc")
    run = tp.pattern("a b")

    assert tp.paths.funnel(journeys, [run, "c"], within=2 * DAY).journeys.tolist() == [1, 1]
    assert tp.paths.conversion(journeys, run, end="c", within=2 * DAY).converted.tolist() == [1]
    longer = [tp.pattern("a b x"), "b"]
    assert tp.paths.funnel(journeys, [longer, "c"], within=DAY).journeys.tolist() == [1, 1]
    assert tp.paths.funnel(journeys, [longer, "x"]).journeys.tolist() == [1, 1]


def test_any_of_steps_hold_patterns_and_anchors() -> None:
    """Everywhere a place is taken, several may be; a strict step takes the one that fits."""
    journeys = log(one="abcd", two="ad", three="acd", four="ab")
    ends = [tp.pattern("c d"), "d"]

    assert tp.paths.funnel(journeys, ["a", ends]).journeys.tolist() == [4, 3]
    assert tp.paths.funnel(journeys, ["a", ends]).step.tolist() == ["a", "c d | d"]
    strict = tp.paths.funnel(journeys, ["a", [tp.pattern("b c d"), "c"]], kind="strict")
    assert strict.journeys.tolist() == [4, 2]
    assert tp.paths.funnel(journeys, [ends, "b"], kind="open").journeys.tolist() == [3, 2]
    assert paths_of(tp.containing(journeys, [tp.pattern("b c"), tp.Anchor(pattern="c")])) == [
        "abcd",
        "acd",
    ]
    assert paths_of(tp.before_first(journeys, ends)) == ["ab", "a", "a", "ab"]
    assert paths_of(tp.after_last(journeys, [tp.pattern("a b c"), "b"])) == ["d", "", "", ""]
    assert paths_of(tp.between(journeys, "a", end=ends)) == ["abcd", "ad", "acd", ""]
    done = tp.until(journeys, ends, outcome="done")
    assert done.outcomes["done"].tolist() == [1, 1, 1, 0]
    assert tp.mark(journeys, "done", when=ends).outcomes["done"].tolist() == [1, 1, 1, 0]
    assert tp.paths.branches(journeys, at=["a", tp.pattern("b c")]).touchpoint.tolist() == [
        "a",
        "a",
        "a",
        "c",
    ]
    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.containing(journeys, ["q", tp.pattern("a")])


def test_a_lazy_repeat_finds_what_a_greedy_one_swallows() -> None:
    """Matches are found from the beginning of the journey, independently of the start."""
    journeys = log(one="acbac")

    assert paths_of(tp.between(journeys, "b", end=tp.pattern("a .* c"))) == [""]
    assert paths_of(tp.between(journeys, "b", end=tp.pattern("a .*? c"))) == ["bac"]


def test_every_occurrence_is_refused_where_one_place_is_needed() -> None:
    """`occurrence="all"` is not silently read as the first occurrence."""
    journeys = log(one="aab")
    every = tp.Anchor(pattern="a", occurrence="all")

    for ask in (
        lambda place: tp.paths.step_matrix(journeys, at=place),
        lambda place: tp.paths.step_flows(journeys, at=place),
        lambda place: tp.until(journeys, place, outcome="won"),
        lambda place: tp.before_first(journeys, place),
        lambda place: tp.after_last(journeys, place),
        lambda place: tp.between(journeys, place, end="b"),
        lambda place: tp.paths.routes(journeys, place, end="b"),
        lambda place: tp.paths.time_to(journeys, start=place, place="b"),
    ):
        for place in (every, ["b", every]):
            with pytest.raises(InvalidInputError, match="can name several") as caught:
                ask(place)
            assert "occurrence='first'" in str(caught.value)


def test_every_occurrence_is_honoured_where_several_count() -> None:
    """Starts of gaps and conversion, steps, ends, outcomes and presence."""
    journeys = log(one="aab", two="b")
    every = tp.Anchor(pattern="a", occurrence="all")
    within = {"within": DAY}

    assert paths_of(tp.containing(journeys, every)) == ["aab"]
    assert tp.paths.gaps(journeys, start=every, end="b").count.tolist() == [2]
    assert tp.paths.conversion(journeys, every, end="b", **within).converted.tolist() == [1]
    assert tp.paths.funnel(journeys, [every, "b"], **within).journeys.tolist() == [1, 1]
    assert tp.mark(journeys, "it", when=every).outcomes["it"].tolist() == [1, 0]
    assert paths_of(tp.between(journeys, "a", end=every)) == ["aa", ""]
    pair = compare.pair(journeys[:1], journeys[1:])
    assert compare.presence(pair, seed=1, places=[every], resamples=5).a.tolist() == [1]


def test_what_is_no_place_is_refused() -> None:
    """Neither a number, nor nothing, nor one among several."""
    journeys = log(one="ab")

    with pytest.raises(InvalidInputError, match="must name at least one touchpoint"):
        tp.containing(journeys, [])
    for place in (3, [3, tp.pattern("a")]):
        with pytest.raises(WrongKindError, match="a mapping or several, got 3"):
            tp.containing(journeys, place)
