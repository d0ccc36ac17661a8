"""Rows with dots and intervals, which carry the pictures of measures (B40)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plot import drawn
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of, shown_rows
from touchpoints.plot._shared.look import Look, look_of
from touchpoints.plot._shared.quantities import Quantity, numbers, points, shares, times
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark


def look(*, lang: str = "en", width: int = 960) -> Look:
    """Return a look without a taxonomy."""
    return look_of(dark=False, lang=lang, taxonomy=None, width=width)


MARK = Mark(color="#4554BA")


@pytest.mark.parametrize(
    ("low", "high", "width", "said"),
    [
        (0.0, 1.0, 600, ["0%", "20%", "40%", "60%", "80%", "100%"]),
        (0.0, 1.0, 90, ["0%", "50%", "100%"]),
        (0.0, 0.031, 400, ["0%", "1%", "2%", "3%"]),
        (0.2, 0.2, 400, []),
    ],
)
def test_ticks_are_at_round_numbers_with_room(
    low: float, high: float, width: float, said: list[str]
) -> None:
    """Ticks are at 1, 2 or 5 times a power of ten, as many as have room, at most 6 steps."""
    found = shares(look()).ticks(low, high, width)
    assert said == [text for _, text in found]


@given(
    low=st.floats(-1e6, 1e6),
    size=st.floats(1e-6, 1e6),
    width=st.floats(20, 900),
)
@settings(max_examples=200, deadline=None)
def test_ticks_lie_on_the_scale_and_apart(low: float, size: float, width: float) -> None:
    """Ticks lie between the ends, in order; there are few of them."""
    quantity = Quantity(numerals=look().numerals)
    values = [value for value, _ in quantity.ticks(low, low + size, width)]
    assert values == sorted(values)
    assert len(values) <= 8
    for value in values:
        assert low - 1e-6 * size <= value <= low + size + 1e-6 * size


def test_numbers_are_written_by_their_kind() -> None:
    """Shares in percent, differences in points with a sign, numbers with three digits."""
    assert "46% [40, 52%]" == shares(look()).said(0.46, 0.4, 0.52)
    assert "46%" == shares(look()).said(0.46, math.nan, math.nan)
    assert "–" == shares(look()).said(math.nan, 0.1, 0.2)
    assert "+5.0 [−1.0, 11.0]" == points(look()).said(0.05, -0.01, 0.11)
    assert "0.0463" == numbers(look(), [0.0463, math.nan]).value(0.0463)
    assert "1,234" == numbers(look(), [1234.0]).value(1234.0)
    quantity, unit = times(look(lang="es"), [7200.0, 14400.0, math.nan])
    assert ("2,0", "horas") == (quantity.value(7200.0), unit)
    quantity, unit = times(look(), [])
    assert "seconds" == unit


@pytest.mark.parametrize(
    ("ends", "reference", "within", "wanted"),
    [
        ((0.2, 0.4), 0.0, (0.0, 1.0), (0.0, 0.416)),
        ((0.2, 1.0), 0.0, (0.0, 1.0), (0.0, 1.0)),
        ((-1.0, 1.0), 0.0, (-1.0, 1.0), (-1.0, 1.0)),
        ((-1.0, 1.5), 0.0, (-1.0, 1.0), (-1.0, 1.5)),
        ((2.0, 3.0), None, (-math.inf, math.inf), (1.96, 3.04)),
        ((2.0, 2.0), None, (-math.inf, math.inf), (1.0, 3.0)),
    ],
)
def test_a_scale_holds_its_numbers(
    ends: tuple[float, float],
    reference: float | None,
    within: tuple[float, float],
    wanted: tuple[float, float],
) -> None:
    """A scale has some room at its ends, as far as it may go, and never cuts a number."""
    dots = [Dot(value=one, mark=MARK) for one in ends]
    found = panel_of(dots, title="", quantity=shares(look()), reference=reference, within=within)
    low, high = wanted
    assert (low, high) == pytest.approx((found.low, found.high))


def test_a_scale_of_nothing_is_still_a_scale() -> None:
    """Without a number, and with one number only, the ends differ."""
    for dots in ([], [Dot(value=math.nan, mark=MARK)], [Dot(value=0.0, mark=MARK)]):
        found = panel_of(dots, title="", quantity=shares(look()))
        assert found.high > found.low


def test_the_largest_rows_are_shown_in_their_order() -> None:
    """Of five sizes the three largest, nan last, in the order of the rows; the rest is said."""
    size = np.array([1.0, np.nan, 5.0, 3.0, 2.0])
    assert ([2, 3, 4], "3 of 5 rows are shown: the large ones.") == shown_rows(
        size, look(), which="the large ones", most=3
    )
    assert ([0, 1, 2, 3, 4], "") == shown_rows(size, look(), which="", most=5)


def a_panel(low: float = 0.0, high: float = 1.0, title: str = "share") -> Panel:
    """Return a scale of shares."""
    return Panel(title=title, quantity=shares(look()), low=low, high=high, reference=0.0)


def test_intervals_beyond_the_scale_end_at_its_edge() -> None:
    """A line never leaves its scale; where one end is not known it goes to the dot."""
    row = Row(
        label="a",
        dots=(
            Dot(value=0.5, low=-math.inf, high=math.inf, mark=MARK),
            Dot(value=0.5, low=0.25, high=math.nan, mark=MARK, lane=1),
        ),
    )
    figure = rows_figure(look(), [row], [a_panel()])
    whole, half = [
        one
        for one in figure.layout.shapes
        if one.type == "line" and one.y0 == one.y1 and one.line.color == "#4554BA"
    ]
    (dots,) = [one for one in figure.data if one.name == "dots"]
    assert dots.x[0] == dots.x[1] == pytest.approx((whole.x0 + whole.x1) / 2, abs=0.1)
    assert half.x1 == pytest.approx(dots.x[1], abs=0.1)
    assert (half.x1 - half.x0) / (whole.x1 - whole.x0) == pytest.approx(0.25)


TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30
)
LABELS = st.lists(TEXTS, min_size=1, max_size=8).map(" ".join)
NUMBERS = st.one_of(st.floats(-2, 2), st.just(math.nan))


@st.composite
def rows_of(draw: Any, panels: int) -> Row:
    """Return a row with dots in any order, on any scale."""
    dots = []
    for panel in range(panels):
        for lane in range(draw(st.integers(0, 3))):
            value, low, high = (draw(NUMBERS) for _ in range(3))
            said = points(look()).said(value, low, high)
            dots.append(
                Dot(value=value, low=low, high=high, mark=MARK, text=said, panel=panel, lane=lane)
            )
    below = draw(st.one_of(st.just(""), LABELS))
    joined, bold = draw(st.booleans()), draw(st.booleans())
    return Row(label=draw(LABELS), below=below, dots=tuple(dots), joined=joined, bold=bold)


@given(data=st.data(), width=st.integers(280, 1400), size=st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_no_text_ever_overlaps(data: Any, width: int, size: int) -> None:
    """Any rows on any number of scales, at any width: no overlap, and nothing outside."""
    panels = data.draw(st.integers(1, 6))
    rows = [data.draw(rows_of(panels)) for _ in range(size)]
    scales = [
        panel_of(
            [dot for row in rows for dot in row.dots if dot.panel == nth],
            title=data.draw(LABELS),
            quantity=points(look()),
            reference=0.0,
        )
        for nth in range(panels)
    ]
    legend = [Mark(label=data.draw(LABELS), color="#4554BA") for _ in range(2)]
    figure = rows_figure(look(width=width), rows, scales, legend=legend, said=[data.draw(LABELS)])
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
