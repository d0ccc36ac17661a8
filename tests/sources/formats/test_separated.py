"""CSV: the story in three dialects, saved mappings, rows that cannot be read (requirement A4)."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.sources import story
from touchpoints.sources._shared.text_files import separated_rows

ROLES = {"journey": "id", "time": "at", "touchpoint": "what"}
HEAD = "id;at;what"


def written(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "log.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# ------------------------------------------------------------- the story, as three programs write


def story_rows(form: str, decimal: str) -> list[list[str]]:
    """Return the web part of the story as rows of text."""
    rows = [["sesión", "cliente", "fecha", "qué", "fuente", "importe"]]
    for number, contacts in enumerate(story.WEB, 1):
        for one in contacts:
            value = str(story.VALUE).replace(".", decimal) if one.what == "purchase" else ""
            at = dt.datetime.fromisoformat(one.at).strftime(form)
            rows.append([f"s{number}", one.person, at, one.what, one.source, value])
    return rows


def story_file(folder: Path, *, form: str, mark: str, decimal: str, encoding: str) -> Path:
    """Write the web part of the story in one dialect."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(story_rows(form, decimal))
    return written(folder, text.getvalue(), encoding=encoding)


SPANISH = {"form": "%d/%m/%Y %H:%M", "mark": ";", "decimal": ",", "encoding": "cp1252"}
TABS = {"form": "%Y-%m-%d %H:%M:%S", "mark": "\t", "decimal": ".", "encoding": "utf-16"}
PLAIN = {"form": "%Y-%m-%dT%H:%M:%S", "mark": ",", "decimal": ".", "encoding": "utf-8"}
OF_STORY: dict[str, Any] = {
    "journey": "sesión",
    "time": "fecha",
    "touchpoint": "qué",
    "person": "cliente",
    "per_interaction": ("fuente", "importe"),
    "tz": "UTC",
}


@pytest.mark.parametrize("dialect", [SPANISH, TABS, PLAIN])
def test_the_story_is_read(tmp_path: Path, dialect: dict[str, str]) -> None:
    """A4: the same journeys from a Spanish spreadsheet, from tabs and from plain CSV."""
    path = story_file(tmp_path, **dialect)
    ambiguous = {"time_format": SPANISH["form"]} if dialect is SPANISH else {}
    journeys = tp.sources.csv(path, **OF_STORY, **ambiguous)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.per_interaction["fuente"].to_list()[:5] == ["google"] * 4 + ["news"]
    assert np.nansum(journeys.per_interaction["importe"]) == story.VALUE


def test_the_spanish_dates_of_the_story_are_not_guessed(tmp_path: Path) -> None:
    """All its days are in early March: 02/03/2026 may be a day of February."""
    with pytest.raises(tp.errors.InvalidInputError, match="does not decide"):
        tp.sources.csv(story_file(tmp_path, **SPANISH), **OF_STORY)


def test_a_mapping_reads_the_next_file_in_the_same_way(tmp_path: Path) -> None:
    """A4: what was told and given once is saved, and read from TOML."""
    path = story_file(tmp_path, **SPANISH)
    mapping = tp.sources.FileMapping(
        file={"separator": ";", "encoding": "cp1252", "decimal": ","},
        times={"time_format": SPANISH["form"], "tz": "UTC"},
        columns={name: one for name, one in OF_STORY.items() if name != "tz"},
    )
    mapping.write(tmp_path / "shop.toml")

    assert tp.sources.read_mapping(tmp_path / "shop.toml") == mapping
    journeys = tp.sources.csv(path, mapping=tmp_path / "shop.toml")
    assert story.told(journeys) == story.expected(story.WEB)
    assert tp.first_difference(journeys, tp.sources.csv(path, mapping=mapping)) == ""
    other = tp.sources.csv(path, mapping=mapping, journey="cliente", per_interaction=())
    assert [one.id for one in other] == ["ana", "leo"]


# ----------------------------------------------------------------------------------------- mappings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[colums]\njourney = 'a'", "unknown section.*did you mean 'columns'"),
        ("[columns]\njurney = 'a'", "unknown key 'jurney'.*did you mean 'journey'"),
        ("[file]\ntime_format = '%d'", r"belongs to \[times\]"),
        ("[columns]\ntime = 3", "time must be text, got 3"),
        ("[columns]\nper_interaction = 'a'", "must be a list of texts"),
        ("[types]\nzip = 'txt'", "must be one of.*did you mean 'text'"),
        ("[options]\nstages = 'x'", "stages must be a table"),
        ("columns = 3", "columns must be a table"),
        ("[columns", "is not TOML"),
    ],
)
def test_a_mapping_with_mistakes_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Unknown keys and wrong values, with similar names."""
    with pytest.raises(tp.errors.ProblemsError, match=said):
        tp.sources.read_mapping(written(tmp_path, text, name="shop.toml"))


def test_all_mistakes_of_a_mapping_are_told_together(tmp_path: Path) -> None:
    """Three mistakes, three sentences."""
    path = written(tmp_path, "[colums]\n[file]\nx = 1\n[times]\ntz = 1", name="shop.toml")
    with pytest.raises(tp.errors.ProblemsError) as error:
        tp.sources.read_mapping(path)
    assert len(error.value.problems) == 3


def test_a_mapping_made_in_code_is_checked_too() -> None:
    """The same sentences."""
    with pytest.raises(tp.errors.ProblemsError, match="did you mean 'separator'"):
        tp.sources.FileMapping(file={"seperator": ";"})


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda one: one.isprintable() or "\n" in one),
        st.sampled_from(["text", "number", "time"]),
        max_size=4,
    ),
    st.text(max_size=10),
)
def test_any_text_survives_the_toml(types: dict[str, str], name: str) -> None:
    """Quotes, line breaks, controls and any letter."""
    import tomllib

    mapping = tp.sources.FileMapping(types=types, columns={"journey": name})
    assert tomllib.loads(mapping.text) == {
        **({"types": types} if types else {}),
        "columns": {"journey": name},
    }


def test_a_taxonomy_can_be_named_in_a_mapping(tmp_path: Path) -> None:
    """By the name of a built-in one."""
    path = written(tmp_path, f"{HEAD}\n7;2026-01-31;purchase\n")
    mapping = tp.sources.FileMapping(columns=ROLES, options={"taxonomy": "customer"})
    journeys = tp.sources.csv(path, mapping=mapping)

    assert journeys.touchpoints[0].type == "purchase"


def test_a_missing_mapping_is_named(tmp_path: Path) -> None:
    """With what writes one."""
    with pytest.raises(tp.errors.NotFoundError, match="mapping does not exist"):
        tp.sources.csv(tmp_path / "log.csv", mapping=tmp_path / "none.toml")


# ---------------------------------------------------------------------------- rows that are damaged


BAD = (
    f"{HEAD}\n7;2026-01-31;a\n7;2026-02-01;b;too many\n\n7;2026-02-02\n"
    '7;"2026-02-03";"two\nlines"\n7;soon;c\n7;2026-02-04;d\n'
)


def test_the_first_damaged_row_is_raised_with_its_line(tmp_path: Path) -> None:
    """Line 3 has four cells."""
    with pytest.raises(tp.errors.InvalidInputError, match=r"more cells.*line 3: 4 cells for 3"):
        tp.sources.csv(written(tmp_path, BAD), **ROLES)


def test_a_time_that_cannot_be_read_is_raised_with_its_line(tmp_path: Path) -> None:
    """Cells of two lines are counted; the empty line too."""
    text = BAD.replace("7;2026-02-01;b;too many\n", "").replace("7;2026-02-02\n", "")
    path = written(tmp_path, text)
    with pytest.raises(tp.errors.InvalidInputError, match="line 6: 'soon'"):
        tp.sources.csv(path, **ROLES, time_format="iso")


def test_damaged_rows_are_skipped_and_counted(tmp_path: Path) -> None:
    """A4: three rows of six are left out, by reason."""
    with pytest.warns(tp.errors.TouchpointsWarning, match="3 rows cannot be read.*line 3"):
        journeys = tp.sources.csv(
            written(tmp_path, BAD), **ROLES, on_error="skip", time_format="iso"
        )

    assert journeys[0].keys == ("a", "two\nlines", "d")
    report = journeys.meta.report
    assert (report.rows, report.skipped) == (6, 3)
    assert report.skipped_reasons == {
        "a row has more cells than there are columns": 1,
        "a row has fewer cells than there are columns": 1,
        "column 'at': a time cannot be read": 1,
    }


@pytest.mark.parametrize("size", [1, 2, 3])
def test_blocks_do_not_matter(tmp_path: Path, monkeypatch: Any, size: int) -> None:
    """The same rows, lines and counts whatever the size of a block."""
    path = written(tmp_path, BAD)
    with pytest.warns(tp.errors.TouchpointsWarning):
        whole = tp.sources.csv(path, **ROLES, on_error="skip", time_format="iso")
    blocks = separated_rows.blocks_of_rows
    monkeypatch.setattr(
        "touchpoints.sources._shared.text_files.separated.blocks_of_rows",
        lambda *given: blocks(*given, size=size),
    )
    with pytest.warns(tp.errors.TouchpointsWarning, match="line 3"):
        parts = tp.sources.csv(path, **ROLES, on_error="skip", time_format="iso")

    assert tp.first_difference(whole, parts) == ""
    assert whole.meta.report == parts.meta.report


@pytest.mark.parametrize(
    "tail", ['7;2026-02-01;"never closed\n7;2026-02-02;c\n', '7;2026-02-01;"a"b\n']
)
def test_a_quote_at_fault_is_told(tmp_path: Path, tail: str) -> None:
    """An open quote, and one that is not doubled."""
    path = written(tmp_path, f"{HEAD}\n7;2026-01-31;a\n{tail}")
    with pytest.raises(tp.errors.InvalidInputError, match="cannot be taken apart"):
        tp.sources.csv(path, **ROLES)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 row cannot be read"):
        assert tp.sources.csv(path, **ROLES, on_error="skip")[0].keys == ("a",)


def test_the_wrong_encoding_is_told_with_the_byte(tmp_path: Path) -> None:
    """Windows-1252 read as UTF-8: line 3, byte 28."""
    path = written(tmp_path, f"{HEAD}\n7;2026-01-31;a\n7;2026-02-01;ñ\n", encoding="cp1252")
    with pytest.raises(tp.errors.InvalidInputError, match=r"line 3, byte 39"):
        tp.sources.csv(path, **ROLES, encoding="utf-8")
    with pytest.raises(tp.errors.NotFoundError, match="no encoding 'utf-88'"):
        tp.sources.csv(path, **ROLES, encoding="utf-88")


def test_the_wrong_encoding_far_into_the_file_is_told(tmp_path: Path) -> None:
    """Beyond the first look."""
    text = f"{HEAD}\n" + "7;2026-01-31;a\n" * 30_000 + "7;2026-02-01;ñ\n"
    path = written(tmp_path, text, encoding="cp1252")
    with pytest.raises(tp.errors.InvalidInputError, match="line 30,002"):
        tp.sources.csv(path, **ROLES, encoding="utf-8")


# ------------------------------------------------------------------------------------ what is given


def test_what_is_given_wins_over_what_is_told(tmp_path: Path) -> None:
    """The file looks like commas; it is one of bars."""
    path = written(tmp_path, "id|at|what\n7|2026-01-31|a,b,c\n")
    assert tp.sources.csv(path, **ROLES, separator="|")[0].keys == ("a,b,c",)
    with pytest.raises(tp.errors.NotFoundError, match="no column 'at'"):
        tp.sources.csv(path, **ROLES, separator=",")
    with pytest.raises(tp.errors.InvalidInputError, match="one character"):
        tp.sources.csv(path, **ROLES, separator=",,")


def test_a_misspelt_column_or_option_is_refused(tmp_path: Path) -> None:
    """Did you mean."""
    path = written(tmp_path, f"{HEAD}\n7;2026-01-31;a\n")
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'what'"):
        tp.sources.csv(path, **{**ROLES, "touchpoint": "waht"})
    with pytest.raises(tp.errors.WrongKindError, match="did you mean 'time_format'"):
        tp.sources.csv(path, **ROLES, time_fromat="iso")
    with pytest.raises(tp.errors.InvalidInputError, match="journey= must name a column"):
        tp.sources.csv(path, time="at", touchpoint="what")
    with pytest.raises(tp.errors.NotFoundError, match="does not exist"):
        tp.sources.csv(tmp_path / "none.csv", **ROLES)


def test_two_columns_of_a_name_are_refused_where_that_name_is_used(tmp_path: Path) -> None:
    """The other columns can be read."""
    path = written(tmp_path, "id;at;what;x;x\n7;2026-01-31;a;1;2\n")
    assert len(tp.sources.csv(path, **ROLES)) == 1
    with pytest.raises(tp.errors.InvalidInputError, match="two columns of the file"):
        tp.sources.csv(path, **ROLES, per_interaction=("x",))


# ------------------------------------------------------------------------------------------ values


def kept(folder: Path, cells: list[str], **options: Any) -> Any:
    """Return a column that is kept, of these cells."""
    rows = "".join(f"7;2026-01-31;a;{one}\n" for one in cells)
    path = written(folder, f"{HEAD};x\n{rows}")
    return tp.sources.csv(path, **ROLES, per_interaction=("x",), **options).per_interaction["x"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2"], [1, 2]),
        (["1", "", "2"], [1.0, np.nan, 2.0]),
        (["1,5", "-2"], [1.5, -2.0]),
        (["1.234,5", "12"], [1234.5, 12.0]),
        (["1e3", "2.5"], [1000.0, 2.5]),
    ],
)
def test_numbers_are_kept_as_numbers(tmp_path: Path, cells: list[str], values: Any) -> None:
    """Hand-worked; integers stay integers where none is missing."""
    found = kept(tmp_path, cells)
    assert found.dtype == np.asarray(values).dtype
    assert np.array_equal(found, values, equal_nan=True)


@pytest.mark.parametrize(
    "cells",
    [["007", "12"], ["1234567890123456", "1"], ["1_000"], ["+34600"], ["0x1"], ["1", "n/a"]],
)
def test_ids_that_look_like_numbers_stay_text(tmp_path: Path, cells: list[str]) -> None:
    """Postcodes, numbers of cards and telephones."""
    assert kept(tmp_path, cells).to_list() == cells


@pytest.mark.parametrize("last", ["n/a", "007", "1_0", "12345678901234567890"])
def test_a_text_after_thousands_of_numbers_makes_the_column_text(tmp_path: Path, last: str) -> None:
    """No number is lost: the file is read again with the column as text."""
    cells = [*["1"] * 40_000, last]
    found = kept(tmp_path, cells)

    assert found.to_list() == cells


def test_types_say_what_columns_hold(tmp_path: Path) -> None:
    """Text that looks like numbers, truth, instants, and integers beyond 2^53."""
    assert kept(tmp_path, ["1", "2"], types={"x": "text"}).to_list() == ["1", "2"]
    assert kept(tmp_path, ["yes", "false"], types={"x": "boolean"}).tolist() == [True, False]
    large = [str(2**63 - 1), "-5"]
    assert kept(tmp_path, large, types={"x": "integer"}).tolist() == [2**63 - 1, -5]
    unsigned = kept(tmp_path, [str(2**64 - 1)], types={"x": "unsigned"})
    assert unsigned.tolist() == [2**64 - 1]
    instants = kept(tmp_path, ["2026-01-31T10:00", ""], types={"x": "time"})
    assert np.isnat(instants[1])
    assert str(instants[0]) == "2026-01-31T10:00:00.000000"
    with pytest.raises(tp.errors.InvalidInputError, match="line 3: 'x'"):
        kept(tmp_path, ["1", "x"], types={"x": "number"})
    with pytest.raises(tp.errors.InvalidInputError, match="did you mean 'text'"):
        kept(tmp_path, ["1"], types={"x": "txt"})


def test_an_undecided_decimal_mark_is_refused_where_it_matters(tmp_path: Path) -> None:
    """1.234 can be a thousand: only a column that is kept asks for it."""
    cells = ["1.234", "2.345"]
    with pytest.raises(tp.errors.InvalidInputError, match="decimal mark"):
        kept(tmp_path, cells)
    assert kept(tmp_path, cells, decimal=",").tolist() == [1234, 2345]
    assert kept(tmp_path, cells, decimal=".").tolist() == [1.234, 2.345]
    assert kept(tmp_path, cells, types={"x": "text"}).to_list() == cells


def test_ids_persons_and_names_are_text(tmp_path: Path) -> None:
    """Next month one of them may be A12."""
    path = written(tmp_path, "id;at;what;who\n007;2026-01-31;1;9\n")
    (journey,) = tp.sources.csv(path, **ROLES, person="who")
    assert (journey.id, journey.person, journey.keys) == ("007", "9", ("1",))


def test_times_have_the_zone_they_say_or_are_given(tmp_path: Path) -> None:
    """Offsets are converted to UTC; naive times are of tz=."""
    aware = written(tmp_path, f"{HEAD}\n7;2026-01-31T10:00+01:00;a\n")
    (time,) = tp.sources.csv(aware, **ROLES).times
    assert str(time) == "2026-01-31T09:00:00.000000"
    naive = written(tmp_path, f"{HEAD}\n7;31/01/2026 10:00;a\n")
    madrid = tp.sources.csv(naive, **ROLES, tz="Europe/Madrid")
    assert (madrid.times[0], madrid.meta.timezone) == (time, "Europe/Madrid")
    mixed = written(tmp_path, f"{HEAD}\n7;2026-01-31T10:00Z;a\n7;2026-01-31T10:00;b\n")
    with pytest.raises(tp.errors.InvalidInputError, match="with and without"):
        tp.sources.csv(mixed, **ROLES)


def test_ends_may_lack_and_have_their_own_format(tmp_path: Path) -> None:
    """Each column of times is told by itself."""
    path = written(tmp_path, "id;at;to;what\n7;2026-01-31;31/01/2026 1:00;a\n7;2026-02-01;;b\n")
    journeys = tp.sources.csv(path, **ROLES, end="to")

    assert str(journeys.ends[0]) == "2026-01-31T01:00:00.000000"
    assert np.isnat(journeys.ends[1])


def test_the_same_as_records_of_the_standard_library(tmp_path: Path) -> None:
    """A naive twin: every row by csv.DictReader."""
    shop = tp.datasets.shop(200, seed=3)
    rows = [["id", "at", "what"]]
    for journey in shop:
        for key, time in zip(journey.keys, journey.times, strict=True):
            rows.append([str(journey.id), str(time), f'{key}, "{key}"\n'])
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path = written(tmp_path, text.getvalue())
    twin = tp.from_records(csv.DictReader(io.StringIO(text.getvalue(), newline="")), **ROLES)

    assert tp.first_difference(tp.sources.csv(path, **ROLES), twin) == ""


def test_gzip_and_a_path_object(tmp_path: Path) -> None:
    """As they are exported."""
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(f"{HEAD}\n7;2026-01-31;a\n".encode()))
    assert len(tp.sources.csv(path, **ROLES)) == 1


def test_a_file_with_names_alone_is_an_empty_log(tmp_path: Path) -> None:
    """No rows, no journeys, no error."""
    assert len(tp.sources.csv(written(tmp_path, f"{HEAD}\n"), **ROLES)) == 0


@given(st.binary(max_size=300))
def test_any_bytes_give_journeys_or_an_error_of_this_library(content: bytes) -> None:
    """Nothing else comes out of a file that is no CSV."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.csv")
        path.write_bytes(content)
        try:
            tp.sources.csv(path, **ROLES)
        except tp.errors.TouchpointsError:
            return
        raise AssertionError("bytes without the columns were read")


def test_columns_that_are_not_named_take_no_memory(tmp_path: Path) -> None:
    """A file of 40 MB, of which a twentieth is read, never takes half of its size."""
    import tracemalloc

    rows = "".join(f"{n // 5};2026-01-31;a;{n}{'x' * 640}\n" for n in range(60_000))
    path = written(tmp_path, f"{HEAD};payload\n{rows}")
    size = path.stat().st_size
    del rows
    tp.sources.csv(written(tmp_path, f"{HEAD}\n7;2026-01-31;a\n", name="first.csv"), **ROLES)
    tracemalloc.start()
    journeys = tp.sources.csv(path, **ROLES, encoding="utf-8")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(journeys) == 12_000
    assert peak < size / 2


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1_234,5", "-2_000_111,25", "7"], [1234.5, -2_000_111.25, 7]),
        (["1_234.5", "12"], [1234.5, 12]),
        (["1_234", "-12_000"], [1234, -12_000]),
        (["60_1", "7"], None),  # not groups of three
        (["1_234.567,5", "7"], None),  # two kinds of groups
    ],
)
def test_thousands_apart_by_a_space_that_does_not_break_are_numbers(
    tmp_path: Path, space: str, cells: list[str], values: list[float] | None
) -> None:
    """As French, Polish and Swedish sheets write them; other spaces may be a telephone number."""
    written = [one.replace("_", space) for one in cells]
    path = tmp_path / "sheet.csv"
    rows = [f"1;2026-03-02;visit;{one};600 123 456" for one in written]
    path.write_text("\n".join(["id;at;what;eur;phone", *rows]), encoding="utf-8")

    journeys = tp.sources.csv(
        path, journey="id", time="at", touchpoint="what", per_interaction=["eur", "phone"]
    )
    kept = journeys.per_interaction
    found = kept["eur"].to_list() if values is None else kept["eur"].tolist()
    assert found == (written if values is None else values)
    assert kept["phone"].to_list() == ["600 123 456"] * len(cells)
