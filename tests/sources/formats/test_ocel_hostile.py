"""Files of OCEL that are broken, hostile or wrong: refused with a place, or counted (A4)."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from tests.sources.formats.test_ocel import DATA, event, fixture, log

BAD = tp.errors.InvalidInputError
OBJECTS = [{"id": "o", "type": "t"}]
__all__ = ["fixture"]


def written(folder: Path, content: str | bytes) -> Path:
    """Write a file."""
    path = folder / "bad"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        ("id,time\n1,2", "neither JSON, XML nor SQLite"),
        (b"PAR1....", "neither JSON, XML nor SQLite"),
        ("{", "not JSON"),
        ("{}", "not OCEL: it has no events and no objects"),
        ('{"events": []}', "not OCEL: it has no objects"),
        ('{"events": {}, "objects": []}', "events must be an array"),
        ('{"events": [], "objects": 7}', "objects must be an array"),
        ('{"ocel:events": [], "ocel:objects": {}}', "must be objects by id"),
        (b'{"events": [], "objects": ["\xff"]}', "not UTF-8"),
        ('{"a": ' * 100_000 + "1" + "}" * 100_000, "cannot be read"),
        ("<log><events>", "no element found"),
        ("<LOG/>", "must be <log>, got <LOG>"),
        ("<!DOCTYPE log [<!ENTITY a 'b'>]><log>&a;</log>", "document type"),
        ("<log><global scope='event'/></log>", "OCEL 1.0 in XML, or XES"),
        (b"SQLite format 3\x00 and no more", "SQLite file cannot be read"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "SQLite file cannot be read"),
    ],
)
def test_files_that_are_no_log_are_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    """Each with what is wrong."""
    with pytest.raises(BAD, match=said):
        tp.sources.ocel(written(tmp_path, content), "t")


def test_files_that_are_cut_off(tmp_path: Path) -> None:
    """At every place, in every format, compressed or not: an error of this library."""
    for name, step in (("story.jsonocel", 97), ("story.xmlocel", 97)):
        content = (DATA / name).read_bytes().rstrip()
        packed = gzip.compress(content, mtime=0)
        for whole, each in ((content, step), (packed, 29)):
            for size in range(3, len(whole) - 1, each):
                with pytest.raises(BAD):
                    tp.sources.ocel(written(tmp_path, whole[:size]), "visit")


def test_a_database_that_is_cut_off(tmp_path: Path) -> None:
    """At the border of every page."""
    path = tmp_path / "story.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((DATA / "story_ocel.sql").read_text(encoding="utf-8"))
        database.commit()
    content = path.read_bytes()
    for size in range(4096, len(content) - 1, 4096):
        with pytest.raises(BAD, match="cannot be read"):
            tp.sources.ocel(written(tmp_path, content[:size]), "visit")


def test_a_database_of_another_kind(tmp_path: Path) -> None:
    """The tables that lack are named, and those that are there; nothing is created."""
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE users (id TEXT); CREATE TABLE event (ocel_id TEXT);")
    with pytest.raises(BAD, match=r"no table 'object'.*which has 'event', 'users'"):
        tp.sources.ocel(path, "t")
    with pytest.raises(tp.errors.NotFoundError, match="does not exist"):
        tp.sources.ocel(tmp_path / "none.sqlite", "t")
    assert not (tmp_path / "none.sqlite").exists()


def test_names_in_a_database_are_names(tmp_path: Path) -> None:
    """Quotes and commands in the names of tables and columns are not obeyed."""
    path = tmp_path / "odd.sqlite"
    script = (DATA / "story_ocel.sql").read_text(encoding="utf-8")
    script = script.replace("'Visit'", "'V\"; DROP TABLE event; --'").replace(
        "object_Visit", '"object_V""; DROP TABLE event; --"'
    )
    script = script.replace(", device TEXT", ', "de""vice" TEXT').replace(
        "object_object", "unknown"
    )
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        database.commit()
    journeys = tp.sources.ocel(path, "visit")
    assert journeys.per_journey['de"vice'].to_list() == ["laptop", None, None]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": None}, "an event has no id"),
        ({"id": ""}, "an event has no id"),
        ({"id": ["e"]}, "an event has no id"),
        ({"type": None}, "an event has no type"),
        ({"type": " "}, "an event has no type"),
        ({"time": "yesterday"}, "not a date and time"),
        ({"time": 7}, "not a date and time"),
    ],
)
def test_events_that_cannot_be_read(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """Refused with their place, or left out and counted."""
    events = [event("e1", "x", 1, "o"), event("e2", "x", 2, "o") | change]
    path = log(tmp_path, events, OBJECTS)
    with pytest.raises(BAD, match=said):
        tp.sources.ocel(path, "t")
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 event cannot be read"):
        journeys = tp.sources.ocel(path, "t", on_error="skip")
    assert len(journeys.codes) == 1
    assert journeys.meta.report.skipped == 1


def test_members_that_are_no_objects(tmp_path: Path) -> None:
    """Numbers and texts among events, objects, attributes and relations."""
    whole = event("e1", "x", 1, "o")
    for events, objects in (
        ([whole, 7], OBJECTS),
        ([whole], [*OBJECTS, "text"]),
        ([whole], [*OBJECTS, {"type": "t"}]),
        ([whole], [*OBJECTS, {"id": "p"}]),
        ([whole, event("e2", "x", 2) | {"relationships": ["o"]}], OBJECTS),
        ([whole, event("e2", "x", 2) | {"attributes": {"a": 1}}], OBJECTS),
    ):
        path = log(tmp_path, events, objects)
        with pytest.raises(BAD):
            tp.sources.ocel(path, "t")
    path = log(tmp_path, [whole, event("e2", "x", 2) | {"relationships": ["o"]}], OBJECTS)
    noted = tp.sources.ocel(path, "t", on_error="skip").meta.report.noted
    assert list(noted.values()) == [1]


def test_ids_twice_and_objects_that_nobody_declared(tmp_path: Path) -> None:
    """Counted, and not read twice."""
    events = [event("e1", "x", 1, "o", "ghost"), event("e1", "y", 2, "o")]
    path = log(tmp_path, events, [*OBJECTS, *OBJECTS])
    report = tp.sources.ocel(path, "t").meta.report

    assert report.left_out_reasons == {"an event id that an earlier event has": 1}
    assert report.noted == {
        "an object id that an earlier object has: its attributes and relations were added": 1,
        "a relation to an object that the log does not declare, left out": 1,
    }


def test_values_of_a_wrong_type(tmp_path: Path) -> None:
    """As in XES: refused with the value, or missing and counted."""
    declared = [{"name": "x", "attributes": [{"name": "k", "type": "integer"}]}]
    path = log(tmp_path, [event("e1", "x", 1, "o", k="many")], OBJECTS, eventTypes=declared)
    with pytest.raises(BAD, match=r"events\[0\]: 'many'"):
        tp.sources.ocel(path, "t")
    journeys = tp.sources.ocel(path, "t", on_error="skip")
    assert sum(journeys.meta.report.noted.values()) == 1


def test_naive_and_mixed_times(tmp_path: Path) -> None:
    """As in XES: the zone is needed where some have an offset."""
    naive = event("e2", "y", 2, "o") | {"time": "2026-03-02T10:00:00"}
    path = log(tmp_path, [event("e1", "x", 1, "o"), naive], OBJECTS)
    with pytest.raises(BAD, match="have an offset"):
        tp.sources.ocel(path, "t")
    assert tp.sources.ocel(path, "t", tz="Europe/Madrid")[0].keys == ("y", "x")


def test_a_log_without_events(tmp_path: Path) -> None:
    """Its objects are empty journeys."""
    assert len(tp.sources.ocel(log(tmp_path, [], OBJECTS), "t")) == 1
    with pytest.raises(tp.errors.NotFoundError, match="no object type 't'"):
        tp.sources.ocel(log(tmp_path, [], []), "t")


def test_unknown_elements_of_xml_are_counted(tmp_path: Path) -> None:
    """Names are case-sensitive."""
    text = (DATA / "story.xmlocel").read_text(encoding="utf-8")
    changed = text.replace('<event id="e1"', '<Event id="e1"').replace("</event>", "</Event>", 1)
    journeys = tp.sources.ocel(written(tmp_path, changed), "visit")
    assert list(journeys.meta.report.noted.values()) == [1]
    assert len(journeys[0]) == 3


def test_unusual_arguments(tmp_path: Path) -> None:
    """What is no option."""
    path = log(tmp_path, [event("e1", "x", 1, "o")], OBJECTS)
    with pytest.raises(tp.errors.TouchpointsError, match="at_event"):
        tp.sources.ocel(path, "t", changes="first")
    with pytest.raises(tp.errors.WrongKindError, match="path"):
        tp.sources.ocel(json.loads(path.read_text()), "t")
