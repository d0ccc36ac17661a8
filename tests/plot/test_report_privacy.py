"""What a report with ``k=`` leaves out: nothing in it is of fewer people (B40)."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import reports
from touchpoints.plot._report.privacy import safe
from touchpoints.plot._report.results import Results


def results(journeys: tp.Journeys, *, k: int) -> Results:
    """Return the records of a report with k."""
    return Results(
        journeys=journeys,
        outcome="sale",
        scores="csat",
        plan=reports.plan(),
        lang="en",
        level=0.95,
        k=k,
    )


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, few of them scored."""
    return reports.shop(300)


def test_steps_of_a_survival_curve_are_of_several() -> None:
    """Times are joined until each step has k events; what remains is left out (by hand)."""
    found = tp.paths.TimeTo(
        time=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        at_risk=[10, 9, 7, 6, 4, 2],
        events=[1, 2, 0, 2, 2, 1],
        censored=[0, 0, 1, 0, 0, 1],
        survival=[0.9, 0.7, 0.7, 0.47, 0.23, 0.12],
        low=np.zeros(6),
        high=np.ones(6),
        left_out=np.zeros(6),
        level=0.95,
        unit="journey",
    )
    kept = safe(found, k=3)
    assert [2.0] == kept.time.tolist()
    assert [10] == kept.at_risk.tolist()
    assert [3] == kept.events.tolist()
    assert [0.7] == kept.survival.tolist()
    assert found is safe(found, k=None)


@pytest.mark.parametrize("k", [3, 10, 40])
def test_no_record_is_of_few(shop: tp.Journeys, k: int) -> None:
    """Every count that may be shown is 0 or at least k."""
    records = results(shop, k=k)
    counts = {
        "assessments": ("interactions", "answers"),
        "emotions": ("interactions", "answers"),
        "scorecard": ("journeys", "answers"),
        "variants": ("journeys",),
        "step_flows": ("journeys",),
        "conformance": ("journeys",),
        "transitions": ("count",),
        "time_to": ("events", "censored", "at_risk"),
        "median_time": ("journeys", "events"),
        "chart": ("n",),
        "improvements": ("stake",),
    }
    for name, columns in counts.items():
        record = records.shown(name)
        for column in columns:
            values = getattr(record, column)
            assert ((values == 0) | (values >= k)).all(), (name, column)
    shown = records.shown("map")
    for table in (shown.touchpoints, shown.stages):
        few = table.answers < k
        assert np.isnan(table.valence[few]).all()
        assert (table.answers[few] == 0).all()


def test_scores_of_few_are_not_known(shop: tp.Journeys) -> None:
    """A touchpoint that many met and few scored is shown without its scores."""
    scores = np.full(len(shop.codes), np.nan)
    scores[np.flatnonzero(shop.codes == shop.codes[0])[:2]] = 1.0
    few = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    records = results(few, k=5)
    rows = records.shown("map").touchpoints
    assert 2 == records.of("map").touchpoints.answers.sum()
    assert 0 == rows.answers.sum()
    assert len(rows) == len(records.of("map").touchpoints)
    card = records.shown("scorecard")
    assert np.isnan(card.score).all()
    assert np.isnan(card.satisfied).all()


def test_sources_of_needs_of_few_are_not_shown(shop: tp.Journeys) -> None:
    """Where a cell says of few interactions where their need comes from, no cell says it."""
    records = results(shop, k=10)
    whole, shown = records.of("needs"), records.shown("needs")
    assert ((whole.from_data > 0) & (whole.from_data < 10)).any()
    assert shown.from_data is None
    assert "from_rule" not in shown.column_names()
    assert results(shop, k=2).shown("needs").from_data is not None


def test_gaps_stand_for_periods_of_few(shop: tp.Journeys) -> None:
    """A period with few journeys stays on the time axis, and has no value."""
    records = results(shop, k=30)
    whole, shown = records.of("chart"), records.shown("chart")
    few = whole.n < 30
    assert few.any()
    assert len(whole) == len(shown)
    assert np.isnan(shown.value[few]).all()
    assert np.isnan(shown.high[few]).all()
    tp.plot.control_chart(shown)


def test_reports_of_few_people_are_refused(tmp_path: Path) -> None:
    """Where all journeys together are of fewer than k people, nothing is written."""
    rows = [{"who": n % 3, "trip": n, "at": "2026-01-01", "what": "a"} for n in range(30)]
    journeys = tp.from_records(rows, journey="trip", time="at", touchpoint="what", person="who")
    path = tmp_path / "r.html"
    with pytest.raises(tp.errors.InvalidInputError, match="are of 3 persons, fewer than k=5"):
        tp.plot.report(journeys, path, title="x", k=5)
    assert not path.exists()
    tp.plot.report(journeys, path, title="x", k=3)
