"""Losses of a filter on journeys of letters: capitals are direct, small letters indirect."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise


def transitions(paths):
    """Return the number of occurrences of each transition."""
    return Counter(edge for path in paths for edge in pairwise(path))


def loss(paths, removed):
    """Return the row of losses for the removed kind."""
    gone = str.isupper if removed == "direct" else str.islower
    left = ["".join(one for one in path if not gone(one)) for path in paths]
    before, after = transitions(paths), transitions(left)
    whole = sum(n for edge, n in before.items() if not any(map(gone, edge)))
    return {
        "interactions": sum(map(len, paths)) - sum(map(len, left)),
        "journeys": sum(one != two for one, two in zip(paths, left, strict=True)),
        "emptied": sum(bool(one) and not two for one, two in zip(paths, left, strict=True)),
        "steps": before.total(),
        "broken": before.total() - whole,
        "bridged": after.total() - whole,
        "edges": len(before),
        "edges_broken": len(before.keys() - after.keys()),
        "edges_made": len(after.keys() - before.keys()),
        "variants": len(set(paths)),
        "variants_left": len({two for one, two in zip(paths, left, strict=True) if two or not one}),
    }
