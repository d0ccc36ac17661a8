"""Which journeys and which outcome the sections of a report are about (B40)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from touchpoints.plot._report.results import Results

KINDS: dict[str, dict[str, Any]] = {
    "reached": {},
    "absent": {"absent": True},
    "within": {"within": dt.timedelta(days=1)},
}


def results(journeys: tp.Journeys) -> Results:
    """Return the records of a report about the outcome done."""
    return Results(journeys=journeys, outcome="done", scores=None, plan=None, lang="en", level=0.95)


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_outcome_stays_what_it_is(kind: str) -> None:
    """Where journeys are cut at the touchpoint that defines the outcome, the outcome is kept."""
    shop = tp.datasets.shop(300, seed=1)
    marked = tp.mark(shop, "done", when="purchase", **KINDS[kind])
    before = results(marked).of("before")
    np.testing.assert_array_equal(marked.outcomes["done"], before.outcomes["done"])
    assert "purchase" not in {before.touchpoints[code].type for code in np.unique(before.codes)}


def test_the_opposite_has_the_opposite_conversion() -> None:
    """Of an outcome that is absence, the conversion with a touchpoint is one minus the other."""
    shop = tp.datasets.shop(300, seed=1)
    shares = {}
    for kind in ("reached", "absent"):
        marked = tp.mark(shop, "done", when="purchase", **KINDS[kind])
        card = results(marked).of("scorecard")
        shares[kind] = dict(zip(card.touchpoint, card.conversion, strict=True))
    for name, share in shares["reached"].items():
        assert 1 - share == pytest.approx(shares["absent"][name])


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_report_of_each_kind(kind: str, tmp_path: Path) -> None:
    """A report is written of outcomes of every kind, also of those that cut journeys."""
    shop = tp.datasets.shop(300, seed=1)
    for make in (tp.mark, tp.until):
        how = {"when": "purchase"} if make is tp.mark else {"touchpoint": "purchase"}
        name = {"name": "done"} if make is tp.mark else {"outcome": "done"}
        made: Any = make
        path = tp.plot.report(
            made(shop, **how, **name, **KINDS[kind]), tmp_path / "r.html", title="x"
        )
        assert 'id="credit"' in path.read_text(encoding="utf-8")
