"""Times between two places: touchpoints, facets, patterns and anchors alike."""

from __future__ import annotations

import datetime as dt
import statistics

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from tests.paths import naive_timing
from tests.paths.naive_timing import Spot
from tests.paths.test_timing import with_ends
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.cutting import take

DAY = 86_400.0
COUNTS = ("without_end", "unreached", "open")


def days(*values: float) -> list[float]:
    """Return days in seconds."""
    return [value * DAY for value in values]


@st.composite
def patterns(draw, letters: str) -> tuple[str, str]:
    """Draw a pattern: as the library reads it, and as a regular expression over letters."""
    one = st.sampled_from(letters)
    atoms = st.one_of(
        one.map(lambda letter: (letter, letter)),
        st.tuples(one, one).map(lambda pair: (f"[{pair[0]}|{pair[1]}]", f"[{''.join(pair)}]")),
        one.map(lambda letter: (f"[^{letter}]", f"[^{letter}]")),
        st.just((".", ".")),
    )
    repeats = st.sampled_from(["", "", "+", "?", "{2}"])
    parts = draw(st.lists(st.tuples(atoms, repeats), min_size=1, max_size=3))
    ours = " ".join(atom[0] + repeat for atom, repeat in parts)
    return ours, "".join(atom[1] + repeat for atom, repeat in parts)


@st.composite
def spots(draw, letters: str) -> Spot:
    """Draw a place of any kind."""
    kind = draw(st.sampled_from(["key", "several", "pattern", "anchor"]))
    if kind == "key":
        letter = draw(st.sampled_from(letters))
        return Spot(letter, letter)
    if kind == "several":
        chosen = draw(st.lists(st.sampled_from(letters), min_size=1, max_size=2))
        return Spot(chosen, f"[{''.join(chosen)}]")
    text, regex = draw(patterns(letters))
    if kind == "pattern":
        return Spot(tp.pattern(text), regex)
    occurrence = draw(st.sampled_from(["first", "last", "all"]))
    at = draw(st.sampled_from(["start", "end"]))
    hours = st.integers(-30, 30).map(lambda count: dt.timedelta(hours=count))
    offset = draw(st.integers(-2, 2) | hours)
    anchor = tp.Anchor(pattern=text, occurrence=occurrence, at=at, offset=offset)
    return Spot(anchor, regex, occurrence, at, offset)


@st.composite
def journeys_and_places(draw):
    """Draw journeys and two places in them."""
    journeys = draw(with_ends())
    letters = "".join(one.key for one in journeys.touchpoints)
    assume(letters)
    return journeys, draw(spots(letters)), draw(spots(letters))


def agrees(found, expected: dict) -> None:
    """Check the one row of a table."""
    (row,) = found.to_dicts()
    values = expected["values"]
    assert {name: row[name] for name in COUNTS if name in row} == {
        name: expected[name] for name in COUNTS if name in row
    }
    assert row["count"] == len(values)
    five = [row[name] for name in ("min", "q1", "median", "q3", "max")]
    if values:
        assert row["mean"] == pytest.approx(statistics.fmean(values), rel=1e-12, abs=1e-9)
        assert five == pytest.approx(naive_timing.quartiles(values), rel=1e-12, abs=1e-9)
    else:
        assert np.isnan([row["mean"], *five]).all()


@given(question=journeys_and_places())
def test_times_between_places_agree_with_writing_them_all_out(question) -> None:
    """Gaps and idle times between places of any kind, with the starts that reach no end (B18)."""
    journeys, start, end = question

    gaps = tp.paths.gaps(journeys, start=start.place, end=end.place)
    idle = tp.paths.idle_times(journeys, start=start.place, end=end.place)

    agrees(gaps, naive_timing.between(journeys, start, end))
    agrees(idle, naive_timing.between(journeys, start, end, idle=True))
    assert gaps.count[0] == idle.count[0] + idle.without_end[0]
    assert "without_end" not in gaps.to_dicts()[0]


@given(question=journeys_and_places(), data=st.data())
def test_order_counts_and_names_play_no_part(question, data) -> None:
    """Shuffled journeys, each journey as often as it counts, other names: the same table."""
    journeys, start, end = question
    order = np.array(data.draw(st.permutations(range(len(journeys)))), dtype=np.int64)
    repeated = take(journeys, np.repeat(np.arange(len(journeys)), journeys.counts))
    repeated = attrs.evolve(
        repeated, ids=np.arange(len(repeated)), counts=np.ones(len(repeated), dtype=np.int64)
    )

    def figures(asked_of, **places) -> dict:
        both = {"start": start.place, "end": end.place} | places
        found = tp.paths.gaps(asked_of, **both, quantiles=[0.9], level=0.9)
        row = {**found.to_dicts()[0], "source": 0, "target": 0}
        return {name: one[0] if isinstance(one, tuple) else one for name, one in row.items()}

    expected = figures(journeys)

    assert figures(take(journeys, order)) == pytest.approx(expected, nan_ok=True)
    assert figures(repeated) == pytest.approx(expected, nan_ok=True, abs=1e-6)
    names = {"a": "one", "b": "two", "c": "three", "d": "four"}
    if all(isinstance(spot.place, str) for spot in (start, end)):
        renamed = tp.relabel(journeys, {one.key: names[one.key] for one in journeys.touchpoints})
        places = {"start": names[start.place], "end": names[end.place]}
        assert figures(renamed, **places) == pytest.approx(expected, nan_ok=True)


def test_a_journey_has_one_gap_from_its_first_start_to_the_first_end_after_it() -> None:
    """Starts in between add no gaps; an end before the start does not count."""
    journeys = log(one="axab", two="ba", three="bacb", four="xx", five="aabb")

    found = tp.paths.gaps(journeys, start="a", end="b", quantiles=[1])

    assert found.to_dicts() == [
        {
            "source": "a",
            "target": "b",
            "count": 3,
            "mean": pytest.approx(7 / 3 * DAY),
            "min": 2 * DAY,
            "q1": 2 * DAY,
            "median": 2 * DAY,
            "q3": 2.5 * DAY,
            "max": 3 * DAY,
            "quantiles": (3 * DAY,),
            "unreached": 1,
            "open": 0,
        }
    ]
    assert found.as_dict() == {("a", "b"): found.mean[0]}


def test_the_end_comes_strictly_after_a_start_of_the_same_name() -> None:
    """The gap from a touchpoint to itself runs from its first to its second occurrence."""
    found = tp.paths.gaps(log(one="axa", two="xaaa", three="a"), start="a", end="a")

    assert (found.count.tolist(), found.unreached.tolist()) == ([2], [1])
    assert [found.min[0], found.max[0]] == days(1, 2)
    at_once = attrs.evolve(log(one="aa"), times=["2026-01-01", "2026-01-01"])
    assert tp.paths.gaps(at_once, start="a", end="a").max.tolist() == [0.0]


def test_a_match_is_left_and_reached_at_its_last_interaction() -> None:
    """An end that begins before the match is over does not count."""
    journeys = log(one="aabxbc")
    run, pair = tp.pattern("a+ b"), tp.pattern("b c")

    found = tp.paths.gaps(journeys, start=run, end=pair)

    assert (found.source.tolist(), found.target.tolist()) == (["a+ b"], ["b c"])
    assert found.max.tolist() == days(3)
    assert tp.paths.gaps(journeys, start=run, end="b").max.tolist() == days(2)
    assert tp.paths.gaps(journeys, start=run, end=tp.pattern("a b")).unreached.tolist() == [1]


def test_an_anchor_says_which_occurrence_and_how_far_from_it() -> None:
    """First, last or every start; offsets in interactions and time; an anchor as the end."""
    journeys = log(one="aaxbab")

    def found(start, end) -> list[float]:
        table = tp.paths.gaps(journeys, start=start, end=end)
        assert table.count[0] in (0, 1)
        return [float(one) for one in table.max[: table.count[0]]]

    def a(**asked_for) -> tp.Anchor:
        return tp.Anchor(pattern="a", **asked_for)

    last = tp.Anchor(pattern="b", occurrence="last")
    assert found(a(), "b") == days(3)
    assert found(a(occurrence="last"), "b") == days(1)
    assert found(a(), last) == days(5)
    assert found(a(offset=2), "b") == days(1)
    assert found(a(offset=dt.timedelta(days=4)), "b") == days(1)
    assert found(a(offset=-1), "b") == []
    assert found(a(occurrence="last"), tp.Anchor(pattern="b")) == []


def test_every_occurrence_counts_to_its_next_end() -> None:
    """Several starts before one end each have a gap to it; a place named twice counts once."""
    journeys = log(one="aaxbaba", two="b")
    every = tp.Anchor(pattern="a", occurrence="all")
    late = tp.Anchor(pattern="a", occurrence="all", offset=dt.timedelta(hours=36))

    found = tp.paths.gaps(journeys, start=every, end="b", quantiles=(0.5,), level=0.95)

    assert (found.count.tolist(), found.unreached.tolist()) == ([3], [1])
    assert [found.min[0], found.median[0], found.max[0]] == days(1, 2, 3)
    assert np.isnan(found.mean_low[0])  # all gaps are in one journey
    twice = attrs.evolve(
        log(one="aaxb"), times=["2026-01-01", "2026-01-01", "2026-01-03", "2026-01-04"]
    )
    assert tp.paths.gaps(twice, start=late, end="b").count.tolist() == [1]


def test_open_journeys_may_still_get_there() -> None:
    """They are counted separately from finished ones; both are weighted by counts."""
    journeys = attrs.evolve(
        log(one="ab", two="ax", three="ax", four="x"),
        finished=[False, True, False, True],
        counts=[2, 3, 4, 5],
    )

    found = tp.paths.gaps(journeys, start="a", end="b")

    assert [found.count[0], found.unreached[0], found.open[0]] == [2, 3, 4]


def test_idle_times_run_from_the_end_of_the_start() -> None:
    """Unknown ends are counted, not guessed; an overlap with the end is negative."""
    moments = {"a": ("09:00", "09:20"), "x": ("09:30", "09:40"), "b": ("10:00", None)}
    rows = [
        {"id": name, "at": f"2026-01-01 {start}", "end": end and f"2026-01-01 {end}", "what": what}
        for name, path in {"one": "axb", "two": "xb", "three": "a"}.items()
        for what, (start, end) in ((letter, moments[letter]) for letter in path)
    ]
    rows += [
        {"id": "four", "at": "2026-01-02 09:00", "end": None, "what": "a"},
        {"id": "four", "at": "2026-01-02 09:05", "end": None, "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="id", time="at", end="end", touchpoint="what")

    found = tp.paths.idle_times(journeys, start="a", end="b")

    assert found.to_dicts()[0]["max"] == 40 * 60
    assert [int(found.count[0]), *(int(getattr(found, name)[0]) for name in COUNTS)] == [1, 1, 1, 0]
    late = attrs.evolve(journeys, ends=journeys.ends + np.timedelta64(1, "h"))
    assert tp.paths.idle_times(late, start="a", end="b").min.tolist() == [-20 * 60.0]


def test_two_places_make_one_row_a_group() -> None:
    """Also where no journey reaches the end, and with both labels in as_dict."""
    journeys = attrs.evolve(
        log(one="ab", two="axb", three="x"), per_journey={"device": ["web", "app", "tv"]}
    )

    found = tp.paths.gaps(journeys, start="a", end={"b"}, by="device", level=0.9)

    assert found.group.tolist() == ["app", "tv", "web"]
    assert found.count.tolist() == [1, 0, 1]
    assert found.target.tolist() == ["b"] * 3
    means = found.as_dict()
    assert means["web", "a", "b"] == DAY
    assert means["app", "a", "b"] == 2 * DAY
    assert np.isnan(means["tv", "a", "b"])
    edges = tp.paths.gaps(journeys, by="device").as_dict()
    assert edges["web", "a", "b"] == DAY


def test_no_start_and_no_journey_make_an_empty_row() -> None:
    """One row without durations."""
    journeys = tp.before_first(log(one="xb", two="bb"), "b")

    for nothing in (journeys, journeys[:0]):
        found = tp.paths.gaps(nothing, start="b", end="x", level=0.95, quantiles=[0.9])
        assert [found.count[0], found.unreached[0], found.open[0]] == [0, 0, 0]
        assert np.isnan([found.mean[0], found.mean_high[0], *found.quantiles[0]]).all()


def test_places_are_named_as_they_were_given() -> None:
    """Alternatives with bars, sets in a fixed order, touchpoints by key, anchors in short."""
    journeys = log(one="abc")
    first, _, third = journeys.touchpoints

    found = tp.paths.gaps(journeys, start=(first, "b"), end={"c", "b"})
    other = tp.paths.gaps(journeys, start=first, end=third)

    assert found.as_dict() == {("a | b", "b | c"): DAY}
    assert other.as_dict() == {("a", "c"): 2 * DAY}
    anchors = [tp.Anchor(pattern="a"), tp.Anchor(pattern="b", offset=1, occurrence="last")]
    found = tp.paths.gaps(journeys, start=anchors[0], end=anchors[1])
    assert found.source.tolist() == ["Anchor(pattern='a')"]
    assert found.target.tolist() == ["Anchor(pattern='b', occurrence='last', offset=1)"]
    facets = tp.paths.gaps(journeys, start={"channel": "unknown"}, end="c")
    assert facets.source.tolist() == ["{'channel': 'unknown'}"]


def test_bad_places_get_clear_errors() -> None:
    """A single place, unknown touchpoints, no times, no ends, invalid patterns."""
    journeys = log(one="ab", two="pay")

    for analysis in (tp.paths.gaps, tp.paths.idle_times):
        known = attrs.evolve(journeys, ends=journeys.times)
        with pytest.raises(InvalidInputError, match=r"has start= but no end=.*\n.*add end=…"):
            analysis(known, start="a")
        with pytest.raises(InvalidInputError, match=r"has end= but no start=.*\n.*add start=…"):
            analysis(known, end="a")
    named = tp.relabel(journeys, {"a": "search", "b": "purchase"})
    with pytest.raises(NotFoundError, match="did you mean 'purchase'"):
        tp.paths.gaps(named, start="search", end="purchas")
    with pytest.raises(InvalidInputError, match=r"did you mean 'search'\?\)\n  serch \.\n  \^"):
        tp.paths.gaps(named, start=tp.pattern("serch ."), end="purchase")
    with pytest.raises(InvalidInputError, match=r"gaps needs times.*\n.*time="):
        tp.paths.gaps(tp.distinct(journeys), start="a", end="b")
    with pytest.raises(InvalidInputError, match="needs the ends"):
        tp.paths.idle_times(journeys, start="a", end="b")
