"""Make the log the benchmarks run on: seeded, as Parquet, in order of time and shuffled.

    python benchmarks/data.py --events 1000000

A tenth as many journeys as events, thirty touchpoints whose frequencies follow Zipf's law, text
ids of ten characters, times to the microsecond, and two columns that most benchmarks leave alone:
a person and a device. Journeys start all through a year and last some weeks, so that about one in
twenty is under way at any moment and their events are interleaved, as in real logs. No two events
of a journey share a time: every tool must give the same counts.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Order = Literal["ordered", "unordered"]
ORDERS: tuple[Order, ...] = ("ordered", "unordered")
Ids = Literal["text", "integer", "categorical"]
IDS: tuple[Ids, ...] = ("text", "integer", "categorical")

TOUCHPOINTS = (
    *("home_page", "product_page", "search_results", "category_page", "basket", "product_review"),
    *("newsletter", "search_ad", "shipping_info", "price_comparison", "login", "wish_list"),
    *("flash_sale_ad", "store_visit", "checkout", "payment", "purchase", "order_status"),
    *("delivery_notice", "help_article", "chat", "phone_call", "return_request", "refund"),
    *("survey", "loyalty_offer", "app_notification", "friend_referral", "size_guide", "complaint"),
)
DEVICES = ("phone", "tablet", "desktop")
SPAN_DAYS = 365
MEAN_GAP_DAYS = 2.0
EVENTS_PER_JOURNEY = 10
ROW_GROUP = 1 << 20
DAY = 24 * 3600 * 1_000_000  # microseconds

Array = NDArray[Any]


@dataclass(frozen=True)
class Log:
    """A log as arrays, journey by journey: row i is one event of journey ``journeys[i]``."""

    journeys: Array  # int32 (m,), falls never
    times: Array  # int64 (m,), microseconds since 1970, rises within a journey
    touchpoints: Array  # int8 (m,), position in TOUCHPOINTS
    ids: Array  # int64 (n,), the number in each journey's id
    persons: Array  # int32 (n,)
    devices: Array  # int8 (m,), position in DEVICES


def make_log(events: int, *, seed: int = 1) -> Log:
    """Draw a log of ``events`` events. Same numbers in, same log out."""
    rng = np.random.default_rng(seed)
    count = max(1, events // EVENTS_PER_JOURNEY)
    lengths = _lengths(events, count, rng)
    journeys = np.repeat(np.arange(count, dtype=np.int32), lengths)
    shares = 1.0 / np.arange(1, len(TOUCHPOINTS) + 1)
    bounds = np.cumsum(shares / shares.sum())[:-1]
    touchpoints = np.searchsorted(bounds, rng.random(events, dtype=np.float32)).astype(np.int8)
    return Log(
        journeys=journeys,
        times=_times(lengths, rng),
        touchpoints=touchpoints,
        ids=rng.choice(max(10**9, 10 * count), size=count, replace=False),
        persons=rng.integers(0, max(1, count * 2 // 3), size=count, dtype=np.int32),
        devices=rng.integers(0, len(DEVICES), size=events, dtype=np.int8),
    )


def _lengths(events: int, count: int, rng: np.random.Generator) -> Array:
    """Give each journey one event and share out the rest unevenly (nearly geometric)."""
    cuts = np.sort(rng.integers(0, events - count + 1, size=count - 1))
    return np.diff(cuts, prepend=0, append=events - count) + 1


def _times(lengths: Array, rng: np.random.Generator) -> Array:
    """Start each journey some time in the year; gaps are exponential and never zero."""
    firsts = np.cumsum(lengths) - lengths
    gaps = rng.standard_exponential(int(lengths.sum()), dtype=np.float32)
    gaps *= MEAN_GAP_DAYS * DAY
    times = gaps.astype(np.int64) + 1
    del gaps
    starts = rng.integers(0, SPAN_DAYS * DAY, size=len(lengths))
    begin = int(np.datetime64("2025-01-01", "us").astype(np.int64))
    times[firsts] = 0
    np.cumsum(times, out=times)
    times += np.repeat(starts - times[firsts] + begin, lengths)
    return times


def row_order(log: Log, order: Order, *, seed: int = 1) -> Array:
    """Return the rows of ``log`` in the order they are written in."""
    if order == "ordered":
        return np.argsort(log.times, kind="stable")
    return np.random.default_rng(seed + 1).permutation(len(log.times))


def table(log: Log, rows: Array, ids: Ids = "text") -> pa.Table:
    """Return the chosen rows as an Arrow table with plain text columns."""
    journeys = log.journeys[rows]
    return pa.table(
        {
            "journey": _id_column(log, journeys, ids),
            "person": pa.array(log.persons[journeys]),
            "time": pa.array(log.times[rows]).cast(pa.timestamp("us")),
            "touchpoint": _spelled(log.touchpoints[rows], TOUCHPOINTS),
            "device": _spelled(log.devices[rows], DEVICES),
        }
    )


def _spelled(codes: Array, names: tuple[str, ...]) -> pa.Array:
    """Write each code as its name: plain text, as logs have it."""
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names)).cast(pa.string())


def _id_column(log: Log, journeys: Array, ids: Ids) -> pa.Array:
    if ids == "text":
        return _id_text(log.ids[journeys])
    if ids == "integer":
        return pa.array(log.ids[journeys])
    return pa.DictionaryArray.from_arrays(pa.array(journeys), _id_text(log.ids))


def _id_text(numbers: Array) -> pa.Array:
    """Write each number as ``j`` and nine digits, by bytes: no Python object per row."""
    digits = 9
    width = digits + 1
    text = np.empty((len(numbers), width), dtype=np.uint8)
    text[:, 0] = ord("j")
    rest = numbers.copy()
    for place in range(digits, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    ends = np.arange(0, width * len(numbers) + 1, width, dtype=np.int32)
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(text.ravel()))


def cache_dir() -> Path:
    """Return where data and virtual environments are kept between runs."""
    named = os.environ.get("TOUCHPOINTS_BENCH_DIR")
    path = Path(named) if named else Path(tempfile.gettempdir()) / "touchpoints-bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def log_file(events: int, order: Order, *, seed: int = 1, ids: Ids = "text") -> Path:
    """Return the Parquet file of such a log, made the first time it is asked for."""
    kind = "" if ids == "text" else f"-{ids}"
    path = cache_dir() / f"log-{events}-{order}-{seed}{kind}.parquet"
    if not path.exists():
        log = make_log(events, seed=seed)
        rows = row_order(log, order, seed=seed)
        unfinished = path.with_suffix(".part")
        _write(unfinished, log, rows, ids)
        unfinished.replace(path)
    return path


def _write(path: Path, log: Log, rows: Array, ids: Ids) -> None:
    schema = table(log, rows[:0], ids).schema
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, len(rows), ROW_GROUP):
            writer.write_table(table(log, rows[first : first + ROW_GROUP], ids))


def main() -> None:
    """Make both files and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for order in ORDERS:
        path = log_file(options.events, order, seed=options.seed)
        print(f"{path} {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
