"""The layout of a journey map, without a picture (B40)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicHermiteSpline

from tests.plot import naive_map
from tests.plot.maps import random_map
from touchpoints.plot._shared.journey_map.columns import columns_of_stages
from touchpoints.plot._shared.journey_map.content import content_of
from touchpoints.plot._shared.journey_map.flows import Flow, chosen
from touchpoints.plot._shared.journey_map.grid import grid_of
from touchpoints.plot._shared.journey_map.labels import Labels
from touchpoints.plot._shared.journey_map.routes import Port, Route, Upright
from touchpoints.plot._shared.journey_map.smooth import smooth
from touchpoints.plot._shared.journey_map.tracks import gutters_of
from touchpoints.plot._shared.look import look_of

PAIRS = st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda ends: ends[0] != ends[1])


def flow(ends: tuple[int, int], steps: int) -> Flow:
    """Return a flow between two touchpoints."""
    return Flow(
        source=ends[0],
        target=ends[1],
        names=(str(ends[0]), str(ends[1])),
        steps=steps,
        pairs=1,
        share=0.1,
        both_ways=False,
        returns=False,
        unplanned=False,
        rows=(0,),
    )


def grid(seed: int, count: int, taxonomy: str = "customer"):
    """Return what is drawn of a map, and its grid."""
    look = look_of(dark=False, lang="es", taxonomy=None, width=1216)
    content = content_of(Labels(random_map(seed, count, taxonomy=taxonomy), look), lanes="channel")
    return content, grid_of(content, 1216)


@given(
    steps=st.dictionaries(PAIRS, st.integers(1, 30), max_size=20),
    more=st.integers(0, 100),
    most=st.integers(0, 12),
    dropped=st.sets(PAIRS, max_size=3),
)
def test_which_flows_are_drawn(
    steps: dict[tuple[int, int], int], more: int, most: int, dropped: set[tuple[int, int]]
) -> None:
    """First those that reach a touchpoint, then the strongest until there are enough."""
    flows = sorted(flow(ends, count) for ends, count in steps.items())
    total = sum(steps.values()) + more
    found = chosen(flows, most=most, steps=total, without=dropped)
    wanted = naive_map.chosen(flows, most, total, dropped)
    assert wanted == {one.flow.ends: one.backbone for one in found}
    assert [one.flow for one in found] == sorted(one.flow for one in found)


def test_the_strongest_flows_until_four_fifths() -> None:
    """0 to 1 and 1 to 2 reach all touchpoints; 2 to 0 is needed for 80 of 100 steps."""
    flows = [flow((0, 1), 40), flow((1, 2), 30), flow((2, 0), 20), flow((1, 0), 10)]
    drawn = chosen(flows, most=10, steps=100)
    assert [((0, 1), True), ((1, 2), True), ((2, 0), False)] == [
        (one.flow.ends, one.backbone) for one in drawn
    ]


@pytest.mark.parametrize(
    ("counts", "most", "for_order", "wanted"),
    [
        ([[1, 1]], 2, 2, [1, 1]),
        ([[4, 1]], 3, 2, [2, 1]),  # one more column saves two of four rows
        ([[4, 1]], 5, 2, [4, 1]),  # with three more, one row is left
        ([[3, 3]], 3, 2, [1, 1]),  # one more column for one stage saves no row
        ([[3, 3], [1, 0]], 2, 6, [3, 3]),  # nothing to save, but room to show the order
        ([[1, 1]], 9, 9, [1, 1]),  # never more columns than touchpoints
    ],
)
def test_columns_go_where_they_save_rows(
    counts: list[list[int]], most: int, for_order: int, wanted: list[int]
) -> None:
    """Each stage has a column; others go where they save most rows, then to the fullest."""
    assert wanted == columns_of_stages(counts, most=most, for_order=for_order)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 45),
    taxonomy=st.sampled_from(["customer", "patient"]),
)
def test_every_touchpoint_has_a_cell_and_every_line_a_track(
    seed: int, count: int, taxonomy: str
) -> None:
    """Cells are taken once, within lane and stage; lines side by side do not overlap."""
    content, found = grid(seed, count, taxonomy)
    cells = list(zip(found.row, found.column, strict=True))
    assert len(cells) == len(set(cells))
    stage_of = [s for s, columns in enumerate(found.stage_columns) for _ in range(columns)]
    lane_of = [lane for lane, rows in enumerate(found.lane_rows) for _ in range(rows)]
    for node, (row, column) in zip(content.nodes, cells, strict=True):
        assert (node.lane, node.stage) == (lane_of[row], stage_of[column])

    uprights = [
        (one.gutter, *sorted((one.start, one.end)), one.offset, route.width)
        for route in found.routes
        for one in route.uprights
        if one.offset is not None
    ]
    for one, other in itertools.combinations(uprights, 2):
        if one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]:
            assert abs(one[3] - other[3]) >= (one[4] + other[4]) / 2
    for gutter, _, _, offset, width in uprights:
        assert width / 2 <= offset <= found.gutters[gutter] - width / 2


def route(ends: tuple[int, int], start: float, end: float, width: float = 2.0) -> Route:
    """Return a line from one column to the next, through gutter 1."""
    return Route(
        flow=flow(ends, 10),
        backbone=True,
        width=width,
        kind="next",
        direction=1,
        channel=-1,
        uprights=[Upright(gutter=1, start=start, end=end)],
        out=Port(node=ends[0], side=1),
        into=Port(node=ends[1], side=-1),
    )


def test_lines_side_by_side_do_not_cross_without_need() -> None:
    """Of two lines down, the one that begins lower turns first: so they do not cross."""
    upper, lower = route((0, 1), 0, 3), route((2, 3), 1, 4)
    gutters_of([upper, lower], 2)
    # 8 pixels to the first track, 3 between tracks, 8 after the last, 2 for each line.
    assert (9.0, 14.0) == (lower.uprights[0].offset, upper.uprights[0].offset)


def test_lines_share_a_track_where_they_do_not_meet() -> None:
    """Uprights from row 0 to 1 and from 2 to 3 are one above the other, on one track."""
    first, second = route((0, 1), 0, 1), route((2, 3), 2, 3, width=4.0)
    third = route((4, 5), 1, 2)
    gutters_of([first, second, third], 2)
    places = [one.uprights[0].offset for one in (first, second, third)]
    assert places[0] == places[1] != places[2]


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(5, 45))
def test_lines_along_a_row_pass_no_touchpoint_and_no_line_of_another(seed: int, count: int) -> None:
    """The cells between are empty, and only lines of one touchpoint run through each."""
    _, found = grid(seed, count)
    taken = dict.fromkeys(zip(found.row, found.column, strict=True), -1)
    for route in found.routes:
        if route.kind not in ("source row", "target row"):
            continue
        node = route.flow.source if route.kind == "source row" else route.flow.target
        left, right = sorted(found.column[end] for end in route.flow.ends)
        for column in range(left + 1, right):
            assert node == taken.setdefault((found.row[node], column), node)


@given(
    st.lists(st.floats(0.1, 50), min_size=1, max_size=8),
    st.data(),
)
def test_curves_are_monotone_between_points(gaps: list[float], data: st.DataObject) -> None:
    """The curve is the Hermite spline with slopes of weighted harmonic means."""
    x = np.cumsum([0.0, *gaps])
    y = data.draw(st.lists(st.floats(-1, 1), min_size=len(x), max_size=len(x)))
    xs, ys = smooth(x, y)
    assert ys == pytest.approx(CubicHermiteSpline(x, y, naive_map.slopes(x, y))(xs), abs=1e-9)
    for place in range(len(x) - 1):
        inside = ys[(x[place] <= xs) & (xs <= x[place + 1])]
        low, high = sorted(y[place : place + 2])
        assert inside.min() >= low - 1e-9
        assert inside.max() <= high + 1e-9


def test_a_rise_close_to_zero_does_not_overflow() -> None:
    """The smallest numbers make no infinite slope."""
    for y in ([-1.0, 0.0, 2.2e-311], [0.0, 5e-324, 1.0], [0.0, 1e-300, 2e-300]):
        _, ys = smooth([0.0, 1.0, 2.0], y)
        assert min(y) <= ys.min()
        assert ys.max() <= max(y)
