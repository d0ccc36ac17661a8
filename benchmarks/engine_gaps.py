"""Transitions and gap quantiles of logs that lie in an engine: time, memory, and how far off.

    python benchmarks/engine_gaps.py --events 1000000 10000000

DuckDB makes the log as one Parquet file, sorted by time: 5 events a journey, 12 touchpoints, gaps
from seconds to days. Every measurement runs in a process of its own, whose peak memory is given;
the quartiles of all edges are compared with DuckDB's exact ones.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl

import touchpoints as tp

Quartiles = dict[tuple[str, str], list[float]]

COLUMNS = {"journey": "journey", "time": "time", "touchpoint": "touchpoint"}
MADE = """
COPY (
    SELECT 'journey-' || j AS journey, 'touchpoint ' || hash(j, place, 1) % 12 AS touchpoint,
        TIMESTAMP '2026-01-01' + to_microseconds(CAST(hash(j, 2) % 2592000 AS BIGINT) * 1000000
            + CAST(sum(exp(14 + 12 * (hash(j, place, 3) % 1000003) / 1000003.0))
            OVER (PARTITION BY j ORDER BY place) AS BIGINT)) AS time
    FROM range({journeys}) AS t(j), range(5) AS u(place) ORDER BY time
) TO '{path}' (FORMAT parquet)
"""
EXACT = """
SELECT source, touchpoint, quantile_cont(gap, [0.25, 0.5, 0.75]) FROM (
    SELECT touchpoint, lag(touchpoint) OVER w AS source,
        epoch_us(time) - epoch_us(lag(time) OVER w) AS gap
    FROM '{path}' WINDOW w AS (PARTITION BY journey ORDER BY time)
) WHERE source IS NOT NULL GROUP BY ALL
"""


def main() -> None:
    """Make each log, measure each engine on it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--resolution", type=float, nargs="+", default=[0.05, 0.005])
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "PATH", "RESOLUTION"))
    asked = parser.parse_args()
    if asked.one:
        measured(*asked.one)
        return
    print(
        "| events | engine | resolution | seconds | peak | rows back | quartiles off by at most |"
    )
    print("|---|---|---|---|---|---|---|")
    for events in asked.events:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.parquet"
            duckdb.sql(MADE.format(journeys=events // 5, path=path))
            exact = {row[:2]: row[2] for row in duckdb.sql(EXACT.format(path=path)).fetchall()}
            for engine in ("duckdb", "polars"):
                for resolution in asked.resolution:
                    print(line(events, engine, path, resolution, exact), flush=True)


def line(
    events: int,
    engine: str,
    path: Path,
    resolution: float,
    exact: dict[tuple[str, str], list[float]],
) -> str:
    """Measure one engine in a process of its own, and return a line of the table."""
    call = [sys.executable, __file__, "--one", engine, str(path), str(resolution)]
    found = json.loads(subprocess.run(call, check=True, capture_output=True).stdout)
    off = max(
        abs(one / right - 1)
        for source, target, *quartiles in found["quartiles"]
        for one, right in zip(quartiles, exact[source, target], strict=True)
    )
    peak = f"{found['peak'] / 2**20:,.0f} MiB"
    return (
        f"| {events:,} | {engine} | {resolution:g} | {found['seconds']:.1f} | {peak} "
        f"| {found['rows']:,} | {100 * off:.2f} % |"
    )


def measured(engine: str, path: str, resolution: str) -> None:
    """Count the gaps of a file, and print what it cost and the quartiles as JSON."""
    link = duckdb.connect()
    link.sql("SET memory_limit = '4GB'")
    frame = link.read_parquet(path) if engine == "duckdb" else pl.scan_parquet(path)
    start = time.perf_counter()
    found = tp.sources.binned_gaps(frame, resolution=float(resolution), **COLUMNS)
    seconds = time.perf_counter() - start
    rows = [
        (row["source"], row["target"], *(1e6 * row[name] for name in ("q1", "median", "q3")))
        for row in found.quantiles().to_dicts()
    ]
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak": peak, "rows": len(found), "quartiles": rows}))


if __name__ == "__main__":
    main()
