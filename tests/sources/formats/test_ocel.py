"""Object-centric event logs in JSON, XML and SQLite: one story, seen by each type (A4, B20)."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.sources import story

DATA = Path(__file__).parent / "data"
TAXONOMY = tp.load_taxonomy("customer")
KINDS = ("json", "xml", "sqlite", "json.gz")


@pytest.fixture
def fixture(tmp_path: Path) -> Callable[[str], Path]:
    """Return the story in a format."""

    def of(kind: str) -> Path:
        path = tmp_path / f"story.{kind}"
        if path.exists():
            return path
        if kind == "sqlite":
            with closing(sqlite3.connect(path)) as database:
                database.executescript((DATA / "story_ocel.sql").read_text(encoding="utf-8"))
                database.commit()
            return path
        if kind == "json.gz":
            path.write_bytes(gzip.compress((DATA / "story.jsonocel").read_bytes()))
            return path
        return DATA / f"story.{kind}ocel"

    return of


def log(folder: Path, events: list[Any], objects: list[Any], **others: Any) -> Path:
    """Write a log in JSON."""
    path = folder / "log.json"
    document = {"objectTypes": [], "eventTypes": [], "objects": objects, "events": events}
    path.write_text(json.dumps(document | others), encoding="utf-8")
    return path


def event(key: str, kind: str, minute: int, *objects: str, **values: Any) -> dict[str, Any]:
    """Return an event of JSON."""
    return {
        "id": key,
        "type": kind,
        "time": f"2026-03-02T10:{minute:02d}:00Z",
        "attributes": [{"name": name, "value": value} for name, value in values.items()],
        "relationships": [{"objectId": one, "qualifier": ""} for one in objects],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_story_is_read(fixture: Callable[[str], Path], kind: str) -> None:
    """A4: visits of customers, with the types of the taxonomy."""
    journeys = tp.sources.ocel(fixture(kind), "visit", person="customer", taxonomy=TAXONOMY)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.ids.tolist() == ["v1", "v2", "v3"]
    kept = journeys.per_interaction
    assert kept["utm_source"].to_list() == ["google"] * 4 + ["news"] + [None] * 3
    assert kept["text"].to_list()[5] == "trail shoes & más"
    np.testing.assert_array_equal(kept["position"], [np.nan, 3, *[np.nan] * 5, 1])
    assert np.nansum(kept["value"]) == story.VALUE
    assert kept["due"][3] == np.datetime64("2026-03-09")
    assert journeys.per_journey["device"].to_list() == ["laptop", None, None]
    report = journeys.meta.report
    assert report.left_out_reasons == {"an event that touches no object of the type": 1}
    assert report.noted == {}


@pytest.mark.parametrize("object_type", ["visit", "customer", "product"])
@pytest.mark.parametrize("changes", ["last", "at_event"])
def test_the_three_formats_are_one_log(
    fixture: Callable[[str], Path], object_type: str, changes: Any
) -> None:
    """Every column."""
    first, *others = (
        tp.sources.ocel(fixture(kind), object_type, changes=changes) for kind in KINDS
    )
    assert all(first == other for other in others)


@pytest.mark.parametrize("kind", KINDS)
def test_events_of_several_objects_are_repeated_and_counted(
    fixture: Callable[[str], Path], kind: str
) -> None:
    """Convergence and divergence; one event that names an object twice is there once."""
    journeys = tp.sources.ocel(fixture(kind), "product")

    assert {one.id: one.keys for one in journeys} == {
        "p7": ("product_view", "cart_addition", "purchase", "product_view"),
        "p8": ("product_view",),
        "p9": (),
    }
    report = journeys.meta.report
    assert report.noted == {
        "an event that touches several objects of the type, repeated for each": 1,
        "a repetition of an event that touches several objects of the type": 1,
        "an object with several events of the same type": 1,
    }
    assert report.left_out == 5


@pytest.mark.parametrize("kind", KINDS)
def test_values_of_objects_that_change(fixture: Callable[[str], Path], kind: str) -> None:
    """The last value per journey; or the value valid at each event, from its time on."""
    last = tp.sources.ocel(fixture(kind), "product")
    np.testing.assert_array_equal(last.per_journey["price"], [64.5, np.nan, np.nan])
    np.testing.assert_array_equal(last.per_journey["stock"], [11, np.nan, np.nan])
    assert "price" not in last.per_interaction

    valid = tp.sources.ocel(fixture(kind), "product", changes="at_event")
    np.testing.assert_array_equal(valid.per_interaction["price"], [69.9, 59.9, 59.9, 64.5, np.nan])
    np.testing.assert_array_equal(valid.per_interaction["stock"], [np.nan, np.nan, 11, 11, np.nan])
    assert "price" not in valid.per_journey


def test_values_at_events_as_a_plain_loop_finds_them(tmp_path: Path) -> None:
    """Many objects and changes, a twin of a loop over all of them."""
    rng = np.random.default_rng(5)
    minutes = rng.integers(0, 60, 120).tolist()
    owners = rng.integers(0, 6, 120).tolist()
    objects: list[dict[str, Any]] = [
        {"id": f"o{one}", "type": "t", "attributes": []} for one in range(6)
    ]
    for number, (minute, owner) in enumerate(zip(minutes, owners, strict=True)):
        objects[owner]["attributes"].append(
            {"name": f"a{number % 3}", "time": f"2026-03-02T10:{minute:02d}:00Z", "value": number}
        )
    touched = [rng.choice(6, 2, replace=False).tolist() for _ in range(50)]
    events = [event(f"e{n}", "x", n, *(f"o{one}" for one in touched[n])) for n in range(50)]
    journeys = tp.sources.ocel(log(tmp_path, events, objects), "t", changes="at_event")

    for position, journey in enumerate(journeys):
        given = objects[int(str(journey.id)[1:])]["attributes"]
        for row in range(journeys.offsets[position], journeys.offsets[position + 1]):
            for name in ("a0", "a1", "a2"):
                valid = [
                    (one["time"], place, one["value"])
                    for place, one in enumerate(given)
                    if one["name"] == name
                    and np.datetime64(one["time"][:-1]) <= journeys.times[row]
                ]
                expected = max(valid)[2] if valid else np.nan
                np.testing.assert_equal(float(journeys.per_interaction[name][row]), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_relations_of_a_qualifier_alone(fixture: Callable[[str], Path], kind: str) -> None:
    """One, or several; a qualifier that does not exist is named."""
    seen = tp.sources.ocel(fixture(kind), "product", qualifier="seen")
    assert seen[0].keys == ("product_view", "product_view")
    both = tp.sources.ocel(fixture(kind), "product", qualifier=["bought", "chosen"])
    assert both[0].keys == ("cart_addition", "purchase")
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'bought'"):
        tp.sources.ocel(fixture(kind), "product", qualifier="bougth")


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_that_does_not_exist(fixture: Callable[[str], Path], kind: str) -> None:
    """Similar ones are proposed."""
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'visit'"):
        tp.sources.ocel(fixture(kind), "visits")
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'customer'"):
        tp.sources.ocel(fixture(kind), "visit", person="costumer")


@pytest.mark.parametrize("kind", KINDS)
def test_persons(fixture: Callable[[str], Path], kind: str) -> None:
    """Of related objects; journeys of persons; persons are their own persons."""
    persons = tp.sources.ocel(fixture(kind), "visit", person="customer", journey="person")
    assert persons.ids.tolist() == ["ana", "leo"]
    themselves = tp.sources.ocel(fixture(kind), "customer", person="customer")
    assert len(themselves) == 2
    assert len(themselves.codes) == 0


def test_the_person_that_an_event_touches_is_before_that_of_the_object(tmp_path: Path) -> None:
    """Relations of objects count in both directions; without one, nobody is known."""
    objects = [
        {"id": "c1", "type": "who", "relationships": [{"objectId": "o1", "qualifier": "owns"}]},
        {"id": "c2", "type": "who"},
        *({"id": one, "type": "t"} for one in ("o1", "o2", "o3")),
    ]
    events = [event("e1", "x", 1, "o1"), event("e2", "x", 2, "o2", "c2"), event("e3", "x", 3, "o3")]
    journeys = tp.sources.ocel(log(tmp_path, events, objects), "t", person="who")
    assert journeys.persons.tolist() == ["c1", "c2", None]


def test_the_attribute_person_is_the_person(tmp_path: Path) -> None:
    """Where no type of objects is named."""
    value = {"name": "person", "time": "1970-01-01T00:00:00Z", "value": "ana"}
    objects = [{"id": "o1", "type": "t", "attributes": [value]}, {"id": "o2", "type": "t"}]
    journeys = tp.sources.ocel(log(tmp_path, [event("e1", "x", 1, "o1")], objects), "t")
    assert journeys.persons.tolist() == ["ana", None]
    assert not journeys.per_journey


def test_values_have_the_type_that_is_declared_or_their_own(tmp_path: Path) -> None:
    """Declared types are of the type of the event; JSON has types of its own."""
    declared = [
        {"name": "a", "attributes": [{"name": "k", "type": "integer"}, {"name": "z", "type": "?"}]}
    ]
    events = [
        event("e1", "a", 1, "o", k="7", z=1, own=1.5, flag=True, deep=[1], none=None),
        event("e2", "a", 2, "o", k=8.0, z="b", own=2, flag=False),
        event("e3", "b", 3, "o", k="seven"),
    ]
    path = log(tmp_path, events, [{"id": "o", "type": "t"}], eventTypes=declared)
    journeys = tp.sources.ocel(path, "t")
    kept = journeys.per_interaction

    assert kept["k"].to_list() == ["7", "8", "seven"]
    assert kept["z"].to_list() == ["1", "b", None]
    np.testing.assert_array_equal(kept["own"], [1.5, 2, np.nan])
    np.testing.assert_array_equal(kept["flag"], [1, 0, np.nan])
    assert (
        journeys.meta.report.noted["a value of an attribute that is not a single value, left out"]
        == 1
    )


def test_version_1_in_json(tmp_path: Path) -> None:
    """Events and objects by id; values without declared types."""
    document = {
        "ocel:global-log": {"ocel:version": "1.0"},
        "ocel:objects": {
            "o1": {"ocel:type": "order", "ocel:ovmap": {"price": 5.5}},
            "o2": {"ocel:type": "order", "ocel:ovmap": {}},
            "i1": {"ocel:type": "item"},
        },
        "ocel:events": {
            "e1": {
                "ocel:activity": "buy",
                "ocel:timestamp": "2026-01-01T00:00:00",
                "ocel:omap": ["o1", "i1"],
                "ocel:vmap": {"shop": "a"},
            },
            "e2": {
                "ocel:activity": "pay",
                "ocel:timestamp": "2026-01-02T00:00:00",
                "ocel:omap": ["o1", "o2"],
            },
        },
    }
    path = tmp_path / "log.jsonocel"
    path.write_text(json.dumps(document))
    journeys = tp.sources.ocel(path, "order")

    assert [one.keys for one in journeys] == [("buy", "pay"), ("pay",)]
    np.testing.assert_array_equal(journeys.per_journey["price"], [5.5, np.nan])
    assert journeys.per_interaction["shop"].to_list() == ["a", None, None]
    assert journeys.meta.timezone is None


def test_names_of_attributes_do_not_collide(tmp_path: Path) -> None:
    """An attribute of events and one of objects may have one name, and that of a column."""
    value = {"name": "time", "time": "1970-01-01T00:00:00Z", "value": "long"}
    objects = [{"id": "o", "type": "t", "attributes": [value]}]
    path = log(tmp_path, [event("e1", "x", 1, "o", time="short", journey="j")], objects)
    journeys = tp.sources.ocel(path, "t")
    assert journeys.per_interaction["time"].to_list() == ["short"]
    assert journeys.per_journey["time"].to_list() == ["long"]
    assert journeys.per_interaction["event:journey"].to_list() == ["j"]


@pytest.mark.parametrize(
    ("events", "of_order", "several"),
    [
        ([["o"]], ["c1", "c2"], 1),
        ([["o"]], ["c1", "c1"], 0),
        ([["o", "c1", "c2"], ["o", "c1"]], [], 1),
        ([["o", "c1"]], ["c1", "c2"], 0),  # the event says who
    ],
)
def test_an_order_of_several_customers_at_once_is_noted(
    tmp_path: Path, events: list[list[str]], of_order: list[str], several: int
) -> None:
    """One person is kept for each event, so that the others are to be told of."""

    def related(ids: list[str]) -> list[dict[str, str]]:
        return [{"objectId": one, "qualifier": str(place)} for place, one in enumerate(ids)]

    log = {
        "objectTypes": [{"name": one, "attributes": []} for one in ("order", "customer")],
        "eventTypes": [],
        "objects": [
            {"id": "o", "type": "order", "relationships": related(of_order)},
            {"id": "c1", "type": "customer", "relationships": related(["c2"])},
            {"id": "c2", "type": "customer"},
        ],
        "events": [
            {"id": str(row), "type": "buy", "time": f"2026-03-02T10:0{row}:00Z",
             "relationships": related(ids)}
            for row, ids in enumerate(events)
        ],
    }  # fmt: skip
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log), encoding="utf-8")

    journeys = tp.sources.ocel(path, "order", person="customer")
    said = "an object of the type with several persons at once, of which the first was kept"
    assert journeys.persons.tolist() == ["c1"]
    assert journeys.meta.report.noted.get(said, 0) == several
    by_customer = tp.sources.ocel(path, "customer", person="customer")
    assert said not in by_customer.meta.report.noted
    for one in by_customer:
        assert one.person == one.id


def test_an_order_that_no_event_touches_keeps_its_customer(tmp_path: Path) -> None:
    """The relation of the object says who it is, as for orders with events."""
    log = {
        "objectTypes": [],
        "eventTypes": [],
        "objects": [
            {"id": "ana", "type": "customer"},
            {"id": "leo", "type": "customer"},
            *(
                {"id": one, "type": "order",
                 "relationships": [{"objectId": who, "qualifier": "placed by"}] if who else []}
                for one, who in (("o1", "ana"), ("o2", "leo"), ("o3", None))
            ),
        ],
        "events": [
            {"id": "e", "type": "buy", "time": "2026-03-02T10:00:00Z",
             "relationships": [{"objectId": "o1", "qualifier": ""}]}
        ],
    }  # fmt: skip
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log), encoding="utf-8")

    journeys = tp.sources.ocel(path, "order", person="customer")
    assert journeys.ids.tolist() == ["o1", "o2", "o3"]
    assert journeys.persons.tolist() == ["ana", "leo", None]
