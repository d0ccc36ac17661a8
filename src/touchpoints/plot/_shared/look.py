"""How a figure looks: its colours, its language, its numbers, and the labels of what it shows."""

from __future__ import annotations

import html
from typing import Any

import attrs

from touchpoints._core import checks
from touchpoints._core.languages import FALLBACK
from touchpoints._core.text import printable
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.graphs.names import is_terminal, terminal_label
from touchpoints.plot._shared.data import words_of
from touchpoints.plot._shared.numerals import Numerals, numerals_of
from touchpoints.plot._shared.palette import DARK, LIGHT, Palette
from touchpoints.taxonomy import UNKNOWN, Taxonomy, parse_key

LEAST_WIDTH = 280
MOST_WIDTH = 4000
NARROW = 700
"""Below this width, in pixels, a figure is laid out for a telephone."""
_LONGEST_LABEL = 500


@attrs.frozen(kw_only=True)
class Look:
    """The colours, numbers and words of a figure.

    Attributes
    ----------
    palette : Palette
        The colours.
    numerals : Numerals
        How numbers are written.
    lang : str
        The language of words and labels; English where it has none.
    taxonomy : Taxonomy, optional
        Where the labels of touchpoints and terms come from.
    width : int
        The width of the figure in pixels.
    """

    palette: Palette
    numerals: Numerals
    lang: str
    taxonomy: Taxonomy | None
    width: int

    @property
    def narrow(self) -> bool:
        """Whether the figure is laid out for a telephone."""
        return self.width < NARROW

    def say(self, key: str, **values: Any) -> str:
        """Return the words of a key such as ``"funnel.of_step"``, with values put in."""
        return words(key, self.lang).format(**values)

    def name(self, key: object) -> str:
        """Return the label of a touchpoint, a terminal or a term by its key; other text as it is.

        A term is known by its id alone where no other facet has a term of that id.
        """
        text = str(key)
        if is_terminal(text):
            return shown(terminal_label(text, lang=self.lang))
        try:
            head, facets = parse_key(text)
        except InvalidInputError:
            return shown(text)
        terms = [self.term(facet, term) for facet, term in facets.items()]
        return shown(f"{self._head(head)} [{', '.join(terms)}]" if terms else self._head(head))

    def _head(self, head: str) -> str:
        if self.taxonomy is None:
            return head
        if head in self.taxonomy.types:
            return self.taxonomy.label("type", head, lang=self.lang)
        among = [name for name, facet in self.taxonomy.facets.items() if head in facet]
        return self.term(among[0], head) if len(among) == 1 else head

    def term(self, facet: str, key: object) -> str:
        """Return the label of a term of a facet; other text as it is."""
        text = str(key)
        known = None if self.taxonomy is None else self.taxonomy.facets.get(facet)
        if known is not None and text in known:
            return shown(known.label(text, lang=self.lang))
        return words("plot.unknown", self.lang) if text == UNKNOWN else shown(text)


def look_of(*, dark: bool, lang: str, taxonomy: Taxonomy | None, width: int) -> Look:
    """Return the look that the shared arguments of figures ask for."""
    if not lang or not lang.strip():
        raise WrongKindError("lang must be the code of a language, got ''", mend='lang="es"')
    return Look(
        palette=DARK if dark else LIGHT,
        numerals=numerals_of(lang),
        lang=lang,
        taxonomy=taxonomy,
        width=checks.whole("width", width, least=LEAST_WIDTH, most=MOST_WIDTH),
    )


def require_record(value: object, kind: type, *, made_by: str) -> None:
    """Raise when a value is not the record that a figure draws."""
    if not isinstance(value, kind):
        raise WrongKindError(
            f"a {kind.__name__} can be drawn here, got a {type(value).__name__}",
            mend=f"pass what {made_by} returned",
        )


def has_words(key: str) -> bool:
    """Return whether a key such as ``"models.linear"`` has words."""
    section, _, name = key.partition(".")
    return name in words_of(FALLBACK).get(section, {})


def words(key: str, lang: str) -> str:
    """Return the words of a key such as ``"map.stage"`` in a language, else in English."""
    section, _, name = key.partition(".")
    found = words_of(lang).get(section, {}).get(name)
    return str(found or words_of(FALLBACK)[section][name])


def shown(text: str) -> str:
    """Return text that can be shown: no control characters, and not longer than 500 characters."""
    return printable(" ".join(text.split()), most=_LONGEST_LABEL)


def escaped(text: str) -> str:
    """Return text that plotly shows as it is: its tags and entities are not obeyed."""
    return html.escape(text, quote=False)
