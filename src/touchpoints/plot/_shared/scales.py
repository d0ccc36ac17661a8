"""Axes drawn in pixels: round ticks, and where numbers are between two edges."""

from __future__ import annotations

import math

import attrs

_NICE = (1.0, 2.0, 5.0, 10.0)


@attrs.frozen(kw_only=True)
class Scale:
    """Where the numbers from ``low`` to ``high`` are between ``left`` and ``right``, in pixels."""

    low: float
    high: float
    left: float
    right: float

    def x(self, value: float) -> float:
        """Return the x of a number; one beyond the ends is at the end."""
        part = (value - self.low) / (self.high - self.low)
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)


def round_step(extent: float, *, most: int) -> float:
    """Return the smallest step of 1, 2 or 5 times a power of ten that takes at most ``most`` steps.

    Examples
    --------
    >>> round_step(0.37, most=4), round_step(60, most=3)
    (0.1, 20.0)
    """
    if not extent > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(extent / most))
    fits = [power * nice for nice in _NICE if extent / (power * nice) <= most * (1 + 1e-9)]
    return fits[0] if fits else power * 10


def ticks_around_zero(largest: float, *, most: int) -> list[float]:
    """Return round numbers on both sides of zero, the last ones at least as far as ``largest``.

    Examples
    --------
    >>> ticks_around_zero(0.13, most=3)
    [-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15]
    """
    step = round_step(largest, most=most)
    number = max(math.ceil(largest / step - 1e-9), 1)
    return [round(step * place, 12) for place in range(-number, number + 1)]
