"""Parts of messages: similar names, the first few offending values, numbers with their nouns."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from touchpoints.errors import NotFoundError, WrongKindError

_SHOWN = 5
_LONGEST = 200
_SIMILAR = 0.6
_MOST_COMPARED = 1000
_COMPARED_LETTERS = 64
_CHUNK = 1 << 16
_OF_ONE = {
    "are": "is",
    "do": "does",
    "have": "has",
    "join": "joins",
    "match": "matches",
    "name": "names",
    "repeat": "repeats",
    "share": "shares",
    "were": "was",
}


def did_you_mean(name: str, choices: Iterable[str], *, most: int = 3) -> str:
    """Return `` (did you mean 'a' or 'b'?)``, or empty text when no choice is similar.

    Names of more than 200 characters get no proposal. Among many choices, only those that share
    most letters with the name are compared with it in full, so that 100,000 choices take a few
    tenths of a second.
    """
    from difflib import get_close_matches

    wanted = str(name).casefold()
    if len(wanted) > _LONGEST:
        return ""
    known = sorted({str(choice) for choice in choices})
    low, high = len(wanted) * _SIMILAR / (2 - _SIMILAR), len(wanted) * (2 - _SIMILAR) / _SIMILAR
    folded = {one.casefold(): one for one in known if low - 3 <= len(one) <= high + 3}
    near = get_close_matches(wanted, _promising(wanted, list(folded)), n=most, cutoff=_SIMILAR)
    if not near:
        return ""
    return f" (did you mean {' or '.join(repr(folded[one]) for one in near)}?)"


def _promising(wanted: str, choices: list[str]) -> list[str]:
    """Return the choices that share most letters with a name, at most 1,000 of them."""
    if len(choices) <= _MOST_COMPARED:
        return choices
    import numpy as np

    letters = sorted(set(wanted))
    scores = []
    for start in range(0, len(choices), _CHUNK):
        part = choices[start : start + _CHUNK]
        texts = np.array(part, dtype=f"U{_COMPARED_LETTERS}")
        codes = texts.view(np.uint32).reshape(len(part), -1)
        shared = np.zeros(len(part))
        for letter in letters:
            found = np.count_nonzero(codes == ord(letter), axis=1)
            shared += np.minimum(found, wanted.count(letter))
        sizes = np.fromiter(map(len, part), np.int64, len(part))
        scores.append(2 * shared / (sizes + len(wanted)))
    best = np.argsort(-np.concatenate(scores), kind="stable")[:_MOST_COMPARED]
    return [choices[place] for place in sorted(best.tolist())]


def first_few(items: Iterable[object], *, most: int = _SHOWN) -> str:
    """Return the first few items as text, followed by the number of items left out."""
    shown = list(items)
    text = ", ".join(quoted(item) for item in shown[:most])
    more = len(shown) - most
    return f"{text} and {more:,} more" if more > 0 else text


def quoted(value: object) -> str:
    """Return the repr of a value; only its beginning if it is long."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]!r}… ({len(value):,} characters)"
    try:
        return shortened(repr(value))
    except ValueError:  # an integer of thousands of digits
        return f"a {type(value).__name__} that cannot be shown"


def shortened(text: str, *, most: int = _LONGEST) -> str:
    """Return text as it is, or its beginning and its length if it is long."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def not_found(
    kind: str, name: object, choices: Collection[str], *, where: str = ""
) -> NotFoundError:
    """Build the error for an unknown name, with similar names or else the known names."""
    hint = did_you_mean(str(name), choices)
    mend = "" if hint else f"known: {first_few(choices, most=12)}" if choices else ""
    return NotFoundError(f"no {kind} {quoted(name)}{hint}", where=where, mend=mend)


def counted(number: int, noun: str, *, verb: str = "") -> str:
    """Return a number with its noun, and optionally a verb, in the singular or plural."""
    text = f"{number:,} {noun}{'' if number == 1 else 's'}"
    return f"{text} {agreeing(number, verb)}" if verb else text


def agreeing(number: int, verb: str) -> str:
    """Return the verb, given in the plural, in the form that agrees with the number."""
    return _OF_ONE[verb] if number == 1 else verb


def wrong_kind(value: object, *, takes: str, mend: str) -> WrongKindError:
    """Build the error for an argument of the wrong type, with the call that mends it."""
    return WrongKindError(f"this takes {takes}, not {type(value).__name__}", mend=mend)
