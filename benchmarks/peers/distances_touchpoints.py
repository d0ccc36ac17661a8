"""touchpoints: distances of sequences, with rapidfuzz installed. One line of JSON a method.

python benchmarks/peers/distances_touchpoints.py 2000
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import touchpoints as tp

sys.path.insert(0, str(Path(__file__).parents[1]))

from sequences import journeys_of, steps


def main() -> None:
    """Measure each method; the costs of optimal matching are part of its time."""
    tp.paths.distances(journeys_of(steps(2)))  # imports what it needs before the clock starts
    journeys = journeys_of(steps(int(sys.argv[1])))
    for name in ("lcs", "edit", "hamming", "om"):
        started, cpu_started = perf_counter(), process_time()
        costs = tp.paths.substitution_costs(journeys) if name == "om" else None
        found = tp.paths.distances(journeys, method=name, substitution=costs)
        line = {
            "peer": "touchpoints",
            "method": name,
            "seconds": round(perf_counter() - started, 2),
            "seconds_cpu": round(process_time() - cpu_started, 2),
            "sum": round(float(found.matrix[found.of][:, found.of].sum()), 3),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
