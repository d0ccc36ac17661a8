"""How often the intervals of needs cover the truth: satisfaction, gaps, and threads.

People come several times for one need, some of them again by another channel, and are served or
not; the log ends while some still wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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


def covering(cell: Cell, *, worlds: int, seed: int, level: float = 0.95) -> dict[str, list[float]]:
    """Return how many worlds each interval covers, and the sum of the widths, by estimate."""
    rng = generator(seed, "needs", *cell)
    chances, sizes = drawn(cell, worlds, rng)
    truth = TRUTHS[cell.propensity]
    truths = {"satisfaction": truth, "gap": 1 - truth, "met": truth, "abandoned": 1 - truth}
    truths |= {"carried": AGAIN, "contacts": 1 + AGAIN}
    found = {name: [0.0, 0.0] for name in ESTIMATES}
    for world in range(worlds):
        log = log_of(chances[world], sizes[world], rng)
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


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each estimate in each kind of world, with the mean width."""
    yield "| sizes | propensity | persons | " + " | ".join(ESTIMATES) + " |"
    yield "|---|---|---|" + "---|" * len(ESTIMATES)
    for cell in (Cell(sizes, law, n) for sizes in SIZES for law in LAWS for n in PERSONS):
        found = covering(cell, worlds=worlds, seed=seed)
        shown = [f"{hit / worlds:.3f} ({width / worlds:.2f})" for hit, width in found.values()]
        yield f"| {cell.sizes} | {cell.propensity} | {cell.persons} | {' | '.join(shown)} |"
