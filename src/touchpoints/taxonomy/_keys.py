"""Keys of touchpoints: a type id or raw text with the facets that differ, written and parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from touchpoints.errors import InvalidInputError

UNKNOWN = "unknown"
FACETS = ("channel", "context", "need", "directness", "clinicality")
MISSING_KEY = "(missing)"

_IN_TEXT = str.maketrans({"%": "%25", "[": "%5B", "]": "%5D"})
_IN_VALUE = str.maketrans({"%": "%25", "[": "%5B", "]": "%5D", ",": "%2C", "=": "%3D"})
_ESCAPES = re.compile("%[0-9A-F]{2}")


def escape_text(text: str) -> str:
    """Return the key of an untyped touchpoint: its raw text, percent-escaped.

    ``%``, ``[`` and ``]`` are escaped. Where the whole text is in parentheses, the outer
    parentheses are escaped, so that no text equals a terminal such as ``(start)``; other
    parentheses are kept.

    See Also
    --------
    unescape_text : The inverse.
    parse_key : The type id or raw text of a key, and its facets.

    Examples
    --------
    >>> escape_text("Payment (card)")
    'Payment (card)'
    >>> escape_text("(start)"), escape_text("50% [new]")
    ('%28start%29', '50%25 %5Bnew%5D')
    """
    escaped = text.translate(_IN_TEXT)
    if escaped.startswith("(") and escaped.endswith(")"):
        return f"%28{escaped[1:-1]}%29"
    return escaped


def unescape_text(text: str) -> str:
    """Return the raw text of an escaped key.

    ``%`` and two upper-case hexadecimal digits stand for any ASCII character, so a raw text that
    equals the id of a type can have another key: one of its letters is escaped.

    See Also
    --------
    escape_text : The inverse.

    Examples
    --------
    >>> unescape_text("%28start%29"), unescape_text("%70urchase")
    ('(start)', 'purchase')
    """
    if "%" not in text:
        return text
    return _ESCAPES.sub(lambda found: chr(int(found.group()[1:], 16)), text)


def format_key(head: str, different: Mapping[str, str]) -> str:
    """Return a key: the type id or escaped text, then the facets that differ, in their order."""
    if not different:
        return head
    parts = (f"{_escape_value(name)}={_escape_value(term)}" for name, term in different.items())
    return f"{head}[{','.join(parts)}]"


def _escape_value(value: str) -> str:
    return value.translate(_IN_VALUE)


def parse_key(key: str) -> tuple[str, dict[str, str]]:
    """Return the type id or raw text of a touchpoint's key, and the facets that differ.

    Terminals and ``(missing)`` are returned unchanged. Compare a key with them before parsing it:
    the raw text ``(start)``, whose key is ``%28start%29``, is also returned as ``(start)``.

    Parameters
    ----------
    key
        The key of a touchpoint, as in `Touchpoint.key` or a node of a graph.

    Returns
    -------
    tuple of str and dict
        The type id, or the unescaped raw text; and the term of each facet named in the key.

    Raises
    ------
    InvalidInputError
        When brackets do not match or a facet has no value.

    See Also
    --------
    format_key : The inverse.
    unescape_text : The raw text of an escaped key without facets.

    Examples
    --------
    >>> parse_key("flash_sale_ad_response[channel=social.organic,need=discover]")
    ('flash_sale_ad_response', {'channel': 'social.organic', 'need': 'discover'})
    >>> parse_key("50%25 off")
    ('50% off', {})
    """
    head, bracket, rest = key.partition("[")
    if not bracket and "]" not in key:
        return unescape_text(head), {}
    inside = rest[:-1]
    if not rest.endswith("]") or "[" in inside or "]" in inside:
        raise _malformed(key)
    pairs = [part.partition("=") for part in inside.split(",")]
    if any(not name or not equals or "=" in term for name, equals, term in pairs):
        raise _malformed(key)
    return unescape_text(head), {
        unescape_text(name): unescape_text(term) for name, _, term in pairs
    }


def _malformed(key: str) -> InvalidInputError:
    return InvalidInputError(
        f"{key!r} is not the key of a touchpoint",
        mend="write 'type' or 'type[facet=term,facet=term]'; escape raw text with escape_text",
    )
