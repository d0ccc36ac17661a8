"""Journeys that hold everything that journeys can hold, to be written into event logs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.journeys.meta import Meta

TAXONOMY = tp.load_taxonomy("customer")


def everything(*, zone: str | None = "Europe/Madrid") -> tp.Journeys:
    """Return three journeys, one of them empty, with every column there is."""
    chat = TAXONOMY.touchpoint("live_chat", channel="app")
    touchpoints = (
        TAXONOMY.touchpoint("website_visit"),
        chat,
        tp.taxonomy.untyped("Grüße & <5 %> [a=b] (x)\n\ttail 日本"),
        tp.taxonomy.untyped("(start)"),
        tp.taxonomy.MISSING,
    )
    day = np.datetime64("2026-03-02T10:00:00.000001")
    minutes = np.array([0, 5, 5, 5, 9, 1], dtype="timedelta64[m]")
    ends = (day + minutes + np.array([1, 0, 9, 2, 0, 0], dtype="timedelta64[m]")).copy()
    ends[4] = "NaT"
    return tp.Journeys(
        touchpoints=touchpoints,
        codes=np.array([0, 1, 1, 2, 3, 4], dtype=np.int32),
        offsets=np.array([0, 5, 5, 6]),
        times=day + minutes,
        ends=ends,
        ids=[7, 3, 12],
        persons=["ana", None, "leo \\ 'x'"],
        counts=[1, 4, 0],
        began=[True, False, True],
        finished=[False, True, True],
        observed_until=np.array(["2026-04-01", "2026-04-02", "2026-04-03"], "datetime64[us]"),
        outcomes={"purchase": [1, np.nan, 0]},
        outcome_times={"purchase": np.array(["2026-03-02T10:09", "NaT", "NaT"], "datetime64[us]")},
        values={"revenue": [59.9, np.nan, -0.1]},
        per_interaction={
            "page": ["/", "ä", None, "<&\"'>", None, "/"],
            "name": ["a", None, None, None, None, "b"],
            "lifecycle:transition": ["x", "y", None, None, None, "z"],
            "touchpoints:odd": ["x", "y", None, None, None, "z"],
            "source": ["web"] * 6,
            "need_from": np.array([0, 1, 2, 0, 1, 2], dtype=np.int8),
            "whole": np.array([1, 2, 3, 4, 5, 2**60]),
            "real": np.array([0.1, np.nan, np.inf, -np.inf, 1e-300, 3.0]),
            "nothing": np.full(6, np.nan),
            "flag": np.array([True, False, True, True, False, False]),
            "seen": day + minutes,
            "never": np.full(6, "NaT", dtype="datetime64[us]"),
            "silent": [None] * 6,
        },
        per_journey={
            "segment": ["new", None, "old"],
            "page": [1, 2, 3],
            "person": ["p", "q", None],
            "since": np.array(["2020-01-01", "NaT", "2021-01-01"], "datetime64[us]"),
            "journey": ["a", "b", "c"],
        },
        meta=Meta(
            taxonomy=TAXONOMY,
            timezone=zone,
            lens=("channel",),
            defining={"purchase": ("purchase",)},
        ),
    )


def variants() -> dict[str, tp.Journeys]:
    """Return journeys that lack one thing or another, by what is odd about them."""
    full = everything()
    bare: dict[str, Any] = {"persons": None, "outcomes": {}, "outcome_times": {}, "values": {}}
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    numbered = tp.from_columns(
        {"id": [1, 1, 2], "at": [start] * 3, "what": ["a", "b", "a"], "who": [5, 5, 6]},
        journey="id", time="at", touchpoint="what", person="who",
    )  # fmt: skip
    return {
        "everything": full,
        "naive times": everything(zone=None),
        "no ends": attrs.evolve(full, ends=None),
        "no end known": attrs.evolve(full, ends=np.full(6, "NaT", dtype="datetime64[us]")),
        "no persons": attrs.evolve(full, **bare),
        "no person known": attrs.evolve(full, persons=[None] * 3),
        "persons and ids of many kinds": attrs.evolve(
            full, persons=[1, "a", None], ids=np.array(["1", 1, 2.5], dtype=object)
        ),
        "ids as text": attrs.evolve(full, ids=["007", "x y", "ñ"]),
        "numbers as ids and persons": numbered,
        "no times": attrs.evolve(
            full, times=None, ends=None, observed_until=None, outcome_times={}
        ),
        "no journeys": full[:0],
        "only empty journeys": full[1:2],
        "plain": tp.from_columns(
            {"id": list("ab"), "at": ["2026-01-01"] * 2, "what": ["x", "y"]},
            journey="id", time="at", touchpoint="what",
        ),
    }  # fmt: skip
