"""From an event log to a graph of touchpoints: the first thing to try.

    python first_journey.py
    python first_journey.py LOG.csv --journey COLUMN --time COLUMN --touchpoint COLUMN

Prints the journeys, the main transitions with 95 % intervals and the top variants, and writes
journeys.graphml (for networkx, Gephi, yEd) and journeys.mmd (Mermaid, for a README or a wiki).
Without a log it takes bundled data. Needs nothing but the core of the library.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import touchpoints as tp
from touchpoints.errors import TouchpointsError

TOP = 8


def read_log(path: Path, *, journey: str, time: str, touchpoint: str) -> tp.Journeys:
    """Read a CSV file with a header; every column keeps its text."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return tp.from_records(
            csv.DictReader(file),
            journey=journey,
            time=time,
            touchpoint=touchpoint,
            unmatched="keep",
        )


def arguments() -> argparse.Namespace:
    """Read the command line; a log comes with the names of its columns."""
    options = argparse.ArgumentParser(description="From an event log to a graph of touchpoints.")
    options.add_argument("log", nargs="?", type=Path, help="a CSV file with a header")
    options.add_argument("--journey", help="column that says which journey a row belongs to")
    options.add_argument("--time", help="column that says when it happened")
    options.add_argument("--touchpoint", help="column that says what happened")
    given = options.parse_args()
    if given.log and not (given.journey and given.time and given.touchpoint):
        options.error("a log needs --journey, --time and --touchpoint")
    return given


def main() -> None:
    """Read, count, print, write."""
    given = arguments()
    if given.log:
        journeys = read_log(
            given.log, journey=given.journey, time=given.time, touchpoint=given.touchpoint
        )
    else:
        journeys = tp.datasets.shop(500, seed=1)
    print(journeys)
    for sentence in journeys.meta.report.sentences():
        print(f"  {sentence}")
    print("\nThe main steps, with the share of their source that takes them and its 95 % interval")
    print(tp.paths.transitions(journeys, top=TOP))
    print("\nThe most frequent paths")
    print(tp.paths.variants(journeys, top=TOP))

    graph = tp.transition_graph(journeys)
    tp.write_graphml(graph, "journeys.graphml")
    Path("journeys.mmd").write_text(tp.to_mermaid(graph, max_edges=3 * TOP), encoding="utf-8")
    print(f"\nWrote journeys.graphml and journeys.mmd: {graph}")


if __name__ == "__main__":
    try:
        main()
    except (TouchpointsError, OSError) as error:
        raise SystemExit(f"first_journey.py: {error}") from None
