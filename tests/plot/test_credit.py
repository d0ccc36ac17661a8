"""The picture of credit (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, records
from touchpoints._core.frozen import text_array

CUSTOMER = tp.load_taxonomy("customer")
SMALL = {"path": ["ad > mail", "ad"], "n": [30, 10]}


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop that may end in a purchase."""
    return tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="purchase")


@pytest.fixture(scope="module")
def models(shop: tp.Journeys) -> tp.attribution.SideBySide:
    """Two models that follow a rule, and one that does not."""
    found = {"first touch": tp.attribution.first_touch, "linear": tp.attribution.linear}
    return tp.attribution.compare(shop, found | {"Markov": tp.attribution.markov})


@pytest.fixture(scope="module")
def single(shop: tp.Journeys) -> tp.attribution.Credit:
    """The credit of one model."""
    return tp.attribution.markov(shop)


def test_a_dot_for_each_model_at_its_share() -> None:
    """By first touch `ad` has all the credit, by linear 25 of 40 (30 halves and 10 wholes)."""
    journeys = tp.from_paths(SMALL, path="path", converted="n")
    found = tp.attribution.compare(
        journeys, {"first": tp.attribution.first_touch, "linear": tp.attribution.linear}
    )
    figure = tp.plot.credit(found)
    assert ["ad", "mail"] == drawn.texts(figure, kind="row")
    dots = records.marks(figure)
    known = records.scale(figure, {"0%": 0.0, "100%": 1.0})
    shares = records.as_values([one[0] for one in dots], known)
    assert [1.0, 0.625, 0.0, 0.375] == pytest.approx(shares, abs=1e-3)
    assert len({one[1] for one in dots}) == 4  # no dot hides another
    low, high = (float(one[1]) for one in (found.low, found.high))
    ends = [end for one in records.lines(figure, "#56616E") for end in one]
    drawn_ends = records.as_values(ends, known)
    assert low == pytest.approx(drawn_ends[2], abs=1e-3)
    assert high == pytest.approx(drawn_ends[3], abs=1e-3)
    assert f"62% [{100 * low:.0f}, {100 * high:.0f}%]" in drawn.texts(figure, kind="number")


def test_rules_are_hollow_and_grey_and_models_are_filled(
    models: tp.attribution.SideBySide,
) -> None:
    """Shape and colour both differ between models; those by a rule share one grey, hollow."""
    figure = tp.plot.credit(models)
    legend = records.marks(figure, name="legend")
    assert ["#FFFFFF", "#FFFFFF", "#4554B9"] == [one[2] for one in legend]
    assert 3 == len({one[3] for one in legend})
    assert ["first touch", "linear", "Markov"] == drawn.texts(figure, kind="legend")
    named = tp.plot.credit(models, rules=["Markov"])
    assert ["#4554B9", "#874020", "#FFFFFF"] == [
        one[2] for one in records.marks(named, name="legend")
    ]


def test_a_single_model_says_its_facts(single: tp.attribution.Credit) -> None:
    """The model, the outcome, its number and the level of the intervals are written."""
    figure = tp.plot.credit(single, taxonomy=CUSTOMER)
    assert ["share of the credit, 95% interval"] == drawn.texts(figure, kind="axis")
    (facts,) = drawn.texts(figure, kind="note")
    assert f"n = {single.outcomes}" in facts
    assert "Markov chain of order 1; outcome purchase" in facts
    first = f"{100 * single.share[0]:.0f}%"
    assert drawn.texts(figure, kind="number")[0].startswith(first)


def test_groups_are_drawn_in_a_colour_and_a_shape_each(shop: tp.Journeys) -> None:
    """With groups, each touchpoint has a dot for every group in which it has credit."""
    found = tp.attribution.linear(shop, by="device")
    figure = tp.plot.credit(found, taxonomy=CUSTOMER)
    assert ["computer", "phone"] == drawn.texts(figure, kind="legend")
    assert len(found) == len(records.marks(figure))
    assert 2 == len({one[2:] for one in records.marks(figure)})


def test_no_text_overlaps(
    models: tp.attribution.SideBySide, single: tp.attribution.Credit, shop: tp.Journeys
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    for record in (models, single, tp.attribution.linear(shop, by="device")):
        records.fits(tp.plot.credit, record, taxonomy=CUSTOMER)


def test_a_share_that_is_not_known_is_a_gap(single: tp.attribution.Credit) -> None:
    """Nan has no dot and no interval, and is written as a dash."""
    share, low = single.share.copy(), single.low.copy()
    share[1], low[2] = np.nan, np.nan
    figure = tp.plot.credit(attrs.evolve(single, share=share, low=low))
    assert len(single) - 1 == len(records.marks(figure))
    assert "–" == drawn.texts(figure, kind="number")[1]
    assert len(single) - 1 == len(records.lines(figure, "#4554BA"))
    dots, lines = records.marks(figure), records.lines(figure, "#4554BA")
    assert dots[1][0] == pytest.approx(lines[1][0], abs=0.1)  # from the dot to the known end


def test_journeys_without_interactions_are_said_in_words(shop: tp.Journeys) -> None:
    """The row of no touchpoint is the last one, and has a name."""
    journeys = tp.from_paths(
        {"path": ["ad", ""], "n": [1, 9], "lost": [1, 1]}, path="path", converted="n", lost="lost"
    )
    figure = tp.plot.credit(tp.attribution.linear(journeys), lang="es")
    assert ["ad", "nada antes del resultado"] == drawn.texts(figure, kind="row")


def test_of_many_touchpoints_those_with_the_most_credit(single: tp.attribution.Credit) -> None:
    """Of 300 touchpoints 40 are drawn, and the figure says so; none overlap."""
    large = records.many(single, "touchpoint")
    records.fits(tp.plot.credit, large, looks=[("en", False, 358), ("es", True, 960)])
    figure = tp.plot.credit(large)
    assert 40 == len(drawn.texts(figure, kind="row"))
    said = "40 of 300 rows are shown: those with the most credit."
    assert said in drawn.texts(figure, kind="note")


def test_of_many_models_the_first_eight(models: tp.attribution.SideBySide) -> None:
    """More models than colours are counted."""
    rows = [0] * 9
    names = text_array([f"model {nth}" for nth in range(9)])
    figure = tp.plot.credit(attrs.evolve(records.of_rows(models, rows), model=names))
    assert "8 of 9 models are shown: the first ones." in drawn.texts(figure, kind="note")


def test_hostile_names_stay_text(
    single: tp.attribution.Credit, models: tp.attribution.SideBySide
) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    records.stays_text(tp.plot.credit, records.hostile(single, "touchpoint"))
    records.stays_text(tp.plot.credit, records.hostile(models, "model"))


def test_one_row_and_none(single: tp.attribution.Credit, models: tp.attribution.SideBySide) -> None:
    """One touchpoint is a row; without any there is a sentence."""
    records.fits(tp.plot.credit, records.of_rows(single, [0]), taxonomy=CUSTOMER)
    for record in (single, models):
        nothing = records.without_rows(record)
        assert "There is nothing to draw." in drawn.texts(tp.plot.credit(nothing))


def test_another_record_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and what returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"Credit or a SideBySide.*Presence"):
        tp.plot.credit(tp.paths.presence(shop))  # type: ignore[arg-type]
