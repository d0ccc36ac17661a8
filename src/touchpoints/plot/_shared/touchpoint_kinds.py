"""Which colour and symbol stands for a touchpoint, where there are more of them than colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import attrs

from touchpoints.errors import InvalidInputError
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.symbol_legends import SYMBOLS, Entry
from touchpoints.taxonomy import UNKNOWN, parse_key

MOST_KINDS = 8


@attrs.frozen(kw_only=True)
class Kinds:
    """The kinds of touchpoints with a colour each: the seven most frequent, and the others.

    Attributes
    ----------
    of : mapping of str to int
        The place of the kind of each touchpoint, by its key.
    entries : tuple of Entry
        The label, colour and symbol of each kind, the most frequent first.
    channels : bool
        Whether a kind is a channel; otherwise it is a touchpoint.
    others : int
        How many touchpoints or channels are in the last kind, "other".
    """

    of: Mapping[str, int]
    entries: tuple[Entry, ...]
    channels: bool = False
    others: int = 0

    def color(self, key: str) -> str:
        """Return the colour of a touchpoint."""
        return self.entries[self.of[key]].color


def touchpoint_kinds(weights: Mapping[str, float], look: Look, *, channels: bool = False) -> Kinds:
    """Return the kinds of touchpoints.

    Parameters
    ----------
    weights
        How frequent each touchpoint is, by its key.
    channels
        Whether a colour stands for a channel, where the taxonomy knows that of every touchpoint.
    """
    areas = {key: _channel(key, look) for key in weights} if channels else {}
    by_channel = bool(areas) and all(areas.values())
    name_of = areas if by_channel else {key: key for key in weights}
    totals: Counter[str] = Counter()
    for key, weight in weights.items():
        totals[name_of[key]] += weight  # type: ignore[assignment]
    ranked = sorted(totals, key=lambda name: (-totals[name], name))
    own = ranked if len(ranked) <= MOST_KINDS else ranked[: MOST_KINDS - 1]
    place = {name: at for at, name in enumerate(own)}
    entries = [
        Entry(
            look.term("channel", name) if by_channel else look.name(name),
            look.palette.category(at),
            SYMBOLS[at],
        )
        for name, at in place.items()
    ]
    if len(own) < len(ranked):
        entries.append(Entry(look.say("plot.other"), look.palette.edge, SYMBOLS[-1]))
    return Kinds(
        of={key: place.get(name, len(own)) for key, name in name_of.items()},
        entries=tuple(entries),
        channels=by_channel,
        others=len(ranked) - len(own),
    )


def _channel(key: str, look: Look) -> str:
    """Return the broadest channel of a touchpoint; empty where the taxonomy does not know it."""
    if look.taxonomy is None:
        return ""
    try:
        head, facets = parse_key(key)
        term = look.taxonomy.touchpoint(head, **facets).facet("channel")
        broader = look.taxonomy.facets["channel"].broader(term)
    except (InvalidInputError, LookupError):
        return ""
    return "" if term == UNKNOWN else [term, *broader][-1]
