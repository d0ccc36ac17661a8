"""Deterrence and uplift: coverage of their intervals, and how many discoveries are false."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

import touchpoints as tp

from .worlds import generator

Array = np.ndarray
NAMED = [tp.taxonomy.untyped(key) for key in ("ad", "call", "web", "zz")]


class Cell(NamedTuple):
    """One kind of world: how many persons, how many journeys they have, what is planted."""

    persons: int
    sizes: str
    planted: float = 0.2
    weights: str = "standardised"


class Covering(NamedTuple):
    """In how many worlds the interval covers what is planted, and how often p is below 0.05."""

    covered: int
    crude: int
    rejected: int
    worlds: int
    width: float
    known: int


CELLS = [
    Cell(persons, sizes, planted, weights)
    for weights in ("standardised", "inverse_probability")
    for planted in (0.2, 0.0)
    for sizes in ("ones", "fives", "tail")
    for persons in (15, 30, 200)
]


def sizes_of(cell: Cell) -> Array:
    """Return how many journeys each person has."""
    if cell.sizes == "tail":
        heavy = max(cell.persons // 5, 1)
        return np.where(np.arange(cell.persons) < heavy, 20, 1)
    return np.full(cell.persons, {"ones": 1, "fives": 5}[cell.sizes])


def world(cell: Cell, rng: np.random.Generator) -> tp.Journeys:
    """Return journeys that come from an ad or the web, call, and leave or go on.

    Who comes from an ad is more often dissatisfied with the call, and leaves more often anyway.
    Some persons are dissatisfied more often, and others leave more often. Dissatisfaction adds what
    is planted.
    """
    who = np.repeat(np.arange(cell.persons), sizes_of(cell))
    n = len(who)
    sour, hasty = rng.uniform(-0.15, 0.15, (2, cell.persons))[:, who]
    from_ad = rng.random(n) < 0.5
    negative = rng.random(n) < np.where(from_ad, 0.6, 0.3) + sour
    leaves = rng.random(n) < np.where(from_ad, 0.5, 0.2) + cell.planted * negative + hasty
    lengths = np.where(leaves, 2, 3)
    offsets = np.append(0, np.cumsum(lengths))
    codes = np.full(offsets[-1], 3)
    codes[offsets[:-1]] = np.where(from_ad, 0, 2)
    codes[offsets[:-1] + 1] = 1
    scores = np.full(offsets[-1], np.nan)
    scores[offsets[:-1] + 1] = np.where(negative, 1.0, 5.0)
    return tp.Journeys(
        touchpoints=NAMED,
        codes=codes,
        offsets=offsets,
        persons=who,
        per_interaction={"csat": scores},
    )


def covering(cell: Cell, *, worlds: int, seed: int) -> Covering:
    """Return how often the interval of the exits after a negative call covers what is planted."""
    rng = generator(seed, *cell)
    covered = crude = rejected = known = 0
    widths = []
    for _ in range(worlds):
        found = tp.experience.deterrence(world(cell, rng), metric="csat", weights=cell.weights)
        at = list(zip(found.touchpoint, found.side, strict=True)).index(("call", "negative"))
        if np.isnan(found.low[at]):
            continue
        known += 1
        shift = found.crude[at] - found.difference[at]
        covered += bool(found.low[at] <= cell.planted <= found.high[at])
        crude += bool(found.low[at] + shift <= cell.planted <= found.high[at] + shift)
        rejected += bool(found.p[at] <= 0.05)
        widths.append(found.high[at] - found.low[at])
    return Covering(covered, crude, rejected, worlds, float(np.mean(widths or [np.nan])), known)


class Discoveries(NamedTuple):
    """The mean share of false discoveries, and how many of the planted deterrents are found."""

    false: float
    found: float


def discoveries(
    *, worlds: int, seed: int, persons: int, planted: int, of: int = 20, more: float = 0.4
) -> Discoveries:
    """Return what is called at q <= 0.05 of so many touchpoints, of which some deter."""
    rng = generator(seed, "discoveries", persons, planted)
    false, found = [], []
    keys = [f"t{number:02}" for number in range(of)]
    for _ in range(worlds):
        who = np.repeat(np.arange(persons), of)
        sour, hasty = rng.uniform(-0.15, 0.15, (2, persons))[:, who]
        what = np.tile(np.arange(of), persons)
        negative = rng.random(len(who)) < 0.4 + sour
        leaves = rng.random(len(who)) < 0.3 + hasty + more * negative * (what < planted)
        lengths = np.where(leaves, 1, 2)
        offsets = np.append(0, np.cumsum(lengths))
        codes = np.full(offsets[-1], of)
        codes[offsets[:-1]] = what
        scores = np.full(offsets[-1], np.nan)
        scores[offsets[:-1]] = np.where(negative, 1.0, 5.0)
        log = tp.Journeys(
            touchpoints=[tp.taxonomy.untyped(key) for key in [*keys, "zz"]],
            codes=codes,
            offsets=offsets,
            persons=who,
            per_interaction={"csat": scores},
        )
        table = tp.experience.deterrence(log, metric="csat")
        asked = table.side == "negative"
        called = {
            key for key, q in zip(table.touchpoint[asked], table.q[asked], strict=True) if q <= 0.05
        }
        wrong = called - set(keys[:planted])
        false.append(len(wrong) / max(len(called), 1))
        found.append(len(called - wrong) / max(planted, 1))
    return Discoveries(float(np.mean(false)), float(np.mean(found)))


def incentive_world(cell: Cell, rng: np.random.Generator, *, random: bool) -> tp.Journeys:
    """Return journeys some of which get a coupon, which adds what is planted to who buys.

    Keen people buy more often anyway, and unless chance decides they get more coupons.
    """
    who = np.repeat(np.arange(cell.persons), sizes_of(cell))
    keen = rng.random(len(who)) < 0.5
    taste = rng.uniform(-0.15, 0.15, cell.persons)[who]
    coupon = rng.random(len(who)) < (0.5 if random else np.where(keen, 0.7, 0.3))
    bought = rng.random(len(who)) < 0.2 + 0.3 * keen + cell.planted * coupon + taste
    offsets = np.append(0, np.cumsum(1 + coupon))
    codes = np.zeros(offsets[-1], dtype=np.int64)
    codes[offsets[1:][coupon] - 1] = 1
    return tp.Journeys(
        touchpoints=NAMED[:2],
        codes=codes,
        offsets=offsets,
        persons=who,
        outcomes={"sale": bought * 1.0},
        per_journey={"keen": keen},
    )


class Uplifts(NamedTuple):
    """What was found of a coupon in each world: nan where nothing could be."""

    difference: Array
    crude: Array
    covered: Array


def uplifts(cell: Cell, *, random: bool, worlds: int, seed: int) -> Uplifts:
    """Return the uplift, the crude difference, and whether the interval covers what is planted."""
    rng = generator(seed, "uplift", random, *cell)
    rows = []
    for _ in range(worlds):
        found = tp.experience.uplift(
            incentive_world(cell, rng, random=random),
            incentive="call",
            adjust=() if random else ["keen"],
            weights=cell.weights,
            assigned=random,
        )
        low, high = found.low[0], found.high[0]
        covers = np.nan if np.isnan(low) else float(low <= cell.planted <= high)
        rows.append((found.difference[0], found.crude[0], covers))
    return Uplifts(*np.array(rows).T)


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the tables."""
    yield "deterrence: weights, planted, sizes, persons; covered, crude, p <= .05, width, known"
    for cell in CELLS:
        one = covering(cell, worlds=worlds, seed=seed)
        known = max(one.known, 1)
        yield (
            f"{cell.weights:>20} {cell.planted:4} {cell.sizes:>6} {cell.persons:4}  "
            f"{one.covered / known:6.3f} {one.crude / known:6.3f} {one.rejected / known:6.3f} "
            f"{one.width:6.3f} {one.known}"
        )
    yield "uplift: assigned at random, sizes, persons; covered, mean, mean crude (planted 0.2)"
    for random in (True, False):
        for sizes in ("ones", "fives", "tail"):
            for persons in (15, 30, 200):
                told = uplifts(Cell(persons, sizes), random=random, worlds=worlds, seed=seed)
                yield f"{random!s:>5} {sizes:>5} {persons:4}  " + " ".join(
                    f"{np.nanmean(one):6.3f}" for one in (told.covered, told.difference, told.crude)
                )
    yield "discoveries at q <= 0.05 of 20 touchpoints: persons, planted; false, found"
    for persons in (30, 200):
        for planted in (0, 5):
            called = discoveries(worlds=worlds, seed=seed, persons=persons, planted=planted)
            yield f"{persons:4} {planted}  {called.false:6.3f} {called.found:6.3f}"
