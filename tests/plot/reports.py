"""Journeys with scores and a plan, for tests of the report."""

from __future__ import annotations

import attrs
import numpy as np

import touchpoints as tp

PLAN = """
name = "buying"
taxonomy = "customer"
[touchpoints.search_query]
[touchpoints.review_read]
[touchpoints.trial_subscription]
[touchpoints.purchase]
[touchpoints.delivery_received]
"""
_MEAN = {
    "search_query": 4.0,
    "review_read": 4.5,
    "live_chat": 2.4,
    "trial_subscription": 2.0,
    "email_reminder": 3.0,
}


def shop(n: int = 1500, *, seed: int = 1) -> tp.Journeys:
    """Return journeys of a shop with made-up scores of some interactions, and the outcome sale."""
    journeys = tp.datasets.shop(n, seed=seed)
    means = np.array([_MEAN.get(one.type, 3.5) for one in journeys.touchpoints])
    random = np.random.default_rng(seed)
    scores = np.clip(np.round(random.normal(means[journeys.codes], 1.0)), 1, 5)
    scores[random.random(len(scores)) < 0.6] = np.nan
    columns = {**journeys.per_interaction, "csat": scores}
    return tp.mark(attrs.evolve(journeys, per_interaction=columns), "sale", when="purchase")


def plan() -> tp.Plan:
    """Return a plan with one touchpoint that nobody meets."""
    return tp.parse_plan(PLAN)


def service(journeys: tp.Journeys) -> tp.experience.Service:
    """Return measures of a service that replies in the chat."""
    return tp.experience.service(journeys, reply="live_chat", solved="purchase")
