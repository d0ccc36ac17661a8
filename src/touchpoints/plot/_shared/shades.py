"""Shades from little to much on which text can be read."""

from __future__ import annotations

from touchpoints.plot._shared.palette import Palette

LEAST_CONTRAST = 4.5
"""The smallest contrast of text, WCAG 2.1, success criterion 1.4.3."""
_LINEAR, _OFFSET, _SCALE, _POWER, _SLOPE = 0.04045, 0.055, 1.055, 2.4, 12.92
_WEIGHTS = (0.2126, 0.7152, 0.0722)


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, WCAG 2.1: 0 for black, 1 for white."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        one / _SLOPE if one <= _LINEAR else ((one + _OFFSET) / _SCALE) ** _POWER for one in parts
    ]
    return sum(weight * one for weight, one in zip(_WEIGHTS, linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, WCAG 2.1, from 1 to 21.

    Examples
    --------
    >>> round(contrast("#FFFFFF", "#000000"), 3)
    21.0
    """
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def ink_on(palette: Palette, fill: str) -> str:
    """Return the colour of text that is read best on a colour: ink, or the background."""
    inks = (palette.ink, palette.background)
    return max(inks, key=lambda ink: contrast(ink, fill))


def shades(palette: Palette) -> list[tuple[str, str]]:
    """Return the ordered colours on which text can be read, each with the colour of the text."""
    pairs = [(fill, ink_on(palette, fill)) for fill in palette.ordered]
    return [(fill, ink) for fill, ink in pairs if contrast(fill, ink) >= LEAST_CONTRAST]
