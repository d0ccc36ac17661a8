"""Polars as most people write it: the next touchpoint over each journey in order of time."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from count_polars import load, read
from measure import run


def count(log: pl.LazyFrame) -> Iterable[tuple[str, str, int]]:
    """Shift within each journey and count the pairs."""
    following = pl.col("touchpoint").shift(-1).over("journey", order_by="time")
    pairs = log.select(source="touchpoint", target=following).drop_nulls()
    return pairs.group_by("source", "target").len().collect(engine="streaming").iter_rows()


if __name__ == "__main__":
    run("polars window", read=read, load=load, count=count)
