"""Web, desk, survey and social networks in one journey of a person (B20)."""

from __future__ import annotations

from pathlib import Path

import touchpoints as tp
from tests.sources import story

DATA = Path(__file__).parents[1] / "formats" / "data"


def test_four_sources_of_evidence_are_one_journey() -> None:
    """B20: Ana and Leo in order of time, with the scores and words that each source adds."""
    taxonomy = tp.load_taxonomy("customer")
    web = tp.sources.snowplow(
        DATA / "snowplow.csv",
        touchpoint=tp.classify.snowplow_events(name="name"),
        taxonomy=taxonomy,
    )
    desk = tp.sources.tickets(
        DATA / "tickets.json",
        metrics=DATA / "ticket_metrics.json",
        taxonomy=taxonomy,
        unmatched="keep",
    )
    survey = tp.sources.surveys(DATA / "surveys.csv", taxonomy=taxonomy)
    social = tp.sources.social(DATA / "social.ndjson", taxonomy=taxonomy)
    merged = tp.sources.merge_sources(
        {"web": web, "desk": desk, "survey": survey, "social": social}
    )

    everything = [*story.WEB, *story.TICKETS, story.SURVEYS, story.SOCIAL]
    of_person = [
        sorted(
            (one for part in everything for one in part if one.person == who),
            key=lambda one: one.at,
        )
        for who in ("ana", "leo")
    ]
    assert story.told(merged) == story.expected(of_person)
    assert merged.finished.tolist() == [True, False]  # Leo's ticket is open
    kept = merged.per_interaction
    rows = [
        (source, kept["nps"][row], kept["sentiment"][row], kept["contact_channel"].to_list()[row])
        for row, source in enumerate(kept["source"].to_list())
    ]
    assert sum(nps == 9 for _, nps, _, _ in rows) == 1
    assert [one[0] for one in rows if one[1] == 9] == ["survey"]
    assert [one[0] for one in rows if one[2] == -0.8] == ["social"]
    assert [one[0] for one in rows if one[3] == "web"] == ["desk"]
