"""A slider for the weakest line that a drawn graph shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.graph_drawing import PAD, SHAPES, Drawing
from touchpoints.plot._shared.look import Look, escaped
from touchpoints.plot._shared.text_widths import wrapped

HEIGHT = 78.0
"""The height of the slider, in pixels."""
_SHARES = (0.5, 0.7, 0.8, 0.9, 1.0)
_USUAL = 0.8
_LINES = "lines"
_SIZE = 11.0


@attrs.frozen(kw_only=True)
class Levels:
    """The weights of the weakest line shown, the strongest first, and which one is shown first."""

    weights: list[float]
    active: int


def levels_of(weights: Sequence[float], free: Sequence[float], *, nodes: int) -> Levels:
    """Return the levels at which lines carry half, 70, 80, 90 % and all of the drawn weight.

    Of a small graph all lines are shown first, of others those that carry 80 %.

    Parameters
    ----------
    weights
        Those of all lines.
    free
        Those of the lines that the slider can hide; a level that hides the same ones as a stronger
        level is left out.
    nodes
        The number of nodes.
    """
    strongest = sorted((one for one in weights if one > 0), reverse=True)
    total, carried = sum(strongest), 0.0
    found: list[float] = []
    for weight in strongest:
        carried += weight
        while len(found) < len(_SHARES) and carried >= _SHARES[len(found)] * total * (1 - 1e-12):
            found.append(weight)
    if not strongest:
        return Levels(weights=[], active=0)
    found[-1] = strongest[-1]
    kept: list[float] = []
    for least in sorted(set(found), reverse=True):
        if not kept or any(least <= one < kept[-1] for one in free):
            kept.append(least)
    few = len(strongest) <= max(10, round(0.9 * nodes + 3))
    usual = found[_SHARES.index(_USUAL)]
    active = len(kept) - 1 if few else max(sum(one >= usual for one in kept) - 1, 0)
    return Levels(weights=kept, active=active)


def point_traces(
    canvas: Canvas, drawing: Drawing, weights: dict[int, float], levels: Levels
) -> None:
    """Add what lines say when they are pointed at: a trace for the lines that each level adds."""
    for step, least in enumerate(levels.weights or [0.0]):
        more = levels.weights[step - 1] if step else float("inf")
        among = [one for one in drawing.lines if least <= weights.get(one, 0.0) < more]
        canvas.hover_points([drawing.points[one] for one in among], name=f"{_LINES} {step}")
    rest = [one for one in drawing.lines if one not in weights]
    canvas.hover_points([drawing.points[one] for one in rest], name="always")


def add_slider(
    figure: Any,
    look: Look,
    drawing: Drawing,
    weights: dict[int, float],
    levels: Levels,
    *,
    says: Callable[[float], str],
    note: int,
    top: float,
) -> None:
    """Add the slider to a figure whose first shapes are the lines, and set what is shown first.

    Parameters
    ----------
    says
        The sentence of a level; it replaces the annotation at ``note``.
    weights
        Those of the lines that the slider can hide.
    """
    steps = []
    for step, least in enumerate(levels.weights):
        shown = [one not in weights or weights[one] >= least for one in drawing.lines]
        shapes = {
            f"shapes[{SHAPES * place + part}].visible": visible
            for place, visible in enumerate(shown)
            for part in range(SHAPES)
        }
        traces = [_visible(trace.name or "", step) for trace in figure.data]
        rows = wrapped(says(least), look.width - 2 * PAD, _SIZE)
        text = {f"annotations[{note}].text": "<br>".join(map(escaped, rows))}
        label = look.numerals.compact(least)
        steps.append(
            {"method": "update", "label": label, "args": [{"visible": traces}, shapes | text]}
        )
        if step == levels.active:
            for place, visible in enumerate(shown):
                for part in range(SHAPES):
                    figure.layout.shapes[SHAPES * place + part].visible = visible
            for trace, visible in zip(figure.data, traces, strict=True):
                trace.visible = visible
    if len(steps) > 1:
        figure.update_layout(sliders=[_slider(look, steps, levels, top / figure.layout.height)])


def _visible(name: str, step: int) -> bool:
    kind, _, number = name.partition(" ")
    return kind != _LINES or int(number) <= step


def _slider(look: Look, steps: list[dict[str, Any]], levels: Levels, down: float) -> dict[str, Any]:
    palette = look.palette
    wide = min(look.width - 40.0, 520.0)
    font = {"size": _SIZE, "color": palette.ink2}
    return {
        "active": levels.active,
        "steps": steps,
        "x": 12 / look.width,
        "xanchor": "left",
        "y": 1 - down,
        "yanchor": "top",
        "lenmode": "pixels",
        "len": wide,
        "pad": {"t": 0, "b": 0, "l": 0, "r": 0},
        "font": font,
        "currentvalue": {"prefix": look.say("transition_graph.weakest"), "font": font},
        "bgcolor": palette.chip,
        "activebgcolor": palette.accent,
        "bordercolor": palette.edge,
        "tickcolor": palette.edge,
    }
