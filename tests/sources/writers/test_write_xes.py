"""Journeys written as XES and read back: equal in every column (A4, B20)."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.sources.writers.logs_to_write import TAXONOMY, everything, variants
from touchpoints.journeys.model import first_difference

FIXTURE = Path(__file__).parents[1] / "formats" / "data" / "story.xes"


def again(journeys: tp.Journeys, path: Path) -> tp.Journeys:
    """Write journeys and read them."""
    tp.sources.write_xes(journeys, path)
    return tp.sources.xes(path, taxonomy=journeys.meta.taxonomy)


@pytest.mark.parametrize("which", variants())
@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
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
    """The story, typed and untyped."""
    for options in ({}, {"taxonomy": tp.load_taxonomy("customer")}):
        journeys = tp.sources.xes(FIXTURE, **options)
        assert first_difference(journeys, again(journeys, tmp_path / "a.xes")) == ""


def test_other_options_read_the_log_as_any_other(tmp_path: Path) -> None:
    """A classifier, another taxonomy, other journeys: what was written does not matter."""
    journeys = everything()
    path = tmp_path / "log.xes"
    tp.sources.write_xes(journeys, path)

    persons = tp.sources.xes(path, journey="person", unmatched="drop")
    assert persons.ids.tolist() == ["ana", "leo \\ 'x'"]
    stages = tp.sources.xes(path, lifecycle=False, unmatched="drop")
    assert len(stages.codes) == 5 + 4
    page = tp.sources.xes(path, classifier="page", unmatched="drop")
    assert page[0].keys == ("/", "ä", "<&\"'>")
    patients = tp.load_taxonomy("patient")
    other = tp.sources.xes(path, taxonomy=patients, unmatched="keep")
    assert other.meta.taxonomy == patients
    assert not any(name.startswith("touchpoints:") for name in other.per_journey)

    kept = tp.sources.xes(path, taxonomy=journeys.meta.taxonomy, per_interaction=["page"])
    assert list(kept.per_interaction) == ["page"]
    assert kept.touchpoints == journeys.touchpoints


def test_ends_are_starts_and_completes(tmp_path: Path) -> None:
    """What other tools see: pairs share an instance; one without an end is a complete."""
    tp.sources.write_xes(everything(), tmp_path / "log.xes")
    space = "{http://www.xes-standard.org/}"
    root = ET.parse(tmp_path / "log.xes").getroot()  # noqa: S314 - it was written above
    first = root.findall(f"{space}trace")[0]
    events = [
        {one.get("key"): one.get("value") for one in event} for event in first.iter(f"{space}event")
    ]
    seen = [
        (one["concept:instance"], one["lifecycle:transition"], one["time:timestamp"][14:19])
        for one in events
    ]
    assert seen == [
        ("1", "start", "00:00"), ("1", "complete", "01:00"),
        ("2", "start", "05:00"), ("2", "complete", "05:00"),
        ("3", "start", "05:00"), ("4", "start", "05:00"), ("4", "complete", "07:00"),
        ("5", "complete", "09:00"), ("3", "complete", "14:00"),
    ]  # fmt: skip
    assert events[0]["concept:name"] == "website_visit"
    assert events[5]["concept:name"] == "Grüße & <5 %> [a=b] (x)\n\ttail 日本"


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\ufffe", "\ud800"])
def test_characters_that_xml_cannot_hold_are_refused(tmp_path: Path, letter: str) -> None:
    """With the text and the place; what was there stays."""
    path = tmp_path / "log.xes"
    path.write_text("as it was")
    journeys = everything()
    for changed in (
        attrs.evolve(journeys, per_interaction={"page": [f"a{letter}b"] * 6}),
        attrs.evolve(journeys, per_interaction={f"a{letter}b": ["x"] * 6}),
        attrs.evolve(journeys, ids=["a", "b", f"a{letter}b"]),
        attrs.evolve(journeys, persons=["a", "b", f"a{letter}b"]),
    ):
        with pytest.raises(
            tp.errors.InvalidInputError, match=f"U\\+{ord(letter):04X}.*character 2"
        ):
            tp.sources.write_xes(changed, path)
        assert path.read_text() == "as it was"
        assert list(tmp_path.iterdir()) == [path]


def test_unusual_values_are_refused(tmp_path: Path) -> None:
    """Integers that XES does not have, what are no journeys."""
    path = tmp_path / "log.xes"
    journeys = everything()
    large = {"n": np.array([1, 2, 3, 4, 5, 2**63], dtype=np.uint64)}
    with pytest.raises(tp.errors.InvalidInputError, match=r"at least 2\*\*63"):
        tp.sources.write_xes(attrs.evolve(journeys, per_interaction=large), path)
    with pytest.raises(tp.errors.WrongKindError, match="Journeys"):
        tp.sources.write_xes([1], path)
    with pytest.raises(tp.errors.WrongKindError, match="path"):
        tp.sources.write_xes(journeys, 7)


def test_equal_journeys_give_equal_bytes(tmp_path: Path) -> None:
    """Also compressed; the suffix decides."""
    for name in ("a.xes.gz", "b.xes.gz", "c.xes"):
        tp.sources.write_xes(everything(), tmp_path / name)
    packed = (tmp_path / "a.xes.gz").read_bytes()
    assert packed == (tmp_path / "b.xes.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "c.xes").read_bytes()


@pytest.mark.parametrize(
    "header",
    ["{", "[]", "{}", '{"version": 1}', '{"version": 1, "per_interaction": {"a": ["k", "zz"]}}'],
)
def test_a_damaged_header_is_refused(tmp_path: Path, header: str) -> None:
    """A version of the future is read as any log."""
    text = FIXTURE.read_text(encoding="utf-8")
    own = "<string key='touchpoints:journeys' value='{}'/>"
    path = tmp_path / "log.xes"

    def written(header: str) -> None:
        changed = text.replace("<list", own.format(header) + "<list", 1)
        path.write_text(changed, encoding="utf-8")

    written(header)
    with pytest.raises(tp.errors.InvalidInputError, match="touchpoints:journeys of the log is"):
        tp.sources.xes(path)
    written('{"version": 2}')
    assert tp.sources.xes(path) == tp.sources.xes(FIXTURE)


def test_a_header_of_another_log_is_refused_or_harmless(tmp_path: Path) -> None:
    """Each value in it exchanged for another: equal journeys, or an error of this library."""
    path = tmp_path / "log.xes"
    journeys = everything()
    tp.sources.write_xes(journeys, path)
    text = path.read_text(encoding="utf-8")
    begin = text.index('<string key="touchpoints:journeys" value="')
    end = text.index("\n", begin)
    header = ET.fromstring(text[begin:end]).get("value")  # noqa: S314 - it was written above
    fields = json.loads(str(header))
    others: list[object] = [None, 7, "text", [], {}, ["a"], {"a": "b"}, {"a": ["b", "|O"]}, True]
    refused = 0
    for name in fields:
        for other in others:
            changed = escape(json.dumps(fields | {name: other}), {'"': "&quot;"})
            line = f'<string key="touchpoints:journeys" value="{changed}"/>'
            path.write_text(text[:begin] + line + text[end:], encoding="utf-8")
            try:
                found = tp.sources.xes(path, taxonomy=TAXONOMY, unmatched="keep")
            except tp.errors.TouchpointsError:
                refused += 1
            else:
                assert len(found) == len(journeys)
    assert refused > 40


@pytest.mark.parametrize("key", ["id", "count", "began", "observed_until", "person"])
def test_values_of_cases_that_were_changed_are_refused(tmp_path: Path, key: str) -> None:
    """Text in place of a number, a time or JSON."""
    path = tmp_path / "log.xes"
    journeys = variants()["persons and ids of many kinds"]
    tp.sources.write_xes(journeys, path)
    text = path.read_text(encoding="utf-8")
    changed = re.sub(rf'(key="touchpoints:{key}" value=")[^"]*', r"\g<1>{what", text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(tp.errors.InvalidInputError):
        tp.sources.xes(path, taxonomy=journeys.meta.taxonomy)
