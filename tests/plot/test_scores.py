"""The pictures of scores: assessments, the emotion curve, compassion and efficiency (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, records
from tests.plot.scored import scored_shop

CUSTOMER = tp.load_taxonomy("customer")
FEW = [("en", False, 358), ("es", True, 960)]


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop with scores."""
    return scored_shop()


def of_scores(scores: list[float], metric: str) -> tp.Journeys:
    """Return journeys of one call each, with a score."""
    log = {"id": list(range(len(scores))), "at": ["2026-01-05"] * len(scores)}
    return tp.from_columns(
        log | {"what": ["call"] * len(scores), metric: scores},
        journey="id",
        time="at",
        touchpoint="what",
        per_interaction=[metric],
    )


def test_bars_of_answers_around_the_middle() -> None:
    """Of 10 answers 2 are dissatisfied, 4 neutral and 4 satisfied: the neutral ones are halved."""
    scores = [1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0]
    found = tp.experience.assessments(of_scores(scores, "csat"), metric="csat")
    figure = tp.plot.assessments(found)
    assert ["n = 10"] == drawn.texts(figure, kind="below")
    colors = ("#E38B4F", "#E9E6DF", "#7FB9D6")
    bars = [one for color in colors for one in figure.layout.shapes if one.fillcolor == color]
    whole = bars[-1].x1 - bars[0].x0
    assert [0.2, 0.4, 0.4] == pytest.approx([(one.x1 - one.x0) / whole for one in bars])
    zero = [one.x for one in figure.layout.annotations if one.name == "tick" and one.text == "0%"]
    assert zero[0] == pytest.approx((bars[1].x0 + bars[1].x1) / 2)
    assert drawn.texts(figure, kind="number")[0].startswith("40% [")
    assert ["share of answers", "share satisfied"] == drawn.texts(figure, kind="axis")
    assert any(one == "call dissatisfied: 20% [6, 51%]" for one in drawn.hovers(figure))


def test_the_summary_of_the_metric(shop: tp.Journeys) -> None:
    """Net scores have a sign, and means are numbers."""
    nps = tp.experience.assessments(of_scores([10, 9, 7, 3], "nps"), metric="nps")
    assert drawn.texts(tp.plot.assessments(nps), kind="number")[0].startswith("+25 [")
    empathy = tp.experience.assessments(of_scores([5, 4, 3, 4], "empathy"), metric="empathy")
    assert drawn.texts(tp.plot.assessments(empathy), kind="number")[0].startswith("4.00 [")
    notes = drawn.texts(tp.plot.assessments(empathy, lang="es"), kind="note")
    assert "Métrica: empatía." in notes


def test_assessments_of_any_input(shop: tp.Journeys) -> None:
    """Groups, no answers, many, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.assessments
    found = tp.experience.assessments(shop, metric="csat")
    records.fits(draw, found, taxonomy=CUSTOMER)
    grouped = tp.experience.assessments(shop, metric="csat", by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    assert {"computer", "phone"} < set(drawn.texts(draw(grouped), kind="legend"))
    silent = attrs.evolve(
        records.of_rows(found, [0, 1]),
        **dict.fromkeys(("score", "low", "high", "satisfied", "dissatisfied"), np.full(2, np.nan)),
    )
    assert ["–", "–"] == drawn.texts(draw(silent), kind="number")
    assert [] == records.marks(draw(silent))
    large = records.many(found, "touchpoint")
    records.fits(draw, large, looks=FEW)
    said = "40 of 300 rows are shown: those with the most answers."
    assert said in drawn.texts(draw(large), kind="note")
    records.stays_text(draw, records.hostile(found, "touchpoint"))
    assert "There is nothing to draw." in drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="Assessments can be drawn"):
        draw(tp.paths.presence(shop))


def test_the_curve_has_valences_and_gaps() -> None:
    """Scores 5, none and 1 of 1 to 5 are +1, a gap and -1."""
    rows = [
        {"id": who, "at": f"2026-01-0{day}", "do": "a", "csat": score}
        for who in range(3)
        for day, score in ((1, 5.0), (2, None), (3, 1.0))
    ]
    journeys = tp.from_records(
        rows, journey="id", time="at", touchpoint="do", per_interaction=["csat"]
    )
    figure = tp.plot.emotion_curve(tp.experience.emotion_curve(journeys, metric="csat"))
    dots = records.marks(figure)
    ticks = {one.text: one.y + 6.5 for one in figure.layout.annotations if one.name == "tick_y"}
    known = ((ticks["0.0"], 0.0), (ticks["+1.0"], 1.0))
    assert [1.0, -1.0] == pytest.approx(
        records.as_values([y for _, y, _, _ in dots], known), abs=0.01
    )
    assert ["#1F6E9C", "#A23E07"] == [one[2] for one in dots]
    assert ["1", "2", "3"] == drawn.texts(figure, kind="place")
    assert ["n = 3", "n = 0", "n = 3"] == drawn.texts(figure, kind="n")
    assert not [one for one in figure.data if one.name == "curve"]  # no line across the gap
    assert "Gaps: nobody answered there." in drawn.texts(figure, kind="note")


def test_the_band_is_the_interval(shop: tp.Journeys) -> None:
    """The band goes from the lower to the upper ends, as far as the scale goes."""
    found = tp.experience.emotion_curve(shop, metric="csat", max_position=4)
    figure = tp.plot.emotion_curve(found)
    (band,) = [one for one in figure.data if one.name == "band"]
    ticks = {one.text: one.y + 6.5 for one in figure.layout.annotations if one.name == "tick_y"}
    known = ((ticks["0.0"], 0.0), (ticks["+1.0"], 1.0))
    ends = records.as_values(list(band.y), known)
    asked = [*found.valence_high, *found.valence_low[::-1]]
    assert np.clip(asked, -1.08, 1.08) == pytest.approx(np.array(ends), abs=0.01)


def test_curves_of_any_input(shop: tp.Journeys) -> None:
    """Stages, groups, many positions, hostile names, one place and none: without overlaps."""
    draw = tp.plot.emotion_curve
    found = tp.experience.emotion_curve(shop, metric="csat")
    records.fits(draw, found, taxonomy=CUSTOMER)
    stages = tp.experience.emotion_curve(shop, metric="csat", along="stage")
    records.fits(draw, stages, taxonomy=CUSTOMER)
    assert "Consideración" in drawn.texts(draw(stages, taxonomy=CUSTOMER, lang="es"), kind="place")
    grouped = tp.experience.emotion_curve(shop, metric="csat", by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    assert ["computer", "phone"] == drawn.texts(draw(grouped), kind="legend")
    large = records.many(found, "place")
    records.fits(draw, large, looks=FEW)
    said = "60 of 300 rows are shown: the first ones."
    assert said in drawn.texts(draw(large), kind="note")
    records.stays_text(draw, records.hostile(stages, "place"))
    records.fits(draw, records.of_rows(found, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="EmotionCurve can be drawn"):
        draw(tp.paths.presence(shop))


def test_compassion_and_waits_side_by_side() -> None:
    """Two scales, a dot on each, joined; a wait that is not known is a dash, and nothing joins."""
    rows = [
        {"id": who, "at": f"2026-01-05 09:{minute:02}", "what": what, "empathy": score}
        for who in range(4)
        for what, minute, score in (("check-in", 0, 2.0), ("visit", 40, 5.0))
    ]
    journeys = tp.from_records(
        rows, journey="id", time="at", touchpoint="what", per_interaction=["empathy"]
    )
    found = tp.experience.compassion_and_efficiency(journeys)
    figure = tp.plot.compassion_and_efficiency(found)
    assert ["mean score: empathy", "median wait in minutes"] == drawn.texts(figure, kind="axis")
    numbers = [one.split(" ")[0] for one in drawn.texts(figure, kind="number")]
    assert ["2.00", "–", "5.00", "40.0"] == numbers
    dotted = [one for one in figure.layout.shapes if one.line.dash == "2px,3px"]
    assert 2 == len(dotted)  # up to the numbers between, and on from there
    numbers_of_first = drawn.boxes(figure)
    for one in dotted:
        y = one.y0
        for box in numbers_of_first:
            if box.kind == "number" and box.top < y < box.bottom:
                assert one.x1 <= box.left or one.x0 >= box.right


def test_compassion_of_any_input() -> None:
    """Durations, groups, many, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.compassion_and_efficiency
    shop = scored_shop(metric="empathy")
    found = tp.experience.compassion_and_efficiency(shop)
    records.fits(draw, found, taxonomy=CUSTOMER)
    grouped = tp.experience.compassion_and_efficiency(shop, by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    lasting = attrs.evolve(found, duration=found.wait, duration_low=found.wait_low)
    assert 3 == len(drawn.texts(draw(lasting), kind="axis"))
    records.fits(draw, records.many(found, "touchpoint"), looks=FEW)
    records.stays_text(draw, records.hostile(found, "touchpoint"))
    records.stays_text(draw, attrs.evolve(found, metric="<b>bold</b> & more"))
    records.fits(draw, records.of_rows(found, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="CompassionAndEfficiency can be drawn"):
        draw(tp.paths.presence(shop))
