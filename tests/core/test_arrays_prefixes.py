"""Frequent subsequences, compared with trying every subsequence of every segment."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.naive import flat, offsets_of
from touchpoints._core.arrays.sequences import prefixes
from touchpoints._core.arrays.sequences.prefixes import Sequences, frequent

K = 4
weighted = st.lists(
    st.tuples(st.lists(st.integers(0, K - 1), max_size=7), st.integers(0, 3)), max_size=7
)


def sequences_of(rows, *, least=1.0, longest=3, gap=None) -> Sequences:
    """Return segments of codes with their counts."""
    segments = [codes for codes, _ in rows]
    return Sequences(
        np.array(flat(segments), dtype=np.int32),
        np.array(offsets_of(segments), dtype=np.int64),
        np.array([count for _, count in rows], dtype=np.int64),
        K,
        least,
        longest,
        gap,
    )


def contained(codes, *, longest, gap) -> set[tuple[int, ...]]:
    """Return every subsequence of one segment."""
    return {
        tuple(codes[row] for row in rows)
        for size in range(1, longest + 1)
        for rows in itertools.combinations(range(len(codes)), size)
        if gap is None
        or all(after - before <= gap + 1 for before, after in itertools.pairwise(rows))
    }


def tried(rows, *, least, longest, gap) -> dict[tuple[int, ...], tuple[int, list[int]]]:
    """Return the support of each frequent subsequence, and the segments that contain it."""
    inside = [contained(codes, longest=longest, gap=gap) for codes, _ in rows]
    answer = {}
    for one in sorted({codes for some in inside for codes in some}):
        segments = [row for row, some in enumerate(inside) if one in some]
        support = sum(rows[row][1] for row in segments)
        if support and support >= least:
            answer[one] = (support, segments)
    return answer


@given(weighted, st.integers(1, 4), st.integers(1, 4), st.none() | st.integers(0, 2))
@pytest.mark.parametrize("look_up", [-1, 32])
def test_frequent_subsequences_agree_with_trying_all(look_up, rows, least, longest, gap) -> None:
    """Support and segments, each prefix before what extends it, by bisection or by reading."""
    options = {"least": least, "longest": longest, "gap": gap}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefixes, "_LOOK_UP", look_up)
        found = list(frequent(sequences_of(rows, **options), lambda: None))

    expected = tried(rows, **options)
    assert expected == {one.codes: (one.support, one.segments.tolist()) for one in found}
    assert [one.codes for one in found] == list(expected)  # sorted: prefixes come first


def test_progress_advances_once_for_each_code() -> None:
    """After the subsequences that begin with the code, also where there are none."""
    heard: list[str] = []
    subsequences = frequent(sequences_of([([0, 2], 1)]), lambda: heard.append("advanced"))

    heard.extend(str(one.codes) for one in subsequences)

    told = ["(0,)", "(0, 2)", "advanced", "advanced", "(2,)", "advanced", "advanced"]
    assert told == heard
