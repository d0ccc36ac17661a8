"""Matching regular expressions in time linear in the text, whatever the expression.

Where an expression leaves few ways to try at each character, Python's `re` matches it. Where it
repeats without limit it becomes an automaton that reads each character once: the states are sets
of places in the expression, made when first met and kept up to a limit (K. Thompson (1968),
Regular expression search algorithm, Communications of the ACM 11(6), 419-422,
doi:10.1145/363347.363387).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import attrs

from touchpoints.classify.rule_files.regex_parser import (
    Choice,
    Edge,
    Letter,
    Letters,
    Node,
    Repeat,
    Series,
    parse,
)
from touchpoints.errors import InvalidInputError

MOST_WAYS = 200
MOST_PLACES = 2_000
MOST_STEPS = 50_000

_EDGES = {"start": r"\A", "end": r"\Z", "boundary": r"\b", "inside": r"\B"}
_OUTSIDE, _GAP, _WORD = 0, 1, 2


@attrs.frozen(repr=False)
class Pattern:
    """A regular expression that is searched for in linear time.

    Attributes
    ----------
    text : str
        The expression.
    folded : bool
        Whether the texts it meets are folded; letters then match whatever their case.
    """

    text: str
    folded: bool = attrs.field(kw_only=True)
    found_in: Callable[[str], bool] = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "found_in", _searcher(self.text, folded=self.folded))

    def __repr__(self) -> str:
        return f"Pattern({self.text!r}, folded={self.folded})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_pattern, (self.text, self.folded))


def _pattern(text: str, folded: bool) -> Pattern:  # noqa: FBT001 -- as pickle calls it
    return Pattern(text, folded=folded)


def _searcher(text: str, *, folded: bool) -> Callable[[str], bool]:
    tree = parse(text, folded=folded)
    places = _places(tree)
    if places > MOST_PLACES:
        raise InvalidInputError(
            f"the regex is {places:,} characters long when its repeats are written out, "
            f"{MOST_PLACES:,} are the most"
        )
    if _ways(tree) > MOST_WAYS:
        return Automaton(tree, folded=folded).found_in
    compiled = re.compile(_as_text(tree), re.IGNORECASE if folded else 0)
    return lambda one: compiled.search(one) is not None


def _places(node: Node) -> int:
    """Return how many characters an expression has when its repeats are written out."""
    if isinstance(node, Series | Choice):
        return sum(map(_places, node.parts)) + 1
    if isinstance(node, Repeat):
        return max(node.least + 1, node.most or 0) * (_places(node.part) + 1)
    return 1


def _ways(node: Node) -> float:
    """Return how many ways there are to match at one place: what trying one after another costs."""
    if isinstance(node, Series):
        ways = 1.0
        for part in node.parts:
            ways *= _ways(part)
        return ways
    if isinstance(node, Choice):
        return sum(map(_ways, node.parts))
    if not isinstance(node, Repeat):
        return 1.0
    if node.most is None:
        return float("inf")
    each = _ways(node.part)
    if each == 1:
        return node.most - node.least + 1
    return (
        float("inf")
        if node.most > MOST_WAYS
        else sum(each**times for times in range(node.least, node.most + 1))
    )


def _as_text(node: Node) -> str:
    """Return an expression as Python writes it."""
    if isinstance(node, Series):
        return "".join(map(_as_text, node.parts))
    if isinstance(node, Choice):
        return f"(?:{'|'.join(map(_as_text, node.parts))})"
    if isinstance(node, Repeat):
        return f"(?:{_as_text(node.part)}){{{node.least},{'' if node.most is None else node.most}}}"
    if isinstance(node, Letter):
        return re.escape(node.char)
    if isinstance(node, Letters):
        return _set_text(node)
    return _EDGES[node.kind] if isinstance(node, Edge) else "."


def _set_text(node: Letters) -> str:
    singles = "".join(map(re.escape, sorted(node.singles)))
    ranges = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in node.ranges)
    kinds = "".join(f"\\{kind}" for kind in sorted(node.kinds))
    inside = singles + ranges + kinds
    if not inside:  # a set of accents only, of which folding left nothing
        return "." if node.negated else r"[^\s\S]"
    return f"[{'^' if node.negated else ''}{inside}]"


def _is_in(char: str, node: Letters, *, folded: bool) -> bool:
    written = (char, char.upper()) if folded else (char,)
    found = any(
        one in node.singles
        or any(low <= one <= high for low, high in node.ranges if len(one) == 1)
        or any(_is_kind(one, kind) for kind in node.kinds)
        for one in written
    )
    return found != node.negated


def _is_kind(char: str, kind: str) -> bool:
    if kind in "dD":
        return char.isdecimal() == (kind == "d")
    if kind in "sS":
        return char.isspace() == (kind == "s")
    return _is_word(char) == (kind == "w")


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


@attrs.define
class _Place:
    """A place in an expression: what is read there (None: nothing), and where it leads."""

    reads: Node | None
    leads_to: tuple[int, ...]


class _State(dict[str, "_State"]):
    """The places reached after some text; from each next character met to the next state."""

    __slots__ = ("before", "places")

    def __init__(self, places: frozenset[int], before: int) -> None:
        super().__init__()
        self.places = places
        self.before = before


_Key: TypeAlias = tuple[frozenset[int], int]
_FOUND = _State(frozenset(), _OUTSIDE)


class Automaton:
    """A regular expression that reads each character of a text once.

    Parameters
    ----------
    tree
        The expression.
    folded
        Whether the texts are folded.
    """

    def __init__(self, tree: Node, *, folded: bool) -> None:
        self._folded = folded
        self._program: list[_Place] = [_Place(None, ())]  # place 0: the expression is matched
        self._start = self._compile(tree, 0)
        self._known: dict[_Key, _State] = {}
        self._kept = 0

    def found_in(self, text: str) -> bool:
        """Tell whether the expression matches anywhere in a text.

        One look-up a character once its steps are known; a step not yet known costs as much as
        the expression is long.
        """
        state = self._state(frozenset(), _OUTSIDE)
        step = self._step
        for char in text:
            found = state.get(char)
            if found is None:
                found = step(state, char)
            if found is _FOUND:
                return True
            state = found
        return self._reached(state, _OUTSIDE)[1]

    def _step(self, state: _State, char: str) -> _State:
        kind = _WORD if _is_word(char) else _GAP
        waiting, matched = self._reached(state, kind)
        found = _FOUND
        if not matched:
            places = frozenset(one.leads_to[0] for one in waiting if self._reads(one.reads, char))
            found = self._state(places, kind)
        self._kept += 1
        state[char] = found
        return found

    def _state(self, places: frozenset[int], before: int) -> _State:
        if self._kept > MOST_STEPS:
            self._known.clear()
            self._kept = 0
        key = (places, before)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _State(places, before)
        return known

    def _reached(self, state: _State, after: int) -> tuple[list[_Place], bool]:
        """Return the places that wait for a character, and whether the expression is matched."""
        stack = [self._start, *state.places]
        seen = set(stack)
        waiting: list[_Place] = []
        while stack:
            number = stack.pop()
            if number == 0:
                return waiting, True
            place = self._program[number]
            if isinstance(place.reads, Edge):
                if not _holds(place.reads.kind, state.before, after):
                    continue
            elif place.reads is not None:
                waiting.append(place)
                continue
            more = [one for one in place.leads_to if one not in seen]
            seen.update(more)
            stack.extend(more)
        return waiting, False

    def _reads(self, node: Node | None, char: str) -> bool:
        if isinstance(node, Letter):
            return node.char == char
        if isinstance(node, Letters):
            return _is_in(char, node, folded=self._folded)
        return char != "\n"

    def _add(self, reads: Node | None, leads_to: Iterable[int]) -> int:
        self._program.append(_Place(reads, tuple(leads_to)))
        return len(self._program) - 1

    def _compile(self, node: Node, after: int) -> int:
        """Write a part of the expression that leads to a place; return where it begins."""
        if isinstance(node, Series):
            for part in reversed(node.parts):
                after = self._compile(part, after)
            return after
        if isinstance(node, Choice):
            return self._add(None, [self._compile(part, after) for part in node.parts])
        if not isinstance(node, Repeat):
            return self._add(node, [after])
        begin = after
        if node.most is None:
            begin = self._add(None, [])
            self._program[begin].leads_to = (self._compile(node.part, begin), after)
        for _ in range((node.most or node.least) - node.least):
            begin = self._add(None, [self._compile(node.part, begin), after])
        for _ in range(node.least):
            begin = self._compile(node.part, begin)
        return begin


def _holds(edge: str, before: int, after: int) -> bool:
    if edge == "start":
        return before == _OUTSIDE
    if edge == "end":
        return after == _OUTSIDE
    return ((before == _WORD) != (after == _WORD)) == (edge == "boundary")
