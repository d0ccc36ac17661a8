"""Every function of tp.experience as a function of a log, and logs to ask about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

import touchpoints as tp

E = tp.experience

# One call for each function that takes by=.
MEASURES: dict[str, Callable[..., Any]] = {
    "assessments": lambda log, **how: E.assessments(log, metric="csat", **how),
    "collapse_loss": lambda log, **how: E.collapse_loss(
        log, **{"seed": 1, "permutations": 19} | how
    ),
    "emotion_curve": lambda log, **how: E.emotion_curve(log, metric="csat", **how),
    "peak_end": lambda log, **how: E.peak_end(
        log, **{"metric": "csat", "seed": 1, "folds": 2, "overall": "judgement"} | how
    ),
}

# The others that take journeys, and other settings.
WHOLE: dict[str, Callable[..., Any]] = {
    "first_impressions": lambda log, **how: E.first_impressions(
        log, **{"metric": "csat", "within": dt.timedelta(days=20)} | how
    ),
    "granularity": lambda log, **how: E.granularity(log, **{"seed": 1, "resamples": 3} | how),
}

# Functions that take no journeys, or return journeys.
NO_TABLE: set[str] = {"suppress"}

# One call for each argument that is an integer.
ASKED: dict[tuple[str, str], Callable[..., Any]] = {
    ("collapse_loss", "permutations"): MEASURES["collapse_loss"],
    ("collapse_loss", "seed"): MEASURES["collapse_loss"],
    ("emotion_curve", "max_position"): MEASURES["emotion_curve"],
    ("peak_end", "folds"): MEASURES["peak_end"],
    ("peak_end", "seed"): MEASURES["peak_end"],
    ("granularity", "folds"): WHOLE["granularity"],
    ("granularity", "resamples"): WHOLE["granularity"],
    ("granularity", "seed"): WHOLE["granularity"],
    ("suppress", "k"): lambda log, **how: E.suppress(tp.paths.variants(log), **how),
}


def log_of(seed: int) -> tp.Journeys:
    """Return a small typed log with persons, needs from everywhere, an outcome and sources."""
    rng = np.random.default_rng(seed)
    shop = tp.until(tp.datasets.shop(60, seed=seed), "purchase", outcome="sale")
    rows = len(shop.codes)
    return attrs.evolve(
        shop,
        per_journey={**shop.per_journey, "judgement": rng.integers(1, 6, len(shop)) * 1.0},
        counts=rng.integers(1, 4, len(shop)),
        persons=np.where(rng.random(len(shop)) < 0.1, None, shop.persons),
        per_interaction={
            **shop.per_interaction,
            "csat": np.where(rng.random(rows) < 0.6, rng.integers(1, 7, rows), np.nan),
            "source": np.array(["web", "shop", "desk"], dtype=object)[rng.integers(0, 3, rows)],
        },
    )
