"""Find the matches of a path pattern: with `re` where its cost is bounded, else in linear time."""

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
        The number of the atom that begins at each offset in the text of the pattern.
    masks : bool (a, k)
        Whether each atom takes each touchpoint.
    """

    number: dict[int, int]
    masks: Array

    def of(self, node: Node) -> int:
        """Return the number of the atom that a node is."""
        return self.number[node.at]

    def classes(self) -> tuple[Array, list[list[int]]]:
        """Return each touchpoint's class (those with equal atoms), and the atoms of each class."""
        columns = np.ascontiguousarray(np.packbits(self.masks, axis=0).T)
        known: dict[bytes, int] = {}
        of = [known.setdefault(one.tobytes(), len(known)) for one in columns]
        firsts = np.unique(of, return_index=True)[1].tolist()
        return np.array(of, np.int64), [np.flatnonzero(self.masks[:, i]).tolist() for i in firsts]


def matches_of(tree: Node, atoms: Atoms, codes: Array, bounds: Array) -> Array:
    """Return the matches of a pattern in segments, int64 (h, 3): segment, start, exclusive stop.

    Starts and stops count from the beginning of the segment.

    Parameters
    ----------
    codes : int32 (m,)
        The touchpoint of each row.
    bounds : int64 (n+1,)
        Segment j owns ``codes[bounds[j]:bounds[j+1]]``.

    Notes
    -----
    Matches do not overlap and are not empty; they are those of Python's ``re``. ``re`` itself runs
    on segments where it cannot need more than a few thousand tries for each start. All other
    segments take two passes, O(m) for a given pattern whatever the touchpoints are.
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
    """Return the atoms that every match contains."""
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
    """Return the longest segment for which `re` needs few tries at each start, or -1 for none."""
    bound = _continuations(tree)
    if bound is None:
        return -1
    number, unbounded = bound
    low, high = -1, _LONGEST
    while low < high:
        middle = (low + high + 1) // 2
        tries = number * math.comb(middle + unbounded, unbounded) * min(tree.size, middle)
        low, high = (middle, high) if tries <= _MOST_TRIES else (low, middle - 1)
    return low


def _continuations(node: Node) -> tuple[int, int] | None:
    """Bound how many continuations a part has at one position: a factor and unbounded repeats.

    The unbounded repeats share the length of the segment among them, so that the bound is a
    polynomial in the length. None where no polynomial bounds the number of continuations, or where
    the factor exceeds what is allowed.
    """
    inner = [_continuations(part) for part in node.parts]
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
    """Return a function from two rows to the matches between them, found by `re`."""
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
    codes = np.flatnonzero(mask)
    if not len(codes):
        return "(?!)"
    breaks = np.flatnonzero(np.diff(codes) > 1)
    lows, highs = codes[np.r_[0, breaks + 1]], codes[np.r_[breaks, len(codes) - 1]]
    spans = [
        f"{_char(low)}-{_char(high)}"
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True)
    ]
    return f"[{''.join(spans)}]"


def _char(code: int) -> str:
    point = _FIRST + code
    return chr(point if point < _SURROGATES else point + _SURROGATE_COUNT)


def _text(codes: Array) -> str:
    """Return one character for each touchpoint, without control characters and surrogates."""
    points = codes.astype(np.uint32) + np.uint32(_FIRST)
    points[points >= _SURROGATES] += np.uint32(_SURROGATE_COUNT)
    return points.astype("<u4").tobytes().decode("utf-32-le")


# -------------------------------------------------------------------------------- in linear time


class _State:
    """The instructions that lead to a match from one position on, whatever comes before it.

    Attributes
    ----------
    bits
        Those instructions, as `Program` numbers them.
    before
        The state one position earlier, by the class of the touchpoint there; None if not known yet.
    starts, starts_all
        Whether a match can start here, and whether it could if the segment started here.
    onward
        The preferred next instruction after each instruction here.
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
        Those that go on with the instruction one bit lower, and with no other.
    others
        The other instructions, by the bits of the instructions they go on with.
    """

    chained: int
    others: dict[int, int]


class _Linear:
    """Linear-time matching: a backward pass that finds where matches exist, then a forward pass.

    The backward pass finds, at every position, the instructions that lead to a match. The forward
    pass therefore never backtracks: it takes the first of its preferences that leads to a match.
    The backward pass is a deterministic automaton whose states are built when they are first met;
    when there are too many they are discarded, and built again where needed.

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

    def earlier(self, state: _State, taken: int) -> _State:
        """Return the state one position earlier, given the class of the touchpoint there."""
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
        """Return the instructions that take a class of touchpoints."""
        instructions, live = self.program.instructions, self.program.live
        takers = set(self.takers[taken])
        chained, others = 0, {0: 0}
        for position in self.program.ones:
            bit, onward = live[position], live[instructions[position].second]
            if instructions[position].first not in takers:
                continue
            if onward << 1 == bit:
                chained |= bit
            else:
                others[onward] = others.get(onward, 0) | bit
        return _Taking(chained, others)

    def find(self, low: int, high: int) -> Spans:
        """Return the matches in ``codes[low:high]``."""
        state = self.end
        states = [state]
        for taken in self.codes[low:high][::-1]:
            state = state.before[taken] or self.earlier(state, taken)
            states.append(state)
        states.reverse()
        starts = [position for position, one in enumerate(states) if one.starts]
        if state.starts_all and not state.starts:
            starts = [0, *starts]
        spans: Spans = []
        stop = 0
        for start in starts:
            if start >= stop:
                stop = self.stop(states, start)
                spans.append((start, stop))
        return spans

    def stop(self, states: list[_State], start: int) -> int:
        """Return the position where the match that starts at a position stops."""
        position, one = start, _START if start else _START_OF_ALL
        while True:
            state = states[position]
            following = state.onward.get(one)
            if following is None:
                following = state.onward[one] = self.preferred(state, one)
            if following == _MATCHED:
                return position
            position, one = position + 1, following

    def preferred(self, state: _State, one: int) -> int:
        """Return the preferred instruction after another, or that the match is complete."""
        instructions, live, bits = self.program.instructions, self.program.live, state.bits
        if one >= 0:
            at = instructions[one].second
        else:
            at, bits = self.program.first, bits & ~(MATCH | END)
            live = self.program.live_at_start if one == _START_OF_ALL else live
        while instructions[at].kind not in ("one", "match"):
            here = instructions[at]
            at = here.second if here.kind == "split" and not live[here.first] & bits else here.first
        return at if instructions[at].kind == "one" else _MATCHED


def in_linear_time(tree: Node, atoms: Atoms, codes: Array) -> Find:
    """Return a function from two rows to the matches between them, in linear time."""
    return _Linear(tree, atoms, codes).find
