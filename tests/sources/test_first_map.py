"""From an export without any types to a journey map, with a drafted taxonomy (A4, B7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp

START = 1_772_445_600_000_000  # 2026-03-02T10:00:00Z
NAMES = ["page_view", "view_item", "ver_guia_tallas", "add_to_cart", "pago_ko", "purchase"]


def export(people: int = 40) -> list[dict[str, Any]]:
    """Return events of GA4 with two names of the site's own; every second person stops earlier."""
    return [
        {
            "event_name": name,
            "event_timestamp": START + person * 60_000_000 + place * 1_000_000,
            "user_pseudo_id": f"d{person}",
            "event_params": [
                {"key": "ga_session_id", "value": {"int_value": "7"}},
                {
                    "key": "page_location",
                    "value": {"string_value": f"https://shoes.example/{name}"},
                },
            ],
        }
        for person in range(people)
        for place, name in enumerate(NAMES[: 6 if person % 2 else 3])
    ]


@tp.classifier(reads=("touchpoint",))
def itself(event: Any) -> str:
    """Answer with the touchpoint itself."""
    return str(event["touchpoint"])


def test_an_export_becomes_a_map_in_ten_lines(tmp_path: Path) -> None:
    """Ten lines of Python, ten edited lines of TOML: every event has a type, and a stage."""
    edits = [
        ("[[rule]]", 'type = "size_guide"', 'when.touchpoint = "ver_guia_tallas"'),
        ("[[rule]]", 'type = "error_met"', 'when.touchpoint = "pago_ko"'),
    ]
    added = [
        "[types.size_guide]",
        'labels = { en = "Reading the size guide", es = "Ver la guía de tallas" }',
        'need = "learn"',
        'stage = "consideration"',
    ]
    assert sum(map(len, edits)) + len(added) == 10

    journeys = tp.sources.ga4(export())
    draft = tp.classify.draft(journeys, url="url")
    rules_file, taxonomy_file = draft.write(tmp_path)
    text = rules_file.read_text(encoding="utf-8")
    rules = "\n\n".join("\n".join(one) for one in edits)
    rules_file.write_text(text.replace("\n[[rule]]", f"\n{rules}\n\n[[rule]]", 1), encoding="utf-8")
    with taxonomy_file.open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(added) + "\n")
    taxonomy = tp.read_taxonomy(taxonomy_file)
    typed = tp.retype(journeys, tp.classify.rules(rules_file, taxonomy=taxonomy), taxonomy=taxonomy)
    found = tp.experience.journey_map(typed)

    assert draft.events == 40 // 2 * 9
    assert typed.meta.taxonomy is taxonomy
    assert typed[1].keys == (
        "website_visit", "product_view", "size_guide", "cart_addition", "error_met", "purchase",
    )  # fmt: skip
    assert "unknown" not in set(found.touchpoints.stage)
    assert set(found.touchpoints.touchpoint) == set(typed[1].keys)


def test_a_draft_counts_real_journeys() -> None:
    """A journey that stands for many counts as often; the columns are those that were kept."""
    journeys = tp.sources.ga4(export(4))
    alike = tp.distinct(tp.collapse_repeats(journeys))
    found, merged = tp.classify.draft(journeys), tp.classify.draft(alike)

    assert len(alike) < len(journeys)
    assert found.field.tolist() == ["touchpoint"] * 6
    assert dict(zip(found.value, found.count, strict=True)) == {
        "page_view": 4, "view_item": 4, "ver_guia_tallas": 4,
        "add_to_cart": 2, "pago_ko": 2, "purchase": 2,
    }  # fmt: skip
    assert merged.to_dicts() == found.to_dicts()
    assert tp.classify.draft(journeys, name="name").rules == found.rules
    assert "when.touchpoint" in found.rules


def test_a_draft_of_journeys_refuses_what_it_would_ignore() -> None:
    """Journeys have counts of their own, and only the columns that were kept."""
    journeys = tp.sources.ga4(export(2))

    with pytest.raises(tp.errors.InvalidInputError, match="their own counts"):
        tp.classify.draft(journeys, count="value")
    with pytest.raises(tp.errors.NotFoundError, match="page_location"):
        tp.classify.draft(journeys, url="page_location")
    with pytest.raises(tp.errors.NotFoundError, match="event_name"):
        tp.classify.draft(journeys, name="event_name")


def test_journeys_are_retyped_in_another_taxonomy() -> None:
    """The taxonomy that is given becomes theirs; without it types stay those of their own."""
    journeys = tp.sources.ga4(export(2))
    rules = tp.classify.ga4_events(name="touchpoint")
    customer = tp.load_taxonomy("customer")
    typed = tp.retype(journeys, rules, taxonomy=customer, unmatched="drop")

    assert typed.meta.taxonomy is customer
    assert journeys.meta.taxonomy is None
    assert typed[0].keys == ("website_visit", "product_view")
    assert [one.type for one in typed[0].touchpoints] == ["website_visit", "product_view"]
    assert "need_from" in typed.per_interaction
    again = tp.retype(typed, itself)
    assert [one.keys for one in again] == [one.keys for one in typed]
    assert again.meta.taxonomy is customer
    with pytest.raises(tp.errors.WrongKindError, match="taxonomy"):
        tp.retype(journeys, rules, taxonomy="customer")  # type: ignore[arg-type]


def test_a_name_that_is_no_touchpoint_is_left_out_on_any_page() -> None:
    """`first_visit` is general, and known to be no interaction: the page does not type it."""
    log = {"event": ["first_visit", "page_view"], "url": ["https://shoes.example/"] * 2}
    found = tp.classify.draft(log, name="event", url="url")

    assert (found.typed, found.left_out) == (1, 1)
