"""The sentences and the tables of a report, in the language of its reader (B17, B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import reports
from touchpoints.plot._report.results import Results
from touchpoints.plot._report.sections import SECTIONS
from touchpoints.plot._report.tables import cell, head
from touchpoints.plot._shared.look import Look, look_of


@pytest.fixture(scope="module")
def results() -> Results:
    """Return the records of a report with everything."""
    shop = reports.shop(600)
    return Results(
        journeys=shop,
        outcome="sale",
        scores="csat",
        service=reports.service(shop),
        plan=reports.plan(),
        lang="es",
        level=0.95,
    )


def look(lang: str) -> Look:
    """Return the look of a report."""
    taxonomy = tp.load_taxonomy("customer")
    return look_of(dark=False, lang=lang, taxonomy=taxonomy, width=1216)


def test_every_column_has_a_spanish_head(results: Results) -> None:
    """No head of a table in Spanish is the name of a column."""
    for name, make in SECTIONS.items():
        for column in make(results, look("es")).table.column_names():
            said = head(column, look("es"))
            same = {"lift": "diferencia", "n": "n"}.get(column)
            assert same == said or column.replace("_", " ") != said, (name, column)


@pytest.mark.parametrize(
    ("column", "value", "english", "spanish"),
    [
        ("model", "first_touch", "first touch", "primer contacto"),
        ("model", "my <model>", "my <model>", "my <model>"),
        ("deviation", "ad_hoc", "Not planned", "No previsto"),
        ("lever", "training", "Training", "Formación"),
        ("signal", "above, run", "above the limits, run on one side", None),
        ("missing", ("importance", "alignment"), "importance, promise kept", None),
        ("period", "2026-01-05T00:00:00.000000", "5 January 2026", "5 de enero de 2026"),
        ("detail", "2026-01-05/2026-02-01", "5 January 2026 to 1 February 2026", None),
        ("detail", "a/b", "a/b", "a/b"),
        ("evidence", "answers 0 below 1", "answers 0, below 1", "respuestas: 0, por debajo de 1"),
    ],
)
def test_values_have_words(column: str, value: object, english: str, spanish: str | None) -> None:
    """Models, levers, deviations, signals and dates are said in words."""
    assert english == cell(column, value, look("en"))
    if spanish is not None:
        assert spanish == cell(column, value, look("es"))


def test_models_have_names_in_figures(results: Results) -> None:
    """The legend of credit is in the language."""
    figure = tp.plot.credit(results.of("credit"), lang="es")
    said = {one.text for one in figure.layout.annotations}
    assert {"primer contacto", "último contacto", "lineal"} <= said
    assert not {"first_touch", "first touch"} & said


def of_one(record: object, row: int = 0) -> object:
    """Return a record of one of its rows."""
    names = record.column_names()  # type: ignore[attr-defined]
    columns = {name: getattr(record, name)[row : row + 1] for name in names}
    return attrs.evolve(record, **columns)  # type: ignore[misc]


def finding(results: Results, section: str, lang: str, **records: object) -> str:
    """Return the sentence of a section, with records put in place of those of the journeys."""
    known = attrs.evolve(results, lang=lang)
    known._known.update(records)
    return SECTIONS[section](known, look(lang)).finding.text


def test_one_is_said_in_the_singular(results: Results) -> None:
    """One finding, one touchpoint, one path, one period and one model are no plural."""
    advice = of_one(results.of("improvements"))
    assert "One rule found something to improve. It concerns" in finding(
        results, "improve", "en", improvements=advice
    )
    assert "Una regla encontró algo que mejorar. Atañe a" in finding(
        results, "improve", "es", improvements=advice
    )
    card = of_one(results.of("scorecard"))
    assert "One touchpoint with all its measures." == finding(
        results, "scorecard", "en", scorecard=card
    )
    paths = of_one(results.of("variants"))
    assert finding(results, "paths", "en", variants=paths).startswith(
        "The most frequent path covers"
    )
    assert finding(results, "paths", "es", variants=paths).startswith(
        "El camino más frecuente cubre"
    )
    chart = results.of("chart")
    signal = np.array(["above", *[""] * (len(chart) - 1)], dtype=object)
    one = attrs.evolve(chart, signal=signal)
    number = int(np.isfinite(chart.value).sum())
    assert f"One of {number} periods lies outside what chance would give." == finding(
        results, "chart", "en", chart=one
    )
    assert f"Uno de {number} periodos queda fuera de lo que daría el azar." == finding(
        results, "chart", "es", chart=one
    )


def test_sentences_end(results: Results) -> None:
    """Each finding is a whole sentence, with its full stop, in both languages."""
    for lang in ("en", "es"):
        for name in SECTIONS:
            assert finding(results, name, lang).endswith("."), name


def test_sentences_have_intervals(results: Results) -> None:
    """Where the record has an interval, the sentence says it."""
    found = results.of("emotions")
    lowest = int(np.nanargmin(np.where(found.answers >= 30, found.valence, np.nan)))
    numbers = (found.valence[lowest], found.valence_low[lowest], found.valence_high[lowest])
    value, low, high = (f"{abs(one):.2f}" for one in numbers)
    said = finding(results, "emotions", "en")
    assert value in said
    assert f"{low}, " in said
    assert f"{high}]" in said
    found = results.of("variants")
    first, low, high = (f"{100 * one[0]:.0f}" for one in (found.share, found.low, found.high))
    assert f"the first of them {first}% [{low}, {high}%]" in finding(results, "paths", "en")


def test_nothing_to_show(results: Results) -> None:
    """Without a path that may be shown, the section says so."""
    none = results.of("variants")
    none = attrs.evolve(none, **{name: getattr(none, name)[:0] for name in none.column_names()})
    assert "No path is taken often enough to be shown." == finding(
        results, "paths", "en", variants=none
    )


def test_lenses_and_metrics_have_names(results: Results) -> None:
    """What was grouped by what, and the metric of a map, are said in words of the language."""
    said = " ".join(
        one.text
        for figure in (
            tp.plot.collapse_loss(results.of("collapse_loss"), lang="es"),
            tp.plot.journey_map(results.of("map"), lang="es"),
        )
        for one in figure.layout.annotations
    )
    assert "Se agrupa: puntos de contacto en canales" in said
    assert "satisfacción del cliente" in said
    assert "csat" not in said
