"""A funnel by its definition: try every way a journey can take the steps."""

from __future__ import annotations

import itertools


def depth(path: str, steps: str, order: str, window: int | None = None) -> int:
    """Return how many steps a journey of one letter a day reaches, by trying all positions."""
    if order == "open":
        return sum(step in path for step in steps)
    for count in range(len(steps), 0, -1):
        for chosen in itertools.permutations(range(len(path)), count):
            fits = all(path[place] == steps[nth] for nth, place in enumerate(chosen))
            rising = all(left < right for left, right in itertools.pairwise(chosen))
            adjacent = all(left + 1 == right for left, right in itertools.pairwise(chosen))
            behind = all(chosen[0] < place for place in chosen[1:])
            in_time = window is None or max(chosen) - chosen[0] <= window
            allowed = {"closed": rising, "strict": adjacent, "hybrid": behind}[order]
            if fits and allowed and in_time:
                return count
    return 0
