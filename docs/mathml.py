"""Formulas of the pages as MathML, made when the site is built: no script, nothing to load."""

from __future__ import annotations

import html
import re
from typing import Any

_INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
_BLOCK = re.compile(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', re.DOTALL)


def on_page_content(content: str, **_: Any) -> str:
    """Replace the LaTeX that `pymdownx.arithmatex` marked; called by mkdocs for each page."""
    content = _BLOCK.sub(lambda found: _mathml(found[1], display="block"), content)
    return _INLINE.sub(lambda found: _mathml(found[1], display="inline"), content)


def _mathml(latex: str, *, display: str) -> str:
    from latex2mathml.converter import convert

    return convert(html.unescape(latex).strip(), display=display)
