"""Stored files that someone has edited: refused before they unpack, whatever they say."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.naive_paths import built
from touchpoints.errors import InvalidInputError, NotFoundError, StorageError, WrongKindError
from touchpoints.journeys.meta import Meta, Report

Entries = dict[str, bytes]
Header = dict[str, Any]
HEADER = "journeys.json"


def entries_of(path: Path) -> Entries:
    """Write journeys and return the entries of their file."""
    meta = Meta(lens=("need",), timezone="Europe/Madrid", defining={"sale": ["b"]})
    journeys = built(
        ["ab", "b", ""], persons=["ana", None, 5], outcomes={"sale": [1, 0, np.nan]}, meta=meta
    )
    tp.write_journeys(journeys, path)
    assert journeys == tp.read_journeys(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, entries: Entries, *, packed: tuple[str, ...] = ()) -> None:
    """Write entries, which get checksums that are right; pack some of them."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            kind = zipfile.ZIP_DEFLATED if name in packed else zipfile.ZIP_STORED
            archive.writestr(name, content, kind)


def number_of(header: Header, name: str) -> int:
    """Return the position of a column in the header."""
    return next(at for at, one in enumerate(header["columns"]) if one["name"][0] == name)


def column(of: str, **changes: Any) -> Callable[[Header], None]:
    """Return a change of one column in the header."""
    return lambda header: header["columns"][number_of(header, of)].update(changes)


def meta(**changes: Any) -> Callable[[Header], None]:
    """Return a change of the metadata in the header."""
    return lambda header: header["meta"].update(changes)


def touchpoint(**changes: Any) -> Callable[[Header], None]:
    """Return a change of the first touchpoint in the header."""
    return lambda header: header["touchpoints"][0].update(changes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (meta(lens="need"), "lens must be a list, got 'need'"),
        (meta(lens=[5]), "lens must be a list of texts"),
        (meta(lens=None), "lens must be a list, got None"),
        (meta(blocks="200"), "blocks must be a number of blocks, got '200'"),
        (meta(blocks=True), "blocks must be a number of blocks, got True"),
        (meta(blocks=0), "blocks must be a number of blocks, got 0"),
        (meta(timezone="Mars/Phobos"), "no time zone 'Mars/Phobos'"),
        (meta(timezone="Europe"), "no time zone 'Europe'"),
        (meta(timezone=5), "tz must be the name of a time zone, got 5"),
        (meta(defining={"sale": "b"}), "the keys that define an outcome must be a list"),
        (meta(defining={"sale": [1]}), "must be a list of texts"),
        (meta(defining=[["sale", ["b"]]]), "defining must be a mapping"),
        (meta(report=None), "report must be a mapping"),
        (meta(report={"rows": "5"}), "rows must be an integer of at least 0"),
        (meta(report={"rows": -5}), "rows must be an integer of at least 0"),
        (meta(report={"tie": 1}), "a report counts no 'tie'; a newer version"),
        (meta(report={"__class__": 1}), "a report counts no '__class__'"),
        (meta(report={"ties": 1.5}), "ties must be an integer of at least 0"),
        (meta(report={"unmatched_texts": [1]}), "unmatched_texts must be a mapping"),
        (
            meta(report={"unmatched_texts": {"a": "b"}}),
            r"unmatched_texts\['a'\] must be an",
        ),
        (meta(taxonomy="customer"), "this takes a taxonomy as a dict"),
        (meta(more=1), "meta must have taxonomy, lens"),
        (touchpoint(key=5), "the key and type of a touchpoint must be a list of texts"),
        (touchpoint(type=None), "the key and type of a touchpoint must be a list of texts"),
        (touchpoint(facets={"need": 5}), "the facets of a touchpoint must be a list of texts"),
        (touchpoint(facets=[["need", "learn"]]), "the facets of a touchpoint must be a mapping"),
        (touchpoint(label="x"), "a touchpoint must have key, type, facets"),
        (column("codes", name="codes"), "the name of a column must be a list"),
        (column("codes", name=["cods"]), "journeys have no column"),
        (column("codes", name=["meta"]), "journeys have no column"),
        (column("codes", name=["codes", "x"]), "journeys have no column"),
        (column("outcomes", name=["outcomes"]), "journeys have no column"),
        (column("codes", kind="text"), "the column 'codes' cannot be of the kind 'text'"),
        (column("codes", kind="pickle"), "the column 'codes' cannot be of the kind 'pickle'"),
        (column("codes", entries=[]), r"the column 'codes' has the entries \[\]"),
        (column("codes", entries=["values"] * 2), "the column 'codes' has the entries"),
        (column("counts", name=["codes"]), "a column is listed twice"),
        (column("counts", name=["values", "x"]), "columns are missing: 'counts'"),
        (column("offsets", name=["ends"]), "columns are missing: 'offsets'"),
        (column("ids", name=["times"]), "columns are missing: 'ids'"),
        (lambda header: header.update(more=1), "the header must have format, version"),
        (lambda header: header.update(columns={}), "columns must be a list"),
        (lambda header: header["columns"].pop(), "entries are missing or not listed"),
        (lambda header: header["columns"].append(5), "a column must be a mapping"),
        (lambda header: header.update(touchpoints="ab"), "touchpoints must be a list"),
        (lambda header: header.update(version=True), "not a file of journeys"),
    ],
)
def test_every_field_of_the_header_is_checked(
    change: Callable[[Header], None], message: str, tmp_path: Path
) -> None:
    """A header edited by hand is refused, also where its checksum is right."""
    path = tmp_path / "some.journeys"
    entries = entries_of(path)
    header = json.loads(entries[HEADER])
    change(header)
    write(path, {**entries, HEADER: json.dumps(header).encode()})
    with pytest.raises(StorageError, match=message):
        tp.read_journeys(path)


def test_a_name_or_an_entry_twice_is_refused(tmp_path: Path) -> None:
    """JSON and zip keep the last of two without a word."""
    path = tmp_path / "some.journeys"
    entries = entries_of(path)
    twice = entries[HEADER].replace(b'"version"', b'"version": 7, "version"', 1)
    write(path, {**entries, HEADER: twice})
    with pytest.raises(StorageError, match="a name occurs twice in the header: 'version'"):
        tp.read_journeys(path)
    write(path, entries)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(HEADER, entries[HEADER])
    with pytest.raises(StorageError, match=r"an entry occurs twice: 'journeys\.json'"):
        tp.read_journeys(path)


def npy(array: np.ndarray) -> bytes:
    """Return an array as the bytes of a .npy file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=(1, 0))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "part", "array"),
    [
        ("counts", "values", np.ones(20_000_000, np.int64)),
        ("began", "values", np.ones(100_000_000, bool)),
        ("outcomes", "values", np.zeros(20_000_000)),
        ("persons", "bytes", np.zeros(100_000_000, np.uint8)),
        ("persons", "stops", np.zeros(20_000_000, np.int64)),
        ("persons", "kinds", np.zeros(100_000_000, np.int8)),
    ],
)
def test_what_would_unpack_to_more_than_the_file_says_is_not_unpacked(
    name: str, part: str, array: np.ndarray, tmp_path: Path
) -> None:
    """A hundred megabytes packed to some kilobytes: the refusal takes less than a tenth."""
    path = tmp_path / "some.journeys"
    entries = entries_of(path)
    entry = f"{number_of(json.loads(entries[HEADER]), name):03}.{part}.npy"
    write(path, {**entries, entry: npy(array)}, packed=(entry,))
    del array
    tracemalloc.start()
    with pytest.raises(StorageError, match="must have 3 values|do not match their bytes"):
        tp.read_journeys(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


def test_a_packed_header_is_refused(tmp_path: Path) -> None:
    """The header is never packed: a megabyte of it could be gigabytes of blanks."""
    path = tmp_path / "some.journeys"
    entries = entries_of(path)
    write(path, {**entries, HEADER: entries[HEADER] + b" " * 50_000_000}, packed=(HEADER,))
    with pytest.raises(StorageError, match="entries are packed in another way"):
        tp.read_journeys(path)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("codes", np.zeros(3), "codes must hold i4, got float64"),
        ("offsets", np.array([0, 2, 3, 3], np.int32), "offsets must hold i8, got int32"),
        ("counts", np.ones((3, 1), np.int64), "for an array of the shape"),
        ("counts", np.ones((), np.int64), "for an array of the shape"),
        ("began", np.ones(3, np.int8), "began must hold ., got int8"),
        ("outcomes", np.ones(3, np.complex128), "outcomes must hold f8, got complex128"),
        ("counts", np.array([2**62, 2**62, 1]), "the sum of counts must be at most"),
    ],
)
def test_types_and_shapes_are_those_that_are_written(
    name: str, array: np.ndarray, message: str, tmp_path: Path
) -> None:
    """A column of another type was never written by this library."""
    path = tmp_path / "some.journeys"
    entries = entries_of(path)
    entry = f"{number_of(json.loads(entries[HEADER]), name):03}.values.npy"
    write(path, {**entries, entry: npy(array)})
    with pytest.raises(StorageError, match=message):
        tp.read_journeys(path)


def test_metadata_is_checked_where_it_is_made() -> None:
    """A single text is no sequence of texts; zones and counts are what they are called."""
    with pytest.raises(WrongKindError, match="lens must be a sequence of texts, got 'need'"):
        Meta(lens="need")
    with pytest.raises(WrongKindError, match="defining must be a sequence of texts, got 'buy'"):
        Meta(defining={"sale": "buy"})
    with pytest.raises(NotFoundError, match="no time zone 'Mars/Phobos'"):
        Meta(timezone="Mars/Phobos")
    with pytest.raises(InvalidInputError, match="rows must be an integer of at least 0, got -1"):
        Report(rows=-1)
    for zone in (None, "UTC", "Europe/Madrid", "UTC+02:00", "-03:30", "+05:45"):
        assert zone == Meta(timezone=zone).timezone


def test_a_zone_without_a_name_is_utc() -> None:
    """The zone of a file, or of a library of its own, is known by its offsets only."""
    tz = pytest.importorskip("dateutil.tz")
    pd = pytest.importorskip("pandas")
    try:
        at = pd.to_datetime(["2026-01-01"]).tz_localize(tz.gettz("Europe/Madrid"))
    except AttributeError:
        pytest.skip("this pandas cannot localise to zones of this dateutil")
    frame = pd.DataFrame({"id": ["a"], "at": at, "what": ["x"]})
    journeys = tp.from_frame(frame, journey="id", time="at", touchpoint="what")
    assert "UTC" == journeys.meta.timezone
    assert np.datetime64("2025-12-31T23:00") == journeys.times[0]
