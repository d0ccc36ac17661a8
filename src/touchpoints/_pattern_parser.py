"""The grammar of path patterns: text to a tree, with a caret under what does not parse."""

from __future__ import annotations

import re
from typing import Any, Literal

import attrs

from touchpoints.errors import InvalidInputError

Kind = Literal["one", "sequence", "either", "repeat", "start", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<set>\[(?:"[^"]*"|'[^']*'|[^\]"'])*\])
    |(?P<count>\{\s*\d*\s*(?:,\s*\d*\s*)?\})
    |(?P<sign>[|*+?()^$])
    |(?P<name>[^\s|*+?{}\[\]()^$"']+)
    )""",
    re.VERBOSE,
)
_ENTRY = re.compile(r"""\s*("[^"]*"|'[^']*'|[^\s|,="']+)\s*""")
_MOST_REPEATS = 1000


@attrs.frozen(kw_only=True)
class Node:
    """A part of a pattern.

    ``one`` matches one touchpoint: any of ``selectors`` (all of them when ``anything``), or none
    of them when ``negated``. ``repeat`` holds the quantifier as ``re`` writes it.
    """

    kind: Kind
    place: int = 0
    parts: tuple[Node, ...] = ()
    selectors: tuple[Any, ...] = ()
    anything: bool = False
    negated: bool = False
    repeat: str = ""

    @property
    def unbounded(self) -> bool:
        """Whether the node, or a part of it, can repeat without end."""
        own = self.kind == "repeat" and (self.repeat in "*+" or self.repeat.endswith(",}"))
        return own or any(part.unbounded for part in self.parts)


@attrs.frozen
class _Token:
    kind: str
    text: str
    place: int


def parse(text: str) -> Node:
    """Return the tree of a pattern; raise with a caret where it does not parse."""
    reader = _Reader(text, _tokens(text))
    if not reader.tokens:
        raise problem(text, 0, "the pattern is empty")
    tree = reader.either()
    if reader.peek() is not None:
        raise problem(text, reader.here(), "this closes nothing")
    return tree


def problem(text: str, place: int, what: str) -> InvalidInputError:
    """Build the error that shows the pattern with a caret under a place."""
    return InvalidInputError(f"{what}\n  {text}\n  {' ' * place}^")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise problem(text, start, "this sign is not understood; names with signs go in quotes")
        tokens.append(_Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        place = found.end()
    return tokens


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.next = 0

    def peek(self) -> _Token | None:
        return self.tokens[self.next] if self.next < len(self.tokens) else None

    def here(self) -> int:
        token = self.peek()
        return len(self.text) if token is None else token.place

    def either(self) -> Node:
        """Read alternatives up to a closing parenthesis or the end."""
        place = self.here()
        parts = [self.sequence()]
        while (token := self.peek()) is not None and token.text == "|" and token.kind == "sign":
            self.next += 1
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else Node(kind="either", place=place, parts=tuple(parts))

    def sequence(self) -> Node:
        place = self.here()
        parts: list[Node] = []
        while (token := self.peek()) is not None:
            if token.kind == "sign" and token.text in "|)":
                break
            parts.append(self.repeated(self.atom(token)))
        if not parts:
            raise problem(self.text, place, "something must stand here")
        return (
            parts[0] if len(parts) == 1 else Node(kind="sequence", place=place, parts=tuple(parts))
        )

    def atom(self, token: _Token) -> Node:
        self.next += 1
        if token.kind in ("name", "quoted"):
            if token.text == ".":
                return Node(kind="one", place=token.place, anything=True)
            return Node(kind="one", place=token.place, selectors=(_unquoted(token.text),))
        if token.kind == "set":
            return _set(self.text, token)
        if token.text in "^$" and token.kind == "sign":
            return Node(kind="start" if token.text == "^" else "end", place=token.place)
        if token.text == "(":
            return self.group(token)
        raise problem(self.text, token.place, "there is nothing here to repeat")

    def group(self, token: _Token) -> Node:
        inner = self.either()
        closing = self.peek()
        if closing is None or closing.text != ")":
            raise problem(self.text, token.place, "this parenthesis is never closed")
        self.next += 1
        return inner

    def repeated(self, node: Node) -> Node:
        """Read the quantifier behind a node, if there is one."""
        token = self.peek()
        if token is None or not (
            token.kind == "count" or (token.kind == "sign" and token.text in "*+?")
        ):
            return node
        self.next += 1
        if node.kind in ("start", "end"):
            raise problem(self.text, token.place, "a start or an end does not repeat")
        quantifier = token.text if token.kind == "sign" else _counts(self.text, token)
        repeat = Node(kind="repeat", place=token.place, parts=(node,), repeat=quantifier)
        if node.unbounded and (quantifier in "*+" or quantifier.endswith(",}")):
            raise problem(
                self.text,
                token.place,
                "an unbounded repeat inside another can take for ever; bound one",
            )
        following = self.peek()
        if following is not None and (
            following.kind == "count" or following.text in ("*", "+", "?")
        ):
            raise problem(self.text, following.place, "this repeats a repeat; use parentheses")
        return repeat


def _unquoted(text: str) -> str:
    if text[:1] in "\"'":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _counts(text: str, token: _Token) -> str:
    low, comma, high = (part.strip() for part in token.text[1:-1].partition(","))
    if not low and not high:
        raise problem(text, token.place, "say how often: {2}, {2,} or {2,5}")
    if comma and high and int(low or 0) > int(high):
        raise problem(text, token.place, "the least is more than the most")
    if max(int(low or 0), int(high or 0)) > _MOST_REPEATS:
        raise problem(text, token.place, f"at most {_MOST_REPEATS} repeats")
    return f"{{{low or 0}{comma}{high}}}"


def _set(text: str, token: _Token) -> Node:
    """Read ``[a|b]``, ``[need=learn|compare, channel=email]`` and their negations."""
    inner = token.text[1:-1]
    negated = inner.startswith("^")
    inner = inner[negated:]
    if not inner.strip():
        raise problem(text, token.place, "the brackets are empty")
    place = token.place + 1 + negated
    if re.search(r"""=(?=(?:[^"']|"[^"]*"|'[^']*')*$)""", inner):
        facets: dict[str, list[str]] = {}
        for part in inner.split(","):
            name, equals, terms = part.partition("=")
            if not equals or not name.strip() or not terms.strip():
                raise problem(text, place, "a facet reads name=term or name=term|term")
            facets[name.strip()] = [_unquoted(term.strip()) for term in terms.split("|")]
        return Node(kind="one", place=token.place, selectors=(facets,), negated=negated)
    names = [_unquoted(found) for found in _ENTRY.findall(inner)]
    return Node(kind="one", place=token.place, selectors=tuple(names), negated=negated)
