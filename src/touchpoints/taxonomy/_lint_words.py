"""Tests by words: names of channels, the company's point of view, and near duplicates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import attrs

from touchpoints._core.documents import tables_of
from touchpoints._core.text import fold_spaced

_WORD = re.compile(r"\w+")


# Channels, or areas of them, of which a medium is one: words beside it add nothing to its name.
_MEDIA_AREAS = frozenset(
    [
        "social",
        "video",
        "search",
        "chat",
        "display",
        "advertising",
        "audio",
        "tv",
        "radio",
        "print",
        "ooh",
        "email",
        "sms",
    ]
)
_SPLIT = re.compile(r"\b(cross|up|re)[ -](sell|sold|target|market)")
_NEAR = (4, 5)  # shared words out of all; integers, because the float 0.8 * 35 exceeds 28


@attrs.frozen
class _Words:
    """The words of all languages together; ``data/words/en.toml`` explains each list."""

    around_a_channel: frozenset[str]
    beside_a_medium: frozenset[str]
    beside_a_network: frozenset[str]
    common: frozenset[str]
    jargon: frozenset[str]
    company_verbs: frozenset[str]
    company_objects: frozenset[str]
    person_verbs: frozenset[str]
    people: frozenset[str]
    after_a_passive: frozenset[str]
    company_acts: frozenset[str]
    person_acts: frozenset[str]
    articles: frozenset[str]
    first_person: frozenset[str]
    counted: frozenset[str]
    gerunds: tuple[str, ...]
    passives: tuple[str, ...]
    plurals: tuple[tuple[str, str], ...]
    without_a_side: re.Pattern[str]
    agent: re.Pattern[str]
    media: Mapping[str, str]


@cache
def _words() -> _Words:
    """Return the words of all languages, read on first use from one file for each."""
    from importlib.resources import files

    folder = files("touchpoints.taxonomy").joinpath("data", "words")
    tables = [
        tables_of(one.read_text(encoding="utf-8"), where=one.name)
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".toml")
    ]

    def listed(name: str) -> list[Any]:
        return [one for table in tables for one in table[name]]

    sets = [one.name for one in attrs.fields(_Words) if "frozenset" in str(one.type)]
    articles = "|".join(listed("articles"))
    return _Words(
        **{name: frozenset(listed(name)) for name in sets},
        gerunds=tuple(listed("gerunds")),
        passives=tuple(listed("passives")),
        plurals=tuple((ending, instead) for ending, instead in listed("plurals")),
        without_a_side=_any_of([*listed("departments"), *listed("proper_names")]),
        agent=re.compile(rf"\b(?:{'|'.join(listed('before_an_agent'))}) (?:(?:{articles}) )?(\w+)"),
        media={
            name: channel
            for table in tables
            for channel, names in table["media"].items()
            for name in names
        },
    )


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return an expression for any of these phrases, the longest first."""
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest))})\b")


def words_of(text: str) -> list[str]:
    """Return the words of a text, with case and accents folded."""
    return _WORD.findall(_SPLIT.sub(r"\1\2", fold_spaced(text).replace("_", " ")))


def stem(word: str) -> str:
    """Return the rough stem of a word: without the ending of a plural, gerund or participle.

    Examples
    --------
    >>> [stem(word) for word in ("reviews", "reading", "prices", "price", "canales", "canal")]
    ['review', 'read', 'pric', 'pric', 'canal', 'canal']
    """
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word.removesuffix(ending)
    return word.removesuffix("s").removesuffix("e") if len(word) > 3 else word


def bare(name: str) -> frozenset[str]:
    """Return the stems of a name, without the words that add nothing to the name of a medium."""
    return frozenset(stem(word) for word in words_of(name) if word not in _words().around_a_channel)


@cache
def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


@cache
def media() -> Mapping[frozenset[str], str]:
    """Return {words: channel} of media that no channel of the built-in taxonomies is called."""
    named = {bare(name): channel for name, channel in _words().media.items()}
    return {words: channel for words, channel in named.items() if words}


def channel_of(name: str, channels: Mapping[frozenset[str], str]) -> str | None:
    """Return the channel that a name is the name of; None for any other name.

    Parameters
    ----------
    name
        The name of a type or of an event.
    channels
        The channels by the words of their names.

    Examples
    --------
    >>> email = {bare("email"): "email"}
    >>> channel_of("Our email", email), channel_of("TikTok ads", email)
    ('email', 'social')
    >>> channel_of("Reading an email", email)
    """
    words = bare(name)
    if _is_verb_and_noun(words_of(name)):
        return None
    if found := channels.get(words) or media().get(words):
        return found
    medium, network = _words().beside_a_medium, _words().beside_a_network
    for listed, areas in ((medium, _MEDIA_AREAS), (medium | network, {"social"})):
        beside = _stems(listed)
        if words.isdisjoint(beside):
            continue
        found = channels.get(words - beside) or media().get(words - beside)
        if found and found.partition(".")[0] in areas:
            return found
    return None


def _is_verb_and_noun(words: list[str]) -> bool:
    """Return whether a name begins with a gerund of a word in it: "calling the call centre"."""
    return (
        bool(words)
        and words[0].endswith(_words().gerunds)
        and stem(words[0]) in map(stem, words[1:])
    )


def business_words(label: str) -> tuple[str, ...]:
    """Return the words that show that a label is written from the company's side, or ().

    Examples
    --------
    >>> business_words("Lead captured"), business_words("Enviar oferta al cliente")
    (('lead',), ('enviar', 'oferta', 'cliente'))
    >>> business_words("Reading an email the shop sent"), business_words("Customer service call")
    ((), ())
    """
    known = _words()
    text = known.without_a_side.sub(" ", fold_spaced(label))
    words = words_of(text)
    if " ".join(map(_singular, words)) in known.counted:
        return tuple(words)
    ours = tuple(word for word in words if word in known.first_person)
    if ours or not words or _is_persons_act(words[0]):
        return ours
    jargon = tuple(word for word in words if word in known.jargon)
    return jargon or _acts_on_people(words, text)


def _acts_on_people(words: list[str], text: str) -> tuple[str, ...]:
    """Return the words that say that the company does something to people, or ()."""
    known, present = _words(), set(words)
    verbs, objects = known.company_verbs, known.company_objects
    if present & known.person_verbs or not present & verbs or not present & objects:
        return ()
    if _has_a_person_as_subject(words) or not known.people.isdisjoint(known.agent.findall(text)):
        return ()
    return tuple(word for word in words if word in verbs | objects)


def _singular(word: str) -> str:
    """Return a word without the ending of a plural, the longest that it has."""
    for plural, singular in sorted(_words().plurals, key=lambda one: -len(one[0])):
        if word.endswith(plural) and len(word) > 4:
            return word.removesuffix(plural) + singular
    return word


def _is_persons_act(word: str) -> bool:
    """Return whether a label begins with what the person does: a gerund or an infinitive."""
    known = _words()
    if word in known.company_verbs or word in known.company_acts or word in known.jargon:
        return False
    gerund = word.endswith(known.gerunds) and len(word) > 4
    return gerund or word in known.person_verbs or word in known.person_acts


def _has_a_person_as_subject(words: list[str]) -> bool:
    """Return whether a label is a sentence of what a person does: "customer calls support"."""
    known = _words()
    said = [word for word in words if word not in known.articles]
    if len(said) < 2 or said[0] not in known.people or said[1] not in known.company_verbs:
        return False
    if said[1].endswith(known.passives):
        return len(said) > 2 and said[2] not in known.after_a_passive
    return True


def near_pairs(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names of each two texts with nearly the same words, in any order of words.

    Two texts are near when at least four fifths of their distinct words are in both (Jaccard
    similarity of 0.8 or more), on stems and without common words. Two near texts share one of their
    rarest words, so only texts that share a rare word are compared.
    """
    sets = {name: _content(text) for name, text in texts.items()}
    often = Counter(word for words in sets.values() for word in words)
    seen: dict[str, list[str]] = {}
    for name, words in sets.items():
        rare = sorted(words, key=lambda word: (often[word], word))[: _enough(words)]
        others = dict.fromkeys(other for word in rare for other in seen.get(word, ()))
        yield from ((other, name) for other in others if _are_near(words, sets[other]))
        for word in rare:
            seen.setdefault(word, []).append(name)


def _content(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text) if word not in _words().common)


def _enough(words: frozenset[str]) -> int:
    """Return k such that any near text shares one of the k rarest words of this text."""
    shared, every = _NEAR
    return len(words) - -(-shared * len(words) // every) + 1 if words else 0


def _are_near(one: frozenset[str], other: frozenset[str]) -> bool:
    shared, every = _NEAR
    return every * len(one & other) >= shared * len(one | other)
