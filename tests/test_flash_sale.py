"""The flash sale on Twitter, end to end (A11-A15): from raw visits to a graph that knows why."""

from __future__ import annotations

from typing import Any

import pytest

import touchpoints as tp
from tests.house_rules import ROOT

RULES = ROOT / "docs" / "examples" / "flash_sale.toml"
TYPE = "flash_sale_ad_response"
CAMPAIGNS = [
    "flash_sale",
    "Flash Sale Friday",
    "flashsale-2026",
    "venta_flash_noviembre",
    "Venta Flash",
    "VENTA RELÁMPAGO",
    "venta-relampago",
    "ventas flash de otoño",
    "oferta flash",
    "Oferta_Relámpago_24h",
]


@pytest.fixture(scope="module")
def customer() -> tp.Taxonomy:
    """Return the built-in taxonomy."""
    return tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def flash_sale(customer: tp.Taxonomy) -> Any:
    """Return the rules, checked against the taxonomy."""
    return tp.classify.rules(RULES, taxonomy=customer)


def visit(source: str | None, **fields: str | None) -> dict[str, str | None]:
    """Return one visit."""
    return {"source": source, "medium": None, "campaign": None, "text": None, **fields}


@pytest.mark.parametrize(
    "source", ["twitter", "twitter.com", "t.co", "x", "x.com", "Twitter", "T.CO", "X.com"]
)
@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_a_response_to_the_ad_is_recognised(flash_sale: Any, source: str, campaign: str) -> None:
    """Whatever the network calls itself, in either language, with and without accents (A12)."""
    answer = flash_sale(visit(source, campaign=campaign, medium="cpc"))

    assert TYPE == answer.type
    assert {"channel": "social.paid", "context": "curiosity", "need": "save_money"} == answer.facets


@pytest.mark.parametrize(
    ("medium", "channel"),
    [
        ("cpc", "social.paid"),
        ("paid_social", "social.paid"),
        ("referral", "social.organic"),
        (None, "social.organic"),
    ],
)
def test_paid_and_organic_are_told_apart(flash_sale: Any, medium: str | None, channel: str) -> None:
    """A click that was paid for is on the paid channel, any other on the organic one."""
    answer = flash_sale(visit("t.co", text="¡Oferta relámpago, hoy!", medium=medium))
    assert channel == answer.facets["channel"]


@pytest.mark.parametrize(
    "fields",
    [
        visit("t.co"),
        visit("twitter", medium="cpc", campaign="autumn_news"),
        visit("x.com", text="look at this cat"),
        visit("google", medium="cpc", campaign="flash_sale"),
        visit("newsletter", campaign="venta flash"),
        visit("next.co", campaign="flash_sale"),
        visit(None, campaign="flash_sale"),
        visit("t.co", campaign="flash in the pan", text="a sale of work"),
    ],
)
def test_a_plain_click_is_not_one(flash_sale: Any, fields: dict[str, str | None]) -> None:
    """A tweet without a flash sale, a flash sale elsewhere, or nothing known: no answer (A12)."""
    assert flash_sale(fields) is None


def log() -> list[dict[str, Any]]:
    """Return visits of two people: Ana answers the ad and buys, Leo follows a plain tweet."""
    plain = {"medium": None, "campaign": None, "text": None}
    return [
        {"who": "ana", "at": "2026-11-20T10:00", **visit("t.co", campaign="Venta Relámpago")},
        {"who": "ana", "at": "2026-11-20T10:09", "source": "shop", **plain, "text": "order"},
        {"who": "leo", "at": "2026-11-20T11:00", "source": "t.co", **plain, "text": "a cat"},
        {"who": "leo", "at": "2026-11-20T11:30", **visit("x.com", campaign="flash_sale")},
    ]


@pytest.fixture(scope="module")
def journeys(flash_sale: Any, customer: tp.Taxonomy) -> tp.Journeys:
    """Return the journeys of the log, typed; the plain tweet is kept as it is."""
    orders = tp.classify.rules({"rule": [{"when": {"text": "order"}, "type": "purchase"}]})
    return tp.from_records(
        log(),
        journey="who",
        time="at",
        touchpoint=tp.classify.first_match(flash_sale, orders),
        taxonomy=customer,
        unmatched="keep",
    )


def test_the_journeys_know_what_happened_and_why(journeys: tp.Journeys) -> None:
    """The touchpoint has its type, its channel, its context and its need (A15)."""
    answered = f"{TYPE}[channel=social.organic]"
    assert [(answered, "purchase"), ("t.co / a cat", answered)] == [one.keys for one in journeys]

    first = journeys[0].touchpoints[0]
    assert ("curiosity", "save_money") == (first.context, first.need)


def test_what_a_rule_says_is_no_default(journeys: tp.Journeys) -> None:
    """A need a rule concluded counts as observed although the type has it by default too."""
    assert [2, 1, 0, 2] == journeys.per_interaction["need_from"].tolist()
    assert [2, 1, 0, 2] == journeys.per_interaction["context_from"].tolist()

    nodes = tp.transition_graph(journeys).nodes
    assert 1.0 == nodes[f"{TYPE}[channel=social.organic]"]["need_observed"]
    assert 0.0 == nodes["purchase"]["need_observed"]


def test_it_reads_in_spanish(journeys: tp.Journeys, customer: tp.Taxonomy) -> None:
    """The labels are those of the source: curiosidad, ahorrar dinero (A15)."""
    first = journeys[0].touchpoints[0]
    labels = [
        customer.label(facet, first.facet(facet), lang="es").casefold()
        for facet in ("context", "need")
    ]
    assert ["curiosidad", "ahorrar dinero"] == labels
    assert "venta flash" in first.label(taxonomy=customer, lang="es")


def test_grouping_by_channel_is_a_step_of_its_own(journeys: tp.Journeys) -> None:
    """Grouped by channel, the answer to the ad is no more than a social network (A13)."""
    by_channel = tp.collapse(journeys, by="channel")
    assert "social.organic" in by_channel[0].keys
    assert ("channel",) == by_channel.meta.lens


def test_what_the_channel_hides_is_counted_in_bits(flash_sale: Any, customer: tp.Taxonomy) -> None:
    """Of eight people from Twitter four came for the flash sale: the channel hides 1 bit (A13).

    The four others look at a post of the brand. The need of the advertisement is from a rule; that
    of the post is the default of its type, so the number is not circular.
    """
    posts = tp.classify.rules(
        {
            "rule": [
                {"when": {"text": "cat"}, "type": "brand_post_seen", "channel": "social.organic"}
            ]
        }
    )
    came = [{"campaign": "Venta Flash"}, {"text": "cat"}] * 4
    rows = [
        {"who": nth, "at": f"2026-11-20T10:0{nth}", **visit("t.co", **fields)}
        for nth, fields in enumerate(came)
    ]
    log = tp.from_records(
        rows,
        journey="who",
        time="at",
        touchpoint=tp.classify.first_match(flash_sale, posts),
        taxonomy=customer,
    )
    found = tp.experience.collapse_loss(log, of=("context", "need"), seed=1, permutations=19)
    assert ["(all)", "social.organic"] == found.coarse.tolist()
    assert [1.0, 1.0] == found.plug_in.tolist() == found.entropy.tolist()
    assert [1.0, 1.0] == pytest.approx(found.loss)
    assert () == found.defaults


def test_the_explanation_names_the_rule(flash_sale: Any) -> None:
    """Which rule decided, by which fields, and which one would have come next (A6)."""
    found = tp.classify.explain(flash_sale, visit("t.co", medium="cpc", campaign="Venta Flash"))

    assert ["rule 1 'flash sale on Twitter, paid'"] == [step.name for step in found.winners]
    assert ["rule 2 'flash sale on Twitter'"] == [step.name for step in found.losers]
    assert "campaign='Venta Flash' matches" in found.winners[0].reason
