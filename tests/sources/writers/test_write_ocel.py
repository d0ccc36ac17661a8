"""Journeys written as OCEL 2.0 and read back: equal in every column (A4, B20)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import attrs
import pytest

import touchpoints as tp
from tests.sources.writers.logs_to_write import everything, variants
from touchpoints.journeys.model import first_difference

FIXTURE = Path(__file__).parents[1] / "formats" / "data" / "story.jsonocel"
TIMED = [name for name in variants() if name != "no times"]


def again(journeys: tp.Journeys, path: Path) -> tp.Journeys:
    """Write journeys and read them."""
    tp.sources.write_ocel(journeys, path)
    return tp.sources.ocel(path, "journey", taxonomy=journeys.meta.taxonomy)


@pytest.mark.parametrize("which", TIMED)
@pytest.mark.parametrize("name", ["log.jsonocel", "log.json.gz"])
def test_what_was_written_is_read(tmp_path: Path, which: str, name: str) -> None:
    """Every column, with its type, of journeys of many kinds."""
    journeys = variants()[which]
    back = again(journeys, tmp_path / name)
    assert first_difference(journeys, back) == ""
    for left, right in (
        (journeys.per_interaction, back.per_interaction),
        (journeys.per_journey, back.per_journey),
    ):
        for key, column in left.items():
            assert type(column) is type(right[key])
            assert getattr(column, "dtype", None) == getattr(right[key], "dtype", None)


def test_a_log_of_strangers_is_written_and_read(tmp_path: Path) -> None:
    """The story, by each type of objects."""
    for object_type in ("visit", "product"):
        journeys = tp.sources.ocel(FIXTURE, object_type)
        assert first_difference(journeys, again(journeys, tmp_path / "a.json")) == ""


def test_control_characters_are_kept(tmp_path: Path) -> None:
    """JSON can hold them; half a character it cannot, in UTF-8."""
    journeys = attrs.evolve(everything(), per_interaction={"page": ["a\x00\x1bb\ufffe"] * 6})
    assert first_difference(journeys, again(journeys, tmp_path / "a.json")) == ""
    half = attrs.evolve(everything(), per_interaction={"page": ["a\ud800"] * 6})
    with pytest.raises(tp.errors.InvalidInputError, match=r"U\+D800.*character 2"):
        tp.sources.write_ocel(half, tmp_path / "a.json")


def test_what_other_tools_see(tmp_path: Path) -> None:
    """Objects of one type; events with declared attributes, all values as text."""
    path = tmp_path / "log.json"
    tp.sources.write_ocel(everything(), path)
    document = json.loads(path.read_text(encoding="utf-8"))

    assert [one["id"] for one in document["objects"]] == ["7", "3", "12"]
    assert {one["type"] for one in document["objects"]} == {"journey"}
    first = document["events"][0]
    assert (first["id"], first["type"]) == ("e1", "website_visit")
    assert first["time"] == "2026-03-02T10:00:00.000001Z"
    assert first["relationships"] == [{"objectId": "7", "qualifier": "journey"}]
    values = {one["name"]: one["value"] for one in first["attributes"]}
    assert values["flag"] == "true"
    assert values["touchpoints:end"] == "2026-03-02T10:01:00.000001Z"
    kinds = {one["name"]: one["type"] for one in document["eventTypes"][0]["attributes"]}
    assert [kinds[one] for one in ("page", "whole", "real", "flag", "seen")] == [
        "string", "integer", "float", "boolean", "time",
    ]  # fmt: skip
    names = {one["type"] for one in document["events"]}
    assert names <= {one["name"] for one in document["eventTypes"]}


def test_journeys_without_times_are_refused(tmp_path: Path) -> None:
    """Events of OCEL have a time."""
    with pytest.raises(tp.errors.InvalidInputError, match="have no times"):
        tp.sources.write_ocel(variants()["no times"], tmp_path / "a.json")
    assert not list(tmp_path.iterdir())


def test_equal_journeys_give_equal_bytes(tmp_path: Path) -> None:
    """Also compressed; the suffix decides."""
    for name in ("a.json.gz", "b.json.gz", "c.json"):
        tp.sources.write_ocel(everything(), tmp_path / name)
    packed = (tmp_path / "a.json.gz").read_bytes()
    assert packed == (tmp_path / "b.json.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "c.json").read_bytes()
    with pytest.raises(tp.errors.WrongKindError, match="path"):
        tp.sources.write_ocel(everything(), 7)
