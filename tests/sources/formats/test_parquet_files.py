"""Parquet: files, folders and patterns, by each library that reads it (requirement A4)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import touchpoints as tp
from tests.sources import story

ROLES: dict[str, Any] = {"journey": "id", "time": "at", "touchpoint": "what", "person": "who"}


def frame(part: list[list[story.Contact]], first: int = 0) -> pl.DataFrame:
    """Return sessions of the story as a table with times of UTC."""
    rows = [
        {"id": first + n, "who": one.person, "at": story.instant(one.at), "what": one.what}
        for n, contacts in enumerate(part)
        for one in contacts
    ]
    return pl.DataFrame(rows)


LIBRARIES = ["polars", "pyarrow", "duckdb"]


@pytest.fixture(params=LIBRARIES)
def library(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Leave one library to read with."""
    found = importlib.util.find_spec

    def only(name: str) -> Any:
        return None if name in LIBRARIES and name != request.param else found(name)

    monkeypatch.setattr("touchpoints.sources._shared.frames.importlib.util.find_spec", only)
    return str(request.param)


def test_the_story_is_read_by_each_library(tmp_path: Path, library: str) -> None:
    """A4: the same journeys, ids as numbers, whichever library is there."""
    frame(story.WEB).write_parquet(tmp_path / "web.parquet")
    journeys = tp.sources.parquet(tmp_path / "web.parquet", **ROLES)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.ids.tolist() == [0, 1, 2]
    assert journeys.meta.timezone == "UTC"


@pytest.mark.parametrize("asked", ["", "*.parquet", "**/*.parquet"])
def test_a_folder_or_a_pattern_is_one_table(tmp_path: Path, library: str, asked: str) -> None:
    """Files in the order of their names, as months are exported."""
    frame(story.WEB[1:], 1).write_parquet(tmp_path / "2026-03.parquet")
    frame(story.WEB[:1]).write_parquet(tmp_path / "2026-02.parquet")
    (tmp_path / "notes.txt").write_text("no table")
    journeys = tp.sources.parquet(tmp_path / asked, **ROLES)

    assert story.told(journeys) == story.expected(story.WEB)


def test_columns_that_lack_are_named(tmp_path: Path, library: str) -> None:
    """Did you mean."""
    frame(story.WEB).write_parquet(tmp_path / "web.parquet")
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'what'"):
        tp.sources.parquet(tmp_path / "web.parquet", **{**ROLES, "touchpoint": "waht"})


def test_files_that_differ_are_refused(tmp_path: Path) -> None:
    """One has text where the other has numbers."""
    frame(story.WEB).write_parquet(tmp_path / "a.parquet")
    frame(story.WEB).with_columns(id=pl.lit("x")).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(tp.errors.InvalidInputError, match="cannot be read together"):
        tp.sources.parquet(tmp_path, **ROLES)


def test_other_and_damaged_files_are_refused(tmp_path: Path) -> None:
    """Text, a file that is cut off, one whose inside is damaged, nothing at all."""
    path = tmp_path / "a.parquet"
    path.write_text("id,at,what\n")
    with pytest.raises(tp.errors.InvalidInputError, match="not Parquet"):
        tp.sources.parquet(path, **ROLES)
    frame(story.WEB).write_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    with pytest.raises(tp.errors.InvalidInputError, match="cut off or damaged"):
        tp.sources.parquet(path, **ROLES)
    path.write_bytes(content[:4] + b"\xff" * (len(content) - 8) + content[-4:])
    with pytest.raises(tp.errors.InvalidInputError, match="cannot be read"):
        tp.sources.parquet(path, **ROLES)
    with pytest.raises(tp.errors.NotFoundError, match="does not exist"):
        tp.sources.parquet(tmp_path / "none.parquet", **ROLES)
    with pytest.raises(tp.errors.NotFoundError, match="no Parquet file"):
        tp.sources.parquet(tmp_path / "*.pq", **ROLES)


def test_no_library_is_an_error_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install."""
    frame(story.WEB).write_parquet(tmp_path / "web.parquet")
    monkeypatch.setattr(
        "touchpoints.sources._shared.frames.importlib.util.find_spec", lambda name: None
    )
    with pytest.raises(tp.errors.MissingPackageError, match="pip install polars"):
        tp.sources.parquet(tmp_path / "web.parquet", **ROLES)


def test_times_of_text_can_be_skipped(tmp_path: Path) -> None:
    """A format is given, and one time does not fit it."""
    rows = {"id": ["a", "a"], "who": ["x", "x"], "at": ["31/01/2026", "soon"], "what": ["b", "c"]}
    pl.DataFrame(rows).write_parquet(tmp_path / "a.parquet")
    read = {**ROLES, "time_format": "%d/%m/%Y"}
    with pytest.raises(tp.errors.InvalidInputError, match="row 1: 'soon'"):
        tp.sources.parquet(tmp_path / "a.parquet", **read)
    with pytest.warns(tp.errors.TouchpointsWarning, match="soon"):
        journeys = tp.sources.parquet(tmp_path / "a.parquet", **read, on_error="skip")
    assert (journeys[0].keys, journeys.meta.report.bad_times) == (("b",), 1)
    with pytest.raises(tp.errors.InvalidInputError, match="types of its own"):
        tp.sources.parquet(tmp_path / "a.parquet", **read, types={"id": "text"})


def test_texts_that_are_coded_in_the_file(tmp_path: Path, library: str) -> None:
    """Dictionaries of pyarrow."""
    table = frame(story.WEB).to_arrow()
    coded = table.set_column(3, "what", pa.array(table["what"].to_pylist()).dictionary_encode())
    pq.write_table(coded, tmp_path / "a.parquet")
    journeys = tp.sources.parquet(tmp_path / "a.parquet", **ROLES)
    assert story.told(journeys) == story.expected(story.WEB)


def test_readers_of_formats_take_parquet_and_csv_of_any_dialect(tmp_path: Path) -> None:
    """A flat table of a format, by its content."""
    rows = {
        "event_name": ["page_view"] * 2,
        "domain_sessionid": ["s"] * 2,
        "derived_tstamp": ["2026-03-02 10:00:00", "2026-03-02 10:01:00"],
        "page_title": ["café; bar", "b,c"],
    }
    pl.DataFrame(rows).write_parquet(tmp_path / "a.parquet")
    lines = ["event_name;domain_sessionid;derived_tstamp;page_title"]
    lines += [";".join(f'"{one}"' for one in row) for row in zip(*rows.values(), strict=True)]
    (tmp_path / "a.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    first, second = (tp.sources.snowplow(tmp_path / name) for name in ("a.parquet", "a.csv"))

    assert tp.first_difference(first, second) == ""
    assert first.per_interaction["page"].to_list() == ["café; bar", "b,c"]
