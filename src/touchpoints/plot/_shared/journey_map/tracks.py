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
    """A track: the stretches that are taken, how wide it is, and what is on it."""

    width: float = 0.0
    taken: list[tuple[float, float]] = attrs.field(factory=list)
    parts: list[Upright] = attrs.field(factory=list)

    def is_free(self, low: float, high: float) -> bool:
        return all(high < start - _APART or low > end + _APART for start, end in self.taken)


def gutters_of(routes: Sequence[Route], columns: int) -> list[float]:
    """Give every upright its place in its gutter; return how wide gutters are.

    Brackets are nearest to their column, the shortest innermost; then come the others, the longest
    first.
    """
    parts: defaultdict[int, list[tuple[Route, Upright]]] = defaultdict(list)
    for route in routes:
        for upright in route.uprights:
            if upright.start != upright.end:
                parts[upright.gutter].append((route, upright))
    widths = []
    for gutter in range(columns + 1):
        ends = _EDGE
        for track in _tracks(sorted(parts[gutter], key=_order)):
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
        track.width = max(track.width, route.width)
    return found


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
