"""Bit-parallel edit and LCS distances between all sequences, many positions per machine word.

One bit for each position of a sequence is the difference between adjacent cells of a column in
the table of dynamic programming, so that a whole column takes a few operations on words. One bit
of each word is reserved for the carry into the next word. Blocks of sequences are compared at
once, small enough for their words to stay in the cache of a core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isqrt

import attrs
import numpy as np

from touchpoints._core.arrays.distances.edit_distances import Padded, padded
from touchpoints._core.arrays.distances.long_texts import edits, unshared
from touchpoints._core.arrays.distances.square import Square, spans
from touchpoints._core.arrays.segments import lengths_of, offsets_of, rows_of
from touchpoints._core.frozen import Array

_TABLE = 1 << 20
_CALL = 100_000
_STATE = 1 << 19
_WIDTHS = (16, 1024)
_ONE_BY_ONE = 16


@attrs.frozen
class _Words:
    """The number of words of a sequence, and the size of each word in bytes."""

    count: int
    size: int

    @classmethod
    def of(cls, longest: int) -> _Words:
        """Return the number and size of words that need the fewest bytes."""
        options = [cls(max(1, -(-longest // (8 * size - 1))), size) for size in (8, 4, 2)]
        return min(options, key=lambda words: words.count * words.size)

    @property
    def bits(self) -> int:
        return 8 * self.size - 1

    @property
    def dtype(self) -> np.dtype[np.generic]:
        return np.dtype(f"u{self.size}")

    @property
    def full(self) -> np.generic:
        return self.dtype.type((1 << self.bits) - 1)

    def masks(self, lengths: Array) -> Array:
        """Return words with a 1 for each position of each sequence, (count, n)."""
        within = np.clip(lengths - np.arange(self.count)[:, None] * self.bits, 0, self.bits)
        ones = (np.uint64(1) << within.astype(np.uint64)) - np.uint64(1)
        return ones.astype(self.dtype)


@attrs.frozen(eq=False, kw_only=True)
class _Patterns:
    """Sequences as bit masks.

    ``table[w, c, i]`` has a 1 for each position of word w where pattern i has the code with
    number c; number 0 stands for all codes that no pattern has. ``numbers[code]`` is c.
    """

    words: _Words
    table: Array
    numbers: Array
    lengths: Array

    @classmethod
    def of(cls, sequences: Padded, size: int) -> _Patterns:
        """Return the bit masks of the positions of each code in each sequence."""
        longest = int(sequences.lengths.max(initial=0))
        words = _Words.of(longest)
        inside = sequences.codes[:, :longest]
        used = np.unique(inside[inside >= 0])
        numbers = np.zeros(size + 1, dtype=np.intp)  # the last entry is for the padding, -1
        numbers[used] = np.arange(1, len(used) + 1)
        shape = (words.count, len(used) + 1, len(sequences))
        table = np.zeros(shape, dtype=words.dtype)
        across = np.arange(len(sequences))
        for position in range(longest):
            word, bit = divmod(position, words.bits)
            table[word, numbers[inside[:, position]], across] |= words.dtype.type(1 << bit)
        table[:, 0] = 0
        return cls(words=words, table=table, numbers=numbers, lengths=sequences.lengths)

    @classmethod
    def fitting_codes(cls, fits: Array) -> _Patterns:
        """Return the bit masks of one pattern, given the codes that fit each position, (p, k)."""
        longest, size = fits.shape
        words = _Words.of(longest)
        table = np.zeros((words.count, size + 1, 1), dtype=words.dtype)
        for position, codes in enumerate(fits):
            word, bit = divmod(position, words.bits)
            table[word, 1:, 0] |= codes * words.dtype.type(1 << bit)
        numbers = np.append(np.arange(1, size + 1), 0)
        return cls(words=words, table=table, numbers=numbers, lengths=np.array([longest]))

    def fitting(self, _: int) -> int:
        """Return the number of texts to compare at once."""
        room = min(_CALL, _STATE // self.words.count)
        return max(1, room // (self.words.size * len(self.lengths)))

    def first(self, count: int) -> _Patterns:
        """Return the first ``count`` patterns."""
        if count == len(self.lengths):
            return self
        table = np.ascontiguousarray(self.table[:, :, :count])
        return attrs.evolve(self, table=table, lengths=self.lengths[:count])


_Compare = Callable[[_Patterns, Padded], Array]
_Measures = tuple[_Compare, Callable[[Array, Array], int]]


def lcs_distances(sequences: Padded, *, advance: Callable[[], None]) -> Array:
    """Return the LCS distance (insertions and deletions only) between all sequences.

    That is the number of positions of the two sequences that are not part of their longest common
    subsequence.

    Parameters
    ----------
    advance
        Called after each of the `part_count` parts of the work.

    Returns
    -------
    float64 (n, n)

    Notes
    -----
    H. Hyyrö (2004), Bit-parallel LCS-length computation revisited, Proc. 15th Australasian
    Workshop on Combinatorial Algorithms, 16-27. O(n² × longest²) over the bits of a word.
    """
    return _from_each_to_each(sequences, _unshared, advance)


def fewest_edits(sequences: Padded, *, advance: Callable[[], None]) -> Array:
    """Return the Levenshtein distance between all sequences.

    That is the minimum number of insertions, deletions and substitutions of one position.

    Parameters
    ----------
    advance
        Called after each of the `part_count` parts of the work.

    Returns
    -------
    float64 (n, n)

    Notes
    -----
    G. Myers (1999), A fast bit-vector algorithm for approximate string matching based on dynamic
    programming, Journal of the ACM 46(3), 395-415, doi:10.1145/316542.316550, for whole
    sequences. O(n² × longest²) over the bits of a word.
    """
    return _from_each_to_each(sequences, _edits, advance)


def common_lengths(codes: Array, offsets: Array, fits: Array) -> Array:
    """Return the length of each segment's longest common subsequence with an ideal, int64 (n,).

    Parameters
    ----------
    fits : bool (p, k)
        Whether each code fits each position of the ideal sequence.

    Notes
    -----
    As `lcs_distances`, O(p × m) over the bits of a word.
    """
    return (
        lengths_of(offsets) + len(fits) - _from_one(codes, offsets, fits, (_unshared, unshared))
    ) // 2


def edits_from(codes: Array, offsets: Array, fits: Array) -> Array:
    """Return the Levenshtein distance between each segment and an ideal sequence, int64 (n,).

    Parameters are those of `common_lengths`, the method is that of `fewest_edits`.
    """
    return _from_one(codes, offsets, fits, (_edits, edits))


def part_count(sequences: Padded) -> int:
    """Return the number of parts in which the work is done."""
    return len(list(_chunks(np.sort(sequences.lengths), _size(sequences))))


def _size(sequences: Padded) -> int:
    return int(sequences.codes.max(initial=-1)) + 1


def _chunks(lengths: Array, size: int) -> Iterator[slice]:
    """Yield spans of patterns whose table fits in the cache."""

    def width(longest: int) -> int:
        words = _Words.of(longest)
        room = _TABLE // (words.count * words.size)
        widest = max(room // max(size, 1), isqrt(room // max(longest, 1)))
        return min(max(widest, _WIDTHS[0]), _WIDTHS[1])

    return spans(lengths, 0, width=width)


def _from_each_to_each(sequences: Padded, compare: _Compare, advance: Callable[[], None]) -> Array:
    square = Square.of(sequences.lengths)
    ordered = sequences.rows(square.order)
    size = _size(sequences)
    for chunk in _chunks(ordered.lengths, size):
        patterns = _Patterns.of(ordered.rows(chunk), size)
        for block in spans(ordered.lengths, chunk.start + 1, width=patterns.fitting):
            stop = min(chunk.stop, block.stop - 1)
            found = compare(patterns.first(stop - chunk.start), ordered.rows(block))
            square.put(block, slice(chunk.start, stop), found)
        advance()
    return square.matrix


def _from_one(codes: Array, offsets: Array, fits: Array, measures: _Measures) -> Array:
    """Return the distance of each segment; the longest segments are measured one by one."""
    together, alone = measures
    patterns, lengths = _Patterns.fitting_codes(fits), lengths_of(offsets)
    order = np.argsort(lengths, kind="stable")
    answer = np.empty(len(lengths), dtype=np.int64)
    short = order[: max(len(order) - _ONE_BY_ONE, 0)]
    for block in spans(lengths[short], 0, width=patterns.fitting):
        chosen = short[block]
        part = padded(codes[rows_of(offsets, chosen)], offsets_of(lengths[chosen]))
        answer[chosen] = together(patterns, part)[:, 0]
    for segment in order[len(short) :].tolist():
        answer[segment] = alone(codes[offsets[segment] : offsets[segment + 1]], fits)
    return answer


def _columns(texts: Padded, numbers: Array) -> Iterator[tuple[slice, Array]]:
    """Yield, for each position, the texts that reach it and the numbers of their codes there."""
    longest = int(texts.lengths.max(initial=0))
    columns = np.ascontiguousarray(numbers[texts.codes[:, :longest]].T)
    over = np.searchsorted(texts.lengths, np.arange(longest), side="right").tolist()
    for position, first in enumerate(over):
        yield slice(first, None), columns[position, first:]


def _unshared(patterns: _Patterns, texts: Padded) -> Array:
    """Return the LCS distance between texts and patterns, int64 (t, p).

    A 0 in ``alone`` is a position of the pattern at which the length of the longest common
    subsequence with the text read so far increases by one.
    """
    words, shape = patterns.words, (len(texts), len(patterns.lengths))
    last, full = words.count - 1, words.full
    alone = np.full((words.count, *shape), full, dtype=words.dtype)
    spare = np.zeros((3, *shape), dtype=words.dtype)
    for running, codes in _columns(texts, patterns.numbers):
        hits, total, carried = spare[:, running]
        for word in range(words.count):
            here = alone[word, running]
            np.take(patterns.table[word], codes, axis=0, out=hits, mode="clip")
            np.bitwise_and(hits, here, out=hits)
            np.add(here, hits, out=total)
            if word:
                np.add(total, carried, out=total)
            np.subtract(here, hits, out=here)
            np.bitwise_or(here, total, out=here)
            if word < last:
                np.right_shift(total, words.dtype.type(words.bits), out=carried)
                np.bitwise_and(here, full, out=here)
    lone = np.bitwise_count(alone & full).sum(axis=0, dtype=np.int64)
    shared = words.count * words.bits - lone
    answer: Array = np.add.outer(texts.lengths, patterns.lengths) - 2 * shared
    return answer


def _edits(patterns: _Patterns, texts: Padded) -> Array:
    """Return the Levenshtein distance between texts and patterns, int64 (t, p).

    ``more`` and ``less`` have a 1 where one more position of the pattern increases, or decreases,
    the distance by one.
    """
    words, shape = patterns.words, (len(texts), len(patterns.lengths))
    masks = words.masks(patterns.lengths)
    more = np.full((words.count, *shape), words.full, dtype=words.dtype)
    less = np.zeros_like(more)
    spare = np.zeros((7, *shape), dtype=words.dtype)
    for running, codes in _columns(texts, patterns.numbers):
        room = spare[:, running]
        for word in range(words.count):
            np.take(patterns.table[word], codes, axis=0, out=room[0], mode="clip")
            ends = (word == 0, word == words.count - 1)
            _advance(more[word, running], less[word, running], room, ends)
    answer = np.repeat(texts.lengths[:, None], shape[1], axis=1)
    for word, mask in enumerate(masks):
        answer += np.bitwise_count(more[word] & mask)
        answer -= np.bitwise_count(less[word] & mask)
    return answer


def _advance(more: Array, less: Array, room: Array, ends: tuple[bool, bool]) -> None:
    """Update one word of the patterns for one position of the texts.

    ``room[0]`` has a 1 where they match; ``room[4:]`` has the carries of the previous word: of
    the sum, of no increase from one position of the text to the next, and of a decrease. ``ends``
    is whether the word is the first, and whether it is the last.
    """
    match, same, fewer, either, carry_sum, carry_more, carry_fewer = room
    first, last = ends
    word, bits = more.dtype.type, 8 * more.itemsize - 1
    one, top, full = word(1), word(bits), word((1 << bits) - 1)
    np.bitwise_or(match, less, out=match)
    np.bitwise_and(match, more, out=same)
    np.add(same, more, out=same)
    if not first:
        np.add(same, carry_sum, out=same)
    if not last:
        np.right_shift(same, top, out=carry_sum)
    np.bitwise_xor(same, more, out=same)
    np.bitwise_or(same, match, out=same)  # 1 where the diagonal move costs nothing
    not_more = np.bitwise_or(same, more, out=match)
    np.bitwise_xor(not_more, less, out=not_more)
    np.bitwise_and(same, more, out=fewer)
    np.left_shift(not_more, one, out=not_more)
    np.left_shift(fewer, one, out=fewer)
    if not first:
        np.bitwise_or(not_more, carry_more, out=not_more)
        np.bitwise_or(fewer, carry_fewer, out=fewer)
    if not last:
        np.right_shift(not_more, top, out=carry_more)
        np.right_shift(fewer, top, out=carry_fewer)
    np.bitwise_or(same, not_more, out=either)
    np.bitwise_xor(either, not_more, out=less)
    np.bitwise_xor(either, same, out=more)
    np.bitwise_or(more, fewer, out=more)
    if not last:
        np.bitwise_and(more, full, out=more)
