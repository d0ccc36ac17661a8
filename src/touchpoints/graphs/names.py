"""Names in graphs: the schema version, reserved names, terminals and states."""

from __future__ import annotations

from collections.abc import Sequence

from touchpoints._core.languages import word_in
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.taxonomy import MISSING_KEY

SCHEMA = 1
RESERVED = ("id", "source", "target", "key")
SEPARATOR = " > "

_WORDS = {START: "start", END: "end", OPEN: "open"}


def is_terminal(node: object) -> bool:
    """Return whether a node is a terminal, where journeys begin or end, and not a touchpoint.

    Terminals are written in parentheses. Raw text in parentheses has them escaped in its key.
    """
    text = str(node)
    return len(text) > 1 and text[0] == "(" and text[-1] == ")" and text != MISSING_KEY


def terminal_label(node: str, *, lang: str = "en") -> str:
    """Return the label of a terminal in a language, else its text without parentheses."""
    word = _WORDS.get(node)
    return node[1:-1] if word is None else word_in(word, lang)


def state_key(keys: Sequence[str]) -> str:
    """Return the key of a state of a higher-order graph: the keys of its touchpoints, joined.

    ``>`` within a key is written ``%3E``. The outer parentheses of a state that would look like a
    terminal are escaped.

    Examples
    --------
    >>> state_key(["search", "price > 10"])
    'search > price %3E 10'
    >>> state_key(["(missing)", "(missing)"])
    '%28missing) > (missing%29'
    """
    joined = SEPARATOR.join(key.replace(">", "%3E") for key in keys)
    return f"%28{joined[1:-1]}%29" if is_terminal(joined) else joined


def outcome_terminals(outcome: str) -> tuple[str, str]:
    """Return the terminals of journeys that reached an outcome and of those that did not."""
    return f"({outcome})", f"(no {outcome})"
