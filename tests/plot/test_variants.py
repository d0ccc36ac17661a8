"""The picture of variants (B40)."""

from __future__ import annotations

import attrs
import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")


def paths(counts: dict[str, int]) -> tp.Journeys:
    """Return journeys of paths, as often as given."""
    table = {"path": list(counts), "n": list(counts.values())}
    return tp.from_paths(table, path="path", count="n")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def test_a_row_of_chips_for_each_variant() -> None:
    """Bars are as long as shares; chips are touchpoints in order, runs written once."""
    found = tp.paths.variants(paths({"a > a > a > b": 30, "b": 15, "a > b": 5}))
    figure = tp.plot.variants(found)

    bars = [one.x1 - one.x0 for one in figure.layout.shapes if one.type == "rect"]
    assert [0.6, 0.3, 0.1] == pytest.approx([one / bars[0] * 0.6 for one in bars])
    assert ["a ×3", "b", "b", "a", "b"] == drawn.texts(figure, kind="touchpoint")
    assert ["60%", "90%", "100%"] == drawn.texts(figure, kind="cumulative")
    assert [one.split(" ")[0] for one in drawn.texts(figure, kind="share")] == ["60%", "30%", "10%"]
    assert "a → a → a → b" in drawn.hovers(figure)[0]
    assert drawn.texts(figure, kind="note") == [
        "3 of the 3 variants in the table are drawn; together they are 100% of the journeys."
    ]


def test_only_the_most_frequent_are_drawn() -> None:
    """Of many variants the first ``top`` are drawn, and the figure says what they cover."""
    found = tp.paths.variants(paths({f"t{n}": 300 - n for n in range(300)}))
    figure = tp.plot.variants(found, top=2)
    assert ["t0", "t1"] == drawn.texts(figure, kind="touchpoint")
    assert "2 of the 300 variants in the table are drawn" in drawn.texts(figure, kind="note")[0]
    assert 12 == len(drawn.texts(tp.plot.variants(found), kind="touchpoint"))
    with pytest.raises(tp.errors.InvalidInputError, match="top must be an integer of at least 1"):
        tp.plot.variants(found, top=0)


def test_a_very_long_path_is_cut_and_said() -> None:
    """Paths get a bounded number of lines; the rest is counted, and is in the hover."""
    long = " > ".join(f"touchpoint number {n}" for n in range(100))
    figure = tp.plot.variants(tp.paths.variants(paths({long: 1, "a": 2})))
    shown = len(drawn.texts(figure, kind="touchpoint")) - 1
    assert [f"and {100 - shown} more"] == drawn.texts(figure, kind="more")
    assert "Paths cut for lack of room: 1." in drawn.texts(figure, kind="note")[0]
    assert any("touchpoint number 39 and 60 more" in one for one in drawn.hovers(figure))
    assert [] == drawn.overlapping(figure) + drawn.outside(figure)


def test_colours_of_channels_or_touchpoints(shop: tp.Journeys) -> None:
    """With a taxonomy the colour is that of the channel, and there is a legend; else no legend."""
    found = tp.paths.variants(shop)
    figure = tp.plot.variants(found, taxonomy=CUSTOMER)
    assert "Channels" == drawn.texts(figure, kind="legend")[0]
    assert "Search and assistants" in drawn.texts(figure, kind="legend")
    assert [] == drawn.texts(tp.plot.variants(found), kind="legend")


def test_an_empty_path_and_an_empty_table(shop: tp.Journeys) -> None:
    """A variant without touchpoints has a chip that says so; no row at all is a sentence."""
    empty = attrs.evolve(paths({"a": 1}), codes=[], offsets=[0, 0])
    figure = tp.plot.variants(tp.paths.variants(empty), lang="es")
    assert ["ningún punto de contacto"] == drawn.texts(figure, kind="touchpoint")
    found = tp.paths.variants(shop, top=0)
    assert ["There is nothing to draw."] == drawn.texts(tp.plot.variants(found))


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.variants(shop, by=by)
    figure = tp.plot.variants(found, taxonomy=CUSTOMER, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [{"who": 1, "at": f"2026-01-0{day}", "what": name} for day in (1, 2)]
    rows.append({"who": 1, "at": "2026-01-03", "what": "b"})
    journeys = tp.from_records(
        [row | {"group": name} for row in rows],
        journey="who",
        time="at",
        touchpoint="what",
        per_journey=["group"],
    )
    figure = tp.plot.variants(tp.paths.variants(journeys, by="group"), width=width)
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert "<script" not in figure.to_json().replace("\\u003c", "<")


def test_another_record_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    with pytest.raises(
        tp.errors.WrongKindError, match=r"Variants can be drawn.*Presence"
    ) as caught:
        tp.plot.variants(tp.paths.presence(shop))
    assert "tp.paths.variants" in str(caught.value)
