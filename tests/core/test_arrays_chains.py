"""Chains counted from segments, against the windows of each segment one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays import chains, counting
from touchpoints._core.arrays.chains import Chain, tables
from touchpoints._core.arrays.chains.removal import without, without_each
from touchpoints._core.arrays.counting import states

K = 3
SEGMENTS = st.lists(
    st.tuples(
        st.lists(st.integers(0, K - 1), max_size=7), st.integers(0, 1), st.sampled_from([1.0, 2.5])
    ),
    min_size=1,
    max_size=8,
)
# How windows and transitions are numbered: together in a table, or first windows, then transitions,
# in a table or by a sort; in 32 or in 64 bits.
WAYS = [
    {},
    {"_BLOCK": 3, "_SEGMENTS": 2},
    {"TABLE": 0},
    {"TABLE": 0, "_HALF_WORD": 0},
    {"TABLE": 0, "_LARGE": 0},
    {"TABLE": 0, "DENSE": 0},
    {"TABLE": 0, "_HALF_WORD": 0, "_LARGE": 0, "DENSE": 0},
]


def arrays_of(drawn) -> tuple[np.ndarray, ...]:
    """Return codes, offsets, ends and weights of segments."""
    codes = np.array([one for segment, _, _ in drawn for one in segment], dtype=np.int32)
    offsets = np.array(naive.offsets_of([segment for segment, _, _ in drawn]), dtype=np.int64)
    ends = np.array([end for _, end, _ in drawn], dtype=np.int64)
    return codes, offsets, ends, np.array([weight for _, _, weight in drawn])


def chain_of(drawn, order: int, way: dict[str, int]) -> tuple[np.ndarray, Chain]:
    """Count a chain, with limits of the numbering changed; return also the codes of its states."""
    codes, offsets, ends, weights = arrays_of(drawn)
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in way.items():
            if name in {"TABLE", "_BLOCK", "_SEGMENTS"}:
                patch.setattr(tables, name.replace("TABLE", "DENSE"), limit)
                continue
            for module in (chains, states, counting) if name == "DENSE" else (chains,):
                patch.setattr(module, name, limit)
        chain, members = tables.chain_of(
            codes, offsets, K, order=order, ends=ends, weights=weights, kinds=2
        )
        return members, chain


def nodes_of(members: np.ndarray, chain: Chain) -> list[object]:
    """Return the name of each node, as the naive twin names it."""
    shown = [tuple(one for one in row if one >= 0) for row in members.tolist()]
    return [*shown, "start", *(("end", end) for end in range(chain.ends))]


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("order", [1, 2, 3])
@given(SEGMENTS)
def test_transitions_are_those_of_the_windows(order, way, drawn) -> None:
    """Their weights, and those that each segment passes; sorted by source, then target."""
    shown, chain = chain_of(drawn, order, way)
    nodes = nodes_of(shown, chain)
    pairs = list(zip(chain.sources.tolist(), chain.targets.tolist(), strict=True))
    names = [(nodes[source], nodes[target]) for source, target in pairs]

    assert pairs == sorted(pairs)
    wanted = naive.transitions(*zip(*drawn, strict=True), order)
    assert dict(wanted) == dict(zip(names, chain.totals.tolist(), strict=True))
    bounds = itertools.pairwise(chain.offsets.tolist())
    for (codes, end, _), first, (low, high) in zip(
        drawn, chain.first.tolist(), bounds, strict=True
    ):
        steps = ["start", *naive.windows(codes, order), ("end", end)]
        edges = [first, *(edge for edge in chain.passed[low:high].tolist() if edge < len(names))]
        assert list(itertools.pairwise(steps)) == [names[edge] for edge in edges]
    last = [names[edge][1] for edge in chain.last().tolist()]
    assert last == [("end", end) for _, end, _ in drawn]


@pytest.mark.parametrize("way", [{}, {"TABLE": 0}], ids=str)
@pytest.mark.parametrize("order", [2, 3, 4])
@given(SEGMENTS)
def test_states_are_sorted_by_their_codes(order, way, drawn) -> None:
    """A shorter segment comes before the windows that go on as it does."""
    shown, _ = chain_of(drawn, order, way)
    members = [tuple(row) for row in shown.tolist()]

    assert members == sorted(members)


@given(SEGMENTS)
def test_what_is_earned_without_each_code_needs_no_whole_inverse(drawn) -> None:
    """The diagonal of the inverse alone gives the same as all of it, and as solving anew."""
    members, chain = chain_of(drawn, 1, {})
    rewards = (chain.targets == chain.size + 1).astype(np.float64)
    whole = without_each(chain, members, rewards, codes=K)
    found = without_each(chain, members, rewards, codes=K, earned_only=True)

    np.testing.assert_allclose(found.earned, whole.earned, atol=1e-12)
    np.testing.assert_allclose(found.ahead[:, 0], whole.ahead[:, 0], atol=1e-12)
    np.testing.assert_allclose(found.forward[:, 0], whole.forward[:, 0], atol=1e-12)
    for code in range(K):
        lost = without(chain, rewards, chain.targets == code)
        assert lost.earned[1] == pytest.approx(found.earned[1 + code], abs=1e-12)
