"""Polars: each journey's touchpoints as two lists, shifted by one, side by side.

The fastest of thirteen formulations tried on both engines; ``count_polars_window.py`` is the one
most people would write.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from measure import COLUMNS, run


def read(path: str) -> pl.LazyFrame:
    """Open the file."""
    return pl.scan_parquet(path).select(COLUMNS)


def load(path: str) -> pl.LazyFrame:
    """Read the whole file into memory."""
    return pl.read_parquet(path, columns=COLUMNS).lazy()


def count(log: pl.LazyFrame) -> Iterable[tuple[str, str, int]]:
    """Sort by time, gather each journey, pair each touchpoint with the next."""
    touchpoint = pl.col("touchpoint")
    pairs = (
        log.with_columns(touchpoint.cast(pl.Categorical))
        .sort("time")
        .group_by("journey")
        .agg(source=touchpoint.slice(0, pl.len() - 1), target=touchpoint.slice(1))
        .select(pl.col("source", "target").explode())
        .drop_nulls()
    )
    return pairs.group_by("source", "target").len().collect(engine="streaming").iter_rows()


if __name__ == "__main__":
    run("polars", read=read, load=load, count=count)
