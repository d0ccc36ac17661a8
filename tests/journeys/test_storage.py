"""Journeys in a file and back."""

from __future__ import annotations

import json
import os
import pickle
import random
import tempfile
import zipfile
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.naive_paths import built
from touchpoints._core.frozen import Coded
from touchpoints.errors import StorageError, WrongKindError
from touchpoints.journeys.meta import Meta, Report
from touchpoints.journeys.model import Journeys

ZONES = (None, "UTC", "Europe/Madrid", "UTC+02:00", "-03:30")
IDS = st.one_of(
    strategies.visible(), st.integers(-(2**62), 2**62), st.booleans(), st.floats(allow_nan=False)
)


def stored(journeys: Journeys, *, compressed: bool = False) -> Journeys:
    """Write journeys and read them again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "some.journeys")
        tp.write_journeys(journeys, file, compressed=compressed)
        return tp.read_journeys(file)


def check_same(journeys: Journeys, again: Journeys) -> None:
    """Compare content, dtypes, the order of columns and of touchpoints, and the report."""
    assert "" == tp.first_difference(journeys, again)
    assert journeys.touchpoints == again.touchpoints
    assert journeys.meta == again.meta
    for name in ("outcomes", "outcome_times", "values", "per_interaction", "per_journey"):
        kept, found = getattr(journeys, name), getattr(again, name)
        assert list(kept) == list(found)
        for key, column in kept.items():
            assert type(column) is type(found[key])
            if not isinstance(column, Coded):
                assert (column.dtype, column.shape) == (found[key].dtype, found[key].shape)


@given(strategies.journeys(), st.booleans())
def test_what_is_read_is_what_was_written(journeys, compressed) -> None:
    """Every column comes back exactly: counts, persons, times, nan, NaT, missing text, nothing."""
    check_same(journeys, stored(journeys, compressed=compressed))


@given(
    strategies.taxonomies(), st.sampled_from(ZONES), st.dictionaries(st.text(), st.integers(0, 9))
)
def test_meta_comes_back(taxonomy, zone, texts) -> None:
    """Taxonomy, lens, time zone and the report of what reading met."""
    report = Report(rows=9, unmatched=4, unmatched_texts=texts)
    meta = Meta(
        taxonomy=taxonomy, lens=("need", "channel"), timezone=zone, blocks=200, report=report
    )
    typed = [taxonomy.touchpoint(one, channel="phone", stage="after") for one in taxonomy.types]
    count = len(typed)
    journeys = Journeys(touchpoints=typed, codes=range(count), offsets=[0, count], meta=meta)

    again = stored(journeys)
    check_same(journeys, again)
    assert list(texts) == list(again.meta.report.unmatched_texts)


@given(st.lists(IDS, unique=True, max_size=6), st.data())
def test_ids_and_persons_of_any_plain_kind_come_back(ids, data) -> None:
    """Text of any alphabet, whole numbers, and None for persons, each as what it was."""
    persons = data.draw(st.lists(IDS | st.none(), min_size=len(ids), max_size=len(ids)))
    journeys = built(["ab"] * len(ids), ids=ids, persons=persons)
    again = stored(journeys)

    assert journeys.ids.tolist() == again.ids.tolist()
    assert list(map(type, journeys.persons.tolist())) == list(map(type, again.persons.tolist()))
    check_same(journeys, again)


@given(st.lists(strategies.visible(), unique=True, min_size=1))
def test_text_of_any_kind_comes_back(texts) -> None:
    """Names, categories and column names: with lone surrogates, with line ends, with NUL."""
    codes = range(-1, len(texts))
    journeys = built(
        [texts],
        per_interaction={text: np.arange(len(texts)) for text in texts},
        per_journey={text: Coded([-1], texts) for text in texts},
        ids=[texts[0]],
    )
    check_same(journeys, stored(journeys))
    many = built(["a"] * len(codes), per_journey={"text": Coded(codes, texts)})
    check_same(many, stored(many))


@pytest.mark.parametrize(
    "column",
    [
        np.array([True, False]),
        np.array([1, -2], np.int8),
        np.array([2**63, 0], np.uint64),
        np.array([1.5, np.nan], np.float32),
        np.array([1 + 2j, np.nan]),
        np.array(["2026-01-01", "NaT"], "M8[D]"),
        np.array([5, "NaT"], "m8[ns]"),
        np.array([1, 2], ">i4"),
        np.arange(10)[::5],
    ],
    ids=str,
)
def test_columns_of_the_callers_own_keep_their_type(column) -> None:
    """Every dtype of numpy except objects is kept."""
    journeys = built("ab", per_journey={"mine": column})
    check_same(journeys, stored(journeys))


def test_what_was_read_cannot_be_written_to() -> None:
    """Columns are as read-only as those of any journeys, without a copy."""
    again = stored(built("ab", values={"eur": [1.0, 2.0]}))

    for column in (again.codes, again.offsets, again.counts, again.values["eur"]):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_an_id_that_only_pickle_could_write_is_refused(tmp_path) -> None:
    """The message shows it, and no file is left over."""
    journeys = built("ab", ids=[("a", 1), ("b", 2)])

    with pytest.raises(WrongKindError, match=r"(?s)ids must hold text, numbers, .*\('a', 1\)"):
        tp.write_journeys(journeys, tmp_path / "some.journeys")
    assert [] == list(tmp_path.iterdir())


def test_the_file_is_called_as_asked_and_replaces_the_old_one(tmp_path) -> None:
    """No suffix is added, an existing file is replaced, and no other file is left."""
    file = tmp_path / "journeys"
    file.write_text("old")
    tp.write_journeys(built("ab"), os.fspath(file))

    assert built("ab") == tp.read_journeys(os.fspath(file))
    assert [file] == list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    """The new one takes its place only when it is whole."""
    file = tmp_path / "journeys"
    tp.write_journeys(built("ab"), file)

    def broken(*_, **__) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("numpy.lib.format.write_array", broken)
    with pytest.raises(OSError, match="no space left"):
        tp.write_journeys(built("cd"), file)
    assert built("ab") == tp.read_journeys(file)
    assert [file] == list(tmp_path.iterdir())


def test_a_link_stays_a_link(tmp_path) -> None:
    """The file it leads to is replaced."""
    target, link = tmp_path / "target", tmp_path / "link"
    tp.write_journeys(built("a"), target)
    link.symlink_to(target)
    tp.write_journeys(built("b"), link)

    assert link.is_symlink()
    assert built("b") == tp.read_journeys(target)


def test_the_same_journeys_give_the_same_bytes(tmp_path) -> None:
    """No time and no chance is in the file."""
    for name in ("one", "two"):
        tp.write_journeys(built("ab", persons=["x", None]), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_compressed_file_is_smaller(tmp_path) -> None:
    """And reads the same."""
    journeys = built(["abcd" * 50] * 50)
    for compressed in (True, False):
        tp.write_journeys(journeys, tmp_path / str(compressed), compressed=compressed)

    assert (tmp_path / "True").stat().st_size < (tmp_path / "False").stat().st_size / 4
    assert journeys == tp.read_journeys(tmp_path / "True")


# ----------------------------------------------------------------------------------- files at fault

WHOLE = built(
    ["ab", "b", ""],
    persons=["ana", None, "é"],
    times=np.array(["2026-01-01", "2026-01-02", "2026-01-03"], "M8[us]"),
    outcomes={"sale": [1, 0, np.nan]},
    values={"eur": [1.5, 0, 0]},
    per_journey={"segment": ["x", None, "y"]},
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "an empty file"),
        (b"search, buy\n", ""),
        (pickle.dumps([1]), "a pickle, which could execute any code"),
        (b"\x00" * 100, ""),
    ],
)
def test_a_foreign_file_is_named(tmp_path, content, kind) -> None:
    """The message says what the file looks like, and which function reads it."""
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    with pytest.raises(StorageError, match=r"log\.csv is not a file of journeys") as raised:
        tp.read_journeys(file)
    assert kind == raised.value.where
    assert "tp.from_frame" in raised.value.mend


def test_a_zip_of_another_kind_is_foreign(tmp_path) -> None:
    """An npz file of numpy is a zip as well."""
    file = tmp_path / "arrays.npz"
    np.savez(file, codes=np.arange(3))
    with pytest.raises(StorageError, match="a zip archive of another kind"):
        tp.read_journeys(file)


def test_a_missing_file_is_not_found(tmp_path) -> None:
    """The operating system's own error, which names the file."""
    with pytest.raises(FileNotFoundError):
        tp.read_journeys(tmp_path / "none")


def rewritten(file: Path, change) -> None:
    """Change the header of a stored file."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(entries["journeys.json"])
    entries["journeys.json"] = json.dumps(change(header)).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (
            lambda header: {**header, "version": 2},
            "version 2 of the format, but this library reads 1",
        ),
        (lambda header: {**header, "format": "touchpoints.graphs"}, "not a file of journeys"),
        (lambda _: {}, "damaged"),
        (lambda _: [], "damaged"),
        (lambda header: {**header, "columns": header["columns"][1:]}, "damaged"),
        (lambda header: {**header, "touchpoints": header["touchpoints"][:1]}, "damaged"),
        (lambda header: {**header, "touchpoints": [{"key": "a"}]}, "damaged"),
        (lambda header: {**header, "meta": None}, "damaged"),
    ],
)
def test_a_header_that_does_not_match_is_reported(tmp_path, change, match) -> None:
    """A newer version is not damage, but columns that contradict each other are."""
    file = tmp_path / "some.journeys"
    tp.write_journeys(WHOLE, file)
    rewritten(file, lambda header: header)
    assert tp.read_journeys(file) == WHOLE
    rewritten(file, change)
    with pytest.raises(StorageError, match=match):
        tp.read_journeys(file)


def test_a_pickle_inside_is_not_opened(tmp_path) -> None:
    """An array of objects in the archive is refused before anything of it is loaded."""
    file = tmp_path / "some.journeys"
    tp.write_journeys(WHOLE, file)
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    np.save(tmp_path / "objects.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    name = next(name for name in entries if name.startswith("000"))
    with zipfile.ZipFile(file, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(
                entry, (tmp_path / "objects.npy").read_bytes() if entry == name else content
            )
    with pytest.raises(StorageError, match="holds objects"):
        tp.read_journeys(file)


class Bomb:
    """Something that must not be unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_cut_off_anywhere_is_damaged(tmp_path, compressed) -> None:
    """No prefix of a file passes for a file."""
    file = tmp_path / "some.journeys"
    tp.write_journeys(WHOLE, file, compressed=compressed)
    content = file.read_bytes()
    for length in [*range(0, len(content), 61), len(content) - 1]:
        file.write_bytes(content[:length])
        with pytest.raises(StorageError, match="damaged or truncated|not a file of journeys"):
            tp.read_journeys(file)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_flipped_bit_is_noticed_or_harmless(tmp_path, compressed) -> None:
    """Any one bit, anywhere: a StorageError, or the very same journeys (dates in the archive)."""
    file = tmp_path / "some.journeys"
    tp.write_journeys(WHOLE, file, compressed=compressed)
    content = file.read_bytes()
    chance = random.Random(5)
    noticed = 0
    for _ in range(400):
        place, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        file.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        try:
            again = tp.read_journeys(file)
        except StorageError:
            noticed += 1
        else:
            check_same(WHOLE, again)
    assert noticed > 200


@strategies.examples(50)
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_raise_nothing_else(content) -> None:
    """Rubbish is answered with a StorageError, also rubbish that begins like a zip."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rubbish")
        for head in (b"", b"PK\x03\x04", b"PK\x05\x06"):
            file.write_bytes(head + content)
            with pytest.raises(StorageError):
                tp.read_journeys(file)


def test_journeys_that_were_transformed_come_back(tmp_path) -> None:
    """Slices and collapsed journeys hold views and a lens."""
    journeys = attrs.evolve(WHOLE, per_interaction={"score": np.arange(3.0)})
    collapsed = tp.collapse(journeys[::-1], by="score")
    tp.write_journeys(collapsed, tmp_path / "some")

    check_same(collapsed, tp.read_journeys(tmp_path / "some"))
