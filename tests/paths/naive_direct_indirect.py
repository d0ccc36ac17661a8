"""What a filter loses, on journeys of letters: capitals are direct, small letters indirect."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise


def steps(paths):
    """Return how often each pair of neighbours occurs."""
    return Counter(pair for path in paths for pair in pairwise(path))


def loss(paths, removed):
    """Return the row of the kind removed."""
    gone = str.isupper if removed == "direct" else str.islower
    left = ["".join(one for one in path if not gone(one)) for path in paths]
    before, after = steps(paths), steps(left)
    whole = sum(n for pair, n in before.items() if not any(map(gone, pair)))
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
