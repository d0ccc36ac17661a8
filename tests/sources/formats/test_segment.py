"""Calls of Segment and RudderStack: sessions, identities, repeats, warehouses (A4)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import touchpoints as tp
from tests.sources import story

DATA = Path(__file__).parent / "data"
FIXTURE, RUDDER = DATA / "segment.ndjson", DATA / "rudderstack.ndjson"
TAXONOMY = tp.load_taxonomy("customer")
TYPED = {"touchpoint": tp.classify.segment_events(name="name"), "taxonomy": TAXONOMY}


def calls() -> list[dict[str, Any]]:
    """Return the calls of the story."""
    return [json.loads(line) for line in FIXTURE.read_text(encoding="utf-8").splitlines()]


def track(second: int = 0, **more: Any) -> dict[str, Any]:
    """Return a track call."""
    return {
        "type": "track",
        "event": "Clicked",
        "anonymousId": "a",
        "timestamp": f"2026-03-02T10:00:{second:02d}Z",
        **more,
    }


def column_of(journeys: tp.Journeys, name: str) -> list[Any]:
    """Return a kept column as a list."""
    column = journeys.per_interaction[name]
    return column.tolist() if isinstance(column, np.ndarray) else column.to_list()


def test_the_story_is_read() -> None:
    """A4: sessions of persons; who logs in late, or is renamed by an alias, is one person."""
    journeys = tp.sources.segment(FIXTURE, **TYPED)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.meta.report.left_out_reasons == {
        "a message id that an earlier call has": 1,
        "a call that says who somebody is (identify, alias, group)": 2,
        "a call without userId and anonymousId": 1,
    }
    assert journeys.meta.report.rows == 12


def test_the_columns() -> None:
    """Campaign, page, search and value of the call."""
    journeys = tp.sources.segment(FIXTURE, **TYPED)
    expected = [one for contacts in story.WEB for one in contacts]

    assert column_of(journeys, "utm_source") == [one.source or None for one in expected]
    assert column_of(journeys, "utm_medium") == [one.medium or None for one in expected]
    assert column_of(journeys, "utm_campaign") == [one.campaign or None for one in expected]
    assert column_of(journeys, "text")[5] == "trail shoes"
    assert column_of(journeys, "value")[3] == story.VALUE
    assert column_of(journeys, "page")[:2] == ["Home", "Trail 7"]
    assert column_of(journeys, "url")[1] == "https://shoes.example/p/7"
    assert column_of(journeys, "referrer")[0] == "https://www.google.com/"
    assert column_of(journeys, "call")[:2] == ["page", "track"]
    assert "sdk_channel" not in journeys.per_interaction


def test_the_story_is_read_from_rudderstack() -> None:
    """Its channel is the program that sent a call; the time may stand in originalTimestamp."""
    journeys = tp.sources.segment(RUDDER, **TYPED)

    assert story.told(journeys) == story.expected(story.WEB)
    assert set(column_of(journeys, "sdk_channel")) == {"web"}
    assert {"channel", "source", "journey"}.isdisjoint(journeys.per_interaction)
    assert journeys.ids.tolist()[0] == "an-1/1772445600000"


def flat(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call as the row of a warehouse."""
    context = call.get("context", {})
    row = {
        "id": call["messageId"],
        "type": call["type"],
        "event": (call.get("event") or "").lower().replace(" ", "_") or None,
        "event_text": call.get("event"),
        "user_id": call.get("userId"),
        "anonymous_id": call.get("anonymousId"),
        "previous_id": call.get("previousId"),
        "timestamp": call["timestamp"].replace("T", " ").replace(".000Z", " UTC"),
        "received_at": "2030-01-01 00:00:00 UTC",
        "context_session_id": context.get("sessionId"),
        "name": call.get("name"),
        **{f"context_campaign_{key}": one for key, one in context.get("campaign", {}).items()},
        **{f"context_page_{key}": one for key, one in context.get("page", {}).items()},
    }
    return row | {key: call.get("properties", {}).get(key) for key in ("query", "revenue")}


@pytest.mark.parametrize("form", ["records", "pandas", "polars", "columns", "csv", "parquet"])
def test_tables_of_a_warehouse_give_the_same(form: str, tmp_path: Path) -> None:
    """Rows, whose fields are columns: the same journeys and columns."""
    rows = [flat(call) for call in calls()]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    forms: dict[str, Any] = {
        "records": rows,
        "pandas": pd.DataFrame(rows),
        "polars": frame,
        "columns": frame.to_dict(as_series=False),
        "csv": tmp_path / "calls.csv",
        "parquet": tmp_path / "calls.parquet",
    }
    frame.write_csv(tmp_path / "calls.csv")
    frame.write_parquet(tmp_path / "calls.parquet")
    expected = tp.sources.segment(FIXTURE, **TYPED)
    found = tp.sources.segment(forms[form], **TYPED)

    assert found.equals(expected)


@pytest.mark.parametrize("form", ["array", "compressed", "batch"])
def test_files_of_calls(form: str, tmp_path: Path) -> None:
    """A JSON array, compressed lines, the body of a batch."""
    path = tmp_path / "calls"
    texts = {"array": json.dumps(calls()), "batch": json.dumps({"batch": calls()})}
    content = texts.get(form, "").encode() or gzip.compress(FIXTURE.read_bytes())
    path.write_bytes(content)

    assert tp.sources.segment(path, **TYPED).equals(tp.sources.segment(FIXTURE, **TYPED))


def test_an_id_that_two_users_claim_is_not_merged() -> None:
    """A tablet of a family: its calls without a user are nobody's but its own, and that is told."""
    rows = [
        track(0),
        track(1, userId="ana"),
        track(2, userId="leo"),
        track(3, anonymousId="b"),
        track(4, anonymousId="b", userId="leo"),
    ]
    journeys = tp.sources.segment(rows)

    assert {one.id: len(one) for one in journeys} == {"a": 1, "ana": 1, "leo": 3}
    assert journeys.meta.report.noted["ids that several users claim, kept apart"] == 1


def test_a_login_during_a_session_names_the_session() -> None:
    """Also on a device that several people use; sessions of one number are of their devices."""
    session = {"context": {"sessionId": 7}}
    rows = [
        track(0, **session),
        track(1, userId="ana", **session),
        track(2, userId="leo", context={"sessionId": 8}),
        track(3, context={"sessionId": 9}),
        track(4, anonymousId="b", **session),
    ]
    journeys = tp.sources.segment(rows)

    assert dict(zip(journeys.ids, journeys.persons, strict=True)) == {
        "a/7": "ana", "a/8": "leo", "a/9": "a", "b/7": "b",
    }  # fmt: skip


def test_aliases_are_followed_and_loops_refused() -> None:
    """From the anonymous id to the last name of its user."""
    rows = [
        track(0),
        track(1, userId="u1"),
        track(2, type="alias", previousId="u1", userId="u2", anonymousId=None),
        track(3, type="alias", previousId="u2", userId="u3", anonymousId=None),
    ]
    loop = [*rows, track(4, type="alias", previousId="u3", userId="u1", anonymousId=None)]

    assert tp.sources.segment(rows).ids.tolist() == ["u3"]
    with pytest.raises(tp.errors.InvalidInputError, match="loop"):
        tp.sources.segment(loop)
    journeys = tp.sources.segment(loop, on_error="skip")
    assert journeys.ids.tolist() == ["u1"]
    assert journeys.meta.report.noted[
        "alias calls that were not followed, because some form a loop"
    ] == 3  # fmt: skip


def test_without_session_ids_a_journey_is_a_person() -> None:
    """And who asks for sessions is told how to make them."""
    rows = [track(0), track(30)]
    journeys = tp.sources.segment(rows)

    assert journeys.ids.tolist() == ["a"]
    assert journeys.meta.report.noted == {
        "calls without a session id, so that a journey is a person": 2
    }
    with pytest.raises(tp.errors.InvalidInputError, match="split_by_gap"):
        tp.sources.segment(rows, journey="session")
    some = [*rows, track(40, context={"sessionId": "s"})]
    assert tp.sources.segment(some).meta.report.left_out_reasons == {
        "a call without a session id": 2
    }
    assert len(tp.sources.segment(some, journey="person")[0]) == 3


def test_calls_without_a_type() -> None:
    """A table of a warehouse holds calls of one kind."""
    rows = [{"anonymous_id": "a", "timestamp": "2026-03-02 10:00:00", "name": "Home"}]

    with pytest.raises(tp.errors.InvalidInputError, match="call= does not say"):
        tp.sources.segment(rows)
    journeys = tp.sources.segment(rows, call="page")
    assert journeys[0].keys == ("page",)
    assert column_of(journeys, "page") == ["Home"]
    assert journeys.meta.report.noted["times without an offset, which are read as UTC"] == 1
    with pytest.raises(tp.errors.InvalidInputError, match="call"):
        tp.sources.segment(rows, call="pages")


BAD = {
    "time": ({"timestamp": "yesterday"}, "timestamp must be a time"),
    "time as a number": ({"timestamp": 1772445600}, "timestamp must be a time"),
    "event": ({"event": ["Clicked"]}, "event_text must be text"),
    "user": ({"userId": {"id": 1}}, "userId must be text"),
    "campaign": ({"context": {"campaign": {"source": ["x"]}}}, "context.campaign.source must be"),
}


@pytest.mark.parametrize("name", BAD)
def test_calls_of_another_shape(name: str) -> None:
    """They are refused with their place, or counted by reason."""
    change, reason = BAD[name]
    rows = [track(0), track(1, **change), track(2)]

    with pytest.raises(tp.errors.InvalidInputError, match=reason) as caught:
        tp.sources.segment(rows)
    assert "record 1" in str(caught.value)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 call cannot be read"):
        journeys = tp.sources.segment(rows, on_error="skip")
    assert len(journeys[0]) == 2


def test_shapes_that_only_lack_something() -> None:
    """No context, no properties, a value in words, a kind that is unknown, no call at all."""
    rows = [
        track(0, context=None, properties=None),
        track(1, properties={"revenue": "much", "value": "2.5"}),
        track(2, type="delete"),
        track(3, event="añadir 🛒", context="none"),
    ]
    journeys = tp.sources.segment(rows)

    assert journeys[0].keys == ("Clicked", "Clicked", "añadir 🛒")
    assert np.array_equal(column_of(journeys, "value"), [np.nan, 2.5, np.nan], equal_nan=True)
    assert journeys.meta.report.left_out_reasons == {"a call of another kind": 1}
    assert len(tp.sources.segment([])) == 0
