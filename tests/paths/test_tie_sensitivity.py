"""Order sensitivity: bounds of transition counts over all orders of ties."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.naive_paths import built
from tests.paths import naive_tie_sensitivity
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.cutting import take


def on(paths: list[str], **columns):
    """Return journeys: letters are touchpoints, and a vertical bar between them ends the day."""
    days = [path.split("|") for path in paths]
    times = [
        np.datetime64("2026-01-01", "us") + np.timedelta64(day, "D")
        for path in days
        for day, block in enumerate(path)
        for _ in block
    ]
    return built(
        ["".join(path) for path in days], times=np.array(times, "datetime64[us]"), **columns
    )


@st.composite
def tied(draw):
    """Draw journeys of a few days with up to four touchpoints each."""
    day = st.text("abc", min_size=0, max_size=4)
    paths = draw(st.lists(st.lists(day, max_size=3).map("|".join), max_size=4))
    n = len(paths)

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    return on(
        paths,
        counts=np.array(column(st.integers(0, 3)), np.int64),
        began=np.array(column(st.booleans()), bool),
        finished=np.array(column(st.booleans()), bool),
    )


def figures(found) -> dict:
    """Return count, lowest and highest of each edge."""
    edges = zip(found.source, found.target, strict=True)
    columns = zip(found.count.tolist(), found.lowest.tolist(), found.highest.tolist(), strict=True)
    return dict(sorted(zip(edges, columns, strict=True)))


@given(journeys=tied())
@strategies.examples(300)
def test_bounds_agree_with_trying_every_order(journeys) -> None:
    """Lowest and highest are reached, edge by edge, loops and terminals included."""
    found = tp.paths.order_sensitivity(journeys)

    assert naive_tie_sensitivity.bounds(journeys) == figures(found)
    assert (found.lowest >= found.count - found.undetermined).all()


@given(journeys=tied(), data=st.data())
def test_order_and_counts_play_no_part(journeys, data) -> None:
    """Shuffled journeys have the same bounds, and so has every other order of ties."""
    order = np.array(data.draw(st.permutations(range(len(journeys)))), dtype=np.int64)
    rows = np.arange(len(journeys.codes))
    owners = np.repeat(np.arange(len(journeys)), np.diff(journeys.offsets))
    mixed = np.lexsort((-rows, journeys.times, owners))

    expected = figures(tp.paths.order_sensitivity(journeys))

    assert expected == figures(tp.paths.order_sensitivity(take(journeys, order)))
    other = tp.paths.order_sensitivity(attrs.evolve(journeys, codes=journeys.codes[mixed]))
    bounds = {edge: (low, high) for edge, (_, low, high) in figures(other).items()}
    assert {edge: (low, high) for edge, (_, low, high) in expected.items()} == bounds


def test_without_ties_nothing_is_open() -> None:
    """Each bound is the count, as it is where one time holds one touchpoint several times."""
    for journeys in (on(["a|b|a", "b|a"]), on(["aa|b", "b|bb"])):
        found = tp.paths.order_sensitivity(journeys)

        assert found.lowest.tolist() == found.count.tolist() == found.highest.tolist()
        assert found.undetermined_share == 0
        assert set(found.as_dict().values()) == {0}


def test_shares_have_bounds_too() -> None:
    """Half of the visits lead to a call; with the ties reversed, none or all."""
    found = tp.paths.order_sensitivity(on(["v|cb", "v|b"]))

    rows = {(row["source"], row["target"]): row for row in found.to_dicts()}
    step = rows["v", "c"]
    assert (step["lowest_probability"], step["probability"]) == (0, 0.5)
    assert step["highest_probability"] == 0.5
    assert rows["b", "c"]["count"] == 0
    assert rows["b", "c"]["highest"] == 1
    assert found.undetermined_share == 3 / 7


def test_groups_are_rows_of_the_same_table() -> None:
    """by= adds one column."""
    journeys = on(["ab", "a|b"], per_journey={"device": ["web", "app"]})

    found = tp.paths.order_sensitivity(journeys, by="device")

    of_app = found.group == "app"
    assert found.undetermined[of_app].sum() == 0
    assert found.undetermined[~of_app].sum() == 3
    assert "group" not in tp.paths.order_sensitivity(journeys).to_dicts()[0]
    shares = found.undetermined_shares()
    assert list(shares) == sorted(set(found.group))
    devices = journeys.per_journey["device"].to_list()
    for label, share in shares.items():
        alone = tp.select(journeys, [one == label for one in devices])
        table = tp.paths.order_sensitivity(alone)
        assert share == table.undetermined_share
        assert {None: share} == table.undetermined_shares()


def test_progress_counts_the_portions_of_all_groups() -> None:
    """Two groups share one progress bar, which never restarts."""
    heard = []
    journeys = attrs.evolve(on(["ab", "abc|ca"]), per_journey={"device": ["web", "app"]})

    tp.paths.order_sensitivity(journeys, by="device", progress=lambda *done: heard.append(done))

    assert heard == [(1, 2), (2, 2)]


def test_many_touchpoints_at_one_time_are_no_burden() -> None:
    """Forty different touchpoints at one time, in a thousand journeys, are computed once."""
    journeys = built(
        [[f"t{number}" for number in range(40)]] * 1000,
        times=np.full(40_000, np.datetime64("2026-01-01", "us")),
    )

    found = tp.paths.order_sensitivity(journeys)

    assert len(found) == 40 * 39 + 80
    assert set(found.highest.tolist()) == {1000}
    assert found.undetermined_share == 1


def test_progress_is_reported() -> None:
    """A callable is called with the work done; the last call reports all of it."""
    heard = []

    tp.paths.order_sensitivity(on(["ab", "abc|ca"]), progress=lambda *done: heard.append(done))

    assert heard[-1][0] == heard[-1][1] > 0


def test_bad_questions_get_clear_errors() -> None:
    """No times, unknown columns; an empty log has no transitions."""
    journeys = on(["ab"])

    with pytest.raises(InvalidInputError, match=r"needs times"):
        tp.paths.order_sensitivity(tp.distinct(journeys))
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.order_sensitivity(journeys, by="device")
    nothing = tp.paths.order_sensitivity(journeys[:0])
    assert len(nothing) == 0
    assert np.isnan(nothing.undetermined_share)
