"""Options that would be ignored, encodings, ragged rows, infinite times: used, refused or said."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, ProblemsError, TouchpointsWarning

LOG: dict[str, Any] = {"id": [1, 1], "at": ["2026-01-01", "2026-01-02"], "what": ["a", "b"]}
NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}


def read(columns: dict[str, Any] | None = None, **options: Any) -> tp.Journeys:
    """Read a log of two rows with some columns replaced."""
    return tp.from_columns({**LOG, **(columns or {})}, **NAMES, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instance": "n"}, "lifecycle= names no column"),
        ({"lifecycle": "stage", "end": "n"}, "end= and lifecycle= both say when"),
        ({"ambiguous": "later"}, "tz= names no zone"),
        ({"stages": {"start": "x"}}, "lifecycle= names no column"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(options: Any, message: str) -> None:
    """Each says what it belongs to."""
    columns = {"n": ["1", "2"], "stage": ["start", "complete"]}
    with pytest.raises(InvalidInputError, match=message) as error:
        read(columns, **options)
    assert error.value.mend


@pytest.mark.parametrize(
    "zone", ["localtime", "posixrules", "Factory", "posix/Europe/Madrid", "right/Europe/Madrid"]
)
def test_a_zone_that_is_another_on_each_machine_is_refused(zone: str) -> None:
    """The time of the machine, the file of defaults, and zones that count leap seconds."""
    with pytest.raises(NotFoundError, match="no time zone"):
        read(tz=zone)


@pytest.mark.parametrize(
    ("zone", "hour"), [("+02:00", 22), ("UTC-0130", 1), ("pytz.FixedOffset(60)", 23)]
)
def test_a_fixed_offset_is_a_zone(zone: str, hour: int) -> None:
    """As the zone of a log and as that of its days; midnight there, in hours UTC."""
    journeys = read(tz=zone)

    assert hour == journeys.times[0].item().hour
    found = tp.paths.retention(journeys, period="day")
    assert {dt.date(2026, 1, 1)} == {one.date() for one in found.cohort.tolist()}


def test_a_masked_value_in_a_list_is_missing() -> None:
    """In every role."""
    for name in ("id", "at", "what", "n"):
        columns = {"n": ["x", "y"], name: [*({**LOG, "n": ["x"]}[name][:1]), np.ma.masked]}
        journeys = read(columns, unmatched="drop", per_interaction=("n",))
        if name == "n":
            assert ("x",) == journeys.per_interaction["n"].categories
        else:
            assert 1 == len(journeys.codes)


@pytest.mark.parametrize("endless", ["infinity", " Infinity ", "+infinity", float("inf")])
def test_an_infinite_end_has_not_come_yet(endless: Any) -> None:
    """As databases write what is still open."""
    frame = pytest.importorskip("pandas").DataFrame({**LOG, "end": ["2026-01-05", endless]})
    ends = [
        read({"end": ["2026-01-05", endless]}, end="end").ends,
        tp.from_frame(frame, **NAMES, end="end").ends,
    ]
    for some in ends:
        assert [dt.datetime(2026, 1, 5), None] == some.tolist()


@pytest.mark.parametrize("text", ["infinity", "-infinity", "inf", "nan"])
def test_an_infinite_time_is_no_number_of_seconds(text: str) -> None:
    """The error proposes no unit for it."""
    with pytest.raises(InvalidInputError, match="does not parse") as error:
        read({"at": ["2026-01-01", text]})
    assert "epoch_s" not in error.value.mend


@pytest.mark.parametrize("time_format", ["%Y", "epoch_s", "excel"])
@pytest.mark.parametrize(
    "days",
    [
        np.array(["2026-01-01", "2026-01-02"], "M8[us]"),
        [dt.date(2026, 1, 1), None],
        [dt.datetime(2026, 1, 1), np.datetime64("2026-01-02")],
    ],
)
def test_a_format_of_times_that_need_none_is_refused(days: Any, time_format: str) -> None:
    """It would be ignored; a format that one of two columns needs is used."""
    with pytest.raises(InvalidInputError, match=r"time_format=.*of 'at' are instants already"):
        read({"at": days}, time_format=time_format)
    with pytest.raises(InvalidInputError, match=r"of 'at' and 'end' are instants already"):
        read({"at": days, "end": days}, end="end", time_format=time_format)
    written = {"%Y": "2027", "epoch_s": "1800000000", "excel": "46500"}[time_format]
    if days[1] is not None:
        both = {"at": days, "end": [written] * 2}
        if time_format == "epoch_s":
            both["at"] = [one.replace(tzinfo=dt.UTC) for one in (dt.datetime(2026, 1, 1),) * 2]
        assert not np.isnat(read(both, end="end", time_format=time_format).ends).any()


def test_a_format_of_an_empty_column_of_instants_is_no_mistake() -> None:
    """The rows that a query finds may be none."""
    nothing = {"id": [], "at": np.array([], "M8[us]"), "what": []}
    assert 0 == len(tp.from_columns(nothing, **NAMES, time_format="%Y"))


@pytest.mark.filterwarnings("ignore:.*within days of 1 January 1970")
@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "as"])
def test_the_infinity_of_every_unit(unit: str) -> None:
    """Refused as a time, open as an end; NaT is missing; what is within the years is read."""
    most = 2**63 - 1
    for far in (most, -most):
        times = np.array([0, far]).view(f"datetime64[{unit}]")
        with pytest.raises(InvalidInputError, match="1 time .* is outside .*row 1: -?infinity"):
            read({"at": times})
        with pytest.warns(TouchpointsWarning, match="taken as missing"):
            assert 1 == len(read({"at": times}, bad_times="drop").codes)
    ends = np.array([1000, most]).view(f"datetime64[{unit}]")
    found = read({"at": np.zeros(2, f"datetime64[{unit}]"), "end": ends}, end="end").ends
    assert [False, True] == np.isnat(found).tolist()
    assert 1 == len(read({"at": np.array([0, -(2**63)]).view(f"datetime64[{unit}]")}).codes)


def test_a_csv_row_with_fewer_cells_is_said() -> None:
    """With the lines; rows with more cells are refused."""
    text = "id,at,what\n1,2026-01-01,a\n1,2026-01-02\n1,2026-01-03,c\n"
    with pytest.warns(TouchpointsWarning, match=r"1 row .* has fewer cells .*\(lines 3\)"):
        journeys = tp.from_records(csv.DictReader(io.StringIO(text)), **NAMES, unmatched="drop")
    assert 2 == len(journeys.codes)
    with pytest.raises(InvalidInputError, match="more cells than there are names of columns"):
        tp.from_records(csv.DictReader(io.StringIO(f"{text[:11]}1,2026-01-04,d,e\n")), **NAMES)


def test_a_csv_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    """With what to do; no bare UnicodeDecodeError."""
    path = tmp_path / "log.csv"
    path.write_bytes("id,at,what\n1,2026-01-01,é\n".encode("latin-1"))
    with (
        path.open(encoding="utf-8") as file,
        pytest.raises(InvalidInputError, match="not written in utf-8") as error,
    ):
        tp.from_records(csv.DictReader(file), **NAMES)
    assert "cp1252" in error.value.mend


def test_a_csv_cell_without_end_is_refused() -> None:
    """The csv module stops at 131,072 characters."""
    text = 'id,at,what\n1,2026-01-01,"' + "x" * 140_000
    with pytest.raises(InvalidInputError, match="cannot be read: field larger"):
        tp.from_records(csv.DictReader(io.StringIO(text)), **NAMES)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", ["sources.csv", "sources.yml", "sources.json", "sources.toml"])
def test_a_source_list_of_another_encoding_is_refused(
    tmp_path: Path, name: str, encoding: str
) -> None:
    """Nothing is read as U+FFFD."""
    path = tmp_path / name
    path.write_bytes("café.com;search\n".encode(encoding))
    with pytest.raises(ProblemsError, match="line 1 is not UTF-8 text.*save it as UTF-8"):
        tp.classify.load_source_categories(path, category="search")


def test_a_row_of_a_source_list_with_more_cells_is_refused(tmp_path: Path) -> None:
    """A site with the separator in its name needs quotes."""
    path = tmp_path / "sources.csv"
    path.write_text("source,category\na,b.com,search\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="row 2: .* has 3 cells, and the first row 2"):
        tp.classify.load_source_categories(path)


def test_a_name_with_spaces_is_put_into_quotes() -> None:
    """The error writes it so."""
    journeys = tp.from_paths({"path": ["blood test > discharge"]}, path="path")
    with pytest.raises(InvalidInputError, match='put into quotes: "blood test"'):
        tp.containing(journeys, tp.pattern("blood test discharge"))


def test_an_empty_mask_selects_none_of_no_journeys() -> None:
    """A list without entries is a mask of length 0."""
    journeys = read()

    assert 0 == len(tp.select(journeys[:0], []))
    with pytest.raises(InvalidInputError, match="the mask has 0 entries for 1 journey"):
        tp.select(journeys, [])


def test_a_touchpoint_of_a_plan_has_a_name() -> None:
    """Empty and blank names are problems."""
    for name in ("", "  "):
        with pytest.raises(ProblemsError, match="the name of the touchpoint is empty"):
            tp.parse_plan(f'name = "n"\n[touchpoints."{name}"]')


def test_logs_put_together_were_watched_until_their_own_ends() -> None:
    """A log that ends on 2 January says nothing about its journeys in February."""
    first = read()
    second = read({"id": [2, 2], "at": ["2026-01-30", "2026-02-01"]})
    both = tp.concat([first, second])

    assert [dt.datetime(2026, 1, 2), dt.datetime(2026, 2, 1)] == both.observed_until.tolist()
    assert tp.concat([first, attrs.evolve(first, ids=[3])]).observed_until is None


def test_a_signalling_nan_of_decimals_is_missing() -> None:
    """It raises at every comparison."""
    with pytest.raises(InvalidInputError, match="does not parse|mixes|no time|do not parse"):
        read({"at": [Decimal("sNaN"), Decimal(1)]})
    with pytest.raises(InvalidInputError, match="missing in all 2 rows"):
        read({"at": [Decimal("sNaN"), None]})


def test_a_spread_without_a_first_start_is_refused() -> None:
    """Simulated journeys have times only where begin= is given."""
    graph = tp.transition_graph(read())
    with pytest.raises(InvalidInputError, match="begin= gives no first start"):
        tp.simulate(graph, n=1, seed=1, spread=dt.timedelta(days=3))


def test_a_test_without_draws_takes_no_seed() -> None:
    """Nor a number of permutations."""
    shop = tp.datasets.shop(50, seed=1)
    for options in ({"seed": 1}, {"permutations": 9}):
        with pytest.raises(InvalidInputError, match="draws nothing"):
            tp.paths.discriminating(shop, by="device", test="chi2", **options)


def test_two_columns_of_one_name_of_a_query_are_refused() -> None:
    """DuckDB returns both; which of them is meant is not known."""
    duckdb = pytest.importorskip("duckdb")
    table = duckdb.sql("select 1 id, timestamp '2026-01-01' at_, 'a' what, 'b' what")
    with pytest.raises(InvalidInputError, match="two columns of the table share a name.*what"):
        tp.from_frame(table, journey="id", time="at_", touchpoint="what")


@pytest.mark.parametrize("text", ["True", "false"])
def test_the_text_of_a_bool_beside_missing_values(text: str) -> None:
    """A column of True, False and nothing holds 1.0, 0.0 and nan: the error says what to give."""
    journeys = tp.from_columns(
        {
            "id": [1, 2, 3],
            "at": ["2026-01-01"] * 3,
            "what": list("abc"),
            "new": [True, False, None],
        },
        **NAMES,
        per_journey=["new"],
    )
    with pytest.raises(NotFoundError, match=f"give {text.title()} in place of '{text}'"):
        tp.compare.groups(journeys, "new", a=text)


def test_a_count_that_is_too_large_says_how_large_it_may_be() -> None:
    """Beyond 2 ** 53 a float no longer tells whole numbers apart."""
    with pytest.raises(InvalidInputError, match="a count must be below 9,007,199,254,740,992"):
        tp.from_paths({"path": ["a"], "n": [2**62]}, path="path", count="n")
