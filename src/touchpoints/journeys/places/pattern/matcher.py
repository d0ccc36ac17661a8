"""Finding a path pattern in journeys: `re` where that is sure to be quick, else in linear time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.journeys.places.pattern.parser import Node
from touchpoints.journeys.places.pattern.program import END, MATCH, Program

_FIRST = 0x100
_SURROGATES, _SURROGATE_COUNT = 0xD800, 0x800
_MOST_CHARACTERS = 0x10FFFF - _FIRST - _SURROGATE_COUNT
_MOST_TRIES = 2048
_LONGEST = 1 << 20
_MOST_CELLS = 1_000_000
_START, _START_OF_ALL, _MATCHED = -1, -2, -3

Spans: TypeAlias = list[tuple[int, int]]
Find: TypeAlias = Callable[[int, int], Spans]


@attrs.frozen(eq=False)
class Atoms:
    """The parts of a pattern that take one touchpoint, and which touchpoints each takes.

    Attributes
    ----------
    number : dict
        Which atom a part of the pattern is, by its place in the text.
    masks : bool (a, k)
        Tells of each atom and touchpoint whether the one takes the other.
    """

    number: dict[int, int]
    masks: Array

    def of(self, node: Node) -> int:
        """Return the number of an atom."""
        return self.number[node.place]

    def classes(self) -> tuple[Array, list[list[int]]]:
        """Return the class of each touchpoint, and which atoms take each class."""
        columns = np.ascontiguousarray(np.packbits(self.masks, axis=0).T)
        known: dict[bytes, int] = {}
        of = [known.setdefault(one.tobytes(), len(known)) for one in columns]
        firsts = np.unique(of, return_index=True)[1].tolist()
        return np.array(of, np.int64), [np.flatnonzero(self.masks[:, i]).tolist() for i in firsts]


def matches_of(tree: Node, atoms: Atoms, codes: Array, bounds: Array) -> Array:
    """Find a pattern in segments, int64 (h, 3): segment, and start and stop (exclusive) in it.

    Parameters
    ----------
    codes : int32 (m,)
        Touchpoints.
    bounds : int64 (n+1,)
        Where each segment begins, and the last ends.

    Notes
    -----
    Matches do not overlap and are not empty; they are those of Python's ``re``, which runs where
    no segment can cost it more than a few thousand tries a start. Elsewhere two passes over a
    segment, O(m) for a pattern and whatever it is asked.
    """
    lengths = np.diff(bounds)
    quick = lengths <= (longest_for_re(tree) if len(atoms.masks.T) <= _MOST_CHARACTERS else -1)
    edges = list(pairwise(bounds.tolist()))
    found: list[tuple[int, int, int]] = []
    for chosen, engine in ((quick, in_re), (~quick, in_linear_time)):
        if chosen.any():
            find = engine(tree, atoms, codes)
            found += [
                (segment, *span)
                for segment in np.flatnonzero(chosen).tolist()
                for span in find(*edges[segment])
            ]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return table[np.argsort(table[:, 0], kind="stable")]


def required_in(tree: Node, atoms: Atoms) -> set[int]:
    """Return atoms without which there is no match."""
    inner = [required_in(part, atoms) for part in tree.parts]
    if tree.kind == "one":
        return {atoms.of(tree)}
    if tree.kind == "either":
        return set.intersection(*inner)
    if tree.kind == "repeat" and not tree.low:
        return set()
    return set().union(*inner)


# ------------------------------------------------------------------------------------- with `re`


def longest_for_re(tree: Node) -> int:
    """Return how long a segment may be for `re` to need few tries a start; -1 where none may."""
    ways = _ways(tree)
    if ways is None:
        return -1
    number, unbounded = ways
    low, high = -1, _LONGEST
    while low < high:
        middle = (low + high + 1) // 2
        tries = number * math.comb(middle + unbounded, unbounded) * min(tree.size, middle)
        low, high = (middle, high) if tries <= _MOST_TRIES else (low, middle - 1)
    return low


def _ways(node: Node) -> tuple[int, int] | None:
    """Return in how many ways a part can go on from one place: a factor and unbounded repeats.

    So many unbounded repeats share the length of the segment among them. None where that can grow
    beyond every power of the length, or the factor beyond what is allowed.
    """
    inner = [_ways(part) for part in node.parts]
    known = [one for one in inner if one is not None]
    if len(known) < len(inner):
        return None
    number, unbounded = 1, 0
    if node.kind == "either":
        number, unbounded = sum(one for one, _ in known), max(many for _, many in known)
    elif node.kind == "repeat":
        if node.high is None:
            return (1, 1) if known == [(1, 0)] and node.parts[0].least else None
        number, unbounded = known[0]
        times = range(node.low, node.high + 1)
        number = sum(min(number, _MOST_TRIES + 1) ** min(one, 16) for one in times)
        unbounded *= node.high
    else:
        number, unbounded = math.prod(one for one, _ in known), sum(many for _, many in known)
    return (number, unbounded) if number <= _MOST_TRIES and unbounded <= 16 else None


def in_re(tree: Node, atoms: Atoms, codes: Array) -> Find:
    """Return what finds a pattern from one row to another with `re`, a character a touchpoint."""
    compiled = re.compile(_regex(tree, [_charset(mask) for mask in atoms.masks], atoms), re.DOTALL)
    text = _text(codes)

    def find(low: int, high: int) -> Spans:
        spans = (match.span() for match in compiled.finditer(text[low:high]))
        return [span for span in spans if span[1] > span[0]]

    return find


def _regex(node: Node, charsets: list[str], atoms: Atoms) -> str:
    if node.kind == "one":
        return charsets[atoms.of(node)]
    if node.kind in ("start", "end"):
        return r"\A" if node.kind == "start" else r"\Z"
    inner = [_regex(part, charsets, atoms) for part in node.parts]
    if node.kind == "either":
        return f"(?:{'|'.join(inner)})"
    if node.kind == "repeat":
        high = "" if node.high is None else node.high
        return f"(?:{inner[0]}){{{node.low},{high}}}{'?' if node.lazy else ''}"
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


# -------------------------------------------------------------------------------- in linear time


class _State:
    """Which instructions lead to a match from a place on, whatever comes before it.

    Attributes
    ----------
    bits
        The instructions that do, as `Program` numbers them.
    before
        The state one place earlier, by the class of the touchpoint there; None where not known.
    starts, starts_all
        Whether a match can start here, and whether it could if the segment started here.
    onward
        What is preferred behind each instruction here.
    """

    __slots__ = ("before", "bits", "onward", "starts", "starts_all")

    def __init__(self, bits: int, program: Program, classes: int) -> None:
        taking = bits & ~(MATCH | END)
        self.bits = bits
        self.before: list[_State | None] = [None] * classes
        self.starts = bool(program.live[program.first] & taking)
        self.starts_all = bool(program.live_at_start[program.first] & taking)
        self.onward: dict[int, int] = {}


@attrs.frozen
class _Taking:
    """The instructions that take a class of touchpoints, as bits.

    Attributes
    ----------
    chained
        Those that go on with the instruction one bit lower, and nothing else.
    others
        The others, by what they go on with.
    """

    chained: int
    others: dict[int, int]


class _Linear:
    """Walks back through a segment to see what can match where, then forth along the matches.

    Knowing at every place which instructions lead to a match, the way forth never has to try: it
    takes the first of its preferences that does. The way back is an automaton whose states are made
    as they are met; when there are too many they are forgotten, and made again where needed.

    References
    ----------
    A. Frisch and L. Cardelli (2004), Greedy regular expression matching, ICALP, Lecture Notes in
    Computer Science 3142, 618-629, doi:10.1007/978-3-540-27836-8_53.
    """

    def __init__(self, tree: Node, atoms: Atoms, codes: Array) -> None:
        self.program = Program(tree, atoms.of)
        of, takers = atoms.classes()
        self.codes = of[codes].tolist() if len(of) else []
        self.takers = takers
        self.ones: list[_Taking | None] = [None] * len(takers)
        self.most = max(_MOST_CELLS // (len(takers) + 8), 8)
        self.known: dict[int, _State] = {}
        self.end = self.state(MATCH | END)

    def state(self, bits: int) -> _State:
        known = self.known.get(bits)
        if known is None:
            known = self.known[bits] = _State(bits, self.program, len(self.takers))
        return known

    def step(self, state: _State, taken: int) -> _State:
        """Return the state before a touchpoint of a class."""
        if len(self.known) > self.most:
            self.known = {}
            self.end = self.state(MATCH | END)
        ones = self.ones[taken]
        if ones is None:
            ones = self.ones[taken] = self.taking(taken)
        live = state.bits
        bits = MATCH | (live << 1) & ones.chained
        for onward, those in ones.others.items():
            if onward & live:
                bits |= those
        found = state.before[taken] = self.state(bits)
        return found

    def taking(self, taken: int) -> _Taking:
        """Return the instructions that take a class."""
        steps, live, takers = self.program.steps, self.program.live, set(self.takers[taken])
        chained, others = 0, {0: 0}
        for place in self.program.ones:
            bit, onward = live[place], live[steps[place].second]
            if steps[place].first not in takers:
                continue
            if onward << 1 == bit:
                chained |= bit
            else:
                others[onward] = others.get(onward, 0) | bit
        return _Taking(chained, others)

    def find(self, low: int, high: int) -> Spans:
        """Return the matches from one row to another."""
        state = self.end
        way = [state]
        for taken in self.codes[low:high][::-1]:
            state = state.before[taken] or self.step(state, taken)
            way.append(state)
        way.reverse()
        starts = [place for place, one in enumerate(way) if one.starts]
        if state.starts_all and not state.starts:
            starts = [0, *starts]
        spans: Spans = []
        stop = 0
        for start in starts:
            if start >= stop:
                stop = self.stop(way, start)
                spans.append((start, stop))
        return spans

    def stop(self, way: list[_State], start: int) -> int:
        """Return where the match that starts at a place stops."""
        place, one = start, _START if start else _START_OF_ALL
        while True:
            state = way[place]
            following = state.onward.get(one)
            if following is None:
                following = state.onward[one] = self.preferred(state, one)
            if following == _MATCHED:
                return place
            place, one = place + 1, following

    def preferred(self, state: _State, one: int) -> int:
        """Return the touchpoint to take behind another, or that the match is complete."""
        steps, live, bits = self.program.steps, self.program.live, state.bits
        if one >= 0:
            at = steps[one].second
        else:
            at, bits = self.program.first, bits & ~(MATCH | END)
            live = self.program.live_at_start if one == _START_OF_ALL else live
        while steps[at].kind not in ("one", "match"):
            step = steps[at]
            at = step.second if step.kind == "split" and not live[step.first] & bits else step.first
        return at if steps[at].kind == "one" else _MATCHED


def in_linear_time(tree: Node, atoms: Atoms, codes: Array) -> Find:
    """Return what finds a pattern from one row to another in linear time."""
    return _Linear(tree, atoms, codes).find
