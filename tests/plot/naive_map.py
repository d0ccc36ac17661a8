"""How the picture of a map is laid out, as its definitions say it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from touchpoints.plot._shared.journey_map.flows import Flow


def chosen(
    flows: Sequence[Flow], most: int, steps: int, without: Collection[tuple[int, int]]
) -> dict[tuple[int, int], bool]:
    """Return the ends of the flows that are drawn, and whether each is the first at an end."""
    left = sorted(one for one in flows if (one.source, one.target) not in without)
    drawn: dict[tuple[int, int], bool] = {}
    for place, flow in enumerate(left):
        earlier = {end for one in left[:place] for end in (one.source, one.target)}
        if flow.source not in earlier or flow.target not in earlier:
            drawn[flow.source, flow.target] = True
    for flow in left:
        carried = sum(one.steps for one in left if (one.source, one.target) in drawn)
        if len(drawn) < most and carried < 0.8 * steps:
            drawn.setdefault((flow.source, flow.target), False)
    return drawn


def slopes(x: Sequence[float], y: Sequence[float]) -> list[float]:
    """Return the slopes of a monotone curve: weighted harmonic means, 0 at turns and at ends."""
    found = [0.0] * len(x)
    # Exact, so that no rise is too small to divide by.
    across, up = [Fraction(float(one)) for one in x], [Fraction(float(one)) for one in y]
    for place in range(1, len(x) - 1):
        wide, narrow = across[place + 1] - across[place], across[place] - across[place - 1]
        before = (up[place] - up[place - 1]) / narrow
        after = (up[place + 1] - up[place]) / wide
        if (before > 0 and after > 0) or (before < 0 and after < 0):
            weights = (2 * wide + narrow, wide + 2 * narrow)
            found[place] = float(sum(weights) / (weights[0] / before + weights[1] / after))
    return found
