"""The picture of a funnel (B40)."""

from __future__ import annotations

import attrs
import pytest

import touchpoints as tp
from tests.plot import drawn

STEPS = ("search_query", "review_read", "purchase")
CUSTOMER = tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def test_a_bar_for_each_step_with_its_share(shop: tp.Journeys) -> None:
    """A bar is as long as the share of those at the first step; the text says the same number."""
    paths = {"path": ["a > b > c", "a > b", "a"], "n": [10, 10, 20]}
    found = tp.paths.funnel(tp.from_paths(paths, path="path", count="n"), ["a", "b", "c"])
    figure = tp.plot.funnel(found)

    bars = [one for one in figure.layout.shapes if one.type == "rect"]
    longest = bars[0].x1 - bars[0].x0
    assert [1.0, 0.5, 0.25] == pytest.approx([(one.x1 - one.x0) / longest for one in bars])
    assert ["a", "b", "c"] == drawn.texts(figure, kind="step")
    assert "n = 40" == drawn.texts(figure, kind="share")[0]
    assert drawn.texts(figure, kind="share")[1].startswith("50% [")
    assert ["−50% of the step before", "−50% of the step before"] == drawn.texts(
        figure, kind="loss"
    )


def test_the_largest_loss_is_coloured(shop: tp.Journeys) -> None:
    """Only the step before which most are lost has the colour of a pain point."""
    paths = {"path": ["a > b > c", "a > b", "a"], "n": [8, 12, 20]}
    figure = tp.plot.funnel(
        tp.paths.funnel(tp.from_paths(paths, path="path", count="n"), ["a", "b", "c"])
    )
    losses = [one for one in figure.layout.annotations if one.name == "loss"]
    assert ["−50% of the step before", "−60% of the step before"] == [
        drawn.plain(one.text) for one in losses
    ]
    assert ["#56616E", "#A23D08"] == [one.font.color for one in losses]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.funnel(shop, STEPS, by=by)
    figure = tp.plot.funnel(found, taxonomy=CUSTOMER, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [
        {"who": 1, "at": "2026-01-01", "what": name},
        {"who": 1, "at": "2026-01-02", "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    found = tp.paths.funnel(journeys, [one.key for one in journeys.touchpoints])
    figure = tp.plot.funnel(found, width=width)
    assert [] == drawn.outside(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def test_more_than_eight_groups_are_said() -> None:
    """Of many groups, the eight with the most journeys are drawn, and the figure says so."""
    rows = [
        {"who": f"{group}{n}", "at": "2026-01-01", "what": "a", "group": group}
        for size, group in enumerate("abcdefghij", 1)
        for n in range(size)
    ]
    journeys = tp.from_records(
        rows, journey="who", time="at", touchpoint="what", per_journey=["group"]
    )
    figure = tp.plot.funnel(tp.paths.funnel(journeys, ["a"], by="group"))
    legend = drawn.texts(figure, kind="legend")
    assert sorted("cdefghij") == sorted(legend[:8])
    assert "8 of 10 groups are shown: those with the most journeys." == legend[8]


def test_an_empty_funnel_says_so(shop: tp.Journeys) -> None:
    """A table without rows is drawn as a sentence."""
    found = tp.paths.funnel(shop, STEPS)
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.funnel(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)


def test_another_record_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"Funnel can be drawn.*Presence") as caught:
        tp.plot.funnel(tp.paths.presence(shop))
    assert "tp.paths.funnel" in str(caught.value)
