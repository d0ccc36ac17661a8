"""Rows of a draft: distinct events grouped by name, campaign, page or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import attrs

from touchpoints._core.text import fold_spaced
from touchpoints.classify.drafting.codes import areas_of
from touchpoints.classify.drafting.guessing import (
    LOCALE,
    NO_GUESS,
    Guess,
    Guesser,
    MinConfidence,
    is_general,
    is_of_office,
)
from touchpoints.classify.text.folding import written

Kind = Literal["name", "campaign", "page", "text", "general", "none"]
Words: TypeAlias = "tuple[str, ...]"
_Found: TypeAlias = "tuple[Kind, str, Any, str, Guess]"

KINDS: tuple[Kind, ...] = ("name", "campaign", "page", "text", "general")
"""Kinds of rows, in the order in which their rules are tried."""

MAX_NAME = 300
"""Maximum length of a name, in characters."""

FEW = 10
KNOWN_SHARE = 0.2
"""With at least `FEW` names, of which words decide fewer than this share, words decide none."""

OFFICE_SHARE = 0.5
"""With this share of names that hold a word of the office, no guess decides."""

_BEFORE_PATH = re.compile(r"[^/?#]*(?://[^/?#]*)?")
_PATH_END = re.compile(r"[?#]")
_WORD = re.compile(r"\w+")
_SITE = r"^[^/?#]*(//[^/?#]*)?"
_LANGUAGE = "[a-z]{2}([-_][a-z]{2})?"


@attrs.frozen(kw_only=True)
class Columns:
    """Names of the fields by their role; empty where there is no field."""

    name: str = ""
    url: str = ""
    campaign: str = ""
    text: str = ""


@attrs.frozen(kw_only=True)
class Row:
    """Events that share a line of the draft.

    Attributes
    ----------
    kind
        Kind of field that identifies the events.
    field, value : str
        The field and its value, as logged or as a pattern.
    key
        What the rule tests for: a folded text, the segments of a page, the words of a text.
    count : int
        Number of events.
    guess
        The guess for these events.
    decides : bool
        Whether the guess is certain enough for an active line in the rules.
    """

    kind: Kind
    field: str
    value: str
    key: Any
    count: int
    guess: Guess
    decides: bool

    @property
    def is_typed(self) -> bool:
        """Whether the rules give the events a type."""
        return self.decides and bool(self.guess.type)

    @property
    def is_left_out(self) -> bool:
        """Whether the rules leave the events out, because they are no touchpoints."""
        return self.decides and bool(self.guess.leave_out)


@attrs.frozen(kw_only=True)
class Decided:
    """The rows of a draft, and details that their rules need.

    Attributes
    ----------
    rows : tuple of Row
        Rows in decreasing order of events.
    general : tuple
        General names, for which other fields were used; None stands for a missing name.
    localised : frozenset
        Patterns of pages that occurred after a segment for a language or country.
    """

    rows: tuple[Row, ...]
    general: tuple[str | None, ...]
    localised: frozenset[Words]


def page_regex(pattern: Words, *, locale: bool = False) -> str:
    """Return a regular expression for the pages with these segments; ``*`` is any segment.

    With ``locale``, a segment for a language may come first, for example ``es`` or ``en-us``.

    Examples
    --------
    >>> import re
    >>> bool(re.search(page_regex(("product", "*")), "https://shop.example/product/7?x=1"))
    True
    """
    if not pattern:
        home = f"/({_LANGUAGE})?/?" if locale else "/"
        after_host = f"(/{_LANGUAGE})?" if locale else ""
        return rf"^([^/?#]*//)?[^/?#]+{after_host}/?([?#]|$)|^{home}([?#]|$)"
    before = _SITE + (f"(/{_LANGUAGE})?" if locale else "")
    parts = "".join(f"/{'[^/?#]+' if one == '*' else re.escape(one)}" for one in pattern)
    return f"{before}{parts}([/?#]|$)"


_HOME = re.compile(page_regex(()))


def text_regexes(words: Words) -> list[str]:
    """Return regular expressions that all match in a text if it contains these words."""
    return [rf"\b{one}\b" for one in words]


def decide(
    events: Sequence[Mapping[str, Any]],
    counts: Sequence[int],
    *,
    columns: Columns,
    guesser: Guesser,
    min_confidence: MinConfidence = "medium",
) -> Decided:
    """Return the rows of a draft, in decreasing order of events.

    Parameters
    ----------
    events
        The distinct events, with the fields of ``columns``.
    counts
        Number of occurrences of each event.
    min_confidence
        Minimum confidence of the guesses that decide.
    """
    sorter = _Sorter(columns, guesser, min_confidence)
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
            value=found[kind, field, key][0],
            key=key,
            count=count,
            guess=found[kind, field, key][1],
            decides=found[kind, field, key][1].decides(min_confidence),
        )
        for (kind, field, key), count in totals.most_common()
    ]
    return Decided(
        rows=tuple(rows), general=tuple(sorter.general), localised=frozenset(sorter.localised)
    )


class _Sorter:
    """Makes the guesses from all events, then assigns each event to a row."""

    def __init__(self, columns: Columns, guesser: Guesser, least: MinConfidence) -> None:
        self._columns = columns
        self._guesser = guesser
        self._least = least
        self._names: dict[str, tuple[str, Guess]] = {}
        self._campaigns: dict[str, tuple[str, Guess]] = {}
        # By whether the guess decides.
        self._pages: dict[bool, dict[Words, Guess]] = {}
        self._texts: dict[bool, dict[Words, Guess]] = {}
        self.general: dict[str | None, None] = {}
        self.localised: dict[Words, None] = {}

    def learn(self, weighted: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Make the guesses; the most specific page and text patterns come first."""
        entries = list(weighted)
        areas = areas_of({self._raw(event, self._columns.name) for event, _ in entries})
        name = partial(self._guesser.name, areas=areas)
        guessed = self._guessed(entries, self._columns.name, name)
        self._names = _distrusted(guessed)
        general = [entry for entry in entries if self._is_general(entry[0])]
        self._campaigns = self._guessed(general, self._columns.campaign, self._guesser.campaign)
        pages = {segments_of(self._raw(event, self._columns.url)) for event, _ in general}
        found = [
            self._guesser.page("/".join(segments)) for segments in pages if segments is not None
        ]
        self._pages = self._by_sureness(found)
        texts = {self._raw(event, self._columns.text) for event, _ in general}
        self._texts = self._by_sureness([self._guesser.text(one) for one in sorted(texts)])

    def _by_sureness(self, guesses: Sequence[Guess]) -> dict[bool, dict[Words, Guess]]:
        return {
            sure: _in_order(one for one in guesses if one.decides(self._least) == sure)
            for sure in (True, False)
        }

    def row_of(self, event: Mapping[str, Any]) -> _Found:
        """Return the kind, field, key, shown value and guess of the row of an event."""
        columns = self._columns
        raw = self._raw(event, columns.name)
        name = fold_spaced(raw)
        if not self._is_general(event):
            return ("name", columns.name, name, *self._names.get(name, (raw, NO_GUESS)))
        if columns.name:
            self.general[name or None] = None
        row = self._by_campaign(event) or self._by_page(event) or self._by_text(event)
        if row is not None:
            return row
        if name:
            return ("general", columns.name, name, *self._names[name])
        unsure = self._by_page(event, sure=False) or self._by_text(event, sure=False)
        return unsure or self._unknown(event)

    def _by_campaign(self, event: Mapping[str, Any]) -> _Found | None:
        field = self._columns.campaign
        campaign = fold_spaced(self._raw(event, field))
        shown, guess = self._campaigns.get(campaign, ("", NO_GUESS))
        if not guess.decides(self._least):
            return None
        return ("campaign", field, campaign, shown, guess)

    def _by_page(self, event: Mapping[str, Any], *, sure: bool = True) -> _Found | None:
        """Return the most specific pattern that the page fits, of those that decide or not."""
        field, guesses = self._columns.url, self._pages[sure]
        segments = segments_of(self._raw(event, field)) if guesses else None
        if segments is None:
            return None
        after = without_locale(segments)
        for pattern, guess in guesses.items():
            fits = page_fits(pattern, segments)
            if fits or (after is not None and page_fits(pattern, after)):
                if not fits:
                    self.localised[pattern] = None
                return ("page", field, pattern, f"/{'/'.join(pattern)}", guess)
        return None

    def _by_text(self, event: Mapping[str, Any], *, sure: bool = True) -> _Found | None:
        field = self._columns.text
        words = frozenset(_WORD.findall(fold_spaced(self._raw(event, field))))
        for phrase, guess in self._texts[sure].items() if words else ():
            if words.issuperset(phrase):
                return ("text", field, phrase, " ".join(phrase), guess)
        return None

    def _unknown(self, event: Mapping[str, Any]) -> _Found:
        """Return the row of an event without a name and without a guess from other fields."""
        columns = self._columns
        for field in (columns.url, columns.campaign, columns.text):
            text = self._raw(event, field)
            segments = segments_of(text) if field and field == columns.url else None
            value = f"/{'/'.join(segments[:1])}" if segments is not None else text
            if text:
                return ("none", field, fold_spaced(value), value[:MAX_NAME], NO_GUESS)
        return ("none", "", "", "", attrs.evolve(NO_GUESS, reason="all fields are missing"))

    def _is_general(self, event: Mapping[str, Any]) -> bool:
        """Return whether the name is missing or general, so that other fields are used.

        A general name of which a tracker says that it is no touchpoint, such as ``first_visit``,
        says enough.
        """
        raw = self._raw(event, self._columns.name)
        known = self._names.get(fold_spaced(raw))
        return not raw or (known is not None and not known[1].leave_out and is_general(known[0]))

    def _raw(self, event: Mapping[str, Any], field: str) -> str:
        return (written(event[field]) or "") if field else ""

    def _guessed(
        self,
        entries: Iterable[tuple[Mapping[str, Any], int]],
        field: str,
        guess: Callable[[str], Guess],
    ) -> dict[str, tuple[str, Guess]]:
        """Return {folded text: (most frequent spelling, guess)}."""
        spellings: dict[str, Counter[str]] = {}
        for event, count in entries:
            raw = self._raw(event, field)
            spellings.setdefault(fold_spaced(raw), Counter())[raw] += count
        spellings.pop("", None)
        return {key: _best_of(counter, guess) for key, counter in spellings.items()}


def _best_of(spellings: Counter[str], guess: Callable[[str], Guess]) -> tuple[str, Guess]:
    """Return the most frequent spelling, and the guess from the first spelling that gives one."""
    texts = [text for text, _ in spellings.most_common()]
    if len(texts[0]) > MAX_NAME:
        reason = "too long for a name: pass the column as text="
        return texts[0][:MAX_NAME], attrs.evolve(NO_GUESS, reason=reason)
    guesses = [guess(one) for one in texts]
    return texts[0], next((one for one in guesses if one.confidence != "none"), guesses[0])


def _distrusted(names: dict[str, tuple[str, Guess]]) -> dict[str, tuple[str, Guess]]:
    """Return the guesses of names; in logs of something else than interactions, those are low.

    A word that fits one name among many unknown names does so by chance, and "create order" among
    the steps of an office is no order of a customer.
    """
    if len(names) < FEW:
        return names
    known = sum(guess.decides("medium") for _, guess in names.values())
    office = sum(is_of_office(shown) for shown, _ in names.values())
    if office >= OFFICE_SHARE * len(names):
        return _lowered(names, "steps of work, as many other names are", ("high", "medium"))
    if known < KNOWN_SHARE * len(names):
        return _lowered(names, "few other names are known", ("medium",))
    return names


def _lowered(
    names: dict[str, tuple[str, Guess]], why: str, confidences: Sequence[str]
) -> dict[str, tuple[str, Guess]]:
    """Return the guesses, low where they have a type and one of these confidences."""
    found = {}
    for key, (shown, guess) in names.items():
        if guess.type and guess.confidence in confidences:
            reason = f"{guess.reason}; {why}"
            found[key] = (shown, attrs.evolve(guess, confidence="low", reason=reason))
        else:
            found[key] = (shown, guess)
    return found


def _in_order(guesses: Iterable[Guess]) -> dict[Words, Guess]:
    """Return {evidence: guess} of the guesses with a type, the most specific first."""
    typed = {one.evidence: one for one in guesses if one.type}
    order = sorted(typed.values(), key=lambda one: (one.weight, one.evidence), reverse=True)
    return {one.evidence: one for one in order}


def segments_of(url: str) -> Words | None:
    """Return the folded segments of the path of a URL; None when the text is not a URL."""
    text = fold_spaced(url)
    path = _PATH_END.split(_BEFORE_PATH.sub("", text, count=1), maxsplit=1)[0]
    below = path.removeprefix("/").rstrip("/")
    if not below and not _HOME.search(text):
        return None
    return tuple(below.split("/")) if below else ()


def page_fits(pattern: Words, segments: Words) -> bool:
    """Return whether the first segments of a path fit a pattern."""
    if not pattern:
        return not segments
    return len(segments) >= len(pattern) and all(
        segment and one in ("*", segment) for one, segment in zip(pattern, segments, strict=False)
    )


def without_locale(segments: Words) -> Words | None:
    """Return the segments after a locale, for example ``es`` or ``en-us``; else None."""
    return segments[1:] if segments and LOCALE.fullmatch(segments[0]) else None
