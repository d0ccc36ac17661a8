"""The columns of a wide map: how many each stage has, and which touchpoint is in which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from touchpoints.plot._shared.journey_map.content import Content

Counts = list[list[int]]
"""The number of touchpoints by lane and stage."""


def columns_of_stages(counts: Counts, *, most: int, for_order: int) -> list[int]:
    """Return the number of columns of each stage.

    Every stage has one. While there are more than that, a stage gets the smallest number of
    further columns that saves rows, the best saving per column first. What is left, up to
    ``for_order`` columns, goes to the stage with the most touchpoints per column, where the order
    in time becomes visible.
    """
    columns = [1] * len(counts[0])
    sizes = [sum(lane[stage] for lane in counts) for stage in range(len(columns))]
    while True:
        best = _best_saving(counts, columns, sizes, left=most - sum(columns))
        if best is None:
            break
        columns[best[0]] += best[1]
    while sum(columns) < for_order:
        crowd, _, stage = max(
            (size / have, -place, place)
            for place, (size, have) in enumerate(zip(sizes, columns, strict=True))
        )
        if crowd <= 1:
            break
        columns[stage] += 1
    return columns


def _rows(counts: Counts, columns: Sequence[int]) -> int:
    return sum(
        max(1, *(-(-count // have) for count, have in zip(lane, columns, strict=True)))
        for lane in counts
    )


def _best_saving(
    counts: Counts, columns: list[int], sizes: Sequence[int], *, left: int
) -> tuple[int, int] | None:
    """Return the stage that should get columns and how many, or None where none saves a row."""
    before = _rows(counts, columns)
    found = []
    for stage in range(len(columns)):
        for added in range(1, left + 1):
            tried = [have + added * (place == stage) for place, have in enumerate(columns)]
            saved = before - _rows(counts, tried)
            if saved > 0:
                found.append((-saved / added, added, -sizes[stage], stage))
                break
    if not found:
        return None
    _, added, _, stage = min(found)
    return stage, added


def columns_of_nodes(content: Content, columns: Sequence[int]) -> list[int]:
    """Return the column of each touchpoint: by its mean position in journeys within its stage."""
    nodes = content.nodes
    order = sorted(range(len(nodes)), key=lambda one: (nodes[one].position, nodes[one].key))
    first = [sum(columns[:stage]) for stage in range(len(columns))]
    of_stage: defaultdict[int, list[int]] = defaultdict(list)
    cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for place in order:
        of_stage[nodes[place].stage].append(place)
        cells[nodes[place].lane, nodes[place].stage].append(place)
    found = [0] * len(nodes)
    for (_, stage), cell in cells.items():
        ranks = [of_stage[stage].index(place) / len(of_stage[stage]) for place in cell]
        taken = _spread(ranks, columns[stage])
        for place, column in zip(cell, taken, strict=True):
            found[place] = first[stage] + column
    return found


def _spread(ranks: Sequence[float], columns: int) -> list[int]:
    """Return the columns of the touchpoints of a cell in order of their rank from 0 to 1."""
    count = len(ranks)
    if count > columns:
        each, more = divmod(count, columns)
        return [
            column for column in range(columns) for _ in range(each + (1 if column < more else 0))
        ]
    wanted = [min(columns - 1, int(rank * columns)) for rank in ranks]
    for place in range(1, count):
        wanted[place] = max(wanted[place], wanted[place - 1] + 1)
    for place in reversed(range(count)):
        most = columns - 1 if place == count - 1 else wanted[place + 1] - 1
        wanted[place] = min(wanted[place], most)
    return wanted
