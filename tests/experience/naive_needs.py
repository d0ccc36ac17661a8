"""What happens to needs, by their definitions, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

import touchpoints as tp


def occurrences(
    log: tp.Journeys,
    *,
    success: dict[str, str] | None = None,
    scores: str | None = None,
    threshold: float = 0,
    within: int | None = None,
) -> list[dict[str, Any]]:
    """Return each occurrence of a need: its fate, its weight and what is beside it."""
    found = []
    keys = [one.key for one in log.touchpoints]
    for owner in range(len(log)):
        start, stop = int(log.offsets[owner]), int(log.offsets[owner + 1])
        for row in range(start, stop):
            need = log.touchpoints[int(log.codes[row])].need
            if need == "unknown" or not log.counts[owner]:
                continue
            place = (success or {}).get(need)
            judged = scores is not None or place is not None
            good = False
            for later in range(row, stop):
                waited = int(log.times[later].astype(np.int64) - log.times[row].astype(np.int64))
                if within is not None and waited > within:
                    break
                good |= place is not None and keys[int(log.codes[later])] == place
                good |= scores is not None and log.per_interaction[scores][later] >= threshold
            until = int(log.observed_until[owner].astype(np.int64))
            known = bool(log.finished[owner])
            if within is not None:
                known = until >= int(log.times[row].astype(np.int64)) + within
            found.append(
                {
                    "need": need,
                    "row": row,
                    "weight": int(log.counts[owner]),
                    "fate": "not judged"
                    if not judged
                    else ("yes" if good else "no")
                    if known
                    else ("already" if good else "late"),
                    "person": log.ids[owner] if log.persons is None else log.persons[owner],
                }
            )
    return found


def satisfaction(found: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the numbers of occurrences of each need, by fate."""
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        numbers[one["need"]][one["fate"]] += one["weight"]
    return {
        need: {
            "occurrences": sum(fates.values()),
            "satisfied": fates["yes"],
            "unsatisfied": fates["no"],
            "censored": fates["already"] + fates["late"],
            "already": fates["already"],
        }
        for need, fates in numbers.items()
    }
