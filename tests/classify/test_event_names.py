"""Event names of GA4, Segment and Snowplow have a customer touchpoint type or are excluded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify.contract.answers import LEFT_OUT, decision_of, verdict_of
from touchpoints.classify.drafting.guessing import Guesser
from touchpoints.classify.web.event_names import (
    TRACKERS,
    EventNames,
    ga4_events,
    matomo_events,
    name_table,
    segment_events,
    snowplow_events,
    words_of,
)


@pytest.mark.parametrize("tracker", [*TRACKERS, "matomo"])
def test_every_name_has_a_type_of_the_taxonomy(tracker: str) -> None:
    """Whatever the tables answer is a type of the built-in taxonomy (A4)."""
    table = name_table(tracker)
    assert set() == set(table.types.values()) - set(tp.load_taxonomy("customer").types)


@pytest.mark.parametrize("tracker", [*TRACKERS, "matomo"])
def test_no_name_is_both_a_touchpoint_and_excluded(tracker: str) -> None:
    """Every name is listed once; names that are not touchpoints have a reason."""
    table = name_table(tracker)
    assert set() == set(table.types) & set(table.not_touchpoints)
    assert all(" " in why for why in table.not_touchpoints.values())
    assert () not in table.types


GA4 = {
    "page_view": "website_visit",
    "view_item": "product_view",
    "view_item_list": "catalogue_browsing",
    "add_to_cart": "cart_addition",
    "view_cart": "cart_review",
    "begin_checkout": "checkout",
    "add_payment_info": "checkout",
    "purchase": "purchase",
    "refund": "product_return",
    "sign_up": "account_signup",
    "login": "account_visit",
    "generate_lead": "information_request",
    "share": "content_shared",
    "ad_impression": "ad_exposure",
    "select_promotion": "promotion_view",
    "search": "site_search",
    "view_search_results": "site_search",
    "screen_view": "app_interaction",
    "video_start": "video_watched",
    "session_start": LEFT_OUT,
    "first_visit": LEFT_OUT,
    "user_engagement": LEFT_OUT,
    "scroll": LEFT_OUT,
    "working_lead": LEFT_OUT,
    "my_own_event": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize(("name", "expected"), GA4.items())
def test_ga4_events(name: str | None, expected: str | None) -> None:
    """Automatic and recommended events are typed; sessions and a sales team's work are not."""
    assert (expected or "") == decision_of(ga4_events()({"event_name": name}))


def test_a_search_within_the_site_is_not_a_web_search() -> None:
    """GA4's search events are not taken for a search engine's (A2 means the latter)."""
    assert "search_query" not in name_table("ga4").types.values()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Order Completed", "purchase"),
        ("order_completed", "purchase"),
        ("orderCompleted", "purchase"),
        ("ORDER COMPLETED", "purchase"),
        ("Completed Order", "purchase"),
        ("Product Viewed", "product_view"),
        ("Products Searched", "site_search"),
        ("Product Reviewed", "review_written"),
        ("Product Shared", "content_shared"),
        ("Coupon Applied", "incentive_voucher"),
        ("Live Chat Message Sent", "live_chat"),
        ("Trial Started", "trial_subscription"),
        ("Signed Up", "account_signup"),
        ("Email Opened", "email_campaign"),
        ("Email Bounced", LEFT_OUT),
        ("Signed Out", LEFT_OUT),
        ("Bread Baked", None),
    ],
)
def test_segment_events(name: str, expected: str | None) -> None:
    """Names count however they are written, with the noun or the verb first."""
    assert (expected or "") == decision_of(segment_events()({"event": name}))


@pytest.mark.parametrize(
    ("call", "name", "expected"),
    [
        ("page", "Home", "website_visit"),
        ("screen", None, "app_interaction"),
        ("track", "Order Completed", "purchase"),
        ("identify", "Order Completed", LEFT_OUT),
        (None, "Order Completed", "purchase"),
    ],
)
def test_segment_calls(call: str | None, name: str | None, expected: str | None) -> None:
    """Pages and screens are visits, whatever their names; identify calls are not touchpoints."""
    classifier = segment_events(call="type", name="what")
    assert ("type", "what") == classifier.reads
    assert expected == decision_of(classifier({"type": call, "what": name}))


@pytest.mark.parametrize(
    ("name", "category", "action", "expected"),
    [
        ("page_view", None, None, "website_visit"),
        ("page_ping", None, None, LEFT_OUT),
        ("transaction", None, None, "purchase"),
        ("transaction_item", None, None, LEFT_OUT),
        ("event", "ecomm", "add-to-basket", "cart_addition"),
        ("event", "Mixes", "Play", "video_watched"),
        ("event", "checkout", "step two", "checkout"),
        ("event", "Mixes", "blend", None),
        ("link_click", "ecomm", "add-to-basket", "website_navigation"),
    ],
)
def test_snowplow_events(
    name: str, category: str | None, action: str | None, expected: str | None
) -> None:
    """Events are typed by name, or by action and category; pings are not touchpoints."""
    classifier = snowplow_events(category="se_category", action="se_action")
    assert ("event_name", "se_action", "se_category") == classifier.reads
    event = {"event_name": name, "se_category": category, "se_action": action}
    assert (expected or "") == decision_of(classifier(event))


def test_the_reason_for_no_type_is_shown() -> None:
    """A name that is no touchpoint is left out with the reason; an unknown name has no step."""
    (step,) = ga4_events().steps({"event_name": "session_start"})
    assert ("decided", ("event_name",)) == (step.outcome, step.fields)
    assert "event_name is 'session_start', an event of ga4" == step.reason
    assert "no interaction of its own" in verdict_of(step.answer).leave_out
    assert () == ga4_events().steps({"event_name": "my_own_event"})
    assert "GA4".lower() in ga4_events().steps({"event_name": "purchase"})[0].reason


def test_a_log_is_typed_by_its_names() -> None:
    """A GA4 log becomes journeys of typed touchpoints, without other events (A4, A6)."""
    names = ["session_start", "page_view", "view_item", "purchase"]
    records = [
        {"id": 1, "at": f"2026-05-01T10:0{at}", "name": name} for at, name in enumerate(names)
    ]
    journeys = tp.from_records(
        records,
        journey="id",
        time="at",
        touchpoint=ga4_events(name="name"),
        taxonomy=tp.load_taxonomy("customer"),
    )
    assert ("website_visit", "product_view", "purchase") == journeys[0].keys


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("add_to_cart", ("add", "to", "cart")),
        ("AddToCart", ("add", "to", "cart")),
        ("ERTriage", ("er", "triage")),
        ("Añadir al carrito", ("anadir", "al", "carrito")),
        ("¿Cita?", ("cita",)),
        ("page2", ("page2",)),
        ("🛒", ()),
        ("", ()),
    ],
)
def test_words_of_names(name: str, words: tuple[str, ...]) -> None:
    """Words are found in a name whatever their case, accents and marks."""
    assert words == words_of(name)


def test_a_name_of_a_megabyte_is_read_in_part() -> None:
    """Only the beginning of a very long text is read."""
    assert 1000 == len(words_of("a " * 500_000))


def test_matomo_events() -> None:
    """Kinds of actions as the reader names them, and usual actions of events (A4)."""
    classifier = matomo_events()
    types = {
        "pageview": "website_visit",
        "productview": "product_view",
        "categoryview": "catalogue_browsing",
        "search": "site_search",
        "download": "content_read",
        "outlink": "website_navigation",
        "ecommerceOrder": "purchase",
        "ecommerceAbandonedCart": "cart_review",
        "Add to cart": "cart_addition",
        "unheard of": None,
    }
    assert types == {name: classifier({"name": name}) for name in types}
    assert "counted for an action" in classifier({"name": "goal"}).leave_out


@given(st.text(max_size=80), st.sampled_from([ga4_events(), segment_events(), snowplow_events()]))
def test_no_name_breaks_a_classifier(name: str, classifier: EventNames) -> None:
    """Any text is either a known or an unknown name."""
    assert classifier({classifier.reads[0]: name}) is None or words_of(name)


def test_classifiers_show_what_they_read() -> None:
    """The name of the classifier and its columns are in its repr."""
    assert "<classifier ga4_events reads event_name>" == repr(ga4_events())


def test_a_search_has_one_meaning() -> None:
    """The taxonomy, the events of trackers and drafts agree: the search box of the site."""
    customer = tp.load_taxonomy("customer")
    log = {"who": ["ana"], "when": ["2026-03-02"], "what": ["search"]}
    journeys = tp.from_columns(
        log, journey="who", time="when", touchpoint="what", taxonomy=customer
    )
    answers = [
        customer.find("search").id,
        customer.find("Búsqueda", lang="es").id,
        name_table("ga4").types["search",],
        Guesser(customer).name("Search").type,
        Guesser(customer).name("búsqueda").type,
        journeys[0].keys[0],
    ]
    assert ["site_search"] * 6 == answers
    assert "search_query" == customer.find("web search").id
    assert "search_query" == customer.find("la búsqueda en internet", lang="es").id
