"""Figures of real logs: the clickstream of a web shop and an emergency department (A2, B17-B19)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from tests.example_scripts import load
from tests.plot import drawn
from tests.real import ecom

pytestmark = pytest.mark.real

PATIENT = tp.load_taxonomy("patient")


@pytest.fixture(scope="module", params=["ecom", "patients"])
def log(request: pytest.FixtureRequest, logs: Path) -> tp.Journeys:
    """A typed log of customers, and one of patients."""
    if request.param == "ecom":
        return ecom.typed_sessions_of(logs)
    source = load("clinical").emergency_department(logs / "patients.csv.gz")
    return source.journeys(PATIENT)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 1216])
def test_the_map_is_clear(log: tp.Journeys, lang: str, width: int) -> None:
    """No text of the map overlaps or is cut, and its numbers are those of presence."""
    found = tp.experience.journey_map(log)
    figure = tp.plot.journey_map(found, lang=lang, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    shares = {row["touchpoint"]: row["share"] for row in tp.paths.presence(log).to_dicts()}
    for row in found.touchpoints.to_dicts():
        assert shares[row["touchpoint"]] == pytest.approx(row["reach"])


@pytest.mark.parametrize("width", [358, 960])
def test_flows_and_paths_are_clear(log: tp.Journeys, width: int) -> None:
    """Variants, flows by step and the graph of transitions have no text over another."""
    how: dict[str, Any] = {"taxonomy": log.meta.taxonomy, "lang": "es", "width": width}
    figures = (
        tp.plot.variants(tp.paths.variants(log, top=20), **how),
        tp.plot.step_flows(tp.paths.step_flows(log, steps=6), **how),
        tp.plot.transition_graph(tp.transition_graph(log), **how),
    )
    for figure in figures:
        assert [] == drawn.overlapping(figure)
        assert [] == drawn.outside(figure)


def test_the_report_is_written(log: tp.Journeys, tmp_path: Path) -> None:
    """A real log has a report in Spanish, with a map, flows, paths and needs."""
    path = tp.plot.report(log, tmp_path / "informe.html", title="Informe", lang="es")
    page = path.read_text(encoding="utf-8")
    for name in ("map", "flows", "paths", "needs"):
        assert f'<section id="{name}"' in page
