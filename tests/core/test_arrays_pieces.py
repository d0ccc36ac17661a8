"""Texts split at a separator in one buffer of bytes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays import pieces
from touchpoints._core.arrays.pieces import SPARE, split_texts

LETTERS = st.lists(st.sampled_from([b"a", b"b", b">", b">>", b"\x00"]), max_size=40).map(b"".join)
SEPARATORS = [b">", b">>", b">a>", b"a", b"\x00>", b">>>>>>>>>"]


def split(texts: list[bytes], separator: bytes) -> tuple[list[list[int]], dict[bytes, tuple]]:
    """Split texts, and show the result as the naive twin does."""
    data = np.frombuffer(b"".join(texts) + b">" * SPARE, dtype=np.uint8)
    offsets = np.append(0, np.cumsum([len(one) for one in texts])).astype(np.int64)
    found = split_texts(data, offsets, separator)
    codes = [found.codes[a:b].tolist() for a, b in itertools.pairwise(found.offsets.tolist())]
    places = zip(found.starts.tolist(), found.sizes.tolist(), strict=True)
    return codes, {data[a : a + size].tobytes(): (a, size) for a, size in places}


@pytest.mark.parametrize("block", [1, 1 << 20])
@given(st.lists(LETTERS, max_size=8), st.sampled_from(SEPARATORS))
def test_texts_are_split_as_bytes_split(block, texts, separator) -> None:
    """Overlapping separators, those that two texts would form together, empty and long pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_BLOCK", block)

        assert naive.split_texts(texts, separator) == split(texts, separator)


@given(st.lists(LETTERS, max_size=8))
def test_hashes_that_agree_are_told_apart(texts) -> None:
    """Where all pieces have the same hash, they are compared byte by byte."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_hashed", lambda heads, *_: np.zeros(len(heads), np.uint64))
        patch.setattr(pieces, "combine_hash", lambda hashes, _: np.zeros(len(hashes), np.uint64))

        assert naive.split_texts(texts, b">") == split(texts, b">")


def test_many_distinct_pieces() -> None:
    """More of them than the table of hashes has at first, some alike but for a byte within."""
    names = [b"a long name in which %06d is in the middle" % one for one in range(5000)]
    texts = [b">".join(names[one : one + 3]) for one in range(4998)]

    assert naive.split_texts(texts, b">") == split(texts, b">")
