"""The repr of a taxonomy: one sentence, and an HTML table for notebooks."""

from __future__ import annotations

from touchpoints._core.messages import counted
from touchpoints._core.tables import (
    html_table,
)
from touchpoints.taxonomy._keys import FACETS
from touchpoints.taxonomy.vocabulary import TaxonomyLike

_SHOWN = 50


def sentence(taxonomy: TaxonomyLike) -> str:
    """Return the name, version, size and languages of a taxonomy in one line."""
    *most, last = taxonomy.languages
    languages = f"{', '.join(most)} and {last}" if most else last
    return (
        f"Taxonomy {taxonomy.name!r} (version {taxonomy.version}): "
        f"{counted(len(taxonomy.types), 'touchpoint type')}, "
        f"{counted(len(taxonomy.facets), 'facet')}, in {languages}"
    )


def as_html(taxonomy: TaxonomyLike) -> str:
    """Return an HTML table of the first types with their labels and default facets."""
    names = [*FACETS, *(name for name in taxonomy.facets if name not in FACETS)]
    lang = taxonomy.languages[0]
    heads = ["type", "label", *names]
    rows = [
        [one.id, one.label(lang=lang), *(one.defaults.get(name, "") for name in names)]
        for one in list(taxonomy.types.values())[:_SHOWN]
    ]
    more = len(taxonomy.types) - len(rows)
    caption = sentence(taxonomy) + (f"; {counted(more, 'more type')}" if more > 0 else "")
    return html_table(heads, rows, caption=caption)
