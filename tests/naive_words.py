"""Slow, obvious twins of the search for words: recursion over all spellings and all phrases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache


@cache
def edits(one: str, other: str) -> int:
    """Return the least number of letters to insert, remove, replace or exchange with the next."""
    if not one or not other:
        return len(one) + len(other)
    counts = [
        edits(one[1:], other) + 1,
        edits(one, other[1:]) + 1,
        edits(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if one[:2] == other[1::-1] and len(one) > 1:
        counts.append(edits(one[2:], other[2:]) + 1)
    return min(counts)


def is_slip(written: str, meant: str) -> bool:
    """Return whether a word is another with one letter wrong, by the rules of `keywords`."""
    if edits(written, meant) != 1 or written[0] != meant[0]:
        return False
    if written == meant[:-1]:
        return False
    if sorted(written) == sorted(meant):
        return len(meant) >= 6
    return len(meant) >= (8 if len(written) == len(meant) else 7)


def fits(word: str, wanted: str) -> bool:
    """Return whether a word is the word of a phrase, whose star stands for any ending."""
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def ends(
    words: Sequence[str], start: int, phrase: Sequence[str], light: Collection[str]
) -> Iterator[int]:
    """Yield where a phrase may end that begins at a word, up to two light words at each gap."""
    if start < len(words) and fits(words[start], phrase[0]):
        if len(phrase) == 1:
            yield start + 1
            return
        for passed in range(3):
            if all(word in light for word in words[start + 1 : start + 1 + passed]):
                yield from ends(words, start + 1 + passed, phrase[1:], light)


def hits(
    words: Sequence[str], phrases: Sequence[Sequence[str]], light: Collection[str]
) -> list[tuple[int, int]]:
    """Return start and end of the phrases found: the longest from each word on, no overlaps."""
    found, start = [], 0
    while start < len(words):
        stops = [stop for one in phrases for stop in ends(words, start, one, light)]
        if stops:
            found.append((start, max(stops)))
        start = max(stops, default=start + 1)
    return found
