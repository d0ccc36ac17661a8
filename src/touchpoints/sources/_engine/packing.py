"""Paths as digits of integers: the first touchpoints of a journey, exactly, in a few words."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.frozen import Array

_BITS = 62
_MOST_PLACES = 32
"""Longer journeys have their further places told apart by two hashes, and read afterwards."""
_FEW_MORE = 48


@attrs.frozen(kw_only=True)
class Packing:
    """How the codes of the first places of a journey become integers.

    Attributes
    ----------
    base
        One more than the number of codes: the digit 0 is no touchpoint.
    per_word
        Places in a word.
    places
        Places that are packed.
    """

    base: int
    per_word: int
    places: int

    @property
    def words(self) -> int:
        """Number of words."""
        return -(-self.places // self.per_word)

    def multipliers(self) -> tuple[list[int], list[int], list[int]]:
        """Return the place, from 1, the word and the value of the digit of each place."""
        places = list(range(self.places))
        return (
            [place + 1 for place in places],
            [place // self.per_word for place in places],
            [self.base ** (place % self.per_word) for place in places],
        )


def packing_for(codes: int, longest: int) -> Packing:
    """Return how journeys of so many codes and places are packed."""
    base = codes + 1
    per_word = 1
    while base ** (per_word + 1) < 2**_BITS:
        per_word += 1
    places = longest if longest <= _FEW_MORE else _MOST_PLACES
    return Packing(base=base, per_word=per_word, places=max(1, places))


def unpacked(words: Sequence[Array], lengths: Array, packing: Packing) -> tuple[Array, Array]:
    """Return the codes of the packed places of all paths, and where each path begins.

    Parameters
    ----------
    words : sequence of int64 (d,)
        The words of each path.
    lengths : int64 (d,)
        The places of each path, of which those after the packed ones are left open.

    Returns
    -------
    codes : int32 (sum of lengths,)
        The codes; -1 where a place was not packed.
    offsets : int64 (d+1,)
    """
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    codes = np.full(int(offsets[-1]), -1, dtype=np.int32)
    rest: list[Array] = [one.copy() for one in words]
    for place in range(packing.places):
        reach = np.flatnonzero(lengths > place)
        if not len(reach):
            break
        word = rest[place // packing.per_word]
        codes[offsets[reach] + place] = word[reach] % packing.base - 1
        word //= packing.base
    return codes, offsets
