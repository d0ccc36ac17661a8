"""The pictures of moments of truth, deterrence, key drivers, service and improvements (B40)."""

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
    """Journeys of a shop with scores, that may end in a purchase."""
    return scored_shop()


@pytest.fixture(scope="module")
def moments(shop: tp.Journeys) -> tp.experience.MomentsOfTruth:
    """Touchpoints with good and bad experiences."""
    return tp.experience.moments_of_truth(shop, metric="csat")


@pytest.fixture(scope="module")
def deterred(shop: tp.Journeys) -> tp.experience.Deterrence:
    """What follows negative and positive interactions."""
    return tp.experience.deterrence(shop, metric="csat")


@pytest.fixture(scope="module")
def drivers(shop: tp.Journeys) -> tp.experience.KeyDrivers:
    """What explains the outcome."""
    return tp.experience.key_drivers(shop, overall="purchase", metric="csat")


@pytest.fixture(scope="module")
def found(shop: tp.Journeys) -> tp.experience.Improvements:
    """What to improve."""
    scores = tp.experience.assessments(shop, metric="csat")
    card = tp.experience.scorecard(shop, assessments=scores)
    return tp.experience.improvements(card)


def test_a_moment_of_truth_by_hand() -> None:
    """40 good calls all reach the outcome, 40 bad ones none do: a difference of 100 points."""
    log = tp.from_paths({"path": ["call"] * 80}, path="path")
    good = np.arange(80) % 2
    log = attrs.evolve(
        log, per_interaction={"csat": 1.0 + 4 * good}, outcomes={"stays": good.astype(float)}
    )
    found = tp.experience.moments_of_truth(log, metric="csat")
    figure = tp.plot.moments_of_truth(found)
    numbers = drawn.texts(figure, kind="number")
    assert "0% → 100%" == numbers[0]
    assert numbers[1].startswith("+100.0 [")
    assert "100%" == numbers[2]
    assert ["n = 40 bad, 40 good"] == drawn.texts(figure, kind="below")
    bad, good_, difference, reach = records.marks(figure)
    assert ("triangle-down", "square", "star", "circle") == (
        bad[3],
        good_[3],
        difference[3],
        reach[3],
    )
    assert "moment of truth" in drawn.texts(figure, kind="legend")
    assert difference[2] == "#A67F00"


def test_dots_are_larger_with_reach(moments: tp.experience.MomentsOfTruth) -> None:
    """The area of the dot of a difference grows with the reach."""
    figure = tp.plot.moments_of_truth(attrs.evolve(moments, moment=moments.moment & False))
    (dots,) = [one for one in figure.data if one.name == "dots"]
    sizes = np.array(dots.marker.size[2::4])
    assert (
        np.argsort(sizes, kind="stable").tolist()
        == np.argsort(moments.reach, kind="stable").tolist()
    )
    assert sizes.max() == pytest.approx(18)


def test_moments_of_any_input(moments: tp.experience.MomentsOfTruth) -> None:
    """No bad experience, many, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.moments_of_truth
    records.fits(draw, moments, taxonomy=CUSTOMER)
    nan = np.full(len(moments), np.nan)
    unknown = attrs.evolve(moments, after_negative=nan, difference=nan, low=nan, high=nan)
    records.fits(draw, unknown, looks=FEW)
    assert "–: no bad or no good experience." in drawn.texts(draw(unknown), kind="note")
    large = records.many(moments, "touchpoint")
    records.fits(draw, large, looks=FEW)
    said = "40 of 300 rows are shown: those with the largest difference times reach."
    assert said in drawn.texts(draw(large), kind="note")
    records.stays_text(draw, records.hostile(moments, "touchpoint"))
    records.stays_text(draw, attrs.evolve(moments, outcome="<b>bold</b> & more"))
    records.fits(draw, records.of_rows(moments, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(moments)))
    with pytest.raises(tp.errors.WrongKindError, match="MomentsOfTruth can be drawn"):
        draw(tp.paths.presence(tp.datasets.shop(5, seed=1)))


def test_differences_on_both_sides(deterred: tp.experience.Deterrence) -> None:
    """A triangle for the negative side and a square for the positive one, hollow around 0."""
    figure = tp.plot.deterrence(deterred, taxonomy=CUSTOMER)
    dots = records.marks(figure)
    known = deterred.difference == deterred.difference
    assert known.sum() == len(dots)
    clear = (deterred.low > 0) | (deterred.high < 0)
    assert (known & ~clear).sum() == [one[2] for one in dots].count("#FFFFFF")
    assert {"triangle-down", "square"} == {one[3] for one in dots}
    left = [one for one in figure.layout.annotations if one.name == "tick" and one.text == "0"]
    ends = records.lines(figure, "#A23E07") + records.lines(figure, "#1F6E9C")
    assert known.sum() == len(ends)
    first = next(iter(np.flatnonzero(known)))
    value = f"{100 * deterred.difference[first]:+.1f}".replace("-", "−")
    assert any(one.startswith(f"{value} [") for one in drawn.texts(figure, kind="number"))
    assert 2 == len(left)  # two scales: the journey ends, the outcome is reached
    notes = drawn.texts(figure, kind="note")
    assert "Differences are associations, not effects." in notes


def test_deterrence_of_any_input(shop: tp.Journeys, deterred: tp.experience.Deterrence) -> None:
    """Groups, reasons, many, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.deterrence
    records.fits(draw, deterred, taxonomy=CUSTOMER)
    grouped = tp.experience.deterrence(shop, metric="csat", by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    assert {"computer", "phone"} < set(drawn.texts(draw(grouped), kind="legend"))
    nan = np.full(len(deterred), np.nan)
    why = np.array(["too few <b>"] * len(deterred), dtype=object)
    unknown = attrs.evolve(deterred, difference=nan, low=nan, high=nan, reason=why)
    figure = draw(unknown)
    assert [] == records.marks(figure)
    assert {"–"} == set(drawn.texts(figure, kind="number"))
    assert "–: not known." in drawn.texts(figure, kind="note")
    assigned = drawn.texts(draw(attrs.evolve(deterred, assigned=True)), kind="note")
    assert any("assigned at random" in one for one in assigned)
    records.fits(draw, records.many(deterred, "touchpoint"), looks=FEW)
    records.stays_text(draw, records.hostile(deterred, "touchpoint"))
    records.fits(draw, records.of_rows(deterred, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(deterred)))
    with pytest.raises(tp.errors.WrongKindError, match="Deterrence can be drawn"):
        draw(tp.paths.presence(shop))


def test_five_measures_are_cards(deterred: tp.experience.Deterrence) -> None:
    """Where scales have no room beside each other, each touchpoint is a card."""
    names = ("exit", "conversion", "return", "recommendation", "mention")
    rows = [0] * 5
    five = records.of_rows(deterred, rows)
    five = attrs.evolve(five, measure=np.array(names, dtype=object))
    records.fits(tp.plot.deterrence, five, taxonomy=CUSTOMER)
    figure = tp.plot.deterrence(five, width=700)
    assert 5 == len(drawn.texts(figure, kind="axis"))


def test_bars_of_importance(drivers: tp.experience.KeyDrivers) -> None:
    """A bar is as long as the importance; the correlation is on a scale from -1 to 1."""
    figure = tp.plot.key_drivers(drivers, taxonomy=CUSTOMER)
    bars = [
        one for one in figure.layout.shapes if one.type == "rect" and one.fillcolor == "#4554BA"
    ]
    wide = np.array([one.x1 - one.x0 for one in bars])
    shown = drivers.importance[: len(wide)]
    assert shown / shown[0] == pytest.approx(wide / wide[0], abs=0.02)
    ticks = {one.text: one.x for one in figure.layout.annotations if one.name == "tick"}
    known = ((ticks["−1.0"], -1.0), (ticks["+1.0"], 1.0))
    dots = [one[0] for one in records.marks(figure)][1::2]
    assert drivers.correlation == pytest.approx(np.array(records.as_values(dots, known)), abs=2e-3)
    notes = drawn.texts(figure, kind="note")
    assert f"All drivers together explain {100 * drivers.r2:.1f}% of the variance." in notes


def test_drivers_of_any_input(shop: tp.Journeys, drivers: tp.experience.KeyDrivers) -> None:
    """Groups, many, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.key_drivers
    records.fits(draw, drivers, taxonomy=CUSTOMER)
    grouped = tp.experience.key_drivers(shop, overall="purchase", metric="csat", by="device")
    records.fits(draw, grouped, taxonomy=CUSTOMER, looks=FEW)
    assert ["computer", "phone"] == drawn.texts(draw(grouped), kind="legend")
    sampled = attrs.evolve(drivers, exact=False, bound=0.02, left_out=3)
    notes = drawn.texts(draw(sampled), kind="note")
    assert "Orders were sampled: an importance can be off by 0.02." in notes
    assert "3 journeys without a judgement or a score are left out." in notes
    records.fits(draw, records.many(drivers, "driver"), looks=FEW)
    records.stays_text(draw, records.hostile(drivers, "driver"))
    records.fits(draw, records.of_rows(drivers, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(drivers)))
    with pytest.raises(tp.errors.WrongKindError, match="KeyDrivers can be drawn"):
        draw(tp.paths.presence(shop))


def tickets() -> tp.Journeys:
    """Return four tickets, answered after 1, 2, 3 and 4 hours and then solved."""
    rows = [
        {"ticket": ticket, "at": f"2026-01-05 {hour:02}:00", "what": what, "kind": ticket % 2}
        for ticket in range(4)
        for hour, what in ((9, "asked"), (10 + ticket, "reply"), (15, "solved"))
    ]
    return tp.from_records(
        rows, journey="ticket", time="at", touchpoint="what", per_journey=["kind"]
    )


def test_times_shares_and_reasons() -> None:
    """The median response is 2 hours; every ticket has one reply; empathy was not asked for."""
    found = tp.experience.service(tickets(), reply="reply", solved="solved", contact="asked")
    figure = tp.plot.service(found)
    names = drawn.texts(figure, kind="row")
    assert ["first response, median", "first response, 90% at most"] == names[:2]
    numbers = dict(zip(names, drawn.texts(figure, kind="number"), strict=True))
    assert numbers["first response, median"].startswith("2.0")
    assert numbers["first contact: one reply"].startswith("100% [")
    assert "–" == numbers["empathy"]
    below = dict(zip(names, drawn.texts(figure, kind="below"), strict=True))
    assert "n = 0; not asked for" == below["empathy"]
    assert "n = 4" == below["first contact: one reply"]
    assert [
        "time in hours, 95% interval",
        "share of tickets, 95% interval",
        "mean score, 95% interval",
    ] == drawn.texts(figure, kind="axis")
    spanish = drawn.texts(tp.plot.service(found, lang="es"), kind="row")
    assert "primera respuesta, 90 % como mucho" in spanish


def test_service_of_any_input() -> None:
    """Groups, other measures, hostile names, one and none are drawn without overlaps."""
    draw = tp.plot.service
    found = tp.experience.service(tickets(), reply="reply", solved="solved", contact="asked")
    records.fits(draw, found)
    grouped = tp.experience.service(tickets(), reply="reply", solved="solved", by="kind")
    records.fits(draw, grouped, looks=FEW)
    assert ["0", "1"] == drawn.texts(draw(grouped), kind="legend")
    counted = attrs.evolve(found, automatic=2, by_agents=3, unknown_start=4)
    assert [
        "2 automatic replies are left out.",
        "3 tickets opened by an agent are left out.",
        "4 tickets opened before the log are left out.",
    ] == drawn.texts(draw(counted), kind="note")
    records.fits(draw, records.many(found, "measure"), looks=FEW)
    records.stays_text(draw, records.hostile(found, "measure"))
    records.fits(draw, records.of_rows(found, [0]), looks=FEW)
    assert ["There is nothing to draw."] == drawn.texts(draw(records.without_rows(found)))
    with pytest.raises(tp.errors.WrongKindError, match="Service can be drawn"):
        draw(tp.paths.presence(tp.datasets.shop(5, seed=1)))


def test_findings_under_their_lever(found: tp.experience.Improvements) -> None:
    """Levers in order of the largest stake; each row says finding, evidence and stake."""
    figure = tp.plot.improvements(found, taxonomy=CUSTOMER)
    assert len(set(found.lever.tolist())) == len(drawn.texts(figure, kind="lever"))
    assert len(found) == len(drawn.texts(figure, kind="row"))
    bars = [one for one in figure.layout.shapes if one.fillcolor == "#00695C"]
    assert len(bars) == len(found)
    below = drawn.texts(figure, kind="below")
    finding = str(found.finding[0])
    assert any(one.startswith(f"{finding}: ") for one in below)
    assert not any("…" in one for one in below)


def test_evidence_is_told_in_the_language() -> None:
    """A condition such as "exit 0.41 above 0.3" becomes words and numbers of the language."""
    one = tp.experience.Improvements(
        touchpoint=["chat"],
        lever=["training"],
        finding=["People leave"],
        rule=["own"],
        evidence=["exit 0.41 [0.38, 0.44] above 0.3; lift 0.05 below 0.1; odd text"],
        stake=[12.0],
        low=[9.0],
        high=[15.0],
        unasked=("other",),
    )
    figure = tp.plot.improvements(one)
    exits = "journey ends after it 41% [38, 44%], above 30%"
    lift = "against journeys without it, percentage points +5.0, below +10.0"
    assert [f"People leave: {exits}; {lift}; odd text"] == drawn.texts(figure, kind="below")
    assert ["12 [9, 15]"] == drawn.texts(figure, kind="number")
    assert "Rules that were not asked, for lack of a measure: 1." in drawn.texts(
        figure, kind="note"
    )
    spanish = drawn.texts(tp.plot.improvements(one, lang="es"), kind="below")[0]
    assert "el recorrido acaba ahí: 41\u202f% [38; 44\u202f%], por encima de 30\u202f%" in spanish


def test_improvements_of_any_input(found: tp.experience.Improvements) -> None:
    """Other levers, many, hostile texts, one and none are drawn without overlaps."""
    draw = tp.plot.improvements
    records.fits(draw, found, taxonomy=CUSTOMER)
    large = records.many(found, "touchpoint")
    records.fits(draw, large, looks=FEW)
    said = "24 of 300 rows are shown: those with the largest stakes."
    assert said in drawn.texts(draw(large), kind="note")
    for column in ("touchpoint", "finding", "evidence", "lever"):
        records.stays_text(draw, records.hostile(found, column))
    records.fits(draw, records.of_rows(found, [0]), looks=FEW)
    assert ["No finding, no advice."] == drawn.texts(draw(records.without_rows(found, unasked=())))
    with pytest.raises(tp.errors.WrongKindError, match="Improvements can be drawn"):
        draw(tp.paths.presence(tp.datasets.shop(5, seed=1)))
