"""Sessions: pauses from known ends, new campaigns and midnight in the zone of the log."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

HALF = dt.timedelta(minutes=30)
DAY = dt.date(2026, 1, 5)


def visits(*rows: tuple, tz: str | None = None) -> tp.Journeys:
    """Return journeys of (id, begin, end, campaign), begin and end as hours of 5 January 2026."""

    def at(hour):
        return None if hour is None else f"{DAY}T{hour}"

    records = [
        {"id": one, "at": at(begin), "end": at(end), "what": "v", "from": campaign or None}
        for one, begin, end, campaign in rows
    ]
    names = {"journey": "id", "time": "at", "end": "end", "touchpoint": "what"}
    return tp.from_records(records, **names, per_interaction=("from",), tz=tz)


def sizes(journeys: tp.Journeys) -> list[int]:
    """Return the number of interactions of each journey."""
    return np.diff(journeys.offsets).tolist()


def test_a_pause_begins_where_the_last_interaction_ends() -> None:
    """A call from 10:00 to 10:50 and a mail at 11:00 are ten idle minutes apart."""
    journeys = visits(("a", "10:00", "10:50", ""), ("a", "11:00", None, ""))

    assert sizes(tp.sessions(journeys, gap=HALF)) == [2]
    assert sizes(tp.split_by_gap(journeys, HALF)) == [1, 1]


def test_an_interaction_that_still_goes_on_is_no_pause() -> None:
    """The end of an earlier, longer interaction counts; that of another journey does not."""
    journeys = visits(
        ("a", "10:00", "12:00", ""),
        ("a", "10:10", "10:15", ""),
        ("a", "12:20", None, ""),
        ("b", "10:00", None, ""),
        ("b", "10:31", None, ""),
    )

    assert sizes(tp.sessions(journeys, gap=HALF)) == [3, 1, 1]


def test_the_gap_itself_is_within_a_session() -> None:
    """Thirty minutes are not longer than thirty minutes; a microsecond more is."""
    journeys = visits(("a", "10:00", None, ""), ("a", "10:30", None, ""))

    assert sizes(tp.sessions(journeys, gap=HALF)) == [2]
    assert sizes(tp.sessions(journeys, gap=HALF - dt.timedelta(microseconds=1))) == [1, 1]


def test_a_new_campaign_begins_a_session_and_a_missing_one_does_not() -> None:
    """As in Universal Analytics: direct visits go on with the campaign before them."""
    journeys = visits(
        ("a", "10:00", None, ""),
        ("a", "10:01", None, "mail"),
        ("a", "10:02", None, ""),
        ("a", "10:03", None, "mail"),
        ("a", "10:04", None, "ad"),
        ("b", "10:05", None, "mail"),
        ("b", "10:06", None, "mail"),
    )

    assert sizes(tp.sessions(journeys, gap=HALF, new_campaign="from")) == [1, 3, 1, 2]
    assert sizes(tp.sessions(journeys, gap=HALF)) == [5, 2]  # as in Google Analytics 4


def test_midnight_is_that_of_the_zone_of_the_log() -> None:
    """23:10 in UTC is after midnight in Madrid."""
    rows = (
        ("a", "22:50:00+00:00", None, ""),
        ("a", "23:10:00+00:00", None, ""),
        ("a", "23:30:00+00:00", None, ""),
    )

    assert sizes(tp.sessions(visits(*rows, tz="Europe/Madrid"), gap=HALF, midnight=True)) == [1, 2]
    assert sizes(tp.sessions(visits(*rows, tz="UTC"), gap=HALF, midnight=True)) == [3]
    assert sizes(tp.sessions(visits(*rows, tz="Europe/Madrid"), gap=HALF)) == [3]


def naive_breaks(journeys, *, gap, column, midnight):
    """Return the interactions of each session, one interaction after the other."""
    values = None if column is None else journeys.per_interaction[column].to_list()
    answer, row = [], 0
    for one in journeys:
        busy = campaign = day = None
        parts = [[]]
        for at, key in enumerate(one.keys):
            time = one.times[at].astype("datetime64[us]").astype(dt.datetime)
            end = None if one.ends is None or np.isnat(one.ends[at]) else one.ends[at]
            value = None if values is None else values[row]
            new = busy is not None and time - busy > gap
            new |= at > 0 and value is not None and value != campaign
            new |= midnight and at > 0 and time.date() != day
            if new:
                parts.append([])
            parts[-1].append(key)
            reach = time if end is None else max(time, end.astype(dt.datetime))
            busy = reach if busy is None else max(busy, reach)
            campaign = campaign if value is None else value
            day = time.date()
            row += 1
        answer += ["".join(part) for part in parts]
    return answer


@given(
    journeys=strategies.journeys(),
    column=st.sampled_from([None, "page"]),
    midnight=st.booleans(),
    data=st.data(),
)
def test_sessions_agree_with_a_walk_through_the_log(journeys, column, midnight, data) -> None:
    """The pieces are those of a walk, and joined they are the journeys."""
    m = len(journeys.codes)
    lasts = data.draw(st.lists(st.sampled_from([None, 0, 60, 90_000]), min_size=m, max_size=m))
    ends = [
        np.datetime64("NaT", "us") if one is None else time + np.timedelta64(one, "s")
        for one, time in zip(lasts, journeys.times, strict=True)
    ]
    journeys = attrs.evolve(
        journeys, outcomes={}, outcome_times={}, values={}, ends=np.array(ends, "M8[us]")
    )

    found = tp.sessions(journeys, gap=HALF, new_campaign=column, midnight=midnight)

    assert paths_of(found) == naive_breaks(journeys, gap=HALF, column=column, midnight=midnight)
    assert len(set(found.ids.tolist())) == len(found)
    assert found.codes.tolist() == journeys.codes.tolist()


def test_without_ends_and_rules_it_is_the_split_by_gap() -> None:
    """The same ids, persons, origins and flags."""
    journeys = log(one="abc", two="a")

    assert tp.sessions(journeys, gap=HALF) == tp.split_by_gap(journeys, HALF)


def test_a_session_has_the_channel_it_began_with() -> None:
    """Sessions split at a campaign have its channel; a direct one looks back."""
    rows = [
        {"id": "a", "who": "ana", "at": "2026-01-05T10:00", "what": "v", "from": "email"},
        {"id": "a", "who": "ana", "at": "2026-01-05T10:05", "what": "v", "from": "search"},
        {"id": "a", "who": "ana", "at": "2026-01-07T10:00", "what": "v", "from": "direct"},
    ]
    journeys = tp.from_records(
        rows, journey="id", person="who", time="at", touchpoint="what", per_interaction=("from",)
    )
    found = tp.sessions(journeys, gap=HALF, new_campaign="from")

    def channels(**options):
        named = tp.session_channel(found, column="from", **options)
        return named.per_journey["session_channel"].to_list()

    assert channels() == ["email", "search", "direct"]
    assert channels(lookback=dt.timedelta(days=3)) == ["email", "search", "search"]
    assert channels(lookback=dt.timedelta(days=1)) == ["email", "search", "direct"]
    whole = tp.session_channel(journeys, column="from", rule="first")
    assert whole.per_journey["session_channel"].to_list() == ["email"]


def test_bad_sessions_get_clear_errors() -> None:
    """No times, a gap of zero or a number, unknown columns, outcomes that belong to no session."""
    journeys = visits(("a", "10:00", None, "mail"), ("a", "10:30", None, ""))

    with pytest.raises(InvalidInputError, match="sessions needs times"):
        tp.sessions(tp.distinct(journeys), gap=HALF)
    with pytest.raises(InvalidInputError, match="gap must be positive"):
        tp.sessions(journeys, gap=dt.timedelta(0))
    with pytest.raises(WrongKindError, match="timedelta"):
        tp.sessions(journeys, gap=30)
    with pytest.raises(NotFoundError, match="did you mean 'from'"):
        tp.sessions(journeys, gap=HALF, new_campaign="form")
    with pytest.raises(InvalidInputError, match="journeys with outcomes or values cannot be split"):
        tp.sessions(tp.until(journeys, "v", outcome="won"), gap=HALF)
    assert len(tp.sessions(journeys[:0], gap=HALF, midnight=True, new_campaign="from")) == 0
