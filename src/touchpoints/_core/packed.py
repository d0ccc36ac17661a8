"""Columns of text as one buffer of bytes, for work on bytes instead of Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.pieces import SPARE
from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.frozen import Array

_SURROGATES = "surrogatepass"  # Python texts can hold half a pair, which plain UTF-8 refuses
_TENS, _ZERO = 10 ** np.arange(1, 19), ord("0")
_INSIDE, _INSIDE_MASK = 0x80, 0xC0  # the bytes of a character after its first


@attrs.frozen(eq=False)
class PackedTexts:
    """Texts in UTF-8, one after another.

    Attributes
    ----------
    data : uint8
        The bytes of all texts, followed by at least 8 bytes of any value.
    offsets : int64 (n+1,)
        Text j has the bytes ``data[offsets[j]:offsets[j + 1]]``.
    """

    data: Array
    offsets: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def part(self, start: int, size: int) -> str:
        """Return some bytes as text."""
        return decoded(self.data[start : start + size])

    def texts(self) -> list[str]:
        """Return all texts."""
        return [
            decoded(self.data[low:high])
            for low, high in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True)
        ]


def encoded(text: str) -> bytes:
    """Return the bytes of a text."""
    return text.encode("utf-8", _SURROGATES)


def decoded(data: Array) -> str:
    """Return bytes as text."""
    return data.tobytes().decode("utf-8", _SURROGATES)


def packed_list(values: Sequence[str]) -> PackedTexts:
    """Pack texts; raise a TypeError when any value is not text."""
    joined = "".join(values)
    offsets = offsets_of(np.fromiter(map(len, values), np.int64, len(values)))
    found = packed_joined(encoded(joined), offsets)
    if joined.isascii():
        return found
    begins = (found.data[:-SPARE] & _INSIDE_MASK) != _INSIDE
    places = np.append(np.flatnonzero(begins), len(begins))
    return PackedTexts(found.data, places[offsets])


def packed_joined(data: Any, offsets: Array) -> PackedTexts:
    """Pack a buffer with the bytes of texts, at offsets from its start."""
    return packed_parts([data], offsets)


def packed_parts(parts: Sequence[Any], offsets: Array) -> PackedTexts:
    """Pack buffers with the bytes of texts, one after another, at offsets from the start."""
    given = [np.frombuffer(one, dtype=np.uint8) for one in parts]
    return PackedTexts(np.concatenate([*given, np.zeros(SPARE, dtype=np.uint8)]), offsets)


def numbered(numbers: Array, ending: str) -> list[str]:
    """Return the texts of whole numbers of at least 0, sorted, each with the same ASCII ending."""
    tail = np.frombuffer(f"{ending}\n".encode("ascii"), dtype=np.uint8)
    answer: list[str] = []
    for digits, part in enumerate(np.split(numbers, np.searchsorted(numbers, _TENS)), start=1):
        if not len(part):
            continue
        cells, left = np.empty((len(part), digits + len(tail)), dtype=np.uint8), part
        for place in range(digits)[::-1]:
            tens = left // 10
            cells[:, place] = left - 10 * tens + _ZERO
            left = tens
        cells[:, digits:] = tail
        answer += cells.tobytes().decode("ascii").split("\n")[:-1]
    return answer
