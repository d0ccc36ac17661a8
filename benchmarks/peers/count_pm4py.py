"""pm4py on a pandas frame: its own formatting, its own directly-follows graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pm4py
from measure import COLUMNS, run


def read(path: str) -> pd.DataFrame:
    """Read the three columns."""
    return pd.read_parquet(path, columns=COLUMNS)


def prepare(log: Any) -> Any:
    """Name the columns and sort, as pm4py asks for."""
    return pm4py.format_dataframe(
        log, case_id="journey", activity_key="touchpoint", timestamp_key="time"
    )


def count(log: Any) -> Iterable[tuple[str, str, int]]:
    """Discover the graph; starts and ends are not compared."""
    graph, _starts, _ends = pm4py.discover_dfg(log)
    return ((source, target, times) for (source, target), times in graph.items())


if __name__ == "__main__":
    run("pm4py", read=read, prepare=prepare, count=count)
