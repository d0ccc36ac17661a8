"""Rows with dots and intervals: a label, one or several scales beside each other, and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.quantities import Quantity
from touchpoints.plot._shared.series_legend import Mark

MOST_ROWS = 40


@attrs.frozen(kw_only=True)
class Dot:
    """A number on a scale, with its interval.

    Attributes
    ----------
    value, low, high : float
        The number and the ends of its interval; what is nan is not drawn, and the line then ends
        at the number.
    mark : Mark
        How it looks.
    text : str
        What is written at the right of the scale.
    hover : tuple of str
        What is said when it is pointed at, after the label of the row.
    panel, lane : int
        On which scale it is, and in which line of the row.
    bar : bool
        Whether a bar goes from the reference of the scale to the number.
    strong : bool
        Whether its text is as dark as labels.
    thick : float
        How thick the line of its interval is.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    mark: Mark
    text: str = ""
    hover: tuple[str, ...] = ()
    panel: int = 0
    lane: int = 0
    bar: bool = False
    strong: bool = False
    thick: float = 2.0


@attrs.frozen(kw_only=True)
class Segment:
    """A part of a bar, from one number of a scale to another.

    Attributes
    ----------
    start, end : float
        Where it begins and ends.
    color : str
        Its colour.
    panel, lane : int
        On which scale it is, and in which line of the row.
    hover : tuple of str
        What is said when its middle is pointed at, after the label of the row.
    """

    start: float
    end: float
    color: str
    panel: int = 0
    lane: int = 0
    hover: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Row:
    """A row: its label, a smaller text below it, and its dots.

    Attributes
    ----------
    label, below : str
        The label, and what is written below it.
    dots : tuple of Dot
        The dots.
    segments : tuple of Segment
        Parts of bars below the dots.
    joined : bool
        Whether a dotted line joins the dots of each line of the row, also from scale to scale.
    bold : bool
        Whether the label is bold.
    tinted : bool
        Whether the label has the colour of a pain point.
    """

    label: str
    below: str = ""
    dots: tuple[Dot, ...]
    segments: tuple[Segment, ...] = ()
    joined: bool = False
    bold: bool = False
    tinted: bool = False


@attrs.frozen(kw_only=True)
class Panel:
    """A scale: its title, its ends, and how its numbers are written.

    Attributes
    ----------
    title : str
        What is measured.
    quantity : Quantity
        How numbers are written.
    low, high : float
        The ends.
    reference : float, optional
        Where a line across all rows is drawn, such as 0.
    """

    title: str
    quantity: Quantity
    low: float
    high: float
    reference: float | None = None


def panel_of(
    dots: Iterable[Dot],
    *,
    title: str,
    quantity: Quantity,
    reference: float | None = None,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> Panel:
    """Return a scale that holds numbers and their intervals.

    Parameters
    ----------
    within
        What the ends of the scale do not go beyond for want of room, such as 0 and 1 for shares.
    """
    ends = [end for one in dots for end in (one.value, one.low, one.high) if math.isfinite(end)]
    ends += [] if reference is None else [reference]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    room = 0.04 * (high - low) or max(abs(high), 1.0) * 0.5
    if not (low == reference and low >= 0):
        low = min(low, max(low - room, within[0]))
    if not (high == reference and high <= 0):
        high = max(high, min(high + room, within[1]))
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return Panel(title=title, quantity=quantity, low=low, high=high, reference=reference)


def shown_rows(
    size: Array, look: Look, *, which: str, most: int = MOST_ROWS
) -> tuple[list[int], str]:
    """Return the rows with the largest size, in their order, and what is said of the others.

    Parameters
    ----------
    size
        How important each row is; nan is the least.
    which
        Which rows are shown where there are more than ``most``, in words.
    """
    if len(size) <= most:
        return list(range(len(size))), ""
    order = np.argsort(-np.nan_to_num(size, nan=-np.inf), kind="stable")
    number = look.numerals.whole
    said = look.say("dot_rows.shown", shown=number(most), all=number(len(size)), which=which)
    return sorted(order[:most].tolist()), said
