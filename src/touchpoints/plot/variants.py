"""The picture of variants: the most frequent paths as rows of chips, with their shares."""

from __future__ import annotations

import itertools
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.paths import Variants
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.symbol_legends import noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.plot._shared.touchpoint_kinds import Kinds, touchpoint_kinds
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_SIZE = 12.0
_BAR, _BAR_HEIGHT = 120.0, 10.0
_PATHS = 176.0
_LINK = 10.0
_BEFORE, _AFTER = 22.0, 9.0
_MOST_LINES, _MOST_LINES_NARROW = 4, 10
_WHOLE_PATH = 40


@attrs.frozen(kw_only=True)
class _Chip:
    lines: list[str]
    color: str
    says: str
    width: float

    @property
    def height(self) -> float:
        return len(self.lines) * _SIZE * LINE_HEIGHT + 6.4


@public
def variants(
    variants: Variants,
    *,
    top: int = 12,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw variants: a row of chips for each, with its share and the cumulative share.

    Parameters
    ----------
    variants
        What `tp.paths.variants` returned.
    top
        How many of the most frequent variants to draw (of each group).
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each variant: a bar as long as its share, with the interval as a thin line, and a
        chip for each touchpoint; several times the same in succession is one chip with ``×``. The
        colour in a chip is that of the channel, where the taxonomy has that of every touchpoint,
        otherwise that of the touchpoint. A path that needs more than four lines (ten on a
        telephone) is cut after them: the figure says so, and the whole path appears when the bar
        is pointed at. Of groups, the eight with the most frequent variants are drawn.

    Raises
    ------
    InvalidInputError
        When ``top`` is not an integer of at least 1.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``variants`` is not a Variants.

    See Also
    --------
    touchpoints.paths.variants : Count the distinct sequences of touchpoints.
    sequences : The journeys themselves, a row for each.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["search > buy", "search", "search > buy"]}, path="path")
    >>> figure = tp.plot.variants(tp.paths.variants(journeys))
    >>> [one.text for one in figure.layout.annotations if one.name == "touchpoint"]
    ['search', 'buy', 'search']
    """
    require_record(variants, Variants, made_by="tp.paths.variants")
    most = checks.whole("top", top)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    parts, said = parts_of(variants, look, size=variants.journeys)
    drawn = [attrs.evolve(part, rows=part.rows[:most]) for part in parts]
    kinds = _kinds(variants, drawn, look)
    y = noted(canvas, said, top=_PAD, kind="legend")
    if kinds.channels:
        title = look.say("variants.channels")
        y = symbol_legend(canvas, list(_squares(kinds).entries), top=y, title=title)
    y = _head(canvas, variants, top=y) if parts else y
    for part, rows in zip(drawn, (one.rows for one in parts), strict=True):
        y = _group(canvas, variants, part, kinds, of=rows, top=y)
    if not parts:
        y = noted(canvas, look.say("plot.no_data"), top=y)
    return canvas.figure(y + _PAD)


def _kinds(variants: Variants, drawn: list[Part], look: Look) -> Kinds:
    """Return the colours of the touchpoints of all rows that are drawn."""
    weights: dict[str, float] = {}
    for part in drawn:
        for row in part.rows.tolist():
            for key in variants.variant[row]:
                weights[key] = weights.get(key, 0.0) + float(variants.journeys[row])
    return touchpoint_kinds(weights, look, channels=True)


def _squares(kinds: Kinds) -> Kinds:
    entries = tuple(attrs.evolve(one, symbol="square") for one in kinds.entries)
    return attrs.evolve(kinds, entries=entries)


def _head(canvas: Canvas, variants: Variants, *, top: float) -> float:
    """Write what the columns are; return the y below."""
    look = canvas.look
    level = look.numerals.share(variants.level)
    said = [(_PAD, look.say("variants.share", level=level))]
    if not look.narrow:
        said.append((_PATHS, look.say("variants.path")))
    below = top
    for x, text in said:
        room = _PATHS - 2 * _PAD if x == _PAD and not look.narrow else look.width - x - 120
        lines = wrapped(text, room, 11)
        box = canvas.text(x, top, lines, size=11, color=look.palette.ink2, kind="head")
        below = max(below, box.bottom)
    text, edge = look.say("variants.cumulative"), look.width - _PAD
    canvas.text(edge, top, text, size=11, color=look.palette.ink2, align="right", kind="head")
    return below + 8


def _group(
    canvas: Canvas, variants: Variants, part: Part, kinds: Kinds, *, of: Array, top: float
) -> float:
    """Draw the variants of a group, and say how many there are; return the y below."""
    look, y = canvas.look, top
    if part.label:
        lines = wrapped(part.label, look.width - 2 * _PAD, 12, bold=True, most=3)
        y = canvas.text(_PAD, y, lines, bold=True, kind="group").bottom + 6
    largest = max((_end(variants, row) for row in part.rows.tolist()), default=1.0) or 1.0
    cut = 0
    for row in part.rows.tolist():
        chips = _chips(variants.variant[row], look, kinds)
        lines_of_chips, more = _in_lines(chips, look)
        cut += more > 0
        where = canvas, variants, row
        y = _share(*where, part=part, largest=largest, top=y)
        y = _path(canvas, lines_of_chips, more, top=y if look.narrow else y - _row_of_share())
        y += 12 if look.narrow else 9
    shown, every = len(part.rows), len(of)
    covered = float(variants.cumulative[part.rows[-1]]) if shown else 0.0
    numerals = look.numerals
    note = look.say(
        "variants.shown",
        shown=numerals.whole(shown),
        all=numerals.whole(every),
        share=numerals.share(covered),
    )
    if cut:
        note += " " + look.say("variants.longer", n=numerals.whole(cut))
    return noted(canvas, note, top=y) + 10


def _row_of_share() -> float:
    return _BAR_HEIGHT + 4 + 11 * LINE_HEIGHT


def _end(variants: Variants, row: int) -> float:
    """Return the larger of a share and the upper end of its interval."""
    return float(np.nanmax([variants.share[row], variants.high[row], 0.0]))


def _share(
    canvas: Canvas, variants: Variants, row: int, *, part: Part, largest: float, top: float
) -> float:
    """Draw the share of a variant as a bar with its interval, and write it; return the y below."""
    look, palette = canvas.look, canvas.look.palette
    share, low, high = (float(getattr(variants, end)[row]) for end in ("share", "low", "high"))
    scale = _BAR / largest
    canvas.rectangle(
        (_PAD, top, _PAD + max(scale * share, 1), top + _BAR_HEIGHT),
        fill=palette.ordered[3],
    )
    middle = top + _BAR_HEIGHT / 2
    if high > low:
        ends = [(_PAD + scale * end, middle) for end in (low, high)]
        canvas.line(ends[0], ends[1], color=palette.ink, width=2)
    text = f"{look.numerals.share(share)} {look.numerals.range(low, high)}"
    cumulative = look.numerals.share(float(variants.cumulative[row]))
    journeys = look.say("plot.n", n=look.numerals.whole(variants.journeys[row]))
    says = hover(_whole_path(variants.variant[row], look), part.label, text, journeys)
    canvas.hover_points([(_PAD + max(scale * share / 2, 7), middle, says)], name="shares")
    edge = look.width - _PAD
    y = top - 2 if look.narrow else top + _BAR_HEIGHT + 4
    left = _PAD + _BAR + 12 if look.narrow else _PAD
    canvas.text(left, y, text, size=11, color=palette.ink2, kind="share")
    at = top - 2 if look.narrow else top + 3
    canvas.text(edge, at, cumulative, size=11, color=palette.ink2, align="right", kind="cumulative")
    return top + (18 if look.narrow else _row_of_share())


def _whole_path(variant: tuple[str, ...], look: Look) -> str:
    """Return a path as text; of more than 40 touchpoints, how many more there are."""
    if not variant:
        return look.say("variants.empty")
    path = " → ".join(look.name(key) for key in variant[:_WHOLE_PATH])
    more = len(variant) - _WHOLE_PATH
    return f"{path} {look.say('variants.more', n=look.numerals.whole(more))}" if more > 0 else path


def _chips(variant: tuple[str, ...], look: Look, kinds: Kinds) -> list[_Chip]:
    """Return the chips of a path: one for each touchpoint, or for a run of the same."""
    palette = look.palette
    left = _PAD if look.narrow else _PATHS
    right = look.width - _PAD - (0 if look.narrow else 80)
    room = right - left - _BEFORE - _AFTER - _LINK
    named = [
        (look.name(key), kinds.color(key), sum(1 for _ in run))
        for key, run in itertools.groupby(variant)
    ] or [(look.say("variants.empty"), palette.edge, 1)]
    found = []
    for name, color, times in named:
        text = f"{name} ×{look.numerals.whole(times)}" if times > 1 else name
        lines = wrapped(text, room, _SIZE, most=3)
        wide = _BEFORE + max(text_width(one, _SIZE) for one in lines) + _AFTER
        found.append(_Chip(lines=lines, color=color, says=hover(text), width=wide))
    return found


def _in_lines(chips: list[_Chip], look: Look) -> tuple[list[list[_Chip]], int]:
    """Return the chips that are drawn, by line, and how many are not."""
    left = _PAD if look.narrow else _PATHS
    right = look.width - _PAD - (0 if look.narrow else 80)
    lines: list[list[_Chip]] = []
    x = right
    for chip in chips:
        if not lines or x + _LINK + chip.width > right:
            lines.append([])
            x = left
        lines[-1].append(chip)
        x += chip.width + _LINK
    most = _MOST_LINES_NARROW if look.narrow else _MOST_LINES
    return lines[:most], sum(len(line) for line in lines[most:])


def _path(canvas: Canvas, lines: list[list[_Chip]], more: int, *, top: float) -> float:
    """Draw the chips of a path and the lines between them; return the y below."""
    look, palette = canvas.look, canvas.look.palette
    y, marks, said = top, [], []
    for line in lines:
        x = _PAD if look.narrow else _PATHS
        high = max(chip.height for chip in line)
        for place, chip in enumerate(line):
            middle = y + high / 2
            if place:
                canvas.line((x - _LINK, middle), (x, middle), color=palette.edge)
            box = (x, middle - chip.height / 2, x + chip.width, middle + chip.height / 2)
            canvas.rectangle(box, fill=palette.background, line=palette.line, radius=11)
            marks.append(Marker(x=x + 12, y=middle, size=9, color=chip.color, symbol="square"))
            said.append((x + chip.width / 2, middle, chip.says))
            canvas.text(x + _BEFORE, box[1] + 3.2, chip.lines, size=_SIZE, kind="touchpoint")
            x += chip.width + _LINK
        y += high + 5
    canvas.markers(marks, name="touchpoints")
    canvas.hover_points(said, name="touchpoints")
    if more:
        text = look.say("variants.more", n=look.numerals.whole(more))
        x = _PAD if look.narrow else _PATHS
        y = canvas.text(x, y, text, size=11, color=palette.ink2, kind="more").bottom + 4
    return y if look.narrow else max(y, top + _row_of_share())
