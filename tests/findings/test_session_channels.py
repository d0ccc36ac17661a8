"""The channel of a session where source and medium stand on one of its events only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

DAY = dt.timedelta(days=1)


def read(rows: list[tuple[Any, ...]], **options: Any) -> tp.Journeys:
    """Read rows of person, session, day, source and medium, as an export of GA4 holds them."""
    names = ("user", "session", "at", "source", "medium")
    records = [
        {**dict(zip(names, row, strict=True)), "event": "page_view", "campaign": None}
        for row in rows
    ]
    channels = tp.classify.ga4_channels(**{"missing": "nothing_new", **options})
    return tp.from_records(
        records,
        journey=("user", "session"),
        person="user",
        time="at",
        touchpoint=tp.classify.combine(tp.classify.ga4_events(name="event"), channels),
        taxonomy=tp.load_taxonomy("customer"),
    )


def channels_of(journeys: tp.Journeys, **options: Any) -> list[str | None]:
    """Return the channel of each session."""
    return tp.session_channel(journeys, **options).per_journey["session_channel"].to_list()


THREE = [
    ("ana", 1, "2026-05-01T10:00", None, None),
    ("ana", 1, "2026-05-01T10:01", "google", "cpc"),
    ("ana", 1, "2026-05-01T10:02", None, None),
    ("leo", 1, "2026-05-01T11:00", "newsletter", "email"),
    ("leo", 1, "2026-05-01T11:01", None, None),
    ("eva", 1, "2026-05-01T12:00", None, None),
]


def test_null_means_nothing_new() -> None:
    """Three sessions, of Google Ads, of a mail and of nothing: one each, not three of direct."""
    journeys = read(THREE)

    for rule in ("last_non_direct", "first", "last"):
        expected = {"search.paid": 1, "email": 1, "direct": 1}
        assert expected == Counter(channels_of(journeys, rule=rule))
    found = journeys.per_interaction["arrival_channel"].to_list()
    assert [None, "search.paid", None, "email", None, None] == found
    assert "search.paid" not in channels_of(read(THREE, missing="direct"), rule="last")


def test_unassigned_is_not_nothing() -> None:
    """A session whose source meets no rule is unassigned, not direct."""
    rows = [("ana", 1, "2026-05-01T10:00", "mailchimp", "newsletter"), *THREE[3:]]

    assert ["unassigned", "email", "direct"] == channels_of(read(rows))


def test_the_batch_and_the_explanation_agree_with_the_call() -> None:
    """All three leave an event without values without an answer."""
    channels = tp.classify.ga4_channels(missing="nothing_new")
    events = [
        {"source": source, "medium": medium, "campaign": campaign}
        for source, medium, campaign in [
            (None, "", None),
            ("(direct)", "(none)", None),
            ("mailchimp", "newsletter", None),
            (None, None, "spring"),
            ("google", "organic", None),
        ]
    ]
    answers = [None, "direct", "unassigned", "direct", "search.organic"]

    assert answers == [one and one["arrival_channel"] for one in channels.batch(events)]
    assert channels.batch(events) == [channels(event) for event in events]
    assert () == channels.steps(events[0])
    with pytest.raises(InvalidInputError, match="missing"):
        tp.classify.ga4_channels(missing="none")


ROWS = [
    ("ana", 1, "2026-01-01", "newsletter", "email"),
    ("ana", 1, "2026-01-02", "google", "cpc"),
    ("ana", 1, "2026-01-03", "(direct)", "(none)"),
    ("ana", 2, "2026-01-31", None, None),
    ("ana", 3, "2026-02-02", "(direct)", "(none)"),
    ("leo", 1, "2026-01-30", None, None),
    ("leo", 2, "2026-01-31", "x.com", "referral"),
]


def test_first_last_and_last_non_direct_differ() -> None:
    """Within one session: a mail, an advertisement, and the address typed in."""
    journeys = read(ROWS)

    assert "email" == channels_of(journeys, rule="first")[0]
    assert "direct" == channels_of(journeys, rule="last")[0]
    assert "search.paid" == channels_of(journeys)[0]


@pytest.mark.parametrize(
    ("days", "second", "third"),
    [
        (28, "direct", "direct"),
        (29, "search.paid", "direct"),
        (30, "search.paid", "direct"),
        (31, "search.paid", "search.paid"),
    ],
)
def test_the_look_back_reaches_earlier_sessions_of_the_person(
    days: int, second: str, third: str
) -> None:
    """The advertisement of 2 January is 29 days before one session and 31 before the next."""
    found = channels_of(read(ROWS), lookback=days * DAY)

    assert ["search.paid", second, third, "direct", "social.organic"] == found


def test_what_cannot_be_answered_is_refused() -> None:
    """A look-back of another rule or without persons, a column that is not there."""
    journeys = read(ROWS)
    with pytest.raises(InvalidInputError, match="lookback needs rule='last_non_direct'"):
        tp.session_channel(journeys, rule="first", lookback=DAY)
    with pytest.raises(NotFoundError, match="did you mean 'arrival_channel'"):
        tp.session_channel(journeys, column="arrival_chanel")
    with pytest.raises(InvalidInputError, match="rule"):
        tp.session_channel(journeys, rule="last_click")
    bare = tp.from_columns(
        {"id": [1], "at": ["2026-01-01"], "what": ["x"], "from": ["email"]},
        journey="id",
        time="at",
        touchpoint="what",
        per_interaction=("from",),
    )
    with pytest.raises(InvalidInputError, match="lookback needs persons"):
        tp.session_channel(bare, column="from", lookback=DAY)
