"""Folding of text for comparison; reading numbers and times from text."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.text import fold, fold_spaced
from touchpoints.classify import rules
from touchpoints.classify.text.folding import instant_in, number_in, written
from touchpoints.taxonomy import Facet, Term

UNSEEN = ["́", "\u200b", "\ufeff", "\xad", "️", "󠄁", "͏", "ㅤ", "ᅟ", "᠋", "\u2067"]


@pytest.mark.parametrize("word", [*(f"ca{mark}fe" for mark in UNSEEN), "CAFÉ", "\uff43\uff41fe"])
def test_invisible_characters_make_no_difference(word: str) -> None:
    """Accents, joiners, byte order marks, hyphens, selectors, fillers, directions, case, width.

    Names of a taxonomy and texts in rules are folded in the same way.
    """
    shop = Facet("channel", terms=[Term("web", labels={"en": word})])
    ask = rules({"rule": [{"when": {"text": word}, "type": "visit"}]})

    assert "cafe" == fold(word)
    assert "web" == shop.find("Cafe").id
    assert "visit" == ask({"text": "Cafe"})


@given(st.text())
def test_folding_twice_changes_only_spaces(text: str) -> None:
    """A label and a rule mean the same text, in whichever order they are folded."""
    assert fold_spaced(text) == fold_spaced(fold(text)) == fold_spaced(f" {text} ")


@given(st.text())
def test_folding_does_not_depend_on_how_accents_are_stored(text: str) -> None:
    """Composed and decomposed forms fold to the same text."""
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("a", "a", None),
        ("", None, None),
        (None, None, None),
        (float("nan"), None, None),
        (True, "true", None),
        (7, "7", 7),
        (7.0, "7", 7.0),
        (7.5, "7.5", 7.5),
        (np.int64(3), "3", 3),
        (Decimal("1.50"), "1.50", 1.5),
        (" 12 ", " 12 ", 12),
        ("1e3", "1e3", 1000.0),
        (".5", ".5", 0.5),
        ("1_000", "1_000", None),
        ("0x10", "0x10", None),
        ("inf", "inf", None),
        ("٣", "٣", None),
        ("9" * 100, "9" * 100, None),
        (dt.date(2026, 1, 2), "2026-01-02", None),
    ],
)
def test_a_field_is_text_and_perhaps_a_number(
    value: Any, text: str | None, number: float | None
) -> None:
    """Whole numbers have no decimal point; only plain ASCII numbers are read from text."""
    assert (text, number) == (written(value), number_in(value))


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-01-02", dt.datetime(2026, 1, 2)),
        ("2026-01-02T03:04:05+02:00", dt.datetime(2026, 1, 2, 1, 4, 5)),
        (dt.date(2026, 1, 2), dt.datetime(2026, 1, 2)),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.datetime(2026, 1, 2)),
        ("yesterday", None),
        (7, None),
        (None, None),
    ],
)
def test_a_field_may_be_a_time(value: Any, instant: dt.datetime | None) -> None:
    """ISO 8601 text, dates and datetimes; times with a zone are converted to UTC."""
    assert instant == instant_in(value)
