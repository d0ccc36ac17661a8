"""Journeys made of what an engine answered: paths by number, and how many journeys take each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, take_rows
from touchpoints.sources._engine.packing import Packing, unpacked
from touchpoints.sources._engine.program import (
    CUT,
    GROUP,
    JOURNEYS,
    LENGTH,
    PLACE,
    WORD,
    Grouping,
)
from touchpoints.sources._engine.rows import COUNT, numbered
from touchpoints.sources._engine.tails import Tails
from touchpoints.sources._engine.typed import CODE
from touchpoints.taxonomy import Touchpoint


@attrs.frozen(kw_only=True, eq=False)
class Paths:
    """The distinct paths of an engine.

    Attributes
    ----------
    codes : int32 (m,)
        The touchpoints of all paths, one path after another.
    offsets : int64 (d+1,)
        Path p owns ``codes[offsets[p]:offsets[p+1]]``.
    counts : int64 (d,)
        The journeys that take each path.
    cut : bool (d,)
        Whether the path is only the first or last part of those journeys.
    groups : sequence of int64 (d,)
        The number of the value of each column that is kept, -1 where missing; then of the block.
    """

    codes: Array
    offsets: Array
    counts: Array
    cut: Array
    groups: tuple[Array, ...]


def frequent_first(found: Mapping[str, Array], packing: Packing, grouping: Grouping) -> Any:
    """Return the columns of an answer with the most frequent paths first, in a fixed order."""
    keys = [found[name] for name in grouping.keys(packing)]
    order = np.lexsort([*keys[::-1], found[LENGTH], -found[JOURNEYS]])
    return {name: one[order] for name, one in found.items()}


def decoded(
    found: Mapping[str, Array], packing: Packing, grouping: Grouping, tails: Tails | None
) -> Paths:
    """Return the paths of packed words and of the tails of the long ones."""
    words = [found[name] for name in numbered(WORD, packing.words)]
    codes, offsets = unpacked(words, found[LENGTH], packing)
    if tails is not None:
        codes[offsets[tails.path] + tails.place - 1] = tails.code
    return Paths(
        codes=codes,
        offsets=offsets,
        counts=found[JOURNEYS],
        cut=found[CUT] > 0,
        groups=tuple(found[name] for name in numbered(GROUP, len(grouping.sizes))),
    )


def told_apart(
    paths: Paths, collided: Array, of_row: Array, rows: Mapping[str, Array], owners: Array
) -> Paths:
    """Replace paths that share their hashes by those of their journeys, read one by one.

    Parameters
    ----------
    collided : int64 (c,)
        The positions of the paths.
    of_row : int64 (m,)
        The path of each place that was read.
    rows, owners
        The places that were read, and the journey of each.
    """
    numbers: dict[tuple[int, tuple[int, ...]], int] = {}
    order = np.lexsort((rows[PLACE], owners))
    bounds = np.flatnonzero(np.diff(owners[order], prepend=-1))
    for part in np.split(order, bounds[1:]):
        first = int(part[0])
        tail = tuple(rows[CODE][part].tolist())
        count = int(rows[COUNT][first]) if COUNT in rows else 1
        key = (int(of_row[first]), tail)
        numbers[key] = numbers.get(key, 0) + count
    wanted = set(collided.tolist())
    split = {key: count for key, count in numbers.items() if key[0] in wanted}
    kept = np.setdiff1d(np.arange(len(paths.counts)), collided)
    rows_of = np.concatenate([kept, np.array([path for path, _ in split], dtype=np.int64)])
    parts = [paths.codes[paths.offsets[path] : paths.offsets[path + 1]] for path in rows_of]
    for place, (_, tail) in enumerate(split, start=len(kept)):
        parts[place] = np.concatenate([parts[place][: len(parts[place]) - len(tail)], tail])
    counts = np.concatenate([paths.counts[kept], np.array([*split.values()], dtype=np.int64)])
    return Paths(
        codes=np.concatenate(parts).astype(np.int32),
        offsets=np.append(0, np.cumsum([len(one) for one in parts])),
        counts=counts,
        cut=paths.cut[rows_of],
        groups=tuple(one[rows_of] for one in paths.groups),
    )


def journeys_from(
    paths: Paths,
    touchpoints: Sequence[Touchpoint],
    kept: Mapping[str, Coded | Array],
    meta: Meta,
    *,
    last: bool,
) -> Journeys:
    """Return journeys of the paths.

    Parameters
    ----------
    kept
        The values of the columns that are kept, by number; -1 is missing.
    meta
        What it says of blocks is how many the persons are in; None where there are no persons.
    last
        Whether paths that are cut lack their beginning; otherwise their end.
    """
    codes, seen = ordering.by_appearance(paths.codes, len(touchpoints))
    whole = np.ones(len(paths.counts), dtype=bool)
    columns = {
        name: take_rows(column, numbers)
        for (name, column), numbers in zip(kept.items(), paths.groups, strict=False)
    }
    return Journeys(
        touchpoints=tuple(touchpoints[code] for code in seen.tolist()),
        codes=owned(codes),
        offsets=owned(paths.offsets),
        counts=owned(paths.counts),
        persons=None if meta.blocks is None else block_labels(paths.groups[-1], meta.blocks),
        began=owned(~paths.cut if last else whole),
        finished=owned(whole if last else ~paths.cut),
        per_journey=columns,
        meta=meta,
    )


def block_labels(numbers: Array, blocks: int) -> Array:
    """Return the names of blocks, as text of equal length."""
    digits = len(str(blocks - 1))
    labels = np.array([f"{block:0{digits}d}" for block in range(blocks)])
    return owned(labels[numbers])
