r"""Regular expressions of rule files: Python's syntax, searched for in linear time by RE2.

The author of a rule file edits data and does not know the texts that the expressions are applied
to. Python's own matcher backtracks, so that ``(a+)+$`` takes years on forty letters; RE2 reads each
character once (R. Cox (2010), https://swtch.com/~rsc/regexp/regexp3.html). RE2 limits ``\w``,
``\d``, ``\s`` and ``\b`` to ASCII, so character sets are written out as ranges of Unicode
characters. For ``\b`` in other scripts, each character of the text is put between two marks: ``w``
if it is a word character, ``-`` (or a line break) otherwise.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NoReturn

import attrs
import numpy as np

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.text import fold, fold_spaced, origins_of
from touchpoints.errors import InvalidInputError

MAX_CHARACTERS = 2_000
MAX_DEPTH = 40
MAX_REPEATS = 1_000
MAX_BYTES = 16 << 20
"""The limits of an expression: its length, nested groups, repeats in braces, memory for RE2."""

_SHOWN = 60
_LAST = 0x10FFFF
_ESCAPE = r"\\(?:N\{[^}]*\}|x..|u.{4}|U.{8}|0[0-7]{0,2}|[0-3][0-7]{2}|.)"
_TOKEN = re.compile(
    rf"""(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    |(?P<repeat>(?:[*+?]|\{{(?=[0-9,])[0-9]*,?[0-9]*\}})[+?]?)
    |(?P<other>{_ESCAPE}
        |\((?:\?(?:\#[^)]*\)|P<[^>]*>|P=|\(|<?[=!]|[>:]|[a-zA-Z-]+[:)]))?
        |.)""",
    re.DOTALL | re.VERBOSE,
)
_MEMBER = re.compile(rf"({_ESCAPE}|.)(?:-({_ESCAPE}|.))?", re.DOTALL)
_KINDS = frozenset({r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"})
_KEPT = frozenset({"|", ")", "^", "$", r"\A", r"\Z", r"\z", r"\b", r"\B"})

_SLOW = "is not supported, as it can take very long"
_JOIN = "(write two conditions, joined by all and not)"
_REFUSED = {
    **dict.fromkeys(["(?=", "(?!"], f"lookahead {_SLOW} {_JOIN}"),
    **dict.fromkeys(["(?<=", "(?<!"], f"lookbehind {_SLOW} {_JOIN}"),
    "(?P=": f"a back reference {_SLOW} (write out the repeated part)",
    "(?(": "a conditional group is not supported (write both cases: '(?:a|b)')",
    "(?>": "an atomic group is not supported (write '(?:')",
}


@attrs.frozen(repr=False)
class Pattern:
    """A regular expression that is searched for in linear time.

    Attributes
    ----------
    text : str
        The expression, in Python's syntax except back references, lookahead, lookbehind, atomic
        groups, possessive repeats, conditional groups and flags other than i, m and s.
    folded : bool
        Whether the texts to search are folded; letters then match regardless of case and accents.
    """

    text: str
    folded: bool = attrs.field(kw_only=True)
    groups: FrozenMap[str, int] = attrs.field(init=False, eq=False)
    found_in: Callable[[str], bool] = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        plain, *padded = compiled(self.text, folded=self.folded)

        def found_in(text: str) -> bool:
            padding = padded and not text.isascii()
            encoded = (text.translate(_PADDED) if padding else text).encode(errors="surrogatepass")
            return (padded[0] if padding else plain).search(encoded) is not None

        object.__setattr__(self, "found_in", found_in)
        names = re.compile(_for_python(list(_TOKEN.finditer(self.text)))).groupindex
        object.__setattr__(self, "groups", FrozenMap(names))

    def captured(self, text: str, group: str) -> str | None:
        """Return the part of a text that a named group matches, as it is written there.

        The expression is searched for in the text as it is compared; None without a match, or
        when the group takes no part in it.
        """
        origins = origins_of(text) if self.folded else range(len(text))
        compared = fold_spaced(text) if self.folded else text
        plain, *padded = _capturing(self.text, folded=self.folded)
        padding = bool(padded) and not compared.isascii()
        searched = compared.translate(_PADDED) if padding else compared
        encoded = searched.encode(errors="surrogatepass")
        found = (padded[0] if padding else plain).search(encoded)
        if found is None or found.start(self.groups[group]) < 0:
            return None
        first, last = (
            len(encoded[:at].decode(errors="surrogatepass")) // (3 if padding else 1)
            for at in found.span(self.groups[group])
        )
        if first == last:
            return ""
        return text[origins[first] : origins[last] if last < len(origins) else len(text)].strip()

    def __repr__(self) -> str:
        return f"Pattern({self.text!r}, folded={self.folded})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (partial(Pattern, self.text, folded=self.folded), ())


@cache
def _capturing(pattern: str, *, folded: bool) -> list[Any]:
    return compiled(pattern, folded=folded, capturing=True)


def compiled(pattern: str, *, folded: bool, capturing: bool = False) -> list[Any]:
    r"""Compile a pattern with RE2; if it has ``\b`` or ``\B``, a second time for padded texts.

    Raises
    ------
    InvalidInputError
        With the position of the mistake and a caret below it.
    """
    import re2

    if len(pattern) > MAX_CHARACTERS:
        raise InvalidInputError(
            f"the regex must have at most {MAX_CHARACTERS:,} characters, got {len(pattern):,}"
        )
    tokens = list(_TOKEN.finditer(pattern))
    _check(tokens, pattern)
    texts = ["".join(_translated(token, folded=folded, pad="{}") for token in tokens)]
    if any(token.group() in (r"\b", r"\B") for token in tokens):
        inside = (_translated(token, folded=folded, pad=r"(?:\C{}\C)") for token in tokens)
        texts.append(rf"\A(?s:\C.\C)*?(?:{''.join(inside)})")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = not capturing
    options.max_mem = MAX_BYTES
    try:
        return [re2.compile(text.encode(), options) for text in texts]
    except re2.error as error:
        raise InvalidInputError(
            "the regex is too large with its repeats written out: at most "
            f"{MAX_REPEATS:,} repeats, nested repeats multiplied, and {MAX_BYTES >> 20} MiB"
        ) from error


def _check(tokens: list[re.Match[str]], pattern: str) -> None:
    """Raise at the first part that is not supported, or else at the first mistake Python finds."""
    depth = 0
    for token in tokens:
        text, at = token.group(), token.start()
        depth += (text[0] == "(" and text[-1] != ")") - (text == ")")
        if depth > MAX_DEPTH:
            _fail(f"groups are nested more than {MAX_DEPTH} deep", at, pattern)
        if token["repeat"] and text[1:].endswith("+"):
            _fail("a possessive repeat is not supported", token.end() - 1, pattern)
        if token["repeat"] and max(map(int, re.findall("[0-9]+", text)), default=0) > MAX_REPEATS:
            advice = "write '*' or '+' where no limit is needed"
            _fail(f"a repeat must be at most {MAX_REPEATS:,} ({advice})", at, pattern)
        if text in _REFUSED or re.fullmatch(r"\\[1-9]", text):
            _fail(_REFUSED.get(text, _REFUSED["(?P="]), at, pattern)
        if re.fullmatch(r"\(\?[a-zA-Z-]*[aLx][a-zA-Z-]*[:)]", text):
            _fail("only the flags i, m and s are supported", at, pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on sets that later versions may read differently
            re.compile(_for_python(tokens))
    except re.error as error:
        _fail(error.msg, error.pos or 0, pattern)


def _for_python(tokens: list[re.Match[str]]) -> str:
    return "".join(r"\Z" if token.group() == r"\z" else token.group() for token in tokens)


def _fail(what: str, at: int, pattern: str) -> NoReturn:
    first = max(0, at - _SHOWN // 2)
    part = pattern[first : first + _SHOWN].replace("\n", " ").replace("\t", " ")
    raise InvalidInputError(
        f"in the regex, {what}",
        where=f"character {at + 1}",
        mend=f"    {part}\n    {' ' * (at - first)}^",
    )


class _Padded(dict[int, str]):
    """A map from each character to itself between two marks, filled on demand."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        mark = "\n" if char == "\n" else "w" if char.isalnum() or char == "_" else "-"
        self[code] = mark + char + mark
        return self[code]


_PADDED = _Padded()


def _translated(token: re.Match[str], *, folded: bool, pad: str) -> str:
    """Translate one token of an expression to RE2's syntax."""
    text = token.group()
    if token["repeat"]:
        return text.replace("{,", "{0,")
    if text.startswith(("(?#", "(?P<")):
        return "" if text[2] == "#" else "("
    if text[0] == "(":
        return text.replace("u", "").replace("(?)", "")
    if text in _KEPT:
        return text.replace("Z", "z")
    if token["set"] or text in _KINDS or text == ".":
        return pad.format(text if text == "." else _set(text, folded=folded))
    char = _char(text)
    chars = fold(char) if folded and not char.isspace() else char
    return f"(?:{''.join(pad.format(_escaped(one)) for one in chars)})"


def _char(text: str) -> str:
    """Return the character that a literal or an escape stands for."""
    if text[0] != "\\":
        return text
    named = text[1].isascii() and text[1].isalnum()
    return text.encode("ascii").decode("unicode_escape") if named else text[1]


def _escaped(char: str) -> str:
    return char if char.isalnum() else f"\\x{{{ord(char):x}}}"


def _set(text: str, *, folded: bool) -> str:
    r"""Return a set of characters, or a class like ``\d``, as ranges; any case if folded."""
    negated = text.startswith("[^")
    ranges: list[tuple[int, int]] = []
    for low, high in _MEMBER.findall(text if text in _KINDS else text[1 + negated : -1]):
        if low in _KINDS:
            ranges.extend(_kind(low))
            continue
        ends = [_char(one) for one in (low, high) if one]
        plain = [fold(one) for one in ends] if folded and not "".join(ends).isascii() else ends
        if not high:
            ranges.extend((ord(one), ord(one)) for one in plain[0])
        else:
            single = len(plain[0]) == len(plain[1]) == 1 and plain[0] <= plain[1]
            first, last = plain if single else ends
            ranges.append((ord(first), ord(last)))
    if not ranges:  # folding removes accents, so a set of accents becomes empty
        negated, ranges = not negated, [(0, _LAST)]
    parts = "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in ranges)
    return f"(?{'i' if folded else ''}:[{'^' if negated else ''}{parts}])"


@cache
def _kind(kind: str) -> tuple[tuple[int, int], ...]:
    r"""Return the ranges of the characters in a class like ``\d``, as defined by Python."""
    every = np.arange(_LAST + 1, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return tuple((one.start(), one.end() - 1) for one in re.finditer(f"{kind}+", every))
