"""Path patterns by trying everything in order of preference, on words of single letters."""

from __future__ import annotations

from collections.abc import Iterator


def matches(tree, word: str) -> list[tuple[int, int]]:
    """Return where the matches of a pattern start and stop, from left to right."""
    found = []
    stop = 0
    for start in range(len(word)):
        if start >= stop:
            others = (end for end in ends(tree, word, start) if end > start)
            end = next(others, None)
            if end is not None:
                found.append((start, end))
                stop = end
    return found


def ends(node, word: str, place: int) -> Iterator[int]:
    """Yield where a part of a pattern can end that begins at a place, the preferred first."""
    if node.kind == "one":
        if place < len(word) and (node.anything or (word[place] in node.selectors) ^ node.negated):
            yield place + 1
    elif node.kind in ("start", "end"):
        if place == (0 if node.kind == "start" else len(word)):
            yield place
    elif node.kind == "either":
        for part in node.parts:
            yield from ends(part, word, place)
    elif node.kind == "sequence":
        yield from in_sequence(node.parts, word, place)
    else:
        yield from repeated(node, word, place, 0)


def in_sequence(parts, word: str, place: int) -> Iterator[int]:
    """Yield where several parts, one behind the other, can end."""
    if not parts:
        yield place
        return
    for end in ends(parts[0], word, place):
        yield from in_sequence(parts[1:], word, end)


def repeated(node, word: str, place: int, times: int) -> Iterator[int]:
    """Yield where further rounds of a repeat can end; an empty one that need not be is the last."""
    if node.lazy and times >= node.low:
        yield place
    if node.high is None or times < node.high:
        for end in ends(node.parts[0], word, place):
            if end == place and times >= node.low:
                yield end
            else:
                yield from repeated(node, word, end, times + 1)
    if not node.lazy and times >= node.low:
        yield place
