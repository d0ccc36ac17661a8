"""Sequenzo: distances of sequences. Prints one line of JSON a method.

python benchmarks/peers/distances_sequenzo.py 2000
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd
from sequenzo import SequenceData, get_distance_matrix

sys.path.insert(0, str(Path(__file__).parents[1]))

from sequences import LENGTH, TOUCHPOINTS, steps

# One cost for any two states; its first row and column are for a state it adds itself.
UNIT = np.pad(1.0 - np.eye(len(TOUCHPOINTS)), ((1, 0), (1, 0)), constant_values=1.0)
METHODS = {
    "lcs": {"method": "LCS"},
    "edit": {"method": "OM", "sm": UNIT, "indel": 1.0},
    "hamming": {"method": "HAM"},
    "om": {"method": "OM", "sm": "TRATE", "indel": 1.0},
}


def sequences_of(count: int) -> SequenceData:
    """Return so many sequences in the form the peer wants."""
    times = [str(place) for place in range(LENGTH)]
    frame = pd.DataFrame(np.array(TOUCHPOINTS)[steps(count)], columns=times)
    frame.insert(0, "id", range(len(frame)))
    return SequenceData(frame, time=times, states=TOUCHPOINTS, id_col="id")


def main() -> None:
    """Measure each method; what it writes to the screen meanwhile is caught."""
    with contextlib.redirect_stdout(io.StringIO()):
        # Imports what it needs before the clock starts.
        get_distance_matrix(seqdata=sequences_of(20), method="LCS")
        data = sequences_of(int(sys.argv[1]))
    for name, chosen in METHODS.items():
        started, cpu_started = perf_counter(), process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            matrix = get_distance_matrix(seqdata=data, **chosen)
        line = {
            "peer": "sequenzo",
            "method": name,
            "seconds": round(perf_counter() - started, 2),
            "seconds_cpu": round(process_time() - cpu_started, 2),
            "sum": round(float(np.asarray(matrix).sum()), 3),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
