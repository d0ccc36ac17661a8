"""From one place in a journey to the next of another."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.frozen import Array, owned
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import (
    Anchor,
    Place,
    first_spans,
    next_spans,
    places,
)


@attrs.frozen(eq=False)
class Stretches:
    """Ways from one place to the next of another.

    ``starts`` are the rows where the one is left, each once and rising; ``stops`` the rows where
    the other is reached behind each in its journey, or -1; ``owners`` the journeys. int64 (h,)
    each.
    """

    owners: Array
    starts: Array
    stops: Array


def stretches(journeys: Journeys, start: Place, *, end: Place) -> Stretches:
    """Return the way from each journey's first start to the first end behind it.

    An `Anchor` starts wherever it names a place, so that one of ``occurrence="all"`` can start
    several ways to one end. A match of a pattern is left and reached at its last interaction; to be
    an end it must begin behind the start. O(m).
    """
    if isinstance(start, Anchor):
        starts = np.unique(places(journeys, start)[1])
    else:
        last = first_spans(journeys, start)[1]
        starts = last[last >= 0]
    owners = owners_at(journeys.offsets, starts)
    stops = next_spans(journeys, end, starts, before=journeys.offsets[1:][owners])[1]
    return Stretches(owned(owners), owned(starts), owned(stops))


def two_places(
    start: Place | None, end: Place | None, *, what: str, without: str
) -> tuple[Place, Place] | None:
    """Return both places, or None where neither is given.

    Parameters
    ----------
    what
        Who asks.
    without
        What the answer is about where no places are given.

    Raises
    ------
    InvalidInputError
        When only one is given.
    """
    if start is None and end is None:
        return None
    if start is None or end is None:
        given, missing = ("end", "start") if start is None else ("start", "end")
        raise InvalidInputError(
            f"{what} measures between two places, and has {given}= but no {missing}=",
            mend=f"add {missing}=…, or leave {given}= out for {without}",
        )
    return start, end


def place_name(place: Place) -> str:
    """Return a place as it was given, as text."""
    if isinstance(place, str):
        return place
    if isinstance(place, Anchor):
        return _anchor_name(place)
    text = getattr(place, "text", None) or getattr(place, "key", None)
    if isinstance(text, str):
        return text
    if isinstance(place, (list, tuple)):
        return " | ".join(map(place_name, place))
    if isinstance(place, (set, frozenset)):
        return " | ".join(sorted(map(place_name, place)))
    return str(place)


def _anchor_name(anchor: Anchor) -> str:
    """Return how an anchor is written, without what goes without saying."""
    others = (
        f", {field.name}={getattr(anchor, field.name)!r}"
        for field in attrs.fields(Anchor)
        if field.default is not attrs.NOTHING and getattr(anchor, field.name) != field.default
    )
    return f"Anchor(pattern={anchor.pattern.text!r}{''.join(others)})"
