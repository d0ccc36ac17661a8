"""Regular expressions of rule files: what they may hold, as a tree.

A rule file comes from someone who edits data, perhaps from another package, and its patterns meet
texts nobody has seen. Python's own matcher tries alternatives one after the other, so that
``(a+)+$`` takes years on forty letters. What is accepted here are the expressions whose cost is
linear in the text by construction: see `touchpoints.classify.regex` for how they are matched.
"""

from __future__ import annotations

import unicodedata
from typing import NoReturn, TypeAlias

import attrs

from touchpoints._core.text import fold
from touchpoints.errors import InvalidInputError

MOST_LETTERS = 2_000
MOST_DEPTH = 40
_SHOWN = 60

_KINDS = frozenset("dDwWsS")
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_EDGES = {"b": "boundary", "B": "inside", "A": "start", "Z": "end", "z": "end"}
_HEX = {"x": 2, "u": 4, "U": 8}
_COSTLY = {
    "?=": "looks ahead",
    "?!": "looks ahead",
    "?<=": "looks behind",
    "?<!": "looks behind",
    "?P=": "refers back",
    "?(": "depends on another group",
    "?>": "is atomic",
}


@attrs.frozen
class Letter:
    """One character."""

    char: str


@attrs.frozen
class Letters:
    """One character of a set: single ones, ranges, and kinds such as ``d`` for digits."""

    singles: frozenset[str]
    ranges: tuple[tuple[str, str], ...] = ()
    kinds: frozenset[str] = frozenset()
    negated: bool = False


@attrs.frozen
class Anything:
    """Any character but a line break."""


@attrs.frozen
class Edge:
    """A place between characters: ``start``, ``end``, ``boundary`` of a word or ``inside``."""

    kind: str


@attrs.frozen
class Series:
    """One part after the other."""

    parts: tuple[Node, ...]


@attrs.frozen
class Choice:
    """One of several parts."""

    parts: tuple[Node, ...]


@attrs.frozen
class Repeat:
    """A part again and again, ``most`` times at most (None: no limit)."""

    part: Node
    least: int
    most: int | None


Node: TypeAlias = Letter | Letters | Anything | Edge | Series | Choice | Repeat


def parse(pattern: str, *, folded: bool) -> Node:
    """Return the tree of a regular expression.

    Parameters
    ----------
    pattern
        The usual syntax, without what cannot be matched in linear time: back references, looking
        ahead or behind, atomic groups, possessive repeats, conditions; and without flags.
    folded
        Whether the texts it will meet are folded: accents in the pattern are then taken away too.

    Raises
    ------
    InvalidInputError
        With the place of the mistake and a caret below it.
    """
    if len(pattern) > MOST_LETTERS:
        raise InvalidInputError(
            f"the regex has {len(pattern):,} characters, {MOST_LETTERS:,} are the most"
        )
    return _Parser(pattern, folded=folded).tree()


class _Parser:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str, *, folded: bool) -> None:
        self._pattern = pattern
        self._folded = folded
        self._place = 0
        self._depth = 0

    def tree(self) -> Node:
        tree = self._choice()
        if self._place < len(self._pattern):
            self._fail("a ')' has no '(' before it", self._place)
        return tree

    def _next(self, length: int = 1) -> str:
        return self._pattern[self._place : self._place + length]

    def _take(self, length: int = 1) -> str:
        taken = self._next(length)
        self._place += length
        return taken

    def _fail(self, what: str, place: int) -> NoReturn:
        first = max(0, place - _SHOWN // 2)
        part = self._pattern[first : first + _SHOWN].replace("\n", " ").replace("\t", " ")
        raise InvalidInputError(
            f"in the regex, {what}",
            where=f"character {place + 1}",
            mend=f"    {part}\n    {' ' * (place - first)}^",
        )

    def _choice(self) -> Node:
        parts = [self._series()]
        while self._next() == "|":
            self._take()
            parts.append(self._series())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _series(self) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "|", ")"):
            start = self._place
            part = self._atom()
            parts.append(self._repeated(part, start))
        return parts[0] if len(parts) == 1 else Series(tuple(parts))

    def _atom(self) -> Node:
        place = self._place
        char = self._take()
        if char == "(":
            return self._group(place)
        if char == "[":
            return self._set(place)
        if char == "\\":
            return self._escape(place)
        if char in "*+?":
            self._fail(f"there is nothing before {char!r} to repeat", place)
        edge = {"^": "start", "$": "end"}.get(char)
        if edge:
            return Edge(edge)
        return Anything() if char == "." else self._letter(char)

    def _letter(self, char: str) -> Node:
        chars = fold(char) if self._folded and not char.isspace() else char
        return Letter(chars) if len(chars) == 1 else Series(tuple(map(Letter, chars)))

    def _repeated(self, part: Node, start: int) -> Node:
        place = self._place
        bounds = self._bounds()
        if bounds is None:
            return part
        if isinstance(part, Edge) and self._pattern[start] != "(":
            self._fail("a place between characters cannot be repeated", start)
        if self._next() == "+":
            self._fail("a repeat that gives nothing back is not supported", self._place)
        if self._next() == "?":
            self._take()  # as few as possible: no difference to whether it matches
        least, most = bounds
        if most is not None and most < least:
            self._fail(f"the repeat ends at {most} before it begins at {least}", place)
        if self._next() and self._next() in "*+?":
            self._fail("a repeat is repeated", self._place)
        return Repeat(part, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        char = self._next()
        if char in simple:
            self._take()
            return simple[char]
        end = self._pattern.find("}", self._place)
        if char != "{" or end < 0:
            return None
        least, comma, most = self._pattern[self._place + 1 : end].partition(",")
        digits = all(not one or (one.isascii() and one.isdigit()) for one in (least, most))
        if not digits or not (least or most) or len(least + most) > 8:
            return None
        self._place = end + 1
        if not comma:
            return int(least), int(least)
        return int(least or 0), (int(most) if most else None)

    def _group(self, place: int) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            self._fail(f"groups are nested more than {MOST_DEPTH} deep", place)
        if self._next() == "?":
            self._opening(place)
        inside = self._choice()
        if self._take() != ")":
            self._fail("a group is not closed", place)
        self._depth -= 1
        return inside

    def _opening(self, place: int) -> None:
        if self._next(2) == "?:":
            self._take(2)
        elif self._next(3) == "?P<" and ">" in self._pattern[self._place :]:
            self._place = self._pattern.index(">", self._place) + 1
        else:
            for sign, what in _COSTLY.items():
                if self._next(len(sign)) == sign:
                    self._fail(f"a group {what}, which can take very long: not supported", place)
            self._fail("a group opens in a way that is not supported (use '(?:')", place)

    def _escape(self, place: int) -> Node:
        char = self._take()
        if char in _KINDS and char:
            return Letters(frozenset(), kinds=frozenset(char))
        if char in _EDGES:
            return Edge(_EDGES[char])
        if char.isdigit() and char != "0":
            self._fail("a back reference can take very long: not supported", place)
        return self._letter(self._escaped(char, place))

    def _escaped(self, char: str, place: int) -> str:
        """Return the character that an escape stands for."""
        if not char:
            self._fail("the pattern ends in a backslash", place)
        if char in _LETTERS:
            return _LETTERS[char]
        if char in _HEX:
            return self._numbered(self._take(_HEX[char]), place, length=_HEX[char])
        if char == "N" and self._next() == "{":
            return self._named(place)
        if char == "0":
            return "\0"
        if char.isascii() and char.isalnum():
            self._fail(f"\\{char} means nothing", place)
        return char

    def _numbered(self, digits: str, place: int, *, length: int) -> str:
        try:
            return chr(int(digits, 16)) if len(digits) == length else self._fail_number(place)
        except (ValueError, OverflowError):
            self._fail_number(place)

    def _fail_number(self, place: int) -> NoReturn:
        self._fail("a numbered character has too few or wrong digits", place)

    def _named(self, place: int) -> str:
        end = self._pattern.find("}", self._place)
        name = self._pattern[self._place + 1 : end]
        self._place = end + 1
        try:
            return unicodedata.lookup(name)
        except KeyError:
            self._fail(f"there is no character called {name!r}", place)

    def _set(self, start: int) -> Node:
        negated = self._next() == "^"
        if negated:
            self._take()
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        kinds: set[str] = set()
        first = True
        while first or self._next() != "]":
            first = False
            place = self._place
            low = self._member(start)
            if len(low) == 2:
                kinds.add(low[1])
            elif self._next() == "-" and self._next(2) not in ("-]", "-"):
                self._take()
                high = self._member(start)
                if len(high) == 2 or high < low:
                    self._fail("a range of characters runs backwards", place)
                ranges.append(self._range(low, high))
            else:
                singles.update(fold(low) if self._folded else low)
        self._take()
        return Letters(frozenset(singles), tuple(ranges), frozenset(kinds), negated)

    def _member(self, start: int) -> str:
        """Return one character of a set, or a backslash and the letter of a kind."""
        place = self._place
        char = self._take()
        if not char:
            self._fail("a set of characters is not closed", start)
        if char != "\\":
            return char
        char = self._take()
        if char and char in _KINDS:
            return f"\\{char}"
        return "\b" if char == "b" else self._escaped(char, place)

    def _range(self, low: str, high: str) -> tuple[str, str]:
        if not self._folded or (low.isascii() and high.isascii()):
            return low, high
        plain = fold(low), fold(high)
        return (
            plain if all(len(one) == 1 for one in plain) and plain[0] <= plain[1] else (low, high)
        )
