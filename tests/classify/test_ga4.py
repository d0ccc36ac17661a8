"""How people arrived, by GA4's rules as dated data: golden cases, traps, options (A6)."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify._data import read_data
from touchpoints.classify.web.arrivals import (
    Arrival,
    arrival,
    arrival_channels,
    parse_referrer,
)
from touchpoints.classify.web.event_names import ga4_events
from touchpoints.classify.web.ga4 import Ga4Channels, ga4_channels, ga4_rules
from touchpoints.classify.web.sources import SourceList, load_source_categories
from touchpoints.errors import InvalidInputError, WrongKindError

# What an old list knows: of 2023, before x.com and threads.net had joined it.
STALE = """source;category
google;SOURCE_CATEGORY_SEARCH
facebook;SOURCE_CATEGORY_SOCIAL
twitter;SOURCE_CATEGORY_SOCIAL
twitter.com;SOURCE_CATEGORY_SOCIAL
t.co;SOURCE_CATEGORY_SOCIAL
trustpilot;SOURCE_CATEGORY_SOCIAL
youtube.com;SOURCE_CATEGORY_VIDEO
amazon.com;SOURCE_CATEGORY_SHOPPING
"""

# Source, medium, campaign and GA4's name of the channel; "" is Unassigned.
GOLDEN = [
    ("google", "cpc", None, "Paid Search"),
    ("google", "cpm", None, "Paid Search"),
    ("adnet", "cpm", None, "Display"),
    ("adnet", "cpc", None, "Paid Other"),
    ("facebook", "paid-social", None, "Paid Social"),
    ("newnet", "paid-social", None, "Paid Other"),
    ("twitter", "cpc", "flash_sale", "Paid Social"),
    ("t.co", "referral", None, "Organic Social"),
    ("youtube.com", "referral", None, "Organic Video"),
    ("newsletter", "email", None, "Email"),
    ("mailchimp", "newsletter", None, ""),
    ("partner", "affiliates", None, ""),
    ("crm", "mobile", None, "Mobile Push Notifications"),
    ("google", "cpc", "eshop", "Paid Shopping"),
    ("google", "cpc", "workshop_2026", "Paid Search"),
    ("google", "cpc", "WORKshop", "Paid Search"),
    ("trustpilot", "referral", None, "Organic Social"),
    ("chatgpt.com", "ai-assistant", None, "AI Assistant"),
    ("chatgpt.com", "referral", None, "Referral"),
    ("Google", "CPC", None, "Paid Search"),
    ("tv", "offline", None, ""),
]
CHANNELS = {one.name: one.channel for one in ga4_rules("2026-05")} | {"": None}


def channel_of(classifier: Ga4Channels, source: object, medium: object, campaign: object) -> object:
    """Return the arrival channel of one event, None when unassigned."""
    answer = classifier({"source": source, "medium": medium, "campaign": campaign})
    return None if answer is None else answer["arrival_channel"]


@pytest.fixture
def stale(tmp_path: Path) -> SourceList:
    """Return a list of sources as old as 2023."""
    path = tmp_path / "sources.csv"
    path.write_text(STALE, encoding="utf-8")
    return load_source_categories(path)


@pytest.mark.parametrize(("source", "medium", "campaign", "name"), GOLDEN)
def test_golden_cases(
    stale: SourceList, source: str, medium: str, campaign: str | None, name: str
) -> None:
    """Every golden case comes out as GA4 has it, with an old list of sources and with ours (A6)."""
    for sources in (stale, None):
        assert CHANNELS[name] == channel_of(ga4_channels(sources=sources), source, medium, campaign)


@pytest.mark.parametrize("source", ["x.com", "threads.net"])
def test_a_stale_list_takes_a_social_network_for_a_referral(stale: SourceList, source: str) -> None:
    """x.com and threads.net are Referral by a list of 2023, Organic Social by ours of 2026."""
    assert "referral" == channel_of(ga4_channels(sources=stale), source, "referral", None)
    assert "social.organic" == channel_of(ga4_channels(), source, "referral", None)


@pytest.mark.parametrize("source", ["twitter", "twitter.com", "t.co", "x.com", "x", "mobile.x.com"])
def test_twitter_is_social_under_each_of_its_names(source: str) -> None:
    """The flash sale on Twitter is found under all names of the network (A11, A12)."""
    assert "social.organic" == channel_of(ga4_channels(), source, "referral", "venta_flash")
    assert "social.paid" == channel_of(ga4_channels(), source, "cpc", "venta_flash")


# ---------------------------------------------------------------------------------- missing, traps


@pytest.mark.parametrize("nothing", [None, "", "  ", float("nan")])
def test_neither_source_nor_medium_is_direct(nothing: object) -> None:
    """A missing source and medium count as (direct) and (none)."""
    assert "direct" == channel_of(ga4_channels(), nothing, nothing, nothing)
    assert "direct" == channel_of(ga4_channels(), "(direct)", nothing, nothing)
    assert "direct" == channel_of(ga4_channels(), "(direct)", "(not set)", nothing)
    assert "search.organic" == channel_of(ga4_channels(), "google", nothing, nothing)
    assert "paid_other" == channel_of(ga4_channels(), nothing, "cpc", nothing)


def test_not_set_is_not_direct() -> None:
    """The source (not set) is Unassigned."""
    assert None is channel_of(ga4_channels(), "(not set)", "(not set)", None)


def test_any_medium_with_cp_in_it_is_paid() -> None:
    """The pattern of paid traffic is taken as it is, however wide."""
    assert "paid_other" == channel_of(ga4_channels(), "somewhere", "tcp", None)
    assert "search.paid" == channel_of(ga4_channels(), "bing", "escpade", None)


@pytest.mark.parametrize(
    ("source", "medium", "exact", "contains"),
    [
        ("crm", "email", "email", "email"),
        ("e mail", "crm", "email", "email"),
        ("crm", "email-weekly", None, "email"),
        ("my_email_tool", "crm", None, "email"),
    ],
)
def test_email_is_matched_exactly_unless_asked(
    source: str, medium: str, exact: str | None, contains: str | None
) -> None:
    """Whether email must be the whole text is an option, as readings of the rule differ."""
    assert exact == channel_of(ga4_channels(), source, medium, None)
    assert contains == channel_of(ga4_channels(email="contains"), source, medium, None)


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("adnet", "cpc", "2026 Cross-Network max", "cross_network"),
        ("amazon.com", "cpc", None, "shopping.paid"),
        ("amazon.es", "referral", None, "shopping.organic"),
        ("vimeo", "cpv-cpc", None, "video.paid"),
        ("partner", "preroll video", None, "video.organic"),
        ("partner", "sm", None, "social.organic"),
        ("partner", "organic", None, "search.organic"),
        ("partner", "link", None, "referral"),
        ("partner", "affiliate", None, "affiliate"),
        ("podcast", "audio", None, "audio"),
        ("sms", "blast", None, "sms"),
        ("crm", "sms", None, "sms"),
        ("crm", "web-push", None, "push"),
        ("firebase", "crm", None, "push"),
        ("crm", "app notification", None, "push"),
        ("partner", "interstitial", None, "display"),
        ("partner", "x", "summer_shop", "shopping.organic"),
        ("newsletter", "x", "bishop", None),
    ],
)
def test_each_rule(source: str, medium: str, campaign: str | None, channel: str | None) -> None:
    """Every rule of the table has a case; SHOP needs a word that begins so, or ends in e-shop."""
    found = channel_of(ga4_channels(), source, medium, campaign)
    assert channel == found


def test_the_order_of_the_rules_decides() -> None:
    """The first rule that holds decides, and the other rules that hold are shown."""
    channels = ga4_channels()
    event = {"source": "google", "medium": "cpm", "campaign": "eshop"}
    assert [
        ("Paid Shopping", "decided"),
        ("Paid Search", "overruled"),
        ("Display", "overruled"),
        ("Paid Other", "overruled"),
        ("Organic Shopping", "overruled"),
        ("Organic Search", "overruled"),
    ] == [(step.name, step.outcome) for step in channels.steps(event)]
    assert "the campaign 'eshop' matches" in channels.steps(event)[0].reason


# ----------------------------------------------------------------------------------------- versions


def test_ai_assistants_came_in_2026() -> None:
    """The rules of 2024 have no channel for assistants: their medium is Unassigned."""
    old = ga4_channels(version="2024-07")
    assert None is channel_of(old, "chatgpt.com", "ai-assistant", "(ai-assistant)")
    assert "ai_assistant" == channel_of(
        ga4_channels(), "claude.ai", "ai-assistant", "(ai-assistant)"
    )


def test_the_two_versions_differ_in_nothing_else() -> None:
    """Without the assistants the rules of both versions are the same, in the same order."""
    old, new = (read_data(f"ga4-{version}") for version in ("2024-07", "2026-05"))
    rules = [one for one in new["rules"] if one["channel"] != "ai_assistant"]
    assert old["rules"] == rules
    same = ("patterns", "google_ads_network", "dv360_creative_format", "sa360_engine_type")
    assert [old[name] for name in same] == [new[name] for name in same]
    assert (18, 19) == (len(old["rules"]), len(new["rules"]))


def test_a_tagged_assistant_counts_when_asked() -> None:
    """ChatGPT tags a source without a medium, which GA4 leaves Unassigned."""
    by_source = ga4_channels(assistants="source")
    assert None is channel_of(ga4_channels(), "chatgpt.com", None, None)
    assert "ai_assistant" == channel_of(by_source, "chatgpt.com", None, None)
    assert "ai_assistant" == channel_of(by_source, "perplexity.ai", "referral", None)
    assert "paid_other" == channel_of(by_source, "chatgpt.com", "cpc", None)


def test_old_rules_refuse_assistants_by_source() -> None:
    """An option that a version has no rule for is an error."""
    with pytest.raises(
        InvalidInputError, match=r"needs rules with the channel AI Assistant, got version='2024-07'"
    ):
        ga4_channels(version="2024-07", assistants="source")


@pytest.mark.parametrize("options", [{"version": "2023"}, {"email": "fuzzy"}, {"assistants": "x"}])
def test_options_are_checked(options: dict[str, str]) -> None:
    """An unknown value of an option is refused, and the error lists the choices."""
    with pytest.raises(InvalidInputError, match="is not an option"):
        ga4_channels(**options)


def test_a_path_is_refused_as_list_of_sources() -> None:
    """The list must be read first, and the error names the function that reads it."""
    with pytest.raises(
        WrongKindError, match="must be a SourceList, got str\n.*load_source_categories"
    ):
        ga4_channels(sources="sources.csv")


@pytest.mark.parametrize("version", ["2024-07", "2026-05"])
def test_channels_are_those_of_the_taxonomy(version: str) -> None:
    """Whatever the rules and tables answer is a channel of the built-in taxonomy."""
    document = read_data(f"ga4-{version}")
    channels = {rule.channel for rule in ga4_rules(version)}
    for system in ("google_ads_network", "dv360_creative_format", "sa360_engine_type"):
        channels |= set(document[system])
    assert set() == channels - set(tp.load_taxonomy("customer").facets["channel"].terms)


def test_labels_are_ga4s_own_names() -> None:
    """Where the taxonomy gives a channel's name in GA4, it is the name of the rule."""
    terms = tp.load_taxonomy("customer").facets["channel"].terms
    given = {
        name: term.attributes["ga4"] for name, term in terms.items() if "ga4" in term.attributes
    }
    assert given == {one.channel: one.name for one in ga4_rules("2026-05") if one.channel in given}


# ------------------------------------------------------------------------------- Google's own tools


@pytest.mark.parametrize(
    ("system", "value", "channel"),
    [
        ("google_ads_network", "Google Partners", "search.paid"),
        ("google_ads_network", "YouTube Videos", "video.paid"),
        ("google_ads_network", "Google Display Network", "display"),
        ("google_ads_network", "Cross-network", "cross_network"),
        ("google_ads_network", "Social", "social.paid"),
        ("dv360_creative_format", "Lightbox", "display"),
        ("dv360_creative_format", "Flipbook", "video.paid"),
        ("dv360_creative_format", "Audio", "audio"),
        ("dv360_creative_format", "Tracking", "paid_other"),
        ("sa360_engine_type", "yahoo gemini", "search.paid"),
        ("sa360_engine_type", "Facebook", "social.paid"),
    ],
)
def test_integrated_traffic_decides_first(system: str, value: str, channel: str) -> None:
    """What Google's own tools recorded decides before the table of manual traffic."""
    classifier = ga4_channels(**{system: "tool"})
    event = {"source": "newsletter", "medium": "email", "campaign": None, "tool": value}
    assert channel == classifier(event)["arrival_channel"]
    assert ("source", "medium", "campaign", "tool") == classifier.reads


@pytest.mark.parametrize("value", [None, "something new"])
def test_an_unknown_value_of_a_tool_leaves_it_to_the_rules(value: str | None) -> None:
    """A value that the table does not list counts as missing."""
    classifier = ga4_channels(google_ads_network="network")
    event = {"source": "newsletter", "medium": "email", "campaign": None, "network": value}
    assert "email" == classifier(event)["arrival_channel"]


# -------------------------------------------------------------------------------------------- URLs

SITE = "https://www.shop.example/p"


@pytest.mark.parametrize(
    ("url", "referrer", "channel"),
    [
        (SITE, None, "direct"),
        (f"{SITE}?utm_source=newsletter&utm_medium=email", None, "email"),
        (f"{SITE}?utm_source=google&gclid=a1", None, "search.paid"),
        (f"{SITE}?gclid=a1", "https://www.google.com/", "search.paid"),
        (f"{SITE}?gbraid=a1", None, "search.paid"),
        (f"{SITE}?msclkid=a1", "https://www.bing.com/", "search.paid"),
        (f"{SITE}?msclkid=a1&utm_source=bing", None, "search.paid"),
        (f"{SITE}?ScCid=a1", None, "social.paid"),
        (f"{SITE}?li_fat_id=a1", None, "social.paid"),
        (f"{SITE}?dclid=a1", None, "display"),
        (f"{SITE}?fbclid=a1", None, "social.organic"),
        (f"{SITE}?fbclid=a1", "https://l.instagram.com/", "social.organic"),
        (f"{SITE}?fbclid=a1&utm_source=facebook&utm_medium=paid", None, "social.paid"),
        (f"{SITE}?irclickid=a1", None, "affiliate"),
        (SITE, "https://www.google.co.uk/search?q=a", "search.organic"),
        (SITE, "https://m.facebook.com/", "social.organic"),
        (SITE, "https://lm.facebook.com/l.php?u=x", "social.organic"),
        (SITE, "https://t.co/abc", "social.organic"),
        (SITE, "https://out.reddit.com/t3?url=x", "social.organic"),
        (SITE, "android-app://com.google.android.gm/", "email"),
        (SITE, "https://mail.google.com/mail/u/0/", "email"),
        (SITE, "android-app://com.google.android.googlequicksearchbox/", "search.organic"),
        (SITE, "https://docs.google.com/document/1", "referral"),
        (SITE, "https://youtu.be/x", "video.organic"),
        (SITE, "https://www.amazon.com.mx/dp/1", "shopping.organic"),
        (SITE, "https://chatgpt.com/", "ai_assistant"),
        (SITE, "https://gemini.google.com/app", "ai_assistant"),
        (SITE, "https://blog.example/post", "referral"),
        (SITE, "https://netflix.comm/", "referral"),
        (SITE, "https://shop.example/cart", None),
        (SITE, "https://pay.shop.example/cart", None),
        (SITE, "https://bank.example/3ds", None),
        (f"{SITE}?utm_source=adnet&utm_medium=cpc", "https://shop.example/", "paid_other"),
        ("/cart?utm_medium=affiliate", None, "affiliate"),
        (None, "https://duckduckgo.com", "search.organic"),
        (None, None, None),
        ("", " ", None),
        (f"{SITE}?mtm_campaign=x&mtm_source=fb&mtm_medium=ppc", None, "social.paid"),
    ],
)
def test_urls_give_the_arrival_channel(
    url: str | None, referrer: str | None, channel: str | None
) -> None:
    """Campaign parameters decide first, then click ids, then the referrer; own pages give None."""
    classifier = arrival_channels(own="bank.example")
    answer = classifier({"url": url, "referrer": referrer})
    assert channel == (None if answer is None else answer["arrival_channel"])


def test_a_source_without_a_medium_takes_it_from_an_ads_click_id() -> None:
    """A click id of an ad fills in what the campaign parameters leave out, and nothing else."""
    assert Arrival(source="news", medium="cpc", click_id="gclid") == arrival(
        "/?utm_source=news&gclid=1"
    )
    assert Arrival(source="news", medium="(none)") == arrival("/?utm_source=news&fbclid=1")
    assert Arrival(source="a", medium="b", campaign="c") == arrival(
        "/?utm_source=a&utm_medium=b&utm_campaign=c&gclid=1"
    )


def test_an_assistant_is_a_referral_by_the_rules_of_2024() -> None:
    """GA4 has a separate medium for assistants only since 2026."""
    assert "referral" == arrival(SITE, referrer="https://claude.ai/", version="2024-07").medium
    assert "ai-assistant" == arrival(SITE, referrer="https://claude.ai/").medium


def test_a_tagged_assistant_counts_in_addresses_when_asked() -> None:
    """ChatGPT's utm_source without a medium is Unassigned, or an assistant with the option."""
    event = {"url": f"{SITE}?utm_source=chatgpt.com", "referrer": None}
    assert None is arrival_channels()(event)
    assert "ai_assistant" == arrival_channels(assistants="source")(event)["arrival_channel"]


def test_steps_of_an_address_name_the_rule() -> None:
    """The rule that decides for a URL is shown; an internal page has no steps."""
    classifier = arrival_channels()
    steps = classifier.steps({"url": f"{SITE}?gclid=1", "referrer": None})
    assert ("Paid Search", "decided") == (steps[0].name, steps[0].outcome)
    assert () == classifier.steps({"url": SITE, "referrer": "https://shop.example"})


def test_arrivals_need_no_referrer_column() -> None:
    """A log with landing URLs alone is read too."""
    classifier = arrival_channels(url="page", referrer=None)
    assert ("page",) == classifier.reads
    assert "direct" == classifier({"page": SITE})["arrival_channel"]


@pytest.mark.parametrize(
    ("referrer", "channel"),
    [
        ("https://www.googleadservices.com/pagead/aclk?sa=L", "search.paid"),
        ("https://syndicatedsearch.goog/", "search.paid"),
        ("https://googleads.g.doubleclick.net/pagead/ads", "display"),
        ("https://ad.doubleclick.net/ddm/clk/1", "display"),
        ("https://tpc.googlesyndication.com/safeframe", "display"),
        ("https://trc.taboola.com/x", "paid_other"),
        ("https://doubleclick.net.evil.example/", "referral"),
    ],
)
def test_a_host_that_delivers_ads_is_paid_for(referrer: str, channel: str) -> None:
    """A visit through one is paid, not organic, even where no click id says so."""
    found = arrival_channels()({"url": SITE, "referrer": referrer})
    assert channel == found["arrival_channel"]
    tagged = {"url": f"{SITE}?utm_source=news&utm_medium=email", "referrer": referrer}
    assert "email" == arrival_channels()(tagged)["arrival_channel"]


def test_some_referrers_are_no_arrival() -> None:
    """Who comes back from paying has not left: no arrival, unless the address says more."""
    ignoring = arrival_channels(ignore_referrers=["paypal.com", "https://sis.redsys.es/"])
    paid = {"url": f"{SITE}/thanks", "referrer": "https://www.paypal.com/checkout"}
    assert "referral" == arrival_channels()(paid)["arrival_channel"]
    assert None is ignoring(paid)
    assert None is ignoring({**paid, "referrer": "https://sis.redsys.es/sis/pay"})
    assert "referral" == ignoring({**paid, "referrer": "https://redsys.es/"})["arrival_channel"]
    assert "search.paid" == ignoring({**paid, "url": f"{SITE}?gclid=1"})["arrival_channel"]
    assert arrival(paid["url"], referrer=paid["referrer"], ignore_referrers="paypal.com").internal
    with pytest.raises(
        InvalidInputError, match="ignore_referrers must hold other sites' hosts, got ''"
    ):
        arrival_channels(ignore_referrers="")


def test_own_holds_hosts() -> None:
    """A value of ``own`` that is not a host is refused."""
    with pytest.raises(
        InvalidInputError, match="own must hold the site's hosts, got 'shop.example', ' '"
    ):
        arrival_channels(own=["shop.example", " "])


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_reader_of_urls(url: str, referrer: str) -> None:
    """Any text in a column of URLs gives an answer or None, never an error."""
    arrival_channels(own="shop.example")({"url": url, "referrer": referrer})
    parse_referrer(f"https://{referrer}/{url}")


# ------------------------------------------------------------------------------------ many at once

SAMPLE = """(direct) google Google x.com email sms cpc CPM push nil referral eshop WORKshop
Cross-Network firebase ai-assistant chatgpt.com"""
TEXTS = st.sampled_from([None, "", *SAMPLE.split()])


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=20), st.booleans())
def test_a_batch_is_answered_like_single_events(
    rows: list[tuple[str | None, ...]], loose: bool
) -> None:
    """The cache changes no answer, whatever the options."""
    classifier = ga4_channels(
        google_ads_network="tool",
        email="contains" if loose else "exact",
        assistants="source" if loose else "medium",
    )
    fields = ("source", "medium", "campaign", "tool")
    events = [dict(zip(fields, row, strict=True)) for row in rows]
    assert [classifier(event) for event in events] == classifier.batch(events)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=20))
def test_a_batch_of_urls_is_answered_like_single_events(
    rows: list[tuple[str | None, ...]],
) -> None:
    """The same holds for URLs."""
    classifier = arrival_channels()
    events = [
        {"url": f"{SITE}?utm_source={one}&utm_medium={two}&gclid=", "referrer": three}
        for one, two, three in rows
    ]
    assert [classifier(event) for event in events] == classifier.batch(events)


# ---------------------------------------------------------------------------------------- in a log


def events() -> Iterator[dict[str, object]]:
    """Yield a small log with campaigns."""
    yield {"id": 1, "at": "2026-05-01T10:00", "source": "x.com", "medium": "referral"}
    yield {"id": 1, "at": "2026-05-01T10:01", "source": None, "medium": None}
    yield {"id": 2, "at": "2026-05-01T10:02", "source": "tv", "medium": "offline"}


def test_the_arrival_is_a_separate_column() -> None:
    """GA4's rules state how someone arrived, never where the interaction happens (A6)."""
    records = [one | {"campaign": None} for one in events()]
    journeys = tp.from_records(
        records, journey="id", time="at", touchpoint=ga4_channels(), unmatched="keep"
    )
    assert ["social.organic", "direct", None] == journeys.per_interaction[
        "arrival_channel"
    ].to_list()
    assert {"unknown"} == {one.channel for one in journeys.touchpoints}


def test_the_rule_that_decided_is_explained() -> None:
    """The explanation names the rule, its condition and the overruled rules (A6)."""
    event = {"source": "Google", "medium": "cpm", "campaign": None}
    shown = str(tp.classify.explain(ga4_channels(), event))
    assert "Paid Search" in shown
    assert "the source 'google' is listed as search" in shown
    assert "Display" in shown


def test_types_and_arrivals_are_combined() -> None:
    """One classifier gives the type, the other the arrival channel."""
    both = tp.classify.combine(ga4_events(name="event"), ga4_channels())
    records = [one | {"campaign": None, "event": "page_view"} for one in events()]
    journeys = tp.from_records(
        records,
        journey="id",
        time="at",
        touchpoint=both,
        taxonomy=tp.load_taxonomy("customer"),
    )
    assert {"website"} == {one.channel for one in journeys.touchpoints}
    column = journeys.per_interaction["arrival_channel"]
    assert ["social.organic", "direct", None] == column.to_list()


def test_a_classifier_can_be_pickled_and_compared() -> None:
    """Classifiers with the same options are equal, also after pickling."""
    one = ga4_channels(email="contains")
    assert one == pickle.loads(pickle.dumps(one))
    assert one != ga4_channels()
    assert "<classifier ga4_channels(2026-05) reads source, medium, campaign>" == repr(one)
