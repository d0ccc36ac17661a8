"""Polars for who knows that the file is in order of time and says so: no sort at all.

Wrong counts, without a word, on a file that is not. Only run on files in order.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from count_polars import load, read
from measure import run


def count(log: pl.LazyFrame) -> Iterable[tuple[str, str, int]]:
    """Gather each journey as it comes and pair each touchpoint with the next."""
    touchpoint = pl.col("touchpoint")
    pairs = (
        log.group_by("journey")
        .agg(source=touchpoint.slice(0, pl.len() - 1), target=touchpoint.slice(1))
        .select(pl.col("source", "target").explode())
        .drop_nulls()
    )
    return pairs.group_by("source", "target").len().collect(engine="streaming").iter_rows()


if __name__ == "__main__":
    run("polars told the order", read=read, load=load, count=count)
