"""Polars: the queries of ``paths_polars.py`` on a frame that is sorted and no more.

Touchpoints are an Enum, ids are text; journeys and rows are numbered within each query.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
from measure_paths import run
from paths_polars import QUESTIONS, Found, Prepared, numbered, read


def prepare(log: pl.DataFrame) -> Prepared:
    """Sort by journey and time; touchpoints as an Enum."""
    names = log["touchpoint"].unique().sort().to_list()
    coded = log.with_columns(pl.col("touchpoint").cast(pl.Enum(names)))
    return coded.sort("journey", "time").lazy(), names


def ask(question: Callable[[Prepared], Found], log: Prepared) -> Any:
    """Make numbers first, then ask."""
    return question((numbered(log[0]), log[1]))


if __name__ == "__main__":
    questions = {name: (partial(ask, one), bring) for name, (one, bring) in QUESTIONS.items()}
    run("polars sorted", read=read, prepare=prepare, questions=questions)
