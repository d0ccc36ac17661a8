"""Texts of numbers, written many at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.packed import numbered


@given(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 120), max_size=20))
def test_numbers_are_written_as_python_writes_them(drawn: list[int]) -> None:
    """With any number of digits, and the same ending."""
    written = numbered(np.array(sorted(drawn), dtype=np.int64), ":lost")

    assert written == [f"{one}:lost" for one in sorted(drawn)]
