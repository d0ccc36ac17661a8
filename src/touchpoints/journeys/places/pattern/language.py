"""Path patterns: regular expressions over touchpoints and facets, and their matches in journeys."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import attrs
import numpy as np

from touchpoints._core.arrays import segments, sequences
from touchpoints._core.arrays.segments import choosing
from touchpoints._core.checks import (
    public,
    require_kind,
)
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError, TouchpointsError
from touchpoints.journeys.places.pattern.matcher import Atoms, matches_of, required_in
from touchpoints.journeys.places.pattern.parser import Keyed, Node, parse
from touchpoints.journeys.places.pattern.tokens import pointed
from touchpoints.journeys.places.selectors import Selector, meant

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys


@attrs.frozen(repr=False)
class Pattern:
    """A parsed path pattern; made by `pattern`.

    Examples
    --------
    >>> import touchpoints as tp
    >>> isinstance(tp.pattern("cart .* purchase"), tp.Pattern)
    True
    """

    text: str
    node: Node = attrs.field(eq=False)

    def __repr__(self) -> str:
        return f"pattern({quoted(self.text)})"


@public
def pattern(text: str) -> Pattern:
    r"""Parse a path pattern, a regular expression over touchpoints.

    Parameters
    ----------
    text
        Elements separated by spaces, matched one after the other anywhere in a journey:

        - ``live_chat``: a touchpoint by key or raw text, or any touchpoint of a type;
          ``"Blood test"`` in quotes where it holds spaces or signs, a quote in it as ``\"``;
        - ``live_chat[channel=app]``, brackets directly after the name: the touchpoint of that key,
          else any touchpoint of that name with those facets;
        - ``[need=save_money]``: any touchpoint with that facet; ``[a|b]`` for several touchpoints,
          ``[need=learn|compare, channel=sms]`` for several terms and several facets;
        - ``[^…]``: any touchpoint but those; ``.``: any touchpoint;
        - ``x*``, ``x+``, ``x?``, ``x{2}``, ``x{2,}``, ``x{2,5}``: greedy repeats; followed by ``?``
          (``x*?``) they are reluctant, and take as little as possible;
        - ``(a b)+`` groups, ``a | b`` alternatives, ``^`` the journey's start, ``$`` its end.

    Returns
    -------
    Pattern
        Names are looked up when the pattern is first applied to journeys.

    Raises
    ------
    InvalidInputError
        When the text does not parse, with a caret under the mistake; when an unbounded repeat is
        inside another; and when it has more than 100,000 characters, or more than 10,000 parts
        with its repeats written out.
    WrongKindError
        When ``text`` is not a str.

    Notes
    -----
    The matches are those of Python's ``re`` with one character for each touchpoint. ``re`` itself
    runs on each variant where its cost is bounded; other variants are matched in two passes, so
    that no pattern takes longer than its length times that of the journeys.

    See Also
    --------
    Anchor : One place relative to a match of a pattern.
    containing : Keep the journeys that a pattern matches.

    Examples
    --------
    >>> import touchpoints as tp
    >>> print(tp.pattern("search_query .* purchase").text)
    search_query .* purchase
    """
    mend = 'for example tp.pattern("cart .* purchase")'
    require_kind(text, str, takes="a pattern as text", mend=mend)
    return _parsed(text)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Pattern:
    return Pattern(text, parse(text))


@attrs.frozen(eq=False)
class Matches:
    """The journey, first row and last row (inclusive) of each match, int64 (h,) each.

    Sorted by journey, then by first row.
    """

    journeys: Array
    starts: Array
    stops: Array

    def __len__(self) -> int:
        return len(self.journeys)


def matches(journeys: Journeys, place: Pattern | str) -> Matches:
    """Return all non-overlapping matches of a pattern in journeys.

    Raises
    ------
    InvalidInputError
        When a name in the pattern is not a touchpoint of the journeys, with a caret under it.
    """
    wanted = place if isinstance(place, Pattern) else pattern(place)
    if wanted.node.kind == "one":
        rows = choosing.rows_where(journeys.codes, _members(journeys, wanted, wanted.node))
        return Matches(choosing.owners_at(journeys.offsets, rows), rows, rows)
    atoms = _atoms(journeys, wanted)
    codes, offsets = journeys.codes, journeys.offsets
    chosen = _hopeful(journeys, atoms.masks[sorted(required_in(wanted.node, atoms))])
    if len(chosen) < len(journeys):
        codes = codes[segments.rows_of(offsets, chosen)]
        offsets = segments.offsets_of(segments.lengths_of(offsets)[chosen])
    variants = sequences.distinct_sequences(codes, offsets, len(journeys.touchpoints))
    found = matches_of(wanted.node, atoms, variants.codes, variants.offsets)
    return _spread(found, variants.of, chosen, journeys.offsets)


def _hopeful(journeys: Journeys, required: Array) -> Array:
    """Return the journeys that contain all required atoms, int64, ascending."""
    there = np.ones(len(journeys), dtype=bool)
    for mask in required[~required.all(axis=1)]:
        flags = choosing.flags_where(journeys.codes, mask)
        there &= segments.any_by_segment(flags, journeys.offsets)
    return np.flatnonzero(there & (segments.lengths_of(journeys.offsets) > 0))


def _atoms(journeys: Journeys, wanted: Pattern) -> Atoms:
    """Return the atoms of a pattern (the parts that take one touchpoint) and their touchpoints."""
    todo, numbers = [wanted.node], dict[int, int]()
    masks: list[Array] = []
    while todo:
        node = todo.pop()
        todo += reversed(node.parts)
        if node.kind == "one":
            numbers[node.at] = len(masks)
            masks.append(_members(journeys, wanted, node))
    shape = len(masks), len(journeys.touchpoints)
    return Atoms(numbers, np.array(masks, dtype=bool).reshape(shape))


def _members(journeys: Journeys, wanted: Pattern, node: Node) -> Array:
    """Return whether an atom of the pattern takes each touchpoint, bool (k,)."""
    mask = np.zeros(len(journeys.touchpoints), dtype=bool)
    try:
        for selector in node.selectors:
            mask |= _named(journeys, selector)
    except TouchpointsError as error:
        raise InvalidInputError(
            f"{error.what}\n{pointed(wanted.text, node.at)}",
            where=error.where,
            mend=_in_quotes(journeys, wanted.text, node.at) or error.mend,
        ) from error
    if node.anything:
        mask[:] = True
    return ~mask if node.negated else mask


def _in_quotes(journeys: Journeys, text: str, at: int) -> str:
    """Return how to write the touchpoint that stands here unquoted, empty where there is none."""
    begun = [one.key for one in journeys.touchpoints if text.startswith(one.key, at)]
    if not begun:
        return ""
    name = max(begun, key=len).replace("\\", "\\\\").replace('"', '\\"')
    return f'a name with spaces or signs is put into quotes: "{name}"'


def _named(journeys: Journeys, selector: Selector | Keyed) -> Array:
    if not isinstance(selector, Keyed):
        return meant(journeys, selector)
    mask = np.array([one.key == selector.key for one in journeys.touchpoints], dtype=bool)
    return mask if mask.any() else meant(journeys, selector.name) & meant(journeys, selector.facets)


def _spread(found: Array, groups: Array, chosen: Array, offsets: Array) -> Matches:
    """Give each chosen journey the matches of its variant."""
    owner, starts, stops = found.T
    size = int(groups.max()) + 1 if len(groups) else 0
    bounds = segments.offsets_of(np.bincount(owner, minlength=size))
    rows = segments.rows_of(bounds, groups)
    who = np.repeat(chosen, np.diff(bounds)[groups])
    base = offsets[:-1][who]
    return Matches(owned(who), owned(base + starts[rows]), owned(base + stops[rows] - 1))
