"""A figure whose unit is the pixel: every text, line and mark is where it was put."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import attrs

from touchpoints.plot._shared.look import Look, escaped
from touchpoints.plot._shared.plotly import graph_objects
from touchpoints.plot._shared.text_widths import FONT, LINE_HEIGHT, text_width

Align = Literal["left", "center", "right"]
Dash = Literal["solid", "dash", "dot"]
_DASHES = {"solid": "solid", "dash": "4px,3px", "dot": "2px,3px"}
_ROUND = 0.5523
"""How far control points are for a quarter of a circle, in radii."""
_SHIFT = {"left": 0.0, "center": 0.5, "right": 1.0}


@attrs.frozen
class Box:
    """A rectangle that text takes, in pixels, and what kind of text it is."""

    left: float
    top: float
    right: float
    bottom: float
    kind: str
    text: str

    def overlaps(self, other: Box, *, room: float = 0.0) -> bool:
        """Return whether two rectangles overlap, or come nearer than ``room``."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > -room
            and min(self.bottom, other.bottom) - max(self.top, other.top) > -room
        )


@attrs.frozen(kw_only=True)
class Marker:
    """A mark of a trace: where it is, how large, and what it says when pointed at."""

    x: float
    y: float
    size: float
    color: str
    symbol: str = "circle"
    outline: str = ""
    outline_width: float = 1.0
    hover: str = ""


class Canvas:
    """What is drawn on a figure of whole pixels, from the top left corner.

    Shapes are drawn below markers, and those drawn first below later ones. ``boxes`` holds the
    rectangle of every text, so that a test finds overlaps without a browser.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self.boxes: list[Box] = []
        self._shapes: list[dict[str, Any]] = []
        self._notes: list[dict[str, Any]] = []
        self._traces: list[Any] = []

    def rectangle(
        self,
        box: tuple[float, float, float, float],
        *,
        fill: str,
        line: str = "",
        radius: float = 0,
    ) -> None:
        """Draw a filled rectangle from (left, top) to (right, bottom)."""
        left, top, right, bottom = box
        if radius:
            r = min(radius, (right - left) / 2, (bottom - top) / 2)
            path = (
                f"M {left + r:.1f},{top:.1f} L {right - r:.1f},{top:.1f} "
                f"Q {right:.1f},{top:.1f} {right:.1f},{top + r:.1f} "
                f"L {right:.1f},{bottom - r:.1f} Q {right:.1f},{bottom:.1f} "
                f"{right - r:.1f},{bottom:.1f} L {left + r:.1f},{bottom:.1f} "
                f"Q {left:.1f},{bottom:.1f} {left:.1f},{bottom - r:.1f} "
                f"L {left:.1f},{top + r:.1f} Q {left:.1f},{top:.1f} {left + r:.1f},{top:.1f} Z"
            )
            self.path(path, color=line or fill, width=1 if line else 0, fill=fill)
            return
        edge = {"color": line or fill, "width": 1 if line else 0}
        self._shapes.append(
            {"type": "rect", "x0": left, "y0": top, "x1": right, "y1": bottom}
            | {"fillcolor": fill, "line": edge, "layer": "below"}
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        color: str,
        width: float = 1.0,
        dash: Dash = "solid",
    ) -> None:
        """Draw a straight line."""
        self._shapes.append(
            {"type": "line", "x0": start[0], "y0": start[1], "x1": end[0], "y1": end[1]}
            | {"line": {"color": color, "width": width, "dash": _DASHES[dash]}, "layer": "below"}
        )

    def path(
        self,
        path: str,
        *,
        color: str,
        width: float = 1.0,
        dash: Dash = "solid",
        fill: str = "",
        opacity: float = 1.0,
        name: str = "",
    ) -> None:
        """Draw an SVG path; its name is that of the shape in the figure."""
        line = {"color": color, "width": width, "dash": _DASHES[dash]}
        shape = {"type": "path", "path": path, "line": line, "opacity": opacity, "layer": "below"}
        shape |= {"name": name} if name else {}
        self._shapes.append(shape | {"fillcolor": fill or "rgba(0,0,0,0)"})

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        color: str,
        width: float = 1.0,
        dash: Dash = "solid",
        fill: str = "",
    ) -> None:
        """Draw a circle whose line can be dashed, which that of a marker cannot."""
        r, k = radius, radius * _ROUND
        path = (
            f"M {x + r:.1f},{y:.1f} C {x + r:.1f},{y + k:.1f} {x + k:.1f},{y + r:.1f} "
            f"{x:.1f},{y + r:.1f} C {x - k:.1f},{y + r:.1f} {x - r:.1f},{y + k:.1f} "
            f"{x - r:.1f},{y:.1f} C {x - r:.1f},{y - k:.1f} {x - k:.1f},{y - r:.1f} "
            f"{x:.1f},{y - r:.1f} C {x + k:.1f},{y - r:.1f} {x + r:.1f},{y - k:.1f} "
            f"{x + r:.1f},{y:.1f} Z"
        )
        self.path(path, color=color, width=width, dash=dash, fill=fill, name="circle")

    def text(
        self,
        x: float,
        y: float,
        lines: str | Sequence[str],
        *,
        size: float = 12,
        color: str = "",
        bold: bool = False,
        italic: bool = False,
        align: Align = "left",
        kind: str = "label",
    ) -> Box:
        """Write lines of text whose upper edge is at ``y``; markup in them is not obeyed.

        Returns
        -------
        Box
            The rectangle that the text takes, which is also added to ``boxes``.
        """
        rows = [lines] if isinstance(lines, str) else list(lines)
        width = max((text_width(row, size, bold=bold) for row in rows), default=0.0)
        left = x - _SHIFT[align] * width
        height = len(rows) * size * LINE_HEIGHT
        box = Box(left, y, left + width, y + height, kind, " ".join(rows))
        self.boxes.append(box)
        shown = "<br>".join(map(escaped, rows))
        shown = f"<b>{shown}</b>" if bold else shown
        shown = f"<i>{shown}</i>" if italic else shown
        font = {"size": size, "color": color or self.look.palette.ink}
        self._notes.append(
            {"x": x, "y": y, "text": shown, "font": font, "align": align}
            | {"xanchor": align, "yanchor": "top", "showarrow": False}
            | {"borderpad": 0, "borderwidth": 0, "name": kind}
        )
        return box

    def markers(self, markers: Iterable[Marker], *, name: str) -> None:
        """Draw marks above all shapes, as one trace."""
        all_of_them = list(markers)
        if not all_of_them:
            return
        edges = {
            "color": [one.outline or one.color for one in all_of_them],
            "width": [one.outline_width if one.outline else 0 for one in all_of_them],
        }
        marker = {
            "size": [round(one.size, 1) for one in all_of_them],
            "color": [one.color for one in all_of_them],
            "symbol": [one.symbol for one in all_of_them],
            "opacity": 1,
            "line": edges,
        }
        self._add_points(all_of_them, marker, name=name)

    def hover_points(self, points: Iterable[tuple[float, float, str]], *, name: str) -> None:
        """Add invisible points that say something when pointed at."""
        found = [Marker(x=x, y=y, size=14, color="", hover=text) for x, y, text in points]
        if found:
            self._add_points(found, {"size": 14, "opacity": 0}, name=name)

    def _add_points(self, points: Sequence[Marker], marker: dict[str, Any], *, name: str) -> None:
        says = any(one.hover for one in points)
        self._traces.append(
            graph_objects().Scatter(
                x=[round(one.x, 1) for one in points],
                y=[round(one.y, 1) for one in points],
                mode="markers",
                marker=marker,
                hovertext=[one.hover for one in points] if says else None,
                hoverinfo="text" if says else "skip",
                name=name,
                cliponaxis=False,
                showlegend=False,
            )
        )

    def band(
        self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], *, name: str
    ) -> None:
        """Fill the area between two curves."""
        self._traces.append(
            graph_objects().Scatter(
                x=[*xs, *reversed(xs)],
                y=[*highs, *reversed(lows)],
                fill="toself",
                fillcolor=self.look.palette.around,
                line={"width": 0},
                mode="lines",
                hoverinfo="skip",
                name=name,
                showlegend=False,
            )
        )

    def curve(self, xs: Sequence[float], ys: Sequence[float], *, color: str, name: str) -> None:
        """Draw a line through points."""
        self._traces.append(
            graph_objects().Scatter(
                x=list(xs),
                y=list(ys),
                mode="lines",
                line={"color": color, "width": 2.2},
                hoverinfo="skip",
                name=name,
                showlegend=False,
            )
        )

    def figure(self, height: float) -> Any:
        """Return the plotly figure of what was drawn, as high as ``height`` rounded up."""
        palette, width, high = self.look.palette, self.look.width, math.ceil(height)
        hidden = {"visible": False, "fixedrange": True}
        layout = {
            "width": width,
            "height": high,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
            "xaxis": hidden | {"range": [0, width]},
            "yaxis": hidden | {"range": [high, 0]},
            "font": {"family": FONT, "size": 12, "color": palette.ink},
            "paper_bgcolor": palette.background,
            "plot_bgcolor": palette.background,
            "template": "none",
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "hoverlabel": hover_label(palette),
            "shapes": self._shapes,
            "annotations": self._notes,
        }
        objects = graph_objects()
        if not self._traces:  # plotly draws no shapes of axes without a trace
            self._traces.append(objects.Scatter(x=[0], y=[0], mode="markers", opacity=0))
        return objects.Figure(data=self._traces, layout=layout)


def hover_label(palette: Any) -> dict[str, Any]:
    """Return how the text looks that appears when something is pointed at."""
    return {
        "bgcolor": palette.background,
        "bordercolor": palette.outline,
        "font": {"family": FONT, "size": 12, "color": palette.ink},
        "align": "left",
    }


def hover(*lines: str) -> str:
    """Return the lines of what is said when something is pointed at; the first one is bold."""
    shown = [escaped(one) for one in lines if one]
    return "<br>".join([f"<b>{shown[0]}</b>", *shown[1:]]) if shown else ""
