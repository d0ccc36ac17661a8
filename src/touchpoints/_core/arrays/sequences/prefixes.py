"""Frequent sequential patterns: subsequences found by growing prefixes (PrefixSpan)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import offsets_of, owners_of
from touchpoints._core.frozen import Array

_LOOK_UP = 32  # a row looked up costs about as much as so many rows read


@attrs.frozen(eq=False)
class Sequences:
    """Segments of codes with their counts, and the limits of the search.

    Attributes
    ----------
    least
        The minimum support: the summed counts of the segments that contain a subsequence.
    longest
        The maximum length of a subsequence.
    gap
        The maximum number of other rows between two consecutive codes of a subsequence; None for
        no limit.
    """

    codes: Array
    offsets: Array
    counts: Array
    k: int
    least: float
    longest: int
    gap: int | None


@attrs.frozen(eq=False)
class Found:
    """A frequent subsequence: its codes, its support, and the segments that contain it, sorted."""

    codes: tuple[int, ...]
    support: int
    segments: Array


@attrs.frozen(eq=False)
class _Ends:
    """A code that extends a prefix: where it occurs, and the support of the longer prefix.

    ``rows`` are sorted, and ``owners`` are their segments.
    """

    code: int
    support: int
    rows: Array
    owners: Array


def frequent(sequences: Sequences, advance: Callable[[], None]) -> Iterator[Found]:
    """Yield the frequent subsequences, each prefix before its extensions.

    Parameters
    ----------
    advance
        Called k times: after all subsequences that begin with a code have been yielded.

    Notes
    -----
    Only the rows after an occurrence of a prefix are read. Without a limit on gaps, only the first
    occurrence in a segment is kept; with a limit, every occurrence is kept.
    """
    every = np.arange(len(sequences.codes))
    owners = owners_of(sequences.offsets).astype(np.int64)
    begun = {ends.code: ends for ends in _extended(sequences, every, owners)}
    places = _places(sequences)
    for code in range(sequences.k):
        if code in begun:
            yield from _grown(sequences, places, owners, begun[code])
        advance()


def _grown(sequences: Sequences, places: Array, owners: Array, begun: _Ends) -> Iterator[Found]:
    """Yield the subsequences that begin with a code, each before its extensions."""
    codes: list[int] = []
    levels = [iter([begun])]
    while levels:
        ends = next(levels[-1], None)
        if ends is None:
            levels.pop()
            continue
        codes[len(levels) - 1 :] = [ends.code]
        apart = sequences.gap is None  # then each segment has one end
        whose = ends.owners if apart else ends.owners[run_starts(ends.owners)]
        yield Found(tuple(codes), ends.support, whose)
        if len(codes) < sequences.longest:
            levels.append(_next_ends(sequences, places, owners, ends))


def _places(sequences: Sequences) -> Array:
    """Return ``code * m + row`` of each row, rising, and ``k * m``, int64 (m + 1,)."""
    size = len(sequences.codes)
    keys = np.full(size + 1, sequences.k * size, dtype=np.int64)
    keys[:-1] = sequences.codes
    keys[:-1] *= size
    keys[:-1] += np.arange(size)
    keys.sort()
    return keys


def _next_ends(sequences: Sequences, places: Array, owners: Array, ends: _Ends) -> Iterator[_Ends]:
    """Yield each code that enough segments have after these ends, and where it occurs."""
    after = int((sequences.offsets[1:][ends.owners] - ends.rows - 1).sum())
    if sequences.gap is None and after > _LOOK_UP * len(ends.rows) * sequences.k:
        yield from _looked_up(sequences, places, ends)
        return
    rows = _rows_after(sequences, ends)
    yield from _extended(sequences, rows, owners[rows])


def _looked_up(sequences: Sequences, places: Array, ends: _Ends) -> Iterator[_Ends]:
    """Find the next row of each code after each end by bisection, where many rows are left."""
    firsts = (np.arange(sequences.k) * len(sequences.codes))[:, None]
    rows = places[np.searchsorted(places, firsts + (ends.rows + 1))] - firsts
    there = rows < sequences.offsets[1:][ends.owners]
    totals = there @ sequences.counts[ends.owners]
    for code in np.flatnonzero((totals > 0) & (totals >= sequences.least)).tolist():
        some = there[code]
        yield _Ends(code, int(totals[code]), rows[code][some], ends.owners[some])


def _rows_after(sequences: Sequences, ends: _Ends) -> Array:
    """Return the distinct rows that can follow an occurrence of the prefix, int64, sorted."""
    stops = sequences.offsets[1:][ends.owners]
    if sequences.gap is not None:
        stops = np.minimum(stops, ends.rows + sequences.gap + 2)
    starts = ends.rows + 1
    if sequences.gap is not None and len(starts) > 1:
        starts = starts.copy()
        reach = np.maximum.accumulate(stops[:-1])
        np.maximum(starts[1:], reach, out=starts[1:])
    lengths = np.maximum(stops - starts, 0)
    moved = offsets_of(lengths)
    rows = np.arange(moved[-1], dtype=np.int64)
    rows += np.repeat(starts - moved[:-1], lengths)
    return rows


def _extended(sequences: Sequences, rows: Array, owners: Array) -> Iterator[_Ends]:
    """Yield each code with enough support among these rows, and the rows where it occurs."""
    if not len(rows):
        return
    order = np.argsort(sequences.codes[rows], kind="stable")
    rows, owners = rows[order], owners[order]
    codes = sequences.codes[rows]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (owners[1:] != owners[:-1]) | (codes[1:] != codes[:-1])
    weights = np.where(fresh, sequences.counts[owners], 0)
    starts = run_starts(codes)
    totals = np.add.reduceat(weights, starts)
    bounds = np.append(starts, len(rows)).tolist()
    for position, total in enumerate(totals.tolist()):
        if total and total >= sequences.least:
            span = slice(bounds[position], bounds[position + 1])
            chosen = fresh[span] if sequences.gap is None else slice(None)
            yield _Ends(int(codes[span.start]), total, rows[span][chosen], owners[span][chosen])
