"""Attribution by marketing-attribution-models, which has order 1 only."""

from __future__ import annotations

from typing import Any

import polars as pl
from mam.core import MAM
from measure_attribution import HEURISTICS, answer, markov
from measure_paths import Answer, run

RULES = {"first": "run_first_click", "last": "run_last_click", "linear": "run_linear"}


def read(path: str) -> pl.DataFrame:
    """Read the paths, those of converted and of other journeys in rows of their own."""
    table = pl.read_parquet(path)
    parts = [
        table.select("path", n=pl.col(column), converted=pl.lit(converted))
        for column, converted in (("conversions", True), ("nulls", False))
    ]
    return pl.concat(parts).filter(pl.col("n") > 0)


def model_of(table: pl.DataFrame) -> MAM:
    """Read the strings."""
    return MAM(
        table,
        format_type="grouped_journey",
        channels_colname="path",
        journey_with_conv_colname="converted",
        occurrences_colname="n",
    )


def heuristics(table: pl.DataFrame) -> dict[str, Any]:
    """Credit by three rules, the strings read once."""
    model = model_of(table)
    return {name: getattr(model, rule)() for name, rule in RULES.items()}


def credited(found: dict[str, Any]) -> Answer:
    """Return the credit of each rule."""
    answers: Answer = {}
    for kind, result in found.items():
        table = result.to_polars()
        answers |= answer(kind, table["channels"].cast(pl.String), table["attribution"])
    return answers


def removal(table: pl.DataFrame) -> Any:
    """Compute removal effects of order 1."""
    return model_of(table).run_markov()


def effects(found: Any) -> Answer:
    """Return the removal effects."""
    table = found.metadata["removal_effect"]
    return answer("effect", table.index, table["removal_effect"])


run(
    "marketing-attribution-models",
    read=read,
    prepare=lambda table: table,
    questions={HEURISTICS: (heuristics, credited), markov(1): (removal, effects)},
)
