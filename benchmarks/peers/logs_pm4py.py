"""What pm4py reads of files of XES and OCEL, as sums: one line of JSON a file.

    python benchmarks/peers/logs_pm4py.py FILE …

Its own environment (peers/pm4py.txt). `logs_side_by_side.py` asks it.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pandas as pd
import pm4py
from measure import peak_rss_gib

CASE, NAME, TIME = "case:concept:name", "concept:name", "time:timestamp"


def sums(column: Any) -> list[float]:
    """Return how many values a column has, and the sum of its numbers."""
    known = column.dropna()
    known = known[known.astype(str).str.strip() != ""]
    numbers = pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known)
    return [len(known), round(float(known.sum()), 6) if numbers else 0.0]


def of_xes(path: str) -> dict[str, Any]:
    """Return the sums of a log of cases."""
    log = pm4py.read_xes(path)
    found: dict[str, Any] = {"events": len(log)}
    if not len(log):
        return found
    found["cases"] = int(log[CASE].nunique()) if CASE in log else 0
    found["names"] = int(log[NAME].nunique()) if NAME in log else 0
    found["attributes"] = {
        str(name): sums(log[name])
        for name in log.columns
        if name not in {NAME, TIME} and not str(name).startswith(("case:", "@@"))
    }
    found["of_cases"] = {
        str(name).removeprefix("case:"): sums(log.groupby(CASE)[name].first())
        for name in log.columns
        if str(name).startswith("case:") and name != CASE and CASE in log
    }
    if "lifecycle:transition" in log:
        stages = log["lifecycle:transition"].astype(str).str.casefold()
        found["stages"] = {str(one): int(count) for one, count in stages.value_counts().items()}
    if TIME in log and pd.api.types.is_datetime64_any_dtype(log[TIME]):
        moments = pd.to_datetime(log[TIME], utc=True).dropna()
        found["first"], found["last"] = str(moments.min()), str(moments.max())
    return found


def of_ocel(path: str) -> dict[str, Any]:
    """Return the sums of an object-centric log: of each type, what flattening on it gives."""
    reader = pm4py.read_ocel2
    text = Path(path).read_bytes()[:20_000]
    if b"ocel:" in text and not path.endswith(".sqlite"):
        reader = pm4py.read_ocel
    log = reader(path)
    flat = {kind: pm4py.ocel_flattening(log, kind) for kind in pm4py.ocel_get_object_types(log)}
    return {
        "events": len(log.events),
        "types": {
            kind: [
                len(one.dropna(subset=[NAME])),
                int(one[CASE].nunique()) if len(one) else 0,
            ]
            for kind, one in flat.items()
        },
        "objects": {
            str(kind): int(count) for kind, count in log.objects["ocel:type"].value_counts().items()
        },
    }


def main() -> None:
    """Read each file and print its sums, the time and the memory."""
    warnings.simplefilter("ignore")
    for path in sys.argv[1:]:
        wall, cpu = perf_counter(), process_time()
        try:
            found = of_xes(path) if ".xes" in Path(path).name else of_ocel(path)
        except Exception as error:  # noqa: BLE001 - what a peer cannot read is a result
            found = {"error": f"{type(error).__name__}: {error}"[:300]}
        found |= {"seconds": round(perf_counter() - wall, 2), "cpu": round(process_time() - cpu, 2)}
        print(json.dumps({"path": path, **found, "gib": round(peak_rss_gib(), 3)}), flush=True)


if __name__ == "__main__":
    main()
