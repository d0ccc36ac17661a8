"""What a web address says of where a person came from: host, campaign and click ids.

Addresses in logs are often cut, escaped twice or no addresses at all, so nothing here raises on a
text: what cannot be read is absent. Every function takes time linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from touchpoints._core.frozen import FrozenMap, is_missing
from touchpoints.classify._data import read_data

MOST_HOST = 253
"""The longest name of a host there is."""

_WITH_SCHEME = re.compile(r"\s*(?:[a-zA-Z][a-zA-Z0-9+.\-]*:)?//([^/?#\\\s]*)")
_BARE_HOST = re.compile(
    r"\s*((?:[\w\-]+\.)+(?!(?:html?|php|aspx?|jspx?|pdf)\b)[^\W\d_][\w\-]*)(?::\d+)?(?=[/?#\s]|$)"
)
_PORT = re.compile(r":\d*$")
_PARAMETER = re.compile(r"[?&;#]([\w\-]{1,40})=([^&#]*)")
_QUERY = re.compile(r"[?#]")


def text_of(value: Any) -> str:
    """Return a field as text without surrounding white space; nothing where it is missing."""
    return "" if is_missing(value) else str(value).strip()


def host_of(url: Any) -> str:
    """Return the host of an address in lower case, empty when there is none.

    Parameters
    ----------
    url
        An address with or without its scheme, or a bare host; anything else has no host.

    Returns
    -------
    str
        Without user, port and final dot; letters outside ASCII as punycode. The id of the app for
        ``android-app://`` addresses.

    Examples
    --------
    >>> host_of("https://user@M.Facebook.com:443/page?x=1"), host_of("android-app://com.slack/")
    ('m.facebook.com', 'com.slack')
    >>> host_of("t.co/abc"), host_of("(direct)")
    ('t.co', '')
    """
    text = text_of(url)
    found = _WITH_SCHEME.match(text)
    if found:
        written = found.group(1).rpartition("@")[2]
    else:
        # A bare host is short: looking no further keeps a long text from being searched at all.
        bare = _BARE_HOST.match(text[: MOST_HOST + 8])
        written = bare.group(1) if bare else ""
    return ascii_host(_PORT.sub("", written))


def ascii_host(host: str) -> str:
    """Return a host in lower case and, where it can be, as punycode; nothing when too long."""
    plain = host.strip().rstrip(".").lower()
    if len(plain) > MOST_HOST:
        return ""
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def path_of(url: Any) -> str:
    """Return the path of an address, decoded, with its slashes; ``/`` when there is none.

    Examples
    --------
    >>> path_of("https://shop.example/caf%C3%A9/?x=1#top"), path_of("/cart?step=2")
    ('/café/', '/cart')
    """
    text = _QUERY.split(text_of(url), maxsplit=1)[0]
    found = _WITH_SCHEME.match(text)
    if found:
        text = text[found.end() :]
    elif not text.startswith("/"):
        bare = _BARE_HOST.match(text[: MOST_HOST + 8])
        text = text[bare.end() :] if bare else text
    path = unquote(text, errors="replace").replace("\\", "/").strip()
    return path if path.startswith("/") else f"/{path}"


def parameters_of(url: Any) -> Iterator[tuple[str, str]]:
    """Yield the parameters of an address that have a value: name in lower case, value decoded.

    Those after ``#`` count too, as do those of an address escaped for HTML (``&amp;``). An address
    inside a parameter's value is part of the value.
    """
    text = text_of(url)
    start = _QUERY.search(text)
    if start is None or "=" not in text:
        return
    for found in _PARAMETER.finditer(text, start.start()):
        value = unquote_plus(found.group(2), errors="replace").strip()
        if value:
            yield found.group(1).lower(), value


def parse_utm(url: Any) -> FrozenMap[str, str]:
    """Return what the campaign parameters of an address say.

    Parameters
    ----------
    url
        The address a person landed on; None, empty and broken ones have no parameters.

    Returns
    -------
    FrozenMap of str to str
        Those that are there of ``source``, ``medium``, ``campaign``, ``term``, ``content``, ``id``,
        ``source_platform``, ``creative_format`` and ``marketing_tactic``, decoded, in the case they
        are written in. Of a parameter given twice the first counts.

    Notes
    -----
    ``utm_`` parameters are read, else the ``mtm_``, ``pk_`` and ``piwik_`` ones of Matomo.

    Examples
    --------
    >>> parse_utm(
    ...     "https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=Fr%C3%BChling"
    ... )
    {'source': 'news', 'medium': 'email', 'campaign': 'Frühling'}
    >>> parse_utm(None)
    {}
    """
    return utm_of(parameters_of(url))


def utm_of(parameters: Iterable[tuple[str, str]]) -> FrozenMap[str, str]:
    """Return what the campaign parameters among these say."""
    named = read_data("arrivals")["campaign"]
    order = list(dict.fromkeys(named.values()))
    found: dict[str, str] = {}
    ranks: dict[str, int] = {}
    prefixes = ("utm_", "mtm_", "pk_", "piwik_")
    for name, value in parameters:
        field = named.get(name)
        rank = next((place for place, one in enumerate(prefixes) if name.startswith(one)), 0)
        if field and rank < ranks.get(field, len(prefixes)):
            found[field], ranks[field] = value, rank
    return FrozenMap({field: found[field] for field in order if field in found})


def click_ids(url: Any) -> FrozenMap[str, str]:
    """Return the click ids that advertisers' and senders' systems left in an address.

    Parameters
    ----------
    url
        The address a person landed on.

    Returns
    -------
    FrozenMap of str to str
        Value by the id's name in lower case (``gclid``, ``fbclid``, ``msclkid`` …), in the order of
        the address.

    Notes
    -----
    What each id means is in `arrival`. Facebook adds ``fbclid`` to links in ordinary posts as well,
    so it does not tell an ad.

    Examples
    --------
    >>> click_ids("https://shop.example/?gclid=Cj0K&ScCid=7&size=9")
    {'gclid': 'Cj0K', 'sccid': '7'}
    """
    return clicks_of(parameters_of(url))


def clicks_of(parameters: Iterable[tuple[str, str]]) -> FrozenMap[str, str]:
    """Return the click ids among these parameters."""
    known = read_data("arrivals")["click_ids"]
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in known:
            found.setdefault(name, value)
    return FrozenMap(found)
