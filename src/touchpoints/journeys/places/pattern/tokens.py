"""The tokens of path patterns, and errors that show a caret under a mistake."""

from __future__ import annotations

import re
from typing import Literal

import attrs

from touchpoints._core.text import is_blank
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
_MOST_CHARACTERS = 100_000
_MOST_SHOWN = 300
_SIGNS = "names with signs go in quotes"
_TWICE = 'a " within a name is written \\", and a space goes between two names'
_OPEN = {
    '"': 'this quote is never closed; a " within a name is written \\" or goes in single quotes',
    "'": "this quote is never closed; a name with an apostrophe goes in double quotes",
    "[": "this bracket is never closed",
    "{": "this brace is never closed",
    "]": f"this closing bracket has no opening bracket; {_SIGNS}",
    "}": f"this closing brace has no opening brace; {_SIGNS}",
}


@attrs.frozen
class Token:
    """A token of a pattern: its kind, its text, and the offset at which it begins."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        """The offset just after the token."""
        return self.at + len(self.text)

    def is_sign(self, signs: str) -> bool:
        """Return whether the token is one of these signs."""
        return self.kind == "sign" and self.text in signs


def pointed(text: str, at: int) -> str:
    """Return a pattern on one line, with a caret under one character; of long ones a part."""
    first = max(0, at - _MOST_SHOWN // 2) if len(text) > _MOST_SHOWN else 0
    line = re.sub(r"\s", " ", text[first : first + _MOST_SHOWN])
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
    before, after = "…" * (first > 0), "…" * (first + _MOST_SHOWN < len(text))
    return f"  {before}{shown}{after}\n  {' ' * (len(before) + at - first)}^"


def problem(text: str, at: int, what: str) -> InvalidInputError:
    """Build the error that shows the pattern with a caret under the mistake."""
    return InvalidInputError(f"{what}\n{pointed(text, at)}")


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a pattern; refuse text of more than 100,000 characters unread."""
    if len(text) > _MOST_CHARACTERS:
        raise InvalidInputError(
            f"a pattern must have at most {_MOST_CHARACTERS:,} characters, got {len(text):,}",
            where=f"it begins {text[:60]!r}",
            mend="name the type of touchpoints or a facet of theirs instead of each of them",
        )
    return _read(text, _TOKEN, 0, len(text))


def entries_of(text: str, low: int, high: int) -> list[Token]:
    """Return the tokens inside brackets: those in ``text[low:high]``."""
    return [
        attrs.evolve(token, text=token.text.rstrip()) for token in _read(text, _ENTRY, low, high)
    ]


def _read(text: str, one: re.Pattern[str], low: int, high: int) -> list[Token]:
    tokens: list[Token] = []
    at = low
    while at < high:
        if text[at].isspace():
            at += 1
            continue
        found = one.match(text, at, high)
        if found is None or found.lastgroup is None:
            raise _unread(text, at)
        token = Token(found.lastgroup, found.group(), at)
        if tokens and token.kind == tokens[-1].kind == "quoted" and at == tokens[-1].end:
            raise problem(text, at, _TWICE)
        if token.kind == "quoted" and is_blank(unquoted(token)):
            raise problem(text, at, "the quotes are empty: write the name of a touchpoint")
        tokens.append(token)
        at = token.end
    return tokens


def _unread(text: str, at: int) -> InvalidInputError:
    """Build the error for an unrecognised token; inside a bracket, point at the unclosed quote."""
    sign = text[at]
    if sign == "[":
        rest = re.compile(rf"(?:{_QUOTED}|[^\"'])*", re.DOTALL).match(text, at)
        if rest is not None and rest.end() < len(text):
            at = rest.end()
            sign = text[at]
        elif text.count("[", at) <= text.count("]", at):
            return problem(text, at, f"brackets inside brackets are not allowed here; {_SIGNS}")
    return problem(
        text, at, _OPEN.get(sign, f"this character has no meaning in a pattern; {_SIGNS}")
    )


def unquoted(token: Token) -> str:
    r"""Return the text of a name, without its quotes and with ``\"`` as ``"``."""
    if token.kind == "quoted":
        return re.sub(r"\\([\"'\\])", r"\1", token.text[1:-1])
    return token.text
