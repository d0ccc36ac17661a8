"""What `benchmarks/coverage.py` simulates: a module and a line of `SUBJECTS` for each subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import (
    attribution,
    blocks,
    credit_pairs,
    deterrence,
    differences,
    follow_up,
    losses,
    medians,
    need_shares,
    needs,
    others,
    shares,
    survival,
    tests,
    views,
)

# Each takes how many worlds a cell has and the seed, and yields the lines of its tables.
SUBJECTS: dict[str, Callable[[int, int], Iterable[str]]] = {
    "shares": shares.lines,
    "differences": differences.lines,
    "medians": medians.lines,
    "survival": survival.lines,
    "tests": tests.lines,
    "others": others.lines,
    "attribution": attribution.lines,
    "credit": credit_pairs.lines,
    "losses": losses.lines,
    "deterrence": deterrence.lines,
    "need shares": need_shares.lines,
    "needs": needs.lines,
    "views": views.lines,
    "blocks": blocks.lines,
    "follow-up": follow_up.lines,
}
