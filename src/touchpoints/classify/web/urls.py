"""Host, path, campaign parameters and click ids of URLs.

URLs in logs are often truncated, escaped twice or not URLs at all, so these functions never raise
an error for a text: parts that cannot be read are absent. Every function takes time linear in the
length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from touchpoints._core.checks import public
from touchpoints._core.frozen import FrozenMap, is_missing
from touchpoints.classify._data import read_data

MAX_HOST = 253
"""Maximum length of a host name, in characters."""

_WITH_SCHEME = re.compile(r"\s*(?:[a-zA-Z][a-zA-Z0-9+.\-]*:)?//([^/?#\\\s]*)")
_BARE_HOST = re.compile(
    r"\s*((?:[\w\-]+\.)+(?!(?:html?|php|aspx?|jspx?|pdf)\b)[^\W\d_][\w\-]*)(?::\d+)?(?=[/?#\s]|$)"
)
_PORT = re.compile(r":\d*$")
_PARAMETER = re.compile(r"[?&;#]([\w\-]{1,40})=([^&#]*)")
_QUERY = re.compile(r"[?#]")


def text_of(value: Any) -> str:
    """Return a field as text without surrounding white space; empty when it is missing."""
    return "" if is_missing(value) else str(value).strip()


def host_of(url: Any) -> str:
    """Return the host of a URL in lower case; empty when there is no host.

    Parameters
    ----------
    url
        A URL with or without its scheme, or a bare host; any other text has no host.

    Returns
    -------
    str
        Host without user, port and final dot; letters outside ASCII as punycode. For
        ``android-app://`` URLs, the id of the app.

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
        # A bare host is short, so only the beginning of a long text is searched.
        bare = _BARE_HOST.match(text[: MAX_HOST + 8])
        written = bare.group(1) if bare else ""
    return ascii_host(_PORT.sub("", written))


def ascii_host(host: str) -> str:
    """Return a host in lower case, as punycode if possible; empty when it is too long."""
    plain = host.strip().rstrip(".").lower()
    if len(plain) > MAX_HOST:
        return ""
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def path_of(url: Any) -> str:
    """Return the decoded path of a URL, with its slashes; ``/`` when there is no path.

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
        bare = _BARE_HOST.match(text[: MAX_HOST + 8])
        text = text[bare.end() :] if bare else text
    path = unquote(text, errors="replace").replace("\\", "/").strip()
    return path if path.startswith("/") else f"/{path}"


def parameters_of(url: Any) -> Iterator[tuple[str, str]]:
    """Yield the non-empty parameters of a URL: lower-case name and decoded value.

    Parameters after ``#`` count too, and so do parameters of a URL escaped for HTML (``&amp;``). A
    URL inside the value of a parameter is part of the value.
    """
    text = text_of(url)
    start = _QUERY.search(text)
    if start is None or "=" not in text:
        return
    for found in _PARAMETER.finditer(text, start.start()):
        value = unquote_plus(found.group(2), errors="replace").strip()
        if value:
            yield found.group(1).lower(), value


@public
def parse_utm(url: Any) -> FrozenMap[str, str]:
    """Return the campaign (UTM) parameters of a URL.

    Parameters
    ----------
    url
        The URL a person landed on. A missing, empty or broken URL has no parameters.

    Returns
    -------
    FrozenMap of str to str
        Decoded values, in their original case, of the parameters that occur among ``source``,
        ``medium``, ``campaign``, ``term``, ``content``, ``id``, ``source_platform``,
        ``creative_format`` and ``marketing_tactic``. If a parameter occurs twice, the first counts.

    See Also
    --------
    click_ids : The click ids of a URL.
    arrival : Source, medium and campaign from all parts of a landing URL and its referrer.

    Notes
    -----
    ``utm_`` parameters are read, and otherwise the parameters of Matomo (``mtm_``, ``pk_`` and
    ``piwik_``).

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
    """Return the campaign parameters among the parameters of a URL."""
    named = read_data("arrivals")["campaign"]
    order = list(dict.fromkeys(named.values()))
    found: dict[str, str] = {}
    ranks: dict[str, int] = {}
    prefixes = ("utm_", "mtm_", "pk_", "piwik_")
    for name, value in parameters:
        field = named.get(name)
        rank = next((rank for rank, one in enumerate(prefixes) if name.startswith(one)), 0)
        if field and rank < ranks.get(field, len(prefixes)):
            found[field], ranks[field] = value, rank
    return FrozenMap({field: found[field] for field in order if field in found})


@public
def click_ids(url: Any) -> FrozenMap[str, str]:
    """Return the click ids that advertising and mailing systems added to a URL.

    Parameters
    ----------
    url
        The URL a person landed on.

    Returns
    -------
    FrozenMap of str to str
        Values by lower-case name of the click id (``gclid``, ``fbclid``, ``msclkid`` …), in the
        order of the URL.

    See Also
    --------
    arrival : What each click id means.
    parse_utm : The campaign parameters of a URL.

    Notes
    -----
    Facebook adds ``fbclid`` to links in ordinary posts as well, so it does not identify a click on
    an ad.

    Examples
    --------
    >>> click_ids("https://shop.example/?gclid=Cj0K&ScCid=7&size=9")
    {'gclid': 'Cj0K', 'sccid': '7'}
    """
    return clicks_of(parameters_of(url))


def clicks_of(parameters: Iterable[tuple[str, str]]) -> FrozenMap[str, str]:
    """Return the click ids among the parameters of a URL."""
    known = read_data("arrivals")["click_ids"]
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in known:
            found.setdefault(name, value)
    return FrozenMap(found)
