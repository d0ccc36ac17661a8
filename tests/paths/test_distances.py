"""Distances between journeys: their definitions and their laws."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log
from tests.paths import naive_distances
from touchpoints._core.arrays.distances import bit_distances, edit_distances
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.paths._shared.dissimilarity import SubstitutionCosts

METHODS = ["lcs", "edit", "hamming"]
PATHS = st.lists(st.text("abc", max_size=7), min_size=1, max_size=6)


def journeys_of(paths: list[str]) -> tp.Journeys:
    """Return journeys of letters, some of them empty, whose touchpoints are all letters."""
    return _without_heads(
        log(**{f"j{position}": "abc" + path for position, path in enumerate(paths)})
    )


def _without_heads(whole: tp.Journeys) -> tp.Journeys:
    lengths = np.diff(whole.offsets) - 3
    keep = np.ones(len(whole.codes), dtype=bool)
    for head in range(3):
        keep[whole.offsets[:-1] + head] = False
    offsets = np.append(0, np.cumsum(lengths))
    return attrs.evolve(
        whole,
        codes=whole.codes[keep],
        offsets=offsets,
        times=whole.times[keep],
        observed_until=None,
    )


def between(found: tp.paths.Distances) -> np.ndarray:
    """Return the square matrix of distances between the journeys."""
    return found.matrix[np.ix_(found.of, found.of)]


@given(paths=PATHS, method=st.sampled_from(METHODS))
def test_distances_agree_with_their_definitions(paths: list[str], method: str) -> None:
    """The distances equal those of trying every edit."""
    found = tp.paths.distances(journeys_of(paths), method=method)

    expected = [[naive_distances.distance(one, two, method) for two in paths] for one in paths]
    assert between(found).tolist() == expected


def sequences_of(seed: int, size: int, longest: int) -> list[list[int]]:
    """Return sequences of any lengths: one twice, one with another as prefix, one empty."""
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(0, size, rng.integers(0, longest + 1)).tolist() for _ in range(4)]
    alike = [position if rng.random() < 0.9 else 0 for position in drawn[0]]
    return [*drawn, drawn[0], drawn[1][: len(drawn[1]) // 2], alike, []]


def in_rectangle(sequences: list[list[int]]) -> edit_distances.Padded:
    """Return the sequences in the padded format of the kernels."""
    codes = np.array([code for sequence in sequences for code in sequence], dtype=np.int32)
    return edit_distances.padded(codes, np.cumsum([0, *map(len, sequences)]))


@strategies.examples(25)
@given(
    seed=st.integers(0, 10**6),
    size=st.sampled_from([1, 2, 5, 30, 300]),
    longest=st.sampled_from([7, 15, 16, 31, 32, 63, 64, 70, 127, 200]),
    narrow=st.booleans(),
)
def test_words_of_bits_count_what_rows_of_numbers_count(
    seed: int, size: int, longest: int, narrow: bool
) -> None:
    """With any carry between words, and any split of the pairs into blocks."""
    sequences = sequences_of(seed, size, longest)
    table = in_rectangle(sequences)
    reports: list[None] = []
    with pytest.MonkeyPatch.context() as patch:
        if narrow:
            patch.setattr(bit_distances, "_WIDTHS", (2, 3))
            patch.setattr(bit_distances, "_CALL", 20)
        unshared = bit_distances.lcs_distances(table, advance=lambda: reports.append(None))
        edits = bit_distances.fewest_edits(table, advance=lambda: None)
        assert bit_distances.part_count(table) == len(reports)

    for found, dearest in ((unshared, 2), (edits, 1)):
        expected = [
            [naive_distances.fewest_edits(one, other, dearest) for other in sequences]
            for one in sequences
        ]
        assert expected == found.tolist()


@strategies.examples(25)
@given(seed=st.integers(0, 10**6), longest=st.sampled_from([7, 40, 90]), narrow=st.booleans())
def test_what_is_far_from_the_diagonal_is_left_out_only_where_it_is_dearer(
    seed: int, longest: int, narrow: bool
) -> None:
    """Similar and dissimilar sequences, and other lengths, in blocks of any size."""
    sequences = sequences_of(seed, 3, longest)
    with pytest.MonkeyPatch.context() as patch:
        if narrow:
            patch.setattr(edit_distances, "_NARROWEST", 2)
            patch.setattr(edit_distances, "_WIDEST", 2)
            patch.setattr(edit_distances, "_MOST", 1)
        for dearest in (1, 2):
            costs = dearest * (1 - np.eye(3))
            for indel in (1.0, np.pi):
                found = edit_distances.cheapest_edits(
                    in_rectangle(sequences), costs * indel, indel=indel, advance=lambda: None
                )
                expected = [
                    [naive_distances.fewest_edits(one, other, dearest) for other in sequences]
                    for one in sequences
                ]
                assert found / indel == pytest.approx(np.array(expected), abs=1e-9)


@given(paths=PATHS, indel=st.sampled_from([0.5, 1.0, 1.3]), seed=st.integers(0, 5))
def test_optimal_matching_finds_the_cheapest_edits(
    paths: list[str], indel: float, seed: int
) -> None:
    """With integer, fractional and irrational costs, also above those of two indels."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 5, (3, 3)) / 3 if seed % 2 else rng.random((3, 3)) * 3
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    costs = SubstitutionCosts(touchpoint=["a", "b", "c"], matrix=matrix, method="given")

    found = tp.paths.distances(journeys_of(paths), method="om", substitution=costs, indel=indel)

    def cost(one: str, other: str) -> float:
        return float(matrix["abc".index(one), "abc".index(other)])

    expected = [[naive_distances.edits(one, two, cost, indel) for two in paths] for one in paths]
    assert between(found) == pytest.approx(np.array(expected), abs=1e-12)


@given(paths=PATHS, method=st.sampled_from(METHODS), how=st.sampled_from([None, "yujian_bo"]))
def test_distances_are_metrics(paths: list[str], method: str, how: str | None) -> None:
    """Zero on the diagonal, symmetric, and the triangle inequality holds."""
    if method == "hamming":
        how = None

    matrix = tp.paths.distances(journeys_of(paths), method=method, normalise=how).matrix

    assert (np.diagonal(matrix) == 0).all()
    assert (matrix == matrix.T).all()
    assert ((matrix > 0) | np.eye(len(matrix), dtype=bool)).all()
    assert (matrix[:, :, None] <= matrix[:, None] + matrix.T[None] + 1e-12).all()


@given(paths=PATHS, method=st.sampled_from(METHODS))
def test_normalised_distances_lie_between_0_and_1(paths: list[str], method: str) -> None:
    """The largest possible distance is 1, and two empty journeys have distance 0."""
    found = tp.paths.distances(journeys_of(paths), method=method, normalise="largest")

    expected = [
        naive_distances.distance(one, two, method)
        / (naive_distances.largest(one, two, method) or 1)
        for one in paths
        for two in paths
    ]
    assert between(found).ravel() == pytest.approx(expected)
    assert (found.matrix <= 1).all()


def test_normalising_by_length_and_by_yujian_and_bo() -> None:
    """Division by the longer length, and 2d / (d + l + m) of Yujian and Bo."""
    journeys = log(one="abc", two="a")

    longest = tp.paths.distances(journeys, normalise="longest")
    yujian = tp.paths.distances(journeys, normalise="yujian_bo")

    assert longest.matrix[0, 1] == pytest.approx(2 / 3)
    assert yujian.matrix[0, 1] == pytest.approx(2 * 2 / (2 + 4))


@given(paths=PATHS, seed=st.integers(0, 9))
def test_neither_order_nor_names_nor_counts_change_a_distance(paths: list[str], seed: int) -> None:
    """Shuffled, renamed and repeated journeys have the same distances as before."""
    journeys = journeys_of(paths)
    order = np.random.default_rng(seed).permutation(len(paths))
    renamed = tp.relabel(journeys, {"a": "z", "b": "y"})

    plain = tp.paths.distances(journeys)
    shuffled = tp.paths.distances(journeys_of([paths[position] for position in order]))
    doubled = tp.paths.distances(attrs.evolve(journeys, counts=[2] * len(paths)))

    assert (plain.variant.tolist(), plain.matrix.tolist()) == (
        shuffled.variant.tolist(),
        shuffled.matrix.tolist(),
    )
    assert (between(plain) == between(tp.paths.distances(renamed))).all()
    assert doubled.journeys.tolist() == (2 * plain.journeys).tolist()
    assert (doubled.matrix == plain.matrix).all()


def test_rows_are_distinct_journeys_the_most_frequent_first() -> None:
    """Variants of count 0 have no row, and ties are in the order of their keys."""
    journeys = attrs.evolve(log(one="b", two="a", three="c", four="ab"), counts=[1, 1, 5, 0])

    found = tp.paths.distances(journeys)

    assert found.variant.tolist() == [("c",), ("a",), ("b",)]
    assert found.journeys.tolist() == [5, 1, 1]
    assert found.of.tolist() == [2, 1, 0, -1]


def test_long_journeys_and_many_chunks_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any split of the work gives the same result, and progress is reported to the end."""
    rng = np.random.default_rng(1)
    paths = ["".join(rng.choice(list("abcd"), rng.integers(1, 40))) for _ in range(60)]
    journeys = log(**{f"j{position}": path for position, path in enumerate(paths)})
    costs = tp.paths.substitution_costs(journeys)
    monkeypatch.setattr(edit_distances, "_NARROWEST", 3)
    monkeypatch.setattr(edit_distances, "_WIDEST", 7)
    monkeypatch.setattr(edit_distances, "_MOST", 2)
    reports: list[tuple[int, int]] = []

    small = tp.paths.distances(
        journeys, method="om", substitution=costs, progress=lambda *done: reports.append(done)
    )
    monkeypatch.undo()
    large = tp.paths.distances(journeys, method="om", substitution=costs)

    assert (small.matrix == large.matrix).all()
    assert len(reports) > 2
    assert reports[-1][0] == reports[-1][1]
    position = {path: row for row, path in enumerate(map("".join, small.variant))}
    one, two = paths[0], paths[1]
    named = costs.as_dict()
    expected = naive_distances.edits(one, two, lambda a, b: 0.0 if a == b else named[a, b], 1)
    assert small.matrix[position[one], position[two]] == pytest.approx(expected)


def test_many_touchpoints_pass_the_characters_that_stand_alone() -> None:
    """A touchpoint whose number is a surrogate code point is handled like any other."""
    names = [f"t{position:05}" for position in range(0xD900)]
    table = {"path": [" > ".join(names), f"{names[0xD800]} > {names[0xD8FF]}", names[0xD800]]}

    found = tp.paths.distances(tp.from_paths(table, path="path"))

    assert between(found)[1:, 1:].tolist() == [[0, 1], [1, 0]]
    assert between(found)[0].tolist() == [0, len(names) - 2, len(names) - 1]


def test_one_journey_and_none() -> None:
    """One journey has distance 0 to itself; an empty log gives an empty matrix."""
    journeys = log(one="ab")

    assert tp.paths.distances(journeys).matrix.tolist() == [[0]]
    assert tp.paths.distances(journeys[:0]).matrix.shape == (0, 0)
    costs = tp.paths.substitution_costs(journeys, method="constant")
    empty = tp.paths.distances(journeys[:0], method="om", substitution=costs)
    assert len(empty) == 0


def test_bad_questions_get_clear_errors() -> None:
    """Unknown methods, missing, superfluous or incomplete costs, and too many journeys."""
    journeys = log(one="ab", two="b")
    costs = tp.paths.substitution_costs(log(one="ac"), method="constant")

    with pytest.raises(InvalidInputError, match="did you mean 'hamming'"):
        tp.paths.distances(journeys, method="haming")
    with pytest.raises(InvalidInputError, match="did you mean 'longest'"):
        tp.paths.distances(journeys, normalise="long")
    with pytest.raises(
        InvalidInputError, match="substitution must be SubstitutionCosts for method='om'"
    ):
        tp.paths.distances(journeys, method="om")
    with pytest.raises(NotFoundError, match="no touchpoint 'b'"):
        tp.paths.distances(journeys, method="om", substitution=costs)
    with pytest.raises(WrongKindError, match="must be SubstitutionCosts, got ndarray"):
        tp.paths.distances(journeys, method="om", substitution=np.eye(2))
    with pytest.raises(InvalidInputError, match="must be left out for method=.*fixed costs"):
        tp.paths.distances(journeys, method="lcs", indel=2.0)
    with pytest.raises(InvalidInputError, match="indel must be finite and above 0, got"):
        tp.paths.distances(journeys, method="om", substitution=costs, indel=0.0)
    with pytest.raises(
        InvalidInputError, match="must be used with an edit distance, got method='hamming'"
    ):
        tp.paths.distances(journeys, method="hamming", normalise="yujian_bo")
    with pytest.raises(InvalidInputError, match="symmetric"):
        SubstitutionCosts(touchpoint=["a", "b"], matrix=[[0, 1], [2, 0]], method="given")
