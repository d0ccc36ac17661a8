"""Path patterns: a small language over touchpoints and facets, and anchors made of it."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np

from touchpoints._arrays import choosing, segments, sequences
from touchpoints._frozen import Array, owned
from touchpoints._hints import check_option
from touchpoints._pattern_parser import Node, parse
from touchpoints.errors import InvalidInputError, TouchpointsError, WrongKindError
from touchpoints.selectors import Selector, meant, rows_meant

if TYPE_CHECKING:
    from touchpoints.journeys import Journeys

Occurrence = Literal["first", "last", "all"]
Side = Literal["start", "end"]

_FIRST = 0x100
_SURROGATES, _SURROGATE_COUNT = 0xD800, 0x800
_MOST = 0x10FFFF - _FIRST - _SURROGATE_COUNT


@attrs.frozen(repr=False)
class Pattern:
    """A path pattern, read and checked; made by `pattern`.

    Examples
    --------
    >>> import touchpoints as tp
    >>> isinstance(tp.pattern("cart .* purchase"), tp.Pattern)
    True
    """

    text: str
    node: Node = attrs.field(eq=False)

    def __repr__(self) -> str:
        return f"pattern({self.text!r})"


def _read(one: Pattern | str) -> Pattern:
    return one if isinstance(one, Pattern) else pattern(one)


@attrs.frozen(kw_only=True)
class Anchor:
    """A place in a journey: where a pattern occurs, and how far from there.

    Parameters
    ----------
    pattern
        A pattern, or text of one.
    occurrence
        Which of the matches of a journey: ``"first"``, ``"last"`` or ``"all"``. Matches do not
        overlap.
    at
        Whether the place is the match's first interaction (``"start"``) or its last (``"end"``).
    offset
        How far from there: whole steps (negative ones back), or a duration: then the place is the
        first interaction at or after that time (for a negative one, too). A place outside the
        journey is no place: the journey counts as one without the anchor.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.Anchor(pattern="purchase", occurrence="last").pattern
    pattern('purchase')
    """

    pattern: Pattern = attrs.field(converter=_read)
    occurrence: Occurrence = "first"
    at: Side = "start"
    offset: int | dt.timedelta = 0

    def __attrs_post_init__(self) -> None:
        check_option("occurrence", self.occurrence, Occurrence)
        check_option("at", self.at, Side)
        if isinstance(self.offset, bool) or not isinstance(self.offset, (int, dt.timedelta)):
            raise WrongKindError(
                f"offset is a whole number of steps or a timedelta, not {self.offset!r}"
            )


Place: TypeAlias = "Selector | Pattern | Anchor"


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """Read a path pattern.

    Parameters
    ----------
    text
        Elements separated by spaces, matched one after the other anywhere in a journey:

        - ``live_chat``: a touchpoint by key or raw text, or any touchpoint of a type;
          ``"Blood test"`` in quotes where it holds spaces or signs;
        - ``[need=save_money]``: any touchpoint with that facet; ``[a|b]`` for several touchpoints,
          ``[need=learn|compare, channel=sms]`` for several terms and several facets;
        - ``[^…]``: any touchpoint but those; ``.``: any touchpoint;
        - ``x*``, ``x+``, ``x?``, ``x{2}``, ``x{2,}``, ``x{2,5}``: repeats, as many as possible;
        - ``(a b)+`` groups, ``a | b`` alternatives, ``^`` the journey's start, ``$`` its end.

    Returns
    -------
    Pattern
        Names are looked up when it meets journeys.

    Raises
    ------
    InvalidInputError
        When it does not parse, with a caret under the place; and when an unbounded repeat stands
        inside another, whose cost can explode.

    Notes
    -----
    Matching runs Python's ``re`` on each distinct journey, one character a touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> print(tp.pattern("search_query .* purchase").text)
    search_query .* purchase
    """
    if not isinstance(text, str):
        raise WrongKindError(f"a pattern is text, not {text!r}")
    return Pattern(text, parse(text))


@attrs.frozen(eq=False)
class Matches:
    """Where something occurs: journey, first row and last row (inclusive) of each match.

    Sorted by journey, then row; int64 (h,) each.
    """

    journeys: Array
    starts: Array
    stops: Array

    def __len__(self) -> int:
        return len(self.journeys)


def matches(journeys: Journeys, place: Pattern | str) -> Matches:
    """Return all non-overlapping matches of a pattern.

    Raises
    ------
    InvalidInputError
        When a name in the pattern is no touchpoint of the journeys, with a caret under it.
    """
    wanted = place if isinstance(place, Pattern) else pattern(place)
    known = len(journeys.touchpoints)
    if wanted.node.kind == "one":
        rows = choosing.rows_where(journeys.codes, _members(journeys, wanted, wanted.node))
        return Matches(choosing.owners_at(journeys.offsets, rows), rows, rows)
    if known > _MOST:
        raise InvalidInputError(f"patterns know {_MOST:,} touchpoints at most, not {known:,}")
    compiled = re.compile(_regex(journeys, wanted, wanted.node), re.DOTALL)
    return _spread(journeys, *_search(journeys, compiled))


def _members(journeys: Journeys, wanted: Pattern, node: Node) -> Array:
    """Tell of each touchpoint whether an atom of the pattern means it, bool (k,)."""
    mask = np.zeros(len(journeys.touchpoints), dtype=bool)
    try:
        for selector in node.selectors:
            mask |= meant(journeys, selector)
    except TouchpointsError as error:
        caret = " " * node.place + "^"
        raise InvalidInputError(
            f"{error.what}\n  {wanted.text}\n  {caret}", where=error.where, mend=error.mend
        ) from error
    if node.anything:
        mask[:] = True
    return ~mask if node.negated else mask


def _regex(journeys: Journeys, wanted: Pattern, node: Node) -> str:
    """Return the regular expression of a node, over one character a touchpoint."""
    if node.kind == "one":
        return _charset(_members(journeys, wanted, node))
    if node.kind == "start":
        return r"\A"
    if node.kind == "end":
        return r"\Z"
    inner = [_regex(journeys, wanted, part) for part in node.parts]
    if node.kind == "either":
        return f"(?:{'|'.join(inner)})"
    if node.kind == "repeat":
        return f"(?:{inner[0]}){node.repeat}"
    return "".join(inner)


def _charset(mask: Array) -> str:
    if mask.all() and len(mask):
        return "."
    places = np.flatnonzero(mask)
    if not len(places):
        return "(?!)"
    breaks = np.flatnonzero(np.diff(places) > 1)
    lows, highs = places[np.r_[0, breaks + 1]], places[np.r_[breaks, len(places) - 1]]
    spans = [
        f"{_char(low)}-{_char(high)}"
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True)
    ]
    return f"[{''.join(spans)}]"


def _char(code: int) -> str:
    place = _FIRST + code
    return chr(place if place < _SURROGATES else place + _SURROGATE_COUNT)


def _text(codes: Array) -> str:
    """Return one character a touchpoint, past the control characters, without surrogates."""
    places = codes.astype(np.uint32) + np.uint32(_FIRST)
    places[places >= _SURROGATES] += np.uint32(_SURROGATE_COUNT)
    return places.astype("<u4").tobytes().decode("utf-32-le")


def _search(journeys: Journeys, compiled: re.Pattern[str]) -> tuple[Array, Array, Array, Array]:
    """Search each distinct journey once.

    Returns the group of each journey, the distinct journey of each match, and where in that
    journey it starts and stops (exclusive).
    """
    codes, offsets = journeys.codes, journeys.offsets
    hashes = sequences.sequence_hash(codes, offsets, len(journeys.touchpoints))
    groups, first = sequences.group_sequences(codes, offsets, hashes=hashes)
    rows = segments.rows_of(offsets, first)
    text = _text(codes[rows])
    bounds = segments.offsets_of(segments.lengths_of(offsets)[first]).tolist()
    found = [
        (place, *match.span())
        for place, (low, high) in enumerate(pairwise(bounds))
        for match in compiled.finditer(text[low:high])
        if match.end() > match.start()
    ]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return groups, table[:, 0], table[:, 1], table[:, 2]


def _spread(
    journeys: Journeys, groups: Array, owner: Array, starts: Array, stops: Array
) -> Matches:
    """Give every journey the matches of its distinct journey."""
    size = int(groups.max()) + 1 if len(groups) else 0
    bounds = segments.offsets_of(np.bincount(owner, minlength=size))
    rows = segments.rows_of(bounds, groups)
    who = np.repeat(np.arange(len(groups)), np.diff(bounds)[groups])
    base = journeys.offsets[:-1][who]
    return Matches(owned(who), owned(base + starts[rows]), owned(base + stops[rows] - 1))


def places(journeys: Journeys, place: Place) -> tuple[Array, Array]:
    """Return the journeys and the rows of a place, sorted by journey and row.

    Parameters
    ----------
    place
        A selector of touchpoints (every occurrence), a pattern (the start of every match), or an
        `Anchor`.

    Returns
    -------
    journeys, rows : int64 (h,)
    """
    if isinstance(place, Anchor):
        return _anchored(journeys, place)
    if isinstance(place, Pattern):
        found = matches(journeys, place)
        return found.journeys, found.starts
    rows = choosing.rows_where(journeys.codes, meant(journeys, place))
    return choosing.owners_at(journeys.offsets, rows), rows


def spans(journeys: Journeys, place: Place) -> tuple[Array, Array]:
    """Return the first and the last row of each occurrence of a place, int64 (h,), rising.

    Only a match of a pattern can be longer than one interaction.
    """
    if isinstance(place, Pattern):
        found = matches(journeys, place)
        return found.starts, found.stops
    if isinstance(place, Anchor):
        _, rows = _anchored(journeys, place)
    else:
        rows = choosing.rows_where(journeys.codes, meant(journeys, place))
    return rows, rows


def _anchored(journeys: Journeys, anchor: Anchor) -> tuple[Array, Array]:
    found = matches(journeys, anchor.pattern)
    who, rows = found.journeys, found.starts if anchor.at == "start" else found.stops
    if anchor.occurrence != "all" and len(who):
        edge = (
            np.r_[True, who[1:] != who[:-1]]
            if anchor.occurrence == "first"
            else np.r_[who[1:] != who[:-1], True]
        )
        who, rows = who[edge], rows[edge]
    if isinstance(anchor.offset, dt.timedelta):
        rows = _rows_after(journeys, who, rows, anchor.offset)
    else:
        rows = rows + anchor.offset
    inside = (rows >= journeys.offsets[:-1][who]) & (rows < journeys.offsets[1:][who])
    return who[inside], rows[inside]


def _rows_after(journeys: Journeys, who: Array, rows: Array, offset: dt.timedelta) -> Array:
    """Return each journey's first row at or after a time; one past its end when there is none."""
    if journeys.times is None:
        raise InvalidInputError(
            "an anchor with a duration needs times, and these journeys have none",
            mend="read the log with tp.from_frame(…, time=…), or give the offset in steps",
        )
    stamps = journeys.times.view(np.int64)
    wanted = stamps[rows] + offset // dt.timedelta(microseconds=1)
    low, high = journeys.offsets[:-1][who].copy(), journeys.offsets[1:][who].copy()
    while bool((low < high).any()):
        middle = (low + high) // 2
        early = (low < high) & (stamps[np.minimum(middle, len(stamps) - 1)] < wanted)
        low = np.where(early, middle + 1, low)
        high = np.where(early | (low >= high), high, middle)
    return low


def first_places(journeys: Journeys, place: Place, *, last: bool = False) -> Array:
    """Return each journey's first (or last) row of a place, int64 (n,), or -1."""
    return first_spans(journeys, place, last=last)[0]


def first_spans(journeys: Journeys, place: Place, *, last: bool = False) -> tuple[Array, Array]:
    """Return the first and the last row of each journey's first (or last) occurrence, or -1.

    Only a match of a pattern can be longer than one interaction.
    """
    if not isinstance(place, (Pattern, Anchor)):
        edge = segments.last_row_where if last else segments.first_row_where
        rows = edge(rows_meant(journeys, place), journeys.offsets)
        return rows, rows
    if isinstance(place, Pattern):
        found = matches(journeys, place)
        who, starts, stops = found.journeys, found.starts, found.stops
    else:
        who, starts = _anchored(journeys, place)
        stops = starts
    order = slice(None) if last else slice(None, None, -1)  # the last one written stays
    spans = np.full((2, len(journeys)), -1, dtype=np.int64)
    spans[0][who[order]] = starts[order]
    spans[1][who[order]] = stops[order]
    return spans[0], spans[1]


def rows_at(journeys: Journeys, place: Place) -> Array:
    """Tell of each interaction whether a place is there, bool (m,); a match is where it ends."""
    if not isinstance(place, (Pattern, Anchor)):
        return rows_meant(journeys, place)
    flags = np.zeros(len(journeys.codes), dtype=bool)
    flags[
        _anchored(journeys, place)[1]
        if isinstance(place, Anchor)
        else matches(journeys, place).stops
    ] = True
    return flags
