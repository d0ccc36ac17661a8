"""How a person arrived, from the address they landed on and the one they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.messages import (
    first_few,
)
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import Facets
from touchpoints.classify.contract.traces import Step, first_wins
from touchpoints.classify.web.ga4 import (
    NO_MEDIUM,
    NO_SOURCE,
    Assistants,
    EmailMatch,
    Ga4Channels,
    Ga4Version,
    checked_sources,
    facets_of,
    ga4_options,
)
from touchpoints.classify.web.sources import SourceList
from touchpoints.classify.web.urls import (
    ascii_host,
    clicks_of,
    host_of,
    parameters_of,
    text_of,
    utm_of,
)
from touchpoints.errors import InvalidInputError


@attrs.frozen(kw_only=True)
class Referrer:
    """Where a person came from, as far as the address of the page before tells.

    Attributes
    ----------
    host : str
        Its host without ``www.``, or the id of an app; empty when there is none.
    source : str
        The name of a listed site such as ``google``, else the host.
    category : str
        ``search``, ``social``, ``video``, ``shopping``, ``email``, ``ai_assistant``; empty when the
        site is not listed.
    term : str
        What was searched for, where a search engine still says it.
    internal : bool
        Whether it is one of the site's own pages.

    Examples
    --------
    >>> parse_referrer("https://t.co/x").source
    'twitter'
    """

    host: str = ""
    source: str = ""
    category: str = ""
    term: str = ""
    internal: bool = False


@attrs.frozen(kw_only=True)
class Arrival:
    """How a person arrived, in the words of campaigns.

    Attributes
    ----------
    source, medium, campaign : str
        ``(direct)`` and ``(none)`` where nothing is known; an empty campaign where there is none.
    click_id : str
        The name of the click id that decided, empty when none did.
    internal : bool
        Whether the person was on the site already, so that nothing is known of the arrival.

    Examples
    --------
    >>> arrival("https://shop.example/?utm_source=news&utm_medium=email").medium
    'email'
    """

    source: str = NO_SOURCE
    medium: str = NO_MEDIUM
    campaign: str = ""
    click_id: str = ""
    internal: bool = False


def parse_referrer(
    url: Any, *, own: str | Sequence[str] = (), sources: SourceList | None = None
) -> Referrer:
    """Return what the address of the page before says.

    Parameters
    ----------
    url
        The referrer; None, empty and broken ones give an empty record.
    own
        The site's own hosts; their subdomains are its own too.
    sources
        The list of sources to go by; by default `source_categories`.

    Returns
    -------
    Referrer

    Examples
    --------
    >>> parse_referrer("https://www.google.es/search?q=zapatos+rojos")
    Referrer(host='google.es', source='google', category='search', term='zapatos rojos', \
internal=False)
    >>> parse_referrer("https://pay.shop.example/done", own="shop.example").internal
    True
    """
    host = host_of(url).removeprefix("www.")
    if not host:
        return Referrer()
    if _is_own(host, _hosts(own)):
        return Referrer(host=host, source=host, internal=True)
    found = checked_sources(sources).of_host(host)
    category = "" if found is None or found.category == "other" else found.category
    return Referrer(
        host=host,
        source=host if found is None or not category else found.name,
        category=category,
        term=_searched(url) if category == "search" else "",
    )


def _hosts(own: str | Sequence[str]) -> tuple[str, ...]:
    given = (own,) if isinstance(own, str) else tuple(own)
    hosts = tuple((host_of(one) or ascii_host(text_of(one))).removeprefix("www.") for one in given)
    if not all(hosts):
        raise InvalidInputError("own holds the hosts of the site", where=first_few(given))
    return hosts


def _is_own(host: str, own: Sequence[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in own)


def _searched(url: Any) -> str:
    given: dict[str, str] = {}
    for name, value in parameters_of(url):
        given.setdefault(name, value)
    terms = read_data("arrivals")["search"]["terms"]
    return next((given[name] for name in terms if name in given), "")


def arrival(
    url: Any,
    *,
    referrer: Any = None,
    own: str | Sequence[str] = (),
    sources: SourceList | None = None,
    version: Ga4Version = "2026-05",
) -> Arrival:
    """Return source, medium and campaign of an arrival, from addresses alone.

    Parameters
    ----------
    url
        The address the person landed on.
    referrer
        The address of the page before.
    own
        The site's own hosts, besides the one of ``url``.
    sources
        The list of sources to go by; by default `source_categories`.
    version
        The rules the answer is for: since ``"2026-05"`` GA4 gives assistants a medium of their own.

    Returns
    -------
    Arrival

    Notes
    -----
    What is asked first, decides:

    1. campaign parameters; a missing medium or source is filled in from a click id of an ad;
    2. a click id: ``gclid``, ``gbraid``, ``wbraid`` (Google), ``msclkid`` (Bing), ``ttclid``,
       ``twclid``, ``li_fat_id``, ``yclid``, ``rdt_cid``, ``epik``, ``ScCid`` and others stand for a
       paid click. Those added to unpaid links as well, such as ``fbclid``, only name the source,
       and only where the referrer does not;
    3. the referrer: a search engine's medium is ``organic``, a mailbox's ``email``, an assistant's
       ``ai-assistant``, any other site's ``referral``; one of the site's own pages says nothing;
    4. else the arrival is ``(direct)``.

    A campaign wins over an own referrer, since that is how a click on an ad reloads a page.

    Examples
    --------
    >>> arrival("https://shop.example/?gclid=Cj0K", referrer="https://www.google.com/")
    Arrival(source='google', medium='cpc', campaign='', click_id='gclid', internal=False)
    >>> arrival("https://shop.example/", referrer="android-app://com.google.android.gm/").medium
    'email'
    """
    check_option("version", version, Ga4Version)
    landed = host_of(url).removeprefix("www.")
    hosts = (*_hosts(own), *((landed,) if landed else ()))
    return _arrival(url, parse_referrer(referrer, own=hosts, sources=sources), version)


def _arrival(url: Any, came: Referrer, version: str) -> Arrival:
    """Return the arrival at an address by way of a referrer."""
    parameters = list(parameters_of(url))
    utm, clicks = utm_of(parameters), clicks_of(parameters)
    known = read_data("arrivals")["click_ids"]
    paid = next((name for name in clicks if known[name].get("paid", True)), "")
    campaign = utm.get("campaign", "")
    if "source" in utm or "medium" in utm:
        clicked = known[paid] if paid else {}
        filled = {"source": NO_SOURCE, "medium": NO_MEDIUM, **clicked, **utm}
        used = paid if not {"source", "medium"} <= utm.keys() else ""
        return Arrival(
            source=filled["source"], medium=filled["medium"], campaign=campaign, click_id=used
        )
    if paid:
        return _by_click(paid, campaign)
    if came.host and not came.internal:
        named = read_data(f"ga4-{version}")["referrer_medium"]
        medium = named.get(came.category, "referral")
        return Arrival(source=came.source, medium=medium, campaign=campaign)
    if clicks:
        return _by_click(next(iter(clicks)), campaign)
    return Arrival(campaign=campaign, internal=came.internal)


def _by_click(name: str, campaign: str) -> Arrival:
    entry = read_data("arrivals")["click_ids"][name]
    return Arrival(source=entry["source"], medium=entry["medium"], campaign=campaign, click_id=name)


@attrs.frozen(repr=False, kw_only=True)
class ArrivalChannels:
    """Addresses to arrival channels, as a classifier; made by `arrival_channels`.

    Attributes
    ----------
    url, referrer : str
        The fields with the address of the page and of the page before; the latter may be None.
    own : tuple of str
        The site's own hosts.
    channels : Ga4Channels
        The rules that name the channel.

    Examples
    --------
    >>> arrival_channels(referrer=None)
    <classifier arrival_channels(2026-05) reads url>
    """

    url: str
    referrer: str | None
    own: tuple[str, ...]
    channels: Ga4Channels

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields it looks at."""
        return (self.url,) if self.referrer is None else (self.url, self.referrer)

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"arrival_channels({self.channels.version})"

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Facets | None:
        """Return the arrival channel; None within a site and where GA4 says Unassigned."""
        found = self._found(event)
        if found is None:
            return None
        return facets_of(self.channels.rule(found.source, found.medium, campaign=found.campaign))

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Facets | None]:
        """Return the answers to several events; each rule meets each distinct text once."""
        rule_of = self.channels.asked_once()
        found = [self._found(event) for event in events]
        return [
            facets_of(None if one is None else rule_of(one.source, one.medium, one.campaign))
            for one in found
        ]

    def steps(self, event: Mapping[str, Any], /) -> tuple[Step, ...]:
        """Return the rules that hold for what the addresses say."""
        found = self._found(event)
        if found is None:
            return ()
        given = (found.source, found.medium, found.campaign)
        steps = self.channels.rule_steps(*given, fields=self.reads)
        return first_wins(steps, lambda _: True, reason="")

    def _found(self, event: Mapping[str, Any]) -> Arrival | None:
        """Return the arrival, None when the event is none."""
        url = event[self.url]
        referrer = None if self.referrer is None else event[self.referrer]
        if not text_of(url) and not text_of(referrer):
            return None
        landed = host_of(url).removeprefix("www.")
        own = (*self.own, landed) if landed else self.own
        came = parse_referrer(referrer, own=own, sources=self.channels.sources)
        found = _arrival(url, came, self.channels.version)
        return None if found.internal else found


def arrival_channels(
    *,
    url: str = "url",
    referrer: str | None = "referrer",
    own: str | Sequence[str] = (),
    version: Ga4Version = "2026-05",
    sources: SourceList | None = None,
    email: EmailMatch = "exact",
    assistants: Assistants = "medium",
) -> ArrivalChannels:
    """Classify how people arrived from the addresses in a log, with the rules of `ga4_channels`.

    Parameters
    ----------
    url, referrer
        The columns with the address of the page, and of the page before; without the second one
        (None) arrivals without campaign or click id look direct.
    own
        The site's own hosts, besides the one of each address: a person who comes from there was on
        the site already.
    version, sources, email, assistants
        As for `ga4_channels`.

    Returns
    -------
    ArrivalChannels
        A classifier that answers ``Facets(arrival_channel=...)``, or None where the event is no
        arrival (no address, or the page before is the site's own) and where GA4 says Unassigned.

    See Also
    --------
    arrival : How source, medium and campaign are found.

    Examples
    --------
    >>> channels = arrival_channels(own="shop.example")
    >>> channels({"url": "https://shop.example/?utm_source=t.co", "referrer": None})
    Facets(arrival_channel='social.organic')
    >>> channels({"url": "/cart", "referrer": "https://shop.example/"})
    >>> tagged = {"url": "https://shop.example/?utm_source=chatgpt.com", "referrer": None}
    >>> channels(tagged), arrival_channels(assistants="source")(tagged)
    (None, Facets(arrival_channel='ai_assistant'))
    """
    check_option("version", version, Ga4Version)
    rules = Ga4Channels(
        version=version,
        columns=("source", "medium", "campaign"),
        integrated=(),
        sources=checked_sources(sources),
        on=ga4_options(version, email=email, assistants=assistants),
    )
    return ArrivalChannels(url=url, referrer=referrer, own=_hosts(own), channels=rules)
