"""The picture of a journey map (B40)."""

from __future__ import annotations

from typing import Any

from touchpoints._core.checks import check_option, public
from touchpoints.experience import JourneyMap
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
    journey_map: JourneyMap,
    *,
    lanes: Lanes = "channel",
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 1216,
) -> Any:
    """Draw a journey map: stages across, touchpoints in lanes, the flows between them, valence.

    Parameters
    ----------
    journey_map
        What `tp.experience.journey_map` returned.
    lanes
        What lanes stand for: ``"channel"``, at most six of them, the others together; or
        ``"directness"``, indirect touchpoints above direct ones.
    taxonomy
        The labels of what the map has no label for.
    lang, dark, width
        Shared arguments: see `touchpoints.plot`. Below 900 pixels, or with too many stages for the
        width, touchpoints are one below the other and valence is at the right.

    Returns
    -------
    plotly.graph_objects.Figure
        The area of a touchpoint is its share of journeys, its colour its valence, also told by its
        sign and its place on the scale below. Diamonds are indirect; a thick outline is clinical; a
        dashed circle is planned but not seen. The width of a line is the number of steps; of two
        flows between touchpoints of a stage there is one line. Lines run between columns and rows,
        never across touchpoints or labels. The curve goes through the stages, with the interval of
        their valence around it; every touchpoint has its own dot and interval. With fewer than ten
        answers no valence is drawn.

    Raises
    ------
    InvalidInputError
        When ``lanes`` is none of its values.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``journey_map`` is not a JourneyMap.

    See Also
    --------
    touchpoints.experience.journey_map : What the picture shows, as a value.
    touchpoints.collapse : Group touchpoints, where there are very many.

    Notes
    -----
    Flows are drawn in the order of their steps: first those that reach a touchpoint that no
    stronger one reaches, then others until there are about as many as touchpoints or they carry
    80 % of the steps. A flow that fewer than 1 % of journeys take, or fewer than five, is not
    drawn, nor are lines without room; the figure says how many are. Of more than 60 touchpoints the
    40 with the most reach are drawn. At most a ninth of the touchpoints are marked as pain points:
    those with the lowest product of valence and the square root of reach.

    Columns are assigned in order of time, rows by six sweeps of the barycentre heuristic (K.
    Sugiyama, S. Tagawa and M. Toda 1981), places of lines in gutters by the left-edge algorithm (A.
    Hashimoto and J. Stevens 1971). The curve is monotone between stages (F. N. Fritsch and J.
    Butland 1984). The same map gives the same figure.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.journey_map(tp.datasets.shop(100, seed=1))
    >>> figure = tp.plot.journey_map(found, lang="es")
    >>> [note.text for note in figure.layout.annotations if note.name == "stage"][::2]
    ['<b>Consideración</b>', '<b>Compra</b>']
    """
    require_record(journey_map, JourneyMap, made_by="tp.experience.journey_map")
    check_option("lanes", lanes, Lanes)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    if not len(journey_map.touchpoints):
        box = canvas.text(8, 8, look.say("plot.no_data"), color=look.palette.ink2)
        return canvas.figure(box.bottom + 8)
    content = content_of(Labels(journey_map, look), lanes=lanes)
    if width < _LEAST_ACROSS or needs_room(content, width):
        return draw_tall(canvas, content)
    return draw_wide(canvas, content)
