"""Sums over many random halves of the rows at once: 64 halves in the bits of each word."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.frozen import Array

HALVES = 64
"""The number of halves in a word."""

_GROUP = 31  # the sum of 31 bits is a number of 5 bits, by 26 full adders
_PLANES = 5
_LANE = 255  # the most groups whose bits a byte can count
_CHUNK = 1 << 13  # groups whose words stay in the cache
_ONES = np.uint64(0x0101010101010101)


@attrs.frozen(eq=False)
class BitSums:
    """How many rows of each segment are in each of 64 halves of the rows.

    A segment is a list of rows. Its rows are cut into groups of 31, whose words are added by full
    adders: 5 operations on words of 64 halves for each row (carry-save addition; W. J. Harley and
    R. Seal, in H. S. Warren, Hacker's Delight, 2nd edition, 5-1). Bytes then count the groups.

    Attributes
    ----------
    places : int64 (31, groups)
        The rows of each group; ``rows``, where a word of zeros stands, beyond the end of a segment.
        Segments of several groups come first.
    lanes : int64 (parts,)
        The first group of each part of these segments, of at most 255 groups.
    parts : int64
        The first part of each of them.
    several : int
        The number of their groups.
    order : int64 (segments,)
        The position of each segment in this order.
    rows : int
        The number of rows.
    """

    places: Array
    lanes: Array
    parts: Array
    several: int
    order: Array
    rows: int

    @classmethod
    def of(cls, rows: Array, starts: Array, *, size: int) -> BitSums:
        """Plan the sums: segment s has the rows ``rows[starts[s]:starts[s + 1]]``, at least one."""
        order = np.argsort(np.diff(starts) <= _GROUP, kind="stable")
        lengths = np.diff(starts)[order]
        groups = -(-lengths // _GROUP)
        first = np.append(0, np.cumsum(groups))
        places = np.full((int(first[-1]), _GROUP), size, dtype=np.int64)
        moved = np.cumsum(lengths) - lengths
        within = np.arange(len(rows))
        from_rows = within + np.repeat(starts[:-1][order] - moved, lengths)
        places.ravel()[within + np.repeat(first[:-1] * _GROUP - moved, lengths)] = rows[from_rows]
        many = int(np.count_nonzero(groups > 1))
        parts = -(-groups[:many] // _LANE)
        of_part = np.append(0, np.cumsum(parts))
        inside = np.arange(int(of_part[-1])) - np.repeat(of_part[:-1], parts)
        lanes = np.repeat(first[:many], parts) + _LANE * inside
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        several = int(first[many])
        return cls(np.ascontiguousarray(places.T), lanes, of_part[:-1], several, back, size)

    def counts(self, halves: Array) -> Array:
        """Return how many rows of each segment are in each half, int64 (segments, 64).

        ``halves`` says whether each row is in each half, bool (64, rows).
        """
        words = np.append(packed(halves), np.uint64(0))
        planes = [np.empty(self.places.shape[1], dtype=np.uint64) for _ in range(_PLANES)]
        in_threads(
            [
                partial(self._added, words, slice(start, start + _CHUNK), planes)
                for start in range(0, self.places.shape[1], _CHUNK)
            ],
            rows=self.places.size,
        )
        several, alone = self._by_bit(planes)
        sums = [np.add.reduceat(several, self.parts)] if len(self.parts) else []
        found: Array = np.concatenate([*sums, alone])[self.order]
        return found

    def _by_bit(self, planes: list[Array]) -> tuple[Array, Array]:
        """Return the sums of parts, and of segments of one group, by half: int64 (any, 64)."""
        several = np.zeros((8, len(self.lanes), 8), dtype=np.uint16)  # at most 255 groups of 31
        alone = np.zeros((8, self.places.shape[1] - self.several, 8), dtype=np.uint8)
        for power, plane in enumerate(planes):
            for bit in range(8):
                ones = (plane >> np.uint64(bit)) & _ONES
                alone[bit] += ones[self.several :].view(np.uint8).reshape(-1, 8) << power
                if len(self.lanes):
                    lane = np.add.reduceat(ones[: self.several], self.lanes)
                    several[bit] += lane.view(np.uint8).reshape(-1, 8).astype(np.uint16) << power
        ordered = [one.transpose(1, 2, 0).astype(np.int64, order="C") for one in (several, alone)]
        return ordered[0].reshape(-1, HALVES), ordered[1].reshape(-1, HALVES)

    def _added(self, words: Array, groups: slice, planes: list[Array]) -> None:
        def taken(place: int) -> Array:
            return words.take(self.places[place, groups])

        for plane, found in zip(planes, _planes(taken, 0, _GROUP), strict=True):
            plane[groups] = found


def packed(halves: Array) -> Array:
    """Return a word for each row: its bits say in which of 64 halves the row is, uint64 (rows,).

    Byte j of the word, in the order of memory, holds halves 8 j to 8 j + 7, the lowest bit first.
    """
    bits = halves.view(np.uint8)
    octets = np.empty((halves.shape[1], 8), dtype=np.uint8)
    for octet in range(8):  # much faster than np.packbits along the first axis
        found = bits[8 * octet + 7].copy()
        for bit in range(6, -1, -1):
            found <<= 1
            found |= bits[8 * octet + bit]
        octets[:, octet] = found
    return octets.view(np.uint64)[:, 0]


def _planes(taken: Callable[[int], Array], first: int, many: int) -> list[Array]:
    """Return the bits of how many of ``many`` words, one less than a power of 2, have each bit."""
    if many == 1:
        return [taken(first)]
    half = many // 2
    found, carry = [], taken(first + 2 * half)
    sides = (_planes(taken, start, half) for start in (first, first + half))
    for a, b in zip(*sides, strict=True):
        once = a ^ b
        np.bitwise_and(a, b, out=a)
        np.bitwise_and(once, carry, out=b)
        np.bitwise_or(a, b, out=a)
        np.bitwise_xor(once, carry, out=once)
        found.append(once)
        carry = a
    return [*found, carry]
