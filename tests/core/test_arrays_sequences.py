"""Grouping of equal journeys: hashes, and collisions without effect on the result."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays import sequences

K = 3
PATHS = st.lists(st.lists(st.integers(0, K - 1), max_size=4), max_size=15)


def as_arrays(paths: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return codes and offsets."""
    return np.array(naive.flat(paths), np.int32), np.array(naive.offsets_of(paths), np.int64)


@given(PATHS)
def test_journeys_are_grouped_by_their_touchpoints(paths: list[list[int]]) -> None:
    """Groups are numbered by first appearance; the representative is the first journey."""
    codes, offsets = as_arrays(paths)
    hashes = sequences.sequence_hash(codes, offsets, K)

    groups, first = sequences.group_sequences(codes, offsets, hashes=hashes)

    assert naive.first_of_each(list(map(tuple, paths))) == (groups.tolist(), first.tolist())


@given(PATHS, st.sampled_from([0, 7, 2**63]), st.integers(1, 3))
def test_a_collision_never_merges_two_paths(
    paths: list[list[int]], constant: int, different: int
) -> None:
    """A constant hash, or a hash with few values, gives the same groups."""
    codes, offsets = as_arrays(paths)
    hashes = np.array([constant + len(path) % different for path in paths], dtype=np.uint64)

    groups, first = sequences.group_sequences(codes, offsets, hashes=hashes)

    assert naive.first_of_each(list(map(tuple, paths))) == (groups.tolist(), first.tolist())


@given(PATHS, st.booleans(), st.data())
def test_extras_separate_equal_sequences(
    paths: list[list[int]], collide: bool, data: st.DataObject
) -> None:
    """Journeys with the same touchpoints and different outcomes are different groups."""
    extras = data.draw(st.lists(st.integers(-1, 1), min_size=len(paths), max_size=len(paths)))
    codes, offsets = as_arrays(paths)
    extra = np.array(extras, dtype=np.int64)
    hashes = sequences.combine_hash(sequences.sequence_hash(codes, offsets, K), extra)
    if collide:
        hashes = np.zeros(len(paths), dtype=np.uint64)

    groups, first = sequences.group_sequences(codes, offsets, hashes=hashes, extras=(extra,))

    tuples = [(tuple(path), one) for path, one in zip(paths, extras, strict=True)]
    assert naive.first_of_each(tuples) == (groups.tolist(), first.tolist())


@given(PATHS)
def test_hashes_depend_on_nothing_but_the_touchpoints(paths: list[list[int]]) -> None:
    """The position of a journey in the array has no effect, and different journeys differ."""
    codes, offsets = as_arrays(paths)
    hashes = sequences.sequence_hash(codes, offsets, K).tolist()

    for position, path in enumerate(paths):
        alone = sequences.sequence_hash(*as_arrays([path]), K)[0]
        assert int(alone) == hashes[position]
    assert len(set(map(tuple, paths))) == len(set(hashes))


def test_hashes_of_journeys_beyond_a_block() -> None:
    """Hashes do not depend on the bounds of the blocks of the hashing loop."""
    codes = np.tile(np.arange(3, dtype=np.int32), 1_000_000)
    offsets = np.arange(0, len(codes) + 1, 300_000)

    hashes = sequences.sequence_hash(codes, offsets, K)

    assert 1 == len(set(hashes.tolist()))
    assert int(sequences.sequence_hash(codes[:300_000], offsets[:2], K)[0]) == int(hashes[0])


def test_long_journeys_are_compared_to_the_end() -> None:
    """Two journeys of a million touchpoints that differ in the last are separate groups."""
    path = np.zeros(1_000_000, dtype=np.int32)
    other = path.copy()
    other[-1] = 1
    codes = np.concatenate([path, other, path])
    offsets = np.arange(4) * len(path)

    groups, _ = sequences.group_sequences(codes, offsets, hashes=np.zeros(3, dtype=np.uint64))

    assert [0, 1, 0] == groups.tolist()


@given(PATHS, st.data())
def test_segments_are_compared_pair_by_pair(paths: list[list[int]], data: st.DataObject) -> None:
    """Any two segments can be compared, including empty segments."""
    codes, offsets = as_arrays(paths)
    position = st.integers(0, max(len(paths) - 1, 0))
    pairs = data.draw(st.lists(st.tuples(position, position))) if paths else []
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))

    assert [paths[one] == paths[two] for one, two in pairs] == sequences.equal_segments(
        codes, offsets, left, right
    ).tolist()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 1000])
def test_powers_wrap_around_like_64_bits(count: int) -> None:
    """Powers are taken modulo 2**64."""
    assert [pow(12345, exponent, 2**64) for exponent in range(count)] == sequences.powers(
        12345, count
    ).tolist()


def test_mixing_is_splitmix64() -> None:
    """The finaliser matches the published generator (Steele, Lea, Flood 2014), seed 0."""
    assert 0xE220A8397B1DCDAF == int(sequences.mix(np.array([0]))[0])
