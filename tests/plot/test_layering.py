"""The layered layout: no line crosses a node, no two nodes overlap, no edge is level (B40)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.plot._shared.layer_order import crossings, ordered
from touchpoints.plot._shared.layer_places import apart
from touchpoints.plot._shared.layering import Layout, Link, Node, layered


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Link], float]:
    """Return nodes and links of any digraph without loops, and the width it has."""
    n = draw(st.integers(1, 25))
    radii = draw(st.lists(st.floats(4, 20), min_size=n, max_size=n))
    nodes = [
        Node(
            width=2 * radius + draw(st.integers(10, 130)),
            height=max(2 * radius, draw(st.integers(10, 60))),
            anchor=radius,
            radius=radius,
        )
        for radius in radii
    ]
    pairs = list(itertools.permutations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=60, unique=True)) if pairs else []
    links = [
        Link(source=u, target=v, weight=draw(st.integers(1, 9)), width=draw(st.floats(1, 10)))
        for u, v in chosen
    ]
    return nodes, links, draw(st.sampled_from([342.0, 944.0]))


def _boxes(nodes: list[Node], found: Layout) -> list[tuple[float, float, float, float]]:
    return [
        (x, y, x + node.width, y + node.height)
        for node, (x, y) in zip(nodes, found.places, strict=True)
    ]


def _line(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Return points along a route, its bends as the cubic curves that are drawn."""
    line = [points[0]]
    for place, (start, end) in enumerate(itertools.pairwise(points)):
        middle = (start[1] + end[1]) / 2
        for t in [n / 12 for n in range(1, 13)]:
            if place % 2 == 0:
                line.append((start[0], start[1] + t * (end[1] - start[1])))
                continue
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            xs = (start[0], start[0], end[0], end[0])
            ys = (start[1], middle, middle, end[1])
            line.append(
                tuple(sum(w * c for w, c in zip(weights, cs, strict=True)) for cs in (xs, ys))  # type: ignore[arg-type]
            )
    return line


@given(graphs())
def test_layout_of_any_graph(drawn: tuple[list[Node], list[Link], float]) -> None:
    """Edges lead between layers, nodes stay apart and inside, lines keep off other nodes."""
    nodes, links, width = drawn
    found = layered(nodes, links, left=8, right=8 + width, top=5)
    boxes = _boxes(nodes, found)
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(8 - 1e-6 <= box[0] and box[2] <= 8 + width + 1e-6 for box in boxes)
    assert all(5 - 1e-6 <= box[1] and box[3] <= found.bottom + 1e-6 for box in boxes)
    for place, route in found.routes.items():
        link = links[place]
        ends = (link.target, link.source) if route.upward else (link.source, link.target)
        assert found.layer[ends[0]] < found.layer[ends[1]]
        half = link.width / 2
        for x, y in _line(route.points):
            assert 8 - 1e-6 <= x - half
            assert x + half <= 8 + width + 1e-6
            for node, box in enumerate(boxes):
                if node not in ends:
                    within = box[0] < x + half and x - half < box[2] and box[1] < y < box[3]
                    assert not within


@given(graphs())
def test_lines_meet_their_nodes_at_the_circle(drawn: tuple[list[Node], list[Link], float]) -> None:
    """A line begins on the circle of its upper node and ends on that of its lower node."""
    nodes, links, width = drawn
    found = layered(nodes, links, left=0, right=width, top=0)
    for place, route in found.routes.items():
        ends = [links[place].source, links[place].target]
        ends = ends[::-1] if route.upward else ends
        for (x, y), end in zip((route.points[0], route.points[-1]), ends, strict=True):
            left, top = found.places[end]
            node = nodes[end]
            away = (x - left - node.anchor) ** 2 + (y - top - node.height / 2) ** 2
            assert node.radius**2 == pytest.approx(away, rel=1e-6)


def test_a_chain_is_a_column_and_a_way_back_leads_up() -> None:
    """The nodes of a chain stand below each other; the lighter direction of a cycle is upward."""
    nodes = [Node(width=100, height=20, anchor=10, radius=8)] * 3
    links = [
        Link(source=0, target=1, weight=5, width=2),
        Link(source=1, target=2, weight=5, width=2),
        Link(source=2, target=0, weight=1, width=1),
    ]
    found = layered(nodes, links, left=0, right=400, top=0)
    assert (0, 1, 2) == found.layer
    assert [False, False, True] == [found.routes[place].upward for place in range(3)]


def test_all_links_of_a_sparse_graph_have_a_route() -> None:
    """A cycle of 25 nodes fits, even into the width of a telephone."""
    nodes = [Node(width=120, height=30, anchor=10, radius=8)] * 25
    links = [Link(source=n, target=(n + 1) % 25, weight=25 - n, width=3) for n in range(25)]
    for width in (342, 944):
        assert 25 == len(layered(nodes, links, left=0, right=width, top=0).routes)


def test_what_does_not_fit_loses_its_lightest_links() -> None:
    """Of a complete graph on a telephone, the heaviest links keep their route."""
    nodes = [Node(width=150, height=30, anchor=10, radius=8)] * 20
    pairs = list(itertools.permutations(range(20), 2))
    links = [Link(source=u, target=v, weight=n, width=2) for n, (u, v) in enumerate(pairs)]
    found = layered(nodes, links, left=0, right=342, top=0)
    assert 20 < len(found.routes) < len(links)
    lost = set(range(len(links))) - set(found.routes)
    assert max(lost) < len(links) - 1
    assert sum(lost) / len(lost) < sum(found.routes) / len(found.routes)


def test_nothing_and_one_node() -> None:
    """No node is an empty layout; one node is in the first layer."""
    assert () == layered([], [], left=0, right=100, top=7).layer
    node = Node(width=50, height=20, anchor=10, radius=8)
    found = layered([node], [], left=0, right=100, top=7)
    assert ((0,), 27) == (found.layer, found.bottom)


@given(
    st.lists(st.permutations(range(5)), min_size=2, max_size=4),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=15, unique=True),
)
def test_crossings_by_definition(orders: list[list[int]], pairs: list[tuple[int, int]]) -> None:
    """Two lines between the same layers cross when their ends are in opposite order."""
    layers = [[10 * row + item for item in order] for row, order in enumerate(orders)]
    pieces = [
        (10 * row + u, 10 * (row + 1) + v) for row in range(len(layers) - 1) for u, v in pairs
    ]
    place = {item: n for row in layers for n, item in enumerate(row)}
    expected = sum(
        (place[a[0]] - place[b[0]]) * (place[a[1]] - place[b[1]]) < 0
        for a, b in itertools.combinations(pieces, 2)
        if a[0] // 10 == b[0] // 10
    )
    assert expected == crossings(layers, pieces)
    better = ordered(layers, pieces)
    assert [sorted(row) for row in layers] == [sorted(row) for row in better]
    assert crossings(better, pieces) <= expected


@given(
    st.lists(
        st.tuples(st.floats(-50, 250), st.floats(0.1, 9), st.floats(1, 20)), min_size=1, max_size=8
    )
)
def test_places_are_the_nearest_that_do_not_overlap(
    items: list[tuple[float, float, float]],
) -> None:
    """No small move of one item, or of neighbours together, comes nearer to what is wanted."""
    wanted, pulls, widths = (list(column) for column in zip(*items, strict=True))
    found = apart(wanted, pulls, widths, ends=(0.0, 200.0))

    def fits(places: list[float]) -> bool:
        edges = [0.0, *(x + wide for x, wide in zip(places, widths, strict=True))]
        return edges[-1] <= 200 + 1e-6 and all(
            x >= edge - 1e-6 for x, edge in zip(places, edges, strict=False)
        )

    def cost(places: list[float]) -> float:
        return sum(
            pull * (x - want) ** 2 for x, want, pull in zip(places, wanted, pulls, strict=True)
        )

    assert fits(found)
    for first, last in itertools.combinations(range(len(items) + 1), 2):
        for move in (-0.01, 0.01):
            moved = [x + move * (first <= n < last) for n, x in enumerate(found)]
            assert not fits(moved) or cost(moved) >= cost(found) - 1e-6
