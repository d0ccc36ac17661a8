"""What happens during another touchpoint and what happens alone, against all pairs written out."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.paths import naive_hours
from tests.paths.test_waiting import visits
from touchpoints._core.arrays.segments import overlapping
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import untyped

START = np.datetime64("2026-01-05T08:00", "us")


@st.composite
def crowded(draw):
    """Draw journeys of which much overlaps, touches or is a moment, some without a known end."""
    lengths = draw(st.lists(st.integers(0, 7), min_size=1, max_size=4))
    m, n = sum(lengths), len(lengths)
    minutes = st.integers(0, 12)
    starts = [sorted(draw(st.lists(minutes, min_size=one, max_size=one))) for one in lengths]
    begins = START + np.array([one for part in starts for one in part], dtype="timedelta64[h]")
    lasting = draw(st.lists(st.none() | st.integers(0, 5), min_size=m, max_size=m))
    ends = [
        np.datetime64("NaT", "h") if one is None else begin + np.timedelta64(one, "h")
        for begin, one in zip(begins, lasting, strict=True)
    ]
    people = draw(st.lists(st.sampled_from(["ana", "leo"]), min_size=n, max_size=n))
    return tp.Journeys(
        touchpoints=[untyped(key) for key in "abc"],
        codes=draw(st.lists(st.integers(0, 2), min_size=m, max_size=m)),
        offsets=np.append(0, np.cumsum(lengths)),
        times=begins.astype("datetime64[us]"),
        ends=np.array(ends, dtype="datetime64[us]"),
        counts=draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)),
        persons=draw(st.none() | st.just(people)),
    )


def rows_of(one) -> list[tuple]:
    """Return (key, start, stop, known) of a journey; what has no known end is a moment."""
    return [
        (key, start, start if np.isnat(end) else end, not np.isnat(end))
        for key, start, end in zip(one.keys, one.times, one.ends, strict=True)
    ]


def overlap(row, other) -> bool:
    """Tell whether an interaction happens during another."""
    (_, start, stop, _), (_, low, high, _) = row, other
    if start == stop:
        return low <= start < high
    return low < high and max(start, low) < min(stop, high)


def shared(row, others, seconds) -> float:
    """Return for how long any of the others goes on within an interaction."""
    _, start, stop, _ = row
    bounds = sorted({start, stop, *(edge for one in others for edge in one[1:3])})
    total = 0.0
    for low, high in pairwise(bounds):
        inside = start <= low and high <= stop
        if inside and any(one[1] <= low and high <= one[2] for one in others):
            total += seconds(low, high)
    return total


def plain(low, high) -> float:
    """Return seconds."""
    return (high - low).astype(int) / 1e6


@given(journeys=crowded())
@pytest.mark.parametrize("hours", [None, naive_hours.OFFICE])
def test_during_agrees_with_all_pairs(hours, journeys) -> None:
    """Counts, time, and what they are shares of; both by all time and by opening hours."""
    seconds = plain if hours is None else naive_hours.open_seconds
    count, time, whole, number, unknown = (Counter() for _ in range(5))
    for one in journeys:
        rows = rows_of(one)
        for place, row in enumerate(rows):
            others = rows[:place] + rows[place + 1 :]
            number[row[0]] += one.count
            unknown[row[0]] += one.count * (not row[3])
            whole[row[0]] += one.count * seconds(row[1], row[2])
            for key in "abc":
                same = [other for other in others if other[0] == key]
                if any(overlap(row, other) for other in same):
                    count[row[0], key] += one.count
                    time[row[0], key] += one.count * shared(row, same, seconds)

    found = tp.paths.during(journeys, hours=hours)

    rows = {(row["touchpoint"], row["during"]): row for row in found.to_dicts()}
    assert set(rows) == {pair for pair, hits in count.items() if hits}
    for (key, other), row in rows.items():
        assert row["count"] == count[key, other]
        assert row["interactions"] == number[key]
        assert row["without_end"] == unknown[key]
        assert row["time"] == pytest.approx(time[key, other])
        assert row["share"] == pytest.approx(count[key, other] / number[key])
        assert row["low"] <= row["share"] <= row["high"]
        if whole[key]:
            assert row["time_share"] == pytest.approx(time[key, other] / whole[key])
    counts = found.count.tolist()
    assert counts == sorted(counts, reverse=True)


@given(journeys=crowded())
@pytest.mark.parametrize("hours", [None, naive_hours.OFFICE])
def test_alone_agrees_with_all_pairs(hours, journeys) -> None:
    """Who shares no time with anything; those without an end are counted, not judged."""
    seconds = plain if hours is None else naive_hours.open_seconds
    count, time, whole, number, unknown = (Counter() for _ in range(5))
    for one in journeys:
        rows = rows_of(one)
        for place, row in enumerate(rows):
            key, others = row[0], rows[:place] + rows[place + 1 :]
            unknown[key] += one.count * (not row[3])
            if row[3]:
                spent = seconds(row[1], row[2])
                number[key] += one.count
                whole[key] += one.count * spent
                time[key] += one.count * (spent - shared(row, others, seconds))
                count[key] += one.count * (not any(overlap(row, other) for other in others))

    found = tp.paths.alone(journeys, hours=hours)

    assert set(found.touchpoint) == {key for key in "abc" if number[key] + unknown[key]}
    for row in found.to_dicts():
        key = row["touchpoint"]
        assert row["count"] == count[key]
        assert row["interactions"] == number[key]
        assert row["without_end"] == unknown[key]
        assert row["time"] == pytest.approx(time[key])
        if number[key]:
            assert row["share"] == pytest.approx(count[key] / number[key])
        if whole[key]:
            assert row["time_share"] == pytest.approx(time[key] / whole[key])


@given(journeys=crowded())
def test_blocks_of_overlaps_do_not_matter(journeys) -> None:
    """Three pairs at a time give the same table as all at once."""
    whole = tp.paths.during(journeys)
    size = overlapping._BLOCK
    overlapping._BLOCK = 3
    try:
        assert tp.paths.during(journeys) == whole
    finally:
        overlapping._BLOCK = size


def test_by_hand() -> None:
    """A click within a call is during it, but the call is alone; what touches does not overlap."""
    log = visits(
        ("ana", "call", "09:00", "10:00"),
        ("ana", "click", "09:30", ""),
        ("ana", "mail", "10:00", "10:05"),
        ("leo", "call", "09:00", "09:30"),
        ("leo", "call", "09:20", "09:40"),
        ("leo", "note", "09:10", "09:15"),
        ("leo", "note", "09:25", "09:45"),
    )

    found = tp.paths.during(log, unit="minutes")
    alone = tp.paths.alone(log, unit="minutes")

    rows = {(row["touchpoint"], row["during"]): row for row in found.to_dicts()}
    assert {pair: (row["count"], row["time"]) for pair, row in rows.items()} == {
        ("call", "call"): (2, 20.0),
        ("call", "note"): (2, 5 + 5 + 15),
        ("note", "call"): (2, 5 + 15),
        ("click", "call"): (1, 0.0),
    }
    assert np.isnan(rows["click", "call"]["time_share"])
    assert {row["touchpoint"]: (row["count"], row["time"]) for row in alone.to_dicts()} == {
        "call": (1, 60 + 15),
        "mail": (1, 5),
        "note": (0, 5),
        "click": (0, 0),
    }


def test_persons_are_the_units_of_shares() -> None:
    """Ten journeys of one person tell less than ten of ten."""
    rows = [
        ("ana", "call", "09:00", "10:00"),
        ("ana", "chat", "09:30", "09:40"),
    ]
    one = visits(*rows)
    ten = tp.concat([attrs.evolve(one, ids=np.array([nth])) for nth in range(10)])
    wide = attrs.evolve(ten, persons=np.array(["ana"] * 10, dtype=object))
    apart = attrs.evolve(ten, persons=np.array([f"p{nth}" for nth in range(10)], dtype=object))

    low = [tp.paths.during(log).low[0] for log in (wide, apart)]

    assert low[0] < low[1]
    assert tp.paths.during(wide).persons == 1


def test_a_crowd_is_measured_in_time_that_grows_with_its_rows() -> None:
    """Twenty thousand calls at once have two hundred million pairs, which are never written out."""
    m = 20_000
    times = START + np.arange(m).astype("timedelta64[s]")
    log = tp.Journeys(
        touchpoints=[untyped("a"), untyped("b")],
        codes=np.arange(m) % 2,
        offsets=[0, m],
        times=times,
        ends=times + np.timedelta64(1, "D"),
    )

    found = tp.paths.during(log)

    assert found.count.tolist() == [m // 2] * 4
    assert tp.paths.alone(log).count.tolist() == [0, 0]


def test_logs_without_ends_are_refused() -> None:
    """Nothing goes on in moments."""
    for measure in (tp.paths.during, tp.paths.alone):
        with pytest.raises(InvalidInputError, match="needs the ends"):
            measure(tp.datasets.shop(20, seed=1))
        with pytest.raises(InvalidInputError, match="did you mean 'days'"):
            measure(visits(("ana", "a", "09:00", "10:00")), unit="day")
