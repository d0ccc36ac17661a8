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
CHANGE = E.Change("training", "search_query", date="2026-02-10")
SUCCESS = {"compare": "live_chat", "learn": "review_read", "remember": "trial_subscription"}

# One call for each function that takes by=.
MEASURES: dict[str, Callable[..., Any]] = {
    "alignment": lambda log, **how: E.alignment(log, {"csat": 0.7, "nps": 0.3}, **how),
    "assessments": lambda log, **how: E.assessments(log, metric="csat", **how),
    "cohesion": lambda log, **how: E.cohesion(log, metric="csat", **how),
    "collapse_loss": lambda log, **how: E.collapse_loss(
        log, **{"seed": 1, "permutations": 19} | how
    ),
    "compassion_and_efficiency": lambda log, **how: E.compassion_and_efficiency(
        log, metric="csat", **how
    ),
    "deterrence": lambda log, **how: E.deterrence(
        log,
        metric="csat",
        recommendation="review_read",
        mention="live_chat",
        adjust=["previous", "position", "source"],
        **how,
    ),
    "emotion_curve": lambda log, **how: E.emotion_curve(log, metric="csat", **how),
    "key_drivers": lambda log, **how: E.key_drivers(
        log, **{"overall": "judgement", "metric": "csat"} | how
    ),
    "penalty_reward": lambda log, **how: E.penalty_reward(
        log, overall="judgement", metric="csat", **how
    ),
    "service": lambda log, **how: E.service(
        log, reply="live_chat", solved="trial_subscription", contact="search_query", **how
    ),
    "service_retention": lambda log, **how: E.service_retention(
        log,
        reply="live_chat",
        solved="trial_subscription",
        within=dt.timedelta(days=9),
        empathy="csat",
        **how,
    ),
    "peak_end": lambda log, **how: E.peak_end(
        log, **{"metric": "csat", "seed": 1, "folds": 2, "overall": "judgement"} | how
    ),
    "need_shares": lambda log, **more: E.need_shares(log, answers=answers_of(log), **more),
    "need_coverage": E.need_coverage,
    "need_gaps": lambda log, **more: E.need_gaps(log, success=SUCCESS, **more),
    "need_satisfaction": lambda log, **more: E.need_satisfaction(log, success=SUCCESS, **more),
    "need_thread_list": lambda log, **more: E.need_thread_list(
        log, success=SUCCESS, within=WEEK, **more
    ),
    "need_threads": lambda log, **more: E.need_threads(log, success=SUCCESS, within=WEEK, **more),
    "need_flow": E.need_flow,
    "need_lift": E.need_lift,
    "need_mix": E.need_mix,
    "preferred_channels": E.preferred_channels,
    "touchpoint_ratio": lambda log, **more: E.touchpoint_ratio(
        log, window=WEEK, **{"step": "week"} | more
    ),
    "source_disagreements": lambda log, **more: E.source_disagreements(log, within=WEEK, **more),
    "source_matches": lambda log, **more: E.source_matches(log, within=WEEK, **more),
    "stage_contradictions": E.stage_contradictions,
    "stages": E.stages,
    "uplift": lambda log, **how: E.uplift(
        log, incentive="email_reminder", adjust=["first", "judgement"], **how
    ),
}

# The others that take journeys, and other settings.
WHOLE: dict[str, Callable[..., Any]] = {
    "equivalence": lambda log: E.equivalence(log, margin=0.2),
    "deterrence with returns": lambda log, **how: E.deterrence(  # those of any group
        log, metric="csat", within=dt.timedelta(days=9), weights="inverse_probability", **how
    ),
    "before_after": lambda log, **how: E.before_after(
        log, CHANGE, **{"measure": "exit", "outcome": "sale", "chosen": "worst"} | how
    ),
    "before_after beside a control": lambda log: E.before_after(
        log, CHANGE, measure="outcome", control=("segment", "new")
    ),
    "before_after beside a touchpoint": lambda log: E.before_after(
        log, CHANGE, measure="satisfied", metric="csat", control_touchpoint="review_read"
    ),
    "control_chart": lambda log, **how: E.control_chart(log, **{"measure": "outcome"} | how),
    "control_chart of scores": lambda log: E.control_chart(log, measure="score", metric="csat"),
    "control_chart of counts": lambda log: E.control_chart(
        log, measure="count", touchpoint="search_query", every=WEEK, baseline=CHANGE.date
    ),
    "first_impressions": lambda log, **how: E.first_impressions(
        log, **{"metric": "csat", "within": dt.timedelta(days=20)} | how
    ),
    "improvements": lambda log: E.improvements(E.scorecard(log)),
    "journey_map": lambda log, **how: E.journey_map(log, metric="csat", **how).flows,
    "journey_map: touchpoints": lambda log: E.journey_map(log, metric="csat").touchpoints,
    "journey_map: stages": lambda log: E.journey_map(log, metric="csat").stages,
    "journey_map: terms": lambda log: E.journey_map(log, metric="csat").terms,
    "moments_of_truth": lambda log, **how: E.moments_of_truth(log, metric="csat", **how),
    "scorecard": E.scorecard,
    "interrupted_series": lambda log, **how: E.interrupted_series(
        log, CHANGE, **{"measure": "exit"} | how
    ),
    "interrupted_series from day to day": lambda log: E.interrupted_series(
        log, CHANGE, measure="score", metric="csat", every=WEEK / 2
    ),
    "granularity": lambda log, **how: E.granularity(log, **{"seed": 1, "resamples": 3} | how),
    "predictive_views": lambda log, **how: E.predictive_views(log, **{"folds": 3} | how),
    "need_shares of journeys": lambda log, **more: E.need_shares(
        log, answers=answers_of(log), of="journeys", weights="segment", uncovered="drop", **more
    ),
    "need_coverage by channel": lambda log: E.need_coverage(log, area="channel"),
    "need_gaps by device": lambda log: E.need_gaps(
        log, success=SUCCESS, attribute="device", within=WEEK
    ),
    "need_gaps by source": lambda log: E.need_gaps(log, success=SUCCESS, attribute="source"),
    "source_matches within an hour": lambda log: E.source_matches(log, within=WEEK / 168),
    "stages by rule": lambda log: E.stages(
        log, rules={"retention": "live_chat", "awareness": "search_query"}
    ),
}

# Functions that take no journeys, or return journeys.
NO_TABLE: set[str] = {
    "attach_answers",
    "attach_scores",
    "compare_views",
    "importance_performance",
    "parse_journey_map",
    "suppress",
    "what_if",
}

# One call for each argument that is an integer.
ASKED: dict[tuple[str, str], Callable[..., Any]] = {
    ("collapse_loss", "permutations"): MEASURES["collapse_loss"],
    ("collapse_loss", "seed"): MEASURES["collapse_loss"],
    ("control_chart", "run"): WHOLE["control_chart"],
    ("emotion_curve", "max_position"): MEASURES["emotion_curve"],
    ("key_drivers", "seed"): MEASURES["key_drivers"],
    ("moments_of_truth", "top"): lambda log, **how: E.moments_of_truth(log, metric="csat", **how),
    ("peak_end", "folds"): MEASURES["peak_end"],
    ("peak_end", "seed"): MEASURES["peak_end"],
    ("granularity", "folds"): WHOLE["granularity"],
    ("granularity", "resamples"): WHOLE["granularity"],
    ("granularity", "seed"): WHOLE["granularity"],
    ("compare_views", "folds"): lambda log, **how: E.compare_views(log, window=WEEK, **how),
    ("compare_views", "seed"): lambda log, **how: E.compare_views(log, window=WEEK, **how),
    ("predictive_views", "folds"): E.predictive_views,
    ("predictive_views", "seed"): E.predictive_views,
    ("need_gaps", "top"): lambda log, **more: E.need_gaps(log, success=SUCCESS, **more),
    ("suppress", "k"): lambda log, **how: E.suppress(tp.paths.variants(log), of="journeys", **how),
}


def answers_of(log: tp.Journeys) -> list[dict[str, Any]]:
    """Return answers of some journeys that count once, which depend on nothing but their ids."""
    return [
        {
            "journey": one.id,
            "time": f"{one.times[-1]}Z",
            "need": "save_money" if int(one.id) % 4 else one.touchpoints[-1].need,
        }
        for one in log
        if one.count == 1 and len(one) and int(one.id) % 3
    ]


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
            "nps": np.where(rng.random(rows) < 0.4, rng.integers(0, 11, rows), np.nan),
            "source": np.array(["web", "shop", "desk"], dtype=object)[rng.integers(0, 3, rows)],
        },
    )
