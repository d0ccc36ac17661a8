"""Distinct paths of logs that lie in an engine: time, memory and answer against the events.

    python benchmarks/engine_scale.py --events 1000000 10000000 100000000

DuckDB makes the log itself, as Parquet files of ten million events, each sorted by time. A journey
has 5 events on average and one of 200 habits, from which each event departs with probability 0.1.
Every measurement runs in a process of its own. CPU seconds and the peak of memory are those of that
process: DuckDB and polars work within it, Spark beside it. The answer is the size of the columns
that come back.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import touchpoints as tp

MIB = 2**20
FILE = 10_000_000
EVENTS_A_JOURNEY = 5
ENGINES = ("duckdb", "polars", "spark")
# Numbers from 0 to below 1 by DuckDB's hash: of a journey, of a journey and a place in it.
SQL = """
COPY (
    WITH journeys AS (
        SELECT j, list_max([1, ceil(-ln(1 - (hash(j, 1) % 1000003) / 1000003.0) * {mean})]) AS size,
            CAST(floor(200 * pow((hash(j, 2) % 1000003) / 1000003.0, 3)) AS BIGINT) AS habit
        FROM range({first}, {last}) AS t(j)
    ), events AS (
        SELECT j, habit, unnest(range(CAST(least(size, 60) AS BIGINT))) AS place FROM journeys
    )
    SELECT
        'journey-' || j AS journey,
        TIMESTAMP '2026-01-01' + to_microseconds(
            CAST(hash(j, 3) % 2592000 AS BIGINT) * 1000000
            + place * 3600000000 + CAST(hash(j, place, 4) % 3600000000 AS BIGINT)
        ) AS time,
        'touchpoint ' || CASE WHEN hash(j, place, 5) % 10 = 0
            THEN hash(j, place, 6) % 12 ELSE hash(habit, place, 7) % 12 END AS touchpoint,
        'segment ' || hash(j, 8) % 3 AS segment
    FROM events ORDER BY time
) TO '{path}' (FORMAT parquet)
"""


def main() -> None:
    """Make each log, measure each engine on it, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--memory", default="4GB", help="memory_limit of DuckDB")
    parser.add_argument("--folder", type=Path, help="keep the logs here, and use those that are")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measured(*asked.measure, asked.memory)))
        return
    with tempfile.TemporaryDirectory() as own:
        folder = asked.folder or Path(own)
        rows = list(table(asked, folder))
    for row in (HEADER, RULE, *rows):
        print(row, flush=True)
    print(*slopes(rows), sep="\n")


HEADER = (
    "| events | engine | seconds | CPU seconds | peak, MiB | before, MiB | answer, MiB "
    "| beside the answer, MiB | distinct paths | journeys |"
)
RULE = "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|"


def table(asked: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Yield a line for each size and engine, once it is measured."""
    for events in asked.events:
        log = folder / str(events)
        make_log(log, events)
        for engine in asked.engines:
            command = [
                sys.executable,
                __file__,
                "--memory",
                asked.memory,
                "--measure",
                engine,
                str(log),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{engine}, {events:,} events: {done.stderr[-2_000:]}", file=sys.stderr)
                continue
            found = json.loads(done.stdout.splitlines()[-1])
            line = (
                f"| {events:,} | {found['engine']} | {found['seconds']:.1f} | {found['cpu']:.1f} "
                f"| {found['peak']:,.0f} | {found['before']:,.0f} | {found['answer']:,.1f} "
                f"| {found['peak'] - found['before'] - found['answer']:,.0f} "
                f"| {found['paths']:,} | {found['journeys']:,} |"
            )
            print(line, file=sys.stderr, flush=True)
            yield line


def make_log(folder: Path, events: int) -> None:
    """Write the Parquet files of a log, unless they are there."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    journeys = events // EVENTS_A_JOURNEY
    a_file = FILE // EVENTS_A_JOURNEY
    with duckdb.connect() as link:
        link.execute("SET memory_limit = '4GB'")
        link.execute(f"SET temp_directory = '{folder}.tmp'")
        for number, first in enumerate(range(0, journeys, a_file)):
            path = folder / f"{number:04d}.parquet"
            if path.exists():
                continue
            last = min(journeys, first + a_file)
            # The mean of the sizes, rounded up to whole events, is that of events a journey.
            mean = 1 / math.log(EVENTS_A_JOURNEY / (EVENTS_A_JOURNEY - 1))
            link.execute(SQL.format(first=first, last=last, path=f"{path}.part", mean=mean))
            Path(f"{path}.part").rename(path)


def measured(engine: str, folder: str, memory: str) -> dict[str, Any]:
    """Read one log with one engine, in this process."""
    frame = FRAMES[engine](folder, memory)
    before = peak()
    start, worked = time.perf_counter(), time.process_time()
    journeys = tp.from_frame(
        frame,
        journey="journey",
        time="time",
        touchpoint="touchpoint",
        tiebreak="touchpoint",
        distinct=("segment",),
        limit=100_000_000,
    )
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    return {
        "engine": engine,
        "seconds": seconds,
        "cpu": cpu,
        "peak": peak(),
        "before": before,
        "answer": answer(journeys),
        "paths": len(journeys),
        "journeys": int(journeys.counts.sum()),
    }


def peak() -> float:
    """Return the most that this process held, in MiB; Linux only."""
    said = Path("/proc/self/status").read_text()
    return int(said.split("VmHWM:")[1].split()[0]) / 1024


def answer(journeys: tp.Journeys) -> float:
    """Return the size of the columns, in MiB."""
    kept = [journeys.codes, journeys.offsets, journeys.ids, journeys.counts]
    kept += [getattr(one, "codes", one) for one in journeys.per_journey.values()]
    return sum(one.nbytes for one in kept) / MIB


def of_duckdb(folder: str, memory: str) -> Any:
    """Return the log as a relation, with a limit on DuckDB's memory."""
    import duckdb

    link = duckdb.connect()
    link.execute(f"SET memory_limit = '{memory}'")
    link.execute(f"SET temp_directory = '{folder}.spill'")
    # Rows need not come in the order of the files.
    link.execute("SET preserve_insertion_order = false")
    return link.read_parquet(f"{folder}/*.parquet")


def of_polars(folder: str, _memory: str) -> Any:
    """Return the log as a lazy frame, which is streamed."""
    import polars as pl

    return pl.scan_parquet(f"{folder}/*.parquet")


def of_spark(folder: str, _memory: str) -> Any:
    """Return the log as a frame of Spark on this machine, with 4 GB for Java."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "4g",
        "spark.driver.maxResultSize": "4g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": f"{folder}.spill",
        "spark.sql.shuffle.partitions": "32",
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.master("local[*]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate().read.parquet(folder)


FRAMES = {"duckdb": of_duckdb, "polars": of_polars, "spark": of_spark}


def slopes(rows: list[str]) -> Iterator[str]:
    """Yield how many times the seconds grow where the events grow tenfold, for each engine."""
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    for engine in ENGINES:
        mine = [(int(c[0].replace(",", "")), float(c[2])) for c in cells if c[1] == engine]
        for (few, quick), (many, slow) in itertools.pairwise(mine):
            grown = (slow / quick) ** (math.log(10) / math.log(many / few))
            yield f"{engine}, {few:,} to {many:,} events: {grown:.1f} times the time for ten"


if __name__ == "__main__":
    main()
