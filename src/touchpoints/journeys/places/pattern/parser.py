"""The grammar of path patterns: text to a tree, with a caret under what does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.journeys.places.pattern.tokens import (
    Token,
    entries_of,
    problem,
    tokens_of,
    unquoted,
)
from touchpoints.taxonomy import unescape_text

Kind = Literal["one", "sequence", "either", "repeat", "start", "end"]

MOST_PARTS = 10_000
_MOST_REPEATS = 1000
_MOST_NESTED = 50
_COUNT = re.compile(r"\{\s*([0-9]*)\s*(,?)\s*([0-9]*)\s*\}")
_QUANTIFIERS: FrozenMap[str, tuple[int, int | None]] = FrozenMap(
    {"*": (0, None), "+": (1, None), "?": (0, 1)}
)
_QUOTE = "a name with spaces goes in quotes"


@attrs.frozen
class Keyed:
    """A name with facets right behind it: the touchpoint of that key, else a name and its facets.

    Attributes
    ----------
    key
        What it says, as written.
    name
        The name before the brackets.
    facets
        The terms of each facet in the brackets.
    """

    key: str
    name: str
    facets: FrozenMap[str, tuple[str, ...]]


@attrs.frozen(kw_only=True)
class Node:
    """A part of a pattern.

    ``one`` matches one touchpoint: any of ``selectors`` (all of them when ``anything``), or none
    of them when ``negated``. ``repeat`` repeats its only part ``low`` to ``high`` times, without
    end where that is None; as often as possible, or as rarely where it is ``lazy``.

    Attributes
    ----------
    size
        How many touchpoints and choices there are once bounded repeats are written out.
    least
        How many touchpoints a match has at least.
    """

    kind: Kind
    place: int = 0
    parts: tuple[Node, ...] = ()
    selectors: tuple[Any, ...] = ()
    anything: bool = False
    negated: bool = False
    low: int = 1
    high: int | None = 1
    lazy: bool = False
    size: int = attrs.field(init=False)
    least: int = attrs.field(init=False)

    @size.default
    def _size(self) -> int:
        inner = sum(part.size for part in self.parts)
        if self.kind == "repeat":
            more = 1 if self.high is None else self.high - self.low
            return self.low * inner + more * (inner + 1)
        return inner + max(len(self.parts), 1)

    @least.default
    def _least(self) -> int:
        inner = [part.least for part in self.parts]
        if self.kind == "repeat":
            return self.low * inner[0]
        if self.kind == "either":
            return min(inner)
        return sum(inner) + (self.kind == "one")

    @property
    def unbounded(self) -> bool:
        """Whether the node, or a part of it, can repeat without end."""
        return self.high is None or any(part.unbounded for part in self.parts)


def parse(text: str) -> Node:
    """Return the tree of a pattern; raise with a caret where it does not parse."""
    reader = _Reader(text, tokens_of(text))
    if not reader.tokens:
        raise problem(text, 0, "the pattern is empty")
    tree = reader.either()
    if reader.peek() is not None:
        raise problem(text, reader.here(), "this closes nothing")
    return tree


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.next = 0
        self.nested = 0

    def peek(self) -> Token | None:
        return self.tokens[self.next] if self.next < len(self.tokens) else None

    def here(self) -> int:
        token = self.peek()
        return len(self.text) if token is None else token.place

    def either(self) -> Node:
        """Read alternatives up to a closing parenthesis or the end."""
        place = self.here()
        parts = [self.sequence()]
        while (token := self.peek()) is not None and token.is_sign("|"):
            self.next += 1
            parts.append(self.sequence())
        return self.joined("either", place, parts)

    def sequence(self) -> Node:
        place = self.here()
        parts: list[Node] = []
        while (token := self.peek()) is not None and not token.is_sign("|)"):
            parts.append(self.repeated(self.atom(token)))
        if not parts:
            raise problem(self.text, place, "something must stand here")
        return self.joined("sequence", place, parts)

    def joined(self, kind: Kind, place: int, parts: list[Node]) -> Node:
        if len(parts) == 1:
            return parts[0]
        return self.sized(Node(kind=kind, place=place, parts=tuple(parts)))

    def sized(self, node: Node) -> Node:
        if node.size > MOST_PARTS:
            raise problem(
                self.text,
                node.place,
                f"with its repeats written out this has {node.size:,} parts; "
                f"patterns have {MOST_PARTS:,} at most",
            )
        return node

    def atom(self, token: Token) -> Node:
        self.next += 1
        if token.kind in ("name", "quoted"):
            return self.named(token)
        if token.kind == "set":
            return _set(self.text, token)
        if token.is_sign("^$"):
            return Node(kind="start" if token.text == "^" else "end", place=token.place)
        if token.is_sign("("):
            return self.group(token)
        raise problem(self.text, token.place, "there is nothing here to repeat")

    def named(self, token: Token) -> Node:
        """Read a name, and the facets in brackets right behind it."""
        following = self.peek()
        if following is not None and following.kind == "set" and following.place == token.end:
            self.next += 1
            keyed = _keyed(self.text, token, following)
            return Node(kind="one", place=token.place, selectors=(keyed,))
        if token.text == ".":
            return Node(kind="one", place=token.place, anything=True)
        return Node(kind="one", place=token.place, selectors=(unquoted(token),))

    def group(self, token: Token) -> Node:
        self.nested += 1
        if self.nested > _MOST_NESTED:
            raise problem(self.text, token.place, f"parentheses nest {_MOST_NESTED} deep at most")
        inner = self.either()
        closing = self.peek()
        if closing is None or not closing.is_sign(")"):
            raise problem(self.text, token.place, "this parenthesis is never closed")
        self.next += 1
        self.nested -= 1
        return inner

    def repeated(self, node: Node) -> Node:
        """Read the quantifier behind a node, if there is one."""
        token = self.peek()
        if token is None or not _is_quantifier(token):
            return node
        self.next += 1
        if node.kind in ("start", "end"):
            raise problem(self.text, token.place, "a start or an end does not repeat")
        low, high = _counts(self.text, token)
        if node.unbounded and high is None:
            raise problem(
                self.text,
                token.place,
                "an unbounded repeat inside another can take for ever; bound one",
            )
        following = self.peek()
        lazy = following is not None and following.is_sign("?") and following.place == token.end
        self.next += lazy
        following = self.peek()
        if following is not None and _is_quantifier(following):
            raise problem(self.text, following.place, "this repeats a repeat; use parentheses")
        return self.sized(
            Node(kind="repeat", place=token.place, parts=(node,), low=low, high=high, lazy=lazy)
        )


def _is_quantifier(token: Token) -> bool:
    return token.kind == "count" or token.is_sign("*+?")


def _counts(text: str, token: Token) -> tuple[int, int | None]:
    if token.kind == "sign":
        return _QUANTIFIERS[token.text]
    found = _COUNT.fullmatch(token.text)
    if found is None or not (found[1] or found[3]):
        raise problem(text, token.place, "say how often: {2}, {2,} or {2,5}")
    if max(len(found[1]), len(found[3])) > 9:
        raise problem(text, token.place, f"at most {_MOST_REPEATS} repeats")
    low = int(found[1] or 0)
    high = (int(found[3]) if found[3] else None) if found[2] else low
    if high is not None and low > high:
        raise problem(text, token.place, "the least is more than the most")
    if max(low, high or 0) > _MOST_REPEATS:
        raise problem(text, token.place, f"at most {_MOST_REPEATS} repeats")
    return low, high


def _set(text: str, token: Token) -> Node:
    """Read ``[a|b]``, ``[need=learn|compare, channel=email]`` and their negations."""
    low = token.place + 1
    negated = text[low] == "^"
    entries = entries_of(text, low + negated, token.end - 1)
    if not entries:
        raise problem(text, token.place, "the brackets are empty")
    if any(entry.is_sign("=") for entry in entries):
        selectors: tuple[Any, ...] = (_facets(text, entries, token.end - 1),)
    else:
        selectors = tuple(_names(text, entries, token.end - 1))
    return Node(kind="one", place=token.place, selectors=selectors, negated=negated)


def _keyed(text: str, name: Token, brackets: Token) -> Keyed:
    """Read ``name[need=compare]``."""
    inner = text[brackets.place + 1 : brackets.end - 1]
    entries = entries_of(text, brackets.place + 1, brackets.end - 1)
    if inner.startswith("^") or not any(entry.is_sign("=") for entry in entries):
        raise problem(
            text,
            brackets.place,
            "right behind a name stand facets, name[facet=term]; put a space before what is "
            "another touchpoint, and quotes around a name with brackets",
        )
    facets = {
        unescape_text(facet): tuple(map(unescape_text, terms))
        for facet, terms in _facets(text, entries, brackets.end - 1).items()
    }
    said = unquoted(name)
    return Keyed(f"{said}[{inner.strip()}]", said, FrozenMap(facets))


def _names(text: str, entries: list[Token], end: int) -> Iterator[str | Keyed]:
    """Read what stands between the ``|`` of ``[a|b]``."""
    for part in _parted(text, entries, "|", end):
        name, *others = part
        if name.kind == "set":
            raise problem(text, name.place, "brackets in brackets need a name before them")
        if name.kind == "name" and re.search(r"\s", name.text):
            gap = re.search(r"\s+", name.text)
            place = name.place + (gap.end() if gap else 0)
            raise problem(text, place, f"two names without | between them; {_QUOTE}")
        if not others:
            yield unquoted(name)
        elif len(others) == 1 and others[0].kind == "set" and others[0].place == name.end:
            yield _keyed(text, name, others[0])
        elif others[0].is_sign(","):
            raise problem(text, others[0].place, "write | between touchpoints, or quote the name")
        else:
            raise problem(text, others[0].place, f"two names without | between them; {_QUOTE}")


def _facets(text: str, entries: list[Token], end: int) -> dict[str, tuple[str, ...]]:
    """Read ``need=learn|compare, channel=email``."""
    facets: dict[str, tuple[str, ...]] = {}
    for part in _parted(text, entries, ",", end):
        name, equals, *terms = part if len(part) > 2 else (part[0], part[0])
        if name.kind == "sign" or not equals.is_sign("=") or not terms:
            raise problem(text, name.place, "a facet reads name=term or name=term|term")
        if unquoted(name) in facets:
            raise problem(text, name.place, "this facet is named twice; name=term|term is either")
        facets[unquoted(name)] = tuple(_term(text, one) for one in _parted(text, terms, "|", end))
    return facets


def _term(text: str, part: list[Token]) -> str:
    if len(part) > 1 or part[0].kind in ("sign", "set"):
        place = part[min(len(part) - 1, 1)].place
        raise problem(text, place, "a facet reads name=term or name=term|term; signs go in quotes")
    return unquoted(part[0])


def _parted(text: str, entries: list[Token], sign: str, end: int) -> Iterator[list[Token]]:
    """Split at a sign; nothing may be empty."""
    part: list[Token] = []
    for entry in entries:
        if not entry.is_sign(sign):
            part.append(entry)
            continue
        if not part:
            raise problem(text, entry.place, "something must stand here")
        yield part
        part = []
    if not part:
        raise problem(text, end, "something must stand here")
    yield part
