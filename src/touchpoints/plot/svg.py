"""Figures drawn in pixels as SVG, for pages and documents, without a browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from touchpoints._core.checks import public
from touchpoints._core.frozen import FrozenMap
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.plot._shared.plotly import graph_objects
from touchpoints.plot._shared.svg_symbols import symbol_path
from touchpoints.plot._shared.text_widths import FONT, LINE_HEIGHT

_BREAK = re.compile(r"<br\s*/?>")
_TAG = re.compile(r"<[^<>]*>")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
_DASHES: Mapping[str, str] = FrozenMap({"dash": "9px,9px", "dot": "3px,3px"})
_ANCHORS: Mapping[str, str] = FrozenMap({"left": "start", "center": "middle", "right": "end"})
_ABOVE: Mapping[str, float] = FrozenMap({"top": 0.0, "middle": 0.5, "bottom": 1.0})
_CLEAR = "rgba(0,0,0,0)"
_ASCENT = 0.93
"""How far below the upper edge of a line plotly puts its letters, in sizes of the font."""


@public
def to_svg(figure: Any, *, title: str = "") -> str:
    r"""Return a figure drawn in pixels, such as a journey map, as the text of an SVG picture.

    Parameters
    ----------
    figure
        A figure that a function of `touchpoints.plot` drew without axes.
    title
        What the picture shows, for those who do not see it.

    Returns
    -------
    str
        The picture: no script, nothing from elsewhere, all texts escaped. What figures say when
        something is pointed at is the title of the shape. Controls such as sliders are left out,
        and so is what they hide.

    Raises
    ------
    InvalidInputError
        When the figure has axes, or something that is not drawn here, such as bars.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``figure`` is not a plotly Figure.

    See Also
    --------
    journey_map : The picture of a journey map.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.funnel(tp.datasets.shop(100, seed=1), ["search_query", "purchase"])
    >>> svg = tp.plot.to_svg(tp.plot.funnel(found), title="How far journeys get")
    >>> svg[:50], svg[-7:]
    ('<svg xmlns="http://www.w3.org/2000/svg" width="960', '</svg>\n')
    """
    if not isinstance(figure, graph_objects().Figure):
        raise WrongKindError(
            f"a plotly Figure can be written as SVG, got a {type(figure).__name__}",
            mend="pass what a function of touchpoints.plot returned",
        )
    layout = figure.layout.to_plotly_json()
    _require_pixels(layout)
    width, height = layout["width"], layout["height"]
    name = f' role="img" aria-label="{_text(title)}"' if title else ""
    shapes = [(one.get("layer", "above"), _shape(one)) for one in _seen(layout, "shapes")]
    size = f'width="{width}" height="{height}"'
    whole = f'{size} viewBox="0 0 {width} {height}" font-family="{_text(FONT)}"{name}'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {whole}>',
        f"<title>{_text(title)}</title>" if title else "",
        f'<rect {size} fill="{_text(layout["paper_bgcolor"])}"/>',
        *(drawn for layer, drawn in shapes if layer != "above"),
        *(part for one in figure.data if one.visible in (None, True) for part in _trace(one)),
        *(drawn for layer, drawn in shapes if layer == "above"),
        *(part for note in _seen(layout, "annotations") for part in _note(note)),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _require_pixels(layout: Mapping[str, Any]) -> None:
    """Raise where a unit of the axes is not a pixel."""
    width, height = layout.get("width"), layout.get("height")
    axes = [layout.get(name, {}) for name in ("xaxis", "yaxis")]
    ranges = [list(axis.get("range", ())) for axis in axes]
    hidden = all(axis.get("visible") is False for axis in axes)
    if not hidden or ranges != [[0, width], [height, 0]]:
        raise InvalidInputError(
            "a figure with axes cannot be written as SVG here",
            mend="pass a figure drawn in pixels, such as a journey map; plotly's own "
            "figure.write_image (package kaleido) writes any figure",
        )


def _seen(layout: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return shapes or texts without those that are hidden."""
    return [one for one in layout.get(name, ()) if one.get("visible", True) is True]


def _text(value: object) -> str:
    """Return text as XML holds it, between tags and in attributes."""
    return html.escape(_FORBIDDEN.sub("\ufffd", str(value)))


def _number(value: float) -> str:
    return f"{float(value):.1f}".removesuffix(".0")


def _stroke(line: Mapping[str, Any]) -> str:
    """Return the attributes of a line."""
    if not line.get("width") or line.get("color", _CLEAR) == _CLEAR:
        return ""
    drawn = f' stroke="{_text(line["color"])}" stroke-width="{_number(line["width"])}"'
    dash = line.get("dash", "solid")
    if dash == "solid":
        return drawn
    steps = _DASHES.get(dash, dash).replace("px", "")
    return f'{drawn} stroke-dasharray="{_text(steps)}"'


def _fill(color: object) -> str:
    return ' fill="none"' if color in (None, "", _CLEAR) else f' fill="{_text(color)}"'


def _shape(shape: Mapping[str, Any]) -> str:
    look = _fill(shape.get("fillcolor")) + _stroke(shape.get("line", {}))
    opacity = shape.get("opacity", 1)
    look += f' opacity="{opacity:g}"' if opacity != 1 else ""
    if shape["type"] == "path":
        return f'<path d="{_text(shape["path"])}"{look}/>'
    x0, y0, x1, y1 = (float(shape[name]) for name in ("x0", "y0", "x1", "y1"))
    if shape["type"] == "line":
        return f'<path d="M{_number(x0)},{_number(y0)}L{_number(x1)},{_number(y1)}"{look}/>'
    left, top = min(x0, x1), min(y0, y1)
    wide, high = abs(x1 - x0), abs(y1 - y0)
    if shape["type"] == "circle":
        middle = f'cx="{_number(left + wide / 2)}" cy="{_number(top + high / 2)}"'
        return f'<ellipse {middle} rx="{_number(wide / 2)}" ry="{_number(high / 2)}"{look}/>'
    place = f'x="{_number(left)}" y="{_number(top)}"'
    return f'<rect {place} width="{_number(wide)}" height="{_number(high)}"{look}/>'


def _trace(trace: Any) -> Iterator[str]:
    """Return the lines and markers of a trace."""
    mode = trace.to_plotly_json().get("mode", "")
    drawn = set(mode.split("+"))
    if trace.type != "scatter" or drawn - {"lines", "markers"}:
        raise InvalidInputError(
            f"a trace of type {trace.type!r} with mode {mode!r} cannot be written as SVG",
            mend="pass a figure as touchpoints.plot drew it",
        )
    if "lines" in drawn:
        line = trace.line.to_plotly_json()
        color = trace.fillcolor if trace.fill == "toself" else None
        look = _fill(color) + _stroke({"width": 2} | line)
        places = " ".join(
            f"{_number(x)},{_number(y)}" for x, y in zip(trace.x, trace.y, strict=True)
        )
        yield f'<polyline points="{places}"{look}/>'
    if "markers" in drawn and trace.opacity != 0:
        yield from _markers(trace)


def _markers(trace: Any) -> Iterator[str]:
    count = len(trace.x)
    marker = trace.marker
    said = _each(trace.hovertext, count, "")
    looks = zip(
        trace.x,
        trace.y,
        _each(marker.symbol, count, "circle"),
        _each(marker.size, count, 6),
        _each(marker.color, count, None),
        _each(marker.line.color, count, _CLEAR),
        _each(marker.line.width, count, 0),
        said,
        strict=True,
    )
    for x, y, symbol, size, color, edge, edge_width, text in looks:
        look = _fill(color) + _stroke({"color": edge, "width": edge_width})
        if marker.opacity == 0:  # a place to point at
            look = ' fill="none" pointer-events="all"'
        elif str(symbol).endswith("-open"):
            look = _fill(None) + _stroke({"color": color, "width": edge_width or 1})
        title = f"<title>{_plain(text)}</title>" if text else ""
        if marker.opacity == 0 and not title:
            continue
        place = f"translate({_number(x)},{_number(y)})"
        yield f'<path transform="{place}" d="{symbol_path(symbol, size)}"{look}>{title}</path>'


def _each(value: Any, count: int, ordinary: Any) -> list[Any]:
    """Return a value for each point, where there can be one for all."""
    if value is None:
        return [ordinary] * count
    return [value] * count if isinstance(value, str | int | float) else list(value)


def _plain(text: str) -> str:
    """Return what plotly's markup says as text for XML, in lines."""
    shown = _TAG.sub("", _BREAK.sub("\n", str(text)))
    return _text(html.unescape(shown))


def _note(note: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of a text; plotly puts lines 1.3 sizes apart."""
    size, text = float(note["font"]["size"]), str(note["text"])
    lines = _BREAK.split(text)
    top = note["y"] - _ABOVE[note.get("yanchor", "top")] * len(lines) * size * LINE_HEIGHT
    look = f' font-size="{_number(size)}"{_fill(note["font"].get("color"))}'
    look += f' text-anchor="{_ANCHORS[note.get("xanchor", "left")]}"'
    look += ' font-weight="bold"' if "<b>" in text else ""
    look += ' font-style="italic"' if "<i>" in text else ""
    for place, line in enumerate(lines):
        y = top + _ASCENT * size + place * size * LINE_HEIGHT
        yield f'<text x="{_number(note["x"])}" y="{_number(y)}"{look}>{_plain(line)}</text>'
