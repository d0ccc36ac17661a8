"""The pictures of what grouping loses, and of granularity (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, records

CUSTOMER = tp.load_taxonomy("customer")
FEW = [("en", False, 358), ("es", True, 960)]


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop that may end in a purchase."""
    return tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="purchase")


@pytest.fixture(scope="module")
def loss(shop: tp.Journeys) -> tp.experience.CollapseLoss:
    """What channels lose about what comes next."""
    return tp.experience.collapse_loss(shop, of="next", seed=1, permutations=19)


@pytest.fixture(scope="module")
def curve(shop: tp.Journeys) -> tp.experience.Granularity:
    """What typings keep."""
    return tp.experience.granularity(shop, of="next", seed=1, resamples=3)


def test_bars_are_as_long_as_the_loss() -> None:
    """Sale and news of one channel decide the outcome: 1 bit is lost in all, and in the channel."""
    rows = [
        {"id": nth, "day": "2026-01-01", "what": ("sale", "news")[nth % 2], "where": "social"}
        for nth in range(40)
    ]
    rows += [
        {"id": nth, "day": "2026-01-02", "what": "buy", "where": "shop"} for nth in range(0, 40, 2)
    ]
    log = tp.from_records(
        rows, journey="id", time="day", touchpoint="what", per_interaction=["where"]
    )
    log = tp.until(log, "buy", outcome="bought")
    found = tp.experience.collapse_loss(log, coarse="where", seed=1, permutations=19)
    figure = tp.plot.collapse_loss(found)
    assert ["in all", "social"] == drawn.texts(figure, kind="row")
    assert ["n = 40, labels: 2"] * 2 == drawn.texts(figure, kind="below")
    known = records.scale(figure, {"0.0": 0.0, "0.8": 0.8})
    bars = [
        one for one in figure.layout.shapes if one.type == "rect" and one.fillcolor == "#4554BA"
    ]
    assert [1.0, 1.0] == pytest.approx(records.as_values([one.x1 for one in bars], known), abs=1e-2)
    assert "Asked: the outcome bought. Grouped: touchpoints into where." in drawn.texts(
        figure, kind="note"
    )
    assert any("p = 0.05" in one for one in drawn.hovers(figure))


def test_bars_that_may_be_nothing_are_grey(loss: tp.experience.CollapseLoss) -> None:
    """A bar whose interval contains 0 is grey, and the figure says so."""
    low = np.where(np.arange(len(loss)) == 0, 0.001, -0.001)
    figure = tp.plot.collapse_loss(attrs.evolve(loss, low=low))
    colors = [one.font.color for one in figure.layout.annotations if one.name == "number"]
    assert ["#1B2430"] + ["#56616E"] * (len(loss) - 1) == colors
    assert "Grey bars: the interval contains 0 or less." in drawn.texts(figure, kind="note")


def test_losses_of_any_input(shop: tp.Journeys, loss: tp.experience.CollapseLoss) -> None:
    """Groups, many labels, hostile names, one row and none are drawn without overlaps."""
    draw = tp.plot.collapse_loss
    records.fits(draw, loss, taxonomy=CUSTOMER)
    grouped = tp.experience.collapse_loss(shop, of="next", seed=1, permutations=9, by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    assert ["computer", "phone"] == drawn.texts(draw(grouped), kind="legend")
    large = records.many(loss, "coarse")
    records.fits(draw, large, looks=FEW)
    said = "40 of 300 rows are shown: those that lose most."
    assert said in drawn.texts(draw(large), kind="note")
    records.stays_text(draw, records.hostile(loss, "coarse"))
    records.fits(draw, records.of_rows(loss, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(loss)))
    with pytest.raises(tp.errors.WrongKindError, match="CollapseLoss can be drawn"):
        draw(tp.paths.presence(shop))


def test_the_curve_is_at_its_bits(curve: tp.experience.Granularity) -> None:
    """Each typing is a point at its number of groups and bits; the chosen one is a star."""
    figure = tp.plot.granularity(curve)
    dots = records.marks(figure)
    assert len(curve) == len(dots)
    ticks = {one.text: one.y + 6.5 for one in figure.layout.annotations if one.name == "tick_y"}
    known = ((ticks["0.0"], 0.0), (ticks["0.4"], 0.4))
    bits = records.as_values([one[1] for one in dots], known)
    assert curve.bits == pytest.approx(np.array(bits), abs=2e-3)
    assert curve.chosen.tolist() == [one[3] == "star" for one in dots]
    hollow = [one[2] == "#FFFFFF" for one in dots]
    assert (~curve.enough & ~curve.chosen).tolist() == hollow
    (band,) = [one for one in figure.data if one.name == "band"]
    steps = np.isin(curve.typing, ["(all)", "(merged)"]).sum()
    assert 2 * steps == len(band.x)


def test_granularity_of_any_input(curve: tp.experience.Granularity) -> None:
    """Gaps, epsilon, hostile names, one row and none are drawn without overlaps."""
    draw = tp.plot.granularity
    records.fits(draw, curve, taxonomy=CUSTOMER)
    bits = curve.bits.copy()
    bits[2] = np.nan
    gap = draw(attrs.evolve(curve, bits=bits))
    assert len(curve) - 1 == len(records.marks(gap))
    assert any(
        "at most 0.01 bits" in one
        for one in drawn.texts(draw(attrs.evolve(curve, epsilon=0.01)), kind="note")
    )
    large = records.many(curve, "typing")
    large = attrs.evolve(large, groups=np.arange(300), chosen=np.arange(300) == 7)
    records.fits(draw, large, looks=FEW)
    records.stays_text(draw, records.hostile(curve, "typing"))
    records.fits(draw, records.of_rows(curve, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(curve)))
    with pytest.raises(tp.errors.WrongKindError, match="Granularity can be drawn"):
        draw(tp.paths.presence(tp.datasets.shop(5, seed=1)))
