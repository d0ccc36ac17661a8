"""How often the intervals of the two views cover the truth, and how often needs win.

Each person has a chance to buy and a taste for a need, which stay the same over their journeys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.taxonomy import Touchpoint

from .worlds import Cell, drawn, generator

PERSONS = (15, 30, 200)
SIZES = ("fives", "1..10", "tail")
MORE = 4
TRUTHS = {"lift": 2.0, "difference": 0.25, "ratio": 6.0}
NAMED = [
    Touchpoint(type="", key="asked", need="solve", channel="web"),
    Touchpoint(type="", key="looked", need="look", channel="web"),
]
SIX = [
    Touchpoint(type="", key=f"{channel} {need}", need=need, context="home", channel=channel)
    for channel in ("app", "shop", "web")
    for need in ("get", "look", "solve")
]
ODDS = np.array([0.2, 0.5, 0.8])


def log_of(chances: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> tp.Journeys:
    """Return journeys of a moment: those who buy have the need twice as often as others."""
    persons = np.repeat(np.arange(len(sizes)), sizes)
    n = len(persons)
    taste = rng.random(len(sizes))[persons]
    bought = rng.random(n) < chances[persons]
    needs = rng.random(n) < np.where(bought, taste, taste / 2)
    offsets = np.append(0, np.cumsum(1 + rng.binomial(MORE, taste)))
    codes = np.ones(offsets[-1], dtype=np.int32)
    codes[offsets[:-1]] = ~needs
    moment = np.datetime64("2026-01-05T12:00", "us")
    return tp.Journeys(
        touchpoints=NAMED,
        codes=codes,
        offsets=offsets,
        times=np.full(len(codes), moment),
        persons=persons,
        outcomes={"sale": bought.astype(np.float64)},
        outcome_times={"sale": np.where(bought, moment, np.datetime64("NaT", "us"))},
    )


def covering(cell: Cell, *, worlds: int, seed: int, alone: bool = False) -> dict[str, list[int]]:
    """Return, of each estimate, in how many worlds its interval covers, and in how many it is."""
    rng = generator(seed, "views", *cell)
    found = {name: [0, 0] for name in TRUTHS}
    for chances, sizes in zip(*drawn(cell, worlds, rng), strict=True):
        log = log_of(chances, sizes, rng)
        if alone:
            log = attrs.evolve(log, persons=None)
        lift = tp.experience.need_lift(log).to_dicts()
        ratio = tp.experience.touchpoint_ratio(log, window=dt.timedelta(days=1)).to_dicts()[0]
        ends = {"ratio": (ratio["low"], ratio["high"])}
        if row := next((one for one in lift if one["need"] == "solve"), None):
            ends["lift"] = (row["low"], row["high"])
            ends["difference"] = (row["difference_low"], row["difference_high"])
        for name, (low, high) in ends.items():
            found[name][0] += low <= TRUTHS[name] <= high
            found[name][1] += not np.isnan(low)
    return found


def wins(persons: int, *, worlds: int, seed: int, by_need: bool) -> int:
    """Return in how many worlds needs are said to predict better than channels."""
    rng = generator(seed, "wins", persons, by_need)
    won = 0
    for _ in range(worlds):
        log = _driven(persons, rng, by_need=by_need)
        won += _needs_win(log)
    return won


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield a line for each cell: the share of intervals that cover, of those that there are."""
    yield f"{'sizes':8}{'persons':>8}" + "".join(f"{name:>12}" for name in TRUTHS)
    for sizes in SIZES:
        for persons in PERSONS:
            found = covering(Cell(sizes, "B(1, 1)", persons), worlds=worlds, seed=seed)
            shares = "".join(f"{a / max(b, 1):12.3f}" for a, b in found.values())
            yield f"{sizes:8}{persons:8}{shares}"
    yield "needs win, where needs and where channels drive the outcome"
    for persons in PERSONS:
        shown = [wins(persons, worlds=worlds, seed=seed, by_need=one) for one in (True, False)]
        yield f"{'1..10':8}{persons:8}" + "".join(f"{one / worlds:12.3f}" for one in shown)


def _needs_win(log: tp.Journeys) -> bool:
    found = tp.experience.predictive_views(log)
    return bool(found.low[found.view.tolist().index("needs")] > 0)


def _driven(persons: int, rng: np.random.Generator, *, by_need: bool) -> tp.Journeys:
    """Return journeys of one touchpoint; persons prefer a channel and a need."""
    sizes = rng.integers(1, 11, persons)
    who = np.repeat(np.arange(persons), sizes)
    n = len(who)
    liked = rng.integers(0, 3, (2, persons))[:, who]
    chosen = np.where(rng.random((2, n)) < 0.5, liked, rng.integers(0, 3, (2, n)))
    sale = rng.random(n) < ODDS[chosen[int(by_need)]]
    sale[:2] = (True, False)
    return tp.Journeys(
        touchpoints=SIX,
        codes=(chosen[0] * 3 + chosen[1]).astype(np.int32),
        offsets=np.arange(n + 1),
        persons=who,
        outcomes={"sale": sale.astype(np.float64)},
    )
