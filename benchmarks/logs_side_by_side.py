"""Event logs of strangers, read by this library and by pm4py: whether the sums are the same.

    python benchmarks/logs_side_by_side.py --python VENV/bin/python FILE …

``--python`` is the interpreter of an environment with peers/pm4py.txt. Each file that either reads
otherwise is printed with what differs; nothing is asserted, because the two mean different things
in places (see benchmarks/README.md).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import touchpoints as tp
from touchpoints._core.frozen import Coded
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources.formats.ocel import read_objects

HERE = Path(__file__).parent


def sums(column: Any) -> list[float]:
    """Return how many values a column has, and the sum of its numbers."""
    if isinstance(column, Coded):
        return [int((column.codes >= 0).sum()), 0.0]
    if column.dtype.kind == "M":
        return [int((~np.isnat(column)).sum()), 0.0]
    if column.dtype.kind == "b":
        return [len(column), 0.0]
    return [int((~np.isnan(column)).sum()), round(float(np.nansum(column)), 6)]


def of_xes(path: str) -> dict[str, Any]:
    """Return the sums of a log of cases, an event an interaction."""
    log = tp.sources.xes(path, lifecycle=False, unmatched="keep", on_error="skip", missing="drop")
    found: dict[str, Any] = {"events": len(log.codes)}
    if not len(log.codes):
        return found
    lengths = np.diff(log.offsets)
    kept = log.per_interaction
    found |= {
        "cases": int((lengths > 0).sum()),
        "names": sum(one != tp.taxonomy.MISSING for one in log.touchpoints),
        "attributes": {name: sums(one) for name, one in kept.items()},
        "of_cases": {name: sums(one) for name, one in log.per_journey.items()},
    }
    if "lifecycle:transition" in kept:
        texts = [str(one).casefold() for one in kept["lifecycle:transition"].to_list()]
        found["stages"] = {one: texts.count(one) for one in dict.fromkeys(texts)}
    if log.times is not None:
        found["first"], found["last"] = str(log.times.min()), str(log.times.max())
    return found


def of_ocel(path: str) -> dict[str, Any]:
    """Return the sums of an object-centric log by each type of objects."""
    log, _ = read_objects(path, Skipped(on_error="skip"))
    types = [one for one in log.types if one in log.object_types.values()]
    found = {one: tp.sources.ocel(path, one, on_error="skip") for one in types}
    counts = list(log.object_types.values())
    return {
        "events": log.rows,
        "types": {
            kind: [len(one.codes), int((np.diff(one.offsets) > 0).sum())]
            for kind, one in found.items()
        },
        "objects": {kind: counts.count(kind) for kind in types},
    }


def differences(left: Any, right: Any, name: str = "") -> list[str]:
    """Return what differs, by its name."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = dict.fromkeys((*left, *right))
        return [
            line
            for key in keys
            for line in differences(left.get(key), right.get(key), f"{name}/{key}")
        ]
    if name.endswith(("/first", "/last")) and left and right:
        left, right = (np.datetime64(str(one).removesuffix("+00:00")[:26]) for one in (left, right))
    if isinstance(left, list) and isinstance(right, list):
        same = np.allclose(left, right, rtol=1e-9)
    else:
        same = left == right
    return [] if same else [f"{name.lstrip('/')}: {left} against {right}"]


def main() -> None:
    """Compare each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    asked = [options.python, str(HERE / "peers" / "logs_pm4py.py"), *options.files]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        peer = json.loads(line)
        path = peer.pop("path")
        for one in ("seconds", "cpu", "gib"):
            peer.pop(one)
        try:
            own = of_xes(path) if ".xes" in Path(path).name else of_ocel(path)
        except tp.errors.TouchpointsError as error:
            own = {"error": str(error).splitlines()[0]}
        own = json.loads(json.dumps(own))
        print(f"{Path(path).name}: {'same' if own == peer else ''}")
        for one in differences(own, peer):
            print(f"    {one}")


if __name__ == "__main__":
    main()
