"""From an event log to a graph of touchpoints: the first thing to try.

    python first_journey.py
    python first_journey.py LOG.csv --journey COLUMN --time COLUMN --touchpoint COLUMN

The encoding, the separator and the format of times of the log are told from the file. Where it does
not decide (03/02/2026), pass --time-format; --encoding, --separator and --timezone are for theirs.
Prints the journeys, the main transitions with 95 % intervals and the top variants, and writes
journeys.graphml (for networkx, Gephi, yEd) and journeys.mmd (Mermaid, for a README or a wiki).
Without a log it takes bundled data. Needs nothing but the core of the library.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import touchpoints as tp
from touchpoints.errors import TouchpointsError

TOP = 8
OPTIONS = {
    "time_format=": "--time-format ",
    "encoding=": "--encoding ",
    "separator=": "--separator ",
    "tz=": "--timezone ",
}
"""What the options of the command are called, by the arguments that errors name."""


def read_log(path: Path, **given: Any) -> tp.Journeys:
    """Read a CSV file with a header; what is not given of how it is written is told."""
    said = {name: one for name, one in given.items() if one is not None}
    return tp.sources.csv(path, **said, unmatched="keep")


def arguments() -> argparse.Namespace:
    """Read the command line; a log comes with the names of its columns."""
    options = argparse.ArgumentParser(description="From an event log to a graph of touchpoints.")
    options.add_argument("log", nargs="?", type=Path, help="a CSV file with a header")
    options.add_argument("--journey", help="column that says which journey a row belongs to")
    options.add_argument("--time", help="column that says when it happened")
    options.add_argument("--touchpoint", help="column that says what happened")
    options.add_argument("--separator", help="character between cells, for example ';' or tab")
    options.add_argument("--encoding", help="for example utf-8 or cp1252")
    options.add_argument("--time-format", help="for example iso, %%d/%%m/%%Y or epoch_ms")
    options.add_argument("--timezone", help="zone of times without one, such as Europe/Madrid")
    given = options.parse_args()
    if given.log and not (given.journey and given.time and given.touchpoint):
        options.error("a log needs --journey, --time and --touchpoint")
    return given


def main() -> None:
    """Read, count, print, write."""
    given = arguments()
    if given.log:
        journeys = read_log(
            given.log,
            journey=given.journey,
            time=given.time,
            touchpoint=given.touchpoint,
            separator=given.separator,
            encoding=given.encoding,
            time_format=given.time_format,
            tz=given.timezone,
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
        said = str(error)
        for argument, option in OPTIONS.items():
            said = said.replace(argument, option)
        raise SystemExit(f"first_journey.py: {said}") from None
