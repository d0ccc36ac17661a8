"""The report in a real browser: nothing breaks, nothing is loaded, nothing overlaps (B19, B40)."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from tests.plot import reports
from touchpoints.plot._report.sections import SECTIONS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = (1280, 390)
OVERLAPS = """() => {
  const found = [];
  for (const figure of document.querySelectorAll(".figure")) {
    if (!figure.offsetParent) continue;
    const outer = figure.getBoundingClientRect();
    const boxes = [...figure.querySelectorAll("text.annotation-text")]
      .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
      .filter((one) => one.box.width > 0);
    boxes.forEach((one, at) => {
      if (one.box.left < outer.left - 1 || one.box.right > outer.right + 1)
        found.push(figure.id + ": cut: " + one.text);
      for (const other of boxes.slice(0, at)) {
        const [a, b] = [one.box, other.box];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 1) found.push(figure.id + ": " + one.text + " / " + other.text);
      }
    });
  }
  return found;
}"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report with every section in both languages."""
    folder = tmp_path_factory.mktemp("reports")
    return {
        lang: tp.plot.report(
            reports.shop(),
            folder / f"{lang}.html",
            title="The shop",
            assessments="csat",
            service=reports.service(reports.shop()),
            plan=reports.plan(),
            lang=lang,
        )
        for lang in ("en", "es")
    }


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The machine's browser, headless."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class Opened:
    """A page that is open, and what the browser said and asked for."""

    def __init__(self, browser: Any, path: Path, *, width: int, dark: bool) -> None:
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda said: (
                self.errors.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        self.page.on("request", lambda asked: self.requests.append(asked.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-drawn=all]", timeout=60_000)


@pytest.fixture(
    params=[
        (lang, width, dark) for lang in ("en", "es") for width in SIZES for dark in (False, True)
    ],
    ids=str,
)
def opened(
    request: pytest.FixtureRequest, chromium: Any, pages: dict[str, Path]
) -> Iterator[Opened]:
    """A report in a language, on a screen or a telephone, light or dark."""
    lang, width, dark = request.param
    found = Opened(chromium, pages[lang], width=width, dark=dark)
    yield found
    found.context.close()


def test_the_page_opens(opened: Opened) -> None:
    """No error, no request but the file itself, every section visible, no overlap, nothing cut."""
    assert [] == opened.errors
    assert 1 == len(opened.requests)
    page = opened.page
    for name in (*SECTIONS, "method"):
        assert page.locator(f"#{name}").is_visible()
    width = page.viewport_size["width"]
    shown = "wide" if width >= 900 else "narrow"
    for name in set(SECTIONS) - {"data"}:
        assert page.locator(f"#{name}-{shown} .main-svg").first.is_visible()
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    assert [] == page.evaluate(OVERLAPS)


def test_dark_screens_get_dark_figures(chromium: Any, pages: dict[str, Path]) -> None:
    """On a dark screen, the page and its figures are dark; a change of the screen is followed."""
    found = Opened(chromium, pages["en"], width=1280, dark=True)
    background = "getComputedStyle(document.querySelector('#map-wide .main-svg')).backgroundColor"
    assert "rgb(21, 26, 33)" == found.page.evaluate(background)
    found.page.emulate_media(color_scheme="light")
    found.page.wait_for_function(f"{background} === 'rgb(255, 255, 255)'", timeout=20_000)
    found.context.close()


def test_pointing_says_more(chromium: Any, pages: dict[str, Path]) -> None:
    """Pointing at a touchpoint of the map says its name and how many journeys have it."""
    found = Opened(chromium, pages["en"], width=1280, dark=False)
    page = found.page
    box = page.evaluate(
        """() => {
          document.getElementById("map-wide").scrollIntoView({ behavior: "instant" });
          const traces = [...document.querySelectorAll("#map-wide .trace.scatter")];
          const points = traces.flatMap((one) => [...one.querySelectorAll("path.point")]);
          const largest = points.map((one) => one.getBoundingClientRect())
            .sort((a, b) => b.width - a.width)[0];
          window.scrollBy({ top: largest.y - 300, behavior: "instant" });
          const moved = 300 - largest.y;
          return { x: largest.x + largest.width / 2, y: largest.y + moved + largest.height / 2 };
        }"""
    )
    page.mouse.move(box["x"] - 3, box["y"] - 3)
    page.mouse.move(box["x"], box["y"])
    page.wait_for_selector("#map-wide .hoverlayer .hovertext", timeout=10_000)
    said = page.locator("#map-wide .hoverlayer").text_content()
    assert "Searching the web" in said
    assert "%" in said
    found.context.close()


def test_the_download_is_the_record(chromium: Any, pages: dict[str, Path]) -> None:
    """The downloaded file has the rows of the record."""
    found = Opened(chromium, pages["en"], width=1280, dark=False)
    with found.page.expect_download() as downloading:
        found.page.locator("#funnel a.csv").click()
    text = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    steps = {name: one.touchpoint.key for name, one in reports.plan().touchpoints.items()}
    record = tp.paths.funnel(reports.shop(), steps).to_dicts()
    assert [row["journeys"] for row in rows] == [str(row["journeys"]) for row in record]
    assert [row["of_first_low"] for row in rows] == [repr(row["of_first_low"]) for row in record]
    found.context.close()


def test_the_keyboard_reaches_everything(chromium: Any, pages: dict[str, Path]) -> None:
    """Tab goes to the skip link, the contents, then to table and file of each section in turn."""
    found = Opened(chromium, pages["en"], width=1280, dark=False)
    order = []
    for _ in range(3 + len(SECTIONS) + 2 * len(SECTIONS)):
        found.page.keyboard.press("Tab")
        order.append(found.page.evaluate("document.activeElement.textContent.trim()"))
    assert "Skip to the content" == order[0]
    assert order[1].startswith("1. What is in the data")
    after = order[2 + len(SECTIONS) :]
    assert after[0].startswith("What is in the data")
    assert ["Download CSV", "See as a table", "Download CSV"] == after[1:4]
    found.context.close()


def test_it_prints(chromium: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    """The page prints to PDF, with all tables open."""
    found = Opened(chromium, pages["es"], width=1280, dark=True)
    found.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    found.context.close()


def test_it_is_interactive_soon(chromium: Any, pages: dict[str, Path]) -> None:
    """What is seen first is drawn when the page has loaded; the rest follows without a click."""
    found = Opened(chromium, pages["en"], width=1280, dark=False)
    timing = found.page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    assert timing["domInteractive"] > 0
    assert found.page.locator("#map-wide .main-svg").first.is_visible()
    found.context.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility rules of axe-core, from the npm registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, which would bring axe-core")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    done = subprocess.run([*command, "axe-core@4"], capture_output=True, check=False, timeout=120)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not script.exists():
        pytest.skip("axe-core cannot be had from the npm registry")
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_accessible(
    chromium: Any, pages: dict[str, Path], axe: str, lang: str, width: int, dark: bool
) -> None:
    """No rule of axe-core is broken, contrast included."""
    found = Opened(chromium, pages[lang], width=width, dark=dark)
    found.page.evaluate(axe)
    result = found.page.evaluate("axe.run(document)")
    broken = [
        (one["id"], one["nodes"][0]["html"][:120], len(one["nodes"]))
        for one in result["violations"]
    ]
    found.context.close()
    assert [] == broken
