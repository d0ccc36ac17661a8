"""How often differences before and after a change cover the truth, and charts raise false alarms.

Persons come several times, before and after the change, and reach the outcome as often as they do;
nothing changes. Half of them are a control group.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import attrs
import numpy as np
from scipy.stats import t as student

import touchpoints as tp
from touchpoints.errors import InvalidInputError

from .worlds import Cell, drawn, generator

PERSONS = (15, 30, 200)
SIZES = ("fives", "1..10", "tail")
LAWS = ("B(1, 1)", "B(.4, 1.6)")
ESTIMATES = ("share", "share, control", "mean", "mean, control")
FIRST = np.datetime64("2026-01-05", "us")
CHANGE = tp.experience.Change("training", "live_chat", date="2026-03-02")
SPAN = 112 * 86_400_000_000
WEEKS, AUTO = 30, (0.0, 0.3, 0.6)


def log_of(
    chances: np.ndarray, sizes: np.ndarray, rng: np.random.Generator, *, once: bool = False
) -> tp.Journeys:
    """Return a log in which nothing changes; with ``once`` persons come before or after only."""
    who = np.repeat(np.arange(len(sizes)), sizes)
    n = len(who)
    reached = rng.random(n) < chances[who]
    time = rng.random(n)
    if once:
        time = time / 2 + rng.permutation(np.arange(len(sizes)) // 2 % 2)[who] / 2
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("live_chat")],
        codes=np.zeros(n, dtype=int),
        offsets=np.arange(n + 1),
        times=FIRST + (time * SPAN).astype("m8[us]"),
        persons=who,
        outcomes={"sale": reached.astype(float)},
        values={"money": reached + rng.normal(size=n) / 2},
        per_journey={"city": np.where(who % 2, "a", "b").astype(object)},
    )


def covering(
    cell: Cell, *, worlds: int, seed: int, once: bool = False, alone: bool = False
) -> dict[str, tuple[int, int]]:
    """Return how many worlds each interval covers, and of how many there is one.

    With ``alone`` journeys are taken to be of different persons. An interval that is not known
    covers nothing.
    """
    rng = generator(seed, "follow-up", once, *cell)
    chances, sizes = drawn(cell, worlds, rng)
    found = {name: [0, 0] for name in ESTIMATES}
    for world in range(worlds):
        log = log_of(chances[world], sizes[world], rng, once=once)
        log = attrs.evolve(log, persons=None) if alone else log
        for name in ESTIMATES:
            measure = "outcome" if "share" in name else "value"
            control = ("city", "a") if "control" in name else None
            try:
                one = tp.experience.before_after(log, CHANGE, measure=measure, control=control)
            except InvalidInputError:  # a group has no journey in a period
                continue
            found[name][0] += bool(one.low[-1] <= 0 <= one.high[-1])
            found[name][1] += 1
    return {name: (hits, made) for name, (hits, made) in found.items()}


def series_of(correlation: float, rng: np.random.Generator) -> tp.Journeys:
    """Return 30 weeks of 40 journeys whose share wanders around .3 by itself."""
    drift = rng.normal(size=2 * WEEKS)
    for at in range(1, 2 * WEEKS):
        drift[at] += correlation * drift[at - 1]
    share = np.clip(0.3 + 0.08 * drift[WEEKS:], 0, 1)
    n = 40 * WEEKS
    day = np.append(np.repeat(np.arange(WEEKS) * 7.0, 40) + rng.uniform(0, 7, n), WEEKS * 7)
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("live_chat")],
        codes=np.zeros(n + 1, dtype=int),
        offsets=np.arange(n + 2),
        times=FIRST + (day * 86_400e6).astype("m8[us]"),
        outcomes={"sale": np.append(rng.random(n) < share.repeat(40), 0).astype(float)},
    )


def alarming(correlation: float, *, worlds: int, seed: int) -> dict[str, int]:
    """Return in how many worlds a change of level, and of slope, has p below .05.

    Beside them the same by least squares with the errors of Newey and West.
    """
    rng = generator(seed, "alarms", correlation)
    change = attrs.evolve(CHANGE, date="2026-04-20")
    alarms = dict.fromkeys(("level", "slope", "level, Newey-West", "slope, Newey-West"), 0)
    for _ in range(worlds):
        log = series_of(correlation, rng)
        found = tp.experience.interrupted_series(log, change, measure="outcome")
        chart = tp.experience.control_chart(log, measure="outcome")
        usual = newey_west(chart.value[chart.whole], after=found.periods_before)
        for name, p in zip(alarms, [*found.p[2:], *usual], strict=True):
            alarms[name] += bool(p < 0.05)
    return alarms


def newey_west(values: np.ndarray, *, after: int) -> np.ndarray:
    """Return p of the change of level and of slope, with the usual lag and Student's t."""
    n = len(values)
    t = np.arange(n) - after
    x = np.column_stack([np.ones(n), t, t >= 0, np.maximum(t, 0)])
    inverse = np.linalg.inv(x.T @ x)
    found = inverse @ x.T @ values
    moved = x * (values - x @ found)[:, None]
    spread, lags = moved.T @ moved, int(4 * (n / 100) ** (2 / 9))
    for lag in range(1, lags + 1):
        part = moved[lag:].T @ moved[:-lag]
        spread += (1 - lag / (lags + 1)) * (part + part.T)
    errors = np.sqrt(np.diag(inverse @ spread @ inverse) * n / (n - 4))
    return np.asarray(2 * student.sf(np.abs(found / errors), n - 4))[2:]


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of differences, then the false alarms of interrupted series."""
    yield f"| persons | come | sizes | propensity | {' | '.join(ESTIMATES)} |"
    yield "|---|---|---|---|" + "---|" * len(ESTIMATES)
    for persons, once, sizes, law in itertools.product(PERSONS, (False, True), SIZES, LAWS):
        shown = covering(Cell(sizes, law, persons), worlds=worlds, seed=seed, once=once)
        shares = " | ".join(f"{hits / made:.3f}" for hits, made in shown.values())
        yield f"| {persons} | {'once' if once else 'always'} | {sizes} | {law} | {shares} |"
    yield ""
    for correlation in AUTO:
        found = alarming(correlation, worlds=worlds, seed=seed)
        if correlation == AUTO[0]:
            yield f"| autocorrelation, share of p < .05 | {' | '.join(found)} |"
            yield "|---|" + "---|" * len(found)
        shares = " | ".join(f"{one / worlds:.3f}" for one in found.values())
        yield f"| {correlation} | {shares} |"
