"""retentioneering 5 on an `Eventstream`: the headless methods behind its widgets.

It has no n-grams. It sends telemetry unless this variable is set before it is imported.
"""

from __future__ import annotations

import os
from typing import Any

os.environ["RETENTIONEERING_NO_TRACK"] = "1"

import pandas as pd
from measure import COLUMNS
from measure_paths import FUNNEL, STEPS, Answer, label, run
from retentioneering.eventstream import Eventstream

INVENTED = ("path_start", "path_end")
Found = tuple[Any, int]


def read(path: str) -> pd.DataFrame:
    """Read the three columns."""
    return pd.read_parquet(path, columns=COLUMNS)


def prepare(log: pd.DataFrame) -> tuple[Any, int]:
    """Make the event stream, and remember the number of its paths."""
    schema = {"path_cols": ["journey"], "event_col": "touchpoint", "timestamp_col": "time"}
    return Eventstream(log, schema=schema), log["journey"].nunique()


def step_matrix(log: tuple[Any, int]) -> Found:
    """Give the share of paths at each event and step; step 0 is the invented start."""
    return log[0].step_matrix_data(max_steps=STEPS), log[1]


def funnel(log: tuple[Any, int]) -> Any:
    """Give the paths that reach each step."""
    return log[0].funnel_data(list(FUNNEL))


def gaps(log: tuple[Any, int]) -> Any:
    """Give the median time of each transition."""
    return log[0].transition_graph_data(edge_weight="time_median")


def positions(found: Found) -> Answer:
    """Return the paths at each step: the shares are of all paths."""
    matrix, paths = found
    return {
        label(step, name): round(share * paths)
        for name, row in matrix.iterrows()
        if name not in INVENTED
        for step, share in row.items()
        if step > 0 and share > 0
    }


def reached(found: Any) -> Answer:
    """Return the paths that reach each step."""
    return {step["step"]: int(step["unique_paths"]) for step in found["steps"]}


def medians(found: Any) -> Answer:
    """Return the median seconds of each transition that occurs."""
    return {
        label(source, target): gap.total_seconds()
        for source, row in found.iterrows()
        if source not in INVENTED
        for target, gap in row.items()
        if target not in INVENTED and not pd.isna(gap)
    }


if __name__ == "__main__":
    run(
        "retentioneering",
        read=read,
        prepare=prepare,
        questions={
            "step matrix": (step_matrix, positions),
            "funnel": (funnel, reached),
            "gaps": (gaps, medians),
        },
    )
