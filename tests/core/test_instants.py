"""Parsing of times: no guessed formats, no lost precision, no mixed time zones."""

from __future__ import annotations

import datetime as dt
import warnings
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core import instants as reading
from touchpoints._core.instants import NAT, Instants
from touchpoints.errors import InvalidInputError, NotFoundError

UTC = dt.UTC
MADRID = ZoneInfo("Europe/Madrid")
MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1))


def read(*values: object, time_format: str | None = None) -> Instants:
    """Read a column named t."""
    return reading.from_objects(list(values), "t", time_format)


def stamp(moment: dt.datetime) -> int:
    """Return microseconds since 1970 of a naive or UTC datetime."""
    return (moment.replace(tzinfo=None) - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)


def shown(instants: Instants) -> list[str]:
    """Return instants as ISO text."""
    return [str(one) for one in instants.stamps.view("datetime64[us]")]


# ------------------------------------------------------------------------------------------ text


@given(st.lists(MOMENTS, min_size=1), st.sampled_from(["T", " "]), st.booleans())
def test_iso_text_is_read_to_the_microsecond(
    moments: list[dt.datetime], separator: str, zulu: bool
) -> None:
    """Text written by ``isoformat`` is read exactly: as UTC with Z, as naive times without."""
    texts = [one.isoformat(separator) + "Z" * zulu for one in moments]

    instants = read(*texts)

    assert [stamp(one) for one in moments] == instants.stamps.tolist()
    assert ("UTC" if zulu else None) == instants.zone


@given(st.lists(MOMENTS, min_size=1), st.lists(st.integers(-14 * 60, 14 * 60), min_size=1))
def test_offsets_are_converted_to_utc(moments: list[dt.datetime], minutes: list[int]) -> None:
    """Each row may have a different offset, since clocks change within a log."""
    zones = [dt.timezone(dt.timedelta(minutes=one)) for one in minutes]
    local = [one.replace(tzinfo=zones[row % len(zones)]) for row, one in enumerate(moments)]

    instants = read(*[one.isoformat() for one in local])

    assert [stamp(one.astimezone(UTC)) for one in local] == instants.stamps.tolist()
    assert instants.zone is not None


def test_fifty_milliseconds_stay_fifty_milliseconds() -> None:
    """No format of time is rounded down to seconds."""
    texts = read("2026-01-01T00:00:00", "2026-01-01T00:00:00.050")
    offsets = read("2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00.050+01:00")
    floats = read(1_700_000_000.0, 1_700_000_000.05, time_format="epoch_s")
    parsed = read("1/2/2026 00.000", "1/2/2026 00.050", time_format="%d/%m/%Y %S.%f")

    for instants in (texts, offsets, floats, parsed):
        assert [50_000] == np.diff(instants.stamps).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026-01-31T09",
        "2026-01-31T09:30",
        "2026-01-31 09:30:05",
        "2026-01-31T09:30:05.1",
        "2026-01-31T09:30:05.123456",
        "2026-01-31T09:30:05.123456Z",
        "2026-01-31T09:30:05+00:00",
        "2026-01-31T09:30:05-0430",
        "2026-W05-6",
    ],
)
def test_texts_mean_what_python_says_they_mean(text: str) -> None:
    """The fast parser and the standard library agree on every accepted form of ISO 8601."""
    moment = dt.datetime.fromisoformat(text)
    expected = moment.astimezone(UTC) if moment.tzinfo else moment

    assert [stamp(expected)] * 2 == read(text, text).stamps.tolist()


def test_texts_of_different_precision_can_be_mixed() -> None:
    """Days, minutes and microseconds in one column are all times without a zone."""
    instants = read("2026-01-31", "2026-01-31T09:30", None, "", "2026-01-31 09:30:00.5")

    assert "2026-01-31T00:00:00.000000" == shown(instants)[0]
    assert "2026-01-31T09:30:00.500000" == shown(instants)[4]
    assert [False, False, True, True, False] == instants.missing.tolist()


@pytest.mark.parametrize(
    "text",
    ["31/01/2026", "2026/01/31", "20260131", "2026-1-5", "2026-02-30", "junk", "NaT", "today"],
)
def test_text_that_is_not_iso_8601_is_shown_with_its_row(text: str) -> None:
    """Day-first dates are not guessed: the message has the first rows that do not parse."""
    with pytest.raises(InvalidInputError) as caught:
        read("2026-01-31", text)

    assert f"row 1: {text!r}" in caught.value.where
    assert "strptime" in caught.value.mend


def test_only_the_first_wrong_texts_are_shown() -> None:
    """All rows are counted, five are shown."""
    with pytest.raises(InvalidInputError) as caught:
        read(*[f"x{row}" for row in range(2000)])

    assert caught.value.what.startswith("2,000 times in column 't'")
    assert 5 == caught.value.where.count("row ")


def test_a_format_defines_how_text_is_parsed() -> None:
    """A strptime format defines day and month; offsets in it are read."""
    assert (
        "2026-02-01T08:30:00.000000"
        == shown(read("01/02/2026 08:30", time_format="%d/%m/%Y %H:%M"))[0]
    )
    aware = read("01/02/2026 08:30 +0200", time_format="%d/%m/%Y %H:%M %z")
    assert "2026-02-01T06:30:00.000000" == shown(aware)[0]
    assert "UTC+02:00" == aware.zone


def test_a_format_that_does_not_fit_is_an_error() -> None:
    """Rows that the format cannot read are shown."""
    with pytest.raises(InvalidInputError, match="row 1: '2026-02-01'"):
        read("01/02/2026", "2026-02-01", time_format="%d/%m/%Y")


# ------------------------------------------------------------------------------- naive and aware


@pytest.mark.parametrize(
    "values",
    [
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00"),
        ("2026-01-01T00:00:00Z", None, "2026-01-01"),
        (dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=UTC)),
        (dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_with_and_without_a_zone_do_not_mix(values: tuple[object, ...]) -> None:
    """A column that mixes both raises, at any row, with warnings on or off."""
    for action in ("error", "ignore"):
        with warnings.catch_warnings():
            warnings.simplefilter(action)
            with pytest.raises(InvalidInputError, match="mixes times with and without"):
                read(*values)


def test_a_mix_is_found_across_blocks_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A naive block after an aware block is a mix as well."""
    monkeypatch.setattr(reading, "_CHUNK", 2)
    with pytest.raises(InvalidInputError, match="mixes times with and without"):
        read(*["2026-01-01T00:00:00Z"] * 2, *["2026-01-01T00:00:00"] * 2)


def test_one_zone_keeps_its_name_and_several_are_utc() -> None:
    """A single zone of the input is kept; several zones become UTC."""
    assert "Europe/Madrid" == read(dt.datetime(2026, 1, 1, tzinfo=MADRID)).zone
    assert "UTC" == read(dt.datetime(2026, 1, 1, tzinfo=UTC)).zone
    both = read(dt.datetime(2026, 1, 1, tzinfo=MADRID), dt.datetime(2026, 1, 1, tzinfo=UTC))
    assert "UTC" == both.zone
    assert read("2026-01-01").zone is None


# ------------------------------------------------------------------------------------ below the μs


@pytest.mark.parametrize(
    "texts",
    [
        ("2026-01-01T00:00:00.000000900", "2026-01-01T00:00:00.000000100"),
        ("2026-01-01T00:00:00.000000900Z", "2026-01-01T00:00:00.000000100Z"),
        ("2026-01-01T00:00:00.000000900+01:00", "2026-01-01T00:00:00.000000100+01:00"),
        ("2026-01-01T00:00:00.0000009", "2026-01-01T00:00:00.0000001"),
    ],
)
def test_nanoseconds_of_text_are_kept_for_the_order(texts: tuple[str, str]) -> None:
    """Nanoseconds are not stored in the time, but they decide the order of interactions."""
    instants = read(*texts)

    assert 1 == len(set(instants.stamps.tolist()))
    assert instants.fine is not None
    assert [900, 100] == instants.fine.tolist()


def test_nanoseconds_are_kept_across_blocks_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block with nanoseconds after a block without."""
    monkeypatch.setattr(reading, "_CHUNK", 2)
    instants = read(*["2026-01-01"] * 2, *["2026-01-01T00:00:00.000000007"] * 2)

    assert instants.fine is not None
    assert [0, 0, 7, 7] == instants.fine.tolist()


def test_years_that_nanoseconds_cannot_count_do_not_wrap_around() -> None:
    """The year 9999 stays the year 9999 in a column with nanoseconds."""
    instants = read("9999-12-31T00:00:00.000000000", "2026-01-01T00:00:00.000000001")

    assert ["9999-12-31T00:00:00.000000", "2026-01-01T00:00:00.000000"] == shown(instants)


def test_nanosecond_arrays_before_1970_are_rounded_down() -> None:
    """Rounding toward zero would move times of 1969 to 1970."""
    instants = reading.from_datetime64(np.array([-1, 1, "NaT"], dtype="datetime64[ns]"), None)

    assert [-1, 0, NAT] == instants.stamps.tolist()
    assert instants.fine is not None
    assert [999, 1, 0] == instants.fine.tolist()


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns"])
def test_arrays_of_any_unit_are_read(unit: str) -> None:
    """Every unit, from days to nanoseconds, gives the same instant."""
    values = np.array(["2026-01-31", "NaT"], dtype=f"datetime64[{unit}]")
    instants = reading.from_datetime64(values, None)

    assert ["2026-01-31T00:00:00.000000", "NaT"] == shown(instants)


# --------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("time_format", "number"),
    [
        ("epoch_s", 1_767_225_600),
        ("epoch_ms", 1_767_225_600_000),
        ("epoch_us", 1_767_225_600_000_000),
        ("epoch_ns", 1_767_225_600_000_000_000),
    ],
)
@pytest.mark.parametrize("kind", [int, float, str, np.int64])
def test_numbers_are_read_in_the_given_unit(time_format: str, number: int, kind: type) -> None:
    """Integers, floats and their texts, with missing values, in any unit."""
    instants = read(kind(number), None, time_format=time_format)

    assert ["2026-01-01T00:00:00.000000", "NaT"] == shown(instants)
    assert "UTC" == instants.zone


def test_numbers_without_a_unit_raise() -> None:
    """Whether numbers are seconds or milliseconds is not guessed."""
    with pytest.raises(InvalidInputError, match="their unit of time is not known"):
        read(1_767_225_600)


@pytest.mark.parametrize("beside", [None, ""])
@pytest.mark.parametrize("kind", [int, str])
def test_nanoseconds_as_numbers_are_exact_beside_missing_values(kind: type, beside: object) -> None:
    """Missing values must not turn the column into floats, which cannot hold nanoseconds."""
    instants = read(kind(1_767_225_600_000_000_300), beside, time_format="epoch_ns")

    assert instants.fine is not None
    assert 300 == int(instants.fine[0])


@pytest.mark.parametrize(
    ("time_format", "number"),
    [
        ("epoch_s", 1_767_225_600_000),
        ("epoch_s", float("inf")),
        ("epoch_ms", 1_767_225_600_000_000),
        ("epoch_us", 1_767_225_600_000_000_000),
        ("epoch_ns", 2**70),
        ("epoch_s", -(2**62)),
    ],
)
def test_numbers_in_the_wrong_unit_raise(time_format: str, number: float) -> None:
    """Milliseconds read as seconds are in the year 57,971: the error has the row and the number."""
    with pytest.raises(InvalidInputError, match="years 1 to 9999") as caught:
        read(0, number, time_format=time_format)

    assert "rows 1" in caught.value.where


def test_text_that_is_not_numeric_is_shown() -> None:
    """A row that is not numeric raises when ``time_format`` names a unit."""
    with pytest.raises(InvalidInputError, match="row 1: 'abc'"):
        read("1700000000", "abc", time_format="epoch_s")


# ------------------------------------------------------------------------------- Python's values


def test_datetimes_dates_and_missing_values_can_be_mixed() -> None:
    """None, nan, NaT and empty text are missing; a date is read as its midnight."""
    values = (
        dt.datetime(2026, 1, 31, 9, 30),
        dt.date(2026, 1, 31),
        None,
        float("nan"),
        np.datetime64("NaT", "us"),
        "",
        "2026-01-31",
        np.datetime64("2026-01-31"),
    )

    instants = read(*values)

    assert [False, False, True, True, True, True, False, False] == instants.missing.tolist()
    assert "2026-01-31T09:30:00.000000" == shown(instants)[0]
    assert {"2026-01-31T00:00:00.000000"} == {shown(instants)[row] for row in (1, 6, 7)}


@pytest.mark.parametrize("value", [b"2026-01-31", (2026, 1, 31), dt.time(9), 3 + 1j])
def test_values_that_are_not_times_are_shown(value: object) -> None:
    """Values of other types raise with their row."""
    with pytest.raises(InvalidInputError, match="row 1"):
        read(dt.datetime(2026, 1, 31), value)


@given(st.lists(st.datetimes(timezones=st.sampled_from([UTC, MADRID])), min_size=1))
def test_aware_datetimes_become_utc(moments: list[dt.datetime]) -> None:
    """The instant is the same for every zone."""
    expected = [one.replace(tzinfo=None) - (one.utcoffset() or dt.timedelta()) for one in moments]

    assert [stamp(one) for one in expected] == read(*moments).stamps.tolist()


# ----------------------------------------------------------------------------------- time zones


@given(st.lists(MOMENTS, min_size=1))
def test_naive_times_are_read_in_the_zone_given(moments: list[dt.datetime]) -> None:
    """Local times are converted as by the standard library, with ``fold=0``."""
    expected = [stamp(one.replace(tzinfo=MADRID).astimezone(UTC)) for one in moments]

    local = reading.localise(read(*moments), "Europe/Madrid")

    assert expected == local.stamps.tolist()
    assert "Europe/Madrid" == local.zone


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/Madrid", dt.datetime(2026, 10, 25), range(60, 240)),
        ("Europe/Madrid", dt.datetime(2026, 3, 29), range(60, 240)),
        # Clocks changed a minute past midnight here, in the middle of any round slot.
        ("America/St_Johns", dt.datetime(2006, 10, 28, 22), range(240)),
        ("America/St_Johns", dt.datetime(2006, 4, 1, 23), range(180)),
        ("Australia/Lord_Howe", dt.datetime(2026, 4, 5), range(60, 240)),
    ],
)
def test_every_minute_around_a_change_of_clocks(
    zone: str, day: dt.datetime, minutes: range
) -> None:
    """Repeated and skipped times are counted, and every minute is converted exactly."""
    moments = [day + dt.timedelta(minutes=minute) for minute in minutes]
    aware = [one.replace(tzinfo=ZoneInfo(zone)) for one in moments]
    twofold = [one for one in aware if one.utcoffset() != one.replace(fold=1).utcoffset()]

    local = reading.localise(read(*moments), zone)

    assert [stamp(one.astimezone(UTC)) for one in aware] == local.stamps.tolist()
    assert len(twofold) == local.ambiguous > 0


def test_aware_times_only_take_the_name_of_the_zone() -> None:
    """``tz=`` does not move times that already have a zone."""
    aware = read("2026-07-01T12:00:00Z")

    local = reading.localise(aware, "Europe/Madrid")

    assert aware.stamps.tolist() == local.stamps.tolist()
    assert "Europe/Madrid" == local.zone


def test_missing_times_stay_missing_in_a_zone() -> None:
    """A missing time is missing in every zone."""
    assert [True, False] == reading.localise(read(None, "2026-01-01"), "UTC").missing.tolist()


@pytest.mark.parametrize("year", [1, 9999])
def test_the_first_and_the_last_year_have_local_times(year: int) -> None:
    """Sentinels like 9999-12-31 can be converted to a time zone."""
    moment = dt.datetime(year, 1, 1) if year == 1 else dt.datetime(year, 12, 31, 23, 59)

    assert not reading.localise(read(moment), "America/New_York").missing.any()


@pytest.mark.parametrize("name", ["Europe/Madird", "Nowhere", "", "../etc/passwd"])
def test_an_unknown_zone_is_an_error(name: str) -> None:
    """The message suggests similar names, where there are similar names."""
    with pytest.raises(NotFoundError, match="no time zone") as caught:
        reading.localise(read("2026-01-01"), name)

    assert name != "Europe/Madird" or "Europe/Madrid" in str(caught.value)
