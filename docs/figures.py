"""Figures of the pages, made when the site is built from the examples in ``docs/gallery``."""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "gallery"
_MARK = re.compile(r"^<!-- (?:figure: (?P<name>\w+)|(?P<all>gallery)) -->$", re.MULTILINE)
_WIDE, _NARROW = 700, 340


def names() -> list[str]:
    """Return the names of all examples, in alphabetical order."""
    return sorted(path.stem for path in _FOLDER.glob("*.py"))


@cache
def example(name: str) -> Any:
    """Return the module of an example."""
    found = importlib.util.spec_from_file_location(f"gallery_{name}", _FOLDER / f"{name}.py")
    if found is None or found.loader is None:
        raise FileNotFoundError(f"docs/gallery/{name}.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def caption(name: str) -> str:
    """Return what an example says of its figure."""
    return " ".join((example(name).__doc__ or "").split())


@cache
def embedded(name: str) -> str:
    """Return the HTML of a figure: its data, and the places where it is drawn."""
    from touchpoints.plot._report.page import embedded as as_text

    sizes = {"wide": getattr(example(name), "WIDE", _WIDE), "narrow": _NARROW}
    figures = {
        size: json.loads(example(name).figure(lang="en", dark=False, width=width).to_json())
        for size, width in sizes.items()
    }
    for figure in figures.values():
        figure["layout"].pop("template", None)
    said = caption(name).replace('"', "&quot;")
    return (
        f'<div class="tp-figure" role="img" aria-label="{said}">'
        f'<script type="application/json">{as_text(figures)}</script></div>'
    )


def on_files(files: Any, config: Any) -> Any:
    """Add plotly's library and the colours to the site; called by mkdocs."""
    from mkdocs.structure.files import File

    from touchpoints.plot._shared.palette import DARK, LIGHT, flat
    from touchpoints.plot._shared.plotly import plotly_js

    swap = dict(zip(map(str.upper, flat(LIGHT)), flat(DARK), strict=True))
    files.append(File.generated(config, "assets/plotly.min.js", content=plotly_js()))
    colours = f"window.touchpointsSwap={json.dumps(swap)};"
    files.append(File.generated(config, "assets/colours.js", content=colours))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replace the marks of a page by figures; called by mkdocs for each page."""
    if not _MARK.search(markdown):
        return markdown
    text = _MARK.sub(lambda found: _all() if found["all"] else embedded(found["name"]), markdown)
    up = "../" * page.url.count("/")
    scripts = "".join(
        f'<script src="{up}assets/{name}"></script>\n'
        for name in ("plotly.min.js", "colours.js", "figures.js")
    )
    return f"{text}\n\n{scripts}"


def _all() -> str:
    """Return every figure with its name and caption."""
    parts = []
    for name in names():
        link = f"[`tp.plot.{name}`](reference.md#touchpoints.plot.{name})"
        parts.append(f"## {name.replace('_', ' ').capitalize()}\n\n{caption(name)} {link}\n")
        parts.append(f"{embedded(name)}\n")
    return "\n".join(parts)
