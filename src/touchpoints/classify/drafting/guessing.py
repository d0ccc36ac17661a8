"""Guesses of touchpoint types from raw names, with reasons, for people to correct.

Names are given as logged: snake_case or CamelCase, English or Spanish, labels of a taxonomy,
events of a known tracker, paths of pages, names of campaigns, free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Literal
from urllib.parse import unquote

import attrs

from touchpoints._core.text import fold_spaced
from touchpoints.classify._data import read_data
from touchpoints.classify.drafting.codes import is_code
from touchpoints.classify.drafting.likeness import Likeness
from touchpoints.classify.drafting.phrases import (
    FURTHER,
    Hit,
    Index,
    Phrase,
    Words,
    best_of,
    listed,
    meanings,
    used,
)
from touchpoints.classify.drafting.readings import Reader, Reading, phrases, reasons
from touchpoints.classify.web.event_names import TRACKERS, name_table, words_of
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy
from touchpoints.taxonomy._lint_rules import channel_names
from touchpoints.taxonomy._lint_words import channel_of

Confidence = Literal["high", "medium", "low", "none"]
MinConfidence = Literal["high", "medium", "low"]

CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low", "none")
"""The confidences of guesses, in decreasing order."""

_DIGITS = re.compile(r"\d+$")
_WORD = re.compile(r"\w+")
LOCALE = re.compile(r"[a-z]{2}(?:[\-_][a-z]{2})?", re.IGNORECASE)
_SHOWN = {"ga4": "GA4", "segment": "Segment", "snowplow": "Snowplow"}
_MAX_TEXT = 10_000
# A guess decides when its type is among so many that the whole name is most like.
_LIKELY = 3
_TELLING = 2
# A path, or an address with its scheme or with www; a slash within a text is no address.
_ADDRESS = re.compile(r"(?:https?://|www\.|/)\S*", re.IGNORECASE)
_ADDRESS_START = re.compile(r"^(?:https?://)?(?:www\.)?[^/?#]*", re.IGNORECASE)
_SEARCHED = re.compile(r"(?:^|&)(?:q|s|query|search|texto|term|keyword|k|busca|buscar)=")
# Pages of errors are called by the status of the answer.
_STATUSES = ("403", "404", "410", "500", "503")
_CONTAINERS = (
    "pages",
    "page",
    "app",
    "apps",
    "content",
    "cms",
    "site",
    "web",
    "pub",
    "public",
    "node",
    "html",
)
_GENERAL_PAGES = ("website_visit", "catalogue_browsing")


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
        ``"high"``: a name in the taxonomy or of a known tracker. ``"medium"``: the words fit, and
        no other word of the name could change their meaning. ``"low"``: some words fit.
        ``"none"``: no word fits, or another word contradicts those that do.
    evidence : tuple of str
        Basis of the guess: the words that fit, the segments of a path.
    weight : int
        Specificity of the evidence; comparable between guesses of the same kind.
    leave_out : str
        Why events of this name are no touchpoints, where that is the guess; else empty.
    channel : str
        Id of the channel that the name is the name of; empty for any other name.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> Guesser(load_taxonomy("customer")).name("CarritoAbandonado2").reason
    "the words 'carrito abandonado'"
    """

    type: str = ""
    reason: str = ""
    confidence: Confidence = "none"
    evidence: Words = ()
    weight: int = 0
    leave_out: str = ""
    channel: str = ""

    def decides(self, min_confidence: MinConfidence) -> bool:
        """Return whether there is a guess of at least this confidence."""
        least = CONFIDENCES.index(min_confidence)
        return bool(self.type or self.leave_out) and CONFIDENCES.index(self.confidence) <= least


NO_GUESS = Guess(reason="no known words")


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


def is_of_office(name: str) -> bool:
    """Return whether a name holds a word of work behind the scenes.

    Examples
    --------
    >>> is_of_office("Record Goods Receipt"), is_of_office("product_viewed")
    (True, False)
    """
    return not listed("office", "words").isdisjoint(words_of(name))


def is_address(name: str) -> bool:
    """Return whether a name is the address of a page.

    Examples
    --------
    >>> is_address("/cart"), is_address("https://shop.example/cart?x=1"), is_address("in/out")
    (True, True, False)
    """
    return _ADDRESS.fullmatch(name) is not None


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
        self._reader = Reader(taxonomy)
        self._words = {
            section: Index(phrases(section), types=taxonomy.types)
            for section in ("pages", "campaigns")
        }
        self._channels = channel_names(taxonomy)

    def name(self, text: str, *, areas: frozenset[str] = frozenset()) -> Guess:
        """Return a guess from the name of an event or activity.

        ``areas`` are first words of codes that only say which system logged them.

        Tried in this order: the ids of the taxonomy; the names of channels, which get no type; the
        events of GA4, Segment and Snowplow; the labels and aliases of the taxonomy; the words of
        the name, in English and Spanish; the words of the taxonomy's labels.
        """
        if text in self._taxonomy.types:
            return Guess(text, "an id of the taxonomy", "high")
        if is_address(text):
            return self._address(text)
        words = words_of(text)
        # Brands have capitals within: LinkedIn, YouTube.
        channel = channel_of(text[:_MAX_TEXT], self._channels)
        if channel is None and text != text.lower():
            channel = channel_of(" ".join(words), self._channels)
        if channel is not None:
            reason = f"a channel ({channel}), not a touchpoint: what did people do there?"
            return Guess(reason=reason, channel=channel)
        tracked = self._of_tracker(words, lower=text == text.lower())
        guess = tracked or self._of_labels_or_words(text, words, areas)
        if guess is not None:
            return guess
        parts = self._reader.split(words)
        found = self._reader.read(parts) if parts != words else None
        # Halves that the phrase does not need may be a word of another meaning.
        whole = found is not None and set(parts).difference(words) <= set(found.words)
        return (self._checked(self._of_reading(found), found, parts) if whole else None) or NO_GUESS

    def _of_labels_or_words(self, text: str, words: Words, areas: frozenset[str]) -> Guess | None:
        """Return the type that is called so, unless the words say that it was not done.

        In logs of health care, words that mean a type of patients come before types of customers;
        and some words mean something else in logs than in conversation.
        """
        called = self._called(text, words)
        plain = _plain(words)
        spelled = self._reader.spelled_out(plain, areas) if is_code(text) else plain
        found = self._reader.read(spelled)
        guess = self._checked(self._of_reading(found), found, spelled)
        if called is None or found is None or guess is None or not guess.decides("medium"):
            return called or guess
        if guess.type in ("", called.type):
            return called
        clinical = guess.type.startswith("pt_") and not called.type.startswith("pt_")
        logged = found.hit.phrase.mark == "=" and called.type != found.hit.phrase.type
        return guess if clinical or logged or found.is_of_a_stage else called

    def page(self, path: str) -> Guess:
        """Return a guess from the path of a page, with the segments used as evidence.

        The known segment nearest to the root decides, unless a phrase of more words holds it
        together with later segments, or is one that overrules: ``/blog/checkout-tips`` is an
        article, and ``/account/orders/7/track`` is not about the account. Segments that look like
        the names of single products or articles are ignored.
        """
        segments = [segment for segment in path.split("/") if segment]
        best, end = None, 0
        for length in range(1, len(segments) + 1):
            hit = self._page_hit(segments, length)
            if hit is not None and (best is None or _says_more(hit, best)):
                best, end = hit, length
        if best is None:
            home = len(segments) == 0 or (len(segments) == 1 and LOCALE.fullmatch(segments[0]))
            return self._home if home else NO_GUESS
        return self._of_page(best.phrase, segments, end)

    def _address(self, text: str) -> Guess:
        """Return a guess from the address of a page that is logged as a name."""
        path, _, query = _ADDRESS_START.sub("", text[:_MAX_TEXT], count=1).partition("?")
        guess = self.page(path.partition("#")[0])
        searched = _SEARCHED.search(query) is not None and "site_search" in self._taxonomy.types
        if searched and guess.type in ("", *_GENERAL_PAGES):
            return Guess("site_search", "an address with the words of a search", "medium")
        return self._of_goods(path) if guess == NO_GUESS else guess

    def _of_goods(self, path: str) -> Guess:
        """Return a guess from an address below several goods, as /phones and /phones/x-20 are."""
        segments = [one for one in path.split("/") if one]
        for position, segment in enumerate(segments):
            last = (_words_in(segment) or ("",))[-1]
            if last.endswith("s") and "goods" in meanings(last):
                below = segments[position + 1 :]
                type_ = "product_view" if any(map(_is_title, below)) else "catalogue_browsing"
                if type_ in self._taxonomy.types:
                    return Guess(type_, f"an address with {last!r}", "medium")
        return NO_GUESS

    def _of_page(self, phrase: Phrase, segments: list[str], end: int) -> Guess:
        further = ["*"] if FURTHER in phrase.words else []
        evidence = (*_pattern(segments[:end], phrase), *further)
        words = tuple(word for one in segments[:end] for word in _words_in(one))
        reason = f"a page path with {_shown(phrase, words)!r}"
        weight = 10 * len(evidence) - evidence.count("*")
        sure: Confidence = "low" if phrase.mark == "?" else "medium"
        why = "" if phrase.type else reasons()[phrase.text]
        return Guess(phrase.type, reason, sure, evidence, weight, why)

    def campaign(self, name: str) -> Guess:
        """Return a guess from the name of a campaign."""
        words = words_of(name)
        hit = self._words["campaigns"].best(words)
        if hit is None:
            return NO_GUESS
        reason = f"a campaign name with {_shown(hit.phrase, words)!r}"
        return Guess(hit.phrase.type, reason, "medium", hit.phrase.words, hit.weight)

    def text(self, text: str) -> Guess:
        """Return a guess from one phrase in a free text; its confidence is at most low."""
        words = tuple(dict.fromkeys(_WORD.findall(fold_spaced(text[:_MAX_TEXT]))))
        hit = self._reader.index.best(words)
        if hit is None or not hit.phrase.type:
            return NO_GUESS
        evidence = used(hit.phrase, words)
        reason = f"a text with {' '.join(evidence)!r}"
        return Guess(hit.phrase.type, reason, "low", evidence, hit.weight)

    @property
    def _home(self) -> Guess:
        if "website_visit" not in self._taxonomy.types:
            return NO_GUESS
        return Guess("website_visit", "the home page", "high")

    def _called(self, text: str, words: Words) -> Guess | None:
        for phrase in dict.fromkeys((text, " ".join(words))):
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
                why = table.not_touchpoints[words]
                return Guess(reason=f"{shown}, not a touchpoint", confidence="high", leave_out=why)
            if table.types.get(words) in self._taxonomy.types:
                return Guess(table.types[words], shown, "high")
        return None

    def _of_reading(self, found: Reading | None) -> Guess | None:
        if found is None:
            return None
        phrase, shown = found.hit.phrase, " ".join(found.words)
        if phrase.type and found.against:
            return Guess(reason=f"{found.against!r} contradicts {shown!r}")
        reason = f"the word{'s' if len(found.words) > 1 else ''} {shown!r}"
        sure: Confidence = "medium" if found.decides else "low"
        if not phrase.type:
            why = reasons()[phrase.text]
            return Guess(reason=f"{reason}, not a touchpoint", confidence=sure, leave_out=why)
        return Guess(phrase.type, reason, sure, found.words, found.hit.weight)

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self._taxonomy)

    def _checked(self, guess: Guess | None, found: Reading | None, words: Words) -> Guess | None:
        """Return a guess, low where the whole name is more like the names of other types.

        A phrase that is strong, of three words, or of a beginning or an end stands for itself.
        """
        if guess is None or found is None or guess.confidence != "medium" or not guess.type:
            return guess
        phrase = found.hit.phrase
        telling = phrase.mark == "=" or len(phrase.words) > _TELLING or found.is_of_a_stage
        if found.strong or telling:
            return guess
        if self._likeness.rank(words, guess.type) < _LIKELY:
            return guess
        reason = f"{guess.reason}; the whole name is more like other types"
        return attrs.evolve(guess, reason=reason, confidence="low")

    def _page_hit(self, segments: list[str], length: int) -> Hit | None:
        """Return the phrase that fits the first segments best and holds the last one; or None."""
        known = [_words_in(one) for one in segments[:length] if not _is_unsaid(one)]
        last = () if _is_unsaid(segments[length - 1]) else known[-1]
        further = (FURTHER,) if length < len(segments) else ()
        words = (*(word for segment in known for word in segment), *further)
        for index in (self._words["pages"], self._reader.index):
            hits = [one for one in index.hits(words) if used(one.phrase, (*last, *further))]
            if hits:
                return best_of(hits)
        return None


def _plain(words: Words) -> Words:
    """Return the distinct words without numbers at their ends."""
    return tuple(dict.fromkeys(_DIGITS.sub("", word) or word for word in words))


def _says_more(hit: Hit, best: Hit) -> bool:
    """Return whether a phrase of further segments overrules the one nearer to the root."""
    together = not set(hit.phrase.words).isdisjoint(best.phrase.words)
    if together or hit.phrase.type == "" or best.phrase.type == "website_visit":
        return hit.words >= best.words
    return hit.words > best.words and hit.phrase.mark == "!"


def _shown(phrase: Phrase, words: Words) -> str:
    return " ".join(used(phrase, words))


def _words_in(segment: str) -> Words:
    return words_of(unquote(segment, errors="replace"))


def _is_unsaid(segment: str) -> bool:
    """Return whether a segment says nothing of a page: a container of pages, an id, a title."""
    return segment in _CONTAINERS or _is_slug(segment)


def _is_title(segment: str) -> bool:
    """Return whether a segment looks like the name of a single product."""
    return segment.count("-") + segment.count("_") >= 2 or any(map(str.isdigit, segment))


def _is_slug(segment: str) -> bool:
    """Return whether a segment looks like an id or the name of a single product or article."""
    if segment in _STATUSES:
        return False
    digits = sum(letter.isdigit() for letter in segment)
    marks = segment.count("-") + segment.count("_")
    return digits >= 4 or 2 * digits >= len(segment) or marks >= 4


def _pattern(segments: list[str], phrase: Phrase) -> Iterator[str]:
    """Yield the pattern of a page: its segments, with ``*`` for ids; without a first locale."""
    for position, segment in enumerate(segments):
        words = _words_in(segment)
        fits = not _is_slug(segment) and bool(used(phrase, words))
        if fits or not (_is_slug(segment) or (position == 0 and LOCALE.fullmatch(segment))):
            yield segment
        elif position or not LOCALE.fullmatch(segment):
            yield "*"
