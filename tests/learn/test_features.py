"""A row of numbers for each journey, with named columns."""

from __future__ import annotations

import math
import pickle

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.learn import naive_features
from tests.logs import log
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.learn.columns import KINDS
from touchpoints.taxonomy import untyped

TIMELESS = tp.from_paths({"path": ["ad > search > ad", "search", ""]}, path="path")
SOME_KINDS = st.lists(st.sampled_from(KINDS), min_size=1, unique=True)


def rows_of(found: tp.learn.Features) -> list[dict[str, float]]:
    """Return the numbers of each row that are not 0, by the name of their column."""
    table = found.matrix.toarray()
    return [
        {name: value for name, value in zip(found.names, row, strict=True) if value}
        for row in table.tolist()
    ]


@given(
    strategies.journeys(),
    SOME_KINDS,
    st.none() | st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_features_agree_with_counting_by_hand(journeys, kinds, first, positions, least) -> None:
    """Columns, their names and every number; what has no column goes to the others."""
    found = tp.features(journeys, of=kinds, first=first, positions=positions, min_journeys=least)

    touchpoints, pairs = naive_features.known(journeys, first, least)
    expected_names = naive_features.names(kinds, touchpoints, pairs, positions)
    parts = naive_features.read(journeys, first)
    everything = [
        naive_features.row(keys, times, touchpoints, pairs, positions) for keys, times in parts
    ]
    expected = [
        {name: number for name, number in one.items() if number and name in expected_names}
        for one in everything
    ]
    assert tuple(expected_names) == found.names
    assert (len(journeys), len(expected_names)) == found.matrix.shape
    assert [pytest.approx(one) for one in expected] == rows_of(found)
    assert [sum(key not in touchpoints for key in keys) for keys, _ in parts] == list(found.others)


@given(strategies.journeys(), strategies.journeys(keys="bcde"), st.integers(1, 3))
def test_nothing_is_lost_in_columns_of_other_journeys(train, other, least) -> None:
    """With the columns of other journeys, counts still sum to the interactions (no silent loss)."""
    columns = tp.features(train, of=["count", "transitions", "last"], min_journeys=least).columns
    found = tp.features(other, like=columns)

    lengths = np.diff(other.offsets)
    table = found.matrix.toarray()
    of = {
        kind: np.array(
            [kind in name.split(":")[:1] or name == f"other:{kind}" for name in columns.names]
        )
        for kind in ("count", "transition", "last")
    }
    assert columns is found.columns
    assert lengths.tolist() == table[:, of["count"]].sum(axis=1).tolist()
    assert np.maximum(lengths - 1, 0).tolist() == table[:, of["transition"]].sum(axis=1).tolist()
    assert (lengths > 0).tolist() == table[:, of["last"]].sum(axis=1).tolist()
    assert (table == tp.features(other, like=pickle.loads(pickle.dumps(columns))).matrix).all()


@given(strategies.journeys(), st.data())
def test_a_row_depends_on_its_journey_alone(journeys, data) -> None:
    """Rows of a part of the journeys, in any order, are the rows of the whole."""
    n = len(journeys)
    chosen = data.draw(st.permutations(range(n)))[: data.draw(st.integers(0, n))]
    whole = tp.features(journeys)
    part = tp.features(journeys[chosen], like=whole.columns)

    assert (whole.matrix.toarray()[chosen] == part.matrix.toarray()).all()


@given(strategies.journeys(keys=["a", "b > a", "a > b", "(a)", "%3E", "a:b", "other"]))
def test_no_two_columns_share_a_name(journeys) -> None:
    """Whatever the touchpoints are called."""
    names = tp.features(journeys, positions=2).names

    assert len(names) == len(set(names))


def test_numbers_worked_by_hand() -> None:
    """a, b, a in three days: two gaps of a day."""
    found = tp.features(log(x="aba", y="b", z="cab"), positions=2)
    day, two = math.log1p(86_400), math.log1p(2 * 86_400)

    assert {
        "presence:a": 1, "presence:b": 1, "count:a": 2, "count:b": 1, "last:a": 1, "last2:b": 1,
        "transition:a > b": 1, "transition:b > a": 1, "gap:known": 1, "gap:median": day,
        "gap:longest": day, "gap:last": day, "gap:total": two,
    } == pytest.approx(rows_of(found)[0])  # fmt: skip
    assert {"presence:b": 1, "count:b": 1, "last:b": 1} == rows_of(found)[1]


def test_the_median_lies_between_the_two_gaps_in_the_middle() -> None:
    """Gaps of 1, 3, 5 and 100 seconds have the median 4, and the last of them is the longest."""
    times = np.cumsum([0, 3, 1, 5, 100]) * 1_000_000
    journeys = tp.Journeys(
        touchpoints=[untyped("a")],
        codes=[0] * 5,
        offsets=[0, 5],
        times=times.view("datetime64[us]"),
    )

    found = rows_of(tp.features(journeys, of="gaps"))[0]
    assert [math.log(5), math.log(101), math.log(101), math.log(110)] == pytest.approx(
        [found[f"gap:{what}"] for what in ("median", "longest", "last", "total")]
    )


def test_what_travels_beside_the_matrix() -> None:
    """Ids, persons, groups, weights and outcomes are those of the journeys."""
    journeys = attrs.evolve(
        log(x="ab", y="b", z="a", w="a"),
        persons=["ana", None, "ana", None],
        counts=[1, 2, 0, 3],
        outcomes={"sale": [1.0, 0.0, np.nan, 0.0]},
        finished=[True, False, True, True],
    )
    found = tp.features(journeys)

    assert ["x", "y", "z", "w"] == found.ids.tolist()
    assert ["ana", None, "ana", None] == found.persons.tolist()
    assert found.groups[0] == found.groups[2]
    assert 3 == len(set(found.groups.tolist()))
    assert [1.0, 2.0, 0.0, 3.0] == found.sample_weight.tolist()
    assert [1.0, None, None, 0.0] == [
        None if math.isnan(one) else one for one in found.target("sale").tolist()
    ]
    assert 4 == len(found)
    assert "<Features: 4 journeys, 16 columns (presence, count, last, transitions, gaps)>" == repr(
        found
    )
    with pytest.raises(NotFoundError, match="no outcome 'sales' .did you mean 'sale'"):
        found.target("sales")


def test_rows_that_stand_for_no_journey_make_no_columns() -> None:
    """A count of 0 is no journey, and three of a kind are three."""
    journeys = attrs.evolve(log(x="ab", y="cd", z="e"), counts=[3, 0, 1])
    found = tp.features(journeys, of=["count", "transitions"], min_journeys=2)

    assert ("a", "b") == found.columns.touchpoints
    assert (("a", "b"),) == found.columns.pairs
    assert [0, 2, 1] == found.others.tolist()
    assert "3 interactions without a column of its touchpoint" in repr(found)


def test_the_matrix_is_sparse_and_cannot_be_written_to() -> None:
    """CSR, float64, indices of 32 bits as solvers want them, sorted and without duplicates."""
    matrix = tp.features(log(x="aba", y="b")).matrix

    assert ("csr", np.float64, np.int32) == (matrix.format, matrix.dtype, matrix.indices.dtype)
    assert matrix.has_canonical_format
    assert matrix.data.all()
    with pytest.raises(ValueError, match="read-only"):
        matrix.data[0] = 7


@given(strategies.journeys())
def test_features_survive_a_pickle(journeys) -> None:
    """Equal, and still not to be written to; features of other journeys are not equal."""
    found = tp.features(journeys)
    again = pickle.loads(pickle.dumps(found))

    assert found == again
    assert not again.matrix.data.flags.writeable
    assert not again.sample_weight.flags.writeable
    assert found != tp.features(journeys, first=1, of="count")
    heavier = attrs.evolve(journeys, counts=journeys.counts + 1)
    assert len(journeys) == 0 or found != tp.features(heavier, like=found.columns)


def test_a_dataframe_has_the_names_and_the_ids() -> None:
    """Of sparse columns, so that thousands of them fit."""
    pandas = pytest.importorskip("pandas")
    found = tp.features(log(x="aba", y="b"), of="count")
    frame = found.to_pandas()

    assert list(found.names) == list(frame.columns)
    assert ["x", "y"] == list(frame.index)
    assert {"x": 2.0, "y": 0.0} == frame["count:a"].to_dict()
    assert isinstance(frame["count:a"].dtype, pandas.SparseDtype)


def test_a_lens_gives_features_of_channels() -> None:
    """Journeys that are collapsed first have a column for each term; other lenses do not fit."""
    shop = tp.datasets.shop(30, seed=1)
    channels = tp.collapse(shop, by="channel")
    found = tp.features(channels, of="count")

    assert set(found.columns.touchpoints) == {one.key for one in channels.touchpoints}
    with pytest.raises(InvalidInputError, match="collapsed by 'channel', these are collapsed by"):
        tp.features(shop, like=found.columns)


# ------------------------------------------------------------------------------------ odd journeys


@pytest.mark.parametrize("kind", KINDS)
def test_no_journeys_give_no_rows(kind) -> None:
    """An empty log has the columns that stand for others, and for gaps."""
    empty = log(x="a")[:0]
    found = tp.features(empty, of=kind)

    assert (0, len(found.names)) == found.matrix.shape
    assert found.names == (
        tuple(f"gap:{what}" for what in ("known", "median", "longest", "last", "total"))
        if kind == "gaps"
        else (f"other:{kind.removesuffix('s') if kind == 'transitions' else kind}",)
    )


def test_journeys_of_one_interaction_make_no_transition_and_have_no_gap() -> None:
    """Zeros, not nan."""
    found = tp.features(log(x="a", y="b"), of=["transitions", "gaps"])

    assert () == found.columns.pairs
    assert 0 == found.matrix.nnz
    assert (2, 6) == found.matrix.shape


def test_one_journey_without_interactions_is_a_row_of_zeros() -> None:
    """It is kept, and so is one of which nothing is known."""
    journeys = attrs.evolve(log(x="a"), codes=[], times=[], offsets=[0, 0])

    assert (1, 0) == (len(tp.features(journeys)), tp.features(journeys).matrix.nnz)


def test_outcomes_that_are_all_unknown_stay_unknown() -> None:
    """The features are there; which rows to learn from is the caller's to say."""
    journeys = attrs.evolve(log(x="ab", y="b"), outcomes={"sale": [np.nan, np.nan]})

    assert np.isnan(tp.features(journeys, outcome="sale").target("sale")).all()


def test_gaps_need_times() -> None:
    """They are refused, not made up; other features are not."""
    with pytest.raises(InvalidInputError, match='gaps need the times .*\n.*leave "gaps" out'):
        tp.features(TIMELESS)
    found = tp.features(TIMELESS, of=["count", "transitions"])
    assert {"count:ad": 2, "count:search": 1, "transition:ad > search": 1,
            "transition:search > ad": 1} == rows_of(found)[0]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"of": "counts"}, InvalidInputError, "did you mean 'count'"),
        ({"of": []}, InvalidInputError, "at least one kind of features, and each once, got none"),
        ({"of": ["count", "count"]}, InvalidInputError, "each once"),
        ({"of": 3}, WrongKindError, "kind of features or a sequence of them"),
        ({"of": {"count", "last"}}, WrongKindError, "sequence of them, got set"),
        ({"first": 0}, InvalidInputError, "first must be an integer of at least 1, got 0"),
        ({"positions": 2.0}, InvalidInputError, "positions must be an integer"),
        ({"min_journeys": 0}, InvalidInputError, "min_journeys must be an integer"),
        ({"until": False}, WrongKindError, "until must be a touchpoint"),
        ({"until": "d"}, NotFoundError, "no touchpoint 'd'"),
        ({"outcome": "sale"}, NotFoundError, "no outcome 'sale'"),
        ({"like": tp.features(TIMELESS, of="count")}, WrongKindError, "takes the columns of"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, error, says) -> None:
    """Each with what was meant and what there is."""
    with pytest.raises(error, match=says):
        tp.features(log(x="ab", y="c"), **asked)


def test_columns_are_shaped_once() -> None:
    """Arguments that shape columns do not go with those of other features."""
    columns = tp.features(log(x="ab"), first=1).columns
    for more in ({"first": 2}, {"min_journeys": 2}, {"until": "b"}, {"of": "count"}):
        with pytest.raises(InvalidInputError, match="like= already says"):
            tp.features(log(x="ab"), like=columns, **more)
    assert {"count:a": 1} == {
        name: number
        for name, number in rows_of(tp.features(log(x="ab"), like=columns))[0].items()
        if name.startswith("count")
    }
