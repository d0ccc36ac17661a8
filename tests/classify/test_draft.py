"""Drafts of rules and taxonomies: coverage, accuracy, and files that match the table (B7)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import strategies
from tests.classify import draft_logs
from tests.classify.draft_logs import Named
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import type_of
from touchpoints.classify.drafting.draft import Draft, draft
from touchpoints.classify.drafting.guessing import Guesser
from touchpoints.classify.drafting.phrases import FURTHER, meanings
from touchpoints.classify.drafting.rows import (
    page_fits,
    page_regex,
    segments_of,
    text_regexes,
    without_locale,
)
from touchpoints.classify.rule_files.regex import Pattern
from touchpoints.classify.rule_files.rules import rules
from touchpoints.classify.web.event_names import TRACKERS, ga4_events, name_table, words_of
from touchpoints.errors import (
    InvalidInputError,
    NotFoundError,
    TouchpointsWarning,
    WrongKindError,
)
from touchpoints.taxonomy import load_taxonomy, parse_taxonomy, read_taxonomy

LOGS = {
    "GA4": ("customer", draft_logs.GA4),
    "Segment": ("customer", draft_logs.SEGMENT),
    "shop": ("customer", draft_logs.SHOP),
    "clinic": ("patient", draft_logs.CLINIC),
    "unseen": ("customer", draft_logs.UNSEEN),
    "unseen clinic": ("patient", draft_logs.UNSEEN_CLINIC),
}


def drafted(name: str) -> tuple[Draft, list[Named]]:
    """Return the draft of one of the logs, and the log."""
    taxonomy, log = LOGS[name]
    columns = {"event": [one.name for one in log], "n": [one.count for one in log]}
    return draft(columns, name="event", count="n", taxonomy=taxonomy), log


def answers(found: Draft, folder: Path, events: list[dict[str, Any]]) -> list[str]:
    """Write a draft, read both files and return the type the rules answer for each event.

    An event that is left out has no type.
    """
    rule_file, taxonomy_file = found.write(folder)
    taxonomy = read_taxonomy(taxonomy_file)
    classifier = rules(rule_file, taxonomy=taxonomy, fields=list(events[0]))
    return [type_of(answer) for answer in classifier.batch(events)]


def decided(found: Draft) -> dict[str, str]:
    """Return {value: type} of a draft; empty where the guess is too uncertain for a rule."""
    sure = [one in ("high", "medium") for one in found.confidence]
    types = [type_ if one else "" for type_, one in zip(found.type, sure, strict=True)]
    return dict(zip(found.value, types, strict=True))


# --------------------------------------------------------------------------- coverage and accuracy


@pytest.mark.parametrize("name", LOGS)
def test_almost_all_of_a_log_is_typed(name: str) -> None:
    """At least 80 % of the names of touchpoints and 95 % of their events get a type."""
    found, log = drafted(name)
    guessed = dict(zip(found.value, found.type, strict=True))
    real = [one for one in log if one.type]
    typed = [one for one in real if guessed[one.name]]
    assert 0.80 <= len(typed) / len(real)
    assert 0.95 <= sum(one.count for one in typed) / sum(one.count for one in real)


@pytest.mark.parametrize("name", LOGS)
def test_guesses_are_mostly_right(name: str) -> None:
    """The guess equals the hand-written label for 90 % of the names and 95 % of the events."""
    found, log = drafted(name)
    guessed = dict(zip(found.value, found.type, strict=True))
    right = [one for one in log if guessed[one.name] in one.type.split("|")]
    assert 0.90 <= len(right) / len(log)
    assert 0.95 <= sum(one.count for one in right) / sum(one.count for one in log)


def test_the_logs_are_as_mixed_as_real_ones() -> None:
    """At least 60 names in total, in several styles and two languages."""
    names = {one.name for _, log in LOGS.values() for one in log}
    styles = ["[a-z]+_[a-z]+", "([A-Z][a-z]+){2,}", "[A-Z][a-z]+( [A-Z][a-z]+)+", ".*[ñáéíóú].*"]
    assert 60 <= len(names)
    assert [] == [one for one in styles if not any(re.fullmatch(one, name) for name in names)]


@pytest.mark.parametrize("tracker", TRACKERS)
def test_the_events_of_trackers_are_all_known(tracker: str) -> None:
    """Every built-in event name is typed as its classifier does, or left out."""
    table = name_table(tracker)
    channels = {("social",), ("push", "notification")}
    types = table.types.keys() - channels
    names = [" ".join(words) for words in (*types, *table.not_touchpoints)]
    found = draft({"event": [f"{name} " for name in names]}, name="event")
    assert len(types) == found.typed
    assert len(table.not_touchpoints) == found.left_out
    assert {"high"} == set(found.confidence)


def test_an_event_of_a_tracker_gets_the_type_of_the_classifier() -> None:
    """Names of GA4 are guessed from the table that `ga4_events` uses."""
    table = name_table("ga4")
    found = draft({"event": ["_".join(words) for words in table.types]}, name="event")
    assert dict(zip(found.value, found.type, strict=True)) == {
        "_".join(words): one for words, one in table.types.items()
    }


# --------------------------------------------------------------------------------------- the files


@pytest.mark.parametrize("name", LOGS)
def test_the_files_load_and_match_the_table(tmp_path: Path, name: str) -> None:
    """The rules answer with each sure guess; the taxonomy extends the given one."""
    found, log = drafted(name)
    answered = answers(found, tmp_path / "new", [{"event": one.name} for one in log])
    guessed = decided(found)
    assert [guessed[one.name] for one in log] == answered
    types = read_taxonomy(tmp_path / "new" / "taxonomy.toml").types
    assert load_taxonomy(LOGS[name][0]).types == types


PAGES = [
    ("https://shop.example/", 500, "website_visit"),
    ("https://shop.example/es", 300, "website_visit"),
    ("https://shop.example/es/productos/zapato-rojo-7", 400, "product_view"),
    ("https://shop.example/productos/bota-1", 350, "product_view"),
    ("/productos", 300, "catalogue_browsing"),
    ("/productos/", 30, "catalogue_browsing"),
    ("https://shop.example/categor%C3%ADas/ropa?orden=precio", 250, "catalogue_browsing"),
    ("https://shop.example/es-mx/carrito?x=/checkout", 200, "cart_review"),
    ("https://shop.example/checkout/pago#tarjeta", 180, "checkout"),
    ("https://shop.example/gracias", 150, "purchase"),
    ("https://shop.example/account/orders/123/track", 140, "order_tracking"),
    ("https://shop.example/account/orders/99/track/map", 20, "order_tracking"),
    ("https://shop.example/account", 130, "account_visit"),
    ("https://shop.example/blog/checkout-tips", 120, "content_read"),
    ("https://shop.example/blog/2026/07/productos-nuevos", 110, "content_read"),
    ("shop.example/ayuda/devoluciones", 100, "self_service"),
    ("https://shop.example/opiniones", 90, "review_read"),
    ("https://shop.example/p/7/opiniones", 80, "review_read"),
    ("https://shop.example/producto/x/opiniones", 70, "review_read"),
    ("https://shop.example/contacto", 60, "information_request"),
    ("https://shop.example/tiendas", 50, "website_visit"),
    ("https://shop.example/ofertas", 45, "promotion_view"),
    ("https://shop.example/?gclid=1", 40, "website_visit"),
    ("https://shop.example/search?q=cart", 35, "site_search"),
    ("https://shop.example/zzz", 5, "website_visit"),
]


def test_pages_are_typed_by_their_path(tmp_path: Path) -> None:
    """The URL decides for page views, by the first segments of its path, after any locale."""
    rows = [(url, count) for url, count, _ in PAGES]
    log = {"event": ["page_view"] * len(rows), "url": [url for url, _ in rows]}
    found = draft(log, name="event", url="url")
    events = [dict(zip(log, row, strict=True)) for row in zip(*log.values(), strict=True)]
    answered = answers(found, tmp_path, events)
    assert {url: one for url, _, one in PAGES} == dict(zip(log["url"], answered, strict=True))


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("policies/refund-policy", "self_service"),
        ("politica-de-cookies", "website_visit"),
        ("my-account/orders", "order_tracking"),
        ("sales/order/history", "order_tracking"),
        ("account/register", "account_signup"),
        ("collections/mens-shoes", "catalogue_browsing"),
        ("checkout/onepage/success", "purchase"),
        ("newsletter", "newsletter_signup"),
        ("blogs/news/how-to-style", "content_read"),
        ("basketball", ""),
        ("navidad", ""),
    ],
)
def test_addresses_of_shops(path: str, type_: str) -> None:
    """Addresses as the usual shop systems make them, by whole words."""
    assert type_ == Guesser(load_taxonomy("customer")).page(path).type


def test_other_fields_are_used_only_for_general_names(tmp_path: Path) -> None:
    """Campaign, page and text decide, in this order, where the name is missing or a page view."""
    rows = [
        ("page_view", "/cart", "Venta Flash mayo", None, "flash_sale_ad_response"),
        ("page_view", "/cart", "brand", None, "cart_review"),
        (None, "/cart", None, "Quiero un reembolso", "cart_review"),
        (None, None, None, "Quiero un reembolso ya", "product_return"),
        (None, None, None, "El pago ha fallado, error 7", "error_met"),
        ("page_view", None, None, "hola", "website_visit"),
        ("purchase", "/cart", "venta flash", "reembolso", "purchase"),
        ("qwertz", "/cart", "venta flash", "reembolso", ""),
        ("session_start", "/cart", None, None, ""),
        (None, None, None, "hola", ""),
        (None, None, None, None, ""),
    ]
    fields = ("event", "page", "utm", "note")
    log = {name: [row[number] for row in rows] for number, name in enumerate(fields)}
    found = draft(log, name="event", url="page", campaign="utm", text="note", min_confidence="low")
    events = [dict(zip(fields, row[:4], strict=True)) for row in rows]
    assert [row[4] for row in rows] == answers(found, tmp_path, events)
    assert (11, 7, 1) == (found.events, found.typed, found.left_out)


@pytest.mark.parametrize(
    ("column", "value", "type_", "unknown"),
    [
        ("url", "https://shop.example/cart", "cart_review", "/zzz"),
        ("campaign", "newsletter 05", "email_campaign", "zzz"),
        ("text", "Where is my refund?", "product_return", "zzz"),
    ],
)
def test_a_log_needs_no_names(
    tmp_path: Path, column: str, value: str, type_: str, unknown: str
) -> None:
    """Any of the columns is enough; values without a guess are listed in the file."""
    log = {"what": [value, value, unknown]}
    found = draft(log, **{column: "what"}, min_confidence="low")
    events = [{"what": value}, {"what": unknown}]
    assert [type_, ""] == answers(found, tmp_path, events)
    assert [(type_, 2), ("", 1)] == list(zip(found.type, found.count.tolist(), strict=True))
    assert f'#     what with "{unknown}",  # 1 event: no known words' in found.rules


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "column", "taxonomy"),
    [("ecom.csv.gz", "event", "customer"), ("patients.csv.gz", "handling", "patient")],
)
def test_almost_all_of_real_logs_is_typed(
    logs: Path, file: str, column: str, taxonomy: str
) -> None:
    """The logs of a web shop and of a hospital, made without this library, are typed."""
    found = draft(pl.read_csv(logs / file), name=column, taxonomy=taxonomy)
    assert 0.80 <= sum(map(bool, found.type)) / len(found)
    assert 0.95 <= found.typed / found.events


NAMES = st.one_of(
    st.sampled_from([one.name for _, log in LOGS.values() for one in log]),
    st.sampled_from(["page_view", "PAGE_VIEW", "Página vista", "", "x", "7", "true", "🛒", "%00"]),
    st.text(max_size=12),
    st.none(),
)
WORDS = [
    "productos",
    "p",
    "blog",
    "es",
    "cart",
    "7",
    "*",
    "a.b",
    "a+b",
    "x-y",
    "(z)",
    "café",
    "",
    "[",
    "EN",
]
URLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.builds(
        lambda host, parts, query: f"{host}/{'/'.join(parts)}{query}",
        st.sampled_from(["", "https://shop.example", "shop.example", "//h"]),
        st.lists(st.sampled_from(WORDS), max_size=5),
        st.sampled_from(["", "?q=/blog", "#cart"]),
    ),
)
TEXTS = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["un reembolso", "my cart_x"]))


@given(
    st.lists(st.tuples(NAMES, URLS, NAMES, TEXTS), min_size=1, max_size=8),
    st.sampled_from(["high", "medium", "low"]),
)
@strategies.examples(60)
def test_the_files_match_the_table_for_any_log(
    rows: list[tuple[Any, Any, Any, Any]], least: str
) -> None:
    """For any log the files load, and the rules give each type to as many events as the table."""
    fields = ("event", "url", "utm", "note")
    log = {name: [row[number] for row in rows] for number, name in enumerate(fields)}
    found = draft(log, name="event", url="url", campaign="utm", text="note", min_confidence=least)
    taxonomy = parse_taxonomy(found.taxonomy)
    sure = ("high", "medium", "low")[: ("high", "medium", "low").index(least) + 1]
    guessed: Counter[str] = Counter()
    for row in found.to_dicts():
        guessed[row["type"] if row["confidence"] in sure else ""] += row["count"]
    assert len(rows) == found.events
    assume(found.typed + found.left_out)
    classifier = rules(tomllib.loads(found.rules), taxonomy=taxonomy)
    events = [dict(zip(fields, row, strict=True)) for row in rows]
    answered = classifier.batch(events)
    assert guessed == Counter(map(type_of, answered))
    assert found.left_out == sum(bool(getattr(one, "leave_out", "")) for one in answered)


# ------------------------------------------------------------------------------- editing a draft


def test_names_without_a_guess_can_be_filled_in(tmp_path: Path) -> None:
    """One line uncommented in the taxonomy and one line moved in the rules type a name."""
    log = {"event": ["page_view"] * 9 + ["XyzzyOpened"] * 3 + ["session_start"]}
    found = draft(log, name="event")
    (line,) = [one for one in found.taxonomy.splitlines() if one.startswith("# types.xyzzy_opened")]
    edited = found.taxonomy.replace(line, line.removeprefix("# "))
    (tmp_path / "taxonomy.toml").write_text(edited, encoding="utf-8")
    (line,) = [one for one in found.rules.splitlines() if "XyzzyOpened" in one]
    moved = f"{found.rules}\n[[rule]]\ntype = 'xyzzy_opened'\nwhen.event = [{line[1:]}\n]\n"
    (tmp_path / "rules.toml").write_text(moved, encoding="utf-8")
    taxonomy = read_taxonomy(tmp_path / "taxonomy.toml")
    classifier = rules(tmp_path / "rules.toml", taxonomy=taxonomy)
    assert "xyzzy_opened" == classifier({"event": "XyzzyOpened"})
    assert "Xyzzy opened" == taxonomy.label("type", "xyzzy_opened", lang="es")


def test_an_unguessed_name_is_one_line_in_each_file() -> None:
    """Fifty more unknown names make each file fifty lines longer."""
    few, many = (
        draft({"event": ["purchase", *(f"zz{'q' * one}" for one in range(names))]}, name="event")
        for names in (20, 70)
    )
    assert 50 == many.rules.count("\n") - few.rules.count("\n")
    assert 50 == many.taxonomy.count("\n") - few.taxonomy.count("\n")


def test_low_guesses_are_comments_until_they_are_asked_for(tmp_path: Path) -> None:
    """Uncommented as they stand, the lines are the rules that min_confidence="low" writes."""
    log = {"event": ["purchase", "cart_gizmo", "gizmo_gadget_checkout"]}
    found = draft(log, name="event")
    assert ["high", "low", "low"] == list(found.confidence)
    events = [{"event": one} for one in log["event"]]
    assert ["purchase", "", ""] == answers(found, tmp_path, events)
    start = found.rules.index("# [[rule]]")
    lines = [one.removeprefix("# ") for one in found.rules[start:].splitlines()]
    edited = found.rules[:start] + "\n".join(one for one in lines if one != "#")
    classifier = rules(tomllib.loads(edited))
    assert [*found.type] == [classifier(event) for event in events]
    asked = draft(log, name="event", min_confidence="low")
    assert [*found.type] == answers(asked, tmp_path / "low", events)


def test_each_line_has_a_comment_with_the_reason() -> None:
    """Every name in the rules has a separate line with volume, confidence and reason."""
    found, log = drafted("shop")
    for one in log:
        (line,) = [line for line in found.rules.splitlines() if f'"{one.name}"' in line]
        assert re.search(r"# \d[\d,]* events?(, (high|medium|low))?: \w+", line)


def test_names_of_no_touchpoints_are_left_out_with_the_reason(tmp_path: Path) -> None:
    """Names known not to be touchpoints get a rule that leaves their events out, and says why."""
    found = draft({"event": ["session_start", "user--sign-out", "page_view"]}, name="event")
    written, _ = found.write(tmp_path)
    classifier = rules(written)
    why = {name: classifier({"event": name}).leave_out for name in found.value[:2]}
    assert {
        "session_start": "a visit begins or goes on: no interaction of its own",
        "user--sign-out": "signing out is no interaction",
    } == why
    assert ["", "", "website_visit"] == list(found.type)
    assert (3, 1, 2) == (found.events, found.typed, found.left_out)


def test_the_head_states_how_much_is_known() -> None:
    """Events with a type, left out, and by confidence, in the file and in `remarks`."""
    log = {
        "event": ["purchase", "cart_seen", "cart_gizmo", "log_out", "xyzzy"],
        "n": [4, 3, 1, 1, 1],
    }
    found = draft(log, name="event", count="n")
    typed, confidences = found.remarks
    assert "Events with a type: 7 of 10 (70.0%). Not touchpoints: 1." == typed
    said = "high 1 name (40.0%); medium 2 names (40.0%); low 1 name (10.0%); none 1 name (10.0%)"
    assert f"By confidence: {said}." == confidences
    assert all(f"# {one}\n" in found.rules for one in found.remarks)
    assert [1, 2, 1, 1] == found.confidences.names.tolist()
    assert [4, 4, 1, 1] == found.confidences.events.tolist()
    assert [0.4, 0.4, 0.1, 0.1] == found.confidences.share.tolist()


IDS = {
    "ids": [
        [f"u{number}" for number in range(1, 501)],
        [f"INV-2024-{number:04d}" for number in range(300)],
        [f"#{number}" for number in range(1000, 1300)],
        [f"P{number:05d}" for number in range(80)],
        [f"user_{number}" for number in range(400)],
        [f"{number:032x}" for number in range(2**100, 2**100 + 50)],
    ],
    "e-mail addresses": [[f"{one}@example.org" for one in ("ana", "leo", "mia", "eva", "ruiz")]],
    "phone numbers": [[f"+34 600 123 {number:03d}" for number in range(40)]],
}


@pytest.mark.parametrize("kind", IDS)
def test_columns_of_ids_are_stopped(kind: str) -> None:
    """The error says what the column looks like, and which one to pass."""
    for values in IDS[kind]:
        with pytest.raises(InvalidInputError, match=f"look like {kind}, not like names of events"):
            draft({"event": values}, name="event")


@pytest.mark.parametrize(
    "names",
    [
        [f"step {number}" for number in range(1, 10)],
        [f"page_{number}" for number in range(1, 15)],
        ["AAA-Registration", "AAA-Triage", "BBB-Exit", "CCC-12", "search"],
        ["search", "view_item", *(f"u{number}" for number in range(60))],
        [f"u{number}" for number in range(60)] * 30,
    ],
)
def test_names_with_numbers_are_no_ids(names: list[str]) -> None:
    """Steps, pages, and what comes again and again."""
    assert draft({"event": names}, name="event").events == len(names)


STEPS = [
    *("Verify file", "Assess damage", "Route to team", "Calculate payout", "Approve payout"),
    *("Print letter batch", "Wait for input", "Archive dossier", "Notify branch", "Pay claim"),
    *("Purchase order", "Plan capacity"),
]


def test_steps_of_work_are_noticed(tmp_path: Path) -> None:
    """Where few names are known, the head says so, and a word that fits does not decide."""
    found = draft({"event": STEPS}, name="event")
    assert found.remarks[-1].endswith("these names look like steps of work, not of people.")
    assert "# " + found.remarks[-1] in found.rules
    assert 0 == found.typed
    assert "medium" not in found.confidence
    usual = draft({"event": ["Purchase order", "page_view", "add_to_cart"]}, name="event")
    assert 3 == usual.typed
    assert "steps of work" not in "".join(usual.remarks)


CHANNELS = ["Email", "Redes sociales", "los anuncios en pantalla", "Instagram", "Teléfono", "SMS"]


def test_channels_get_no_type() -> None:
    """The name of a channel says where, not what: no type, and a warning when most are such."""
    with pytest.warns(TouchpointsWarning, match="6 of 8 names are channels, not touchpoints"):
        found = draft({"event": [*CHANNELS, "purchase", "add_to_cart"]}, name="event")
    guesses = {row["value"]: row for row in found.to_dicts()}
    assert {"none"} == {guesses[one]["confidence"] for one in CHANNELS}
    assert {""} == {guesses[one]["type"] for one in CHANNELS}
    reason = "a channel (email), not a touchpoint: what did people do there?"
    assert reason == guesses["Email"]["reason"]
    assert "types.email" not in found.taxonomy


def test_rare_names_can_be_left_out_of_the_file() -> None:
    """Rows below `min_count` are in the table and not in the rules."""
    log = {"event": ["purchase", "page_view"], "n": [3, 100]}
    found = draft(log, name="event", count="n", min_count=10)
    assert ["page_view", "purchase"] == list(found.value)
    assert "purchase" not in found.rules
    assert [100, 3] == found.count.tolist()


def test_a_draft_is_not_overwritten_by_mistake(tmp_path: Path) -> None:
    """Existing files may contain edits."""
    found = draft({"event": ["purchase"]}, name="event")
    rule_file, _ = found.write(tmp_path / "a" / "b")
    rule_file.write_text("mine", encoding="utf-8")
    with pytest.raises(
        InvalidInputError,
        match=r"a draft already exists, and may have been edited .*\n.*pass overwrite=True",
    ):
        found.write(tmp_path / "a" / "b")
    found.write(tmp_path / "a" / "b", overwrite=True)
    assert found.rules == rule_file.read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------- taxonomies


OWN = """
name = "bakery"
extends = "customer"
languages = ["en"]

[types.bread_tasting]
labels = { en = "Tasting bread" }
aliases = { en = ["sourdough workshop evening"] }
"""


def test_own_types_are_guessed_by_their_labels(tmp_path: Path) -> None:
    """The labels and aliases of a taxonomy are used too; the draft extends its file."""
    path = tmp_path / "bakery.toml"
    path.write_text(OWN, encoding="utf-8")
    log = {"event": ["bread_tasting_done", "SourdoughWorkshopEvening2", "purchase"]}
    found = draft(log, name="event", taxonomy=path, called="mine")
    assert ["bread_tasting", "bread_tasting", "purchase"] == list(found.type)
    found.write(tmp_path / "drafts")
    drafted_taxonomy = read_taxonomy(tmp_path / "drafts" / "taxonomy.toml")
    assert "mine" == drafted_taxonomy.name
    assert "bread_tasting" in drafted_taxonomy.types


def test_only_types_of_the_taxonomy_are_guessed() -> None:
    """A taxonomy without purchases gives no guess of a purchase."""
    small = parse_taxonomy('name = "small"\n[types.talk]\nlabels.en = "Talk"')
    guesser = Guesser(small)
    assert ("talk", "") == (guesser.name("talk_held").type, guesser.name("purchase").type)
    assert "" == guesser.page("/").type


def test_a_taxonomy_without_a_file_is_refused() -> None:
    """A taxonomy that was parsed has no file that a draft could extend."""
    with pytest.raises(
        InvalidInputError,
        match="cannot extend the taxonomy 'bakery': its path is unknown\npass the path of its file",
    ):
        draft({"event": ["a"]}, name="event", taxonomy=parse_taxonomy(OWN))


def test_patients_come_before_customers() -> None:
    """Where a word means one thing in a clinic and another in a shop, the taxonomy decides."""
    customer, patient = (Guesser(load_taxonomy(name)) for name in ("customer", "patient"))
    for name, shop, clinic in [
        ("alta", "account_signup", "pt_discharge"),
        ("payment_made", "checkout", "pt_billing"),
        ("recordatorio_enviado", "email_reminder", "pt_reminder"),
        ("add_to_cart", "cart_addition", "cart_addition"),
    ]:
        assert (shop, clinic) == (customer.name(name).type, patient.name(name).type)


# ---------------------------------------------------------------------------------- the word list


def test_the_word_list_holds_types_and_plain_words() -> None:
    """Every type exists; words are in lower case without accents, as otherwise none would fit."""
    document = read_data("words")
    types = load_taxonomy("patient").types
    sections = [document["types"], document["pages"], document["campaigns"], document["none"]]
    phrases = [phrase for section in sections for names in section.values() for phrase in names]
    words = {word for phrase in phrases for word in phrase.lstrip("!?=").split()}
    assert set() == {one for section in sections[:3] for one in section} - set(types)
    families = document["forms"].keys()
    assert set() == {
        one for one in words - {FURTHER} - families if not re.fullmatch("[a-z0-9]+", one)
    }
    forms = [one for line in document["forms"].values() for one in line]
    assert set() == {one for one in forms if not re.fullmatch("[a-z0-9]+[+~@]?", one)}


def test_every_family_of_words_is_in_use() -> None:
    """A line of forms that no phrase names would do nothing."""
    document = read_data("words")
    used = {
        word
        for section in ("types", "pages", "campaigns", "none")
        for names in document[section].values()
        for phrase in names
        for word in phrase.lstrip("!?=").split()
    }
    used.update(*(document["explained"][one] for one in ("always", "clinical", "acts")))
    assert set() == document["forms"].keys() - used


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Appointment", "app"),
        ("Approved", "app"),
        ("Apparel", "app"),
        ("Screening", "screen"),
        ("Watches", "watch"),
        ("Basketball", "basket"),
        ("Navidad", "nav"),
        ("Leadership", "lead"),
        ("Returning", "return"),
        ("Valencia", "vale"),
        ("Accesorios", "acceso"),
        ("Planta", "plan"),
        ("Altavoz", "alta"),
        ("Cartagena", "cart"),
        ("Portal", "port"),
        ("Bookkeeping", "book"),
        ("Ordenador", "order"),
        ("Informed", "info"),
    ],
)
def test_a_word_is_not_a_longer_word_that_begins_like_it(name: str, word: str) -> None:
    """Whole words and listed forms count; beginnings do not."""
    assert meanings(word).isdisjoint(meanings(words_of(name)[0]))


@pytest.mark.parametrize(
    ("word", "family"),
    [
        ("carts", "cart"),
        ("cestas", "cart"),
        ("searches", "search"),
        ("cancelled", "cancel"),
        ("anuladas", "cancel"),
        ("shipped", "ship"),
        ("reclamaciones", "complaint"),
        ("resenas", "review"),
        ("applied", "apply"),
        ("compartido", "share"),
    ],
)
def test_plurals_and_listed_forms_are_one_word(word: str, family: str) -> None:
    """A plural counts as its singular, in both languages; regular verbs with their forms."""
    assert family in meanings(word)


def test_a_phrase_is_listed_once_in_a_section() -> None:
    """A phrase with two types of the same kind would always mean the first."""
    for section in ("types", "pages", "campaigns"):
        document = read_data("words")[section]
        for kind in (True, False):
            phrases = [
                " ".join(sorted(phrase.lstrip("!?=").split()))
                for name, names in document.items()
                for phrase in names
                if name.startswith("pt_") == kind
            ]
            assert [] == [one for one, times in Counter(phrases).items() if times > 1]


@pytest.mark.parametrize(
    ("name", "type_", "confidence"),
    [
        ("purchase", "purchase", "high"),
        ("Compra", "purchase", "high"),
        ("search", "site_search", "high"),
        ("Search", "site_search", "high"),
        ("Order Completed", "purchase", "high"),
        ("payment_failed", "error_met", "high"),
        ("cart_page_seen", "cart_review", "medium"),
        ("cart_gizmo", "cart_review", "low"),
        ("product_page_view", "product_view", "high"),
        ("product_hover", "product_view", "medium"),
        ("product_tax", "", "none"),
        ("step2_payment", "checkout", "medium"),
        ("WishlistButtonClick", "wishlist_addition", "medium"),
        ("log_out", "", "medium"),
        ("xyzzy", "", "none"),
        ("", "", "none"),
        ("🛒🛒", "", "none"),
        ("لمس", "", "none"),
    ],
)
def test_guesses_of_names(name: str, type_: str, confidence: str) -> None:
    """High for known names, medium where all words fit, low beside unknown words, else none."""
    found = Guesser(load_taxonomy("customer")).name(name)
    assert (type_, confidence) == (found.type, found.confidence)
    assert found.reason


# ------------------------------------------------------------------------- the conditions of rules


SEGMENTS = st.lists(st.sampled_from([*WORDS, "en-us", "a b", "x.php"]), max_size=5)


@given(SEGMENTS, st.lists(st.sampled_from([*filter(None, WORDS)]), max_size=3), st.booleans())
def test_the_expression_of_a_page_matches_its_pattern(
    parts: list[str], given_pattern: list[str], locale: bool
) -> None:
    """The regular expression of a rule matches exactly where the segments fit."""
    url = f"https://shop.example/{'/'.join(parts)}"
    segments = segments_of(url)
    pattern = tuple(segment for one in given_pattern for segment in segments_of(f"/{one}") or ())
    after = without_locale(segments) if segments and locale else None
    paths = [one for one in (segments, after) if one is not None]
    expected = any(page_fits(pattern, one) for one in paths)
    found = Pattern(page_regex(pattern, locale=locale), folded=True)
    assert expected == found.found_in(url.lower().replace("é", "e"))


def test_the_expressions_of_a_text_go_by_words() -> None:
    """Whole words match."""
    (whole,) = (Pattern(one, folded=True) for one in text_regexes(("cart",)))
    assert [True, False, False] == [whole.found_in(one) for one in ("my cart!", "carta", "cart_x")]


# -------------------------------------------------------------------------------- frames, bad input


LOG = {"what": ["page_view", "buy", None, "page_view"], "many": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(lambda: LOG, id="columns"),
        pytest.param(lambda: pd.DataFrame(LOG), id="pandas"),
        pytest.param(lambda: pl.DataFrame(LOG), id="polars"),
        pytest.param(lambda: pl.LazyFrame(LOG), id="lazy"),
        pytest.param(lambda: pa.table(LOG), id="pyarrow"),
        pytest.param(lambda: duckdb.from_arrow(pa.table(LOG)), id="duckdb"),
    ],
)
def test_any_table_gives_the_same_draft(frame: Any) -> None:
    """Dataframes of any kind and plain columns are read alike, and missing names are counted."""
    found = draft(frame(), name="what", count="many")
    assert ["page_view", "", "buy"] == list(found.value)
    assert [5, 3, 2] == found.count.tolist()
    assert ["website_visit", "", "purchase"] == list(found.type)
    assert (10, 7, 0) == (found.events, found.typed, found.left_out)


def test_a_draft_shows_itself() -> None:
    """The repr shows the totals and the first rows, not the files."""
    shown = repr(draft(LOG, name="what", count="many"))
    assert shown.startswith("Draft: 3 rows, events 10, typed 7, left_out 0\n")
    assert "[[rule]]" not in shown


def test_texts_that_differ_in_case_and_accents_share_a_row() -> None:
    """Rules compare without case and accents, so the table does too; it shows the usual text."""
    found = draft({"e": ["búsqueda", "Busqueda", "búsqueda", "BÚSQUEDA "]}, name="e")
    assert [("búsqueda", 4)] == list(zip(found.value, found.count.tolist(), strict=True))


@pytest.mark.parametrize(
    "name",
    [
        'quote" and \\ back',
        "line\nbreak # comment",
        "tab\tand\x00null\x7f\x85\u2028",
        "\ud800 alone",
        "\u202ertl عربة",
        "emoji 🛒 cart",
        "[[rule]]",
        "x" * 1_000_000,
        "cart " * 200_000,
        "'''",
        "\u0301",
    ],
)
def test_hostile_names_do_not_break_the_files(tmp_path: Path, name: str) -> None:
    """For any name both files load and the rules still answer for other names."""
    found = draft({"event": [name, "purchase"]}, name="event")
    assert ["purchase"] == answers(found, tmp_path, [{"event": "purchase"}])
    assert 10_000 > len(found.rules) + len(found.taxonomy)


@pytest.mark.parametrize("field", ["event name", "params.page", "página", 'a"b'])
def test_columns_with_odd_names_are_quoted(tmp_path: Path, field: str) -> None:
    """A field's name is quoted in the file where it must be."""
    found = draft({field: ["purchase"]}, name=field)
    assert ["purchase"] == answers(found, tmp_path, [{field: "purchase"}])


def test_a_column_named_like_an_operator_is_refused() -> None:
    """Rules cannot refer to a field named `any`."""
    with pytest.raises(
        InvalidInputError, match="rules cannot refer to a column named 'any'\nrename the column"
    ):
        draft({"any": ["purchase"]}, name="any")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, InvalidInputError, "draft needs at least one of the columns name, url"),
        ({"name": "evnt"}, NotFoundError, "did you mean 'event'"),
        (
            {"name": "event", "url": "event"},
            InvalidInputError,
            "name, url, campaign and text must be different columns, got 'event', 'event'",
        ),
        (
            {"name": "event", "min_count": 0},
            InvalidInputError,
            "min_count must be an integer of",
        ),
        (
            {"name": "event", "count": "event"},
            InvalidInputError,
            "column 'event' must hold numbers (rows 0, 1: 'a', 'b')",
        ),
        (
            {"name": "event", "count": "n"},
            InvalidInputError,
            "count must hold integers of at least 0, got 1.5 (row 1)",
        ),
        ({"name": "event", "taxonomy": "custmer"}, NotFoundError, "did you mean 'customer'"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """Each mistake has a specific message."""
    with pytest.raises(error, match=re.escape(message)):
        draft({"event": ["a", "b"], "n": [1, 1.5]}, **options)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (CHANNELS, "channels"),
        ([str(one) for one in range(50)], "numbers"),
        (["1.5", "2,5", "-3", "4 %", "1,000.25"], "numbers"),
        ([f"2026-01-{one:02} 10:00:00" for one in range(1, 20)], "times"),
        ([f"{one:02}/03/2026" for one in range(1, 20)], "times"),
        ([f"user-{one:05}" for one in range(30)], "ids"),
        ([f"{one:08x}-12ab-4cde-8f01-0123456789ab" for one in range(30)], "ids"),
        ([f"#{one}" for one in range(1000, 1020)], "ids"),
    ],
)
def test_a_column_that_holds_no_names_is_refused(values: list[str], kind: str) -> None:
    """Channels, numbers, times and ids are named as such, with the column and what to do."""
    with pytest.raises(InvalidInputError) as caught:
        draft({"event": values}, name="event")
    message = str(caught.value)
    assert f" {kind}, not " in message
    assert "column 'event'" in message
    assert "as name=" in message


@pytest.mark.parametrize(
    "values",
    [
        [f"level_{one}" for one in range(30)],
        ["step 1", "step 2", "step 3", "step 4", "step 5", "step 6"],
        ["101", "102", "page_view", "103", "104", "105"],
        ["EV100", "EV101", "EV102", "EV103", "EV104"] * 50,
        ["", None, "x"],
    ],
)
def test_names_with_numbers_are_names(values: list[str | None]) -> None:
    """Numbered steps, a few numbers among names, and codes that recur are drafted."""
    assert len(values) == draft({"event": values}, name="event").events


def test_names_without_a_guess_that_differ_in_numbers_share_a_row() -> None:
    """Three or more of them; their events are added, and the files have one line of them."""
    names = ["zorb_979", "zorb_408", "Zorb_5", "blib_1", "blib_2", "order_1", "order_2", "order_3"]
    found = draft({"event": names}, name="event")
    rows = {row["value"]: row["count"] for row in found.to_dicts()}
    expected = {"zorb_#": 3, "blib_1": 1, "blib_2": 1, "order_1": 1, "order_2": 1, "order_3": 1}
    assert expected == rows
    assert 1 == found.rules.count("zorb")
    assert 1 == sum("zorb" in line for line in found.taxonomy.splitlines())
    assert len(names) == found.events


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("/cart", "cart_review"),
        ("/checkout/thank-you", "purchase"),
        ("/women/dresses", "catalogue_browsing"),
        ("https://shop.example/p/48213", "product_view"),
        ("/search?q=linen", "site_search"),
        ("/blog/how-to-style-linen", "content_read"),
        ("/newsletter/unsubscribe", "cancellation"),
        ("/account/returns/new", "product_return"),
        ("/404", "error_met"),
        ("/", "website_visit"),
        ("/en/booking/confirmation", "purchase"),
        ("/cerrar-sesion", ""),
        ("/zorb", ""),
        ("in/out", ""),
    ],
)
def test_addresses_are_names_too(name: str, type_: str) -> None:
    """A name that is an address is read as a page is, with the words of a search in its query."""
    assert type_ == Guesser(load_taxonomy("customer")).name(name).type


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("viewcategory", "catalogue_browsing"),
        ("addtocart", "cart_addition"),
        ("watchvideo", "video_watched"),
        ("thermostat", ""),
    ],
)
def test_two_known_words_in_one_are_split(name: str, type_: str) -> None:
    """Where there is one place to do so."""
    assert type_ == Guesser(load_taxonomy("customer")).name(name).type


def test_logs_of_an_office_get_no_types() -> None:
    """Where most names hold words of the office, even a clear phrase is a low guess."""
    names = [
        "Record Invoice",
        "Approve Requisition",
        "Block Vendor",
        "Release Payment",
        "Assign PO",
    ]
    names += ["Match Receipt", "Archive File", "Order Placed", "Audit", "Notify Supplier"]
    found = draft({"event": names}, name="event")
    assert 0 == found.typed
    guess = next(row for row in found.to_dicts() if row["value"] == "Order Placed")
    assert ("purchase", "low") == (guess["type"], guess["confidence"])
    assert "steps of work" in guess["reason"]
    alone = draft({"event": ["Order Placed"]}, name="event")
    assert 1 == alone.typed


def test_words_of_logs_overrule_aliases() -> None:
    """To view a bill is to visit the account, though the taxonomy knows "bill viewed"."""
    guesser = Guesser(load_taxonomy("customer"))
    assert "account_visit" == guesser.name("bill_viewed").type
    assert "bill_received" == guesser.name("bill_received").type
    assert "purchase" == guesser.name("booking_confirmed").type


def test_games_are_products_in_use() -> None:
    """The draft and the classifier of GA4 say the same of GA4's events of games."""
    names = ["level_up", "earn_virtual_currency", "post_score", "ad_reward"]
    guesser, events = Guesser(load_taxonomy("customer")), ga4_events()
    expected = [*["product_use"] * 3, "ad_exposure"]
    assert expected == [guesser.name(one).type for one in names]
    assert expected == [events({"event_name": one}) for one in names]


def test_a_list_is_not_a_dataframe() -> None:
    """An object that is not a table is refused, and the error lists what can be passed."""
    with pytest.raises(WrongKindError, match="is not a dataframe that this library reads"):
        draft(["a"], name="event")


@pytest.mark.parametrize(
    "name",
    [
        *("LinkedIn", "TikTok", "WhatsApp", "YouTube", "Call center", "Blog", "Chatbot", "TV"),
        *("Anuncios", "Correo electrónico", "Boca a boca", "Tienda física", "Google Ads", "Kiosk"),
        *("In-store", "Push notifications", "Contact center", "Fuerza de ventas", "Vallas"),
    ],
)
def test_a_bare_channel_is_never_typed(name: str) -> None:
    """In both languages, with capitals within and marks between: the channel is named."""
    found = Guesser(load_taxonomy("customer")).name(name)
    assert ("", "none") == (found.type, found.confidence)
    assert found.channel
    assert f"a channel ({found.channel})" in found.reason


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("survey dismissed", ""),
        ("survey_shown", ""),
        ("email_bounced", ""),
        ("Email Marked as Spam", ""),
        ("call: no answer", ""),
        ("Treatment unsuccessful", ""),
        ("review_rejected", ""),
        ("booking pending", ""),
        ("technician_visit_scheduled", ""),
        ("draft deleted", ""),
        ("return_policy", ""),
        ("sales tax", ""),
        ("Ready to review", ""),
        ("coupon_expired", ""),
        ("encuesta descartada", ""),
        ("payment_failed", "error_met"),
        ("login failed", "error_met"),
        ("booking_started", "checkout"),
        ("passenger_details_entered", "checkout"),
        ("consulta de saldo", "account_visit"),
        ("flight_searched", "site_search"),
        ("Guidebook downloaded", "content_read"),
    ],
)
def test_words_that_contradict_do_not_decide(name: str, type_: str) -> None:
    """What did not happen, was not seen or is still to come is no touchpoint of that type."""
    found = Guesser(load_taxonomy("customer")).name(name)
    decided = found.type if found.decides("medium") else ""
    assert type_ == decided


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("pedir hora", "pt_booking"),
        ("cambiar hora", "pt_rescheduling"),
        ("anular hora", "pt_rescheduling"),
        ("Anular turno", "pt_rescheduling"),
        ("cancel visit", "pt_rescheduling"),
        ("confirmar turno", "pt_booking"),
        ("Cita anulada por el paciente", "pt_rescheduling"),
        ("Blood donation", ""),
    ],
)
def test_appointments_of_patients(name: str, type_: str) -> None:
    """In the words of several countries; cancelling one is a change of appointment."""
    found = Guesser(load_taxonomy("patient")).name(name)
    assert type_ == (found.type if found.decides("medium") else "")


def test_an_empty_log_has_an_empty_draft() -> None:
    """No rows, no guesses and no rules."""
    found = draft({"event": []}, name="event")
    assert (0, 0, 0) == (len(found), found.events, found.typed)
    assert "[[rule]]" not in found.rules


def test_many_distinct_names_are_drafted_quickly() -> None:
    """Ten thousand names take a few seconds, not minutes."""
    names = [f"{word}_{number}" for number in range(2500) for word in ("cart", "x", "pago", "y")]
    found = draft({"event": names}, name="event")
    assert (10_000, 5_000) == (found.events, found.typed)
