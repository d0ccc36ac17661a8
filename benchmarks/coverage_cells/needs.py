"""How often the intervals of needs cover the truth: satisfaction, gaps, and threads.

People come several times for one need, some of them again by another channel, and are served or
not; the log ends while some still wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

import touchpoints as tp
from touchpoints.taxonomy import Touchpoint

from .worlds import Cell, drawn, generator

PERSONS = (15, 30, 200)
SIZES = ("fives", "1..10", "tail")
LAWS = ("B(1, 1)", "B(.4, 1.6)", ".5")
AGAIN = 0.3
HOUR = 3_600_000_000
SPAN, APART = 25, 36 * HOUR
ASK, AGAIN_ASKED, ANSWER, OTHER = range(4)
NAMED = [
    Touchpoint(type="", key="ask", need="solve", channel="web"),
    Touchpoint(type="", key="ask again", need="solve", channel="phone"),
    Touchpoint(type="", key="answer"),
    Touchpoint(type="", key="other"),
]
ESTIMATES = ("satisfaction", "gap", "met", "abandoned", "carried", "contacts")
TRUTHS = {"B(1, 1)": 0.5, "B(.4, 1.6)": 0.2, ".5": 0.5}


def log_of(chances: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> tp.Journeys:
    """Return a log of persons, each journey a need that is served or not, cut at its end."""
    persons = np.repeat(np.arange(len(sizes)), sizes)
    n = len(persons)
    again, served = rng.random(n) < AGAIN, rng.random(n) < chances[persons]
    order = np.array([[ASK, AGAIN_ASKED, ANSWER], [ASK, ANSWER, OTHER]])
    shown = np.where(again[:, None], order[0], order[1])
    shown = np.where((shown == ANSWER) & ~served[:, None], OTHER, shown)
    kept = np.ones((n, 3), dtype=bool)
    kept[:, 2] = again
    # Journeys of a person begin so far apart that each is a thread.
    place = np.concatenate([rng.permutation(SPAN)[:size] for size in sizes])
    begun = place[:, None] * APART
    waits = np.minimum(rng.exponential(2 * HOUR, (n, 3)), 10 * HOUR)
    waits[:, 0] = 0
    times = (begun + np.cumsum(waits, axis=1)).astype(np.int64)
    end = (rng.uniform(0.6, 1, len(sizes)) * SPAN * APART).astype(np.int64)[persons]
    watched = times[:, 0] <= end
    kept &= (times <= end[:, None]) & watched[:, None]
    lengths = kept.sum(axis=1)[watched]
    return tp.Journeys(
        touchpoints=NAMED,
        codes=shown[kept],
        offsets=np.append(0, np.cumsum(lengths)),
        times=times[kept].view("datetime64[us]"),
        persons=persons[watched],
        observed_until=end[watched].view("datetime64[us]"),
    )


def covering(
    cell: Cell, *, worlds: int, seed: int, level: float = 0.95, alone: bool = False
) -> dict[str, list[float]]:
    """Return how many worlds each interval covers, and the sum of the widths, by estimate.

    With ``alone`` journeys are taken to be of different persons.
    """
    rng = generator(seed, "needs", *cell)
    chances, sizes = drawn(cell, worlds, rng)
    truth = TRUTHS[cell.propensity]
    truths = {"satisfaction": truth, "gap": 1 - truth, "met": truth, "abandoned": 1 - truth}
    truths |= {"carried": AGAIN, "contacts": 1 + AGAIN}
    found = {name: [0.0, 0.0] for name in ESTIMATES}
    for world in range(worlds):
        log = log_of(chances[world], sizes[world], rng)
        log = attrs.evolve(log, persons=None) if alone else log
        for name, (low, high) in _intervals(log, level).items():
            found[name][0] += low <= truths[name] <= high
            found[name][1] += high - low
    return found


def _intervals(log: tp.Journeys, level: float) -> dict[str, tuple[float, float]]:
    day = dt.timedelta(hours=24)
    asked = {"success": {"solve": "answer"}, "within": day, "level": level}
    shares = tp.experience.need_satisfaction(log, **asked)
    gaps = tp.experience.need_gaps(log, **asked)
    threads = tp.experience.need_threads(log, **asked)
    ends = {"satisfaction": (shares, ""), "gap": (gaps, ""), "met": (threads, "")}
    ends |= {name: (threads, f"{name}_") for name in ("abandoned", "carried", "contacts")}
    return {
        name: (float(getattr(one, f"{end}low")[0]), float(getattr(one, f"{end}high")[0]))
        for name, (one, end) in ends.items()
    }


def waiting(cell: Cell, *, worlds: int, seed: int, level: float = 0.95) -> dict[str, list[float]]:
    """Return the same for the median time until needs are met, where eight in ten are.

    An end that is not known covers what lies beyond it; it adds no width.
    """
    rng = generator(seed, "waiting", *cell)
    _, sizes = drawn(cell, worlds, rng)
    found, truth = {"median": [0.0, 0.0]}, _median_wait()
    for world in range(worlds):
        log = log_of(rng.beta(8, 2, len(sizes[world])), sizes[world], rng)
        threads = tp.experience.need_threads(
            log, success={"solve": "answer"}, within=dt.timedelta(hours=24), level=level
        )
        low, high = float(threads.median_low[0]), float(threads.median_high[0])
        found["median"][0] += not (low > truth or high < truth)
        found["median"][1] += np.nan_to_num(high - low) / 3600
    return found


def _median_wait() -> float:
    """Return the median time until a need is met, from a million of them, in seconds."""
    rng = np.random.default_rng(0)
    n = 1_000_000
    waits = np.minimum(rng.exponential(2.0, (n, 2)), 10.0)
    hours = waits[:, 0] + np.where(rng.random(n) < AGAIN, waits[:, 1], 0.0)
    hours[rng.random(n) >= 0.8] = np.inf
    return float(np.median(hours)) * 3600


def agreeing(cell: Cell, *, worlds: int, seed: int, level: float = 0.95) -> dict[str, list[float]]:
    """Return the same for two sources that know why people come, more or less by person.

    With probability r a source knows, and else guesses: kappa is the mean of r squared, of a
    Beta(8, 2) by person.
    """
    rng = generator(seed, "agreeing", *cell)
    _, sizes = drawn(cell, worlds, rng)
    kappa = 0.8**2 + 0.16 / 11
    alike = kappa + (1 - kappa) * (0.3**2 + 0.7**2)
    found = {"kappa": [0.0, 0.0], "agreement": [0.0, 0.0]}
    for world in range(worlds):
        log = told_twice(rng.beta(8, 2, len(sizes[world])), sizes[world], rng)
        table = tp.experience.source_disagreements(log, event="id", of=["why"], level=level)
        for name, truth in (("kappa", kappa), ("agreement", alike)):
            low, high = (float(getattr(table, f"{name}_{end}")[0]) for end in ("low", "high"))
            found[name][0] += low <= truth <= high
            found[name][1] += high - low
    return found


def told_twice(known: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> tp.Journeys:
    """Return what two sources say of each visit of persons."""
    persons = np.repeat(np.arange(len(sizes)), sizes)
    n = len(persons)
    truth = rng.random(n) < AGAIN
    knows = rng.random((n, 2)) < known[persons][:, None]
    said = np.where(knows, truth[:, None], rng.random((n, 2)) < AGAIN)
    return tp.Journeys(
        touchpoints=[Touchpoint(type="", key="visit")],
        codes=np.zeros(2 * n, dtype=np.int32),
        offsets=np.arange(n + 1) * 2,
        persons=persons,
        per_interaction={
            "source": np.array(["web", "desk"] * n, dtype=object),
            "why": np.array(["help", "price"], dtype=object)[said.ravel().astype(int)],
            "id": np.repeat(np.arange(n), 2),
        },
    )


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each estimate in each kind of world, with the mean width."""
    laws = [Cell(sizes, law, n) for sizes in SIZES for law in LAWS for n in PERSONS]
    yield from _table(ESTIMATES, ((cell, [covering]) for cell in laws), worlds, seed)
    alike = [Cell(sizes, LAWS[0], n) for sizes in SIZES for n in PERSONS]
    yield ""
    names = ("median", "kappa", "agreement")
    cells = ((cell._replace(propensity="B(8, 2)"), [waiting, agreeing]) for cell in alike)
    yield from _table(names, cells, worlds, seed)


def _table(
    names: Iterable[str], cells: Iterable[tuple[Cell, list[Any]]], worlds: int, seed: int
) -> Iterable[str]:
    shown = list(names)
    yield "| sizes | propensity | persons | " + " | ".join(shown) + " |"
    yield "|---|---|---|" + "---|" * len(shown)
    for cell, asked in cells:
        law = cell.propensity if cell.propensity in LAWS else LAWS[0]
        found: dict[str, list[float]] = {}
        for one in asked:
            found |= one(cell._replace(propensity=law), worlds=worlds, seed=seed)
        parts = [f"{hit / worlds:.3f} ({width / worlds:.2f})" for hit, width in found.values()]
        yield f"| {cell.sizes} | {cell.propensity} | {cell.persons} | {' | '.join(parts)} |"
