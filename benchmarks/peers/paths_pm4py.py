"""pm4py on the pandas frame that it formatted: its own functions, where it has one.

It has none for contiguous n-grams (``get_frequent_trace_segments`` finds subsequences with gaps).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pm4py
from measure import COLUMNS
from measure_paths import FUNNEL, STEPS, Answer, label, run
from pm4py.algo.filtering.pandas.ltl import ltl_checker

ACTIVITY, CASE = "concept:name", "case:concept:name"


def read(path: str) -> pd.DataFrame:
    """Read the three columns."""
    return pd.read_parquet(path, columns=COLUMNS)


def prepare(log: pd.DataFrame) -> Any:
    """Name the columns and sort, as pm4py asks for."""
    return pm4py.format_dataframe(
        log, case_id="journey", activity_key="touchpoint", timestamp_key="time"
    )


def step_matrix(log: Any) -> dict[str, dict[int, int]]:
    """Sum up the positions of each activity: one call each, there is none for all."""
    names = pm4py.get_event_attribute_values(log, ACTIVITY)
    return {name: pm4py.get_activity_position_summary(log, name) for name in names}


def funnel(log: Any) -> list[int]:
    """Filter by `eventually follows`, two activities and then three."""
    kept = [
        log[log[ACTIVITY] == FUNNEL[0]],
        *(ltl_checker.eventually_follows(log, list(FUNNEL[:n])) for n in (2, 3)),
    ]
    return [cases[CASE].nunique() for cases in kept]


def gaps(log: Any) -> dict[tuple[str, str], float]:
    """Discover the performance graph."""
    graph, _starts, _ends = pm4py.discover_performance_dfg(log, perf_aggregation_key="median")
    return graph


def positions(found: dict[str, dict[int, int]]) -> Answer:
    """Return the cases at each step; pm4py counts all of them, from 0."""
    return {
        label(place + 1, name): number
        for name, places in found.items()
        for place, number in places.items()
        if place < STEPS
    }


def reached(found: list[int]) -> Answer:
    """Return the cases that reach each step."""
    return dict(zip(FUNNEL, found, strict=True))


def medians(found: dict[tuple[str, str], float]) -> Answer:
    """Return the median seconds of each edge."""
    return {label(*edge): float(seconds) for edge, seconds in found.items()}


QUESTIONS: dict[str, Any] = {
    "step matrix": (step_matrix, positions),
    "funnel": (funnel, reached),
    "gaps": (gaps, medians),
}

if __name__ == "__main__":
    run("pm4py", read=read, prepare=prepare, questions=QUESTIONS)
