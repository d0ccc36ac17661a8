"""Features of journeys, counted by hand: a dict of column to number for each journey."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from statistics import median

import numpy as np

import touchpoints as tp


def read(journeys: tp.Journeys, first: int | None) -> list[tuple[tuple[str, ...], list[int]]]:
    """Return the keys and the times in microseconds that are read of each journey."""
    found = []
    for one in journeys:
        times = [] if one.times is None else [int(t) for t in one.times.astype(np.int64)]
        found.append((one.keys[:first], times[:first]))
    return found


def known(journeys: tp.Journeys, first: int | None, least: int) -> tuple[list[str], list[tuple]]:
    """Return the touchpoints and transitions that enough real journeys have, sorted."""
    alone, pairs = Counter(), Counter()
    for (keys, _), count in zip(read(journeys, first), journeys.counts.tolist(), strict=True):
        alone.update(dict.fromkeys(keys, count))
        pairs.update(dict.fromkeys(pairwise(keys), count))
    return (
        sorted(key for key, count in alone.items() if count >= least),
        sorted(pair for pair, count in pairs.items() if count >= least),
    )


def names(kinds, touchpoints: list[str], pairs: list[tuple], positions: int) -> list[str]:
    """Return the names of the columns."""
    found = []
    for kind in kinds:
        if kind == "gaps":
            found += [f"gap:{what}" for what in ("known", "median", "longest", "last", "total")]
        elif kind == "transitions":
            found += [f"transition:{source} > {target}" for source, target in pairs]
            found.append("other:transition")
        else:
            more = [f"last{place}" for place in range(2, positions + 1)] if kind == "last" else []
            for head in [kind, *more]:
                found += [*(f"{head}:{key}" for key in touchpoints), f"other:{head}"]
    return found


def row(keys, times, touchpoints, pairs, positions: int) -> dict[str, float]:
    """Return every number of a journey that is not 0, of all kinds."""
    found: Counter[str] = Counter()
    for key in keys:
        found[f"count:{key}" if key in touchpoints else "other:count"] += 1
        found[f"presence:{key}" if key in touchpoints else "other:presence"] = 1
    for place, key in enumerate(keys[::-1][:positions], 1):
        head = "last" if place == 1 else f"last{place}"
        found[f"{head}:{key}" if key in touchpoints else f"other:{head}"] = 1
    for pair in pairwise(keys):
        found[f"transition:{' > '.join(pair)}" if pair in pairs else "other:transition"] += 1
    gaps = [later - sooner for sooner, later in pairwise(times)]
    if gaps:
        sizes = {"median": median(gaps), "longest": max(gaps), "last": gaps[-1], "total": sum(gaps)}
        found["gap:known"] = 1
        found.update({f"gap:{what}": math.log1p(size / 1e6) for what, size in sizes.items()})
    return found
