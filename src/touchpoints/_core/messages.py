"""Pieces of messages: near names, the first few offenders, numbers with their nouns."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from touchpoints.errors import NotFoundError, WrongKindError

_SHOWN = 5
_LONGEST = 200
_OF_ONE = {
    "are": "is",
    "do": "does",
    "have": "has",
    "join": "joins",
    "match": "matches",
    "name": "names",
    "repeat": "repeats",
    "were": "was",
}


def did_you_mean(name: str, choices: Iterable[str], *, most: int = 3) -> str:
    """Return `` (did you mean 'a' or 'b'?)``, or nothing when no choice is near."""
    from difflib import get_close_matches

    known = sorted({str(choice) for choice in choices})
    folded = {choice.casefold(): choice for choice in known}
    near = get_close_matches(str(name).casefold(), list(folded), n=most, cutoff=0.6)
    if not near:
        return ""
    return f" (did you mean {' or '.join(repr(folded[one]) for one in near)}?)"


def first_few(items: Iterable[object], *, most: int = _SHOWN) -> str:
    """Return the first items as text, and how many more there are."""
    shown = list(items)
    text = ", ".join(_short(repr(item)) for item in shown[:most])
    more = len(shown) - most
    return f"{text} and {more:,} more" if more > 0 else text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"


def not_found(
    kind: str, name: object, choices: Collection[str], *, where: str = ""
) -> NotFoundError:
    """Build the error for an unknown name, with near names or else the known ones."""
    hint = did_you_mean(str(name), choices)
    mend = "" if hint else f"known: {first_few(choices, most=12)}" if choices else ""
    return NotFoundError(f"no {kind} {name!r}{hint}", where=where, mend=mend)


def counted(number: int, noun: str, *, verb: str = "") -> str:
    """Return a number with its noun, in the plural unless it is one, and the verb that agrees."""
    text = f"{number:,} {noun}{'' if number == 1 else 's'}"
    return f"{text} {agreeing(number, verb)}" if verb else text


def agreeing(number: int, verb: str) -> str:
    """Return a verb, given as for several, as it is said of so many."""
    return _OF_ONE[verb] if number == 1 else verb


def wrong_kind(value: object, *, takes: str, mend: str) -> WrongKindError:
    """Build the error for what is of another kind than a function takes, with the call to mend."""
    return WrongKindError(f"this takes {takes}, not {type(value).__name__}", mend=mend)
