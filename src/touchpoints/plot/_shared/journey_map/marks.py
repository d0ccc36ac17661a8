"""The touchpoints of a map: size, colour, shape, outline, sign and badge."""

from __future__ import annotations

from collections.abc import Sequence

from touchpoints.plot._shared.canvas import Canvas, Marker
from touchpoints.plot._shared.journey_map.content import Content, Mark, Node
from touchpoints.plot._shared.journey_map.sizes import badge_of
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.palette import Palette, valence_class
from touchpoints.plot._shared.text_widths import LINE_HEIGHT

DIAMOND = 0.964
"""The size of plotly's diamond whose area is that of a circle of size 1."""
OUTLINE = 1.1
CLINICAL = 2.6
STAGE_MARK = 7.0
"""The size of the square that stands for the valence of a stage."""
_LEAST_WITH_SIGN = 17.0
_LARGE = 26.0
_NEUTRAL = 2
_MINUS = "−"
BADGES: dict[Mark, tuple[str, float]] = {
    "pain": ("triangle-down", 12.0),
    "moment": ("star", 13.0),
    "opportunity": ("triangle-up", 12.0),
    "unplanned": ("x", 9.0),
}
"""The shapes of badges, and their sizes."""


def badge_color(mark: Mark, palette: Palette) -> str:
    """Return the colour of a badge."""
    return str(getattr(palette, mark))


def node_color(content: Content, node: Node, palette: Palette) -> str:
    """Return the colour of a touchpoint; one for all where nothing has a valence."""
    return palette.valence_of(node.valence) if content.scored else palette.ordered[1]


def draw_nodes(
    canvas: Canvas,
    content: Content,
    places: Sequence[tuple[float, float]],
    diameters: Sequence[float],
) -> None:
    """Draw touchpoints with their signs and badges, and what is said when they are pointed at."""
    look, palette = canvas.look, canvas.look.palette
    seen, unseen, badges = [], [], []
    for node, (x, y), size in zip(content.nodes, places, diameters, strict=True):
        if node.observed:
            seen.append(
                Marker(
                    x=x,
                    y=y,
                    size=size * (DIAMOND if node.indirect else 1),
                    color=node_color(content, node, palette),
                    symbol="diamond" if node.indirect else "circle",
                    outline=palette.outline,
                    outline_width=CLINICAL if node.clinical else OUTLINE,
                    hover=node.hover,
                )
            )
            _sign(canvas, node, (x, y), size)
        else:
            canvas.circle(
                x,
                y,
                size / 2,
                color=palette.ink2,
                width=1.6,
                dash="dash",
                fill=palette.background,
            )
            unseen.append((x, y, node.hover))
        if node.mark:
            badges.append(_badge(look, node, (x, y), size))
    canvas.markers(seen, name="touchpoints")
    canvas.hover_points(unseen, name="unseen")
    canvas.markers(badges, name="badges")


def _badge(look: Look, node: Node, at: tuple[float, float], size: float) -> Marker:
    right, up = badge_of(size)
    symbol, large = BADGES[node.mark]
    return Marker(
        x=at[0] + right,
        y=at[1] + up,
        size=large,
        color=badge_color(node.mark, look.palette),
        symbol=symbol,
        outline=look.palette.background,
        outline_width=1.2,
        hover=node.hover,
    )


def _sign(canvas: Canvas, node: Node, at: tuple[float, float], size: float) -> None:
    """Write + or − into a touchpoint that is large enough and not neutral."""
    if size < _LEAST_WITH_SIGN or node.valence != node.valence:
        return
    group = valence_class(node.valence)
    if group == _NEUTRAL:
        return
    palette = canvas.look.palette
    font = 16 if size >= _LARGE else 14
    color = _readable(palette, palette.valence[group])
    sign = "+" if node.valence > 0 else _MINUS
    top = at[1] - font * LINE_HEIGHT / 2
    canvas.text(at[0], top, sign, size=font, color=color, bold=True, align="center", kind="sign")


def _readable(palette: Palette, behind: str) -> str:
    """Return the colour of text or of the background, whichever differs more from a colour."""
    light = _luminance(behind)
    return max(
        (palette.ink, palette.background),
        key=lambda one: _contrast(_luminance(one), light),
    )


def _contrast(first: float, second: float) -> float:
    """Return the contrast of two luminances, from 1 to 21 (WCAG 2.2)."""
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def _luminance(color: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
