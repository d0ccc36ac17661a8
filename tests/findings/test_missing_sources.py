"""GA4's exports of events: source and medium stand on one event of a session."""

from __future__ import annotations

import pytest

from touchpoints import classify
from touchpoints.errors import InvalidInputError

SESSIONS = {
    1: [(None, None), ("google", "cpc"), (None, None)],
    2: [("newsletter", "email"), (None, None)],
    3: [("(direct)", "(none)"), ("", "")],
    4: [(None, None)],
}


def event(source, medium, campaign=None):
    """Return the fields of an event."""
    return {"source": source, "medium": medium, "campaign": campaign}


def channel(answer):
    """Return the arrival channel of an answer, or None."""
    return None if answer is None else answer["arrival_channel"]


def test_null_means_nothing_new_where_it_is_asked_for() -> None:
    """One session came by a paid search, one by email, one directly; of one nothing is known."""
    found = classify.ga4_channels(missing="unknown")

    met = {
        session: {one for given in events if (one := channel(found(event(*given))))}
        for session, events in SESSIONS.items()
    }

    assert met == {1: {"search.paid"}, 2: {"email"}, 3: {"direct"}, 4: set()}


def test_several_events_at_once_have_the_same_answers() -> None:
    """Missing and (direct) are told apart in the cache too, in either order."""
    events = [event(*given) for some in SESSIONS.values() for given in some]
    for missing in ("direct", "unknown"):
        found = classify.ga4_channels(missing=missing)
        for some in (events, events[::-1]):
            assert found.batch(some) == [found(one) for one in some]


def test_by_default_a_missing_source_is_direct() -> None:
    """As in the tables of sessions that the rules were written for."""
    assert channel(classify.ga4_channels()(event(None, None))) == "direct"


def test_a_campaign_alone_is_something() -> None:
    """Only where all three are missing nothing is known; and steps agree with the answer."""
    found = classify.ga4_channels(missing="unknown")

    assert channel(found(event(None, None, "spring"))) == "direct"
    assert found.steps(event(None, None)) == ()


def test_another_word_is_refused() -> None:
    """The options are these two."""
    with pytest.raises(InvalidInputError, match="missing"):
        classify.ga4_channels(missing="none")
