"""Groups of journeys: by one column and by several, and what is refused."""

from __future__ import annotations

import pickle

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import (
    InvalidInputError,
    NotFoundError,
    TouchpointsWarning,
    WrongKindError,
)
from touchpoints.journeys.groups import groups_of, parts_by

PATHS = ["a > b", "a", "b > a", "b", "a > a", ""]


def log(**columns) -> tp.Journeys:
    """Return six journeys, the last of them empty, with columns."""
    journeys = tp.from_paths({"path": PATHS, "n": [1, 2, 3, 4, 5, 6]}, path="path", count="n")
    return attrs.evolve(journeys, per_journey=columns)


def test_groups_of_two_columns_are_in_the_order_of_the_first_then_of_the_second() -> None:
    """Numbers by size, not as text; only pairs that occur."""
    found = groups_of(
        log(segment=["new", "old", "new", "old", "new", "new"], week=[10, 9, 9, 10, 10, 10]),
        ("segment", "week"),
    )

    assert found.labels == (("new", 9), ("new", 10), ("old", 9), ("old", 10))
    assert found.of.tolist() == [1, 2, 0, 3, 1, 1]
    assert found.names == ("segment", "week")


def test_the_order_of_the_names_is_that_of_the_labels() -> None:
    """Other names first, other groups first."""
    columns = {"segment": ["new", "old", "new", "old", "new", "new"], "week": [2, 1, 1, 2, 2, 2]}

    assert groups_of(log(**columns), ["week", "segment"]).labels == (
        (1, "new"),
        (1, "old"),
        (2, "new"),
        (2, "old"),
    )


@pytest.mark.parametrize("seed", range(8))
def test_groups_are_those_of_a_dict_of_tuples(seed: int) -> None:
    """Three columns with missing values, against plain tuples."""
    rng = np.random.default_rng(seed)
    columns = {name: [[None, "x", "y", "zz"][at] for at in rng.integers(0, 4, 6)] for name in "pqr"}
    rows = list(zip(*columns.values(), strict=True))
    known = sorted({row for row in rows if None not in row})
    if not known:
        with pytest.raises(InvalidInputError, match="no journey has"):
            groups_of(log(**columns), tuple("pqr"))
        return
    found = groups_of(log(**columns), tuple("pqr"))

    assert found.labels == tuple(known)
    assert found.of.tolist() == [known.index(row) if row in known else -1 for row in rows]


def test_a_journey_that_lacks_one_value_is_in_no_group_and_counted() -> None:
    """As with one column; the warning names all columns."""
    journeys = log(segment=["new", None, "new", "old", "old", "old"], week=[1, 1, np.nan, 2, 2, 1])

    with pytest.warns(TouchpointsWarning, match="no value of 'segment' or 'week' for 2 of 6 rows"):
        found = tp.paths.presence(journeys, by=("segment", "week"))

    assert found.to_dicts()[0]["segment"] == "new"
    assert set(found.group) == {("new", 1.0), ("old", 2.0)}  # of the empty journey nothing is met
    assert found.as_dict()["old", 2.0, "a"] == 5 / 9


def test_a_facet_or_a_column_of_interactions_is_that_of_the_first_interaction() -> None:
    """Beside a column of journeys; the empty journey is in no group."""
    shop = tp.datasets.shop(300, seed=1)
    found = groups_of(shop, ("device", "channel"))
    channel, device = groups_of(shop, "channel"), groups_of(shop, "device")

    for row, group in enumerate(found.of.tolist()):
        single = (device.of[row], channel.of[row])
        assert (group < 0) == (min(single) < 0)
        if group >= 0:
            assert found.labels[group] == (device.labels[single[0]], channel.labels[single[1]])


def test_groups_of_empty_journeys_alone_are_groups() -> None:
    """They have no touchpoint, and a row for each step of a funnel."""
    journeys = log(segment=["new"] * 5 + ["old"], week=[1] * 6)

    assert groups_of(journeys, ("segment", "week")).labels == (("new", 1), ("old", 1))
    found = tp.paths.funnel(journeys, ["a", "b"], by=("segment", "week"))
    assert found.as_dict() == {
        ("new", 1, "a"): 11 / 15,
        ("new", 1, "b"): 1 / 15,
        ("old", 1, "a"): 0.0,
        ("old", 1, "b"): 0.0,
    }
    assert set(tp.paths.presence(journeys, by=("segment", "week")).group) == {("new", 1)}


def test_no_group_at_all_is_refused() -> None:
    """Each column has values, but no journey has both."""
    columns = {"segment": ["new", None] * 3, "week": [None, "w"] * 3}

    with pytest.raises(InvalidInputError, match="no journey has values of 'segment' and 'week'"):
        groups_of(log(**columns), ("segment", "week"))
    with pytest.raises(InvalidInputError, match="no journey has a value of 'week'"):
        groups_of(log(segment=["new"] * 6, week=[None] * 6), ("segment", "week"))


def test_names_are_checked() -> None:
    """A name twice, none, one that does not exist, and what is no name."""
    journeys = log(segment=["new"] * 6, week=[1] * 6)

    with pytest.raises(InvalidInputError, match="each name once, got 'week' twice"):
        groups_of(journeys, ("week", "segment", "week"))
    with pytest.raises(InvalidInputError, match="by must have at least one name, got none"):
        groups_of(journeys, ())
    with pytest.raises(NotFoundError) as error:
        groups_of(journeys, ("segment", "weak"))
    assert "'week'" in str(error.value)
    for wrong in (b"week", {"week": 1}, {"week"}, ("week", None), np.array(["week"]), 3):
        with pytest.raises(WrongKindError, match="a tuple of names, got"):
            groups_of(journeys, wrong)


def test_a_name_that_the_table_has_already_is_shown_as_a_group() -> None:
    """No column is lost; the name given is kept in ``by``."""
    journeys = log(journeys=["x"] * 6, group=["y"] * 6)
    found = tp.paths.presence(journeys, by=("journeys", "group"))

    assert found.column_names()[:4] == ("group_journeys", "group", "touchpoint", "journeys")
    assert found.by == ("journeys", "group")
    assert found.to_dicts()[0]["group_journeys"] == "x"


def test_a_table_of_several_columns_prints_pickles_and_compares() -> None:
    """Each value has a column of its own."""
    journeys = log(segment=["new"] * 3 + ["old"] * 3, week=[1, 2] * 3)
    found = tp.paths.funnel(journeys, ["a"], by=("segment", "week"))

    assert repr(found).splitlines()[1].split()[:3] == ["segment", "week", "step"]
    assert "<th>week</th>" in found._repr_html_()
    assert pickle.loads(pickle.dumps(found)) == found
    assert found != tp.paths.funnel(journeys, ["a"], by=("week", "segment"))


def test_suppressing_rows_keeps_the_groups() -> None:
    """Rows are left out within each group, as with one column."""
    journeys = log(segment=["new"] * 3 + ["old"] * 3, week=[1, 2] * 3)
    found = tp.experience.suppress(
        tp.paths.variants(journeys, by=("segment", "week")), k=3, of="journeys"
    ).table

    assert found.by == ("segment", "week")
    assert [(row["segment"], row["week"], row["journeys"]) for row in found.to_dicts()] == [
        ("old", 1, 5),
        ("old", 2, 6),
        ("old", 2, 4),
    ]


def test_two_groups_are_compared_by_their_tuples() -> None:
    """compare.groups takes several columns too."""
    journeys = log(segment=["new"] * 3 + ["old"] * 3, week=[1, 2] * 3)
    pair = tp.compare.groups(journeys, ("segment", "week"), a=("new", 1), b=("old", 2))

    assert pair.names == ("new · 1", "old · 2")
    assert pair.in_a.tolist() == [True, True, False, False]
    with pytest.raises(NotFoundError):
        tp.compare.groups(journeys, ("segment", "week"), a=("new", 3))


def test_plots_name_groups_by_all_their_values() -> None:
    """One legend for all values."""
    journeys = log(segment=["new"] * 3 + ["old"] * 3, week=[1, 2] * 3)
    figure = tp.plot.funnel(tp.paths.funnel(journeys, ["a"], by=("segment", "week")))

    texts = " ".join(str(one.text) for one in figure.layout.annotations)
    assert "new · 1" in texts
    assert "old · 2" in texts


@pytest.mark.parametrize("seed", range(4))
def test_parts_are_the_selections_of_groups(seed: int) -> None:
    """With all columns, in the order of the log; also where journeys are in no group."""
    rng = np.random.default_rng(seed)
    shop = tp.until(tp.datasets.shop(80, seed=seed), "purchase", outcome="sale")
    segment = [[None, "x", "y"][at] for at in rng.integers(0, 3, len(shop))]
    shop = attrs.evolve(
        shop,
        per_journey={**shop.per_journey, "part": segment},
        observed_until=np.full(len(shop), np.datetime64("2030-01-01", "us")),
    )
    with pytest.warns(TouchpointsWarning, match="in no group"):
        parts, groups = parts_by(shop, "part")

    assert groups.labels == ("x", "y")
    for label, part in zip(groups.labels, parts, strict=True):
        assert part == tp.select(shop, [one == label for one in segment])
        assert tp.first_difference(pickle.loads(pickle.dumps(part)), part) == ""
        assert not part.codes.flags.writeable
        assert not part.offsets.flags.writeable
