"""What the scripts ``attribution_*.py`` of this folder share. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable

from measure_paths import Answer, label

ORDERS = (1, 2, 3)
HEURISTICS = "first, last, linear"


def markov(order: int) -> str:
    """Return the name of a question."""
    return f"Markov {order}"


def answer(kind: str, touchpoints: Iterable[str], numbers: Iterable[float]) -> Answer:
    """Return numbers of touchpoints in the form that is compared."""
    rows = zip(touchpoints, numbers, strict=True)
    return {label(kind, name): float(number) for name, number in rows}
