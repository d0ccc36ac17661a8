"""pm4py on a polars lazy frame, which it takes since its ``polars`` extra."""

from __future__ import annotations

import polars as pl
from count_pm4py import count, prepare
from measure import COLUMNS, run


def read(path: str) -> pl.LazyFrame:
    """Open the file."""
    return pl.scan_parquet(path).select(COLUMNS)


def load(path: str) -> pl.LazyFrame:
    """Read the whole file into memory."""
    return pl.read_parquet(path, columns=COLUMNS).lazy()


if __name__ == "__main__":
    run("pm4py on polars", read=read, load=load, prepare=prepare, count=count)
