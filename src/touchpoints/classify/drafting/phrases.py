"""Phrases of the word list: which fit the words of a name, and how well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from touchpoints.classify._data import read_data

Words: TypeAlias = "tuple[str, ...]"
Meanings: TypeAlias = "tuple[frozenset[str], ...]"

FURTHER = ">"
"""In phrases for pages, stands for further segments of the path."""

SMALL = frozenset(
    (
        *("a", "al", "an", "and", "by", "de", "del", "el", "en", "for", "from", "in", "la", "las"),
        *("los", "o", "of", "on", "or", "para", "por", "the", "to", "un", "una", "with", "y"),
    )
)
_WEAK = frozenset(("goods",))
_VOWELS = "aeiou"


def forms_of(notation: str) -> tuple[str, ...]:
    """Return the words that an entry of the word list stands for.

    ``view+`` is a regular English verb, ``pagar~`` a regular Spanish one, ``abiert@`` a Spanish
    adjective; any other entry stands for itself.

    Examples
    --------
    >>> forms_of("share+"), forms_of("apply+")
    (('share', 'shared', 'sharing'), ('apply', 'applied', 'applying'))
    >>> forms_of("submit+")
    ('submit', 'submited', 'submiting', 'submitted', 'submitting')
    >>> forms_of("pagar~")
    ('pagar', 'paga', 'pagan', 'pago', 'pagado', 'pagada', 'pagando')
    >>> forms_of("abiert@"), forms_of("cart")
    (('abierto', 'abierta'), ('cart',))
    """
    stem, mark = notation[:-1], notation[-1:]
    if mark == "+":
        return _english(stem)
    if mark == "~":
        return _spanish(stem)
    return (f"{stem}o", f"{stem}a") if mark == "@" else (notation,)


def _english(verb: str) -> Words:
    if verb.endswith("e"):
        return verb, f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb, f"{verb[:-1]}ied", f"{verb}ing"
    plain = (verb, f"{verb}ed", f"{verb}ing")
    # Whether the last consonant is doubled depends on the stress, so both spellings are taken.
    doubled = verb[-1] not in f"{_VOWELS}wxy" and verb[-2] in _VOWELS and verb[-3:-2] not in _VOWELS
    return (*plain, f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing") if doubled else plain


def _spanish(verb: str) -> Words:
    stem, ending = verb[:-2], verb[-2:]
    endings = {
        "ar": ("ar", "a", "an", "o", "ado", "ada", "ando"),
        "er": ("er", "e", "en", "io", "ido", "ida", "iendo"),
        "ir": ("ir", "e", "en", "io", "ido", "ida", "iendo"),
    }
    return tuple(f"{stem}{one}" for one in endings[ending])


@cache
def _families() -> Mapping[str, frozenset[str]]:
    """Return {word: the lines of [forms] that it is a form of}."""
    found: dict[str, set[str]] = {}
    for family, notations in read_data("words")["forms"].items():
        for notation in notations:
            for word in forms_of(notation):
                found.setdefault(word, set()).add(family)
    return {word: frozenset(families) for word, families in found.items()}


@cache
def listed(section: str, *keys: str) -> frozenset[str]:
    """Return all forms of the words in some lists of a section."""
    table = read_data("words")[section]
    return frozenset(word for key in keys for one in table[key] for word in forms_of(one))


def known_words() -> frozenset[str]:
    """Return all words of the lists, in all their forms."""
    return frozenset(_families()) | listed("explained", "about", "how") | listed("against", "words")


@lru_cache(maxsize=1 << 16)
def meanings(word: str) -> frozenset[str]:
    """Return what phrases may call a word: itself, its singular, and the families of both.

    Examples
    --------
    >>> sorted(meanings("viewed")), sorted(meanings("basketball")), "cart" in meanings("baskets")
    (['view', 'viewed'], ['basketball'], True)
    """
    families = _families()
    found = spellings(word)
    return frozenset(found).union(*(families.get(one, ()) for one in found))


def spellings(word: str) -> tuple[str, ...]:
    """Return a word and what it may be the plural of."""
    return (word,) if word in listed("stop", "words") else (word, *_singulars(word))


def _singulars(word: str) -> Iterator[str]:
    if word.endswith("s") and len(word) > 3:
        yield word[:-1]
    if word.endswith("es") and len(word) > 4:
        yield word[:-2]
    if word.endswith("ies") and len(word) > 4:
        yield f"{word[:-3]}y"


class Phrase(NamedTuple):
    """Words that suggest a type; each is a word, or the name of a family of words."""

    words: Words
    type: str
    rank: int
    mark: str = ""

    @property
    def text(self) -> str:
        """The phrase as it is listed, without its mark."""
        return " ".join(self.words)


class Hit(NamedTuple):
    """A phrase that fits a name, and how well it fits; the greatest hit is the best."""

    words: int
    letters: int
    rank: int
    phrase: Phrase

    @property
    def weight(self) -> int:
        """Specificity of the phrase, as one number."""
        return 1000 * self.words + self.letters


def best_of(hits: Iterable[Hit]) -> Hit | None:
    """Return the best of some hits: the most words, then the most letters, then the lowest rank."""
    return max(hits, key=lambda hit: hit[:3], default=None)


def phrase_of(text: str, type_: str, rank: int) -> Phrase:
    """Return a phrase as it is listed, with a mark (``!``, ``=`` or ``?``) before it or not."""
    mark = text[:1] if text[:1] in ("!", "=", "?") else ""
    return Phrase(tuple(text.removeprefix(mark).split()), type_, rank, mark)


class Index:
    """Index of phrases by their rarest word, so that a name is compared with few phrases.

    Attributes
    ----------
    words : frozenset of str
        All words of the phrases.
    """

    def __init__(self, phrases: Iterable[Phrase], *, types: Collection[str]) -> None:
        self._general = frozenset(read_data("words")["general"]["types"])
        self._clinical = any(one.startswith("pt_") for one in types)
        chosen = [one for one in phrases if not one.type or one.type in types]
        self.words = frozenset(word for phrase in chosen for word in phrase.words)
        often = Counter(word for phrase in chosen for word in set(phrase.words))
        self._by_word: dict[str, list[tuple[Phrase, Hit]]] = {}
        for phrase in chosen:
            rarest = min(phrase.words, key=lambda word: (often[word], word))
            self._by_word.setdefault(rarest, []).append((phrase, self._hit(phrase)))

    def best(self, words: Sequence[str]) -> Hit | None:
        """Return the best fit: the most words, then the most letters, then the lowest rank."""
        return best_of(self.hits(words))

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Return the phrases that fit some words, in no particular order."""
        meant = tuple(map(meanings, words))
        known = frozenset().union(*meant) if meant else frozenset()
        near = (entry for one in known & self._by_word.keys() for entry in self._by_word[one])
        return [
            hit for phrase, hit in near if known.issuperset(phrase.words) and _fits(phrase, meant)
        ]

    def _hit(self, phrase: Phrase) -> Hit:
        named = [word for word in phrase.words if word != FURTHER]
        weak = sum(word in _WEAK for word in named)
        # "page view" on the page of a product is less specific than "product".
        general = phrase.type in self._general and len(named) < 3 and phrase.mark not in ("!", "=")
        words = 1 if general else 2 * len(named) - weak + (phrase.mark in ("!", "="))
        letters = sum(len(word) for word in named if word not in _WEAK)
        if self._clinical and phrase.type and not phrase.type.startswith("pt_"):
            letters = 0  # of as many words, those that mean a type of patients come first
        return Hit(words, letters, -phrase.rank, phrase)


def _fits(phrase: Phrase, meant: Meanings) -> bool:
    """Return whether a phrase has as many words in a name as it has itself."""
    wanted = frozenset(phrase.words)
    return len(wanted) <= sum(not wanted.isdisjoint(one) for one in meant)


def used(phrase: Phrase, words: Sequence[str]) -> Words:
    """Return the words of a name that a phrase explains, in their order.

    Examples
    --------
    >>> used(phrase_of("abandon cart", "cart_review", 0), ("my", "cart", "was", "abandoned"))
    ('cart', 'abandoned')
    """
    return tuple(word for word in words if not meanings(word).isdisjoint(phrase.words))
