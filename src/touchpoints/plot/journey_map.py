"""The picture of a journey map (B40)."""

from __future__ import annotations

from typing import Any

from touchpoints._core.checks import check_option, public
from touchpoints.experience._shared.map_records import JourneyMap
from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.journey_map.content import Lanes, content_of
from touchpoints.plot._shared.journey_map.grid import needs_room
from touchpoints.plot._shared.journey_map.labels import Labels
from touchpoints.plot._shared.journey_map.tall import draw_tall
from touchpoints.plot._shared.journey_map.wide import draw_wide
from touchpoints.plot._shared.look import look_of, require_record
from touchpoints.taxonomy import Taxonomy

_LEAST_ACROSS = 900


@public
def journey_map(
    map: JourneyMap,
    *,
    lanes: Lanes = "channel",
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 1216,
) -> Any:
    """Draw a journey map."""
    require_record(map, JourneyMap, made_by="tp.experience.journey_map")
    check_option("lanes", lanes, Lanes)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    if not len(map.touchpoints):
        box = canvas.text(8, 8, look.say("plot.no_data"), color=look.palette.ink2)
        return canvas.figure(box.bottom + 8)
    content = content_of(map, Labels(map, look), lanes=lanes)
    if width < _LEAST_ACROSS or needs_room(content, width):
        return draw_tall(canvas, map, content)
    return draw_wide(canvas, map, content)
