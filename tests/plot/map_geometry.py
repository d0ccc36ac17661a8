"""What touches what in the picture of a map, read back from plotly's own objects."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from tests.plot import drawn
from touchpoints.plot._shared.canvas import Box

_STEP = 2.0
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
Point = tuple[float, float]


@attrs.frozen
class Disc:
    """A touchpoint or a badge: its middle, and how far it reaches."""

    x: float
    y: float
    radius: float
    diamond: bool = False

    def holds(self, points: Any, room: float) -> bool:
        """Return whether one of points, (p, 2), is in it, or nearer to it than ``room``."""
        away = np.abs(np.atleast_2d(points) - (self.x, self.y))
        if self.diamond:
            return bool((away.sum(axis=1) < self.radius + room * math.sqrt(2)).any())
        return bool((np.hypot(*away.T) < self.radius + room).any())

    def meets(self, box: Box) -> bool:
        """Return whether it reaches into a rectangle by more than half a pixel."""
        nearest = (
            min(max(self.x, box.left), box.right),
            min(max(self.y, box.top), box.bottom),
        )
        return self.holds(nearest, -0.5)


def nodes(whole: dict[str, Any]) -> list[Disc]:
    """Return the touchpoints of a map, seen and unseen."""
    found = []
    for trace in whole["data"]:
        places = list(zip(trace["x"], trace["y"], strict=True))
        if trace.get("name") == "touchpoints":
            marks = zip(places, trace["marker"]["size"], trace["marker"]["symbol"], strict=True)
            for (x, y), size, symbol in marks:
                diamond = symbol == "diamond"
                found.append(Disc(x, y, 0.65 * size if diamond else size / 2, diamond))
        if trace.get("name") == "unseen":
            found += [Disc(x, y, 8.0) for x, y in places]
    return found


def badges(whole: dict[str, Any]) -> list[Disc]:
    """Return the badges of a map."""
    return [
        Disc(x, y, size / 2)
        for trace in whole["data"]
        if trace.get("name") == "badges"
        for x, y, size in zip(trace["x"], trace["y"], trace["marker"]["size"], strict=True)
    ]


def lines(whole: dict[str, Any]) -> list[tuple[Any, float]]:
    """Return the lines of a map as points, float (p, 2), with their widths."""
    return [
        (_points(shape["path"]), shape["line"]["width"])
        for shape in whole["layout"].get("shapes", ())
        if shape.get("name") == "flow"
    ]


def heads(whole: dict[str, Any]) -> list[Box]:
    """Return the rectangles around the heads of lines."""
    found = []
    for shape in whole["layout"].get("shapes", ()):
        if shape.get("name") == "head":
            numbers = list(map(float, _NUMBERS.findall(shape["path"])))
            xs, ys = numbers[::2], numbers[1::2]
            found.append(Box(min(xs), min(ys), max(xs), max(ys), "head", ""))
    return found


def _points(path: str) -> Any:
    """Return points of a path, about two pixels apart."""
    at, found = np.zeros(2), []
    for command in re.findall(r"[MLC][^MLC]*", path):
        knots = np.array(list(map(float, _NUMBERS.findall(command)))).reshape(-1, 2)
        if command[0] != "M":
            knots = np.vstack([at, knots])
            long = np.hypot(*np.diff(knots, axis=0).T).sum()
            found.append(_bezier(knots, max(2, math.ceil(long / _STEP))))
        at = knots[-1]
    return np.vstack(found)


def _bezier(knots: Any, count: int) -> Any:
    """Return points of a Bézier curve (de Casteljau)."""
    part = np.linspace(0, 1, count)[:, None]
    rows = [np.broadcast_to(one, (count, 2)) for one in knots]
    while len(rows) > 1:
        rows = [one + (other - one) * part for one, other in itertools.pairwise(rows)]
    return rows[0]


def collisions(figure: Any) -> dict[str, list[Any]]:
    """Return what touches what, by kind; only what is there."""
    texts = [box for box in drawn.boxes(figure) if box.kind != "sign"]
    whole = figure.to_dict()
    circles, paths = nodes(whole), lines(whole)
    found = {
        "text on text": drawn.overlapping(figure),
        "text outside": drawn.outside(figure),
        "text on touchpoint": [(t.text, n) for t in texts for n in circles if n.meets(t)],
        "text on badge": [(t.text, b) for t in texts for b in badges(whole) if b.meets(t)],
        "touchpoint on touchpoint": [
            (one, other)
            for place, one in enumerate(circles)
            for other in circles[:place]
            if math.dist((one.x, one.y), (other.x, other.y)) < one.radius + other.radius
        ],
        "line on touchpoint": list(_crossed(circles, paths)),
        "line on text": list(_struck(texts, paths)),
        "head on text": [
            (text.text, head)
            for head in heads(whole)
            for text in texts
            if head.overlaps(text, room=-1)
        ],
        "line outside": [
            points[0]
            for points, width in paths
            if points[:, 0].min() < width / 2
            or points[:, 0].max() + width / 2 > figure.layout.width
        ],
    }
    return {kind: pairs for kind, pairs in found.items() if pairs}


def _crossed(circles: list[Disc], paths: list[tuple[Any, float]]) -> Iterator[Any]:
    """Return lines that cross a touchpoint at neither of their ends."""
    for points, width in paths:
        ends = [
            min(circles, key=lambda one, end=end: math.dist((one.x, one.y), end))  # type: ignore[misc]
            for end in (points[0], points[-1])
        ]
        for one in circles:
            if one not in ends and one.holds(points, width / 2 - 0.5):
                yield points[0], one


def _struck(texts: list[Box], paths: list[tuple[Any, float]]) -> Iterator[Any]:
    """Return texts that a line runs through, by more than a pixel of height."""
    for points, width in paths:
        x, y = points.T
        for box in texts:
            inside = (box.left < x) & (x < box.right)
            level = (box.top + 1 < y + width / 2) & (y - width / 2 < box.bottom - 1)
            if (inside & level).any():
                yield box.text, points[0]
