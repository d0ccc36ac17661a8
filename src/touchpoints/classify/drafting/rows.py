"""What a draft decides on: each distinct event goes to one row, by name, campaign, page or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from touchpoints._core.text import fold_spaced
from touchpoints.classify.drafting.guessing import LOCALE, NO_GUESS, Guess, Guesser, is_general
from touchpoints.classify.text.folding import written

Kind = Literal["name", "campaign", "page", "text", "general", "none"]
Words: TypeAlias = "tuple[str, ...]"

KINDS = ("name", "campaign", "page", "text", "general")
"""The kinds of rows in the order in which their rules are asked."""

MOST_NAME = 300
"""A longer text is no name."""

_BEFORE_PATH = re.compile(r"[^/?#]*(?://[^/?#]*)?")
_PATH_END = re.compile(r"[?#]")
_WORD = re.compile(r"\w+")
_SITE = r"^[^/?#]*(//[^/?#]*)?"
_LANGUAGE = "[a-z]{2}([-_][a-z]{2})?"


@attrs.frozen(kw_only=True)
class Columns:
    """Which field of an event is what; empty where there is none."""

    name: str = ""
    url: str = ""
    campaign: str = ""
    text: str = ""


@attrs.frozen(kw_only=True)
class Row:
    """Events that one line of the draft is about.

    Attributes
    ----------
    kind
        By what they are told.
    field, value : str
        The field and what is in it, as logged or as a pattern.
    key
        What the rule asks for: a folded text, the segments of a page, the words of a text.
    count : int
        How many events.
    guess
        What they are.
    """

    kind: Kind
    field: str
    value: str
    key: Any
    count: int
    guess: Guess


@attrs.frozen(kw_only=True)
class Decided:
    """The rows, and what their rules need to know.

    Attributes
    ----------
    rows : tuple of Row
        Those of most events first.
    general : tuple
        The names so general that other fields were asked; None stands for no name.
    localised : frozenset
        The patterns of pages that came after a language or country.
    """

    rows: tuple[Row, ...]
    general: tuple[str | None, ...]
    localised: frozenset[Words]


def page_regex(pattern: Words, *, locale: bool = False) -> str:
    """Return the regular expression of the pages with these segments, ``*`` being any one.

    With ``locale`` they may come after a segment such as ``es`` or ``en-us``.

    Examples
    --------
    >>> import re
    >>> bool(re.search(page_regex(("product", "*")), "https://shop.example/product/7?x=1"))
    True
    """
    if not pattern:
        front = f"/({_LANGUAGE})?/?" if locale else "/"
        below = f"(/{_LANGUAGE})?" if locale else ""
        return rf"^([^/?#]*//)?[^/?#]+{below}/?([?#]|$)|^{front}([?#]|$)"
    before = _SITE + (f"(/{_LANGUAGE})?" if locale else "")
    parts = "".join(f"/{'[^/?#]+' if one == '*' else re.escape(one)}" for one in pattern)
    return f"{before}{parts}([/?#]|$)"


_FRONT = re.compile(page_regex(()))


def text_regexes(words: Words) -> list[str]:
    """Return the regular expressions that all are found in a text with these words."""
    return [rf"\b{one[:-1]}" if one.endswith("*") else rf"\b{one}\b" for one in words]


def decide(
    events: Sequence[Mapping[str, Any]],
    counts: Sequence[int],
    *,
    columns: Columns,
    guesser: Guesser,
) -> Decided:
    """Return the rows of a draft, those of most events first.

    Parameters
    ----------
    events
        The distinct events, with the fields of ``columns``.
    counts
        How often each occurs.
    """
    sorter = _Sorter(columns, guesser)
    weighted = list(zip(events, counts, strict=True))
    sorter.learn(weighted)
    found: dict[tuple[Kind, str, Any], tuple[str, Guess]] = {}
    totals: Counter[tuple[Kind, str, Any]] = Counter()
    for event, count in weighted:
        kind, field, key, value, guess = sorter.row_of(event)
        found.setdefault((kind, field, key), (value, guess))
        totals[kind, field, key] += count
    rows = [
        Row(
            kind=kind,
            field=field,
            value=found[place][0],
            key=key,
            count=count,
            guess=found[place][1],
        )
        for place, count in totals.most_common()
        for kind, field, key in [place]
    ]
    return Decided(
        rows=tuple(rows), general=tuple(sorter.general), localised=frozenset(sorter.localised)
    )


class _Sorter:
    """Learns from all events which rules there will be, then tells the row of each."""

    def __init__(self, columns: Columns, guesser: Guesser) -> None:
        self._columns = columns
        self._guesser = guesser
        self._names: dict[str, tuple[str, Guess]] = {}
        self._campaigns: dict[str, tuple[str, Guess]] = {}
        self._pages: dict[Words, Guess] = {}
        self._texts: dict[Words, Guess] = {}
        self.general: dict[str | None, None] = {}
        self.localised: dict[Words, None] = {}

    def learn(self, weighted: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Make the guesses, of which the most telling fit first."""
        entries = list(weighted)
        self._names = self._learnt(entries, self._columns.name, self._guesser.name)
        open_ = [entry for entry in entries if self._is_open(entry[0])]
        self._campaigns = self._learnt(open_, self._columns.campaign, self._guesser.campaign)
        pages = {segments_of(self._raw(event, self._columns.url)) for event, _ in open_}
        found = [
            self._guesser.page("/".join(segments)) for segments in pages if segments is not None
        ]
        self._pages = _in_order(found)
        texts = {self._raw(event, self._columns.text) for event, _ in open_}
        self._texts = _in_order(map(self._guesser.text, sorted(texts)))

    def row_of(self, event: Mapping[str, Any]) -> tuple[Kind, str, Any, str, Guess]:
        """Return kind, field, key and shown value of the row of an event, and its guess."""
        columns = self._columns
        raw = self._raw(event, columns.name)
        name = fold_spaced(raw)
        if not self._is_open(event):
            return ("name", columns.name, name, *self._names.get(name, (raw, NO_GUESS)))
        if columns.name:
            self.general[name or None] = None
        told = self._by_other_fields(event)
        if told is not None:
            return told
        if name:
            return ("general", columns.name, name, *self._names[name])
        return self._untold(event)

    def _by_other_fields(
        self, event: Mapping[str, Any]
    ) -> tuple[Kind, str, Any, str, Guess] | None:
        columns = self._columns
        campaign = fold_spaced(self._raw(event, columns.campaign))
        if campaign in self._campaigns and self._campaigns[campaign][1].type:
            return ("campaign", columns.campaign, campaign, *self._campaigns[campaign])
        pattern = self._pattern_of(segments_of(self._raw(event, columns.url)))
        if pattern is not None:
            return ("page", columns.url, pattern, f"/{'/'.join(pattern)}", self._pages[pattern])
        words = _WORD.findall(fold_spaced(self._raw(event, columns.text)))
        for phrase, guess in self._texts.items() if words else ():
            if _has(words, phrase):
                return ("text", columns.text, phrase, " ".join(phrase), guess)
        return None

    def _pattern_of(self, segments: Words | None) -> Words | None:
        """Return the most telling pattern that an address has."""
        if segments is None:
            return None
        after = without_locale(segments)
        for pattern in self._pages:
            if page_fits(pattern, segments):
                return pattern
            if after is not None and page_fits(pattern, after):
                self.localised[pattern] = None
                return pattern
        return None

    def _untold(self, event: Mapping[str, Any]) -> tuple[Kind, str, Any, str, Guess]:
        """Return a row for an event without a name of which nothing else is known."""
        columns = self._columns
        for field in (columns.url, columns.campaign, columns.text):
            text = self._raw(event, field)
            segments = segments_of(text) if field and field == columns.url else None
            value = f"/{'/'.join(segments[:1])}" if segments is not None else text
            if text:
                return ("none", field, fold_spaced(value), value[:MOST_NAME], NO_GUESS)
        return ("none", "", "", "", attrs.evolve(NO_GUESS, reason="every field is missing"))

    def _is_open(self, event: Mapping[str, Any]) -> bool:
        """Tell whether other fields are asked, as there is no name or it says nothing."""
        raw = self._raw(event, self._columns.name)
        known = self._names.get(fold_spaced(raw))
        return not raw or (known is not None and is_general(known[0]))

    def _raw(self, event: Mapping[str, Any], field: str) -> str:
        return (written(event[field]) or "") if field else ""

    def _learnt(
        self,
        entries: Iterable[tuple[Mapping[str, Any], int]],
        field: str,
        guess: Callable[[str], Guess],
    ) -> dict[str, tuple[str, Guess]]:
        """Return for each folded text how it is mostly written, and a guess."""
        variants: dict[str, Counter[str]] = {}
        for event, count in entries:
            raw = self._raw(event, field)
            variants.setdefault(fold_spaced(raw), Counter())[raw] += count
        variants.pop("", None)
        return {key: _best_of(counter, guess) for key, counter in variants.items()}


def _best_of(variants: Counter[str], guess: Callable[[str], Guess]) -> tuple[str, Guess]:
    """Return the usual way of writing and the guess of the first that says something."""
    usual = [text for text, _ in variants.most_common()]
    if len(usual[0]) > MOST_NAME:
        reason = "too long for a name: pass the column as text="
        return usual[0][:MOST_NAME], attrs.evolve(NO_GUESS, reason=reason)
    guesses = map(guess, usual)
    return usual[0], next((one for one in guesses if one.confidence != "none"), NO_GUESS)


def _in_order(guesses: Iterable[Guess]) -> dict[Words, Guess]:
    """Return the guesses with a type by their evidence, the most telling first."""
    typed = {one.evidence: one for one in guesses if one.type}
    order = sorted(typed.values(), key=lambda one: (one.weight, one.evidence), reverse=True)
    return {one.evidence: one for one in order}


def segments_of(url: str) -> Words | None:
    """Return the segments of the path of an address, folded; None when it is no address."""
    text = fold_spaced(url)
    path = _PATH_END.split(_BEFORE_PATH.sub("", text, count=1), maxsplit=1)[0]
    below = path.removeprefix("/").rstrip("/")
    if not below and not _FRONT.search(text):
        return None
    return tuple(below.split("/")) if below else ()


def page_fits(pattern: Words, segments: Words) -> bool:
    """Tell whether an address with these segments has a pattern from its root on."""
    if not pattern:
        return not segments
    return len(segments) >= len(pattern) and all(
        segment and one in ("*", segment) for one, segment in zip(pattern, segments, strict=False)
    )


def without_locale(segments: Words) -> Words | None:
    """Return the segments after one such as ``es`` or ``en-us``; None when there is none."""
    return segments[1:] if segments and LOCALE.fullmatch(segments[0]) else None


def _has(words: Sequence[str], phrase: Words) -> bool:
    return all(
        any(word.startswith(one[:-1]) for word in words) if one.endswith("*") else one in words
        for one in phrase
    )
