"""What is being compared: the log into `Journeys`, then the transition counts."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from measure import COLUMNS, run

import touchpoints as tp

# Attributes import what they need when first asked for, and imports are not timed.
from_frame, transition_graph = tp.from_frame, tp.transition_graph


def read(path: str) -> pl.LazyFrame:
    """Open the file."""
    return pl.scan_parquet(path)


def load(path: str) -> pl.DataFrame:
    """Read the whole file into memory."""
    return pl.read_parquet(path, columns=COLUMNS)


def prepare(log: pl.LazyFrame | pl.DataFrame) -> tp.Journeys:
    """Place every event in its journey."""
    return from_frame(log, journey="journey", time="time", touchpoint="touchpoint")


def count(journeys: tp.Journeys) -> Iterable[tuple[str, str, int]]:
    """Count the transitions; starts and ends are not compared."""
    graph = transition_graph(journeys)
    return (
        (source, target, flow)
        for source, target, flow in graph.edges(data="weight")
        if not (source.startswith("(") or target.startswith("("))
    )


if __name__ == "__main__":
    run("touchpoints", read=read, load=load, prepare=prepare, count=count)
