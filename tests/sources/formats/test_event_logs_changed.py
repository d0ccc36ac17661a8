"""The story with something changed, anywhere: read, or refused by an error of this library (A4)."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp

DATA = Path(__file__).parent / "data"
VALUES = [
    None, True, 0, -1, 1.5, 1e308, 10**30, "", " ", "a", "\x00", "1", "2026-03-02", [], {}, [[]],
    [1], ["a"], {"a": 1}, [{}], [{"name": 1}], [{"objectId": ["v1"]}], "9" * 400,
]  # fmt: skip
PIECES = ["", "<", ">", "&", '"', "/>", "</trace>", "<event>", "<log>", "\x00", "\ud83d", "x" * 99]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything within a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in items:
        yield (*path, key)
        if isinstance(one, (dict, list)):
            yield from places(one, (*path, key))


def attempt(path: Path, *, on_error: Any) -> bool:
    """Read a file as the two formats; tell whether it could be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", tp.errors.TouchpointsWarning)
        try:
            if path.suffix == ".xes":
                found = tp.sources.xes(path, on_error=on_error, unmatched="keep")
            else:
                found = tp.sources.ocel(path, "visit", person="customer", on_error=on_error)
        except tp.errors.TouchpointsError:
            return False
    return len(found) >= 0


@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_any_value_of_json(tmp_path: Path, on_error: str) -> None:
    """Each value of the document exchanged for one of another kind, or removed."""
    text = (DATA / "story.jsonocel").read_text(encoding="utf-8")
    draw = random.Random(7)
    everywhere = list(places(json.loads(text)))
    read = 0
    for place in draw.sample(everywhere, 250):
        document = json.loads(text)
        inside = document
        for key in place[:-1]:
            inside = inside[key]
        if draw.random() < 0.1:
            del inside[place[-1]]
        else:
            inside[place[-1]] = draw.choice(VALUES)
        path = tmp_path / "log.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        read += attempt(path, on_error=on_error)
    assert 0 < read < 250


@pytest.mark.parametrize("name", ["story.xes", "story.xmlocel"])
@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_any_piece_of_xml(tmp_path: Path, name: str, on_error: str) -> None:
    """A piece of the text removed or exchanged; lines that trade places."""
    text = (DATA / name).read_text(encoding="utf-8")
    draw = random.Random(11)
    read = 0
    for _ in range(250):
        begin = draw.randrange(len(text))
        size = draw.choice((0, 1, 5, 40))
        changed = text[:begin] + draw.choice(PIECES) + text[begin + size :]
        if draw.random() < 0.5:
            lines = text.splitlines(keepends=True)
            one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            changed = "".join(lines)
        path = tmp_path / f"log{Path(name).suffix}"
        path.write_bytes(changed.encode("utf-8", "surrogatepass"))
        read += attempt(path, on_error=on_error)
    assert 0 < read < 250


def test_any_byte_of_a_database(tmp_path: Path) -> None:
    """A byte of the file changed: never another error than those of this library."""
    import sqlite3
    from contextlib import closing

    path = tmp_path / "story.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((DATA / "story_ocel.sql").read_text(encoding="utf-8"))
        database.commit()
    content = path.read_bytes()
    draw = random.Random(13)
    read = 0
    known = [place for place, byte in enumerate(content) if byte]
    for place in draw.sample(known, 150):
        changed = bytearray(content)
        changed[place] = draw.randrange(256)
        path.write_bytes(bytes(changed))
        read += attempt(path, on_error="skip")
    assert 0 < read < 150
