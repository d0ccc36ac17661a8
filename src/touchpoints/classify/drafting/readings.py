"""Readings of a name by its words: the phrase that fits best, and what the other words change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import attrs

from touchpoints.classify._data import read_data
from touchpoints.classify.drafting.codes import Abbreviations
from touchpoints.classify.drafting.phrases import (
    SMALL,
    Hit,
    Index,
    Phrase,
    Words,
    best_of,
    known_words,
    listed,
    meanings,
    phrase_of,
    spellings,
    used,
)
from touchpoints.classify.web.event_names import words_of
from touchpoints.taxonomy import Taxonomy

_OF = frozenset(("de", "del", "por", "con", "para"))
_MIN_HALF = 3
_MIN_JOINED, _MAX_JOINED = 7, 24
_STAGES = frozenset(("start", "cancel", "fail", "abandon"))


@attrs.frozen(kw_only=True)
class Reading:
    """How the words of a name are read.

    Attributes
    ----------
    hit
        The phrase that fits best.
    words : tuple of str
        The words that the phrase explains.
    unexplained : tuple of str
        The words that may change what the phrase says.
    against : str
        The first word that contradicts the phrase; empty when there is none.
    rivals : bool
        Whether a strong phrase of another type explains other words of the name.
    strong : bool
        Whether the phrase decides beside unexplained words.
    clear : bool
        Whether the phrase has at least two words that say what happened, and no unexplained word
        is one that means something elsewhere in the word list: it is then a description.
    tied : bool
        Whether a phrase of another type fits as well and explains other words of the name.
    foreign : bool
        Whether the phrase means a type of customers, in the log of a clinic.
    """

    hit: Hit
    words: Words
    unexplained: Words
    against: str
    rivals: bool
    strong: bool
    clear: bool
    tied: bool
    foreign: bool

    @property
    def is_of_a_stage(self) -> bool:
        """Whether the phrase says that something only began, failed or was undone."""
        return not _STAGES.isdisjoint(self.hit.phrase.words)

    @property
    def decides(self) -> bool:
        """Whether no other word of the name can change what the phrase says.

        One word beside two or more that nothing explains is too little; so is what shops say,
        beside a word of a clinic.
        """
        if self.hit.phrase.mark == "?" or self.tied:
            return False
        if self.foreign and self.unexplained and not self.strong:
            return False
        if len(self.unexplained) > 1 and len(self.hit.phrase.words) == 1:
            return False
        return not self.unexplained or self.clear or (self.strong and not self.rivals)


def phrases(section: str) -> list[Phrase]:
    """Return the phrases of a section of the word list, with those that exclude names."""
    document = read_data("words")
    excluded = document["none"].values() if section in ("types", "pages") else ()
    entries = [("", phrase) for listing in excluded for phrase in listing]
    entries += [(one, phrase) for one, listing in document[section].items() for phrase in listing]
    # The first of equally good phrases wins, so types of patient logs come before types of shops.
    ranked = sorted(entries, key=lambda entry: bool(entry[0]) and not entry[0].startswith("pt_"))
    return [phrase_of(text, one, rank) for rank, (one, text) in enumerate(ranked)]


@cache
def reasons() -> dict[str, str]:
    """Return {phrase: why names with it are no touchpoints}."""
    table = read_data("words")["none"]
    return {phrase.removeprefix("!"): why for why, listing in table.items() for phrase in listing}


def _words_by_type(listed: Sequence[Phrase]) -> dict[str, frozenset[str]]:
    """Return {type: the words of its phrases}; beside one of them, the others are no surprise."""
    found: dict[str, set[str]] = {}
    for phrase in listed:
        if phrase.type and phrase.mark != "?":
            found.setdefault(phrase.type, set()).update(phrase.words)
    return {one: frozenset(words) for one, words in found.items()}


def _labels(taxonomy: Taxonomy) -> Iterator[Phrase]:
    """Yield ids, labels and aliases without small words, own types before inherited types."""
    for rank, one in enumerate(reversed(list(taxonomy.types.values()))):
        aliases = (alias for names in one.aliases.values() for alias in names)
        for name in (one.id, *one.labels.values(), *aliases):
            words = tuple(word for word in words_of(name) if word not in SMALL)
            if words:
                yield Phrase(words, one.id, rank, mark="" if len(words) > 1 else "?")


class Reader:
    """Reads names by the words that mean a type of a taxonomy.

    Parameters
    ----------
    taxonomy
        Taxonomy with the types to choose from.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        explained = read_data("words")["explained"]
        clinical = self._clinical = any(one.startswith("pt_") for one in taxonomy.types)
        self.index = Index(phrases("types"), types=taxonomy.types)
        self._labels = Index(_labels(taxonomy), types=taxonomy.types)
        self._of_type = _words_by_type(phrases("types"))
        self._always = frozenset(explained["always"] + (explained["clinical"] if clinical else []))
        self._beside = self._always.union(explained["acts"])
        self._achieved = frozenset(explained["achieved"])
        known = known_words() | {word for word in self.index.words if word.isalpha()}
        self._known, self._full = known, Abbreviations(known)

    def spelled_out(self, words: Words, areas: frozenset[str]) -> Words:
        """Return the words of a code without its area, and in full where they are cut short."""
        is_area = len(words) > 1 and words[0] in areas and not self._is_known(words[0])
        rest = words[1:] if is_area else words
        return tuple(
            word if word in self._known or self._is_known(word) else self._full.full(word) or word
            for word in rest
        )

    def read(self, words: Words) -> Reading | None:
        """Return the best reading of some words; None when no phrase fits.

        The phrase of most words is best; of as many words, the one that leaves the fewest words
        unexplained. Where another word contradicts it, a strong phrase with that word is better.
        """
        hits, own = self.index.hits(words), self._labels.best(words)
        best = best_of(hits)
        if best is None or (own is not None and own.words > best.words):
            best = own
        if best is None:
            return None
        same = sorted((one for one in hits if one.words == best.words), reverse=True)
        found = [self._reading(one, words, hits) for one in ([best] if best is own else same)]
        if all(one.against for one in found):
            strong = sorted((one for one in hits if one.phrase.mark == "!"), reverse=True)
            found += [self._reading(one, words, hits) for one in strong]
        return min(found, key=lambda one: (bool(one.against), len(one.unexplained)))

    def split(self, words: Words) -> Words:
        """Return the words, with those split in two that are two known words in one.

        A word is split where there is exactly one place to do so: ``viewcategory``, ``addtocart``.
        """
        found: list[str] = []
        for word in words:
            found += self._halves(word) if word.isalpha() else [word]
        return tuple(found)

    def _halves(self, word: str) -> Sequence[str]:
        if not _MIN_JOINED <= len(word) <= _MAX_JOINED or self._is_known(word):
            return [word]
        places = [
            place
            for place in range(_MIN_HALF, len(word) - _MIN_HALF + 1)
            if self._is_known(word[:place]) and self._is_known(word[place:])
        ]
        return [word[: places[0]], word[places[0] :]] if len(places) == 1 else [word]

    def _is_head(self, phrase: Phrase, fitting: Words, words: Words) -> bool:
        """Return whether the rest of a name can only say of what: in health care, of which part."""
        clinical = self._clinical and phrase.type.startswith("pt_") and phrase.mark != "?"
        return clinical and _is_first_or_last(fitting, words)

    def _is_known(self, word: str) -> bool:
        return not meanings(word).isdisjoint(self.index.words)

    def _reading(self, hit: Hit, words: Words, hits: Sequence[Hit]) -> Reading:
        phrase = hit.phrase
        fitting = used(phrase, words)
        mine = frozenset(fitting)
        found = [(one.phrase, frozenset(used(one.phrase, words))) for one in hits]
        said = sum(not _is_explained(word, self._always) for word in fitting)
        related = self._of_type.get(phrase.type, frozenset()) if said > 1 else frozenset(fitting)
        same = {word for word in words if not meanings(word).isdisjoint(related)}
        same.update(fitting, *(those for one, those in found if one.type == phrase.type))
        families = self._always if phrase.type in self._achieved else self._beside
        unexplained = tuple(
            word
            for position, word in enumerate(words)
            if not (word in same or _is_small(word, position) or _is_explained(word, families))
        )
        strong = any(one.type == phrase.type and one.mark == "!" for one, _ in found)
        rivals = any(
            one.type != phrase.type and one.mark == "!" and those.isdisjoint(fitting)
            for one, those in found
        )
        against = [word for word in words if word not in fitting and word in _against()]
        return Reading(
            hit=hit,
            words=fitting,
            unexplained=unexplained,
            against=against[0] if against else "",
            rivals=rivals,
            strong=strong,
            tied=any(
                one.words >= hit.words and _is_rival(one.phrase, phrase, those - mine)
                for one, (_, those) in zip(hits, found, strict=True)
                if not (one.phrase.type and strong and not rivals)
            ),
            foreign=self._clinical and not phrase.type.startswith("pt_"),
            clear=(said > 1 or self._is_head(phrase, fitting, words))
            and all(meanings(word).isdisjoint(self.index.words) for word in unexplained),
        )


def _is_rival(other: Phrase, phrase: Phrase, words: frozenset[str]) -> bool:
    """Return whether a phrase says something else, of words that say more than the channel."""
    says_more = not other.type or bool(words - listed("explained", "how"))
    return other.type != phrase.type and says_more


def _is_first_or_last(fitting: Words, words: Words) -> bool:
    """Return whether words head a name: `control de asma`, `asthma review`."""
    length = len(fitting)
    first = words[:length] == fitting and words[length : length + 1] and words[length] in _OF
    return bool(first) or (words[-length:] == fitting and words[0] not in SMALL)


def _against() -> frozenset[str]:
    return listed("against", "words")


def _is_small(word: str, position: int) -> bool:
    """Return whether a word is an article, a preposition or a number; not the initial of a code."""
    return word.isdigit() or (word in SMALL and (position > 0 or len(word) > 1))


def _is_explained(word: str, families: frozenset[str]) -> bool:
    """Return whether a word changes nothing: it says who, where, or with what."""
    plain = listed("explained", "about", "how")
    return not (plain.isdisjoint(spellings(word)) and meanings(word).isdisjoint(families))
