"""Traffic source and arrival channel of a visit, from its landing URL and its referrer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
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

_HOSTS = {
    "own": ("the site's", "shop.example"),
    "ignore_referrers": ("other sites'", "paypal.com"),
}


@attrs.frozen(kw_only=True)
class Referrer:
    """Where a person came from, according to the URL of the referring page.

    Attributes
    ----------
    host : str
        Host without ``www.``, or the id of an app; empty when there is no host.
    source : str
        Name of a listed site, such as ``google``; otherwise the host.
    category : str
        ``search``, ``social``, ``video``, ``shopping``, ``email``, ``ai_assistant``; empty when the
        site is not listed.
    term : str
        Search term, where the search engine still passes it on.
    internal : bool
        Whether the referrer is one of the site's own pages.

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
    """Source, medium and campaign of an arrival, as campaign parameters name them.

    Attributes
    ----------
    source, medium, campaign : str
        ``(direct)`` and ``(none)`` where nothing is known; an unknown campaign is empty.
    click_id : str
        Name of the click id that decided; empty when no click id decided.
    internal : bool
        Whether the person was already on the site, so that nothing is known about the arrival.

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
    """Return the host, source, category and search term of a referrer URL.

    Parameters
    ----------
    url
        The referrer. A missing, empty or broken URL gives an empty record.
    own
        The site's own hosts; their subdomains belong to the site too.
    sources
        List of sources and their categories; by default `source_categories`.

    Returns
    -------
    Referrer

    See Also
    --------
    arrival : Source, medium and campaign from landing URL and referrer.
    source_categories : The default list of sources.

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


def _hosts(written: str | Sequence[str], *, name: str = "own") -> tuple[str, ...]:
    given = (written,) if isinstance(written, str) else tuple(written)
    hosts = tuple((host_of(one) or ascii_host(text_of(one))).removeprefix("www.") for one in given)
    if not all(hosts):
        whose, example = _HOSTS[name]
        raise InvalidInputError(
            f"{name} must hold {whose} hosts, got {first_few(given)}", mend=f"{name}={example!r}"
        )
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
    ignore_referrers: str | Sequence[str] = (),
    sources: SourceList | None = None,
    version: Ga4Version = "2026-05",
) -> Arrival:
    """Return the source, medium and campaign of an arrival from its landing URL and referrer.

    Parameters
    ----------
    url
        The URL the person landed on.
    referrer
        The URL of the referring page.
    own
        The site's own hosts, besides the host of ``url``.
    ignore_referrers
        Hosts of other sites that visitors come back from without having left, for example of
        payment gateways and log-in services; they give no answer, as the site's own pages.
    sources
        List of sources and their categories; by default `source_categories`.
    version
        Month of the GA4 rules that the medium is for: since ``"2026-05"`` GA4 has a separate
        medium for AI assistants.

    Returns
    -------
    Arrival

    See Also
    --------
    arrival_channels : The arrival channel of each event in a log.
    parse_utm : The campaign parameters alone.
    click_ids : The click ids alone.
    parse_referrer : The referrer alone.

    Notes
    -----
    The first of these to give an answer decides:

    1. campaign parameters; a missing medium or source is filled in from the click id of an ad;
    2. a click id: ``gclid``, ``gbraid``, ``wbraid`` (Google), ``msclkid`` (Bing), ``ttclid``,
       ``twclid``, ``li_fat_id``, ``yclid``, ``rdt_cid``, ``epik``, ``ScCid`` and others stand for a
       paid click. Click ids that are added to unpaid links as well, such as ``fbclid``, only name
       the source, and only where the referrer does not;
    3. the referrer: the medium is ``organic`` for a search engine, ``email`` for a mail site,
       ``ai-assistant`` for an AI assistant, ``cpc`` or ``display`` for a host that only delivers
       ads (``googleadservices.com``, ``doubleclick.net``) and ``referral`` for any other site; the
       site's own pages give no answer;
    4. otherwise the arrival is ``(direct)``.

    Campaign parameters take precedence over an internal referrer, because a click on an ad can
    reload a page in this form.

    Examples
    --------
    >>> arrival("https://shop.example/?gclid=Cj0K", referrer="https://www.google.com/")
    Arrival(source='google', medium='cpc', campaign='', click_id='gclid', internal=False)
    >>> arrival("https://shop.example/", referrer="android-app://com.google.android.gm/").medium
    'email'
    """
    check_option("version", version, Ga4Version)
    landed = host_of(url).removeprefix("www.")
    ignored = _hosts(ignore_referrers, name="ignore_referrers")
    hosts = (*_hosts(own), *ignored, *((landed,) if landed else ()))
    return _arrival(url, parse_referrer(referrer, own=hosts, sources=sources), version)


def _arrival(url: Any, came: Referrer, version: str) -> Arrival:
    """Return the arrival at a URL from a parsed referrer."""
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
        ad = _ad_of(came.host)
        if ad is not None:
            return Arrival(source=ad["source"], medium=ad["medium"], campaign=campaign)
        named = read_data(f"ga4-{version}")["referrer_medium"]
        medium = named.get(came.category, "referral")
        return Arrival(source=came.source, medium=medium, campaign=campaign)
    if clicks:
        return _by_click(next(iter(clicks)), campaign)
    return Arrival(campaign=campaign, internal=came.internal)


@lru_cache(maxsize=4096)
def _ad_of(host: str) -> Mapping[str, str] | None:
    """Return the source and medium of a host that delivers ads, the longest match; else None."""
    known = read_data("arrivals")["ad_hosts"]
    while host:
        if host in known:
            found: Mapping[str, str] = known[host]
            return found
        host = host.partition(".")[2]
    return None


def _by_click(name: str, campaign: str) -> Arrival:
    entry = read_data("arrivals")["click_ids"][name]
    return Arrival(source=entry["source"], medium=entry["medium"], campaign=campaign, click_id=name)


@attrs.frozen(repr=False, kw_only=True)
class ArrivalChannels:
    """Classifier of arrival channels from URLs; made by `arrival_channels`.

    Attributes
    ----------
    url, referrer : str
        Fields with the page's URL and with the referrer; the latter may be None.
    own : tuple of str
        The site's own hosts.
    ignored : tuple of str
        Hosts of other sites that are no origin of a visit.
    channels : Ga4Channels
        The rules that determine the channel.

    Examples
    --------
    >>> arrival_channels(referrer=None)
    <classifier arrival_channels(2026-05) reads url>
    """

    url: str
    referrer: str | None
    own: tuple[str, ...]
    ignored: tuple[str, ...]
    channels: Ga4Channels

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the fields that the classifier reads."""
        return (self.url,) if self.referrer is None else (self.url, self.referrer)

    @property
    def name(self) -> str:
        """Name of the classifier in messages."""
        return f"arrival_channels({self.channels.version})"

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Facets | None:
        """Return the arrival channel; None for an internal page or GA4's Unassigned."""
        found = self._found(event)
        if found is None:
            return None
        return facets_of(self.channels.rule(found.source, found.medium, campaign=found.campaign))

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Facets | None]:
        """Return the answers for several events; rules are tested once per distinct text."""
        rule_of = self.channels.cached_rule()
        found = [self._found(event) for event in events]
        return [
            facets_of(None if one is None else rule_of(one.source, one.medium, one.campaign))
            for one in found
        ]

    def steps(self, event: Mapping[str, Any], /) -> tuple[Step, ...]:
        """Return a `Step` for each rule that holds for the event's source, medium and campaign."""
        found = self._found(event)
        if found is None:
            return ()
        given = (found.source, found.medium, found.campaign)
        steps = self.channels.rule_steps(*given, fields=self.reads)
        return first_wins(steps, lambda _: True, reason="")

    def _found(self, event: Mapping[str, Any]) -> Arrival | None:
        """Return the arrival; None when the event is not an arrival."""
        url = event[self.url]
        referrer = None if self.referrer is None else event[self.referrer]
        if not text_of(url) and not text_of(referrer):
            return None
        landed = host_of(url).removeprefix("www.")
        own = (*self.own, *self.ignored, *((landed,) if landed else ()))
        came = parse_referrer(referrer, own=own, sources=self.channels.sources)
        found = _arrival(url, came, self.channels.version)
        return None if found.internal else found


def arrival_channels(
    *,
    url: str = "url",
    referrer: str | None = "referrer",
    own: str | Sequence[str] = (),
    ignore_referrers: str | Sequence[str] = (),
    version: Ga4Version = "2026-05",
    sources: SourceList | None = None,
    email: EmailMatch = "exact",
    assistants: Assistants = "medium",
) -> ArrivalChannels:
    """Make a classifier of GA4 arrival channels from the URLs and referrers in a log.

    Parameters
    ----------
    url, referrer
        Columns with the page's URL and with the referrer. With ``referrer=None``, arrivals without
        campaign parameters or a click id look direct.
    own
        The site's own hosts, besides the host of each URL: a person who comes from one of them was
        already on the site.
    ignore_referrers
        Hosts of other sites that people come back from without having left, for example of payment
        gateways: what GA4 calls unwanted referrals. An event that comes from one of them is not an
        arrival. Subdomains count.
    version, sources, email, assistants
        As for `ga4_channels`.

    Returns
    -------
    ArrivalChannels
        A classifier that answers ``Facets(arrival_channel=...)``, or None where the event is not
        an arrival (no URL, or the referrer is one of the site's own pages or one of
        ``ignore_referrers``) and where GA4 says Unassigned.

    See Also
    --------
    arrival : How source, medium and campaign are found.
    ga4_channels : The rules, for logs with columns of source and medium.
    combine : Add arrival channels to a classifier of types.

    Examples
    --------
    >>> channels = arrival_channels(own="shop.example")
    >>> channels({"url": "https://shop.example/?utm_source=t.co", "referrer": None})
    Facets(arrival_channel='social.organic')
    >>> channels({"url": "/cart", "referrer": "https://shop.example/"})
    >>> paid = {"url": "https://shop.example/thanks", "referrer": "https://www.paypal.com/"}
    >>> channels(paid), arrival_channels(ignore_referrers="paypal.com")(paid)
    (Facets(arrival_channel='referral'), None)
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
    ignored = _hosts(ignore_referrers, name="ignore_referrers")
    return ArrivalChannels(
        url=url, referrer=referrer, own=_hosts(own), ignored=ignored, channels=rules
    )
