"""Every function of tp.experience as a function of a log, and logs to ask about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

import touchpoints as tp

E = tp.experience
WEEK = dt.timedelta(days=7)

# One call for each function that takes by=.
SUCCESS = {"compare": "live_chat", "learn": "review_read", "remember": "trial_subscription"}
MEASURES: dict[str, Callable[..., Any]] = {
    "need_coverage": E.need_coverage,
    "need_gaps": lambda log, **more: E.need_gaps(log, success=SUCCESS, **more),
    "need_satisfaction": lambda log, **more: E.need_satisfaction(log, success=SUCCESS, **more),
    "need_thread_list": lambda log, **more: E.need_thread_list(
        log, success=SUCCESS, within=WEEK, **more
    ),
    "need_threads": lambda log, **more: E.need_threads(log, success=SUCCESS, within=WEEK, **more),
    "source_disagreements": lambda log, **more: E.source_disagreements(log, within=WEEK, **more),
    "source_matches": lambda log, **more: E.source_matches(log, within=WEEK, **more),
    "stage_contradictions": E.stage_contradictions,
    "stages": E.stages,
}

# The others that take journeys, and other settings.
WHOLE: dict[str, Callable[..., Any]] = {
    "granularity": lambda log, **how: E.granularity(log, **{"seed": 1, "resamples": 3} | how),
}

# Functions that take no journeys, or return journeys.
NO_TABLE: set[str] = {"suppress"}

# One call for each argument that is an integer.
ASKED: dict[tuple[str, str], Callable[..., Any]] = {
    ("granularity", "folds"): WHOLE["granularity"],
    ("granularity", "resamples"): WHOLE["granularity"],
    ("granularity", "seed"): WHOLE["granularity"],
    ("need_gaps", "top"): lambda log, **more: E.need_gaps(log, success=SUCCESS, **more),
    ("suppress", "k"): lambda log, **how: E.suppress(tp.paths.variants(log), **how),
}


def log_of(seed: int) -> tp.Journeys:
    """Return a small typed log with persons, needs from everywhere, an outcome and sources."""
    rng = np.random.default_rng(seed)
    shop = tp.until(tp.datasets.shop(60, seed=seed), "purchase", outcome="sale")
    rows = len(shop.codes)
    return attrs.evolve(
        shop,
        counts=rng.integers(1, 4, len(shop)),
        persons=np.where(rng.random(len(shop)) < 0.1, None, shop.persons),
        per_interaction={
            **shop.per_interaction,
            "source": np.array(["web", "shop", "desk"], dtype=object)[rng.integers(0, 3, rows)],
        },
    )
