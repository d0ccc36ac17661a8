"""Words with one letter wrong: which of the known words was meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import attrs

MIN_SWAPPED = 6
"""Letters of a known word from which on two neighbouring letters may be exchanged."""
MIN_MISSING = 7
"""Letters from which on one may be missing or too many."""
MIN_WRONG = 8
"""Letters from which on one may be another."""

_MOST_CACHED = 20_000
_MOST_LETTERS = 30


def is_slip(written: str, meant: str) -> bool:
    """Return whether a word is a known word with one letter wrong.

    The first letter must be right. Two neighbours may be exchanged in a word of at least 6 letters,
    a letter may be missing or too many in one of 7, and another one in one of 8. A missing last
    letter is no slip, but another form of the word: ``compra`` is not ``comprar``.

    Examples
    --------
    >>> is_slip("dicsount", "discount"), is_slip("discont", "discount"), is_slip("cost", "cast")
    (True, True, False)
    """
    size, longer = len(meant), len(written) - len(meant)
    if written == meant or written[:1] != meant[:1] or abs(longer) > 1 or size < MIN_SWAPPED:
        return False
    same = next(
        (at for at, (one, two) in enumerate(zip(written, meant, strict=False)) if one != two),
        min(size, len(written)),
    )
    rest, wanted = written[same:], meant[same:]
    if longer == 1:
        return size >= MIN_MISSING and rest[1:] == wanted
    if longer:
        return size >= MIN_MISSING and bool(rest) and rest == wanted[1:]
    swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or (size >= MIN_WRONG and rest[1:] == wanted[1:])


def _without_one(word: str) -> Iterator[str]:
    """Yield a word, and the word without each one of its letters but the first."""
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def _all(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(words)


@attrs.define(eq=False)
class Spelling:
    """Known words, and which of them a misspelt word stands for.

    Parameters
    ----------
    words
        Words of the phrases; a word that ends in ``*`` stands for every word that begins so.
    real
        Words that are right as they are, however near they come to a known one.
    """

    words: tuple[str, ...] = attrs.field(converter=_all)
    real: Collection[str]
    _exact: frozenset[str] = attrs.field(init=False)
    _starts: tuple[str, ...] = attrs.field(init=False)
    _shapes: frozenset[tuple[str, int]] = attrs.field(init=False)
    _lengths: tuple[int, ...] = attrs.field(init=False)
    _near: dict[str, list[str]] = attrs.field(init=False)
    _cache: dict[str, str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._exact = frozenset(word for word in self.words if not word.endswith("*"))
        self._starts = tuple({word[:-1] for word in self.words if word.endswith("*")})
        self._near, self._cache = {}, {}
        long = [word for word in (*self._exact, *self._starts) if self._is_long(word)]
        for word in sorted(set(long)):
            for key in _without_one(word):
                self._near.setdefault(key, []).append(word)
        self._shapes = frozenset((word[0], len(word)) for word in long)
        starts = {len(word) for word in long if word in self._starts}
        self._lengths = tuple(sorted({size + more for size in starts for more in (-1, 0, 1)}))

    @staticmethod
    def _is_long(word: str) -> bool:
        return MIN_SWAPPED <= len(word) <= _MOST_LETTERS and word.isalpha()

    def meant(self, word: str) -> str:
        """Return the known word that a word stands for; the word itself when there is none."""
        found = self._cache.get(word)
        if found is None:
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            found = self._cache[word] = self._find(word)
        return found

    def _find(self, word: str) -> str:
        if (
            not MIN_SWAPPED <= len(word) <= _MOST_LETTERS
            or word in self._exact
            or word in self.real
            or word.startswith(self._starts)
        ):
            return word
        found = sorted({one for one in self._candidates(word) if self._fits(word, one)}, key=len)
        # Several are near: the word is left as it is, unless they are forms of one word.
        if not found or any(not one.startswith(found[0][:-1]) for one in found):
            return word
        return found[0]

    def _candidates(self, word: str) -> Iterator[str]:
        """Yield the known words that may be near to a word or to its beginning."""
        size = len(word)
        for end in (*(end for end in self._lengths if end < size), size):
            if any((word[0], end + more) in self._shapes for more in (-1, 0, 1)):
                for key in _without_one(word[:end]):
                    yield from self._near.get(key, ())

    def _fits(self, word: str, known: str) -> bool:
        if known in self._exact and is_slip(word, known):
            return True
        return known in self._starts and any(
            is_slip(word[:end], known) for end in range(len(known) - 1, len(known) + 2)
        )
