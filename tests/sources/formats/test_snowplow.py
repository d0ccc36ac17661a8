"""Atomic events of Snowplow: sessions, page pings, repeats, persons (requirement A4)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import touchpoints as tp
from tests.sources import story

FIXTURE = Path(__file__).parent / "data" / "snowplow.csv"
TAXONOMY = tp.load_taxonomy("customer")
TYPED = {"touchpoint": tp.classify.snowplow_events(name="name"), "taxonomy": TAXONOMY}


def test_the_story_is_read() -> None:
    """A4: sessions of persons, in order, with the types of the taxonomy."""
    journeys = tp.sources.snowplow(FIXTURE, **TYPED)

    assert story.told(journeys) == story.expected(story.WEB)
    first = journeys.per_interaction
    assert first["utm_source"].to_list()[:5] == ["google"] * 4 + ["news"]
    assert np.nansum(first["value"]) == story.VALUE


def test_page_pings_say_how_long_a_page_was_seen() -> None:
    """The last ping ends the view of its page; pings and repeats are counted."""
    journeys = tp.sources.snowplow(FIXTURE, **TYPED)
    seen = (journeys.ends - journeys.times) / np.timedelta64(1, "s")

    assert seen[0] == 60
    assert np.isnan(seen[1:]).all()
    report = journeys.meta.report
    assert report.rows == 11
    assert report.left_out_reasons == {
        "a page ping, which prolongs the view of its page": 2,
        "an event id that an earlier row has": 1,
    }


def test_pings_of_another_page_or_session_are_not_of_this_view() -> None:
    """A tab in the background pings its own page."""
    rows = [
        {"event_name": name, "domain_sessionid": session, "domain_userid": "u", "page_url": page,
         "derived_tstamp": f"2026-03-02 10:00:{second:02d}"}
        for name, session, page, second in (
            ("page_view", "s1", "/a", 0),
            ("page_view", "s1", "/b", 5),
            ("page_ping", "s1", "/a", 10),
            ("page_ping", "s2", "/b", 20),
            ("page_view", "s1", "/a", 30),
            ("page_ping", "s1", "/a", 40),
        )
    ]  # fmt: skip
    journeys = tp.sources.snowplow(rows)

    assert ((journeys.ends - journeys.times) / np.timedelta64(1, "s")).tolist()[::2] == [10, 10]
    assert np.isnat(journeys.ends[1])


def test_a_table_of_another_format_is_refused() -> None:
    """The column that lacks is named."""
    with pytest.raises(tp.errors.NotFoundError, match="event_name"):
        tp.sources.snowplow([{"event": "page_view", "derived_tstamp": "2026-03-02"}])


def test_a_misspelt_option_is_refused() -> None:
    """Did you mean."""
    with pytest.raises(tp.errors.WrongKindError, match="taxonomy"):
        tp.sources.snowplow(FIXTURE, taxonmy=TAXONOMY)


def test_the_time_of_the_export_is_kept() -> None:
    """Censoring: every journey was observed until then."""
    until = story.instant("2026-03-10T00:00:00")
    journeys = tp.sources.snowplow(FIXTURE, observed_until=until)

    assert (journeys.observed_until == np.datetime64("2026-03-10")).all()
    with pytest.raises(tp.errors.InvalidInputError, match="before the last time"):
        tp.sources.snowplow(FIXTURE, observed_until=story.instant("2026-03-02T00:00:00"))


def test_who_logs_in_late_is_one_person() -> None:
    """The events before the login are of the same session, and of the same person."""
    rows = [
        {"event_name": "page_view", "domain_sessionid": session, "domain_userid": "d",
         "user_id": user, "derived_tstamp": f"2026-03-02 10:00:0{second}"}
        for second, (session, user) in enumerate(
            [("s1", None), ("s1", "ana"), ("s2", None), (None, "leo"), (None, None)]
        )
    ]  # fmt: skip
    journeys = tp.sources.snowplow(rows)

    assert dict(zip(journeys.ids, journeys.persons, strict=True)) == {"s1": "ana", "s2": "d"}
    by_person = tp.sources.snowplow(rows, journey="person")
    assert {one.id: len(one) for one in by_person} == {"ana": 2, "d": 2, "leo": 1}


def test_a_time_that_cannot_be_read_is_raised_or_counted_once() -> None:
    """Its row is left out, also a ping, and also where the collector's time is known."""
    plain = {
        "event_name": "page_view",
        "domain_sessionid": "s",
        "derived_tstamp": "2026-03-02 10:00:00",
        "collector_tstamp": "2026-03-02 10:00:05",
    }
    rows = [
        plain,
        {**plain, "derived_tstamp": "soon"},
        {**plain, "derived_tstamp": "soon", "collector_tstamp": "later"},
        {**plain, "event_name": "page_ping", "derived_tstamp": "10000-01-01"},
        {**plain, "derived_tstamp": None},
    ]
    with pytest.raises(tp.errors.InvalidInputError, match="row 1: 'soon'") as caught:
        tp.sources.snowplow(rows)
    assert 'on_error="skip"' in caught.value.mend
    with pytest.warns(tp.errors.TouchpointsWarning, match="row 1: 'soon'") as told:
        journeys = tp.sources.snowplow(rows, on_error="skip")

    assert len(told) == 1
    assert [str(one)[17:19] for one in journeys.times] == ["00", "05"]
    report = journeys.meta.report
    assert (report.rows, report.skipped) == (5, 3)
    assert report.skipped_reasons == {"column 'derived_tstamp': a time cannot be read": 3}
