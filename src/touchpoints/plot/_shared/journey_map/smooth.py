"""Monotone curves through points: they never leave the range of two neighbouring points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from touchpoints._core.frozen import Array

_POINTS = 14
"""Points drawn for each stretch."""


def smooth(x: Sequence[float], y: Sequence[float]) -> tuple[Array, Array]:
    """Return points of the curve through points (x ascending, two at least).

    Piecewise cubic Hermite interpolation with the slopes of Fritsch and Butland (1984), and level
    ends.
    """
    knots, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    wide = np.diff(knots)
    rises = np.diff(values) / wide
    slopes = np.zeros(len(knots))
    for place in range(1, len(knots) - 1):
        before, after = rises[place - 1], rises[place]
        if before * after > 0:
            first = 2 * wide[place] + wide[place - 1]
            second = wide[place] + 2 * wide[place - 1]
            # The weighted harmonic mean, written so that a rise close to 0 does not overflow.
            slopes[place] = (first + second) * (before * after) / (first * after + second * before)
    t = np.linspace(0, 1, _POINTS, endpoint=False)[None, :]
    h, y0, y1 = wide[:, None], values[:-1, None], values[1:, None]
    m0, m1 = slopes[:-1, None], slopes[1:, None]
    drawn = (
        y0 * (1 + 2 * t) * (1 - t) ** 2
        + h * m0 * t * (1 - t) ** 2
        + y1 * t**2 * (3 - 2 * t)
        + h * m1 * t**2 * (t - 1)
    )
    return (
        np.append((knots[:-1, None] + t * h).ravel(), knots[-1]),
        np.append(drawn.ravel(), values[-1]),
    )
