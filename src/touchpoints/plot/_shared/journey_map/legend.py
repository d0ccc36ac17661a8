"""The legend of a map: what occurs in it, and what is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import attrs

from touchpoints.plot._shared.canvas import Canvas, Marker
from touchpoints.plot._shared.journey_map.content import FEWEST_ANSWERS, Content
from touchpoints.plot._shared.journey_map.flows import Flow, share_of_steps
from touchpoints.plot._shared.journey_map.marks import (
    BADGES,
    CLINICAL,
    OUTLINE,
    STAGE_MARK,
    badge_color,
)
from touchpoints.plot._shared.journey_map.paths import Head, draw_head
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.text_widths import text_width, wrapped

_PAD = 8.0
_PITCH = 20.0
_VALENCES = ("very_negative", "negative", "neutral", "positive", "very_positive")
Sign = Literal["marker", "sizes", "hollow", "line", "dashed"]


@attrs.frozen(kw_only=True)
class _Item:
    sign: Sign
    text: str
    color: str = ""
    symbol: str = "circle"
    size: float = 12.0
    outline: float = OUTLINE


def draw_legend(canvas: Canvas, content: Content, flows: Sequence[Flow], *, top: float) -> float:
    """Draw the legend and what is said below it; return where it ends."""
    marks: list[Marker] = []
    x, y = _PAD, top
    for item in _items(canvas.look, content, flows):
        wide = 40 + text_width(item.text, 11)
        if x > _PAD and x + wide > canvas.look.width - _PAD + 16:
            x, y = _PAD, y + _PITCH
        marks += _drawn(canvas, item, x, y + 8)
        lines = wrapped(item.text, canvas.look.width - x - 24 - _PAD, 11)
        canvas.text(x + 24, y + 1, lines, size=11, color=canvas.look.palette.ink2, kind="legend")
        y += (len(lines) - 1) * 15
        x += wide
    canvas.markers(marks, name="legend")
    y += _PITCH + 4
    for text in _notes(canvas.look, content, flows):
        lines = wrapped(text, canvas.look.width - 2 * _PAD, 11)
        y = (
            canvas.text(_PAD, y, lines, size=11, color=canvas.look.palette.ink2, kind="note").bottom
            + 2
        )
    return y


def _items(look: Look, content: Content, flows: Sequence[Flow]) -> list[_Item]:
    palette, say, nodes = look.palette, look.say, content.nodes
    items = []
    if content.scored:
        items = [
            _Item(sign="marker", text=say(f"map.{name}"), color=color)
            for name, color in zip(_VALENCES, palette.valence, strict=True)
        ]
        if any(node.observed and node.valence != node.valence for node in nodes):
            few = say("map.few_answers", least=FEWEST_ANSWERS)
            items.append(_Item(sign="marker", text=few, color=palette.background))
    if content.headed and any(stage.valence == stage.valence for stage in content.stages):
        text = say("map.stage_valence")
        items.append(
            _Item(
                sign="marker",
                text=text,
                color=palette.curve,
                symbol="square",
                size=STAGE_MARK,
                outline=0,
            )
        )
    if any(node.observed for node in nodes):
        items.append(_Item(sign="sizes", text=say("map.area"), color=palette.line))
    if any(node.indirect and node.observed for node in nodes):
        one: dict[str, Any] = {"color": palette.line, "symbol": "diamond", "size": 13.0}
        items.append(_Item(sign="marker", text=say("map.indirect"), **one))
    if any(node.clinical and node.observed for node in nodes):
        clinical = say("map.clinical")
        items.append(_Item(sign="marker", text=clinical, color=palette.line, outline=CLINICAL))
    if any(not node.observed for node in nodes):
        items.append(_Item(sign="hollow", text=say("map.unseen")))
    return items + _flow_items(look, flows) + _badge_items(look, content)


def _flow_items(look: Look, flows: Sequence[Flow]) -> list[_Item]:
    palette, items = look.palette, []
    if any(not flow.returns for flow in flows):
        items.append(_Item(sign="line", text=look.say("map.forward"), color=palette.edge))
    if any(flow.returns for flow in flows):
        items.append(_Item(sign="line", text=look.say("map.back"), color=palette.back))
    if any(flow.unplanned for flow in flows):
        text = look.say("map.unplanned_flow")
        items.append(_Item(sign="dashed", text=text, color=palette.edge))
    return items


def _badge_items(look: Look, content: Content) -> list[_Item]:
    items = []
    for mark, (symbol, size) in BADGES.items():
        if not any(node.mark == mark for node in content.nodes):
            continue
        text = look.say(f"map.{mark}")
        if mark == "pain" and content.pains[0] < content.pains[1]:
            text = look.say("map.pains", shown=content.pains[0], all=content.pains[1])
        color = badge_color(mark, look.palette)
        items.append(
            _Item(sign="marker", text=text, color=color, symbol=symbol, size=size, outline=0)
        )
    return items


def _drawn(canvas: Canvas, item: _Item, x: float, y: float) -> list[Marker]:
    """Draw the sign of an item; return the markers that are drawn with those of other items."""
    palette = canvas.look.palette
    if item.sign in ("line", "dashed"):
        dash: Literal["dash", "solid"] = "dash" if item.sign == "dashed" else "solid"
        canvas.line((x, y), (x + 14, y), color=item.color, width=3, dash=dash)
        draw_head(canvas, Head(tip=(x + 20, y), direction=(1, 0)), 3, item.color)
        return []
    if item.sign == "hollow":
        canvas.circle(x + 9, y, 6, color=palette.ink2, width=1.6, dash="dash")
        return []
    spots = [(x + 4, 6.0), (x + 15, 11.0)] if item.sign == "sizes" else [(x + 9, item.size)]
    return [
        Marker(
            x=left,
            y=y,
            size=size,
            color=item.color,
            symbol=item.symbol,
            outline=palette.outline if item.outline else "",
            outline_width=item.outline,
        )
        for left, size in spots
    ]


def _notes(look: Look, content: Content, flows: Sequence[Flow]) -> list[str]:
    """Return what is said below the legend: what is drawn of how much, and the scale."""
    say, whole, found = look.say, look.numerals.whole, content.labels.found
    notes = []
    if content.pairs:
        notes.append(
            say(
                "map.flows_shown",
                shown=whole(sum(flow.pairs for flow in flows)),
                all=whole(content.pairs),
                share=look.numerals.share(share_of_steps(flows, content.steps)),
            )
        )
    every = len(found.touchpoints)
    if every > len(content.nodes):
        drawn = len(content.nodes)
        notes.append(say("map.touchpoints_shown", shown=drawn, all=whole(every)))
    if not content.scored:
        notes.append(say("map.no_scores"))
    elif found.metric:
        notes.append(say("map.valence_is", metric=metric_name(look, found.metric)))
    return notes
