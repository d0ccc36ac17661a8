"""The segment of a journey from one place to the next occurrence of another."""

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
class Segments:
    """Segments of journeys from one place to the next occurrence of another, int64 (h,) each.

    ``starts`` are the rows where the first place is left, unique and ascending; ``stops`` the rows
    where the other place is next reached in the same journey, or -1; ``owners`` the journeys.
    """

    owners: Array
    starts: Array
    stops: Array


def segments_between(journeys: Journeys, start: Place, *, end: Place) -> Segments:
    """Return the segment from each journey's first start to the first end after it.

    An `Anchor` starts a segment at each of its occurrences, so that ``occurrence="all"`` can start
    several segments to the same end. A match of a pattern is left and reached at its last
    interaction; to be an end it must begin after the start. O(m).
    """
    if isinstance(start, Anchor):
        starts = np.unique(places(journeys, start)[1])
    else:
        last = first_spans(journeys, start)[1]
        starts = last[last >= 0]
    owners = owners_at(journeys.offsets, starts)
    stops = next_spans(journeys, end, starts, before=journeys.offsets[1:][owners])[1]
    return Segments(owned(owners), owned(starts), owned(stops))


def two_places(
    start: Place | None, end: Place | None, *, what: str, without: str
) -> tuple[Place, Place] | None:
    """Return both places, or None when neither is given.

    Parameters
    ----------
    what
        The name of the calling function, for the error message.
    without
        What the caller measures when no places are given, for the error message.

    Raises
    ------
    InvalidInputError
        When only one of them is given.
    """
    if start is None and end is None:
        return None
    if start is None or end is None:
        given, missing = ("end", "start") if start is None else ("start", "end")
        raise InvalidInputError(
            f"{what} needs both start= and end=, or neither: it has {given}= but no {missing}=",
            mend=f"add {missing}=…, or omit {given}= for {without}",
        )
    return start, end


def place_name(place: Place) -> str:
    """Return the text that names a place in tables: the text, key or repr it was given by."""
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
    """Return an anchor's repr, omitting arguments that have their default."""
    others = (
        f", {field.name}={getattr(anchor, field.name)!r}"
        for field in attrs.fields(Anchor)
        if field.default is not attrs.NOTHING and getattr(anchor, field.name) != field.default
    )
    return f"Anchor(pattern={anchor.pattern.text!r}{''.join(others)})"
