"""Axes of durations and dates (B40): round ticks, units and words."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from touchpoints.plot._shared.look import Look, look_of
from touchpoints.plot._shared.plot_area import Area, as_steps, nice_ticks
from touchpoints.plot._shared.time_axes import (
    duration_text,
    duration_ticks,
    instant_text,
    instant_texts,
    instant_ticks,
    log_duration_ticks,
)

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def look(lang: str = "en") -> Look:
    """Return a look in a language."""
    return look_of(dark=False, lang=lang, taxonomy=None, width=960)


def stamp(text: str) -> float:
    """Return an instant in microseconds."""
    return float(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize(
    ("seconds", "en", "es"),
    [
        (0, "0 seconds", "0 segundos"),
        (0.25, "0.2 seconds", "0,2 segundos"),
        (1, "1 second", "1 segundo"),
        (90, "1.5 minutes", "1,5 minutos"),
        (3600, "1 hour", "1 hora"),
        (2.5 * DAY, "2.5 days", "2,5 días"),
        (20 * DAY, "20 days", "20 días"),
        (70 * DAY, "10 weeks", "10 semanas"),
        (2 * 365.25 * DAY, "2 years", "2 años"),
        (float("nan"), "–", "–"),
        (-90, "−1.5 minutes", "−1,5 minutos"),
    ],
)
def test_durations_have_the_unit_that_suits_them(seconds: float, en: str, es: str) -> None:
    """A duration is written in the largest unit of which it has one; weeks from eight on."""
    assert en == duration_text(seconds, look())
    assert es == duration_text(seconds, look("es"))


@pytest.mark.parametrize(
    ("longest", "labels", "unit"),
    [
        (8.0, ["0", "2", "4", "6", "8"], "seconds"),
        (0.4, ["0", "0.1", "0.2", "0.3", "0.4"], "seconds"),
        (45 * MINUTE, ["0", "10", "20", "30", "40"], "minutes"),
        (20 * HOUR, ["0", "6", "12", "18"], "hours"),
        (11 * DAY, ["0", "3", "6", "9"], "days"),
        (20 * 7 * DAY, ["0", "4", "8", "12", "16", "20"], "weeks"),
        (9 * 365.25 * DAY, ["0", "2", "4", "6", "8"], "years"),
    ],
)
def test_ticks_of_durations_are_round(longest: float, labels: list[str], unit: str) -> None:
    """Ticks are whole numbers of a unit that suits the longest duration."""
    ticks, name = duration_ticks(longest, look(), most=6)
    assert labels == [label for _, label in ticks]
    assert unit == name


def test_an_axis_of_logarithms_has_named_durations() -> None:
    """From a second to a year, ticks are the units themselves."""
    ticks = log_duration_ticks(1, 365.25 * DAY, look())
    assert ["1 second", "10 seconds", "1 minute", "10 minutes", "1 hour", "6 hours"] == [
        label for _, label in ticks
    ][:6]
    assert ["1 day", "1 week", "4 weeks", "1 year"] == [label for _, label in ticks][6:]


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (
            "2026-01-05T08:00",
            "2026-01-05T12:30",
            ["08:00\n5 January", "09:00", "10:00", "11:00", "12:00"],
        ),
        ("2025-12-31T10:00", "2026-01-02", ["12:00\n31 December", "00:00\n1 January", "12:00"]),
        ("2025-12-27", "2026-01-14", ["29 December\n2025", "5 January\n2026", "12 January"]),
        ("2025-11-15", "2026-03-15", ["December\n2025", "January\n2026", "February", "March"]),
        ("2020-06-01", "2026-06-01", ["2022", "2024", "2026"]),
    ],
)
def test_ticks_of_dates(low: str, high: str, labels: list[str]) -> None:
    """Ticks are full hours, days, Mondays, months or years; what is above them is said once."""
    found = [label for _, label in instant_ticks(stamp(low), stamp(high), look(), most=5)]
    assert labels == found[: len(labels)]


def test_instants_are_written_alike() -> None:
    """Several instants are months, or days, or days with the time, whatever all of them are."""
    months = np.array(["2026-01-01", "2026-02-01"], dtype="datetime64[us]")
    assert ["January 2026", "February 2026"] == instant_texts(months, look())
    days = np.array(["2026-01-01", "2026-02-03"], dtype="datetime64[us]")
    assert ["1 de enero de 2026", "3 de febrero de 2026"] == instant_texts(days, look("es"))
    times = np.array(["2026-01-01", "2026-02-03T04:05"], dtype="datetime64[us]")
    assert ["1 January 2026", "3 February 2026, 04:05"] == instant_texts(times, look())
    assert "–" == instant_text(None, look())
    assert "3 February 2026, 04:05:06" == instant_text(dt.datetime(2026, 2, 3, 4, 5, 6), look())


def test_places_in_an_area() -> None:
    """Values are places in proportion; with logarithms, ratios are distances."""
    area = Area(left=0, top=0, right=100, bottom=50, xs=(1.0, 100.0), ys=(0, 1), log_x=True)
    assert [0.0, 50.0, 100.0] == pytest.approx([area.x(one) for one in (1, 10, 100)])
    assert [50.0, 37.5, 0.0] == [area.y(one) for one in (0, 0.25, 1)]
    assert 50.0 == Area(left=0, top=0, right=100, bottom=50, xs=(3.0, 3.0)).x(3)


def test_round_ticks_and_steps() -> None:
    """Ticks are multiples of 1, 2 or 5; steps keep each value until the next."""
    assert [-0.2, 0.0, 0.2] == nice_ticks(-0.25, 0.3, most=4)
    assert [7.0] == nice_ticks(7.0, 7.0)
    xs, ys = as_steps(np.array([0.0, 2.0]), np.array([1.0, 0.5]), end=5.0)
    assert [0, 2, 2, 5] == xs.tolist()
    assert [1, 1, 0.5, 0.5] == ys.tolist()
