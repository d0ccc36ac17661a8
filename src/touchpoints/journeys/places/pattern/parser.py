"""The parser of path patterns: text to a syntax tree; errors show a caret under the mistake."""

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
    """A name directly followed by facets: the touchpoint of that key, else the name and facets.

    Attributes
    ----------
    key
        The whole text, as written.
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
    """A node of a pattern's syntax tree.

    ``one`` matches one touchpoint: any of ``selectors`` (every touchpoint when ``anything``), or
    any other touchpoint when ``negated``. ``repeat`` repeats its only part ``low`` to ``high``
    times, without an upper limit where ``high`` is None; greedily, or reluctantly when ``lazy``.

    Attributes
    ----------
    at
        The offset in the text of the pattern at which the node begins.
    size
        The number of touchpoints and choices once bounded repeats are written out.
    least
        The smallest number of touchpoints that a match has.
    """

    kind: Kind
    at: int = 0
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
        """Return whether the node, or a part of it, repeats without an upper limit."""
        return self.high is None or any(part.unbounded for part in self.parts)


def parse(text: str) -> Node:
    """Parse a pattern into its syntax tree; the error shows a caret where it does not parse."""
    reader = _Reader(text, tokens_of(text))
    if not reader.tokens:
        raise problem(text, 0, "the pattern is empty")
    tree = reader.either()
    if reader.peek() is not None:
        raise problem(text, reader.here(), "this closing parenthesis has no opening parenthesis")
    return tree


class _Reader:
    """A recursive-descent parser that reads tokens from left to right."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.next = 0
        self.nested = 0

    def peek(self) -> Token | None:
        return self.tokens[self.next] if self.next < len(self.tokens) else None

    def here(self) -> int:
        token = self.peek()
        return len(self.text) if token is None else token.at

    def either(self) -> Node:
        """Read alternatives up to a closing parenthesis or the end."""
        at = self.here()
        parts = [self.sequence()]
        while (token := self.peek()) is not None and token.is_sign("|"):
            self.next += 1
            parts.append(self.sequence())
        return self.joined("either", at, parts)

    def sequence(self) -> Node:
        at = self.here()
        parts: list[Node] = []
        while (token := self.peek()) is not None and not token.is_sign("|)"):
            parts.append(self.repeated(self.atom(token)))
        if not parts:
            raise problem(self.text, at, "a touchpoint is missing here")
        return self.joined("sequence", at, parts)

    def joined(self, kind: Kind, at: int, parts: list[Node]) -> Node:
        if len(parts) == 1:
            return parts[0]
        return self.sized(Node(kind=kind, at=at, parts=tuple(parts)))

    def sized(self, node: Node) -> Node:
        if node.size > MOST_PARTS:
            raise problem(
                self.text,
                node.at,
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
            return Node(kind="start" if token.text == "^" else "end", at=token.at)
        if token.is_sign("("):
            return self.group(token)
        raise problem(self.text, token.at, "there is nothing here to repeat")

    def named(self, token: Token) -> Node:
        """Read a name, and the facets in brackets directly after it."""
        following = self.peek()
        if following is not None and following.kind == "set" and following.at == token.end:
            self.next += 1
            keyed = _keyed(self.text, token, following)
            return Node(kind="one", at=token.at, selectors=(keyed,))
        if token.text == ".":
            return Node(kind="one", at=token.at, anything=True)
        return Node(kind="one", at=token.at, selectors=(unquoted(token),))

    def group(self, token: Token) -> Node:
        self.nested += 1
        if self.nested > _MOST_NESTED:
            raise problem(self.text, token.at, f"parentheses nest {_MOST_NESTED} deep at most")
        inner = self.either()
        closing = self.peek()
        if closing is None or not closing.is_sign(")"):
            raise problem(self.text, token.at, "this parenthesis is never closed")
        self.next += 1
        self.nested -= 1
        return inner

    def repeated(self, node: Node) -> Node:
        """Read the quantifier after a node, if there is one."""
        token = self.peek()
        if token is None or not _is_quantifier(token):
            return node
        self.next += 1
        if node.kind in ("start", "end"):
            raise problem(self.text, token.at, "^ and $ cannot be repeated")
        low, high = _counts(self.text, token)
        if node.unbounded and high is None:
            raise problem(
                self.text,
                token.at,
                "an unbounded repeat inside another is not allowed: bound one of them",
            )
        following = self.peek()
        lazy = following is not None and following.is_sign("?") and following.at == token.end
        self.next += lazy
        following = self.peek()
        if following is not None and _is_quantifier(following):
            raise problem(self.text, following.at, "this repeats a repeat; use parentheses")
        return self.sized(
            Node(kind="repeat", at=token.at, parts=(node,), low=low, high=high, lazy=lazy)
        )


def _is_quantifier(token: Token) -> bool:
    return token.kind == "count" or token.is_sign("*+?")


def _counts(text: str, token: Token) -> tuple[int, int | None]:
    if token.kind == "sign":
        return _QUANTIFIERS[token.text]
    found = _COUNT.fullmatch(token.text)
    if found is None or not (found[1] or found[3]):
        raise problem(text, token.at, "a number of repeats is written {2}, {2,} or {2,5}")
    if max(len(found[1]), len(found[3])) > 9:
        raise problem(text, token.at, f"at most {_MOST_REPEATS} repeats")
    low = int(found[1] or 0)
    high = (int(found[3]) if found[3] else None) if found[2] else low
    if high is not None and low > high:
        raise problem(text, token.at, "the minimum number of repeats exceeds the maximum")
    if max(low, high or 0) > _MOST_REPEATS:
        raise problem(text, token.at, f"at most {_MOST_REPEATS} repeats")
    return low, high


def _set(text: str, token: Token) -> Node:
    """Read ``[a|b]``, ``[need=learn|compare, channel=email]`` and their negations."""
    low = token.at + 1
    negated = text[low] == "^"
    entries = entries_of(text, low + negated, token.end - 1)
    if not entries:
        raise problem(text, token.at, "the brackets are empty")
    if any(entry.is_sign("=") for entry in entries):
        selectors: tuple[Any, ...] = (_facets(text, entries, token.end - 1),)
    else:
        selectors = tuple(_names(text, entries, token.end - 1))
    return Node(kind="one", at=token.at, selectors=selectors, negated=negated)


def _keyed(text: str, name: Token, brackets: Token) -> Keyed:
    """Read ``name[need=compare]``."""
    inner = text[brackets.at + 1 : brackets.end - 1]
    entries = entries_of(text, brackets.at + 1, brackets.end - 1)
    if inner.startswith("^") or not any(entry.is_sign("=") for entry in entries):
        raise problem(
            text,
            brackets.at,
            "brackets directly after a name must hold facets, name[facet=term]; put a space before "
            "another touchpoint, and quotes around a name with brackets",
        )
    facets = {
        unescape_text(facet): tuple(map(unescape_text, terms))
        for facet, terms in _facets(text, entries, brackets.end - 1).items()
    }
    plain = unquoted(name)
    return Keyed(f"{plain}[{inner.strip()}]", plain, FrozenMap(facets))


def _names(text: str, entries: list[Token], end: int) -> Iterator[str | Keyed]:
    """Read the names between the ``|`` of ``[a|b]``."""
    for part in _parted(text, entries, "|", end):
        name, *others = part
        if name.kind == "set":
            raise problem(text, name.at, "brackets inside brackets must directly follow a name")
        if name.kind == "name" and re.search(r"\s", name.text):
            gap = re.search(r"\s+", name.text)
            at = name.at + (gap.end() if gap else 0)
            raise problem(text, at, f"two names without | between them; {_QUOTE}")
        if not others:
            yield unquoted(name)
        elif len(others) == 1 and others[0].kind == "set" and others[0].at == name.end:
            yield _keyed(text, name, others[0])
        elif others[0].is_sign(","):
            raise problem(text, others[0].at, "write | between touchpoints, or quote the name")
        else:
            raise problem(text, others[0].at, f"two names without | between them; {_QUOTE}")


def _facets(text: str, entries: list[Token], end: int) -> dict[str, tuple[str, ...]]:
    """Read ``need=learn|compare, channel=email``."""
    facets: dict[str, tuple[str, ...]] = {}
    for part in _parted(text, entries, ",", end):
        name, equals, *terms = part if len(part) > 2 else (part[0], part[0])
        if name.kind == "sign" or not equals.is_sign("=") or not terms:
            raise problem(text, name.at, "a facet is written name=term or name=term|term")
        if unquoted(name) in facets:
            raise problem(
                text,
                name.at,
                "this facet is given twice; for any of several terms write name=term|term",
            )
        facets[unquoted(name)] = tuple(_term(text, one) for one in _parted(text, terms, "|", end))
    return facets


def _term(text: str, part: list[Token]) -> str:
    if len(part) > 1 or part[0].kind in ("sign", "set"):
        at = part[min(len(part) - 1, 1)].at
        raise problem(
            text, at, "a facet is written name=term or name=term|term; signs go in quotes"
        )
    return unquoted(part[0])


def _parted(text: str, entries: list[Token], sign: str, end: int) -> Iterator[list[Token]]:
    """Split tokens at a sign; raise where a part is empty."""
    part: list[Token] = []
    for entry in entries:
        if not entry.is_sign(sign):
            part.append(entry)
            continue
        if not part:
            raise problem(text, entry.at, "a name or a term is missing here")
        yield part
        part = []
    if not part:
        raise problem(text, end, "a name or a term is missing here")
    yield part
