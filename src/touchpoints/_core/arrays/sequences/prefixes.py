"""Frequent sequential patterns: subsequences found by growing prefixes (PrefixSpan)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import offsets_of, owners_of
from touchpoints._core.frozen import Array


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
    """A frequent subsequence: its codes, and the segments that contain it, sorted."""

    codes: tuple[int, ...]
    segments: Array


@attrs.frozen(eq=False)
class _Ends:
    """The last rows of the occurrences of a prefix, sorted, and their segments."""

    rows: Array
    owners: Array


def frequent(sequences: Sequences, step: Callable[[], None]) -> Iterator[Found]:
    """Yield the frequent subsequences, each prefix before its extensions.

    Parameters
    ----------
    step
        Called k times: after all subsequences that begin with a code have been yielded.

    Notes
    -----
    Only the rows after an occurrence of a prefix are read. Without a limit on gaps, only the first
    occurrence in a segment is kept; with a limit, every occurrence is kept.
    """
    every = np.arange(len(sequences.codes))
    owners = owners_of(sequences.offsets).astype(np.int64)
    begun = dict(_extended(sequences, every, owners))
    for code in range(sequences.k):
        if code in begun:
            yield from _grown(sequences, owners, (code,), begun[code])
        step()


def _grown(
    sequences: Sequences, owners: Array, prefix: tuple[int, ...], ends: _Ends
) -> Iterator[Found]:
    yield Found(prefix, ends.owners[run_starts(ends.owners)])
    if len(prefix) == sequences.longest:
        return
    rows = _rows_after(sequences, ends)
    for code, more in _extended(sequences, rows, owners[rows]):
        yield from _grown(sequences, owners, (*prefix, code), more)


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


def _extended(sequences: Sequences, rows: Array, owners: Array) -> Iterator[tuple[int, _Ends]]:
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
            yield int(codes[span.start]), _Ends(rows[span][chosen], owners[span][chosen])
