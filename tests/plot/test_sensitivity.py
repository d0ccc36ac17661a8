"""The picture of sensitivity (B40)."""

from __future__ import annotations

import datetime as dt

import pytest

import touchpoints as tp
from tests.plot import drawn, records

CUSTOMER = tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def found() -> tp.attribution.SideBySide:
    """Shares of credit at several settings."""
    shop = tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="purchase")
    models = {"Markov": tp.attribution.markov, "linear": tp.attribution.linear}
    return tp.attribution.sensitivity(
        shop, models=models, orders=[1, 2], lookbacks=[dt.timedelta(days=7)]
    )


def test_the_range_of_shares_over_settings() -> None:
    """`ad > ad > shop`: 2/3 and 1/3 by linear, 1/2 each when repeats count once."""
    journeys = tp.from_paths({"path": ["ad > ad > shop"], "n": [60]}, path="path", converted="n")
    found = tp.attribution.sensitivity(journeys, models={"linear": tp.attribution.linear})
    figure = tp.plot.sensitivity(found)
    assert ["ad", "shop"] == drawn.texts(figure, kind="row")
    known = records.scale(figure, {"0%": 0.0, "60%": 0.6})
    dots = records.as_values([one[0] for one in records.marks(figure)], known)
    assert [2 / 3, 1 / 2, 1 / 3, 1 / 2] == pytest.approx(dots, abs=1e-3)
    spreads = [records.as_values(list(one), known) for one in records.lines(figure, "#4554BA")]
    assert [1 / 2, 2 / 3] == pytest.approx(spreads[0], abs=1e-3)
    assert [1 / 3, 1 / 2] == pytest.approx(spreads[1], abs=1e-3)
    (widest, _) = [records.as_values(list(one), known) for one in records.lines(figure, "#8390A0")]
    assert [found.low[:2].min(), found.high[:2].max()] == pytest.approx(widest, abs=1e-3)
    assert "least: linear, repeats once; most: linear" == drawn.texts(figure, kind="below")[0]


def test_no_text_overlaps(found: tp.attribution.SideBySide) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    records.fits(tp.plot.sensitivity, found, taxonomy=CUSTOMER)


def test_settings_are_said_in_the_language(found: tp.attribution.SideBySide) -> None:
    """Orders, windows and repeats have words in Spanish; the names of models stay."""
    said = " ".join(drawn.hovers(tp.plot.sensitivity(found, lang="es")))
    assert "Markov, orden 2, 7 d, repeticiones una vez" in said
    assert "order" not in said
    assert "days" not in said


def test_many_hostile_one_none(found: tp.attribution.SideBySide) -> None:
    """300 touchpoints, hostile names, one row and none are drawn without overlaps."""
    large = records.many(found, "touchpoint")
    records.fits(tp.plot.sensitivity, large, looks=[("en", False, 358), ("es", True, 960)])
    notes = drawn.texts(tp.plot.sensitivity(large), kind="note")
    assert "40 of 300 rows are shown: those with the most credit." in notes
    records.stays_text(tp.plot.sensitivity, records.hostile(found, "touchpoint"))
    records.stays_text(tp.plot.sensitivity, records.hostile(found, "model"))
    records.fits(tp.plot.sensitivity, records.of_rows(found, [0]))
    nothing = tp.plot.sensitivity(records.without_rows(found))
    assert "There is nothing to draw." in drawn.texts(nothing)


def test_another_record_is_refused() -> None:
    """A record of another kind is named, and what returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"SideBySide can be drawn"):
        tp.plot.sensitivity(tp.paths.presence(tp.datasets.shop(5, seed=1)))
