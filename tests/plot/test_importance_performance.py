"""The picture of importance and performance (B40)."""

from __future__ import annotations

import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, records
from tests.plot.scored import scored_shop

CUSTOMER = tp.load_taxonomy("customer")
BY_HAND = (
    {"chat": 0.5, "phone": 0.4, "shop": 0.1, "app": 0.0},
    {"chat": 2.0, "phone": 4.5, "shop": 2.5, "app": 4.0},
)


@pytest.fixture(scope="module")
def bounded() -> tp.experience.ImportancePerformance:
    """Touchpoints with intervals on both axes."""
    shop = scored_shop()
    drivers = tp.experience.key_drivers(shop, overall="purchase", metric="csat", seed=1)
    scores = tp.experience.assessments(shop, metric="csat")
    return tp.experience.importance_performance(drivers, scores)


def test_dots_are_where_the_numbers_are() -> None:
    """Importance goes to the right, performance up; the crosshairs are at the means."""
    figure = tp.plot.importance_performance(tp.experience.importance_performance(*BY_HAND))
    (dots,) = [one for one in figure.data if one.name == "dots"]
    across = {one.text: one.x for one in figure.layout.annotations if one.name == "tick"}
    up = {
        one.text: one.y + 10 * 1.3 / 2 for one in figure.layout.annotations if one.name == "tick_y"
    }
    known = ((across["0.0"], 0.0), (across["0.4"], 0.4))
    assert [0.5, 0.4, 0.1, 0.0] == pytest.approx(records.as_values(dots.x, known), abs=0.005)
    known = ((up["2.0"], 2.0), (up["4.0"], 4.0))
    assert [2.0, 4.5, 2.5, 4.0] == pytest.approx(records.as_values(dots.y, known), abs=0.02)
    vertical, horizontal = [
        one for one in figure.layout.shapes if one.type == "line" and one.line.dash == "4px,3px"
    ]
    known = ((across["0.0"], 0.0), (across["0.4"], 0.4))
    assert [0.25] == pytest.approx(records.as_values([vertical.x0], known), abs=0.005)
    assert 3.25 == pytest.approx(
        records.as_values([horizontal.y0], ((up["2.0"], 2.0), (up["4.0"], 4.0)))[0], abs=0.02
    )
    assert ["diamond", "circle", "circle", "circle"] == list(dots.marker.symbol)
    assert ["chat", "phone", "shop", "app"] == drawn.texts(figure, kind="label")
    (tint,) = [one for one in figure.layout.shapes if one.opacity == 0.1]
    assert "#A23D08" == tint.fillcolor


def test_both_intervals_are_a_cross(bounded: tp.experience.ImportancePerformance) -> None:
    """Each dot has a level and an upright line from end to end; unsure dots are hollow."""
    figure = tp.plot.importance_performance(bounded)
    level = records.lines(figure, "#8390A0")
    assert len(bounded) == len(level)
    upright = [
        one
        for one in figure.layout.shapes
        if one.type == "line" and one.x0 == one.x1 and one.line.color == "#8390A0"
    ]
    assert len(bounded) == len(upright)
    widths = np.array([end - start for start, end in level])
    asked = bounded.importance_high - bounded.importance_low
    assert widths / widths[0] == pytest.approx(asked / asked[0], rel=1e-6)
    (dots,) = [one for one in figure.data if one.name == "dots"]
    hollow = [color == "#FFFFFF" for color in dots.marker.color]
    assert (~bounded.sure).tolist() == hollow


def test_no_text_overlaps(bounded: tp.experience.ImportancePerformance) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    records.fits(tp.plot.importance_performance, bounded, taxonomy=CUSTOMER)


@pytest.mark.parametrize("width", [358, 960])
def test_labels_hit_neither_dots_nor_dividers(width: int) -> None:
    """No label covers a dot or a divider; labels without room are named below."""
    rng, keys = np.random.default_rng(3), list(CUSTOMER.types)[:30]
    sides = [
        dict(zip(keys, map(float, one), strict=True)) for one in (rng.random(30), rng.random(30))
    ]
    found = tp.experience.importance_performance(*sides)
    figure = tp.plot.importance_performance(found, taxonomy=CUSTOMER, lang="es", width=width)
    (dots,) = [one for one in figure.data if one.name == "dots"]
    labels = [one for one in drawn.boxes(figure) if one.kind == "label"]
    assert len(labels) >= 8
    for box in labels:
        for x, y in zip(dots.x, dots.y, strict=True):
            inside = box.left - 4 < x < box.right + 4 and box.top - 4 < y < box.bottom + 4
            assert not inside, (box, x, y)
        for one in figure.layout.shapes:
            if one.type == "line" and one.line.dash == "4px,3px":
                assert not (one.x0 == one.x1 and box.left < one.x0 < box.right)
                assert not (one.y0 == one.y1 and box.top < one.y0 < box.bottom)
    named = drawn.texts(figure, kind="note")
    if len(labels) < 30:
        assert any("Sin sitio para las etiquetas de" in one for one in named)


def test_many_hostile_one_none(bounded: tp.experience.ImportancePerformance) -> None:
    """300 labels, hostile names, one row and none are drawn without overlaps."""
    large = records.many(bounded, "label")
    looks = [("en", False, 358), ("es", True, 960)]
    records.fits(tp.plot.importance_performance, large, looks=looks)
    figure = tp.plot.importance_performance(large)
    assert 300 == len(records.marks(figure))
    assert any("more." in one for one in drawn.texts(figure, kind="note"))
    records.stays_text(tp.plot.importance_performance, records.hostile(bounded, "label"))
    records.fits(tp.plot.importance_performance, records.of_rows(bounded, [0]))
    nothing = tp.plot.importance_performance(records.without_rows(bounded))
    assert ["There is nothing to draw."] == drawn.texts(nothing)


def test_what_has_one_number_only_is_counted() -> None:
    """Labels without the other number are not drawn, and the figure says how many."""
    found = tp.experience.importance_performance({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2})
    notes = drawn.texts(tp.plot.importance_performance(found), kind="note")
    assert "1 with only one of the two numbers are not drawn." in notes


def test_another_record_is_refused() -> None:
    """A record of another kind is named, and what returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"ImportancePerformance can be drawn"):
        tp.plot.importance_performance(tp.paths.presence(tp.datasets.shop(5, seed=1)))
