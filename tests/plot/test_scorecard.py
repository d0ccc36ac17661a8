"""The picture of a scorecard (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, records
from tests.plot.scored import scored_shop
from touchpoints.experience._shared.numbers_by_label import Bounded

CUSTOMER = tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def card() -> tp.experience.Scorecard:
    """A scorecard with scores and a further measure."""
    shop = scored_shop()
    return tp.experience.scorecard(
        shop,
        assessments=tp.experience.assessments(shop, metric="csat"),
        more={"empathy": {"live_chat": 3.5, "review_read": 4.25}},
    )


def test_each_measure_on_its_own_scale(card: tp.experience.Scorecard) -> None:
    """Of 40 journeys 40 contain `a` and 10 `b`: reach 1 and 0.25; the line is the interval."""
    paths = {"path": ["a > b", "a"], "n": [10, 30]}
    found = tp.experience.scorecard(tp.from_paths(paths, path="path", count="n"))
    figure = tp.plot.scorecard(found)
    assert ["a", "b"] == drawn.texts(figure, kind="row")
    assert ["reach", "journey ends after it"] == drawn.texts(figure, kind="axis")
    assert ["100%", "75%", "25%", "100%"] == drawn.texts(figure, kind="number")
    reach = [records.marks(figure)[nth] for nth in (0, 2)]
    ticks = [one.x for one in figure.layout.annotations if one.name == "tick" and one.text == "0%"]
    starts = ticks[0]
    assert 0.25 == pytest.approx((reach[1][0] - starts) / (reach[0][0] - starts), abs=1e-2)
    low, high = float(found.low[1]), float(found.high[1])
    whole = reach[0][0] - starts
    ends = records.lines(figure, "#4554BA")
    of_b = [(ends[2][0] - starts) / whole, (ends[2][1] - starts) / whole]
    assert [low, high] == pytest.approx(of_b, abs=1e-2)


def test_what_is_not_known_is_a_dash_with_its_reason(card: tp.experience.Scorecard) -> None:
    """A measure of some touchpoints has dashes; one of none is named below with the reason."""
    figure = tp.plot.scorecard(card, taxonomy=CUSTOMER)
    assert len(card) - 2 == drawn.texts(figure, kind="number").count("–")
    notes = drawn.texts(figure, kind="note")
    reason = "they were not given to the scorecard"
    assert f"Not known: importance, promise kept ({reason})." in notes
    assert "–: not known of this touchpoint." in notes
    assert "The lines are 95% intervals." in notes
    spanish = drawn.texts(tp.plot.scorecard(card, lang="es"), kind="note")
    reason = "no se dieron al cuadro de mando"
    assert f"No se conoce: importancia, promesa cumplida ({reason})." in spanish


def test_why_nothing_is_known_of_the_outcome() -> None:
    """Without an outcome, and with one that nobody reached, the reason is another."""
    bare = tp.from_paths({"path": ["a > b"], "n": [10]}, path="path", count="n")
    notes = drawn.texts(tp.plot.scorecard(tp.experience.scorecard(bare)), kind="note")
    assert any("removal effect (the journeys have no outcome)" in one for one in notes)
    nobody = tp.from_paths(
        {"path": ["a > b"], "n": [0], "lost": [9]}, path="path", converted="n", lost="lost"
    )
    notes = drawn.texts(tp.plot.scorecard(tp.experience.scorecard(nobody)), kind="note")
    assert any("removal effect (no journey reached the outcome)" in one for one in notes)


def test_measures_are_chosen(card: tp.experience.Scorecard) -> None:
    """Only the measures that are asked for have a scale; an unknown one is an error."""
    figure = tp.plot.scorecard(card, measures=["lift", "answers"])
    assert [
        "against journeys without it, percentage points",
        "answers",
    ] == drawn.texts(figure, kind="axis")
    with pytest.raises(tp.errors.NotFoundError, match="reach"):
        tp.plot.scorecard(card, measures=["reech"])


def test_no_text_overlaps(card: tp.experience.Scorecard) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    records.fits(tp.plot.scorecard, card, taxonomy=CUSTOMER)


def test_many_hostile_one_none(card: tp.experience.Scorecard) -> None:
    """300 touchpoints, hostile names, one row and none are drawn without overlaps."""
    large = records.many(card, "touchpoint")
    records.fits(tp.plot.scorecard, large, looks=[("en", False, 358), ("es", True, 960)])
    notes = drawn.texts(tp.plot.scorecard(large), kind="note")
    assert "40 of 300 rows are shown: those in the most journeys." in notes
    records.stays_text(tp.plot.scorecard, records.hostile(card, "touchpoint"))
    more = {"<b>bold</b> & more": {"live_chat": Bounded(1, 0, 2)}}
    records.stays_text(tp.plot.scorecard, attrs.evolve(card, more=more))
    records.fits(tp.plot.scorecard, records.of_rows(card, [0]))
    nothing = tp.plot.scorecard(records.without_rows(card))
    assert ["There is nothing to draw."] == drawn.texts(nothing)


def test_a_number_without_an_interval_is_a_dot(card: tp.experience.Scorecard) -> None:
    """Where the ends are not known there is a dot and no line."""
    nan = np.full(len(card), np.nan)
    unknown = attrs.evolve(card, low=nan, high=nan)
    figure = tp.plot.scorecard(unknown, measures=["reach"])
    assert len(card) == len(records.marks(figure))
    assert [] == records.lines(figure, "#4554BA")


def test_another_record_is_refused() -> None:
    """A record of another kind is named, and what returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"Scorecard can be drawn"):
        tp.plot.scorecard(tp.paths.presence(tp.datasets.shop(5, seed=1)))
