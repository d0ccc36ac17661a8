"""The only import of plotly."""

from __future__ import annotations

from typing import Any

from touchpoints._core.tables import attempt_import

EXTRA = "'touchpoints[plot]'"


def graph_objects() -> Any:
    """Return plotly's module of graph objects; raise with the extra to install."""
    return attempt_import("plotly.graph_objects", extra=EXTRA)


def plotly_js() -> str:
    """Return the source of plotly's library for pages."""
    return str(attempt_import("plotly.offline", extra=EXTRA).get_plotlyjs())
