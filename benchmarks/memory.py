"""Peak memory of each operation against the size of the columns. Linux with glibc only.

    python benchmarks/memory.py --events 10000000

Each operation runs in a process of its own. What is compared is the columns that are there
anyway plus the most that the operation added, both over the columns. For an operation on
journeys, the columns are those of the journeys that go in. For reading, they are those of the
journeys that come out, and the frame that is read counts as added, since nothing was there.

The processes return freed memory to the system at once (`MALLOC`). Otherwise an operation would
reuse what making its input left behind, and seem to add nothing.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from data import ORDERS, log_file

import touchpoints as tp

READINGS = tuple(
    f"from_frame, {order}{start}" for start in ("", ", from the file") for order in ORDERS
)
MIB = 2**20
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


def column_bytes(journeys: tp.Journeys) -> int:
    """Return the size of all columns; text ids count with their text."""
    arrays = [
        journeys.codes,
        journeys.offsets,
        journeys.ids,
        journeys.counts,
        journeys.began,
        journeys.finished,
        *(one for one in (journeys.times, journeys.ends, journeys.persons) if one is not None),
        *journeys.outcomes.values(),
        *journeys.outcome_times.values(),
        *journeys.values.values(),
    ]
    kept = (*journeys.per_interaction.values(), *journeys.per_journey.values())
    arrays += [getattr(column, "codes", column) for column in kept]
    return sum(map(_array_bytes, arrays))


def _array_bytes(array: Any) -> int:
    size = int(array.nbytes)
    if array.dtype == object:
        size += sum(map(sys.getsizeof, array))
    return size


def status_bytes(name: str) -> int:
    """Return a line of this process's status: VmRSS is what it holds, VmHWM the most it held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def reset_peak() -> int:
    """Let VmHWM start again from what is held now, and return that."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return status_bytes("VmRSS")


def measure(operation: str, events: int) -> dict[str, float]:
    """Run one operation in this process and return the bytes."""
    import operations
    import polars as pl

    if operation in READINGS:
        path = log_file(events, "unordered" if "unordered" in operation else "ordered")
        columns_read = ["journey", "time", "touchpoint"]
        before = reset_peak()
        if "file" in operation:
            result = operations.untyped(pl.scan_parquet(path))
        else:
            result = operations.untyped(pl.read_parquet(path, columns=columns_read))
        added = status_bytes("VmHWM") - before
        columns = column_bytes(result)
        return {"columns": columns, "added": added, "ratio": added / columns}
    inputs = operations.Inputs.make(events)
    call = operations.operations(inputs)[operation]
    columns = column_bytes(inputs.journeys)
    before = reset_peak()
    kept = call()
    added = status_bytes("VmHWM") - before
    del kept
    return {"columns": columns, "added": added, "ratio": (columns + added) / columns}


def names() -> list[str]:
    """Return all operations."""
    import operations

    return [*READINGS, *operations.operations(operations.Inputs.make(1000))]


def main() -> None:
    """Run each operation in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--operation", help="measure one, in this process, and print JSON")
    options = parser.parse_args()
    if options.operation and not MALLOC.items() <= os.environ.items():
        parser.error(f"one operation needs {MALLOC} in the environment")
    if options.operation:
        print(json.dumps(measure(options.operation, options.events)))
        return
    print("| operation | columns MiB | added MiB | peak over columns |")
    print("|---|--:|--:|--:|")
    for name in names():
        arguments = [__file__, "--operation", name, "--events", str(options.events)]
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | MALLOC,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        columns, added = found["columns"] / MIB, found["added"] / MIB
        print(f"| {name} | {columns:.0f} | {added:.0f} | {found['ratio']:.1f}× |", flush=True)


if __name__ == "__main__":
    main()
