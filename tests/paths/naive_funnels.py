"""A funnel by its definition: try all positions at which a journey can take the steps."""

from __future__ import annotations

import itertools


def depth(path: str, steps: str, order: str, window: int | None = None) -> int:
    """Return the number of steps that a journey of one letter per day reaches."""
    if order == "open":
        return sum(step in path for step in steps)
    for count in range(len(steps), 0, -1):
        for chosen in itertools.permutations(range(len(path)), count):
            fits = all(path[position] == steps[nth] for nth, position in enumerate(chosen))
            rising = all(left < right for left, right in itertools.pairwise(chosen))
            adjacent = all(left + 1 == right for left, right in itertools.pairwise(chosen))
            after = all(chosen[0] < position for position in chosen[1:])
            in_time = window is None or max(chosen) - chosen[0] <= window
            allowed = {"closed": rising, "strict": adjacent, "hybrid": after}[order]
            if fits and allowed and in_time:
                return count
    return 0
