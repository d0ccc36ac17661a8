"""Charts with axes: one template for all of them."""

from __future__ import annotations

from typing import Any

from touchpoints.plot._shared.canvas import hover_label
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.plotly import graph_objects
from touchpoints.plot._shared.text_widths import FONT


def chart(look: Look, *, height: int, x: str = "", y: str = "", **layout: Any) -> Any:
    """Return an empty plotly figure in the style of the library, to which traces are added.

    Parameters
    ----------
    height
        The height in pixels.
    x, y
        The titles of the axes.
    layout
        More of plotly's layout, such as ``barmode``; axes are merged with the style's.
    """
    palette = look.palette
    axis: dict[str, Any] = {
        "gridcolor": palette.grid,
        "linecolor": palette.line,
        "zerolinecolor": palette.line,
        "tickcolor": palette.line,
        "tickfont": {"size": 11, "color": palette.ink2},
        "title": {"font": {"size": 12, "color": palette.ink2}, "standoff": 10},
        "automargin": True,
        "zeroline": False,
        "showline": True,
    }
    titles = {"xaxis": x, "yaxis": y}
    axes = {
        name: axis | {"title": axis["title"] | {"text": title}} | layout.pop(name, {})
        for name, title in titles.items()
    }
    whole = {
        "width": look.width,
        "height": height,
        "margin": {"l": 12, "r": 16, "t": 16, "b": 12, "pad": 4},
        "font": {"family": FONT, "size": 12, "color": palette.ink},
        "paper_bgcolor": palette.background,
        "plot_bgcolor": palette.background,
        "template": "none",
        "colorway": list(palette.categories),
        "showlegend": False,
        "legend": {"font": {"size": 11}, "orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        "hovermode": "closest",
        "hoverlabel": hover_label(palette),
        "separators": look.numerals.rules["decimal"] + look.numerals.rules["thousands"],
    }
    return graph_objects().Figure(layout=whole | axes | layout)
