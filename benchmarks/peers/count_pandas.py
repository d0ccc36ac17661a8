"""Pandas: sort by time, shift within each journey, count the pairs. The fastest of seven tried."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from measure import COLUMNS, run


def read(path: str) -> pd.DataFrame:
    """Read the three columns."""
    return pd.read_parquet(path, columns=COLUMNS)


def prepare(log: pd.DataFrame) -> pd.DataFrame:
    """Code the touchpoints and put the rows in order of time."""
    coded = log.assign(touchpoint=log["touchpoint"].astype("category"))
    return coded.sort_values("time", kind="stable")


def count(log: pd.DataFrame) -> Iterable[tuple[str, str, int]]:
    """Shift within each journey and count the pairs."""
    following = log.groupby("journey", sort=False)["touchpoint"].shift(-1)
    pairs = pd.DataFrame({"source": log["touchpoint"], "target": following}).dropna()
    counts = pairs.groupby(["source", "target"], sort=False, observed=True).size()
    return ((source, target, times) for (source, target), times in counts.items())


if __name__ == "__main__":
    run("pandas", read=read, prepare=prepare, count=count)
