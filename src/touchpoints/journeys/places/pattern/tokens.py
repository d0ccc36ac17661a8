"""The words and signs of path patterns, with a caret under what is none."""

from __future__ import annotations

import re
from typing import Literal

import attrs

from touchpoints.errors import InvalidInputError

Kind = Literal["name", "quoted", "set", "count", "sign", "entry"]

_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_PLAIN = rf"""(?:{_QUOTED}|[^\[\]"'])*"""
_TOKEN = re.compile(
    rf"""(?P<quoted>{_QUOTED})
    |(?P<set>\[{_PLAIN}(?:\[{_PLAIN}\]{_PLAIN})*\])
    |(?P<count>\{{[^{{}}]*\}})
    |(?P<sign>[|*+?()^$])
    |(?P<name>[^\s|*+?{{}}\[\]()^$"']+)""",
    re.VERBOSE | re.DOTALL,
)
_ENTRY = re.compile(
    rf"""(?P<quoted>{_QUOTED})
    |(?P<set>\[{_PLAIN}\])
    |(?P<sign>[|,=])
    |(?P<name>[^|,="'\[\]]+)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = "names with signs go in quotes"
_TWICE = 'a " within a name is written \\", and a space goes between two names'
_OPEN = {
    '"': 'this quote is never closed; a " within a name is written \\" or goes in single quotes',
    "'": "this quote is never closed; a name with an apostrophe goes in double quotes",
    "[": "this bracket is never closed",
    "{": "this brace is never closed",
    "]": f"this bracket closes nothing; {_SIGNS}",
    "}": f"this brace closes nothing; {_SIGNS}",
}


@attrs.frozen
class Token:
    """A word or sign, and where it stands."""

    kind: str
    text: str
    place: int

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.place + len(self.text)

    def is_sign(self, signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs


def pointed(text: str, place: int) -> str:
    """Return a pattern on one line, with a caret under a place."""
    line = re.sub(r"\s", " ", text)
    return f"  {line}\n  {' ' * place}^"


def problem(text: str, place: int, what: str) -> InvalidInputError:
    """Build the error that shows the pattern with a caret under a place."""
    return InvalidInputError(f"{what}\n{pointed(text, place)}")


def tokens_of(text: str) -> list[Token]:
    """Return the words and signs of a pattern."""
    return _read(text, _TOKEN, 0, len(text))


def entries_of(text: str, low: int, high: int) -> list[Token]:
    """Return the words and signs within brackets, from one place of a pattern to another."""
    return [
        attrs.evolve(token, text=token.text.rstrip()) for token in _read(text, _ENTRY, low, high)
    ]


def _read(text: str, one: re.Pattern[str], low: int, high: int) -> list[Token]:
    tokens: list[Token] = []
    place = low
    while place < high:
        if text[place].isspace():
            place += 1
            continue
        found = one.match(text, place, high)
        if found is None or found.lastgroup is None:
            raise _unread(text, place)
        token = Token(found.lastgroup, found.group(), place)
        if tokens and token.kind == tokens[-1].kind == "quoted" and place == tokens[-1].end:
            raise problem(text, place, _TWICE)
        tokens.append(token)
        place = token.end
    return tokens


def _unread(text: str, place: int) -> InvalidInputError:
    """Build the error for what is no token; of a bracket, show the quote that is open in it."""
    sign = text[place]
    if sign == "[":
        rest = re.compile(rf"(?:{_QUOTED}|[^\"'])*", re.DOTALL).match(text, place)
        if rest is not None and rest.end() < len(text):
            place = rest.end()
            sign = text[place]
        elif text.count("[", place) <= text.count("]", place):
            return problem(text, place, f"brackets stand in brackets here; {_SIGNS}")
    return problem(text, place, _OPEN.get(sign, f"this sign is not understood; {_SIGNS}"))


def unquoted(token: Token) -> str:
    r"""Return what a word says: without its quotes, and ``\"`` as the sign itself."""
    if token.kind == "quoted":
        return re.sub(r"\\([\"'\\])", r"\1", token.text[1:-1])
    return token.text
