"""A log of XES, read by this library and by pm4py in turn, each in its own process.

    python benchmarks/xes_side_by_side.py --python VENV/bin/python --events 1000000 --rounds 3

``--python`` is the interpreter of an environment with peers/pm4py.txt. Times are of the whole call,
from the file to `Journeys` or to pm4py's frame; the least of the rounds is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from event_logs import xes_file

HERE = Path(__file__).parent
SMALL = 100
OURS = """
import json, sys
from time import perf_counter, process_time
import touchpoints as tp
sys.path.insert(0, sys.argv[2])
from measure import peak_rss_gib
tp.sources.xes(sys.argv[3])  # imports are not timed, nor their memory
before, wall, cpu = peak_rss_gib(), perf_counter(), process_time()
log = tp.sources.xes(sys.argv[1])
seconds = {"seconds": perf_counter() - wall, "cpu": process_time() - cpu}
columns = [log.codes, log.offsets, log.times, log.counts, log.began, log.finished]
columns += [*log.per_interaction.values(), *log.per_journey.values()]
size = sum(one.nbytes if hasattr(one, "nbytes") else one.codes.nbytes for one in columns)
size += log.ids.nbytes + sum(map(sys.getsizeof, log.ids.tolist()))
print(json.dumps({**seconds, "gib": peak_rss_gib() - before, "columns": size / 2**30,
                  "events": len(log.codes), "cases": len(log)}))
"""
THEIRS = """
import json, sys, warnings
from time import perf_counter, process_time
warnings.simplefilter("ignore")
import pm4py
sys.path.insert(0, sys.argv[2])
from measure import peak_rss_gib
pm4py.read_xes(sys.argv[3])
before, wall, cpu = peak_rss_gib(), perf_counter(), process_time()
log = pm4py.read_xes(sys.argv[1])
print(json.dumps({"seconds": perf_counter() - wall, "cpu": process_time() - cpu,
                  "gib": peak_rss_gib() - before, "events": len(log),
                  "cases": int(log["case:concept:name"].nunique())}))
"""


def measured(python: str, script: str, path: Path) -> dict[str, Any]:
    """Run a script on the file and return what it reports."""
    source = os.pathsep.join([str(HERE.parent / "src"), os.environ.get("PYTHONPATH", "")])
    found = subprocess.run(
        [python, "-c", script, str(path), str(HERE / "peers"), str(xes_file(SMALL))],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": source if script is OURS else ""},
    )
    return dict(json.loads(found.stdout.splitlines()[-1]))


def main() -> None:
    """Run both in turn and print the least of each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    path = xes_file(options.events)
    runs: dict[str, list[dict[str, Any]]] = {"touchpoints": [], "pm4py": []}
    for _ in range(options.rounds):
        runs["touchpoints"].append(measured(sys.executable, OURS, path))
        runs["pm4py"].append(measured(options.python, THEIRS, path))
    for name, found in runs.items():
        least = {key: round(min(one[key] for one in found), 3) for key in found[0]}
        print(f"{name:12} {json.dumps(least)}")


if __name__ == "__main__":
    main()
