"""The report: one page with findings, figures and tables (A2, B17-B19, B40)."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import urllib.parse
from pathlib import Path

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn, reports
from touchpoints.plot._report.page import embedded
from touchpoints.plot._report.privacy import safe, without_rare
from touchpoints.plot._report.sections import SECTIONS
from touchpoints.plot._report.tables import csv_text
from touchpoints.plot._shared.look import look_of

CUSTOMER = tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys with scores, types, times and an outcome."""
    return reports.shop()


@pytest.fixture(scope="module", params=["en", "es"])
def page(
    request: pytest.FixtureRequest, shop: tp.Journeys, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The page of a report with everything, in a language."""
    path = tmp_path_factory.mktemp("report") / "shop.html"
    found = tp.plot.report(
        shop,
        path,
        title="A <shop> & more",
        assessments="csat",
        service=reports.service(shop),
        plan=reports.plan(),
        lang=request.param,
    )
    assert path == found
    return path.read_text(encoding="utf-8")


def read(shop: tp.Journeys, folder: Path, **how: object) -> str:
    """Return the page of a report."""
    path = folder / "report.html"
    tp.plot.report(shop, path, **{"title": "The shop", **how})  # type: ignore[arg-type]
    return path.read_text(encoding="utf-8")


def findings(page: str) -> list[str]:
    """Return the sentences of a page without markup."""
    return [drawn.plain(one) for one in re.findall(r'<p class="finding">(.*?)</p>', page)]


def keys(page: str) -> list[str]:
    """Return the sections of a page."""
    return re.findall(r'<section id="(\w+)"', page)


def test_every_section_is_there(page: str) -> None:
    """With types, times, scores, an outcome and a plan, no section is left out."""
    assert [*SECTIONS, "method"] == keys(page)
    assert len(SECTIONS) == len(findings(page))
    assert "A &lt;shop&gt; &amp; more" in page
    assert len(page.encode()) < 8_000_000


def test_figures_are_drawn_for_screens_and_telephones(page: str) -> None:
    """Each section has a figure of both widths, and says in words what it shows."""
    held = json.loads(re.search(r'id="figures">(.*?)</script>', page)[1])  # type: ignore[index]
    drawn_ones = [name for name in SECTIONS if name != "data"]
    assert {f"{name}-{size}" for name in drawn_ones for size in ("wide", "narrow")} == set(held)
    for name, figure in held.items():
        assert figure["layout"]["width"] == (1216 if name.endswith("wide") else 358)
        assert re.search(rf'id="{name}" role="img" aria-label="[^"]{{20,}}"', page)


def test_in_short_says_what_matters(page: str) -> None:
    """The findings at the top are those about what to do, not the first ones."""
    short = re.search(r'<section class="short".*?</section>', page, re.DOTALL)[0]  # type: ignore[index]
    said = [drawn.plain(one) for one in re.findall("<li>(.*?)</li>", short)]
    by_name = dict(zip(SECTIONS, findings(page), strict=True))
    asked = ("map", "funnel", "flows", "credit", "needs", "experience", "improve")
    assert [by_name[name] for name in asked] == said


def test_nothing_is_listed_where_nothing_lacks(page: str) -> None:
    """With every section there, the last one has no empty list."""
    assert "<ul></ul>" not in page


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    """No element of the page names another file or host."""
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    links = re.findall(r'\b(?:src|href)="([^"]*)"', body)
    assert all(one.startswith(("#", "data:text/csv")) for one in links)
    assert "@import" not in body
    assert "url(" not in body


def test_sentences_hold_the_numbers_of_the_records(shop: tp.Journeys, tmp_path: Path) -> None:
    """A finding says what the record says, with its interval."""
    said = findings(read(shop, tmp_path, assessments="csat", plan=reports.plan()))
    rows = tp.experience.journey_map(
        shop, metric="csat", plan=reports.plan()
    ).touchpoints.to_dicts()
    worst = next(row for row in rows if row["touchpoint"] == "trial_subscription")
    reach, low, high = (f"{100 * worst[name]:.0f}" for name in ("reach", "reach_low", "reach_high"))
    share = f"{reach}% [{low}, {high}%]"
    assert (
        f"Trial subscription weighs most against you: it happens in {share} of journeys" in said[1]
    )
    assert f"(n = {worst['answers']})" in said[1]
    steps = ["search_query", "review_read", "trial_subscription", "purchase", "delivery_received"]
    found = tp.paths.funnel(shop, steps)
    assert "Of the journeys with Searching the web, 0%" in said[2]
    assert 0 == found.journeys[-1]
    loss = tp.experience.collapse_loss(
        tp.until(shop, "purchase", outcome="sale"), seed=1, permutations=99
    )
    assert any(f"Grouped by channel, {100 * loss.share[0]:.0f}%" in one for one in said)


def test_the_file_of_a_table_is_the_record(shop: tp.Journeys) -> None:
    """Every cell of the CSV is one of the record, unrounded, in either way of writing numbers."""
    found = tp.paths.funnel(shop, ["search_query", "purchase"])
    for lang, sign, mark in (("en", ",", "."), ("es", ";", ",")):
        look = look_of(dark=False, lang=lang, taxonomy=CUSTOMER, width=1216)
        text = csv_text(found, look)
        assert text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text[1:]), delimiter=sign))
        assert list(found.column_names()) == rows[0]
        for row, wanted in zip(rows[1:], found.to_dicts(), strict=True):
            for cell, value in zip(row, wanted.values(), strict=True):
                if isinstance(value, float):
                    assert cell == ("" if value != value else repr(value).replace(".", mark))
                else:
                    assert str(value) == cell


def test_links_download_the_same_file(page: str) -> None:
    """The link beside a table holds the file itself."""
    links = re.findall(r'download="(\w+)\.csv" href="data:text/csv;charset=utf-8,([^"]+)"', page)
    assert list(SECTIONS) == [name for name, _ in links]
    first = urllib.parse.unquote(links[0][1])
    assert '\ufeff"fact"' == first[:7]
    assert "touchpoint" in urllib.parse.unquote(links[1][1]).splitlines()[0]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """Without times, types, scores, outcome and plan, sections are left out with the reason."""
    journeys = tp.from_paths({"path": ["a > b", "b > c"], "n": [30, 20]}, path="path", count="n")
    page = read(journeys, tmp_path)
    assert ["data", "map", "flows", "paths", "scorecard", "improve", "method"] == keys(page)
    text = html.unescape(page)
    for said in (
        "What contributes: left out. No outcome was named",
        "How touchpoints are rated: left out. No scores were given",
        "How far journeys get: left out. No plan was given",
        "Needs at each stage: left out. No touchpoint has a stage",
        "What grouping by channel loses: left out. The touchpoints have no types",
    ):
        assert said in text


def test_what_the_log_lacked_is_said(tmp_path: Path) -> None:
    """Rows that could not be read are counted in the first section, in the language."""
    rows = [
        {"who": 1, "at": "2026-01-01", "what": "a"},
        {"who": 1, "at": None, "what": "b"},
        {"who": 2, "at": "2026-01-02", "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what", person="who")
    page = read(journeys, tmp_path)
    assert (
        "The report is about 2 journeys of 2 people, with 2 interactions. Rows of the log that "
        "were left out: 1 of 3 (33%). No touchpoint has a type."
    ) == findings(page)[0]
    assert 'scope="row">rows without a time: left out</th><td>1</td>' in page
    spanish = read(journeys, tmp_path, lang="es")
    assert 'scope="row">filas sin hora: fuera</th><td>1</td>' in spanish
    assert "2 recorridos de 2 personas, con 2 interacciones" in findings(spanish)[0]
    assert "have no time" not in spanish


@pytest.mark.parametrize("name", drawn.HOSTILE)
def test_hostile_names_stay_text(name: str, tmp_path: Path) -> None:
    """A name, a title and an outcome with markup are shown as they are, and end no script."""
    rows = [
        {"who": n, "at": f"2026-01-0{day}", "what": what}
        for n in range(40)
        for day, what in enumerate([name, "b", "c"][: 2 + n % 2], 1)
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    marked = tp.mark(journeys, "done", when="c")
    page = read(marked, tmp_path, title=name)
    assert "<script>alert" not in page
    assert page.count("</script>") == page.count("<script")
    data = re.search(r'id="figures">(.*?)</script>', page)[1]  # type: ignore[index]
    assert "<" not in data
    json.loads(data)


def test_what_is_embedded_ends_no_script() -> None:
    """JSON in the page has no sign that a browser could take for markup."""
    text = embedded({"a": "</script><!-- & \u2028"})
    assert "<" not in text
    assert {"a": "</script><!-- & \u2028"} == json.loads(text)


def test_few_people_are_not_shown(tmp_path: Path) -> None:
    """With k=, touchpoints of fewer people are shown together, and small rows are left out."""
    rows = [
        {"who": n, "at": f"2026-01-0{day}", "what": what}
        for n in range(40)
        for day, what in enumerate(["a", "rare" if n < 2 else "rarer" if n < 5 else "b"], 1)
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what", person="who")
    merged, number = without_rare(journeys, k=5, label="others")
    assert (2, {"a", "b", "others"}) == (number, {one.key for one in merged.touchpoints})
    page = read(journeys, tmp_path, k=5)
    assert "rare" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "Touchpoints that fewer people met, shown together: 2." in page


def test_rare_touchpoints_take_others_along() -> None:
    """Where those that few met are few together, the next rarest joins them."""
    rows = [
        {"who": n, "at": f"2026-01-0{day}", "what": what}
        for n in range(40)
        for day, what in enumerate(["a", "rare" if n < 2 else "b" if n < 20 else "c"], 1)
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what", person="who")
    merged, number = without_rare(journeys, k=5, label="others")
    assert (2, {"a", "c", "others"}) == (number, {one.key for one in merged.touchpoints})


def test_a_safe_map_has_no_small_row(shop: tp.Journeys) -> None:
    """Rows of a map of fewer than k journeys are left out, flows of such touchpoints as well."""
    drawn_map = safe(tp.experience.journey_map(shop, metric="csat"), k=60)
    assert drawn_map.touchpoints.journeys.min() >= 60
    assert drawn_map.flows.journeys.min() >= 60
    assert set(drawn_map.flows.source) <= set(drawn_map.touchpoints.touchpoint)


def test_bad_paths_are_explained(shop: tp.Journeys, tmp_path: Path) -> None:
    """A folder, a folder that is not there, and something that is no path are named."""
    with pytest.raises(tp.errors.InvalidInputError, match="is a folder"):
        tp.plot.report(shop, tmp_path, title="x")
    with pytest.raises(tp.errors.InvalidInputError, match="does not exist"):
        tp.plot.report(shop, tmp_path / "a" / "b.html", title="x")
    with pytest.raises(tp.errors.WrongKindError, match=r"report\.html"):
        tp.plot.report(shop, 3, title="x")  # type: ignore[arg-type]


def test_bad_requests_are_explained(shop: tp.Journeys, tmp_path: Path) -> None:
    """No journeys, several outcomes, an unknown outcome or metric, and k of 1 are named."""
    path = tmp_path / "r.html"
    with pytest.raises(tp.errors.InvalidInputError, match="no journeys"):
        tp.plot.report(tp.select(shop, np.zeros(len(shop), dtype=bool)), path, title="x")
    with pytest.raises(tp.errors.InvalidInputError, match="several outcomes"):
        tp.plot.report(tp.mark(shop, "chat", when="live_chat"), path, title="x")
    with pytest.raises(tp.errors.NotFoundError, match="sale"):
        tp.plot.report(shop, path, title="x", outcome="sail")
    with pytest.raises(tp.errors.NotFoundError, match="metric"):
        tp.plot.report(shop, path, title="x", assessments="cast")
    with pytest.raises(tp.errors.InvalidInputError, match="k must be an integer of at least 2"):
        tp.plot.report(shop, path, title="x", k=1)
    assert not path.exists()


@pytest.mark.parametrize("number", [1, 2, 5])
def test_hardly_any_journeys(number: int, tmp_path: Path) -> None:
    """A report of one journey says that it is too little, and is written all the same."""
    few = tp.select(reports.shop(20), np.arange(20) < number)
    page = read(few, tmp_path, assessments="csat", plan=reports.plan())
    assert "method" in keys(page)


def test_counts_are_honoured(tmp_path: Path) -> None:
    """Rows with counts give the same sentences as repeated rows."""
    paths = {"path": ["a > b", "a", "b > c > a"], "n": [40, 30, 50]}
    once = tp.from_paths(paths, path="path", count="n")
    again = [one for one, n in zip(paths["path"], paths["n"], strict=True) for _ in range(n)]
    repeated = tp.from_paths({"path": again}, path="path")
    assert findings(read(once, tmp_path)) == findings(read(repeated, tmp_path))


def test_plotly_is_named_where_it_lacks(
    shop: tp.Journeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without plotly, the error names the extra, before anything is computed."""
    import sys

    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(tp.errors.MissingPackageError, match=r"touchpoints\[plot\]"):
        tp.plot.report(shop, tmp_path / "r.html", title="x")


def test_assessments_may_be_given(shop: tp.Journeys, tmp_path: Path) -> None:
    """The record of assessments gives the same sentences as its metric."""
    record = tp.experience.assessments(shop, metric="csat")
    assert findings(read(shop, tmp_path, assessments="csat")) == findings(
        read(attrs.evolve(shop), tmp_path, assessments=record)
    )


def test_the_service_is_that_of_the_record(shop: tp.Journeys, tmp_path: Path) -> None:
    """What is known of the service is said with its interval; without a record it is named."""
    record = reports.service(shop)
    row = record.to_dicts()[record.measure.tolist().index("one reply")]
    low, high = (f"{100 * row[name]:.0f}" for name in ("low", "high"))
    wanted = f"{100 * row['value']:.0f}% [{low}, {high}%] of solved tickets needed one reply only"
    assert any(wanted in one for one in findings(read(shop, tmp_path, service=record)))
    missing = html.unescape(read(shop, tmp_path))
    assert "Speed and kindness of the service: left out. No measures of service" in missing
    with pytest.raises(tp.errors.WrongKindError, match=r"experience\.service"):
        tp.plot.report(shop, tmp_path / "r.html", title="x", service=3)  # type: ignore[arg-type]


def test_the_time_of_a_reply_is_said(tmp_path: Path) -> None:
    """Where most tickets are answered, half of the replies come within the median."""
    rows = [
        {"who": n, "at": f"2026-01-05T{hour:02}:00", "what": what}
        for n in range(60)
        for hour, what in ((8, "ask"), (9 + n % 3, "reply"), (13, "solve"))
    ]
    log = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    record = tp.experience.service(log, reply="reply", solved="solve")
    said = findings(read(log, tmp_path, service=record))
    assert any("Half of the first replies come within 2 hours" in one for one in said)
