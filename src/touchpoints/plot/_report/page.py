"""The page of a report: one file of HTML that needs nothing from anywhere else."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from touchpoints.plot._report.sentences import Said, Section
from touchpoints.plot._report.tables import csv_link, table_html
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.palette import DARK, LIGHT, flat
from touchpoints.plot._shared.plotly import plotly_js

WIDE, NARROW = 1216, 358
"""The widths of figures in pixels, on a screen and on a telephone."""
_VARIABLES = ("background", "page", "band", "ink", "ink2", "line", "accent")


@attrs.frozen(kw_only=True)
class Page:
    """What a page says besides its sections.

    Attributes
    ----------
    title, made_of, made_by : str
        The title, a line that says what the report is made of, and one that says by what.
    left_out : tuple of str
        What the log lacks, and the sections that are not there, with the reason.
    """

    title: str
    made_of: str
    made_by: str
    left_out: tuple[str, ...]


def page_html(page: Page, sections: Sequence[Section], look: Look) -> str:
    """Return the whole page."""
    figures: dict[str, Any] = {}
    parts = [_section(at, one, look, figures=figures) for at, one in enumerate(sections, 1)]
    lang = html.escape(look.lang)
    return "".join(
        [
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(page.title)}</title>",
            f"<style>{_colours()}{_asset('report.css')}</style></head><body>",
            f'<a class="skip" href="#main">{html.escape(look.say("report.skip"))}</a>',
            '<div class="wrap">',
            _header(page, sections, look),
            f'<main id="main" tabindex="-1">{_short(sections, look)}{"".join(parts)}',
            _left_out(page, len(sections) + 1, look),
            "</main>",
            f"<footer>{html.escape(page.made_by)}</footer></div>",
            _scripts(figures),
            "</body></html>",
        ]
    )


def _header(page: Page, sections: Sequence[Section], look: Look) -> str:
    links = [(one.key, look.say(f"report.{one.key}")) for one in sections]
    links.append(("method", look.say("report.method")))
    items = "".join(
        f'<li><a href="#{key}">{at}. {html.escape(text)}</a></li>'
        for at, (key, text) in enumerate(links, 1)
    )
    return (
        f"<header><h1>{html.escape(page.title)}</h1>"
        f'<p class="sub">{html.escape(page.made_of)}</p>'
        f'<nav aria-label="{html.escape(look.say("report.contents"))}"><ol>{items}</ol></nav>'
        "</header>"
    )


def _short(sections: Sequence[Section], look: Look) -> str:
    """Return the findings of all sections together, at most seven."""
    items = "".join(f"<li>{one.finding.html}</li>" for one in sections[:7])
    heading = html.escape(look.say("report.short"))
    return (
        f'<section class="short" aria-labelledby="h0"><h2 id="h0">{heading}</h2>'
        f"<ul>{items}</ul></section>"
        if items
        else ""
    )


def _section(at: int, section: Section, look: Look, *, figures: dict[str, Any]) -> str:
    title = look.say(f"report.{section.key}")
    parts = [
        f'<section id="{section.key}" aria-labelledby="h{at}">',
        f'<h2 id="h{at}">{at}. {html.escape(title)}</h2>',
        f'<p class="finding">{section.finding.html}</p>',
    ]
    drawn = section.draw is not None
    if drawn:
        parts += [_figure(section, look, width=width, figures=figures) for width in (WIDE, NARROW)]
    caption = look.say(f"caption.{section.key}", level=look.numerals.share(_level(section)))
    parts.append(f'<p class="caption">{html.escape(caption)}</p>')
    held = table_html(section.table, look, caption=title)
    if drawn:
        shown = html.escape(look.say("report.table"))
        held = f"<details><summary>{shown}</summary>{held}</details>"
    parts.append(
        f'<div class="tools">{held}{csv_link(section.table, look, name=section.key)}</div>'
    )
    return "".join([*parts, "</section>"])


def _level(section: Section) -> float:
    return float(getattr(section.table, "level", 0.95))


def _figure(section: Section, look: Look, *, width: int, figures: dict[str, Any]) -> str:
    """Return the place of a figure on the page, and keep what is drawn there."""
    figure = section.figure(attrs.evolve(look, width=width))
    name = "wide" if width == WIDE else "narrow"
    key = f"{section.key}-{name}"
    figures[key] = json.loads(figure.to_json())
    layout = figures[key]["layout"]
    layout.pop("template", None)
    size = f"width:{layout['width']}px;max-width:100%;height:{layout['height']}px"
    label = html.escape(_label(section, look).text)
    said = f'role="img" aria-label="{label}"'
    return f'<div class="figure {name}" id="{key}" {said} style="{size}"></div>'


def _label(section: Section, look: Look) -> Said:
    """Return what a figure is called for those who do not see it."""
    title = look.say(f"report.{section.key}")
    text = f"{title}. {section.finding.text}"
    return Said(text, html.escape(text))


def _left_out(page: Page, at: int, look: Look) -> str:
    items = "".join(f"<li>{html.escape(one)}</li>" for one in page.left_out)
    title = html.escape(look.say("report.method"))
    method = html.escape(look.say("report.how"))
    return (
        f'<section id="method" class="left" aria-labelledby="h{at}">'
        f'<h2 id="h{at}">{at}. {title}</h2>'
        f"<p>{method}</p><ul>{items}</ul></section>"
    )


def _colours() -> str:
    light, dark = (
        ";".join(f"--{name}:{getattr(palette, name)}" for name in _VARIABLES)
        for palette in (LIGHT, DARK)
    )
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _scripts(figures: dict[str, Any]) -> str:
    swap = dict(zip(map(str.upper, flat(LIGHT)), flat(DARK), strict=True))
    held = [("figures", figures), ("swap", swap)]
    data = "".join(
        f'<script type="application/json" id="{name}">{embedded(value)}</script>'
        for name, value in held
    )
    return f"<script>{plotly_js()}</script>{data}<script>{_asset('report.js')}</script>"


def embedded(value: Any) -> str:
    """Return JSON that can stand in a page: nothing in it ends the script or begins a comment."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@cache
def _asset(name: str) -> str:
    return files("touchpoints.plot").joinpath("data", name).read_text(encoding="utf-8")
