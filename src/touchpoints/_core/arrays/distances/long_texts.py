"""Bit-parallel distances between one long sequence and an ideal one, position by position.

A whole column of the table of dynamic programming is one integer of Python, of any size: for a few
long sequences, that is faster than words of many sequences side by side.
"""

from __future__ import annotations

from collections.abc import Iterator

from touchpoints._core.frozen import Array

_AT_ONCE = 1 << 16


def unshared(codes: Array, fits: Array) -> int:
    """Return the LCS distance between a sequence and an ideal one.

    Parameters
    ----------
    codes : integers (m,) in ``range(k)``
    fits : bool (p, k)
        Whether each code fits each position of the ideal sequence.

    Notes
    -----
    H. Hyyrö (2004), Bit-parallel LCS-length computation revisited, Proc. 15th Australasian
    Workshop on Combinatorial Algorithms, 16-27. A 0 in ``alone`` is a position at which the length
    of the longest common subsequence increases by one. O(p × m) over the bits of a word.
    """
    full = alone = (1 << len(fits)) - 1
    for match in _matches(codes, fits):
        hits = alone & match
        alone = ((alone + hits) | (alone - hits)) & full
    return len(codes) - len(fits) + 2 * alone.bit_count()


def edits(codes: Array, fits: Array) -> int:
    """Return the Levenshtein distance between a sequence and an ideal one.

    Parameters are those of `unshared`.

    Notes
    -----
    G. Myers (1999), A fast bit-vector algorithm for approximate string matching based on dynamic
    programming, Journal of the ACM 46(3), 395-415, doi:10.1145/316542.316550, for whole
    sequences: ``more`` and ``less`` have a 1 where one more position of the ideal sequence
    increases, or decreases, the distance by one. O(p × m) over the bits of a word.
    """
    full = more = (1 << len(fits)) - 1
    less = 0
    for match in _matches(codes, fits):
        either = match | less
        same = (((either & more) + more) ^ more) | either
        rises = (((less | ~(same | more)) << 1) | 1) & full
        falls = (more & same) << 1
        more = (falls | ~(same | rises)) & full
        less = rises & same
    return len(codes) + more.bit_count() - less.bit_count()


def _matches(codes: Array, fits: Array) -> Iterator[int]:
    """Yield, for each position, an integer with a 1 where the code fits the ideal sequence."""
    rows = [sum(1 << position for position in one.nonzero()[0].tolist()) for one in fits.T]
    for start in range(0, len(codes), _AT_ONCE):
        for code in codes[start : start + _AT_ONCE].tolist():
            yield rows[code]
