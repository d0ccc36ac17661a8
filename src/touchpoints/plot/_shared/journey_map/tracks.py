"""Side by side: the tracks of lines in gutters and in channels (left-edge algorithm)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import attrs

from touchpoints.plot._shared.journey_map.routes import Route, Upright

LEAST_GUTTER = 30.0
_LEAST_OUTER = 12.0
_EDGE = 8.0
_GAP = 3.0
_CHANNEL_GAP = 4.0
_APART = 0.2
"""Uprights share a track where their levels are at least so far apart."""


@attrs.define(eq=False)
class _Track:
    """A track: the stretches that are taken, how wide it is, and what is on it.

    ``levels`` says of each part at which levels its line goes on to the left, and to the right.
    """

    width: float = 0.0
    taken: list[tuple[float, float]] = attrs.field(factory=list)
    parts: list[Upright] = attrs.field(factory=list)
    levels: list[tuple[tuple[float, ...], tuple[float, ...]]] = attrs.field(factory=list)

    def is_free(self, low: float, high: float) -> bool:
        return all(high < start - _APART or low > end + _APART for start, end in self.taken)


def gutters_of(routes: Sequence[Route], columns: int) -> list[float]:
    """Give every upright its place in its gutter; return how wide gutters are.

    Brackets are nearest to their column, the shortest innermost; then come the others, the longest
    first. Neighbouring tracks whose lines cross less the other way round change places.
    """
    parts: defaultdict[int, list[tuple[Route, Upright]]] = defaultdict(list)
    for route in routes:
        for upright in route.uprights:
            if upright.start != upright.end:
                parts[upright.gutter].append((route, upright))
    widths = []
    for gutter in range(columns + 1):
        ends = _EDGE
        for track in _uncrossed(_tracks(sorted(parts[gutter], key=_order))):
            for upright in track.parts:
                upright.offset = ends + track.width / 2
            ends += track.width + _GAP
        least = LEAST_GUTTER if 0 < gutter < columns else _LEAST_OUTER
        widths.append(max(least, ends + _EDGE))
    return widths


def _order(part: tuple[Route, Upright]) -> tuple[bool, float, float, tuple[str, str]]:
    route, upright = part
    bracket = route.kind == "bracket"
    length = abs(upright.end - upright.start)
    low = min(upright.start, upright.end)
    return not bracket, length if bracket else -length, low, route.flow.names


def _tracks(parts: Sequence[tuple[Route, Upright]]) -> list[_Track]:
    found: list[_Track] = []
    for route, upright in parts:
        low, high = sorted((upright.start, upright.end))
        track = next((one for one in found if one.is_free(low, high)), None)
        if track is None:
            track = _Track()
            found.append(track)
        track.taken.append((low, high))
        track.parts.append(upright)
        track.levels.append(_levels(route, upright))
        track.width = max(track.width, route.width)
    return found


def _levels(route: Route, upright: Upright) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the levels at which a line goes on to the left and to the right of an upright."""
    if route.kind == "bracket":
        return (upright.start, upright.end), ()
    ends = ((upright.start,), (upright.end,))
    return ends if route.direction > 0 else ends[::-1]


def _uncrossed(tracks: list[_Track]) -> list[_Track]:
    """Let neighbouring tracks change places while fewer lines cross then."""
    found = list(tracks)
    for _ in tracks:
        moved = False
        for place in range(len(found) - 1):
            left, right = found[place : place + 2]
            if _crossings(left, right) > _crossings(right, left):
                found[place : place + 2] = right, left
                moved = True
        if not moved:
            break
    return found


def _crossings(left: _Track, right: _Track) -> int:
    """Return how many lines of two tracks cross, the one left of the other."""
    crossed = 0
    for (low, high), (_, out) in zip(left.taken, left.levels, strict=True):
        for (other_low, other_high), (back, _) in zip(right.taken, right.levels, strict=True):
            crossed += sum(low < level < high for level in back)
            crossed += sum(other_low < level < other_high for level in out)
    return crossed


def channels_of(routes: Sequence[Route], column: Sequence[int], rows: int) -> list[float]:
    """Give every line its depth in its channel; return how high channels are."""
    heights = []
    for channel in range(rows + 1):
        inside = [route for route in routes if route.channel == channel]
        heights.append(
            _fill(sorted(inside, key=lambda one: (_span(one, column), one.flow)), column)
        )
    return heights


def _span(route: Route, column: Sequence[int]) -> tuple[int, int]:
    left, right = sorted(column[end] for end in route.flow.ends)
    return left, right


def _fill(inside: Sequence[Route], column: Sequence[int]) -> float:
    tracks: list[list[Route]] = []
    for route in inside:
        left = _span(route, column)[0]
        for track in tracks:
            if _span(track[-1], column)[1] <= left:
                track.append(route)
                break
        else:
            tracks.append([route])
    height = 0.0
    for track in tracks:
        width = max(route.width for route in track)
        for route in track:
            route.depth = height + width / 2
        height += width + _CHANNEL_GAP
    return height + 6 if tracks else 0.0
