"""Guesses of touchpoint types from raw names, with reasons, for people to correct.

Names are given as logged: snake_case or CamelCase, English or Spanish, labels of a taxonomy,
events of a known tracker, paths of pages, names of campaigns, free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

import attrs

from touchpoints._core.text import fold_spaced
from touchpoints.classify._data import read_data
from touchpoints.classify.web.event_names import TRACKERS, name_table, words_of
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy

Confidence = Literal["high", "medium", "low", "none"]
Words: TypeAlias = "tuple[str, ...]"

FURTHER = ">"
"""In phrases for pages, stands for further segments of the path."""

_SMALL = frozenset(
    (
        *("a", "an", "and", "by", "de", "del", "el", "en", "for", "from", "in", "la", "las", "los"),
        *("of", "on", "or", "para", "por", "the", "to", "un", "una", "with", "y"),
    )
)
_DIGITS = re.compile(r"\d+$")
_WORD = re.compile(r"\w+")
LOCALE = re.compile(r"[a-z]{2}(?:[\-_][a-z]{2})?", re.IGNORECASE)
_SHOWN = {"ga4": "GA4", "segment": "Segment", "snowplow": "Snowplow"}
_MAX_TEXT = 10_000


@attrs.frozen
class Guess:
    """Probable touchpoint type of a raw name.

    Attributes
    ----------
    type : str
        Id of a touchpoint type; empty when there is no guess, or when the name is known not to be a
        touchpoint.
    reason : str
        Reason for the guess.
    confidence : str
        ``"high"``: a name in the taxonomy or of a known tracker. ``"medium"``: the words fit well.
        ``"low"``: one word among others fits. ``"none"``: no word fits.
    evidence : tuple of str
        Basis of the guess: the words of a phrase, the segments of a path.
    weight : int
        Specificity of the evidence; comparable between guesses of the same kind.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> Guesser(load_taxonomy("customer")).name("CarritoAbandonado2").reason
    "the words 'carrito abandon*'"
    """

    type: str = ""
    reason: str = ""
    confidence: Confidence = "none"
    evidence: Words = ()
    weight: int = 0


NO_GUESS = Guess(reason="no known words")


class _Phrase(NamedTuple):
    """Words that suggest a type; a word that ends in ``*`` fits every word with that beginning."""

    words: Words
    type: str
    rank: int
    strong: bool = False

    @property
    def shown(self) -> str:
        return " ".join(word for word in self.words if word != FURTHER)


class _Hit(NamedTuple):
    """A phrase that fits a name, and how well it fits; the greatest hit is the best."""

    words: int
    letters: int
    rank: int
    phrase: _Phrase

    @property
    def weight(self) -> int:
        return 1000 * self.words + self.letters


class _Index:
    """Index of phrases by their longest word, so that a name is compared with few phrases."""

    def __init__(self, phrases: Iterable[_Phrase], *, types: frozenset[str]) -> None:
        self._general = frozenset(read_data("words")["general"]["types"])
        self._by_word: dict[str, list[_Phrase]] = {}
        for phrase in phrases:
            if not phrase.type or phrase.type in types:
                self._by_word.setdefault(max(phrase.words, key=len), []).append(phrase)

    def best(self, words: Words) -> _Hit | None:
        """Return the best fit: the most words, then the most letters, then the lowest rank."""
        hits = [self._hit(phrase) for phrase in self._near(words) if _fits(phrase.words, words)]
        return max(hits, key=lambda hit: hit[:3], default=None)

    def _hit(self, phrase: _Phrase) -> _Hit:
        count = sum(word != FURTHER for word in phrase.words)
        # "page view" on the page of a product is less specific than "product".
        general = phrase.type in self._general and count < 3 and not phrase.strong
        letters = sum(len(word.rstrip("*")) for word in phrase.words)
        return _Hit(1 if general else 2 * count + phrase.strong, letters, -phrase.rank, phrase)

    def _near(self, words: Words) -> Iterator[_Phrase]:
        """Yield each phrase whose longest word fits one of the words."""
        tried = set(words) | {f"{word[:end]}*" for word in words for end in range(1, len(word) + 1)}
        for one in sorted(tried & self._by_word.keys()):
            yield from self._by_word[one]


def _fits(wanted: Words, words: Words) -> bool:
    return all(
        any(word.startswith(one[:-1]) for word in words) if one.endswith("*") else one in words
        for one in wanted
    )


def _phrases(section: str) -> list[_Phrase]:
    """Return the phrases of a section of the word list; for ``types`` with excluded phrases."""
    document = read_data("words")
    excluded = document["none"].values() if section == "types" else ()
    listed = [("", phrase) for phrases in excluded for phrase in phrases]
    listed += [(one, phrase) for one, phrases in document[section].items() for phrase in phrases]
    # The first of equally good phrases wins, so types of patient logs come before types of shops.
    ranked = sorted(listed, key=lambda entry: not entry[0].startswith("pt_"))
    return [
        _Phrase(tuple(text.removeprefix("!").split()), one, rank, strong=text.startswith("!"))
        for rank, (one, text) in enumerate(ranked)
    ]


def _labels(taxonomy: Taxonomy) -> Iterator[_Phrase]:
    """Yield ids, labels and aliases without small words, own types before inherited types.

    An alias of one word ("bill", "stay") names a type on its own, not among other words.
    """
    for rank, one in enumerate(reversed(list(taxonomy.types.values()))):
        aliases = [alias for names in one.aliases.values() for alias in names]
        single = {alias for alias in aliases if len(words_of(alias)) == 1}
        for name in (one.id, *one.labels.values(), *aliases):
            words = tuple(word for word in words_of(name) if word not in _SMALL)
            if len(words) > 1 or (words and name not in single):
                yield _Phrase(words, one.id, rank)


@cache
def _reasons() -> dict[str, str]:
    table = read_data("words")["none"]
    return {phrase: reason for reason, phrases in table.items() for phrase in phrases}


@cache
def _general_names() -> frozenset[Words]:
    return frozenset(words_of(name) for name in read_data("words")["general"]["names"])


def is_general(name: str) -> bool:
    """Return whether a name states only that a page was seen or that an event occurred.

    Examples
    --------
    >>> is_general("page_view"), is_general("add_to_cart")
    (True, False)
    """
    return words_of(name) in _general_names()


class Guesser:
    """Guesses types of a taxonomy from names, pages, campaigns and texts.

    Parameters
    ----------
    taxonomy
        Taxonomy with the types to choose from.

    Notes
    -----
    A guess is what a name usually means, which may differ from its meaning in a particular log.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> guesser = Guesser(load_taxonomy("customer"))
    >>> guesser.name("Order Completed").type, guesser.page("/blog/checkout-tips").type
    ('purchase', 'content_read')
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        types = frozenset(taxonomy.types)
        self._words = {
            section: _Index(_phrases(section), types=types)
            for section in ("types", "pages", "campaigns")
        }
        self._labels = _Index(_labels(taxonomy), types=types)

    def name(self, text: str) -> Guess:
        """Return a guess from the name of an event or activity.

        Tried in this order: the ids of the taxonomy; the events of GA4, Segment and Snowplow; the
        labels and aliases of the taxonomy; the words of the name, in English and Spanish; the words
        of the taxonomy's labels.
        """
        words = words_of(text)
        if text in self._taxonomy.types:
            return Guess(text, "an id of the taxonomy", "high")
        tracked = self._of_tracker(words, lower=text == text.lower())
        return tracked or self._called(text, words) or self._of_words(words) or NO_GUESS

    def page(self, path: str) -> Guess:
        """Return a guess from the path of a page, with the segments used as evidence.

        The known segment nearest to the root decides, unless it fits a phrase of more words
        together with later segments: ``/blog/checkout-tips`` is an article, and
        ``/account/orders/7/track`` is not about the account. Segments that look like the names of
        single products or articles are ignored.
        """
        segments = [segment for segment in path.split("/") if segment]
        best, end = None, 0
        for length in range(1, len(segments) + 1):
            hit = self._page_hit(segments, length)
            if hit is not None and (best is None or hit.words > best.words):
                best, end = hit, length
        if best is None:
            home = len(segments) == 0 or (len(segments) == 1 and LOCALE.fullmatch(segments[0]))
            return self._home if home else NO_GUESS
        further = FURTHER in best.phrase.words
        evidence = (*_pattern(segments[:end], best.phrase), *(["*"] if further else []))
        reason = f"a page path with {best.phrase.shown!r}"
        weight = 10 * len(evidence) - evidence.count("*")
        return Guess(best.phrase.type, reason, "medium", evidence, weight)

    def campaign(self, name: str) -> Guess:
        """Return a guess from the name of a campaign."""
        hit = self._words["campaigns"].best(words_of(name))
        if hit is None:
            return NO_GUESS
        reason = f"a campaign name with {hit.phrase.shown!r}"
        return Guess(hit.phrase.type, reason, "medium", hit.phrase.words, hit.weight)

    def text(self, text: str) -> Guess:
        """Return a guess from one phrase in a free text; its confidence is at most low."""
        words = tuple(dict.fromkeys(_WORD.findall(fold_spaced(text[:_MAX_TEXT]))))
        hit = self._words["types"].best(words)
        if hit is None or not hit.phrase.type:
            return NO_GUESS
        reason = f"a text with {hit.phrase.shown!r}"
        return Guess(hit.phrase.type, reason, "low", hit.phrase.words, hit.weight)

    @property
    def _home(self) -> Guess:
        if "website_visit" not in self._taxonomy.types:
            return NO_GUESS
        return Guess("website_visit", "the home page", "high")

    def _called(self, text: str, words: Words) -> Guess | None:
        for phrase in (text, " ".join(words), "_".join(words), "-".join(words)):
            try:
                found = self._taxonomy.lookup(phrase)
            except InvalidInputError:  # several types share the name, so its words decide
                continue
            if found is not None:
                return Guess(found.id, f"the taxonomy's name of {found.label()!r}", "high")
        return None

    def _of_tracker(self, words: Words, *, lower: bool) -> Guess | None:
        # GA4 and Snowplow use lower case: "search" is one of their events, "Search" may be a label.
        for tracker in TRACKERS if lower else ("segment",):
            table = name_table(tracker)
            shown = f"an event of {_SHOWN[tracker]}"
            if words in table.not_touchpoints:
                reason = f"{shown}, not a touchpoint: {table.not_touchpoints[words]}"
                return Guess(reason=reason, confidence="high")
            if table.types.get(words) in self._taxonomy.types:
                return Guess(table.types[words], shown, "high")
        return None

    def _of_words(self, words: Words) -> Guess | None:
        plain = tuple(dict.fromkeys(_DIGITS.sub("", word) or word for word in words))
        hit, own = self._words["types"].best(plain), self._labels.best(plain)
        if hit is None or (own is not None and own.words > hit.words):
            hit = own
        if hit is None:
            return None
        phrase = hit.phrase
        meaningful = [word for word in plain if word not in _SMALL]
        fitting = sum(any(_fits((one,), (word,)) for one in phrase.words) for word in meaningful)
        several = len(phrase.words) > 1
        sure: Confidence = "medium" if several or fitting == len(meaningful) else "low"
        reason = f"the word{'s' if several else ''} {phrase.shown!r}"
        if not phrase.type:
            reason = f"{reason}, not a touchpoint: {_reasons()[phrase.shown]}"
        return Guess(phrase.type, reason, sure, phrase.words, hit.weight)

    def _page_hit(self, segments: list[str], length: int) -> _Hit | None:
        """Return the phrase that fits the first segments of a path best; None if none fits."""
        known = [_words_in(segment) for segment in segments[:length] if not _is_slug(segment)]
        further = (FURTHER,) if length < len(segments) else ()
        words = (*(word for segment in known for word in segment), *further)
        return self._words["pages"].best(words) or self._words["types"].best(words)


def _words_in(segment: str) -> Words:
    return words_of(unquote(segment, errors="replace"))


def _is_slug(segment: str) -> bool:
    """Return whether a segment looks like an id or the name of a single product or article."""
    digits = sum(letter.isdigit() for letter in segment)
    marks = segment.count("-") + segment.count("_")
    return digits >= 4 or 2 * digits >= len(segment) or marks >= 4


def _pattern(segments: list[str], phrase: _Phrase) -> Iterator[str]:
    """Yield the pattern of a page: its segments, with ``*`` for ids; without a first locale."""
    for position, segment in enumerate(segments):
        words = _words_in(segment)
        fits = not _is_slug(segment) and any(_fits((one,), words) for one in phrase.words)
        if fits or not (_is_slug(segment) or (position == 0 and LOCALE.fullmatch(segment))):
            yield segment
        elif position or not LOCALE.fullmatch(segment):
            yield "*"
