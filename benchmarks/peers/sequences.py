"""The sequences whose distances are compared, and how two answers are told apart.

Every script ``distances_*.py`` of this folder draws the same sequences. numpy only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

TOUCHPOINTS = 30
METHODS = ("lcs", "edit", "om")
TIMES = 3
ENOUGH = 20.0  # seconds after which a method is not run again
NAMES = [f"t{number:02d}" for number in range(TOUCHPOINTS)]

Matrix = Any  # float64 (d, d)


def draw(count: int, length: int) -> Any:
    """Return so many distinct sequences of touchpoints by Zipf's law, int64 (count, length)."""
    shares = 1 / np.arange(1, TOUCHPOINTS + 1)
    drawn = np.random.default_rng(1).choice(
        TOUCHPOINTS, size=(2 * count, length), p=shares / shares.sum()
    )
    return np.unique(drawn, axis=0)[:count]


def costs() -> Matrix:
    """Return general costs of substitutions, in [0.5, 2], symmetric, 0 on the diagonal."""
    drawn = np.random.default_rng(2).uniform(0.5, 2, size=(TOUCHPOINTS, TOUCHPOINTS))
    symmetric = (drawn + drawn.T) / 2
    np.fill_diagonal(symmetric, 0.0)
    return symmetric


def run(
    peer: str,
    *,
    prepare: Callable[[Any], Any],
    measure: Callable[[Any, str], Any],
    bring: Callable[[Any], Matrix],
) -> None:
    """Time each method from prepared sequences to the matrix; print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--length", type=int, default=70)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    options = parser.parse_args()
    prepared = prepare(draw(options.count, options.length))
    weights = np.random.default_rng(3).random(options.count)
    report: dict[str, dict[str, float]] = {}
    for method in options.methods:
        seconds: list[float] = []
        cpu: list[float] = []
        while len(seconds) < TIMES and sum(seconds) < ENOUGH:
            started, cpu_started = perf_counter(), process_time()
            found = measure(prepared, method)
            seconds.append(perf_counter() - started)
            cpu.append(process_time() - cpu_started)
        checksum = float(weights @ bring(found) @ weights)
        report[method] = {"seconds": min(seconds), "cpu": min(cpu), "checksum": checksum}
    print(json.dumps({"peer": peer, "questions": report}))
