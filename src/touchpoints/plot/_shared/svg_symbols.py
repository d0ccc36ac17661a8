"""The shapes of plotly's markers as SVG paths, around the origin."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError

Corners = tuple[tuple[float, float], ...]

_S3 = 2 / math.sqrt(3)
_ARM = 0.8 / math.sqrt(2)
# Corners in radii; what is said of a half is mirrored.
_CORNERS: Mapping[str, Corners] = FrozenMap(
    {
        "square": ((1, 1), (-1, 1), (-1, -1), (1, -1)),
        "diamond": ((1.3, 0), (0, 1.3), (-1.3, 0), (0, -1.3)),
        "triangle-up": ((-_S3, 0.5), (_S3, 0.5), (0, -1)),
        "triangle-down": ((-_S3, -0.5), (_S3, -0.5), (0, 1)),
        "cross": tuple(
            (x * 0.4, y * 0.4)
            for x, y in (
                *((3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1)),
                *((-3, -1), (-1, -1), (-1, -3), (1, -3), (1, -1), (3, -1)),
            )
        ),
        "x": tuple(
            (x * _ARM, y * _ARM)
            for x, y in (
                *((0, 1), (1, 2), (2, 1), (1, 0), (2, -1), (1, -2)),
                *((0, -1), (-1, -2), (-2, -1), (-1, 0), (-2, 1), (-1, 2)),
            )
        ),
        "pentagon": ((0.951, -0.309), (0.588, 0.809), (-0.588, 0.809), (-0.951, -0.309), (0, -1)),
        "star": tuple(
            (1.4 * x, 1.4 * y)
            for x, y in (
                *((0.225, -0.309), (0.951, -0.309), (0.363, 0.118), (0.588, 0.809), (0, 0.382)),
                *((-0.588, 0.809), (-0.363, 0.118), (-0.951, -0.309), (-0.225, -0.309), (0, -1)),
            )
        ),
    }
)


def _circle(radius: float) -> str:
    r = f"{radius:.2f}"
    return f"M{r},0A{r},{r} 0 1 1 -{r},0A{r},{r} 0 1 1 {r},0Z"


def _star_diamond(radius: float) -> str:
    out, arc = f"{1.4 * radius:.2f}", f"{2 * radius:.2f}"
    way = f"A{arc},{arc} 0 0 0 "
    return f"M-{out},0{way}0,{out}{way}{out},0{way}0,-{out}{way}-{out},0Z"


_CURVED: Mapping[str, Callable[[float], str]] = FrozenMap(
    {"circle": _circle, "star-diamond": _star_diamond}
)


def symbol_path(symbol: str, size: float) -> str:
    """Return the path of a marker.

    Raises
    ------
    InvalidInputError
        When there is no such shape here.
    """
    name = symbol.removesuffix("-open")
    if name in _CURVED:
        return _CURVED[name](size / 2)
    if name not in _CORNERS:
        raise InvalidInputError(
            f"the marker {quoted(symbol)} cannot be written as SVG",
            mend=f"use one of {', '.join(sorted((*_CORNERS, *_CURVED)))}",
        )
    points = (f"{x * size / 2:.2f},{y * size / 2:.2f}" for x, y in _CORNERS[name])
    return f"M{'L'.join(points)}Z"
