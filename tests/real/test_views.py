"""The views of business and customers of a web shop's clickstream, and of a hospital's log."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.real.ecom import clicks, sessions_of

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def rows(logs: Path) -> list[dict[str, Any]]:
    """Return the clicks of a web shop."""
    return clicks(logs)


@pytest.fixture(scope="module", name="sold")
def sessions_until_sale(logs: Path) -> tp.Journeys:
    """Return sessions until the first purchase in them."""
    return tp.until(sessions_of(logs), "purchase", outcome="sale")


def test_the_ratio_is_that_of_counting_rows(rows: list[dict[str, Any]], sold: tp.Journeys) -> None:
    """Touchpoints and purchases of some windows of 28 days, counted in plain Python."""
    sold_at: dict[str, str] = {}
    for row in rows:
        if row["event"] == "purchase":
            when = sold_at.get(row["session_id"], row["timestamp"])
            sold_at[row["session_id"]] = min(when, row["timestamp"])
    before = [
        (row["timestamp"], row["platform"])
        for row in rows
        if row["timestamp"] < sold_at.get(row["session_id"], "9")
    ]
    found = tp.experience.touchpoint_ratio(
        sold, window=dt.timedelta(days=28), step="week", lens="platform"
    )

    for row in found.to_dicts()[:: len(found) // 12]:
        start, end = (str(row[name]).replace("T", " ")[:19] for name in ("start", "end"))
        touched = sum(
            start <= when < end and row["label"] in {"(all)", platform} for when, platform in before
        )
        bought = sum(start <= when < end for when in sold_at.values())
        assert abs(row["touchpoints"] - touched) <= 2  # ties of one second with the purchase
        assert row["purchases"] == bought
        if bought:
            assert row["ratio"] == pytest.approx(row["touchpoints"] / bought)
            assert np.isnan(row["low"]) or row["low"] < row["ratio"] < row["high"]
            assert not np.isnan(row["low"]) or bought == 1 or not touched


def test_all_views_of_the_web_shop_come(sold: tp.Journeys) -> None:
    """Platforms in the place of channels and pages in the place of needs."""
    views = tp.experience.compare_views(
        sold,
        window=dt.timedelta(days=28),
        step="week",
        channel="platform",
        need="touchpoint",
        context="platform",
        stage="platform",
    )

    assert views.missing == {}
    assert views.preferred is not None
    assert views.preferred.share[views.preferred.need == "(any)"].sum() == pytest.approx(1)
    assert views.predictive is not None
    assert views.predictive.low[2] > 0  # pages say more than platforms


def test_lifts_of_a_hospital_are_those_of_counting_patients(logs: Path) -> None:
    """What patients who come to discuss their results had more often than the others."""
    with gzip.open(logs / "patients.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["registration_type"] == "start"]
    whole = tp.from_records(rows, journey="patient", time="time", touchpoint="handling")
    found = tp.experience.need_lift(tp.until(whole, "X-Ray", outcome="scanned"), need="touchpoint")
    times = {(row["patient"], row["handling"]): row["time"] for row in reversed(rows)}
    scanned = {patient for patient, handling in times if handling == "X-Ray"}
    everybody = {row["patient"] for row in rows}

    for row in found.to_dicts():
        having = {
            patient
            for patient in everybody
            if (patient, row["need"]) in times
            and times[patient, row["need"]] < times.get((patient, "X-Ray"), "9")
        }
        one = len(having & scanned) / len(scanned)
        two = len(having - scanned) / len(everybody - scanned)
        assert row["share_reached"] == pytest.approx(one)
        assert row["share_not_reached"] == pytest.approx(two)
        assert np.isinf(row["lift"]) if not two else row["lift"] == pytest.approx(one / two)
