"""Visits of Matomo's Live API with nested actions (requirement A4)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from tests.sources import story

FIXTURE = Path(__file__).parent / "data" / "matomo.json"
TAXONOMY = tp.load_taxonomy("customer")
TYPED = {"touchpoint": tp.classify.matomo_events(), "taxonomy": TAXONOMY}
START = 1_772_445_600  # 2026-03-02T10:00:00Z


def visits() -> list[dict[str, Any]]:
    """Return the visits of the story."""
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


def visit(*actions: Any, number: Any = 7, **more: Any) -> dict[str, Any]:
    """Return a visit with these actions."""
    return {"idVisit": number, "visitorId": "a1", "actionDetails": list(actions), **more}


def action(second: int = 0, **more: Any) -> dict[str, Any]:
    """Return an action: the view of a page, unless told otherwise."""
    return {"type": "action", "timestamp": START + second, "url": "/", **more}


def column_of(journeys: tp.Journeys, name: str) -> list[Any]:
    """Return a kept column as a list."""
    column = journeys.per_interaction[name]
    return column.tolist() if isinstance(column, np.ndarray) else column.to_list()


def test_the_story_is_read() -> None:
    """A4: visits of persons, in order, with the types of the taxonomy; all else is counted."""
    journeys = tp.sources.matomo(FIXTURE, **TYPED)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.ids.tolist() == ["9001", "9002", "9003"]
    assert journeys.meta.report.left_out_reasons == {
        "an action of a visit that was there before": 5,
        "a goal, which is counted for an action that is there": 1,
        "a visit without an action": 1,
    }
    assert journeys.meta.report.rows == 15


def test_the_columns() -> None:
    """Facts of a visit stand at each of its actions; time spent on a page is its duration."""
    journeys = tp.sources.matomo(FIXTURE, **TYPED)
    expected = [one for contacts in story.WEB for one in contacts]

    assert column_of(journeys, "session_source") == [one.source or None for one in expected]
    assert column_of(journeys, "session_medium") == [one.medium or None for one in expected]
    assert column_of(journeys, "session_campaign") == [one.campaign or None for one in expected]
    assert column_of(journeys, "session_keyword")[0] == "shoes"
    assert column_of(journeys, "session_referrer_type")[::4] == ["campaign", "campaign"]
    assert column_of(journeys, "referrer") == ["https://www.google.com/"] + [None] * 7
    assert column_of(journeys, "text")[5] == "trail shoes"
    assert column_of(journeys, "value")[3] == story.VALUE
    assert np.isnan(column_of(journeys, "value")[:3]).all()
    assert column_of(journeys, "category")[2] == "Shop"
    assert column_of(journeys, "label")[2] == "Trail 7"
    spent = (journeys.ends - journeys.times) / np.timedelta64(1, "s")
    assert np.array_equal(spent, [60, *[np.nan] * 3, 240, np.nan, 180, np.nan], equal_nan=True)


@pytest.mark.parametrize("form", ["lines", "compressed", "records", "frame"])
def test_every_form_gives_the_same(form: str, tmp_path: Path) -> None:
    """An array, lines, records, or a dataframe with nested columns."""
    path = tmp_path / "visits"
    source: Any = path
    if form == "records":
        source = visits()
    elif form == "frame":
        source = pl.DataFrame(visits(), infer_schema_length=None, strict=False)
    else:
        content = "\n".join(map(json.dumps, visits())).encode()
        path.write_bytes(gzip.compress(content) if form == "compressed" else content)

    expected = tp.sources.matomo(FIXTURE, **TYPED)
    assert tp.sources.matomo(source, **TYPED).equals(expected)


def test_names() -> None:
    """The kind of an action, and of an event what happened."""
    kinds = {
        "productview": action(productViewSku="7"),
        "categoryview": action(productViewCategories=["Shoes"]),
        "pageview": action(productViewSku="", productViewCategories=[]),
        "play": action(type="event", eventAction="play"),
        "event": action(type="event"),
        "outlink": action(type="outlink"),
        "download": action(type="download"),
        "ecommerceAbandonedCart": action(type="ecommerceAbandonedCart", revenue="12.5"),
    }
    journeys = tp.sources.matomo([visit(*kinds.values())])

    assert journeys[0].keys == tuple(kinds)
    assert column_of(journeys, "value")[-1] == 12.5


def test_the_name_of_a_referrer_is_a_campaign_or_a_source() -> None:
    """As `referrerType` says."""
    journeys = tp.sources.matomo([
        visit(action(), number=1, referrerType="campaign", referrerName="spring"),
        visit(action(), number=2, referrerType="search", referrerName="Google"),
    ])  # fmt: skip

    assert column_of(journeys, "session_campaign") == ["spring", None]
    assert column_of(journeys, "session_source") == [None, "Google"]


def test_actions_of_one_second_keep_their_order() -> None:
    """Matomo lists them in order; the tenth comes after the ninth."""
    names = [f"n{place}" for place in range(12)]
    actions = [action(type="event", eventAction=one) for one in names]

    assert tp.sources.matomo([visit(*actions)])[0].keys == tuple(names)


def test_a_visit_that_grew_between_two_pages_is_one() -> None:
    """Its further actions are read, those that were there before are counted."""
    first, second = visit(action(0)), visit(action(0), action(9))
    journeys = tp.sources.matomo([first, second, first])

    assert [len(one) for one in journeys] == [2]
    assert journeys.meta.report.left_out_reasons == {
        "an action of a visit that was there before": 2
    }


def test_persons() -> None:
    """The user, else the visitor; one journey for each person if that is asked."""
    rows = [visit(action(), number=1), visit(action(5), number=2, userId="ana")]

    assert tp.sources.matomo(rows).persons.tolist() == ["a1", "ana"]
    rows[0]["userId"] = "ana"
    journeys = tp.sources.matomo(rows, journey="person")
    assert journeys.ids.tolist() == ["ana"]
    assert len(journeys[0]) == 2


BAD = {
    "no list": (visit() | {"actionDetails": "none"}, "no list actionDetails"),
    "no visit": ({"nb_visits": 3}, "no list actionDetails"),
    "an error": ({"result": "error", "message": "no access"}, "answered with an error"),
    "an action is a text": (visit("action"), "an action is not a record"),
    "no time": (visit(action(timestamp="2026-03-02")), "timestamp must be a number"),
    "a time of other units": (visit(action(timestamp=START * 10**6)), "outside the years"),
    "an endless time": (visit(action(timestamp=float("inf"))), "must be a number"),
    "a source that is a list": (visit(action(), referrerName=["a"]), "referrerName must be text"),
    "an address that is a list": (visit(action(url=["/"])), "url must be text"),
    "time spent": (visit(action(timeSpent="2 min")), "timeSpent must be a number"),
}


@pytest.mark.parametrize("name", BAD)
def test_visits_of_another_shape(name: str) -> None:
    """They are refused with their place, or counted by reason."""
    bad, reason = BAD[name]
    rows = [visit(action(), number=1), bad, visit(action(), number=2)]

    with pytest.raises(tp.errors.InvalidInputError, match=reason) as caught:
        tp.sources.matomo(rows)
    assert "record 1" in str(caught.value)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 action cannot be read"):
        journeys = tp.sources.matomo(rows, on_error="skip")
    assert len(journeys) == 2
    assert journeys.meta.report.skipped == 1


def test_few_visits(tmp_path: Path) -> None:
    """No visit, one action, any script, an id that is missing, a value that is not a number."""
    empty = tmp_path / "empty.json"
    for content in ("", "[]"):
        empty.write_text(content, encoding="utf-8")
        assert len(tp.sources.matomo(empty)) == 0
    journeys = tp.sources.matomo([
        visit(action(type="event", eventAction="añadir 🛒", eventValue="mucho"), number="Ω"),
        visit(action(), number=None),
        visit(action(1), number=None),
    ])  # fmt: skip
    assert journeys.ids.tolist() == ["Ω"]
    assert journeys[0].keys == ("añadir 🛒",)
    assert journeys.meta.report.noted == {"eventValue is not a number: missing": 1}
    assert journeys.meta.report.without_journey == 2


def test_an_error_of_matomo_is_told_by_its_message_also_as_a_dict() -> None:
    """What json.load gives of the answer."""
    with pytest.raises(tp.errors.InvalidInputError, match="You must be logged in"):
        tp.sources.matomo({"result": "error", "message": "You must be logged in"})
