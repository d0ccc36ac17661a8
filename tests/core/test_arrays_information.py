"""Conditional mutual information, exchanges and flips of scores, against their definitions."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import naive_information as naive
from touchpoints._core.arrays.statistics import exchanges
from touchpoints._core.arrays.statistics.exchanges import Exchange, Flips
from touchpoints._core.arrays.statistics.information import (
    Joint,
    Spread,
    p_of,
    scale_above_chance,
)

ROWS = st.lists(
    st.tuples(*(st.integers(0, most) for most in (2, 2, 3, 5))), min_size=1, max_size=40
)


def joint_of(rows: list[naive.Row]) -> tuple[Joint, list[naive.Row]]:
    """Return rows as the kernel takes them, and the same rows with units and parts from 0."""
    _, units = np.unique([one[3] for one in rows], return_inverse=True)
    names, kinds = np.unique([one[0] * 10 + one[1] for one in rows], return_inverse=True)
    _, parts = np.unique(names // 10, return_inverse=True)
    answers = np.array([one[2] for one in rows])
    joint = Joint(kinds, answers, parts, int(answers.max()) + 1, units)
    same = zip(parts[kinds].tolist(), kinds.tolist(), answers.tolist(), units.tolist(), strict=True)
    return joint, list(same)


def by_part(found: dict[int, float]) -> list[float]:
    """Return numbers in the order of parts."""
    return [found[one] for one in sorted(found)]


@given(ROWS)
def test_information_and_entropy_are_those_of_the_definition(rows: list[naive.Row]) -> None:
    """Part by part, in bits; all are at least 0, and information is at most the entropy."""
    joint, same = joint_of(rows)
    assert joint.information == pytest.approx(by_part(naive.information(same)), abs=1e-12)
    assert joint.entropy == pytest.approx(by_part(naive.entropy(same)), abs=1e-12)
    assert (joint.information > -1e-12).all()
    assert (joint.information <= joint.entropy + 1e-12).all()


@given(ROWS, st.integers(0, 99))
def test_flips_are_those_of_scores(rows: list[naive.Row], seed: int) -> None:
    """Signed scores, squared over expected counts; with all signs 1 it is Pearson's chi-squared."""
    joint, same = joint_of(rows)
    units = int(joint.units.max()) + 1
    signs = np.random.default_rng(seed).integers(0, 2, units) * 2.0 - 1
    found = Flips(joint)
    expected = by_part(naive.deviation(same, signs.tolist()))
    assert found.deviation(signs[:, None])[:, 0] == pytest.approx(expected, abs=1e-6)
    assert found.observed() == pytest.approx(by_part(naive.deviation(same, [1] * units)), abs=1e-9)


@given(ROWS)
def test_variances_are_those_of_influences_by_unit(rows: list[naive.Row]) -> None:
    """In all and part by part."""
    joint, same = joint_of(rows)
    assume(joint.units.max() > 0)
    whole, parts = joint.variance(np.ones(joint.size))
    assert whole == pytest.approx(naive.variance(same), abs=1e-12)
    expected = [naive.variance(same, part) for part in range(joint.size)]
    assert parts == pytest.approx(expected, abs=1e-12)


@given(ROWS, st.integers(0, 99))
def test_an_exchange_moves_whole_blocks_within_parts(rows: list[naive.Row], seed: int) -> None:
    """A block receives the answers of one block of its part, stretched to its length in order."""
    joint, _ = joint_of(rows)
    exchange = Exchange(joint)
    blocks = exchanges.Blocks.of(joint)
    moved = exchange.exchanged(np.random.default_rng(seed))
    spans = list(zip(blocks.offsets[:-1], blocks.offsets[1:], strict=True))
    given_, taken = defaultdict(list), defaultdict(list)
    for low, high in spans:
        part = int(joint.rows[blocks.rows[low]])
        grade = int(np.ceil(np.log2(high - low)))
        assert len({*joint.units[blocks.rows[low:high]].tolist()}) == 1
        given_[part, grade].append(joint.answers[blocks.rows[low:high]].tolist())
        taken[part, grade].append(moved[low:high].tolist())
    for key, answers in taken.items():
        for one in answers:
            assert any(one == stretched(other, len(one)) for other in given_[key])
        if len({len(one) for one in answers}) == 1:
            assert Counter(map(tuple, answers)) == Counter(map(tuple, given_[key]))


def stretched(answers: list[int], size: int) -> list[int]:
    """Return answers in their order, stretched to a number of them."""
    return [answers[int((place + 0.5) / size * len(answers))] for place in range(size)]


@given(ROWS, st.integers(0, 9))
def test_exchanged_information_does_not_depend_on_how_it_is_counted(
    rows: list[naive.Row], seed: int
) -> None:
    """Cells in a table, or sorted where there are too many for one."""
    joint, _ = joint_of(rows)
    blocks, exchange = exchanges.Blocks.of(joint), Exchange(joint)
    moved = exchange.exchanged(np.random.default_rng(seed))
    answers = np.empty_like(moved)
    answers[blocks.rows] = moved
    expected = Joint(joint.kinds, answers.astype(int), joint.parts, joint.width, joint.units)
    table = exchange.information(np.random.default_rng(seed))
    assert table == pytest.approx(expected.information, abs=1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchanges, "_DENSE", 0)
        assert exchange.information(np.random.default_rng(seed)) == pytest.approx(table, abs=1e-12)


def test_above_chance_is_all_where_the_kind_determines_the_answer() -> None:
    """0 at chance, the entropy at the entropy, and 1 where chance leaves nothing."""
    chance, entropy = np.array([0.2, 0.2, 0.5]), np.array([1.0, 1.0, 0.5])
    information = np.array([0.2, 1.0, 0.5])
    scale = scale_above_chance(chance, entropy)
    assert (scale * (information - chance)).tolist() == [0.0, 1.0, 0.0]


def test_bounds_solve_their_equation() -> None:
    """Both are t standard errors away from the estimate, by the variance that they imply."""
    spread = Spread(at_zero=np.array([0.01]), variance=np.array([0.0009]), found=np.array([0.09]))
    low, high = (float(one[0]) for one in spread.bounds(np.array([0.08]), np.array([2.0])))
    for end in (low, high):
        assert (0.08 - end) ** 2 == pytest.approx(4 * (0.0001 + 0.01 * end))
    assert low < 0.08 < high


def test_p_counts_the_observed_among_the_draws() -> None:
    """Of three draws one is as large: 2 of 4; of the sum, none: 1 of 4."""
    drawn = np.array([[0.1, 0.5], [0.3, 0.1], [0.2, 0.2]])
    assert p_of(drawn, np.array([0.3, 0.6])).tolist() == [0.25, 0.5, 0.25]


def test_one_unit_has_no_variance() -> None:
    """It takes two units."""
    joint, _ = joint_of([(0, 0, 0, 0), (0, 1, 1, 0)])
    assert np.isnan(joint.variance(np.ones(1))[0])
