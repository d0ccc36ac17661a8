"""The operations that are measured: one place for the timings, the scaling and the memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from data import make_log, row_order, table

import touchpoints as tp

OUTCOME = "purchase"
TAXONOMY = Path(__file__).with_name("shop.toml")


@tp.classifier(reads=("touchpoint", "device"))
def as_named(event: Mapping[str, Any]) -> str:
    """Type an event as its name says."""
    return str(event["touchpoint"])


@tp.classifier(reads=("touchpoint", "device"))
def one_rule_edited(event: Mapping[str, Any]) -> str:
    """Type as `as_named` does, but for one rule: a chat by telephone is a call."""
    if event["touchpoint"] == "chat" and event["device"] == "phone":
        return "phone_call"
    return str(event["touchpoint"])


@dataclass(frozen=True)
class Inputs:
    """A log in memory, in order of time and shuffled, its journeys, and a mask of half of them."""

    ordered: pl.DataFrame
    unordered: pl.DataFrame
    journeys: tp.Journeys
    half: Any  # bool (n,)

    @classmethod
    def make(cls, events: int, *, seed: int = 1) -> Inputs:
        """Draw a log of ``events`` events and read it."""
        log = make_log(events, seed=seed)
        ordered, unordered = (
            pl.DataFrame(table(log, row_order(log, order, seed=seed)))
            for order in ("ordered", "unordered")
        )
        journeys = typed(ordered)
        half = np.random.default_rng(seed).random(len(journeys)) < 0.5
        return cls(ordered, unordered, journeys, half)


def untyped(frame: pl.DataFrame) -> tp.Journeys:
    """Read a log without a taxonomy."""
    return tp.from_frame(frame, journey="journey", time="time", touchpoint="touchpoint")


def typed(frame: pl.DataFrame) -> tp.Journeys:
    """Read a log with a taxonomy and a classifier of two fields."""
    return tp.from_frame(
        frame,
        journey="journey",
        time="time",
        touchpoint=as_named,
        taxonomy=tp.read_taxonomy(TAXONOMY),
    )


def retyped_graph(journeys: tp.Journeys) -> Any:
    """Edit one rule and look at the graph again."""
    return tp.transition_graph(tp.retype(journeys, one_rule_edited))


def selected_graph(journeys: tp.Journeys, mask: Any) -> Any:
    """Filter and look at the graph again."""
    return tp.transition_graph(tp.select(journeys, mask))


def operations(inputs: Inputs) -> dict[str, Callable[[], Any]]:
    """Return each operation on journeys, ready to be called."""
    journeys = inputs.journeys
    return {
        "transition_graph": partial(tp.transition_graph, journeys),
        "transitions": partial(tp.paths.transitions, journeys),
        "distinct": partial(tp.distinct, journeys),
        "variants": partial(tp.paths.variants, journeys, top=10),
        "collapse": partial(tp.collapse, journeys, by="channel"),
        "until": partial(tp.until, journeys, OUTCOME, outcome=OUTCOME),
        "retype, graph": partial(retyped_graph, journeys),
        "select, graph": partial(selected_graph, journeys, inputs.half),
        "features": partial(tp.features, journeys),
    }


def readings(inputs: Inputs) -> dict[str, Callable[[], Any]]:
    """Return each way from a frame to journeys, ready to be called."""
    return {
        "from_frame, ordered": partial(untyped, inputs.ordered),
        "from_frame, unordered": partial(untyped, inputs.unordered),
        "from_frame, typed": partial(typed, inputs.ordered),
    }
