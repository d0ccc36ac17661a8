"""The story told by web analytics, help desk, surveys and social media together (A5, B20, B42)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import touchpoints as tp
from tests.sources import story

DATA = Path(__file__).parents[1] / "formats" / "data"
NAMES = {
    "ticket_created": "complaint",
    "survey_response": "survey_response",
    "social_mention": "social_mention",
}


@tp.classifier(reads=("touchpoint",))
def desk(event: dict[str, str]) -> str | None:
    """Type what is not of the web."""
    return NAMES.get(event["touchpoint"])


def merged(**options: object) -> tp.Journeys:
    """Merge four sources as their readers give them."""
    return tp.sources.merge_sources(
        {
            "web": tp.sources.ga4(DATA / "ga4.ndjson", **options),
            "desk": tp.sources.tickets(DATA / "tickets.csv", **options),
            "survey": tp.sources.surveys(DATA / "surveys.csv", **options),
            "social": tp.sources.social(DATA / "social.ndjson", **options),
        }
    )


def test_one_person_in_four_sources_is_one_journey() -> None:
    """B20: in order of time, each with its source; before, during and after the purchase."""
    people = {one.id: one for one in merged()}
    sources = merged().per_interaction["source"].to_list()

    whole = [*story.ANA, *story.TICKETS[0], story.SURVEYS[0], story.SOCIAL[0]]
    times = np.datetime_as_string(people["ana"].times, unit="s").tolist()
    assert times == sorted(times)
    assert {one.at for one in whole} <= set(times)
    assert sources[0] == "social"  # she asked before she came
    assert set(sources) == {"web", "desk", "survey", "social"}
    assert people["leo"].times[-1] == np.datetime64("2026-03-07T09:30")


def test_what_happened_before_the_site_was_found() -> None:
    """A5: typed after merging, cut at the first contact on the website."""
    typing = tp.classify.first_match(tp.classify.ga4_events(name="touchpoint"), desk)
    journeys = merged(taxonomy=tp.load_taxonomy("customer"), unmatched="keep")
    known = tp.retype(journeys, typing, unmatched="drop")
    before = {one.id: one.keys for one in tp.before_first(known, channel=("website", "app"))}

    assert before["ana"] == ("social_mention",)
    assert before["leo"] == ()
    found = tp.sources.contacts(known)
    assert set(found.source) == {"web", "desk", "survey", "social"}
    assert "sms" in found.without_data


def test_an_open_ticket_leaves_the_journey_open() -> None:
    """B42: Leo still waits for an answer; nobody waits for Ana."""
    journeys = merged()

    assert dict(zip(journeys.ids.tolist(), journeys.finished.tolist(), strict=True)) == {
        "ana": True,
        "leo": False,
    }


def test_a_person_recognised_late_is_one_person() -> None:
    """B20: the desk knows the mail, the shop the number; pairs bring them together."""
    desk_log = tp.sources.tickets(DATA / "tickets.csv")
    renamed = tp.sources.identities({"ana": "C-100", "leo": "C-200"})
    journeys = tp.sources.merge_sources(
        {"web": tp.sources.ga4(DATA / "ga4.ndjson"), "desk": desk_log}, identity=renamed
    )

    assert journeys.ids.tolist() == ["C-100", "C-200"]
