"""Reading and writing files. No time is asserted, only that what was timed is right.

pytest benchmarks/test_file_sources.py
"""

from __future__ import annotations

import os

import numpy as np
import pytest

import touchpoints as tp

SIZE = int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "200000"))
ROLES = {"journey": "id", "touchpoint": "what", "per_interaction": ("paid",)}
SPANISH = "%d/%m/%Y %H:%M:%S"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with one log as CSV, twice dated, and as Parquet."""
    place = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(1)
    ids = np.sort(rng.integers(0, SIZE // 5, SIZE)).tolist()
    times = np.datetime64("2026-01-01") + np.arange(SIZE).astype("timedelta64[m]")
    iso = np.datetime_as_string(times, unit="s").tolist()
    paid = np.round(rng.random(SIZE) * 100, 2).tolist()
    rows = [
        f"s{one},{at},touchpoint {n % 40},{value},{at[8:10]}/{at[5:7]}/{at[:4]} {at[11:]}"
        for n, (one, at, value) in enumerate(zip(ids, iso, paid, strict=True))
    ]
    (place / "log.csv").write_text("\n".join(["id,at,what,paid,date", *rows, ""]))
    journeys = tp.sources.csv(place / "log.csv", time="at", **ROLES)
    mapping = tp.sources.write_parquet(journeys, place / "log.parquet")
    return place, journeys, mapping


def test_sniff(benchmark, folder):
    """All bytes for the encoding, and the rows until one tells the order of a date."""
    place, _, _ = folder
    found = benchmark(tp.sources.sniff, place / "log.csv")
    assert found.columns == ("id", "at", "what", "paid", "date")


def test_csv_of_iso_times(benchmark, folder):
    """Every row is an interaction."""
    place, _, _ = folder
    journeys = benchmark(tp.sources.csv, place / "log.csv", time="at", **ROLES)
    assert len(journeys.codes) == SIZE


def test_csv_of_other_times(benchmark, folder):
    """The same journeys from dates in another format."""
    place, expected, _ = folder
    read = {"time": "date", "time_format": SPANISH, **ROLES}
    journeys = benchmark(tp.sources.csv, place / "log.csv", **read)
    assert tp.first_difference(journeys, expected) == ""


def test_parquet(benchmark, folder):
    """The same journeys from Parquet."""
    place, expected, mapping = folder
    journeys = benchmark(tp.sources.parquet, place / "log.parquet", mapping=mapping)
    assert tp.first_difference(journeys, expected) == ""


def test_write_csv(benchmark, folder):
    """One line for each interaction, and one of names."""
    place, journeys, _ = folder
    benchmark(tp.sources.write_csv, journeys, place / "again.csv")
    assert (place / "again.csv").read_text().count("\n") == SIZE + 1
