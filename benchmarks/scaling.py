"""How cost grows: seconds from ten thousand to ten million events, and per n log n.

    python benchmarks/scaling.py --most 10000000

The last column of an operation that grows as n log n stays the same or falls.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

from operations import Inputs, operations, readings

LEAST = 10_000


def least_seconds(call: Callable[[], Any], *, rounds: int) -> float:
    """Return the least time of several calls."""
    seconds = math.inf
    for _ in range(rounds):
        started = perf_counter()
        call()
        seconds = min(seconds, perf_counter() - started)
    return seconds


def main() -> None:
    """Print one line per operation and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    measured: dict[str, dict[int, float]] = {}
    sizes = [LEAST * 10**step for step in range(int(math.log10(options.most / LEAST)) + 1)]
    for size in sizes:
        inputs = Inputs.make(size)
        for name, call in {**readings(inputs), **operations(inputs)}.items():
            measured.setdefault(name, {})[size] = least_seconds(call, rounds=options.rounds)
    print("| operation | events | seconds | nanoseconds per n log₂ n |")
    print("|---|--:|--:|--:|")
    for name, seconds in measured.items():
        for size, value in seconds.items():
            share = value / (size * math.log2(size)) * 1e9
            print(f"| {name} | {size:,} | {value:.4f} | {share:.2f} |")


if __name__ == "__main__":
    main()
