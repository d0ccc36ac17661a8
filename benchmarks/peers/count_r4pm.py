"""r4pm (Rust): a polars frame into its registry, then its directly-follows graph.

It trusts the order of rows, so they are sorted first.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import r4pm
from measure import COLUMNS, run
from r4pm import bindings

XES_NAMES = {
    "journey": "case:concept:name",
    "touchpoint": "concept:name",
    "time": "time:timestamp",
}


def read(path: str) -> pl.DataFrame:
    """Read the three columns."""
    return pl.read_parquet(path, columns=COLUMNS)


def prepare(log: pl.DataFrame) -> str:
    """Sort, rename and hand over to Rust."""
    return r4pm.import_item_from_df("EventLog", log.sort("time").rename(XES_NAMES))


def count(log: str) -> Iterable[tuple[str, str, int]]:
    """Discover the graph."""
    graph = bindings.discover_dfg(log)
    relations = graph["directly_follows_relations"]
    return ((source, target, times) for (source, target), times in relations)


if __name__ == "__main__":
    run("r4pm", read=read, prepare=prepare, count=count)
