"""Measures of service: how fast, whether at the first contact, for good, and how kindly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

import touchpoints as tp


def figure(*, lang: str, dark: bool, width: int) -> Any:
    """Return the figure of the gallery."""
    rng, rows = np.random.default_rng(1), []
    for ticket in range(200):
        at = dt.datetime(2026, 1, 5) + dt.timedelta(hours=float(rng.uniform(0, 700)))
        steps = [("message", 0.0), ("reply", rng.exponential(3.0)), ("solved", rng.exponential(9))]
        if rng.random() < 0.3:
            steps.insert(2, ("message", rng.exponential(5.0)))
        for what, hours in steps[: 4 if rng.random() < 0.9 else 2]:
            at += dt.timedelta(hours=float(hours))
            score = float(rng.integers(2, 6)) if what == "reply" else None
            rows.append({"ticket": ticket, "who": ticket // 2, "at": at, "what": what})
            rows[-1]["empathy"] = score
    tickets = tp.from_records(
        rows,
        journey="ticket",
        person="who",
        time="at",
        touchpoint="what",
        per_interaction=["empathy"],
    )
    found = tp.experience.service(
        tickets, reply="reply", solved="solved", contact="message", empathy="empathy"
    )
    return tp.plot.service(found, lang=lang, dark=dark, width=width)
