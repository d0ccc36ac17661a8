"""Attribution by ChannelAttribution, which reads the strings for every model."""

from __future__ import annotations

from collections.abc import Callable

import ChannelAttribution
import pandas as pd
from measure_attribution import HEURISTICS, ORDERS, answer, markov
from measure_paths import Answer, run


def heuristics(table: pd.DataFrame) -> pd.DataFrame:
    """Credit by first, last and linear touch, which are one call."""
    return ChannelAttribution.heuristic_models(table, "path", "conversions", flg_pro=False)


def credited(found: pd.DataFrame) -> Answer:
    """Return the credit of each rule."""
    return {
        name: number
        for kind in ("first", "last", "linear")
        for name, number in answer(kind, found["channel_name"], found[f"{kind}_touch"]).items()
    }


def removal_of(order: int) -> Callable[[pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return a model of some order with the settings of the package."""
    return lambda table: ChannelAttribution.markov_model(
        *(table, "path", "conversions"),
        var_null="nulls",
        order=order,
        out_more=True,
        verbose=False,
        flg_pro=False,
    )


def effects(found: dict[str, pd.DataFrame]) -> Answer:
    """Return the removal effects."""
    table = found["removal_effects"]
    return answer("effect", table["channel_name"], table["removal_effect"])


run(
    "channelattribution",
    read=pd.read_parquet,
    prepare=lambda table: table,
    questions={
        HEURISTICS: (heuristics, credited),
        **{markov(order): (removal_of(order), effects) for order in ORDERS},
    },
)
