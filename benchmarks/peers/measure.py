"""Time one tool on one log and print one line of JSON. Standard library only.

Every script of this folder calls :func:`run` with its steps. The three columns are the same for
all; what is timed is everything from the file (or from a frame in memory) to the counts in hand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

COLUMNS = ["journey", "time", "touchpoint"]
Counts = Iterable[tuple[str, str, int]]


def run(
    peer: str,
    *,
    read: Callable[[str], Any],
    count: Callable[[Any], Counts],
    prepare: Callable[[Any], Any] = lambda frame: frame,
    load: Callable[[str], Any] | None = None,
) -> None:
    """Measure a tool.

    ``read`` opens the file (a lazy tool may only look at it), ``prepare`` brings it into the
    tool's own form, ``count`` returns ``(source, target, times)``. With ``--source memory`` the
    frame that ``load`` returns (``read`` when left out) is in memory before the clock starts.
    """
    options = _options()
    started, cpu_started = perf_counter(), process_time()
    frame = (load or read)(options.path) if options.source == "memory" else read(options.path)
    after_read = perf_counter()
    cpu_after_read = process_time()
    prepared = prepare(frame)
    after_prepare = perf_counter()
    counts = sorted((str(a), str(b), int(n)) for a, b, n in count(prepared) if n)
    after_count, cpu_after_count = perf_counter(), process_time()
    in_memory = options.source == "memory"
    result = {
        "peer": peer,
        "source": options.source,
        "events": options.events,
        "seconds_read": round(after_read - started, 3),
        "seconds_prepare": round(after_prepare - after_read, 3),
        "seconds_count": round(after_count - after_prepare, 3),
        "seconds_total": round(after_count - (after_read if in_memory else started), 3),
        # Of all threads: what other work on the machine disturbs least.
        "seconds_cpu": round(cpu_after_count - (cpu_after_read if in_memory else cpu_started), 3),
        "peak_rss_gib": round(peak_rss_gib(), 3),
        "edges": len(counts),
        "transitions": sum(n for _, _, n in counts),
        "checksum": checksum(counts),
    }
    print(json.dumps(result))


def checksum(counts: list[tuple[str, str, int]]) -> str:
    """Return a text that is the same exactly when the sorted counts are."""
    lines = "".join(f"{source}\t{target}\t{times}\n" for source, target, times in counts)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def peak_rss_gib() -> float:
    """Return the most memory this process has held, in GiB.

    On Linux ``ru_maxrss`` may be that of the process that started this one; ``VmHWM`` is not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--source", choices=["parquet", "memory"], default="parquet")
    return parser.parse_args()
