"""The pictures of needs: shares, coverage, satisfaction and gaps (B40)."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, records

CUSTOMER = tp.load_taxonomy("customer")
FEW = [("en", False, 358), ("es", True, 960)]


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, whose touchpoints have needs."""
    return tp.datasets.shop(400, seed=1)


def answers(shop: tp.Journeys) -> list[dict[str, Any]]:
    """Return what every third person says, of whom some came to save money."""
    return [
        {
            "journey": one.id,
            "time": f"{one.times[0]}Z",
            "need": one.touchpoints[0].need if nth % 4 else "save_money",
        }
        for nth, one in enumerate(shop[:150])
    ]


@pytest.fixture(scope="module")
def shares(shop: tp.Journeys) -> tp.experience.NeedShares:
    """Shares of needs, corrected by answers."""
    return tp.experience.need_shares(shop, answers=answers(shop), of="journeys")


@pytest.fixture(scope="module")
def success(shop: tp.Journeys) -> dict[str, str]:
    """What satisfies each need."""
    needs = {one.need for one in shop.touchpoints} - {"unknown"}
    return dict.fromkeys(sorted(needs), "purchase")


def test_shares_as_inferred_and_corrected(shares: tp.experience.NeedShares) -> None:
    """Two dots a row, at the naive and the corrected share, joined by a dotted line."""
    figure = tp.plot.need_shares(shares, taxonomy=CUSTOMER)
    known = records.scale(figure, {"0%": 0.0, "40%": 0.4})
    dots = records.marks(figure)
    hollow = sorted(records.as_values([one[0] for one in dots if one[2] == "#FFFFFF"], known))
    filled = sorted(records.as_values([one[0] for one in dots if one[2] == "#4554BA"], known))
    assert sorted(shares.naive) == pytest.approx(hollow, abs=1e-3)
    assert sorted(shares.share) == pytest.approx(filled, abs=1e-3)
    dotted = [one for one in figure.layout.shapes if one.line.dash == "2px,3px"]
    assert len(shares) == len(dotted)
    ends = [records.as_values(list(one), known) for one in records.lines(figure, "#4554BA")]
    asked = sorted(zip(shares.low.tolist(), shares.high.tolist(), strict=True))
    assert np.array(asked) == pytest.approx(np.array(sorted(ends)), abs=1e-3)


def test_numbers_are_grey_where_nothing_certain_changes(shares: tp.experience.NeedShares) -> None:
    """A number is grey if the inferred share lies inside the interval, else as dark as labels."""
    naive = shares.naive.copy()
    naive[0] = shares.share[0]
    figure = tp.plot.need_shares(attrs.evolve(shares, naive=naive))
    found = [one.font.color for one in figure.layout.annotations if one.name == "number"]
    inside = (shares.low <= naive) & (naive <= shares.high)
    assert inside.sum() == found.count("#56616E")
    assert len(shares) - inside.sum() == found.count("#1B2430")


def test_without_answers_nothing_is_corrected(shop: tp.Journeys) -> None:
    """Only the inferred shares are drawn, and the figure says so."""
    figure = tp.plot.need_shares(tp.experience.need_shares(shop))
    assert {"#FFFFFF"} == {one[2] for one in records.marks(figure)}
    assert any("Nobody was asked" in one for one in drawn.texts(figure, kind="note"))


def test_shares_of_any_input(shop: tp.Journeys, shares: tp.experience.NeedShares) -> None:
    """Groups, many terms, hostile names, one row and none are drawn without overlaps."""
    draw = tp.plot.need_shares
    records.fits(draw, shares, taxonomy=CUSTOMER)
    grouped = tp.experience.need_shares(shop, answers=answers(shop), of="journeys", by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    assert {"computer", "phone"} < set(drawn.texts(draw(grouped), kind="legend"))
    large = records.many(shares, "term")
    records.fits(draw, large, looks=FEW)
    notes = drawn.texts(draw(large), kind="note")
    assert "40 of 300 rows are shown: those with the largest share." in notes
    records.stays_text(draw, records.hostile(shares, "term"))
    records.fits(draw, records.of_rows(shares, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(shares)))
    with pytest.raises(tp.errors.WrongKindError, match="NeedShares can be drawn"):
        draw(tp.paths.presence(shop))


def test_satisfaction_by_hand() -> None:
    """`acquire` occurs 40 times and is satisfied 30 times: 75 %, n = 40."""
    paths = {"path": ["ad > shop > buy", "ad > shop"], "n": [30, 10]}
    journeys = tp.from_paths(paths, path="path", count="n")
    shop = attrs.evolve(
        journeys,
        touchpoints=tuple(
            attrs.evolve(one, need="acquire") if one.key == "shop" else one
            for one in journeys.touchpoints
        ),
    )
    found = tp.experience.need_satisfaction(shop, success={"acquire": "buy"})
    figure = tp.plot.need_satisfaction(found, taxonomy=CUSTOMER)
    assert ["Acquire the product or service"] == drawn.texts(figure, kind="row")
    assert ["n = 40"] == drawn.texts(figure, kind="below")
    known = records.scale(figure, {"0%": 0.0, "80%": 0.8})
    assert [0.75] == pytest.approx(
        records.as_values([one[0] for one in records.marks(figure)], known), abs=1e-3
    )
    assert drawn.texts(figure, kind="number")[0].startswith("75% [")


def test_satisfaction_of_any_input(shop: tp.Journeys, success: dict[str, str]) -> None:
    """Groups, needs not judged, many, hostile names and none are drawn without overlaps."""
    draw = tp.plot.need_satisfaction
    found = tp.experience.need_satisfaction(shop, success=success)
    records.fits(draw, found, taxonomy=CUSTOMER)
    one = tp.experience.need_satisfaction(shop, success={"compare": "purchase"}, by="device")
    records.fits(draw, one, taxonomy=CUSTOMER, looks=FEW)
    figure = draw(one)
    assert "–: could not be judged." in drawn.texts(figure, kind="note")
    assert (one.share != one.share).sum() == drawn.texts(figure, kind="number").count("–")
    records.fits(draw, records.many(found, "need"), looks=FEW)
    records.stays_text(draw, records.hostile(found, "need"))
    assert "There is nothing to draw." in drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="NeedSatisfaction can be drawn"):
        draw(tp.paths.presence(shop))


def test_gaps_are_three_scales(shop: tp.Journeys, success: dict[str, str]) -> None:
    """Demand, shortfall and gap of each need, as the record has them; the gap is a bar."""
    found = tp.experience.need_gaps(shop, success=success)
    figure = tp.plot.need_gaps(found, taxonomy=CUSTOMER)
    assert 3 * len(found) == len(records.marks(figure))
    bars = [
        one for one in figure.layout.shapes if one.type == "rect" and one.fillcolor == "#4554BA"
    ]
    wide = [one.x1 - one.x0 for one in bars]
    known = found.gap[found.gap > 0]
    assert known / known[0] == pytest.approx(np.array(wide) / wide[0], abs=0.02)
    first = drawn.texts(figure, kind="number")[:3]
    numbers = [found.demand[0], found.shortfall[0], found.gap[0]]
    assert [f"{100 * one:.0f}%" for one in numbers] == [one.split(" ")[0] for one in first]


def test_gaps_of_any_input(shop: tp.Journeys, success: dict[str, str]) -> None:
    """Groups, attributes, many, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.need_gaps
    found = tp.experience.need_gaps(shop, success=success)
    records.fits(draw, found, taxonomy=CUSTOMER)
    grouped = tp.experience.need_gaps(shop, success=success, by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    products = np.array([f"product {nth % 3}" for nth in range(len(found))], dtype=object)
    with_attribute = attrs.evolve(found, attribute=products)
    records.fits(draw, with_attribute, taxonomy=CUSTOMER, looks=FEW)
    assert any(one.endswith("· product 1") for one in drawn.texts(draw(with_attribute), kind="row"))
    records.fits(draw, records.many(found, "need"), looks=FEW)
    records.stays_text(draw, records.hostile(found, "need"))
    nan = attrs.evolve(found, gap=np.full(len(found), np.nan))
    assert "–: could not be judged." in drawn.texts(draw(nan), kind="note")
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="NeedGaps can be drawn"):
        draw(tp.paths.presence(shop))


def test_coverage_is_a_matrix_of_shares(shop: tp.Journeys) -> None:
    """A cell says the share of demand; darker is more; gaps of the plan have marks."""
    found = tp.experience.need_coverage(shop)
    figure = tp.plot.need_coverage(found, taxonomy=CUSTOMER)
    stages = list(dict.fromkeys(found.stage.tolist()))
    needs = list(dict.fromkeys(found.need.tolist()))
    cells = drawn.texts(figure, kind="cell")
    assert len(stages) * len(needs) == len(cells)
    empty = int((found.interactions == 0).sum())
    assert empty == cells.count("·")
    row = int(np.argmax(found.share))
    assert f"{100 * found.share[row]:.0f}%" == cells[row]
    tints = [one.opacity for one in figure.layout.shapes if one.opacity != 1 and one.opacity]
    asked = found.share[found.share > 0]
    assert np.argsort(asked).tolist() == np.argsort(tints).tolist()
    unseen = int(((found.planned > 0) & (found.interactions == 0)).sum())
    (marks,) = [one for one in figure.data if one.name == "marks"]
    shown = [
        symbol for symbol, size in zip(marks.marker.symbol, marks.marker.size, strict=True) if size
    ]
    assert unseen == shown.count("circle")
    assert any(one.startswith("In planned cells: 100%") for one in drawn.texts(figure, kind="note"))


def test_demand_without_a_plan_is_marked(shop: tp.Journeys) -> None:
    """A triangle where people come and nothing is planned, said in the legend."""
    found = tp.experience.need_coverage(shop)
    figure = tp.plot.need_coverage(attrs.evolve(found, planned=np.zeros(len(found), np.int64)))
    (marks,) = [one for one in figure.data if one.name == "marks"]
    shown = [
        symbol for symbol, size in zip(marks.marker.symbol, marks.marker.size, strict=True) if size
    ]
    assert ["triangle-down"] * int((found.interactions > 0).sum()) == shown
    assert ["people come, and nothing is planned"] == drawn.texts(figure, kind="legend")
    none = tp.plot.need_coverage(attrs.evolve(found, planned=None))
    assert [] == drawn.texts(none, kind="legend")


def test_coverage_of_any_input(shop: tp.Journeys) -> None:
    """Groups, areas, many needs, hostile names and none are drawn without overlaps."""
    draw = tp.plot.need_coverage
    found = tp.experience.need_coverage(shop)
    records.fits(draw, found, taxonomy=CUSTOMER)
    for how in ({"by": "device"}, {"area": "channel"}):
        parted = tp.experience.need_coverage(shop, **how)
        records.fits(draw, parted, taxonomy=CUSTOMER, looks=FEW)
        assert 2 <= len(drawn.texts(draw(parted), kind="section")) <= 8
    large = records.many(found, "need")
    records.fits(draw, large, looks=FEW)
    assert any("40 of 300 rows" in one for one in drawn.texts(draw(large), kind="note"))
    records.stays_text(draw, records.hostile(found, "need"))
    records.stays_text(draw, records.hostile(found, "stage"))
    records.fits(draw, records.of_rows(found, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="NeedCoverage can be drawn"):
        draw(tp.paths.presence(shop))
