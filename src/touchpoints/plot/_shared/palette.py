"""The colours of figures: one palette for light and one for dark backgrounds."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Palette:
    """Colours by what they stand for, each ``#RRGGBB``.

    No two names of a palette share a colour, so that a page can replace each light colour by its
    dark one.

    Attributes
    ----------
    background, page, band, chip : str
        Behind a figure, around it, every other stage, and labels in a box.
    ink, ink2, line, grid : str
        Text, less important text, rules, and the lines of a grid.
    edge, back : str
        Flows forward, and back to an earlier stage.
    outline, accent, curve, around : str
        Outlines of nodes, the main colour of bars, curves, and the band of an interval.
    valence : tuple of str
        From very negative to very positive, five colours.
    pain, moment, opportunity, unplanned : str
        The marks of a journey map.
    clinical, other : str
        Clinical touchpoints, and those that are not.
    categories : tuple of str
        Eight colours for channels, groups and methods, without an order.
    ordered : tuple of str
        Seven colours from little to much.
    """

    background: str
    page: str
    band: str
    chip: str
    ink: str
    ink2: str
    line: str
    grid: str
    edge: str
    back: str
    outline: str
    accent: str
    curve: str
    around: str
    valence: tuple[str, ...]
    pain: str
    moment: str
    opportunity: str
    unplanned: str
    clinical: str
    other: str
    categories: tuple[str, ...]
    ordered: tuple[str, ...]

    def category(self, place: int) -> str:
        """Return the colour of the category at a place; from the ninth on, the colours return."""
        return self.categories[place % len(self.categories)]

    def valence_of(self, value: float) -> str:
        """Return the colour of a valence from -1 to 1; the background where it is nan."""
        return self.background if value != value else self.valence[valence_class(value)]


def valence_class(value: float) -> int:
    """Return the class of a valence: 0 very negative, 2 neutral, 4 very positive."""
    return sum((value >= -0.5, value >= -0.15, value > 0.15, value > 0.5))


def flat(palette: Palette) -> tuple[str, ...]:
    """Return the colours of a palette in the order of its fields."""
    found: list[str] = []
    for value in attrs.astuple(palette, recurse=False):
        found.extend([value] if isinstance(value, str) else value)
    return tuple(found)


LIGHT = Palette(
    background="#FFFFFF",
    page="#F6F7F9",
    band="#F4F6F8",
    chip="#EAEEF3",
    ink="#1B2430",
    ink2="#56616E",
    line="#D5DBE1",
    grid="#E8ECF0",
    edge="#8390A0",
    back="#A07CB5",
    outline="#38434F",
    accent="#4554BA",
    curve="#33475C",
    around="#DCE6EE",
    valence=("#A23E07", "#E38B4F", "#E9E6DF", "#7FB9D6", "#1F6E9C"),
    pain="#A23D08",
    moment="#A67F00",
    opportunity="#00695C",
    unplanned="#7A3E9D",
    clinical="#00708C",
    other="#8C6B3F",
    categories=(
        "#4554B9",
        "#874020",
        "#2F8485",
        "#CB2B71",
        "#478BC7",
        "#5E1F5E",
        "#A68C61",
        "#414141",
    ),
    ordered=("#C9D3EE", "#ABB9E3", "#8C9DD7", "#7081C9", "#5566B6", "#3F4D98", "#2C376F"),
)

DARK = Palette(
    background="#151A21",
    page="#0F1318",
    band="#1B222B",
    chip="#27313C",
    ink="#E8EDF2",
    ink2="#A3AEBA",
    line="#343E4A",
    grid="#27303A",
    edge="#74818F",
    back="#A583BC",
    outline="#D6DDE5",
    accent="#93A4F5",
    curve="#BFD0E0",
    around="#2A3845",
    valence=("#FF7A3C", "#AD6238", "#56616C", "#3C7EA6", "#66C7F7"),
    pain="#FF9466",
    moment="#E3C04A",
    opportunity="#5AD1BE",
    unplanned="#CFA3EC",
    clinical="#4CC3DE",
    other="#D5B078",
    categories=(
        "#7E8DE8",
        "#FB720E",
        "#1CD4C4",
        "#FE91B4",
        "#3DDCFD",
        "#AB82B8",
        "#A3AC6B",
        "#9A9A9A",
    ),
    ordered=("#36427A", "#47559A", "#5C6BB8", "#7585D0", "#92A0E0", "#B0BBEC", "#D0D7F5"),
)
